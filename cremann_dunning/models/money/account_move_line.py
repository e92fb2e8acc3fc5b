from odoo import api, fields, models
from odoo.exceptions import UserError

from ..account_move import INSIDE


class AccountMoveLine(models.Model):
    """What is open of an item, as people say it; those about costs and interest are asked with their claim."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    dunning_left = fields.Monetary(
        compute="_compute_dunning_left", currency_field="currency_id", string="Open amount", groups=INSIDE
    )

    @api.depends("amount_residual_currency")
    def _compute_dunning_left(self):
        """Without a sign: beside what he owes stands what we owe him, and neither is less than nothing."""
        for item in self:
            item.dunning_left = abs(item.amount_residual_currency)

    def write(self, vals):
        """No item about costs or interest is followed up by itself, whichever way that is said."""
        if "no_followup" in vals and not vals["no_followup"]:
            self._dunning_check_no_charge()
        return super().write(vals)

    def _dunning_check_no_charge(self):
        """:raises UserError: one of these is about costs or interest of a claim, over which nothing is reckoned."""
        # sudo: that one is there, whoever asks
        booking = self.env["dunning.charge.booking"].sudo().search([("move_line_id", "in", self.ids)], limit=1)
        if booking:
            raise UserError(
                self.env._(
                    "%(entry)s is about the costs or interest of %(claim)s, and is asked with that. Letters ask "
                    "nothing over it.",
                    entry=booking.move_id.display_name,
                    claim=booking.claim_id.display_name,
                )
            )
