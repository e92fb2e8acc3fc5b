from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        """What paid a claim is kept, for the case that it came back."""
        self.env["dunning.return"]._keep(self.sudo().exists())  # sudo: which receipts these are, whoever undoes them
        return super().unlink()
