"""Decisions are played back from what was kept with them, whatever was changed since."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestReplay(DunningCase):
    without_pdf = True
    with_belgium = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.business = cls.env.ref("cremann_dunning.dunning_procedure_nl_business")

    def varied(self):
        """A ledger with many reasons in it, decided on over five weeks; all decisions."""
        partners = [
            self.debtor(f"Debtor {number}", kind=kind) for number, kind in enumerate(["business", "consumer"] * 5)
        ]
        for number, partner in enumerate(partners):
            for due in (number, number + 3, 40, -10):
                self.invoice(partner, 80 + 10 * number, due=due, sent=number != 2)
        self.invoice(partners[0], 500, due=20, currency=self.usd)
        self.credit(partners[1], 90)
        self.receipt(partners[3], 10)
        holds = self.env["dunning.hold"].create(
            [
                {"partner_id": partners[4].id, "reason": "Called", "date_until": TODAY + timedelta(days=9)},
                {"move_id": partners[5].invoice_ids[0].id, "reason": "Disputed"},
            ]
        )
        partners[6].write({"street": False, "email": False})
        self.invoice(self.debtor("Small"), 1, due=9)
        self.invoice(self.debtor("Els Maes", kind="consumer", country_id=self.env.ref("base.be").id), 100, due=1)
        stranger = self.debtor("Stranger", country_id=self.env.ref("base.us").id)
        self.invoice(stranger, 100, due=30)
        self.env["dunning.regime"].search([("country_id", "=", False)]).active = False  # none for him
        self.nl.write({"dunning_start_date": TODAY - timedelta(days=30), "dunning_backlog": "match"})
        for days in (0, 3, 8, 15, 16, 35):
            with self.at(days) as today:
                alone = self.env["dunning.run"].create({"company_id": self.nl.id, "automatic": True, "date": today})
                alone.env["dunning.proposal"]._make(alone)
                alone.action_cancel()
                run = self.run_for(date=today)
                self.run_for(date=today)  # finds the drafts of the first one
                self.send_outbox(self.confirm(run))
        return holds, self.env["dunning.decision"].search([("company_id", "=", self.nl.id)])

    def test_every_decision_gives_the_same_answer_a_year_later(self):
        holds, decisions = self.varied()
        self.assertGreater(len(decisions), 80)
        expected = {
            "LETTER", "RIDES_ALONG", "LISTED", "NOT_YET", "PERIOD_RUNNING", "HOLD", "HOLD_UNTIL", "NOT_SENT",
            "NET_CREDIT", "UNMATCHED_PAYMENT", "MIN_AMOUNT", "NO_ADDRESS", "NO_REGIME", "APPROVAL", "LAST_LEVEL",
        }  # fmt: skip
        self.assertFalse(expected - set(decisions.mapped("code")))
        # what the rules stop was found outside the facts, and so what became of the debtor's other claims
        failed = ("NO_REGIME", "NO_RATE", "REFUSED")
        stopped = decisions.filtered(lambda d: d.code in failed).partner_id
        with self.at(365):
            self.change_everything(holds, decisions)
            for decision in decisions:
                with self.subTest(code=decision.code, date=decision.date):
                    answer = decision.replay()
                    self.assertFalse(answer["problem"])
                    self.assertTrue(answer["same"], answer)
                    if decision.code in failed:
                        self.assertTrue(answer["outside"])
                    elif decision.partner_id not in stopped:
                        self.assertFalse(answer["outside"])

    def change_everything(self, holds, decisions):
        """Rules, debtors and ledger as they may be a year later."""
        procedures = self.env["dunning.procedure"].search([])
        procedures.write({"minimum_interval": 30, "minimum_amount": 1000, "correction_days": 9, "stop_age": 3})
        for level in procedures.level_ids:
            level.write({"name": f"New {level.id}", "delay_days": level.delay_days + 40, "template_id": False})
        procedures.active = False
        holds.unlink()
        decisions.partner_id.write({"street": "Elsewhere 1", "email": "other@example.com", "name": "Other"})
        for move in decisions.move_id.filtered(lambda move: move.payment_state == "not_paid")[:5]:
            self.pay(move)
        self.nl.write({"dunning_start_date": False, "dunning_bank_max_days": 1})

    def test_another_answer_is_told(self):
        move = self.invoice(self.debtor(), 100, due=1)
        self.run_for()
        decision = move.dunning_decision_id
        self.assertTrue(decision.replay()["same"])
        self.env.cr.execute("UPDATE dunning_decision SET code = 'NOT_YET' WHERE id = %s", (decision.id,))
        decision.invalidate_recordset()
        answer = decision.replay()
        self.assertEqual((answer["same"], answer["code"], answer["date"]), (False, "LETTER", TODAY))
        told = self.as_user(self.manager, decision).action_replay()["params"]
        self.assertEqual(told["type"], "warning")
        self.assertIn("now give Letter", told["message"])

    def test_an_amount_that_differs_is_another_answer(self):
        move = self.invoice(self.debtor(), 100, due=1)
        self.run_for()
        self.env.cr.execute("UPDATE dunning_decision SET amount_open = 99.99 WHERE move_id = %s", (move.id,))
        move.dunning_decision_id.invalidate_recordset()
        self.assertFalse(move.dunning_decision_id.replay()["same"])

    def test_what_was_not_kept_is_said(self):
        move = self.invoice(self.debtor(), 100, due=1)
        self.run_for()
        decision = move.dunning_decision_id
        decision.inputs = {"line_id": 1}
        self.assertIn("before facts and rules were kept", decision.replay()["problem"])
        self.run_for(partners=self.debtor("Nobody"))
        self.env["dunning.snapshot"].search([]).content = '["Hold", {"colour": 1}]'
        other = self.invoice(self.debtor("Other"), 100, due=1)
        self.run_for()
        self.env["dunning.snapshot"].search([]).content = '["Hold", {"colour": 1}]'
        self.assertIn("cannot be read", other.dunning_decision_id.replay()["problem"])

    def test_equal_facts_and_rules_are_kept_once(self):
        partner = self.debtor()
        moves = self.invoices([partner] * 3, 100, due=1)
        self.run_for()
        self.assertEqual(len(self.env["dunning.snapshot"].search([])), 2, "facts of the debtor, and the rules")
        self.assertEqual(len({str(move.dunning_decision_id.inputs["facts"]) for move in moves}), 1)
        for _time in range(2):
            self.run_for()
            kept = self.env["dunning.snapshot"].search([])
            self.assertEqual(len(kept), 2, "the decision that announced the draft stays")

    def test_the_button_is_the_managers_and_the_facts_are_the_companys(self):
        move, other = self.invoice(self.debtor(), 100, due=1), self.debtor("Peeters")
        self.invoice(other, 100, due=10, company=self.be)
        self.run_for()
        self.run_for(self.be)
        decision = self.as_user(self.manager, move.dunning_decision_id)
        self.assertEqual(decision.action_replay()["params"]["type"], "success")
        self.assertIn('"Claim"', self.open_form(decision)["facts_text"])
        with self.assertRaises(AccessError):
            self.as_user(self.user, decision).action_replay()
        mine = self.as_user(self.user)["dunning.snapshot"].search([])
        self.assertEqual(mine.company_id, self.nl)
        theirs = self.env["dunning.snapshot"].search([("company_id", "=", self.be.id)])
        self.assertTrue(theirs)
        with self.assertRaises(AccessError):
            self.as_user(self.user, theirs).read(["content"])
