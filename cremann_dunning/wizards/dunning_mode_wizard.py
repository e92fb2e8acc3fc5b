from odoo import api, fields, models
from odoo.exceptions import AccessError


class DunningModeWizard(models.TransientModel):
    """Switches the letters of a company off, to test or live: the brake that a manager can reach at once."""

    _name = "dunning.mode.wizard"
    _description = "Letters On or Off"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    mode = fields.Selection(
        selection=lambda self: self.env["res.company"]._fields["dunning_mode"]._description_selection(self.env),
        string="Letters",
        compute="_compute_mode",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    test_email = fields.Char(
        string="Address for Tests",
        compute="_compute_mode",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
    )
    waiting_count = fields.Integer(compute="_compute_waiting_count", string="In the Outbox")

    @api.depends("company_id")
    def _compute_mode(self):
        for wizard in self:
            wizard.mode = wizard.company_id.dunning_mode
            wizard.test_email = wizard.company_id.dunning_test_email

    @api.depends("company_id")
    def _compute_waiting_count(self):
        for wizard in self:
            waiting = [("company_id", "=", wizard.company_id.id), ("state", "=", "issued"), ("mail_id", "!=", False)]
            wizard.waiting_count = self.env["dunning.letter"].search_count(waiting)

    def action_apply(self):
        """Switch the company; what stands in the outbox follows."""
        self.ensure_one()
        manager = self.env.user.has_group("cremann_dunning.group_dunning_manager")
        if not manager or self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("Only a dunning manager switches letters on and off."))
        # sudo: a dunning manager need not be allowed to change companies
        self.company_id.sudo().write({"dunning_mode": self.mode, "dunning_test_email": self.test_email})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
