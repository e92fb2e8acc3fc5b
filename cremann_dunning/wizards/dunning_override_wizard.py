from odoo import fields, models
from odoo.exceptions import AccessError, UserError

SHORTEST_REASON = 10


class DunningOverrideWizard(models.TransientModel):
    """Asks a manager why a letter goes although the rules hold something against it."""

    _name = "dunning.override.wizard"
    _description = "Send All the Same"
    _inherit = ["dunning.window.mixin"]

    letter_id = fields.Many2one("dunning.letter", required=True, readonly=True)
    refusal = fields.Char(related="letter_id.refusal", related_sudo=False)
    refusal_is_final = fields.Boolean(related="letter_id.refusal_is_final", related_sudo=False)
    reason = fields.Text(help="Stays on the letter with your name. Nobody can change or remove it.")

    def action_override(self):
        """Keep the reason and issue the letter, or mail it when it was issued before."""
        self.ensure_one()
        if not self.env.user.has_group("cremann_dunning.group_dunning_manager"):
            raise AccessError(self.env._("Only a dunning manager may send a letter that the rules stop."))
        self.letter_id.check_access("read")
        if len((self.reason or "").strip()) < SHORTEST_REASON:
            raise UserError(self.env._("Write down why this letter goes all the same, in a few words at least."))
        letter = self.letter_id.sudo()  # evidence is written by the system
        letter.env["dunning.last.look"]._let_go(letter, self.reason.strip(), self.env.user)
        return {"type": "ir.actions.act_window_close"}
