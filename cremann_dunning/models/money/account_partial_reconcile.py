from odoo import api, models

from ..dunning_inside import inside


class AccountPartialReconcile(models.Model):
    """What the ledger matches with claims, and lets go of again, is told. One statement where it is about none."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Payments, credits and other entries that are matched with claims are told, all at once."""
        partials = super().create(vals_list)
        if not inside(self.env, "dunning_matched"):  # by an act of ours, which says more
            self.env["dunning.ledger.told"]._tell_partials(partials)
        return partials

    def unlink(self):
        """What is open again is told, and what paid a claim is kept, for the case that it came back."""
        self.env["dunning.return"]._keep(self.sudo().exists())  # sudo: which receipts these are, whoever undoes them
        if self and not inside(self.env, "dunning_matched"):
            self.env["dunning.ledger.told"]._tell_partials(self, gone=True)
        return super().unlink()
