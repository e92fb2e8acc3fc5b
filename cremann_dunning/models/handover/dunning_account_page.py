from odoo import api, models


class DunningAccountPage(models.AbstractModel):
    """The page says on top whom to pay what is with a party."""

    _inherit = "dunning.account.page"

    @api.model
    def _values(self, visit):
        """With ``whom``: a ``Whom`` for each party."""
        whom = self.env["dunning.handover.whom"]
        frozen = whom._of_debtor(visit.company, visit.partner)
        # every part of the page asks for it
        values = super(DunningAccountPage, whom._kept(self, visit.company, visit.partner, frozen))._values(visit)
        shown = [row.item.id for row in (*values["rows"], *values["rests"])]
        lines = self.env["dunning.handover.claim"].union(*(frozen[id_] for id_ in shown if id_ in frozen))
        return {**values, "whom": whom._whom(lines, visit.lang)}
