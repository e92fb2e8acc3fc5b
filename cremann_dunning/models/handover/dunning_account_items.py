from dataclasses import replace

from odoo import api, models

from ...engine.facts import ZERO
from ..dunning_inside import Inside, inside


class DunningAccountItems(models.AbstractModel):
    """Items that are with a party: nothing of them is to be paid to us, and they say whom to pay."""

    _inherit = "dunning.account.items"

    @api.model
    def _rows(self, visit, facts):
        """With whom each of them is."""
        frozen = self.env["dunning.handover.whom"]._of_debtor(visit.company, visit.partner)
        return super(DunningAccountItems, self.with_context(dunning_frozen=Inside(frozen)))._rows(visit, facts)

    @api.model
    def _row(self, item, claim, part, decision, beyond, question, visit):
        row = super()._row(item, claim, part, decision, beyond, question, visit)
        line = (inside(self.env, "dunning_frozen") or {}).get(item.id)
        if not line:
            return row
        [whom] = self.env["dunning.handover.whom"]._whom(line, visit.lang)
        return replace(row, now=False, handed_over=True, next=whom.sentence, costs=ZERO, interest=ZERO)
