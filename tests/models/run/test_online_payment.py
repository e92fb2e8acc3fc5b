"""Money between its start and its entry in the books: online payments in every state, and payments of other kinds."""

from odoo import Command
from odoo.tests import tagged

from ...common import DunningCase
from ..letter.test_page import PageCase
from .sending_case import pay_online


@tagged("post_install", "-at_install")
class TestOnlinePayment(DunningCase):
    without_pdf = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.debtor()
        cls.move = cls.invoice(cls.partner, 100, due=10)

    def decided(self, partner=None):
        partner = partner or self.partner
        self.env["dunning.letter"].search([("state", "=", "draft")])._discard()
        self.run_for(partners=partner)
        return self.move.dunning_decision_id

    def test_every_state(self):
        states = {
            ("draft", "demo"): "LETTER",
            ("pending", "demo"): "IN_PAYMENT",
            ("authorized", "demo"): "IN_PAYMENT",
            ("done", "demo"): "IN_PAYMENT",
            ("cancel", "demo"): "LETTER",
            ("error", "demo"): "LETTER",
            ("pending", "custom"): "LETTER",  # by bank transfer: chosen, and nothing on its way
            ("done", "custom"): "IN_PAYMENT",
        }
        for (state, code), expected in states.items():
            with self.subTest(state=state, code=code):
                transaction = pay_online(self.env, self.move, 100, state, code)
                decision = self.decided()
                self.assertEqual(decision.code, expected)
                if expected == "IN_PAYMENT":
                    self.assertIn(transaction.reference, decision.explanation)
                    action = decision.action_repair()
                    self.assertEqual((action["res_model"], action["res_id"]), ("payment.transaction", transaction.id))
                if code == "demo" and state in ("pending", "authorized"):
                    self.assertFalse(self.move._has_to_be_paid(), "Odoo says the same")
                transaction.invoice_ids = [Command.clear()]

    def test_booked_once_is_booked(self):
        """Its payment was taken back since: the debtor owes it again."""
        transaction = pay_online(self.env, self.move, 100, "done")
        transaction.is_post_processed = True
        self.assertEqual(self.decided().code, "LETTER")

    def test_part_of_it(self):
        pay_online(self.env, self.move, 40, "pending")
        decision = self.decided()
        self.assertEqual((decision.code, decision.amount_open), ("LETTER", 60))

    def test_several_invoices_oldest_first(self):
        newer = self.invoice(self.partner, 100, due=5)
        pay_online(self.env, self.move | newer, 150, "authorized")
        self.decided()
        self.assertEqual(self.move.dunning_decision_id.code, "IN_PAYMENT")
        self.assertEqual((newer.dunning_decision_id.code, newer.dunning_decision_id.amount_open), ("LETTER", 50))

    def test_captured_in_parts(self):
        source = pay_online(self.env, self.move, 100, "authorized")
        part = pay_online(
            self.env, self.move.browse(), 60, "done", provider=source.provider_id, reference="part",
            source_transaction_id=source.id, partner_id=self.partner.id, currency_id=self.eur.id,
        )  # fmt: skip
        self.assertEqual(self.decided().code, "IN_PAYMENT", "captured, and not booked")
        part.is_post_processed = True
        self.assertEqual((self.decided().code, self.decided().amount_open), ("LETTER", 60), "the rest is under way")

    def test_nothing_of_a_refund_or_a_check_of_a_card(self):
        for operation in ("validation", "refund"):
            pay_online(self.env, self.move, 100, "pending", reference=operation, operation=operation)
        self.assertEqual(self.decided().code, "LETTER")

    def test_started_between_confirm_and_send(self):
        letters = self.confirm(self.run_for(partners=self.partner))
        pay_online(self.env, self.move, 100, "pending")
        self.assertFalse(self.send_outbox(letters))
        self.assertEqual(letters.state, "cancelled")

    def test_a_draft_payment_was_not_started(self):
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound", "partner_type": "customer", "partner_id": self.partner.id, "amount": 100,
                "journal_id": journal.id, "invoice_ids": [Command.set(self.move.ids)],
            }
        )  # fmt: skip
        self.assertEqual((payment.state, self.decided().code), ("draft", "LETTER"))


@tagged("post_install", "-at_install")
class TestPageOfOnlinePayment(PageCase):
    def test_all_of_it_under_way(self):
        pay_online(self.env, self.moves, 200, "pending")
        page = self.get(self.letter)
        text = self.text(page)
        self.assertIn("Your payment of €200.00 is under way.", text)
        self.assertNotIn("Thank you", text)
        self.assertNotIn("To pay now", text)
        self.assertNotIn("Scan to pay", text)
        self.assertNotIn("btn-sm btn-primary", page.text)
        self.assertFalse(self.letter._page_values()["qr"])

    def test_a_part_under_way(self):
        pay_online(self.env, self.moves[0], 100, "authorized")
        values = self.letter._page_values()
        self.assertEqual((values["state"], values["under_way"], values["amount_now"]), ("open", 100, 100))
        self.assertEqual([row["under_way"] for row in values["demanded"]], [100, 0])
        self.assertFalse(values["part_paid"])
        page = self.get(self.letter)
        self.assertIn("is under way and has been taken off", self.text(page))
        rows = self.text(page).split("Invoices on this letter")[1].split("The letter as it was sent")[0]
        self.assertEqual(rows.count(" View "), 2)
