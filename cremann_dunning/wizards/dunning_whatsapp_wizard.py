from odoo import fields, models


class DunningWhatsappWizard(models.TransientModel):
    """Opens a prepared WhatsApp message on the user's own telephone or screen, and asks whether it was sent."""

    _name = "dunning.whatsapp.wizard"
    _description = "Prepared WhatsApp Message"
    _inherit = ["dunning.window.mixin"]

    dispatch_id = fields.Many2one("dunning.dispatch", required=True, readonly=True)
    recipient = fields.Char(related="dispatch_id.recipient", related_sudo=False)
    text = fields.Text(related="dispatch_id.text", related_sudo=False)
    whatsapp_url = fields.Char(related="dispatch_id.whatsapp_url", related_sudo=False)

    def _end(self, state, answer):
        self.ensure_one()
        self.dispatch_id.check_access("read")
        self.dispatch_id.action_whatsapp()  # asks whether it may still be sent
        attempt = self.dispatch_id.sudo()  # sudo: evidence is written by the system
        attempt.write({"state": state, "answer": answer, "user_id": self.env.uid, "ended_at": fields.Datetime.now()})
        return {"type": "ir.actions.act_window_close"}

    def action_sent(self):
        """The user sent it."""
        return self._end("accepted", self.env._("%s sent it.", self.env.user.name))

    def action_not_sent(self):
        """The user did not send it, and it need not be asked again."""
        return self._end("withheld", self.env._("%s did not send it.", self.env.user.name))
