from odoo import models
from odoo.exceptions import UserError


class DunningCase(models.Model):
    """What is put right about debtors from their cases, in one window each."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def action_match(self):
        """Match the open credits of these debtors with their invoices."""
        self.check_access("read")
        if len(self.company_id) != 1:
            raise UserError(self.env._("Choose debtors of one company at a time: each has its own books."))
        return self.env["dunning.match.wizard"]._open_for(self.company_id, self.partner_id)

    def action_set_kind(self):
        """Say of these debtors whether they are businesses, consumers or public bodies."""
        self.check_access("read")
        return self.env["dunning.kind.wizard"]._open_for(self.partner_id)
