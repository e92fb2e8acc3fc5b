from odoo import api, models


class DunningAccountPaying(models.AbstractModel):
    """What the debtor's page says about paying."""

    _name = "dunning.account.paying"
    _description = "Paying from the debtor's page"

    @api.model
    def _page_values(self, _visit):
        """Values for the template ``debtor_page_pay``."""
        return {}
