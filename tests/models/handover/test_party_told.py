"""What happens here about claims that are with a party, the party hears by mail and the owner by an activity."""

from odoo.tests import tagged

from ...common import TODAY
from .status_case import StatusCase


@tagged("post_install", "-at_install")
class TestPartyTold(StatusCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl.dunning_mode = "live"
        cls.env["res.lang"]._activate_lang("nl_NL")
        cls.handover = cls.handed()

    @classmethod
    def handed(cls):
        env = cls.as_user(cls.manager)
        act = env["dunning.handover"]._hand_over(
            cls.case.with_env(env), cls.claim.with_env(env), cls.party.with_env(env), reason="x", owner=cls.user
        )
        return act.with_env(cls.env)

    def mails(self):
        """Mails to the party since the last time: ``[(subject, body)]``."""
        found = self.env["mail.mail"].search([("email_to", "=", "files@agency.example.com")], order="id")
        told = [(mail.subject, str(mail.body_html)) for mail in found]
        found.unlink()
        return told

    def kinds(self):
        domain = [("kind", "=like", "handover.party%"), ("company_id", "=", self.nl.id)]
        return self.env["dunning.event"].search(domain, order="id").mapped("kind")

    def test_money_and_credit(self):
        self.handover.party_reference = "D-88"
        self.party.partner_id.lang = "nl_NL"
        self.pay(self.move, 200)
        [(subject, body)] = self.mails()
        self.assertIn(f"{self.handover.name} / D-88", subject)
        self.assertIn(self.move.name, body)
        self.assertIn("200,00", body)
        self.assertIn("300,00", body)  # what is left
        self.assertEqual(self.kinds(), ["handover.party_told"])
        [activity] = self.handover.activity_ids
        self.assertEqual(activity.user_id, self.user)
        self.credit(self.partner, 100)
        refund = self.move._reverse_moves([{"invoice_date": TODAY, "date": TODAY}])
        refund.invoice_line_ids.price_unit = 50
        refund.action_post()
        items = (self.move + refund).line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        items.reconcile()
        self.assertEqual(len(self.mails()), 1)
        items.remove_move_reconcile()
        self.assertTrue(self.mails())
        # what it says itself it knows
        self.take(self.file(self.row(self.handover, received="100.00")))
        self.assertFalse(self.mails())
        # what is not with it any more is none of its business
        self.handover._recall("Back to us")
        self.mails()
        self.pay(self.move, 10)
        self.assertFalse(self.mails())

    def test_replies(self):
        reply = self.env["dunning.reply"].create(
            {"case_id": self.case.id, "received_on": TODAY, "reason": "dispute", "text": "I am ill <b>and poor</b>"}
        )
        [(_subject, body)] = self.mails()
        self.assertIn("Does not agree", body)
        self.assertNotIn("ill", body.replace("still", "").replace("will", "").replace("bill", ""))
        self.assertEqual(len(self.handover.activity_ids), 1)
        self.env["dunning.reply"].create(
            {"case_id": self.case.id, "received_on": TODAY, "is_automatic": True, "text": "Out of office"}
        )
        self.assertFalse(self.mails())
        # of what nobody could place it hears when somebody does
        stray = self.env["dunning.reply"].create({"company_id": self.nl.id, "received_on": TODAY, "text": "?"})
        self.assertFalse(self.mails())
        stray.sudo().write({"case_id": self.case.id})
        self.assertEqual(len(self.mails()), 1)
        self.assertTrue(reply)

    def test_without_an_address_or_switched_off(self):
        """The owner hears of it all the same, and the record says that the party did not."""
        self.party.partner_id.email = False
        self.pay(self.move, 10)
        self.assertEqual(self.kinds(), ["handover.party_not_told"])
        self.assertEqual(len(self.handover.activity_ids), 1)
        self.party.email = "files@agency.example.com"
        self.nl.dunning_mode = "off"
        self.pay(self.move, 10)
        self.assertFalse(self.mails())
        self.nl.write({"dunning_mode": "test", "dunning_test_email": "test@nl.example.com"})
        self.pay(self.move, 10)
        self.assertFalse(self.mails())
        self.assertTrue(self.env["mail.mail"].search_count([("email_to", "ilike", "test@nl.example.com")]))
