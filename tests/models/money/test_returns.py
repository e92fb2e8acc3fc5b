"""A payment that came back is told of first, once each time; then the claim goes on where it was on its ladder."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...common import TODAY, day
from .charge_case import ChargeCase


@tagged("post_install", "-at_install")
class ReturnsCase(ChargeCase):
    def setUp(self):
        super().setUp()
        self.move = self.invoice(self.debtor(), 100, due=10)
        self.returned = self.env.ref("cremann_dunning.dunning_procedure_returned").level_ids.sorted("sequence")
        self.own = self.env.ref("cremann_dunning.dunning_procedure_nl_business")

    @property
    def item(self):
        return self.move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    @property
    def record(self):
        self.env.invalidate_all()
        return self.env["dunning.return"].search([("move_id", "=", self.move.id)])

    def back(self, item, reason="AM04 insufficient funds", on=TODAY):
        """The bank takes a receipt back: it is undone, and matched with the money that left."""
        item.remove_move_reconcile()
        gone = self.received(self.move.partner_id, -abs(item.balance), on=on, ref=reason)
        (item + gone).reconcile()

    def payment(self, entry=True, amount=100):
        """A payment of the invoice; with an entry of its own where the firm has an account for money under way."""
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        # without an accounting app Odoo gives every payment an entry
        state = "paid" if entry else "in_payment"
        patcher = patch.object(self.registry["account.move"], "_get_invoice_in_payment_state", lambda _moves: state)
        self.startPatcher(patcher)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.move.partner_id.id,
                "journal_id": journal.id,
                "date": day(3),
                "amount": amount,
                "outstanding_account_id": self._account(self.nl, "asset_current").id if entry else False,
                "invoice_ids": [(6, 0, self.move.ids)],
            }
        )
        payment.action_post()
        if entry:
            paid = payment.move_id.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
            (paid + self.item).reconcile()
        self.assertEqual(bool(payment.move_id), entry)
        return payment

    def decision(self):
        self.run_for(partners=self.move.partner_id)
        self.env.invalidate_all()
        return self.move.dunning_decision_id

    def letter(self):
        letter = self.send_level(partners=self.move.partner_id)
        self.assertLessEqual(len(letter), 1)
        return letter


class TestReturns(ReturnsCase):
    def test_the_bank_took_it_back(self):
        self.back(self.received(self.move, 100, on=day(3)), on=day(1))
        self.assertEqual((self.record.state, self.record.came_back_on, self.record.amount), ("back", day(1), 100))
        letter = self.letter()
        self.assertEqual((letter.level_id, letter.amount_total), (self.returned[0], 100))
        self.assertFalse(letter.amount_costs or letter.amount_interest)
        self.assertIn("came back on 15 November 2026: there was not enough money on the account (AM04).", letter.body)
        self.assertNotIn("insufficient", letter.body, "what the bank wrote for the firm")

    def test_what_no_letter_says(self):
        for text in ("MD07 overleden", "Your reference 2026-4711", "XAM045"):
            with self.subTest(text):
                self.assertFalse(self.env["dunning.return"]._words(text))

    def test_once_and_then_on_where_it_was(self):
        first = self.letter()
        self.assertEqual(first.level_id.procedure_id, self.own)
        with self.at(20):
            self.back(self.received(self.move, 100), on=self.nl._dunning_today())
            letter = self.letter()
            self.assertEqual(letter.level_id, self.returned[0])
        ladder = self.own.level_ids.filtered("active").sorted("sequence")
        following = ladder[list(ladder).index(first.level_id) + 1]
        first_day = letter.deadline + timedelta(days=1 + self.own.correction_days)
        for after, expected in ((-1, "PERIOD_RUNNING"), (0, "LETTER"), (1, "LETTER")):
            with self.subTest(after), self.at(first_day + timedelta(days=after)):
                decision = self.decision()
                self.assertEqual((decision.level_id, decision.code), (following, expected))
                self.env["dunning.letter"].search([("state", "=", "draft")]).sudo().unlink()

    def test_the_look_ahead_knows_where_it_goes_on(self):
        self.back(self.received(self.move, 100, on=day(3)))
        ahead = self.env["dunning.simulation"].create(
            {"company_id": self.nl.id, "date_from": TODAY, "date_to": TODAY + timedelta(days=60)}
        )
        ahead.partner_ids = self.move.partner_id
        levels = [sent.plan.level.id for sent in ahead._letters("now")]
        self.assertEqual(levels[0], self.returned[0].id)
        own = self.own.level_ids.filtered("active").sorted("sequence")
        self.assertEqual(levels[1:], own[: len(levels) - 1].ids)
        self.assertGreater(len(levels), 1)

    def test_once_for_each_time_as_long_as_there_are_steps(self):
        for ahead, expected in ((0, self.returned[0]), (20, self.returned[1]), (40, None)):
            with self.at(ahead):
                self.back(self.received(self.move, 100), on=self.nl._dunning_today())
                letter = self.letter()
                self.assertEqual(letter.level_id.procedure_id == self.own, not expected)
                self.assertEqual(letter.level_id, expected or letter.level_id)

    def test_two_at_once_are_one_letter(self):
        items = [self.received(self.move, 40, on=day(4)), self.received(self.move, 60, on=day(3))]
        self.back(items[0], "MS02", on=day(2))
        self.back(items[1], "AM04", on=day(1))
        letter = self.letter()
        self.assertEqual((letter.level_id, letter.amount_total), (self.returned[0], 100), self.decision().explanation)
        self.assertLess(letter.body.index("(MS02)"), letter.body.index("(AM04)"))
        self.assertEqual(len(letter.line_ids.returned.split()), 2)
        with self.at(30):
            self.assertEqual(self.decision().level_id.procedure_id, self.own)

    def test_part_of_it_came_back(self):
        items = [self.received(self.move, 40, on=day(4)), self.received(self.move, 60, on=day(3))]
        self.back(items[0])
        letter = self.letter()
        self.assertEqual((letter.level_id, letter.amount_total), (self.returned[0], 40))

    def test_a_second_one_while_the_first_waits(self):
        items = [self.received(self.move, 40, on=day(4)), self.received(self.move, 60, on=day(3))]
        self.back(items[0])
        run = self.run_for(partners=self.move.partner_id)
        self.assertEqual((run.letter_ids.level_id, run.letter_ids.amount_total), (self.returned[0], 40))
        self.back(items[1])
        letter = self.confirm(run)
        self.assertEqual((letter.level_id, letter.amount_total), (self.returned[0], 100))
        self.assertEqual(len(letter.line_ids.returned.split()), 2)

    def test_a_letter_that_is_taken_back_told_nothing(self):
        self.back(self.received(self.move, 100, on=day(3)))
        letter = self.letter()
        self.env["dunning.withdrawal"]._withdraw(letter.sudo(), "In error", self.user)
        self.assertEqual(letter.state, "cancelled")
        with self.at(10):
            self.assertEqual(self.letter().level_id, self.returned[0])

    def test_paid_again_in_the_meantime(self):
        self.back(self.received(self.move, 100, on=day(3)))
        self.received(self.move, 100)
        self.assertFalse(self.letter())
        self.assertEqual(self.move.amount_residual, 0)

    def test_what_else_stops_it_goes_first(self):
        self.back(self.received(self.move, 100, on=day(3)))
        hold = self.env["dunning.hold"].create(
            {"company_id": self.nl.id, "partner_id": self.move.partner_id.id, "reason": "wait"}
        )
        self.assertEqual(self.decision().code, "HOLD")
        hold.active = False
        case = self.env["dunning.case"]._for_partners(self.move.partner_id, self.nl, create=True)
        dispute = self.env["dunning.dispute"].create(
            {"case_id": case.id, "move_ids": [(6, 0, self.move.ids)], "reason": "quality"}
        )
        self.assertEqual(self.decision().code, "DISPUTED")
        dispute.outcome = "rejected"
        dispute.action_close()
        self.assertEqual(self.decision().level_id, self.returned[0])

    def test_without_such_a_procedure_the_ladder_goes_on(self):
        self.env.ref("cremann_dunning.dunning_procedure_returned").active = False
        self.back(self.received(self.move, 100, on=day(3)))
        self.assertEqual(self.decision().level_id.procedure_id, self.own)

    def test_nobody_is_chosen_for_it_by_itself(self):
        procedure = self.env.ref("cremann_dunning.dunning_procedure_returned")
        procedure.write({"automatic_choice": True, "sequence": 1, "debtor_kind": "business"})
        self.assertEqual(self.decision().level_id.procedure_id, self.own)

    def test_the_own_procedure_of_a_company(self):
        own = self.env.ref("cremann_dunning.dunning_procedure_returned").copy({"company_id": self.nl.id})
        self.back(self.received(self.move, 100, on=day(3)))
        self.assertEqual(self.decision().level_id, own.level_ids.sorted("sequence")[0])

    def test_old_claims_of_before_dunning_began(self):
        self.nl.write({"dunning_start_date": TODAY, "dunning_backlog": "leave_out", "dunning_backlog_days": 1})
        self.assertEqual(self.decision().code, "BACKLOG")
        self.back(self.received(self.move, 100, on=day(3)))
        self.assertEqual(self.decision().level_id, self.returned[0])


class TestWhetherItCameBack(ReturnsCase):
    with_belgium = True

    def test_what_was_only_undone_did_not(self):
        self.received(self.move, 100, on=day(3)).remove_move_reconcile()
        self.assertEqual(self.decision().code, "NET_CREDIT", "his money is still there")
        self.assertEqual((self.record.state, self.record.came_back_on), ("kept", False))

    def test_an_entry_reverses_the_payment(self):
        self.payment().move_id._reverse_moves([{"date": day(1), "ref": "Storno"}], cancel=True)
        self.assertEqual(self.move.amount_residual, 100)
        self.assertEqual(self.decision().level_id, self.returned[0])
        self.assertEqual((self.record.came_back_on, self.record.reason), (day(1), "Storno"))

    def test_matched_again_it_did_not(self):
        item = self.received(self.move, 100, on=day(3))
        self.back(item)
        item.remove_move_reconcile()
        (item + self.item).reconcile()
        self.assertEqual(self.record.state, "kept")

    def test_on_another_invoice_it_did_not(self):
        item = self.received(self.move, 100, on=day(3))
        item.remove_move_reconcile()
        other = self.invoice(self.move.partner_id, 100, due=9)
        (item + other.line_ids.filtered(lambda line: line.account_type == "asset_receivable")).reconcile()
        self.assertEqual(self.record.state, "kept")
        self.assertEqual(self.decision().level_id.procedure_id, self.own)

    def test_a_cancelled_payment_is_asked_about(self):
        payment = self.payment()
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self.decision().code, "PAYMENT_UNDONE")
        self.assertIn("A payment of €100.00 was undone on 11/16/2026.", self.decision().explanation)
        self.assertFalse(self.letter())
        self.assertEqual(self.env["dunning.repair"]._action(self.decision())["res_id"], self.record.id)

    def test_it_came_back_says_a_person(self):
        self.payment().action_cancel()
        self.assertEqual(self.decision().code, "PAYMENT_UNDONE")
        self.as_user(self.user, self.record).action_came_back()
        self.assertEqual((self.record.state, self.record.user_id, self.record.came_back_on), ("back", self.user, TODAY))
        self.assertEqual(self.move.dunning_decision_id.level_id, self.returned[0], "at once")
        self.assertIn("took back the payment of €100.00", self.told_on(self.move)[0])
        self.assertEqual(self.letter().level_id, self.returned[0])
        self.assertAnswerTold("ledger.came_back")

    def assertAnswerTold(self, kind):
        """Once, with the amount, and by whom."""
        [told] = self.env["dunning.event"].search([("kind", "in", ("ledger.came_back", "ledger.corrected"))])
        self.assertEqual((told.kind, told.author_id, told.debtor), (kind, self.user, self.move.partner_id.id))
        self.assertEqual(told.facts["amount"], {"amount": "100.00", "currency": "EUR"})
        self.assertIn("100.00", told.sentence)

    def test_it_was_a_mistake_says_a_person(self):
        self.back(self.received(self.move, 100, on=day(3)))
        run = self.run_for(partners=self.move.partner_id)
        self.assertEqual(run.letter_ids.level_id, self.returned[0])
        self.as_user(self.user, self.record).action_corrected()
        self.assertEqual(self.record.state, "kept")
        self.assertAnswerTold("ledger.corrected")
        self.assertFalse(self.confirm(run), "what was proposed is not true any more")
        letter = self.letter()
        self.assertEqual(letter.level_id.procedure_id, self.own)
        self.assertFalse(letter.line_ids.returned)

    def test_undone_once_more_it_is_asked_anew(self):
        item = self.received(self.move, 100, on=day(3))
        item.remove_move_reconcile()
        self.as_user(self.user, self.record).action_came_back()
        self.assertEqual(self.record.state, "back")
        (item + self.item).reconcile()
        self.assertEqual(self.record.state, "kept")
        item.remove_move_reconcile()
        self.assertEqual((len(self.record), self.record.state, self.record.answer), (1, "kept", False))

    def test_nobody_asks_about_what_was_made_good(self):
        """A payment of half the invoice was entered wrongly, and is entered anew: before, exactly, and more."""
        for amount, code in ((49.99, "PAYMENT_UNDONE"), (50, "LETTER"), (50.01, "LETTER")):
            with self.subTest(amount):
                self.move = self.invoice(self.debtor(f"D {amount}"), 100, due=10)
                wrong = self.payment(amount=50)
                wrong.action_cancel()
                self.assertEqual(self.decision().code, "PAYMENT_UNDONE")
                self.payment(amount=amount)
                self.assertEqual(self.decision().code, code)

    def test_a_payment_without_an_entry_is_rejected(self):
        payment = self.payment(entry=False)
        self.assertEqual(self.decision().code, "IN_PAYMENT")
        payment.action_reject()
        self.assertEqual(self.decision().level_id, self.returned[0])
        self.assertEqual((self.record.amount, self.record.payment), (100, payment.name))

    def test_a_payment_without_an_entry_is_cancelled(self):
        """It never paid anything: the invoice goes on as if it had not been."""
        payment = self.payment(entry=False)
        before = self.decision().code
        payment.action_cancel()
        self.assertEqual((before, self.decision().code), ("IN_PAYMENT", "LETTER"))
        self.assertFalse(self.env["dunning.return"].search([]))
        payment.action_draft()
        payment.action_post()
        self.assertEqual(self.decision().code, "IN_PAYMENT")

    def test_a_line_of_the_bank_is_booked_elsewhere(self):
        line = self.received(self.move, 100, on=day(3)).statement_line_id
        line.action_undo_reconciliation()
        self.assertEqual(self.record.state, "kept")
        self.assertEqual(self.decision().code, "UNMATCHED_PAYMENT")

    def test_a_deleted_line_of_the_bank_is_asked_about(self):
        line = self.received(self.move, 100, on=day(3)).statement_line_id
        line.action_undo_reconciliation()
        line.unlink()
        self.assertEqual(self.decision().code, "PAYMENT_UNDONE")

    def test_companies_see_their_own(self):
        self.payment().action_cancel()
        self.assertTrue(self.as_user(self.user)["dunning.return"].search([("state", "=", "ask")]))
        self.assertFalse(self.as_user(self.be_user)["dunning.return"].search([]))

    def test_an_invoice_that_is_gone_needs_no_answer(self):
        self.payment().action_cancel()
        record = self.record
        self.move.button_draft()
        self.move.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            record.action_came_back()
