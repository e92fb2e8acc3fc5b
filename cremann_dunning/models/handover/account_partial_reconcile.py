from odoo import api, models

from ..dunning_inside import inside


class AccountPartialReconcile(models.Model):
    """What is matched with a claim that is with a party, or let go again, the party hears of. What it said itself it
    knows. One statement where it is about none."""

    _inherit = "account.partial.reconcile"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Tell the parties of payments, credit notes and the like."""
        partials = super().create(vals_list)
        if not inside(self.env, "dunning_by_party"):
            self.env["dunning.handover.telling"]._of_matches(partials)
        return partials

    def unlink(self):
        """Tell them of what is open again."""
        self.env["dunning.handover.telling"]._of_matches(self.exists(), gone=True)
        return super().unlink()
