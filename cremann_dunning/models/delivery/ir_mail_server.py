from odoo import api, models
from odoo.exceptions import UserError

from ..dunning_inside import inside
from ..letter.dunning_letter_document_mixin import digest


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def _build_email__(self, *args, **kwargs):
        """Measure the message of a letter as it is handed to the mail server, and stop one that was changed.

        What was measured stands on the attempt.
        """
        message = super()._build_email__(*args, **kwargs)
        if attempt := inside(self.env, "dunning_attempt"):
            self._dunning_measure(attempt, message)
        return message

    @api.model
    def _dunning_measure(self, attempt, message):
        letter, mail = attempt.letter_id, attempt.letter_id.mail_id
        parts = [
            (digest(part.get_payload(decode=True)), part.get_filename() or "") for part in message.iter_attachments()
        ]
        if not letter._mail_differs(mail._dunning_words(), [measured for measured, _name in parts]):
            attempt.file_digests = "\n".join(f"{measured}  {name}" for measured, name in parts)
            return
        reason = letter.pdf_problem or self.env._(
            "The mail of letter %s is not the one that was issued: its words or one of its files have gone or were "
            "changed, so it was not sent. Retry makes it anew from the stored document.",
            letter.name,
        )
        attempt._withhold(reason)
        raise UserError(reason)
