from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices of which what is left is a cash discount or a small rest."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def action_dunning_write_off_rests(self):
        """Show what is left of these invoices that need not be paid: earned cash discounts and small rests.

        :raises UserError: nothing is open on any of them.
        """
        self.check_access("write")
        items = self.line_ids.filtered(
            lambda item: (
                item.account_type == "asset_receivable"
                and item.parent_state == "posted"
                and not item.reconciled
                and item.amount_residual_currency > 0
            )
        )
        if not items:
            raise UserError(self.env._("Nothing is open on these invoices."))
        return self._dunning_write_off_rests(items)

    def _dunning_write_off_rests(self, items):
        """The window about these items."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write off what is left"),
            "res_model": "dunning.left.over.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_line_ids": items.ids},
        }
