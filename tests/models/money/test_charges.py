"""What letters ask beyond the invoice, and what receipts pay of it: on record, in the next letter and in the books."""

from datetime import date
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.models.money.dunning_writing_off import Given

from .charge_case import ChargeCase

D = Decimal


@tagged("post_install", "-at_install")
class TestOnRecord(ChargeCase):
    def test_a_sent_letter_leaves_costs_and_interest_on_the_claim(self):
        move, letter = self.asked()
        claim = self.claim_of(move)
        rows = {charge.kind: charge for charge in claim.charge_ids}
        self.assertEqual(set(rows), {"costs", "interest"})
        self.assertEqual((rows["costs"].amount, rows["costs"].base, rows["costs"].state), (150, 1000, "asked"))
        self.assertEqual(rows["costs"].date_from, letter.sent_on)
        self.assertEqual(rows["interest"].amount, letter.amount_interest)
        self.assertEqual(rows["interest"].date_until, letter.date)
        self.assertEqual(claim.amount_owed, letter.amount_total)

    def test_a_later_letter_replaces_what_an_earlier_one_asked(self):
        move, letter = self.asked()
        with self.at(30):
            later = self.send_level(partners=move.partner_id)
            self.assertEqual(later.state, "sent")
            self.env["dunning.delivery"]._after_sending(self.nl)
            in_force = self.claim_of(move).charge_ids.filtered(lambda charge: charge.state == "asked")
            self.assertEqual(in_force.letter_id, later)
            self.assertEqual(later.amount_costs, 150, "costs are not asked twice")
            self.assertGreater(later.amount_interest, letter.amount_interest)
            self.assertEqual(self.claim_of(move).amount_owed, later.amount_total)

    def test_a_letter_that_is_taken_back_takes_its_part_along(self):
        move, letter = self.asked()
        with self.at(30):
            later = self.send_level(partners=move.partner_id)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.env["dunning.withdrawal"].sudo()._withdraw(later.sudo(), "a mistake", self.manager)
            claim = self.claim_of(move)
            in_force = claim.charge_ids.filtered(lambda charge: charge.state == "asked")
            self.assertEqual(in_force.letter_id, letter)
            self.env["dunning.withdrawal"].sudo()._withdraw(letter.sudo(), "a mistake", self.manager)
            self.assertEqual(set(claim.charge_ids.mapped("state")), {"taken_back"})
            self.assertEqual(claim.amount_owed, 1000)

    def test_several_claims_on_one_letter_share_its_costs_to_the_cent(self):
        partner = self.debtor()
        moves = self.invoice(partner, 333.33, due=40) + self.invoice(partner, 1000.01, due=35)
        letter = self.send_level(partners=partner)
        self.env["dunning.delivery"]._after_sending(self.nl)
        charges = self.env["dunning.charge"].search([("letter_id", "=", letter.id)])
        for kind, total in (("costs", letter.amount_costs), ("interest", letter.amount_interest)):
            own = charges.filtered(lambda charge, kind=kind: charge.kind == kind)
            self.assertEqual(len(own), len(moves))
            self.assertAlmostEqual(sum(own.mapped("amount")), total, 2)


@tagged("post_install", "-at_install")
class TestReceipts(ChargeCase):
    def test_al_1(self):
        """Law: 500 pays costs, then interest, then principal; 686.23 is owed on 21 November."""
        with self.at(date(2026, 9, 1)):
            move = self.invoice(self.debtor(), 1000, due=date(2026, 6, 30))
            self.assertEqual(self.send_level(partners=move.partner_id).amount_costs, 150)
            self.env["dunning.delivery"]._after_sending(self.nl)
        with self.at(date(2026, 9, 30)):
            item = self.received(move, 500, on=date(2026, 9, 30))
        with self.at(date(2026, 11, 21)):
            letter = self.send_level(partners=move.partner_id)
            self.assertEqual((letter.amount_principal, letter.amount_costs), (500, 150))
            self.assertEqual(letter.amount_interest, 36.23)
            self.assertEqual(letter.amount_total, 686.23)
            self.env["dunning.delivery"]._after_sending(self.nl)
            claim = self.claim_of(move)
            self.assertEqual(claim.amount_owed, 686.23)
            self.assertIn("€686.23", claim.imputation)
            # taken apart again, all is as it was
            item.remove_move_reconcile()
            claim.invalidate_recordset()
            self.assertEqual(claim.amount_open, 1000)

    def test_al_2(self):
        """A consumer pays half inside his free term: it pays no costs, which are then over what is left."""
        self.nl.dunning_term_agreed = True
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_consumer")
        procedure.level_ids.filtered(lambda level: level.legal_type == "reminder").active = False
        partner = self.debtor("Mevrouw De Wit", kind="consumer")
        move = self.invoice(partner, 1000, due=76)
        notice = self.send_level(partners=partner)
        self.assertEqual((notice.legal_type, notice.amount_costs_announced), ("statutory_notice", 150))
        self.env["dunning.delivery"]._after_sending(self.nl)
        claim = self.claim_of(move)
        self.assertEqual((claim.costs_left, claim.beyond_left), (0, 0), "nothing is due while the term runs")
        self.received(move, 500)
        with self.at(30):
            letter = self.send_level(partners=partner)
            self.assertEqual(
                (letter.legal_type, letter.amount_principal, letter.amount_costs), ("final_notice", 500, 75)
            )

    def test_interest_on_a_part_that_was_paid_late_is_still_asked(self):
        with self.at(-20):
            move = self.invoice(self.debtor(), 1000, due=60)
            self.received(move, 900, on=self.nl._dunning_today())
        letter = self.send_level(partners=move.partner_id)
        alone = self.env.ref("cremann_dunning.dunning_regime_nl_business").interest(
            100, move.invoice_date_due, letter.date
        )
        self.assertGreater(letter.amount_interest, float(alone.total) + 9)

    def test_what_is_paid_beyond_the_invoice_is_no_credit_for_the_next(self):
        move, letter = self.asked()
        other = self.invoice(move.partner_id, 800, due=20)
        item = self.received(move, letter.amount_total)
        self.assertEqual(-item.amount_residual, float(D(str(letter.amount_total)) - 1000))
        debtor = self.facts_of(move.partner_id)
        self.assertEqual([rest.residual for rest in debtor.rests], [D(str(letter.amount_total)) - 1000])
        with self.at(30):
            later = self.send_level(partners=move.partner_id)
            self.assertEqual((later.line_ids.move_id, later.amount_principal), (other, 800), "asked in full")

    def test_more_than_was_asked_is_a_credit(self):
        move, letter = self.asked()
        self.invoice(move.partner_id, 800, due=20)
        self.received(move, letter.amount_total + 50)
        with self.at(30):
            later = self.send_level(partners=move.partner_id)
            self.assertEqual(later.amount_principal, 750)

    def test_a_credit_note_pays_no_costs(self):
        move, letter = self.asked()
        note = self.credit(move.partner_id, 1000)
        items = (move + note).line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        items.reconcile()
        self.assertEqual(self.claim_of(move).beyond_left, 0, "what was never owed costs nothing")
        self.assertTrue(letter)


@tagged("post_install", "-at_install")
class TestInTheBooks(ChargeCase):
    def test_a_whole_payment_is_booked_by_itself(self):
        move, letter = self.asked()
        item = self.received(move, letter.amount_total)
        self.run_for(partners=move.partner_id)
        self.assertTrue(item.reconciled)
        claim = self.claim_of(move)
        entry = claim.booking_ids.move_id
        self.assertEqual(entry.state, "posted")
        income = entry.line_ids.filtered(lambda line: line.credit)
        self.assertEqual(
            {line.account_id.code[:4]: line.credit for line in income}, {"4950": 150, "4795": letter.amount_interest}
        )
        self.assertEqual((claim.beyond_left, claim.amount_owed), (0, 0))
        self.assertFalse(self.env["dunning.bookkeeping"]._received(self.nl), "nothing twice")

    def test_what_is_in_doubt_is_offered(self):
        move, letter = self.asked()
        item = self.received(move, letter.amount_total - 5)
        self.run_for(partners=move.partner_id)
        self.assertFalse(item.reconciled)
        case = self.env["dunning.case"].search([("partner_id", "=", move.partner_id.id)])
        self.assertAlmostEqual(case.amount_to_book, letter.amount_total - 1005, 2)
        self.as_user(self.user, case).action_book_charges()
        self.assertTrue(item.reconciled)
        claim = self.claim_of(move)
        self.assertEqual(claim.costs_left, 0, "costs first")
        self.assertAlmostEqual(claim.interest_left, 5, 2)
        self.assertTrue(claim.is_rest)

    def test_a_booking_that_is_undone_counts_no_more(self):
        move, letter = self.asked()
        item = self.received(move, letter.amount_total)
        self.run_for(partners=move.partner_id)
        claim = self.claim_of(move)
        entry = claim.booking_ids.move_id
        entry._reverse_moves(cancel=True)  # by hand
        self.env.invalidate_all()
        self.assertFalse(item.reconciled)
        self.assertEqual(claim.beyond_left, float(D(str(letter.amount_total)) - 1000))
        self.assertEqual(sum(claim.booking_ids.mapped("amount_received")), 0)
        self.assertEqual(len(self.env["dunning.bookkeeping"]._received(self.nl)), 1, "and is offered again")

    def test_a_payment_taken_back_after_its_costs_were_booked(self):
        move, letter = self.asked()
        item = self.received(move, letter.amount_total)
        self.run_for(partners=move.partner_id)
        item.remove_move_reconcile()
        self.env.invalidate_all()
        claim = self.claim_of(move)
        self.assertEqual((claim.amount_open, claim.beyond_left), (1000, float(D(str(letter.amount_total)) - 1000)))

    def test_locked_periods_are_left_alone(self):
        move, letter = self.asked()
        item = self.received(move, letter.amount_total, on=date(2026, 11, 16))
        with self.at(date(2026, 12, 7)):
            self.nl.fiscalyear_lock_date = date(2026, 11, 30)
            self.run_for(partners=move.partner_id)
            self.assertTrue(item.reconciled)
            self.assertEqual(self.claim_of(move).booking_ids.move_id.date, date(2026, 12, 1))

    def test_without_an_account_it_is_said_before_anything_is_written(self):
        move, letter = self.asked()
        item = self.received(move, letter.amount_total)
        self.env["account.account"].search([("code", "=like", "4950%")]).unlink()
        self.run_for(partners=move.partner_id)
        self.assertFalse(item.reconciled)
        case = self.env["dunning.case"].search([("partner_id", "=", move.partner_id.id)])
        with self.assertRaisesRegex(UserError, "No account is set for the costs"):
            self.as_user(self.user, case).action_book_charges()
        self.assertFalse(self.claim_of(move).booking_ids)

    def test_a_payment_in_another_currency_is_left_to_a_person(self):
        move, letter = self.asked()
        usd = self.unallocated(move.partner_id, 500, currency=self.usd)
        self.assertFalse(self.env["dunning.bookkeeping"]._received(self.nl))
        claim = self.claim_of(move)
        parts = {(claim.move_line_id.id, "costs"): D("10.00")}
        with self.assertRaisesRegex(UserError, "Book that payment by hand"):
            self.env["dunning.bookkeeping"]._book(usd, parts)
        self.assertTrue(letter)


@tagged("post_install", "-at_install")
class TestWaive(ChargeCase):
    def test_what_is_waived_is_asked_no_more(self):
        move, letter = self.asked()
        self.received(move, 1000)
        claim = self.claim_of(move)
        self.assertTrue(claim.is_rest)
        wizard = self.as_user(self.user)["dunning.waive.wizard"].create({"claim_ids": claim.ids, "reason": "  "})
        with self.assertRaisesRegex(UserError, "Write down why"):
            wizard.action_waive()
        wizard.reason = "goodwill"
        wizard.action_waive()
        self.assertEqual((claim.beyond_left, claim.is_rest), (0, False))
        self.assertEqual(set(claim.booking_ids.mapped("reason")), {"goodwill"})
        self.assertEqual(claim.booking_ids.create_uid, self.user)
        with self.assertRaisesRegex(UserError, "left to waive"):
            wizard.action_waive()
        with self.assertRaises(AccessError):
            self.as_user(self.user, claim.booking_ids).action_undo()
        self.as_user(self.manager, claim.booking_ids).action_undo()
        self.assertEqual(claim.beyond_left, float(D(str(letter.amount_total)) - 1000))

    def test_costs_that_were_waived_are_not_asked_by_the_next_letter(self):
        move, _letter = self.asked()
        self.env["dunning.charge.booking"]._waive(self.claim_of(move), "a call")
        with self.at(30):
            later = self.send_level(partners=move.partner_id)
            self.assertEqual((later.amount_principal, later.amount_costs), (1000, 0))
            self.assertLess(later.amount_interest, 10, "only what was added since")


@tagged("post_install", "-at_install")
class TestRest(ChargeCase):
    """The invoice is paid, and costs and interest are not."""

    def setUp(self):
        super().setUp()
        self.move, self.letter = self.asked()
        self.received(self.move, 1000)
        self.claim = self.claim_of(self.move)
        self.left = float(D(str(self.letter.amount_total)) - 1000)

    def test_it_waits_for_a_decision(self):
        self.assertTrue(self.claim.is_rest)
        self.assertEqual(self.claim.beyond_left, self.left)
        case = self.env["dunning.case"].search([("partner_id", "=", self.move.partner_id.id)])
        self.assertEqual(case.beyond_ids, self.claim)
        with self.at(30):
            self.assertFalse(self.run_for(partners=self.move.partner_id).letter_ids)

    def test_the_page_does_not_say_paid(self):
        letter = self.letter.with_env(self.env)
        values = letter._page_values()
        self.assertEqual((values["state"], values["amount_now"], values["only_beyond"]), ("open", self.left, True))
        with self.assertRaisesRegex(UserError, "thanks would say that all is paid"):
            letter.action_thank()
        self.env["dunning.charge.booking"]._waive(self.claim, "goodwill")
        letter.invalidate_recordset()
        self.assertEqual(letter._page_values()["state"], "paid")
        self.assertTrue(letter.action_thank())

    def test_the_statement_of_account_tells_what_is_left(self):
        case = self.env["dunning.case"].search([("partner_id", "=", self.move.partner_id.id)])
        [page] = self.env["dunning.statement"]._pages(self.as_user(self.user, case)).values()
        self.assertEqual(float(page.owed("EUR")), self.left)
        self.assertFalse(page.statement.parts, "the books hold nothing open")

    def test_it_is_asked_on_by_a_ladder_and_a_text_of_its_own(self):
        as_user = self.as_user(self.user, self.claim)
        as_user.action_ask_on()
        with self.at(30):
            first = self.send_level(partners=self.move.partner_id)
            self.assertEqual((first.state, first.level_id.procedure_id), ("sent", self.nl._dunning_rest_procedure()))
            self.assertEqual((first.amount_principal, first.amount_total), (self.left, self.left), "nothing is added")
            self.assertIn("covers costs, then interest", first.body)
            self.assertTrue(first.line_ids.is_rest)
            self.assertIn(self.move.name, first.line_ids.label)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.assertEqual(self.claim.beyond_left, self.left, "no charge on a charge")
        with self.at(60):
            self.assertEqual(self.send_level(partners=self.move.partner_id).amount_total, self.left)
        with self.at(90):
            self.received(self.move.partner_id, self.left, on=self.nl._dunning_today())
            self.assertFalse(self.run_for(partners=self.move.partner_id).letter_ids)

    def test_money_that_comes_in_is_taken_off(self):
        self.claim.action_ask_on()
        self.received(self.move.partner_id, 100)
        with self.at(30):
            letter = self.send_level(partners=self.move.partner_id)
            self.assertAlmostEqual(letter.amount_total, self.left - 100, 2)

    def test_asking_stops_again(self):
        with self.assertRaisesRegex(UserError, "has to be paid first"):
            (self.asked(partner=self.debtor("Other"))[0].dunning_claim_ids).action_ask_on()
        self.claim.action_ask_on()
        self.claim.action_stop_asking()
        with self.at(30):
            self.assertFalse(self.run_for(partners=self.move.partner_id).letter_ids)

    def test_an_invoice_over_it_is_asked_with_its_claim_and_not_by_itself(self):
        action = self.as_user(self.manager, self.claim).sudo().action_invoice_rest()
        invoice = self.env["account.move"].browse(action["res_id"])
        self.assertEqual((invoice.state, invoice.amount_total, invoice.amount_tax), ("posted", self.left, 0))
        with self.assertRaisesRegex(UserError, "in the books already"):
            self.claim.action_invoice_rest()
        other = self.claim_of(self.asked(partner=self.debtor("Other"))[0])
        with self.assertRaisesRegex(UserError, "on one debtor"):
            (self.claim + other).action_invoice_rest()
        with self.at(60):
            self.assertFalse(self.run_for(partners=self.move.partner_id).letter_ids)
            self.received(invoice, self.left, on=self.nl._dunning_today())
            self.claim.invalidate_recordset()
            self.assertEqual(self.claim.beyond_left, 0)
            self.assertEqual(sum(self.claim.booking_ids.mapped("amount_received")), self.left)


@tagged("post_install", "-at_install")
class TestWrittenOff(ChargeCase):
    def test_with_the_claim_goes_what_was_asked_beyond_it(self):
        move, letter = self.asked()
        self.received(move, 400)
        claim = self.claim_of(move)
        given = Given(
            date=self.nl._dunning_today(),
            reason="uncollectable",
            account=self.nl._dunning_bad_debt_account(),
            journal=self.nl._dunning_write_off_journal(),
        )
        record = self.env["dunning.writing.off"]._write_off(claim.move_line_id, given)
        claim.invalidate_recordset()
        self.assertEqual((claim.amount_open, claim.beyond_left, claim.is_rest), (0, 0, False))
        record.entry_id._reverse_moves(cancel=True)
        self.env.invalidate_all()
        self.assertEqual(claim.amount_owed, float(D(str(letter.amount_total)) - 400), "asked again")


@tagged("post_install", "-at_install")
class TestWhenAsked(ChargeCase):
    """The company has costs and interest booked when letters ask them."""

    def setUp(self):
        super().setUp()
        self.nl.dunning_charges_mode = "asked"
        self.move, self.letter = self.asked()
        self.claim = self.claim_of(self.move)

    def owed(self):
        """What the account of the debtor holds."""
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.move.partner_id.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return round(sum(items.mapped("amount_residual")), 2)

    def test_the_letter_makes_one_entry_which_is_no_principal(self):
        self.assertEqual(len(self.claim.booking_ids.move_id), 1)
        self.assertEqual(self.owed(), self.letter.amount_total)
        self.env["dunning.accruing"]._follow(self.nl)
        self.assertEqual(self.owed(), self.letter.amount_total, "once")
        self.assertEqual(self.facts_of(self.move.partner_id).claims[0].residual, 1000)
        self.assertEqual(self.claim.amount_owed, self.letter.amount_total, "not counted twice")

    def test_a_later_letter_adds_the_difference(self):
        with self.at(30):
            later = self.send_level(partners=self.move.partner_id)
            self.assertEqual((later.amount_principal, later.amount_costs), (1000, 150))
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.assertEqual(self.owed(), later.amount_total)

    def test_taking_the_letter_back_takes_that_back(self):
        self.env["dunning.withdrawal"].sudo()._withdraw(self.letter.sudo(), "a mistake", self.manager)
        self.assertEqual(self.owed(), 1000)

    def test_what_is_waived_is_taken_back_too(self):
        self.env["dunning.charge.booking"]._waive(self.claim, "goodwill")
        self.env["dunning.accruing"]._follow(self.nl)
        self.assertEqual(self.owed(), 1000)

    def test_one_payment_of_it_all_ends_with_nothing_open(self):
        item = self.received(self.move, self.letter.amount_total)
        self.run_for(partners=self.move.partner_id)
        self.assertTrue(item.reconciled)
        self.assertEqual((self.owed(), self.claim.beyond_left), (0, 0))
        income = self.claim.booking_ids.move_id.line_ids.filtered(lambda line: line.account_id.code[:2] in ("47", "49"))
        self.assertEqual(round(-sum(income.mapped("balance")), 2), round(self.letter.amount_total - 1000, 2), "once")

    def test_without_an_account_nothing_is_half_done(self):
        self.nl.chart_template = "generic_coa"
        other = self.invoice(self.debtor("Other"), 500, due=30)
        letter = self.send_level(partners=other.partner_id)
        self.env["dunning.delivery"]._after_sending(self.nl)
        self.assertEqual(letter.state, "sent")
        entries, problems = self.env["dunning.accruing"]._follow(self.nl)
        self.assertFalse(entries)
        self.assertIn("No account is set", problems[other.partner_id])
        case = letter.case_id
        self.assertIn("No account is set", case.charges_problem)
        [told] = [text for text in self.told_on(case) if "could not be booked" in text]  # however often it is tried
        self.assertIn("No account is set", told)
        self.assertIn(told, self.told_on(other))
        self.nl.dunning_charges_mode = "received"
        self.env["dunning.accruing"]._follow(self.nl)
        self.assertFalse(case.charges_problem, "nothing has to be booked any more")

    def test_the_setting_asks_for_its_accounts(self):
        self.nl.dunning_charges_mode = "received"
        self.nl.chart_template = "generic_coa"
        with self.assertRaisesRegex(UserError, "No account is set"):
            self.nl.dunning_charges_mode = "asked"
        income = self.env["account.account"].search([("code", "=like", "4950%"), ("company_ids", "in", self.nl.id)])
        self.nl.write({"dunning_costs_account_id": income.id, "dunning_interest_account_id": income.id})
        self.nl.dunning_charges_mode = "asked"

    def test_an_entry_deleted_past_odoo_stops_nothing(self):
        other = self.asked(partner=self.debtor("Other"))[0]
        self.cr.execute("UPDATE dunning_claim SET move_line_id = 2147483000 WHERE id = %s", [self.claim.id])
        self.env.invalidate_all()
        self.env["dunning.charge.booking"]._waive(self.claim_of(other), "goodwill")
        entries, problems = self.env["dunning.accruing"]._follow(self.nl)
        self.assertFalse(problems)
        self.assertEqual(entries.line_ids.partner_id, other.partner_id)
