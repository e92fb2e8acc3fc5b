"""The act: who may, what it writes, freezes and tells, what it refuses, and how it is taken back."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .handover_case import HandoverCase


@tagged("post_install", "-at_install")
class TestHandingOver(HandoverCase):
    refusal = UserError

    def test_act(self):
        """A row with amounts to the cent, frozen at once, told, and the letter drafted."""
        made = self.hand_over()
        row = made.line_ids
        self.assertEqual((made.state, made.party_id, made.partner_id), ("with_party", self.party, self.partner))
        self.assertEqual((row.claim_id, row.principal, row.is_frozen), (self.claim, 500, True))
        self.assertEqual(row.total, row.principal + row.interest + row.costs)
        self.assertEqual(self.code(self.move), "HANDED_OVER")
        self.assertIn("Incasso Partners", self.why(self.move))
        letter = made.letter_id
        self.assertEqual((letter.state, letter.legal_type), ("draft", "handover"))
        text = str(letter.shown_body)
        self.assertIn("Incasso Partners", text)
        self.assertIn("765", text)
        letter.action_issue()
        self.assertEqual(letter.state, "issued", letter.error)
        self.send_outbox(letter)
        self.assertEqual(letter.state, "sent", letter.cancel_reason)
        self.assertIn("handed over", self.told_on(self.case)[-1] + " ".join(self.told_on(self.case)))

    def test_right(self):
        with self.assertRaises(AccessError):
            self.hand_over(user=self.user)

    def test_twice(self):
        self.hand_over()
        with self.refused("with a party already"):
            self.hand_over(party=self.agency("Another"))

    def test_recall(self):
        made = self.hand_over()
        letter = made.letter_id
        made._recall("Debtor pays after all")
        self.assertEqual((made.state, made.line_ids.is_frozen), ("recalled", False))
        self.assertEqual(letter.state, "cancelled")
        self.assertEqual(self.code(self.move), "LETTER")
        again = self.hand_over()
        again._recall("It ends here", ends=True)
        self.assertEqual(self.code(self.move), "HOLD")
