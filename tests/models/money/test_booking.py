"""Booking a receipt: what stands in the ledger afterwards, and what is refused before anything is written."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...common import TODAY
from .receipt_case import ReceiptCase


@tagged("post_install", "-at_install")
class TestBooking(ReceiptCase):
    refusal = UserError
    with_belgium = True

    def entry(self, line):
        """``[(kind of account, partner, balance)]`` of the entry of a line, without the bank itself."""
        return [
            (item.account_id.account_type, item.partner_id, item.balance)
            for item in line.move_id.line_ids.sorted("id")
            if item.account_id != line.journal_id.default_account_id
        ]

    def assertBooked(self, line, *expected):
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.move_id.state, "posted")
        self.assertEqual(self.entry(line), [("asset_receivable", partner, balance) for partner, balance in expected])
        self.assertAlmostEqual(sum(line.move_id.line_ids.mapped("balance")), 0)

    def test_to_the_cent(self):
        line = self.line(self.move.name)
        self.book(line, (self.move, 121))
        self.assertBooked(line, (self.partner, -121))
        self.assertEqual((self.move.amount_residual, self.move.payment_state), (0, "paid"))
        self.assertEqual(line.partner_id, self.partner)
        self.assertEqual(line.move_id.partner_id, self.partner)

    def test_a_part_of_the_claim(self):
        line = self.line(self.move.name, 21.01)
        self.book(line, (self.move, 21.01))
        self.assertBooked(line, (self.partner, -21.01))
        self.assertAlmostEqual(self.move.amount_residual, 99.99)

    def test_a_rest_is_the_debtors_own_credit(self):
        line = self.line(self.move.name, 150)
        made = self.book(line, (self.move, 121))
        self.assertBooked(line, (self.partner, -121), (self.partner, -29))
        self.assertEqual(made.mapped("amount_residual"), [0, -29])
        facts = self.env["dunning.gather"].facts(self.nl, TODAY, self.partner.ids)
        self.assertFalse(facts, "the invoice is paid")

    def test_several_claims_of_several_debtors(self):
        other = self.invoice(self.debtor("Peeters"), 79, due=10)
        term = self.invoice(self.partner, 100, due=30, term=self.in_parts(40, 60))
        first, second = self.item(term).sorted("date_maturity")
        line = self.line("alles", 250)
        with self.refused("Choose the debtor who paid"):
            self.book(line, (self.move, 121), (other, 79))
        model = self.as_user(self.bookkeeper)["dunning.receipt"]
        parts = [(self.item(self.move), 121), (self.item(other), 79), (first, 40), (second, 10)]
        parts = [(item.with_env(model.env), amount) for item, amount in parts]
        model._book(line.with_env(model.env), parts)
        self.env.invalidate_all()
        self.assertBooked(line, (self.partner, -121), (other.partner_id, -79), (self.partner, -40), (self.partner, -10))
        self.assertEqual((self.move + other + first.move_id).mapped("amount_residual"), [0, 0, 50])
        self.assertFalse(line.partner_id, "of two")

    def test_all_of_it_as_credit(self):
        line = self.line("voorschot", 30)
        with self.refused("Choose the debtor who paid"):
            self.book(line)
        self.book(line, partner=self.partner)
        self.assertBooked(line, (self.partner, -30))
        self.assertEqual(line.partner_id, self.partner)

    def test_what_was_booked_in_part_keeps_that_part(self):
        line = self.line(self.move.name, 150)
        income = self._account(self.nl, "income")
        _liquidity, suspense, _others = line._seek_for_lines()
        line.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create({"account_id": suspense.account_id.id, "balance": -121}),
                    Command.create({"account_id": income.id, "balance": -29, "name": "rest"}),
                ]
            }
        )
        self.assertEqual(self.found(line), ("certain", self.move, False))
        self.book(line, (self.move, 121))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(sorted(balance for _kind, _partner, balance in self.entry(line)), [-121, -29])
        self.assertEqual(self.move.payment_state, "paid")

    def test_a_bank_in_another_currency(self):
        self.usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": self.usd.id, "company_id": self.nl.id, "name": "2026-01-01", "rate": 1.25}
        )
        bank = self.bank.copy({"name": "Dollars", "code": "BNKD", "currency_id": self.usd.id})
        dollars = self.invoice(self.partner, 125, due=10, currency=self.usd)
        line = self.line(dollars.name, 150, journal=bank)
        self.assertEqual(self.found(line), ("likely", dollars, False))
        self.book(line, (dollars, 125))
        self.assertBooked(line, (self.partner, -100), (self.partner, -20))
        self.assertEqual(dollars.amount_residual, 0)
        credit = line.move_id.line_ids.filtered(lambda item: item.balance == -20)
        self.assertEqual((credit.currency_id, credit.amount_residual_currency), (self.usd, -25))

    # -- refused --------------------------------------------------------------------------------------------------

    def test_refused_before_anything_is_written(self):
        dollars = self.invoice(self.partner, 121, due=10, currency=self.usd)
        paid = self.invoice(self.partner, 50, due=10)
        self.pay(paid)
        bill = self.invoice(self.partner, 50, move_type="in_invoice", ref="L1", sent=False)
        payable = bill.line_ids.filtered(lambda item: item.account_type == "liability_payable")
        theirs = self.invoice(self.partner, 121, due=10, company=self.be)
        line, super_model = self.line(self.move.name), self.env["dunning.receipt"]
        before = self.entry(line)
        for message, parts in {
            "121.00 open, and .*121.01 would go there": [(self.item(self.move), 121.01)],
            "122.00 would go there": [(self.item(self.move), 61), (self.item(self.move), 61)],
            "more than nothing": [(self.item(self.move), 0)],
            "than nothing": [(self.item(self.move), -5)],
            "claim of another company": [(self.item(theirs), 121)],
            "is in USD and the receipt in EUR": [(self.item(dollars), 121)],
            "Nothing is open of": [(self.item(paid), 50)],
            "no claim on a debtor": [(payable, 50)],
        }.items():
            with self.subTest(message), self.refused(message):
                super_model._book(line, parts)
        second = self.invoice(self.partner, 100, due=10)
        with self.refused("221.00 would be booked of .*121.00 that came in"):
            super_model._book(line, [(self.item(self.move), 121), (self.item(second), 100)])
        self.assertEqual(self.entry(line), before)
        self.assertFalse(line.is_reconciled)
        self.assertEqual(self.move.amount_residual, 121)

    def test_lines_that_cannot_be_booked(self):
        self.book(booked := self.line(self.move.name, 21), (self.move, 21))
        draft = self.line(self.move.name, 21)
        draft.move_id.button_draft()
        gone = self.line(self.move.name, 21)
        gone.move_id._reverse_moves(cancel=True)
        for line, message in (
            (booked, "is booked already"),
            (self.line("out", -5), "money went out"),
            (draft, "is not posted"),
            (gone, "was reversed"),
        ):
            with self.subTest(message), self.refused(message):
                self.book(line, (self.move, 21), user=self.env.user)
        self.assertEqual(self.move.amount_residual, 100)

    def test_a_locked_period(self):
        for on, locked in ((5, True), (4, True), (3, False)):
            line = self.line(self.move.name, 10, on=on)
            self.lock(TODAY.replace(day=12))
            if locked:
                with self.refused("lies in a period that is locked: .*11/12/2026"):
                    self.book(line, (self.move, 10), user=self.env.user)
            else:
                self.book(line, (self.move, 10), user=self.env.user)
            self.lock(None)

    def lock(self, day):
        """Odoo locks no period in which a line of the bank waits; one that comes later may lie there all the same."""
        self.env.flush_all()
        self.cr.execute("UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s", [day, self.nl.id])
        self.env.invalidate_all()

    def test_who_books(self):
        king = self._user("king", "account.group_account_manager,cremann_dunning.group_dunning_user", self.nl)
        line = self.line(self.move.name, 21)
        for user in (self.user, self.biller, self.manager):
            with self.subTest(user.login), self.refused("Ask a bookkeeper", AccessError):
                self.book(line, (self.move, 21), user=user)
        with self.refused("", AccessError):
            self.book(line, (self.move, 21), user=self.be_user)
        self.book(line, (self.move, 21), user=king)
        self.assertBooked(line, (self.partner, -21))

    # -- windows --------------------------------------------------------------------------------------------------

    def window(self, line, user=None):
        action = self.as_user(user or self.bookkeeper)["dunning.receipt.wizard"]._open_for(
            line.with_env(self.as_user(user or self.bookkeeper))
        )
        return self.as_user(user or self.bookkeeper)[action["res_model"]].browse(action["res_id"])

    def test_the_window_has_debtor_and_claims_filled_in(self):
        self.invoice(self.partner, 80, due=40)
        line = self.line(self.move.name)
        window = self.window(line)
        self.assertEqual((window.partner_id.id, window.amount, window.amount_left), (self.partner.id, 121, 0))
        self.assertEqual(window.line_ids[0].number, self.move.name)
        self.assertEqual(window.line_ids.mapped("amount"), [121, 0])
        self.assertTrue(window.may_book)
        self.assertFalse(self.window(line, self.user).may_book)
        window.action_book()
        self.assertBooked(line, (self.partner, -121))
        with self.refused("booked already"):
            self.window(line)

    def test_who_may_not_book_asks_somebody_who_may(self):
        line = self.line(self.move.name)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        for _once_more in range(2):
            window = self.window(line, self.user)
            said = window.action_ask()["params"]["message"]
        todo = (case.activity_ids | line.move_id.activity_ids).with_env(self.env)
        self.assertEqual(len(todo), 1, "asked twice, and one to-do")
        self.assertIn(todo.user_id.name, said)
        line = self.as_user(todo.user_id, line)
        self.assertTrue(line.env["dunning.receipt"]._may_book(line))
        self.assertIn(self.move.name, todo.summary)
        self.bookkeeper.active = False
        with self.refused("Nobody of Kaai Holland"):
            window.action_ask()

    def test_another_debtor_is_chosen(self):
        other = self.invoice(self.debtor("Peeters"), 79, due=10)
        line = self.line(self.move.name, 100)
        with Form(self.window(line)) as form:
            form.partner_id = other.partner_id
            self.assertEqual(len(form.line_ids), 1)
            self.assertEqual(form.amount_left, 21)
            with form.line_ids.edit(0) as row:
                row.amount = 70
            self.assertEqual(form.amount_left, 30)
        form.record.action_book()
        self.assertBooked(line, (other.partner_id, -70), (other.partner_id, -30))
        self.assertEqual((other.amount_residual, self.move.amount_residual), (9, 121))

    def test_of_one_of_several_a_person_chooses(self):
        other = self.invoice(self.debtor("Peeters"), 79, due=10)
        for partner in (self.partner, other.partner_id):
            self.iban("NL20INGB0001234567", partner)
        line = self.line("", 9, account_number="NL20INGB0001234567")
        window = self.window(line)
        self.assertTrue(window.is_shared)
        self.assertFalse(window.partner_id)
        self.assertEqual((len(window.line_ids), sum(window.line_ids.mapped("amount"))), (2, 0))
        with self.refused("Choose the debtor"):
            window.action_book()

    def test_what_points_to_nothing_can_be_booked_as_well(self):
        window = self.window(self.line("?", 3))
        self.assertFalse(window.partner_id)
        window.partner_id = self.partner.with_env(window.env)
        window._onchange_partner_id()
        self.assertEqual(window.line_ids.mapped("amount"), [3])

    def test_the_repair_opens_it(self):
        line = self.line(self.move.name)
        self.run_for(partners=self.partner)
        decision = self.move.dunning_decision_id
        action = self.as_user(self.bookkeeper, decision).action_repair()
        self.assertEqual((action["res_model"], action["target"]), ("dunning.receipt.wizard", "new"))
        window = self.as_user(self.bookkeeper)[action["res_model"]].browse(action["res_id"])
        self.assertEqual(window.statement_line_id.id, line.id)
        self.line(self.move.name, 5)
        action = self.as_user(self.bookkeeper, decision).action_repair()
        window = self.as_user(self.bookkeeper)[action["res_model"]].browse(action["res_id"])
        self.assertEqual((window._name, window.amount), ("dunning.receipt.wizard", 121), "the certain one first")
        self.assertEqual(window.other_ids.mapped("amount"), [5], "the other one is in the same window")
        self.assertEqual(window.other_ids.action_open()["res_model"], "dunning.receipt.wizard")
        said = window.action_book()["params"]["message"]
        self.assertIn("More of this debtor waits to be booked: 1.", said)

    def test_the_case_shows_them(self):
        self.send_level(partners=self.partner)
        case = self.env["dunning.case"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(self.as_user(self.user, case).receipt_count, 0)
        self.line(self.move.name)
        self.look()
        case.invalidate_recordset()
        self.assertEqual(self.as_user(self.user, case).receipt_count, 1)
        self.assertEqual(self.env["dunning.receipt"].search_count(case.action_open_receipts()["domain"]), 1)

    def test_all_that_is_certain_at_once(self):
        second, third = self.invoice(self.partner, 80, due=9), self.invoice(self.partner, 60, due=8)
        lines = [
            self.line(self.move.name),
            self.line(second.name, 80, on=3),
            self.line(third.name, 61),
            self.line("?", 4),
        ]
        self.lock(TODAY.replace(day=13))
        self.look()
        receipts = self.as_user(self.bookkeeper)["dunning.receipt"].search([("company_id", "=", self.nl.id)])
        self.assertEqual(
            sorted(receipts.mapped(lambda receipt: receipt.certainty or "")), ["", "certain", "certain", "likely"]
        )
        told = receipts.action_book_certain()["params"]
        self.assertEqual(told["type"], "warning")
        for words in ("Booked: 1", "to look at: 2", f"{second.name}: The line {second.name} of 11/13/2026 lies in"):
            self.assertIn(words, told["message"])
        self.assertEqual([line.is_reconciled for line in lines], [True, False, False, False])

    def test_the_list_shows_what_is_true_of_now(self):
        line = self.line(self.move.name)
        rows = self.open_list(self.as_user(self.user), "dunning.receipt", [("certainty", "=", "certain")])["records"]
        self.assertEqual([row["points_to"] for row in rows], [f"Bakkerij Jansen: {self.move.name}"])
        self.assertEqual(rows[0]["why"], "Number")
        line.payment_ref = "?"
        rows = self.open_list(self.as_user(self.user), "dunning.receipt", [("certainty", "=", "certain")])["records"]
        self.assertFalse(rows)
        self.assertFalse(self.open_list(self.as_user(self.be_user), "dunning.receipt")["records"])
