from odoo import api, fields, models

from ..account_move import INSIDE


class AccountMoveLine(models.Model):
    """What is open of an item, as people say it."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    dunning_left = fields.Monetary(
        compute="_compute_dunning_left", currency_field="currency_id", string="Open amount", groups=INSIDE
    )

    @api.depends("amount_residual_currency")
    def _compute_dunning_left(self):
        """Without a sign: beside what he owes stands what we owe him, and neither is less than nothing."""
        for item in self:
            item.dunning_left = abs(item.amount_residual_currency)
