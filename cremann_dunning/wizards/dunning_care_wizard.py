from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.debtor.dunning_care import REASONS, SOURCES, USUAL


class DunningCareWizard(models.TransientModel):
    """Notes that a debtor is to be treated with care. Whoever hears it notes it, also who may not read it later."""

    _name = "dunning.care.wizard"
    _description = "Treat With Care"
    _inherit = ["dunning.window.mixin"]

    case_id = fields.Many2one("dunning.case", required=True, readonly=True)
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    partner_id = fields.Many2one(related="case_id.partner_id", related_sudo=False)
    with_care = fields.Boolean(related="case_id.with_care", related_sudo=False)
    reason = fields.Selection(REASONS)
    source = fields.Selection(SOURCES, string="Known from", default="debtor")
    review_on = fields.Date(
        string="Look at it again on",
        default=lambda self: self.env.company._dunning_today() + relativedelta(months=USUAL),
    )

    def action_note(self):
        """Note it; from now on everything goes slower, and nothing that threatens goes by itself."""
        self.ensure_one()
        self.case_id.check_access("write")
        if not (self.reason and self.source and self.review_on):
            raise UserError(self.env._("Choose why, how you know it, and when somebody looks at it again."))
        # sudo: whoever hears it may note it, and need not be able to read what others noted
        self.env["dunning.care"].sudo().create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "reason": self.reason,
                "source": self.source,
                "review_on": self.review_on,
                "user_id": self.env.uid,
            }
        )
        return self._close_saying(self.env._("From now on this debtor is treated with care."))
