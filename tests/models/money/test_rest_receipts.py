"""A line of the bank that is for what is left of costs and interest: recognised, stops the letter, booked by itself."""

from odoo.tests import tagged

from ...common import day
from .test_rests import RestCase


class RestReceiptCase(RestCase):
    def line(self, text, amount, **values):
        journal = self.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", self.nl.id)], limit=1)
        return self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": day(0), "payment_ref": text, "amount": amount, **values}
        )

    def found(self, line):
        self.env["dunning.receipt.look"]._bring(self.nl)
        return self.env["dunning.receipt"].search([("statement_line_id", "=", line.id)])


@tagged("post_install", "-at_install")
class TestRestRecognised(RestReceiptCase):
    def test_the_reference_of_the_letter_about_it(self):
        """The invoice is paid; its reference, or its number, still says for what the money is."""
        self.received(self.move, 1000)
        self.claim.action_ask_on()
        with self.at(30):
            letter = self.send_level(partners=self.partner)
            self.assertTrue(letter.line_ids.is_rest)
            self.env["dunning.delivery"]._after_sending(self.nl)
            for text in (letter.payment_reference, self.move.name):
                line = self.line(text, self.left)
                receipt = self.found(line)
                self.assertEqual((receipt.certainty, receipt.partner_ids), ("certain", self.partner), text)
                self.assertEqual(receipt.points_to, f"{self.partner.name}: rest of {self.move.name}")
                line.unlink()

    def test_the_reference_of_a_letter_about_several(self):
        self.received(self.move, 1000)
        with self.at(20):
            other, _letter = self.asked(partner=self.partner, due=40)
            self.received(other, 1000, on=self.nl._dunning_today())
        claims = self.claim + self.claim_of(other)
        claims.action_ask_on()
        with self.at(60):
            letter = self.send_level(partners=self.partner)
            self.assertTrue(letter.payment_reference_key)
            self.env["dunning.delivery"]._after_sending(self.nl)
            receipt = self.found(self.line(letter.payment_reference, letter.amount_total))
            self.assertEqual(
                (receipt.certainty, receipt.claim_ids.move_line_id.move_id), ("certain", self.move + other)
            )
            self.assertEqual(set(receipt.claim_ids.mapped("reason")), {"letter"})
            receipt.action_book_certain()
        self.env.invalidate_all()
        self.assertEqual(claims.mapped("state"), ["settled"] * 2)

    def test_it_stops_the_letter_until_it_is_booked(self):
        self.received(self.move, 1000)
        self.claim.action_ask_on()
        with self.at(30):
            self.line(f"rest {self.move.name}", 20)
            run = self.run_for(partners=self.partner)
            self.assertEqual((run.decision_ids.mapped("code"), run.letter_ids.ids), (["UNMATCHED_PAYMENT"], []))

    def test_whatever_changed_it_is_looked_at_anew(self):
        self.received(self.move, 1000)
        line = self.line(self.move.name, self.left)
        self.assertEqual(self.found(line).certainty, "certain")
        with self.subTest("a part was waived"), self.cr.savepoint() as savepoint:
            self.env["dunning.charge.booking"]._waive(self.claim, "goodwill")
            self.assertFalse(self.found(line).certainty)
            savepoint.rollback()
        self.env.invalidate_all()
        with self.subTest("another receipt paid it"), self.cr.savepoint() as savepoint:
            self.received(self.partner, self.left)
            self.case.action_book_charges()
            self.assertFalse(self.found(line).certainty)
            savepoint.rollback()


@tagged("post_install", "-at_install")
class TestRestBooked(RestReceiptCase):
    def test_by_itself_beside_an_older_claim_of_which_more_is_asked(self):
        """What it says it is for comes before what the law would choose."""
        self.received(self.move, 1000)
        with self.at(20):
            older, _letter = self.asked(partner=self.partner, due=60)
            line = self.line(self.move.name, self.left)
            self.found(line).action_book_certain()
        self.env.invalidate_all()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.claim.state, "settled")
        self.assertEqual(older.amount_residual, 1000)

    def test_where_nothing_is_booked_by_itself_it_is_his_money_until_somebody_does(self):
        self.nl.dunning_book_charges = "offered"
        self.received(self.move, 1000)
        line = self.line(self.move.name, self.left)
        self.found(line).action_book_certain()
        self.env.invalidate_all()
        self.assertEqual((line.is_reconciled, self.claim.state), (True, "rest"))
        self.case.action_book_charges()
        self.env.invalidate_all()
        self.assertEqual(self.claim.state, "settled")

    def test_what_was_invoiced_of_it_is_a_claim_by_itself(self):
        self.received(self.move, 1000)
        action = self.claim.action_invoice_rest()
        invoice = self.env[action["res_model"]].browse(action["res_id"])
        if invoice.state == "draft":
            invoice.action_post()
        receipt = self.found(self.line(invoice.name, self.left))
        self.assertEqual((receipt.certainty, receipt.claim_ids.move_line_id.move_id), ("certain", invoice))
        receipt = self.found(self.line(self.move.name, self.left))
        self.assertNotIn(self.move, receipt.claim_ids.move_line_id.move_id)
