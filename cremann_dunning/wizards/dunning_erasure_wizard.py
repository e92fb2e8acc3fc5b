from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class DunningErasureWizard(models.TransientModel):
    """Shows what is erased when a debtor asks for it, what stays and why, and erases it."""

    _name = "dunning.erasure.wizard"
    _description = "Erase Personal Data"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one("res.partner", string="Debtor", required=True)
    asked_on = fields.Date(
        string="Asked on",
        required=True,
        default=lambda self: self.env.company._dunning_today(),
        help="The day on which the debtor asked for it. It stands in the record.",
    )
    event_ids = fields.Many2many("dunning.event", compute="_compute_asked", string="What is erased")
    count = fields.Integer(compute="_compute_asked", aggregator=None, string="Events")
    refusal = fields.Text(compute="_compute_asked", string="Why not yet")
    stays = fields.Text(compute="_compute_asked", string="What stays")

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_asked(self):
        for wizard in self:
            wizard.event_ids, wizard.count, wizard.refusal, wizard.stays = False, 0, False, False
            if wizard.partner_id:
                wizard._check_right()
                erasure = wizard.env["dunning.erasure"]
                asked = erasure._asked(wizard.company_id, wizard.partner_id.commercial_partner_id)
                wizard.event_ids = asked.events.ids
                wizard.count = len(asked.events)
                wizard.refusal = erasure._refusal(asked)
                wizard.stays = "\n".join(asked.stays)

    def _check_right(self):
        """:raises AccessError: personal data is erased by a manager of the company."""
        self.ensure_one()
        manager = self.env.user.has_group("cremann_dunning.group_dunning_manager")
        if not manager or self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("Only a dunning manager erases personal data."))
        self.partner_id.check_access("read")

    def action_erase(self):
        """Erase it for good; the record says that it was done, by whom, and when the debtor asked."""
        self._check_right()
        if self.asked_on > self.company_id._dunning_today():
            raise UserError(self.env._("Choose the day on which the debtor asked for it: today or before."))
        debtor = self.partner_id.commercial_partner_id
        count = self.env["dunning.erasure"]._erase_asked(self.company_id, debtor, self.asked_on)
        return self._close_saying(
            self.env._("What %(count)s events held about %(debtor)s is erased.", count=count, debtor=debtor.name)
        )
