"""Of several claims of an entry its answer is chosen by one order, in the engine and in the database."""

from dataclasses import replace
from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.cremann_dunning.engine.decide import Decision, per_invoice
from odoo.addons.cremann_dunning.engine.reasons import REASONS

from ...common import TODAY, DunningCase


@tagged("post_install", "-at_install")
class TestShown(DunningCase):
    without_pdf = True

    def decisions(self, claim):
        """One of each reason, each with a sooner and a later day and none at all, as of so many claims of an entry."""
        days = (None, TODAY, TODAY + timedelta(days=1))
        answers = [(code, on) for code in REASONS for on in days]
        return [
            Decision(replace(claim, line_id=10**9 - place), code, {}, on=on) for place, (code, on) in enumerate(answers)
        ]

    def test_what_an_entry_shows_is_what_the_engine_has_speak_for_it(self):
        move = self.invoice(self.debtor(), 100, due=10)
        company, model = move.company_id, self.env["dunning.decision"]
        [debtor] = self.env["dunning.gather"].facts(company, TODAY, move.partner_id.ids)
        left = self.decisions(debtor.claims[0])
        prepare = self.env["dunning.decision.register"]._preparer(company, TODAY, [])
        made = model._insert([prepare(debtor, decision) for decision in left], {}, {move.id}, in_force=True)
        self.assertEqual(len(made), len(left))
        while left:
            shown = made.filtered(lambda decision: decision.is_current and decision.is_shown)
            speaks = per_invoice(left)[move.id]
            self.assertEqual(shown.move_line_id.id, speaks.claim.line_id, f"{speaks.code} {speaks.on}")
            left.remove(speaks)
            model._retire(shown.ids)
