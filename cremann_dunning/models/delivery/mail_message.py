from odoo import models
from odoo.exceptions import AccessError


class MailMessage(models.Model):
    _inherit = "mail.message"

    def write(self, vals):
        """The mail of a letter says and carries what was issued; only the system writes it."""
        if vals and not self.env.su:
            self._dunning_keep_mails()
        return super().write(vals)

    def unlink(self):
        """The mail of a letter stays on record."""
        if not self.env.su:
            self._dunning_keep_mails()
        return super().unlink()

    def _dunning_keep_mails(self):
        # sudo: only looks whose messages they are; rights on them are checked by Odoo
        about = self.sudo().filtered(lambda message: message.model == "dunning.letter")
        mails = self.env["mail.mail"].sudo()
        if about and mails.search_count(
            [("mail_message_id", "in", about.ids), ("dunning_letter_id", "!=", False)], limit=1
        ):
            raise AccessError(self.env._("The mail of a dunning letter stays as it was issued, with its files."))
