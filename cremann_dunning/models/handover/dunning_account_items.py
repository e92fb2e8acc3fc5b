from dataclasses import replace

from odoo import api, models

from ...engine.facts import ZERO


class DunningAccountItems(models.AbstractModel):
    """Items that are with a party: nothing of them is to be paid to us, and they say whom to pay."""

    _inherit = "dunning.account.items"

    @api.model
    def _row(self, item, claim, part, decision, beyond, question, visit):
        row = super()._row(item, claim, part, decision, beyond, question, visit)
        with_whom = self.env["dunning.handover.whom"]
        line = with_whom._of_debtor(visit.company, visit.partner).get(item.id)
        if not line:
            return row
        [whom] = with_whom._whom(line, visit.lang)
        return replace(row, now=False, handed_over=True, next=whom.sentence, costs=ZERO, interest=ZERO)
