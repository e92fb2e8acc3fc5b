from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dunning_money import written


class DunningWaiveWizard(models.TransientModel):
    """Asks why costs and interest of claims are waived."""

    _name = "dunning.waive.wizard"
    _description = "Waive Costs and Interest"
    _inherit = ["dunning.window.mixin"]

    claim_ids = fields.Many2many("dunning.claim", string="Claims", required=True)
    told = fields.Text(compute="_compute_told", string="Waived")
    reason = fields.Char(help="Stays on the claim with your name.")

    @api.depends("claim_ids")
    def _compute_told(self):
        for wizard in self:
            wizard.told = "\n".join(
                f"{claim.display_name}: {written(self.env, claim.beyond_left, claim.currency_id)}"
                for claim in wizard.claim_ids
            )

    def action_waive(self):
        """Waive what is left of costs and interest; nobody asks for it any more."""
        self.ensure_one()
        self.claim_ids.check_access("read")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Write down why it is waived, for example: goodwill, or a small amount."))
        self.env["dunning.charge.booking"]._waive(self.claim_ids, self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
