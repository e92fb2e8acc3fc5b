from odoo import models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """Items about costs and interest are asked with their claim, and are none themselves."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

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
