from odoo import api, models


class DunningAccountActs(models.AbstractModel):
    """What a debtor can say on his page."""

    _name = "dunning.account.acts"
    _description = "What a debtor says on the debtor's page"

    @api.model
    def _page_values(self, _visit):
        """Values for the template ``debtor_page_acts``."""
        return {}
