from odoo import models

from .dunning_inside import inside


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        """Marking a claim as not to be followed up is told, whichever way it is done."""
        if "no_followup" not in vals or inside(self.env, "dunning_told"):
            return super().write(vals)
        no_more = bool(vals["no_followup"])
        changed = self.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and bool(line.no_followup) != no_more
            )
        )
        result = super().write(vals)
        if moves := changed.move_id:
            moves._dunning_redecide()
            kind = "hold.left_alone" if no_more else "hold.followed_again"
            self.env["dunning.claim"]._tell_items(kind, changed)
        return result
