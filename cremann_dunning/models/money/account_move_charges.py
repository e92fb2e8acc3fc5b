from odoo import models


class AccountMove(models.Model):
    """Entries and invoices over costs and interest are asked with their claim, and are none themselves."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _dunning_check_claim(self):
        result = super()._dunning_check_claim()
        self.line_ids._dunning_check_no_charge()
        return result
