"""What to do about a reason: a way for each reason that time does not lift, which opens what has to be put right."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.cremann_dunning.engine.reasons import REASONS, SEND

from ...common import TODAY, DunningCase

# Reasons that lift by themselves, or that are a letter.
NOTHING_TO_DO = {
    "RIDES_ALONG", "LISTED", "NOT_YET", "PERIOD_RUNNING", "SENT_RECENTLY", "TOO_SOON", "SPOKEN_RECENTLY",
    "OTHER_LETTER", "QUIET", "CAP", "GROUP_CAP", "FIRM_CAP",
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestRepair(DunningCase):
    without_pdf = True

    def setUp(self):
        super().setUp()
        self.partner = self.debtor()

    def decide(self, partner=None):
        """The decision in force on the invoice of a debtor, as the user sees it."""
        partner = partner or self.partner
        self.run_for(partners=partner)
        decisions = self.env["dunning.decision"].search([("partner_id", "=", partner.id), ("is_current", "=", True)])
        self.env.invalidate_all()
        return self.as_user(self.user, decisions[:1])

    def opened(self, decision):
        """The record or the list that the repair of a decision opens."""
        action = decision.action_repair()
        self.assertEqual(action["type"], "ir.actions.act_window")
        if action.get("res_id"):
            record = self.as_user(self.user)[action["res_model"]].browse(action["res_id"])
            record.check_access("read")
            return record
        return self.as_user(self.user)[action["res_model"]].search(action.get("domain") or [])

    def test_every_reason_has_a_way_or_only_takes_time(self):
        repair = self.env["dunning.repair"]
        letters = {code for code, reason in REASONS.items() if reason.outcome == SEND}
        self.assertEqual(set(repair._ways) | NOTHING_TO_DO | letters, set(REASONS))
        self.assertFalse(set(repair._ways) & (NOTHING_TO_DO | letters))
        self.assertEqual(set(repair._ways.values()), set(repair._labels()))

    def test_every_way_opens_something(self):
        """On one and the same decision: each way gives a window on a model that the user may read."""
        self.invoice(self.partner, 500, due=5)
        decision = self.decide()
        for way in set(self.env["dunning.repair"]._ways.values()) - {"settings"}:
            with self.subTest(way=way):
                action = getattr(self.as_user(self.user)["dunning.repair"], f"_open_{way}")(decision)
                self.assertEqual(action["type"], "ir.actions.act_window")
                self.as_user(self.user)[action["res_model"]].check_access("read")

    def test_address(self):
        self.partner.write({"email": False, "street": False, "zip": False, "city": False})
        self.invoice(self.partner, 500, due=5)
        decision = self.decide()
        self.assertEqual((decision.code, decision.repair_label), ("NO_ADDRESS", "Complete the address"))
        window = self.opened(decision)
        self.assertEqual((window._name, window.partner_id.id), ("dunning.address.wizard", self.partner.id))

    def test_hold(self):
        move = self.invoice(self.partner, 500, due=5)
        hold = self.env["dunning.hold"].create({"move_id": move.id, "company_id": self.nl.id, "reason": "waits"})
        self.assertEqual(self.opened(self.decide()), hold)

    def test_promise(self):
        move = self.invoice(self.partner, 500, due=5)
        case = self.env["dunning.case"]._for_partners(self.partner, self.nl, create=True)
        promise = self.env["dunning.promise"].create(
            {"case_id": case.id, "move_ids": [fields.Command.set(move.ids)], "date": TODAY}
        )
        decision = self.decide()
        self.assertEqual(decision.code, "PROMISE")
        self.assertIn(promise, self.opened(decision))

    def test_receipt_that_is_not_booked(self):
        self.invoice(self.partner, 500, due=5)
        receipt = self.receipt(self.partner, 500)
        decision = self.decide()
        self.assertEqual(decision.code, "UNMATCHED_PAYMENT")
        window = self.opened(decision)
        self.assertEqual(window.statement_line_id.with_env(self.env), receipt)
        self.assertEqual(window.partner_id.with_env(self.env), self.partner)

    def test_credit(self):
        self.invoice(self.partner, 500, due=5)
        note = self.credit(self.partner, 600)
        decision = self.decide()
        self.assertEqual(decision.code, "NET_CREDIT")
        window = self.opened(decision)
        self.assertEqual(window.line_ids.credit_id.move_id.with_env(self.env), note)

    def test_letter_that_failed(self):
        self.invoice(self.partner, 500, due=5)
        letter = self.confirm(self.run_for(partners=self.partner))
        letter.sudo()._register_failure("no such mailbox")
        decision = self.decide()
        self.assertEqual(decision.code, "LETTER_FAILED")
        self.assertEqual(self.opened(decision), letter)

    def test_procedure(self):
        move = self.invoice(self.partner, 3, due=5)
        decision = self.decide()
        self.assertEqual(decision.code, "MIN_AMOUNT")
        kept = self.env["dunning.procedure"]._chooser(self.nl)
        self.assertTrue(kept)
        self.assertEqual(self.opened(decision), self.env.ref("cremann_dunning.dunning_procedure_nl_business"), move)

    def test_invoice_that_was_not_sent(self):
        move = self.invoice(self.partner, 500, due=5, sent=False)
        procedure = self.env.ref("cremann_dunning.dunning_procedure_nl_business")
        procedure.require_sent = True
        decision = self.decide()
        self.assertEqual(decision.code, "NOT_SENT")
        window = self.opened(decision)
        self.assertEqual(window.move_ids.ids, move.ids)
        action = window.action_send()
        self.assertEqual(action["res_model"], "account.move.send.wizard")
        self.assertEqual(action["context"]["active_ids"], move.ids)

    def test_only_an_administrator_opens_the_settings(self):
        move = self.invoice(self.partner, 500, due=5)
        self.decide()
        decision = self.env["dunning.decision"].search([("move_id", "=", move.id), ("is_current", "=", True)])
        decision.code = "CLAUSE"
        self.assertFalse(self.as_user(self.user, decision).repair_label)
        self.assertFalse(self.as_user(self.manager, decision).repair_label)
        self.manager.group_ids += self.env.ref("base.group_system")
        self.assertEqual(self.as_user(self.manager, decision).repair_label, "Open the settings")

    def test_nothing_to_do_but_wait(self):
        self.invoice(self.partner, 500, due=5)
        self.send_level(partners=self.partner)
        decision = self.decide()
        self.assertEqual(decision.code, "PERIOD_RUNNING")
        self.assertFalse(decision.repair_label)
        with self.assertRaisesRegex(UserError, "nothing to put right"):
            decision.action_repair()
