from odoo import api, fields, models

from ..models.handover.dunning_handover_file import DAYS


class DunningDossierSendWizard(models.TransientModel):
    """To whom the link to a file goes, and how long it opens."""

    _name = "dunning.dossier.send.wizard"
    _description = "Link to a File of Claims"
    _inherit = ["dunning.window.mixin"]

    file_id = fields.Many2one("dunning.handover.file", required=True, readonly=True)
    to = fields.Char(
        string="E-mail", compute="_compute_to", store=True, readonly=False, precompute=True, compute_sudo=False
    )
    days = fields.Integer(default=DAYS, required=True, help="So long the link opens.")

    @api.depends("file_id")
    def _compute_to(self):
        for wizard in self:
            party = wizard.file_id.party_id
            wizard.to = party.email or party.partner_id.email or wizard.to

    def action_send(self):
        """Mail the link. :raises UserError: see ``dunning.handover.file._send``."""
        self.ensure_one()
        self.check_access("write")
        self.file_id._send(self.to, self.days)
        return self._close_saying(self.env._("The link is on its way to %s.", self.file_id.sent_to))
