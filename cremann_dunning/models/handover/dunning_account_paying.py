from dataclasses import replace

from odoo import api, models

from ...engine import paying as engine


class DunningAccountPaying(models.AbstractModel):
    """What is with a party is not paid here."""

    _inherit = "dunning.account.paying"

    @api.model
    def _rows(self, company, partner, facts=None):
        """Of what is with a party nothing can be chosen."""
        rows = super()._rows(company, partner, facts)
        frozen = self.env["dunning.handover.whom"]._of_debtor(company, partner) if rows else {}
        return [replace(row, stop=engine.HANDED_OVER) if row.item in frozen else row for row in rows]

    @api.model
    def _shown(self, row, currency):
        shown = super()._shown(row, currency)
        if row.stop == engine.HANDED_OVER:
            shown["note"] = self.env._("handed over: please pay the party that is named above")
        return shown
