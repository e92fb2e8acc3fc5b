"""What is left once an invoice is paid: on every screen, in agreements, on letters, in one click in the books."""

import io
from decimal import Decimal

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.cremann_dunning.models.dunning_money import written

from ...common import day
from .charge_case import ChargeCase

BOTH = ("dunning.promise", "dunning.payment.plan")
BOOKKEEPER = "account.group_account_manager,cremann_dunning.group_dunning_user"


class RestCase(ChargeCase):
    def setUp(self):
        super().setUp()
        self.move, self.letter = self.asked()
        self.partner = self.move.partner_id
        self.claim = self.claim_of(self.move)
        self.case = self.env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        self.left = float(Decimal(str(self.letter.amount_total)) - 1000)

    def fresh(self):
        self.env.invalidate_all()
        return self.claim


@tagged("post_install", "-at_install")
class TestShown(RestCase):
    def setUp(self):
        super().setUp()
        self.received(self.move, 1000)

    def test_a_claim_is_settled_once_nothing_is_left(self):
        claim = self.as_user(self.user, self.claim)
        self.assertEqual((claim.state, claim.amount_open), ("rest", 0))
        self.assertEqual(dict(claim._fields["state"]._description_selection(claim.env))["rest"], "Rest open")
        self.assertIn("is paid", self.as_user(self.user, self.move).dunning_beyond_text)
        self.assertIn(written(self.env, self.left, self.claim.currency_id), self.move.dunning_beyond_text)
        self.received(self.partner, self.left - 0.01)
        self.case.action_book_charges()
        self.assertEqual((self.fresh().state, self.claim.beyond_left), ("rest", 0.01))
        self.env["dunning.charge.booking"]._waive(self.claim, "a cent")
        self.assertEqual((self.fresh().state, self.move.dunning_beyond_text), ("settled", False))

    def test_an_invoice_that_is_open_says_what_is_owed_beyond_it(self):
        other, letter = self.asked(partner=self.debtor("Other"))
        self.assertIn(written(self.env, letter.amount_total, other.currency_id), other.dunning_beyond_text)

    def test_the_spreadsheet_does_not_say_that_nothing_is_open(self):
        [(_name, content)] = self.env["dunning.statement"]._files(self.as_user(self.user, self.case), "xlsx").values()
        [sheet] = load_workbook(io.BytesIO(content)).worksheets
        values = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
        self.assertNotIn("Nothing is open.", values)
        self.assertEqual(values[-1], self.left)

    def test_the_worklist_shows_what_is_asked(self):
        self.env["dunning.figures"]._refresh(self.nl)
        self.case.invalidate_recordset()
        self.assertEqual(self.case.amount_overdue, 0, "nobody said yet that it is asked")
        self.claim.action_ask_on()
        self.case.invalidate_recordset()
        self.assertEqual((self.case.amount_overdue, self.case.invoice_count), (self.left, 1))
        self.assertEqual(self.case.oldest_due_date, self.move.invoice_date_due)
        first, second = self.nl._dunning_rest_procedure().level_ids
        self.assertEqual((self.case.level_id, self.case.next_level_id), (self.claim.level_id.browse(), first))
        action = self.case.action_open_invoices()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).move_id, self.move)
        with self.at(30):
            self.send_level(partners=self.partner)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.case.invalidate_recordset()
            self.assertEqual((self.case.level_id, self.case.next_level_id), (first, second))
            self.assertEqual(self.case.amount_overdue, self.left)
            self.claim.action_stop_asking()
            self.case.invalidate_recordset()
            self.assertEqual((self.case.amount_overdue, self.case.next_level_id.id), (0, False))

    def test_the_worklist_shows_it_beside_invoices(self):
        self.claim.action_ask_on()
        self.invoice(self.partner, 800, due=20)
        self.env["dunning.figures"]._refresh(self.nl)
        self.case.invalidate_recordset()
        self.assertEqual((self.case.amount_overdue, self.case.invoice_count), (800 + self.left, 2))

    def test_what_came_in_for_it_is_booked_in_one_click(self):
        self.claim.action_ask_on()
        item = self.received(self.partner, self.left)
        self.run_for(partners=self.partner)
        decision = self.as_user(self.user, self.move).dunning_decision_id
        self.assertEqual((decision.code, decision.repair_label), ("REST_COVERED", "Book it"))
        self.assertIn("Choose Book it", decision.explanation)
        self.assertNotIn("Reconcile", decision.explanation)
        action = decision.action_repair()
        self.assertEqual(action["res_model"], "account.move")
        self.assertTrue(item.reconciled)
        self.assertEqual(self.fresh().state, "settled")

    def test_nobody_asks_a_bankrupt_debtor_for_it(self):
        letter = self.letter.with_env(self.env)
        self.assertEqual(letter._page_values()["state"], "open")
        insolvency = self.env["dunning.insolvency"].create(
            {"partner_id": self.partner.id, "company_id": self.nl.id, "kind": "nl_bankruptcy", "date": day(0)}
        )
        values = letter._page_values()
        self.assertEqual((values["state"], values["online"], values["qr"]), ("insolvent", False, False))
        self.claim.action_ask_on()
        with self.at(30):
            self.assertFalse(self.run_for(partners=self.partner).letter_ids)
        self.claim.action_stop_asking()
        insolvency.write({"ended_on": day(0), "outcome": "resumed"})
        self.assertEqual(letter._page_values()["state"], "open")


@tagged("post_install", "-at_install")
class TestAgreed(RestCase):
    """An agreement about everything is about what is left of costs and interest as well."""

    def about(self, model, moves=None, **vals):
        vals = {"date": day(-20), **vals} if model == "dunning.promise" else vals
        about = {"case_id": self.case.id, "move_ids": [Command.set(moves.ids if moves else [])]}
        return self.as_user(self.user)[model].create({**about, **vals})

    def test_it_comes_to_what_case_letter_and_page_say(self):
        page = self.letter.with_env(self.env)
        for paid in (0, 400, 600):
            if paid:
                self.received(self.move, paid)
            self.fresh()
            owed = self.claim.amount_owed
            self.assertEqual(page._page_values()["amount_now"], owed)
            for model in BOTH:
                with self.subTest(model, paid=paid), self.cr.savepoint() as savepoint:
                    found = self.about(model)
                    self.assertAlmostEqual(found.amount, owed, 2)
                    self.assertAlmostEqual(self.about(model, self.move).amount, owed, 2)
                    savepoint.rollback()
        self.assertEqual(owed, self.left)

    def test_what_was_waived_or_came_in_is_no_part_of_it(self):
        self.received(self.move, 1000)
        self.received(self.partner, 100)
        self.assertAlmostEqual(self.about("dunning.promise").amount, self.left - 100, 2)
        self.env["dunning.charge.booking"]._waive(self.claim, "goodwill")
        other = self.invoice(self.partner, 300, due=5)
        self.assertAlmostEqual(self.about("dunning.promise").amount, 200, 2)
        self.assertTrue(other)

    def test_a_promise_about_a_rest_is_kept_when_that_is_paid(self):
        self.received(self.move, 1000)
        with self.at(1):
            promise = self.about("dunning.promise")
            promise._settle(self.nl)
            self.assertEqual(promise.state, "open", "the invoice is paid, and what was promised is not")
            self.received(self.partner, self.left - 0.01, on=self.nl._dunning_today())
            self.case.action_book_charges()
            promise._settle(self.nl)
            self.assertEqual(promise.state, "open")
            self.assertAlmostEqual(promise.paid_amount, self.left - 0.01, 2)
            self.received(self.partner, 0.01, on=self.nl._dunning_today())
            self.case.action_book_charges()
            promise._settle(self.nl)
            self.assertEqual(promise.state, "kept")

    def test_a_plan_that_names_the_invoice_counts_what_came_in_beyond_it(self):
        plan = self.about("dunning.payment.plan", self.move, first_date=day(-10), instalment_count=2)
        plan.action_make_instalments()
        plan.action_agree()
        self.assertEqual(plan.amount, self.letter.amount_total)
        with self.at(10):
            self.received(self.move, 1000, on=self.nl._dunning_today())
            plan._settle(self.nl)
            self.assertEqual(plan.state, "active")
            plan.invalidate_recordset()
            self.assertAlmostEqual(plan.next_amount, self.left, 2)
        with self.at(30):
            self.received(self.partner, self.left, on=self.nl._dunning_today())
            plan.invalidate_recordset()
            self.assertAlmostEqual(plan.paid_amount, plan.amount, 2, "it pays costs and interest, booked or not")
            plan._settle(self.nl)
            self.assertEqual(plan.state, "kept")
            self.case.action_book_charges()
            plan.invalidate_recordset()
            self.assertAlmostEqual(plan.paid_amount, plan.amount, 2, "once")

    def test_a_rest_that_is_promised_waits(self):
        self.received(self.move, 1000)
        self.claim.action_ask_on()
        self.about("dunning.promise", date=day(-60))
        with self.at(40):
            run = self.run_for(partners=self.partner)
            self.assertEqual((run.decision_ids.mapped("code"), run.letter_ids.ids), (["PROMISE"], []))


@tagged("post_install", "-at_install")
class TestBesideInvoices(RestCase):
    """A rest has letters of its own: its text says why it is owed, and that of a reminder does not."""

    def test_it_comes_after_the_letter_about_invoices(self):
        self.received(self.move, 1000)
        self.claim.action_ask_on()
        other = self.invoice(self.partner, 800, due=20)
        with self.at(30):
            run = self.run_for(partners=self.partner)
            self.assertEqual(run.letter_ids.line_ids.move_id, other)
            self.assertEqual(run.letter_ids.line_ids.mapped("is_rest"), [False])
            [waits] = run.decision_ids.filtered(lambda decision: decision.move_id == self.move)
            self.assertEqual(waits.code, "OTHER_LETTER")
            run.action_cancel()
            self.send_level(partners=self.partner)
            self.env["dunning.delivery"]._after_sending(self.nl)
        with self.at(30 + self.nl._dunning_rest_procedure().minimum_interval):
            second = self.send_level(partners=self.partner)
            self.assertEqual((second.line_ids.move_id, second.amount_total), (self.move, self.left))
            self.assertTrue(second.line_ids.is_rest)

    def test_also_where_both_follow_one_ladder(self):
        """A firm may choose a ladder that its invoices follow as well; for these the gate refuses the shipped text."""
        self.received(self.move, 1000)
        own = self.nl._dunning_rest_procedure().copy({"company_id": self.nl.id})
        own.level_ids.template_id = self.env.ref("cremann_dunning.mail_template_reminder")
        self.nl.dunning_rest_procedure_id = own
        other = self.invoice(self.partner, 800, due=20)
        other.dunning_procedure_id = own
        self.claim.action_ask_on()
        with self.at(30):
            letter = self.send_level(partners=self.partner)
            self.assertEqual((letter.line_ids.move_id, letter.amount_total), (other, 800))
            self.env["dunning.delivery"]._after_sending(self.nl)
        with self.at(30 + own.minimum_interval):
            letter = self.send_level(partners=self.partner)
            self.assertEqual((letter.line_ids.move_id, letter.amount_total), (self.move, self.left))
            self.assertIn("Costs and interest left", letter.line_ids.label)
            self.env["dunning.delivery"]._after_sending(self.nl)
            self.assertEqual(self.fresh().beyond_left, self.left, "no charge on a charge")
            self.assertEqual(letter.with_env(self.env)._page_values()["amount_now"], self.left)


@tagged("post_install", "-at_install")
class TestReceiptWindow(RestCase):
    """A line of the bank is booked on the invoice and on what letters asked beyond it, in one click."""

    def setUp(self):
        super().setUp()
        self.king = self._user("king", BOOKKEEPER, self.nl)

    def window(self, amount, text=None, partner=None):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.env["account.journal"]
                .search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
                .id,
                "date": day(0),
                "payment_ref": text or self.move.name,
                "amount": amount,
                "partner_id": partner and partner.id,
            }
        )
        env = self.as_user(self.king)
        action = env["dunning.receipt.wizard"]._open_for(line.with_env(env))
        return line, env[action["res_model"]].browse(action["res_id"])

    def test_all_that_was_asked_at_once(self):
        line, window = self.window(self.letter.amount_total)
        self.assertEqual((window.amount_beyond, window.amount_left), (self.left, 0))
        for words in ("€150.00 costs", f"interest of {self.move.name}", "is booked as costs and interest"):
            self.assertIn(words, window.beyond_text)
        window.action_book()
        self.assertTrue(line.is_reconciled)
        self.assertEqual((self.fresh().state, self.move.payment_state), ("settled", "paid"))
        self.assertEqual(sum(self.claim.booking_ids.mapped("amount_received")), self.left)

    def test_costs_first_and_what_is_more_stays_his_credit(self):
        for beyond, costs, interest, credit in ((149.99, 149.99, 0, 0), (150, 150, 0, 0), (self.left + 50, 150, 1, 50)):
            with self.subTest(beyond), self.cr.savepoint() as savepoint:
                _line, window = self.window(1000 + beyond)
                self.assertAlmostEqual(window.amount_left, credit, 2)
                window.action_book()
                self.fresh()
                self.assertAlmostEqual(150 - self.claim.costs_left, costs, 2)
                interest = self.left - 150 if interest else 0
                self.assertAlmostEqual(self.left - 150 - self.claim.interest_left, interest, 2)
                self.assertAlmostEqual(self.facts_credit(), credit, 2)
                savepoint.rollback()
                self.env.invalidate_all()

    def facts_credit(self):
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.partner.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        return -sum(items.mapped("amount_residual"))

    def test_left_off_it_stays_on_the_account(self):
        _line, window = self.window(self.letter.amount_total)
        window.book_beyond = False
        self.assertEqual((window.amount_beyond, window.amount_left), (self.left, self.left))
        window.action_book()
        self.assertEqual((self.fresh().state, self.claim.beyond_left), ("rest", self.left))
        self.assertAlmostEqual(self.case.amount_to_book, self.left, 2)

    def test_of_a_debtor_who_owes_only_a_rest(self):
        self.received(self.move, 1000)
        _line, window = self.window(self.left, "?", self.partner)
        self.assertFalse(window.line_ids)
        self.assertEqual((window.amount_beyond, window.amount_left), (self.left, 0))
        window.action_book()
        self.assertEqual(self.fresh().state, "settled")

    def test_what_letters_did_not_ask_is_credit(self):
        other = self.invoice(self.debtor("Other"), 100, due=5)
        _line, window = self.window(130, other.name)
        self.assertEqual((window.amount_beyond, window.beyond_text, window.amount_left), (0, False, 30))

    def test_the_amounts_follow_what_is_typed(self):
        _line, window = self.window(self.letter.amount_total)
        with Form(window) as form:
            with form.line_ids.edit(0) as row:
                row.amount = 900
            self.assertAlmostEqual(form.amount_beyond, self.left, 2)
            self.assertAlmostEqual(form.amount_left, 100, 2)

    def test_without_an_account_nothing_is_booked(self):
        self.env["account.account"].search([("code", "=like", "4950%")]).unlink()
        line, window = self.window(self.letter.amount_total)
        with self.assertRaisesRegex(UserError, "No account is set for the costs"), self.cr.savepoint():
            window.action_book()
        self.env.invalidate_all()
        self.assertFalse(line.is_reconciled)
        window.book_beyond = False
        window.action_book()
        self.assertTrue(line.is_reconciled)
