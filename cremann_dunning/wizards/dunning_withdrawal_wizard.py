from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class DunningWithdrawalWizard(models.TransientModel):
    """Asks a manager why letters that were sent are taken back."""

    _name = "dunning.withdrawal.wizard"
    _description = "Take Back Letters"
    _inherit = ["dunning.window.mixin"]

    letter_ids = fields.Many2many("dunning.letter", string="Letters", required=True)
    letter_names = fields.Text(compute="_compute_letter_names", string="Taken Back")
    reason = fields.Text(help="Stays on the letter with your name.")

    @api.depends("letter_ids")
    def _compute_letter_names(self):
        for wizard in self:
            wizard.letter_names = "\n".join(wizard.letter_ids.mapped("display_name"))

    def action_withdraw(self):
        """Take the letters back, the last one first."""
        self.ensure_one()
        if not self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only a dunning manager takes back a letter that was sent."))
        self.letter_ids.check_access("read")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Write down why the letter is taken back, for example: sent by mistake."))
        letters = self.letter_ids.sudo()  # evidence is written by the system
        stay = letters.env["dunning.withdrawal"]._withdraw(letters, self.reason.strip(), self.env.user)
        if not stay:
            return {"type": "ir.actions.act_window_close"}
        title = self.env._("%(gone)s taken back, %(stay)s stay", gone=len(letters) - len(stay), stay=len(stay))
        return self._close_saying("\n".join(stay.values()), title=title, type="warning", sticky=True)
