import logging

import psycopg2

from odoo import api, models

from ...tools.spelling import as_text
from ..dunning_inside import inside

_logger = logging.getLogger(__name__)

# What Odoo's notification of a message by snail mail or SMS says, as the state of our attempt.
STATES = {
    "sent": "accepted",
    "pending": "accepted",
    "exception": "refused",
    "bounce": "refused",
    "canceled": "withheld",
}


class MailNotification(models.Model):
    _inherit = "mail.notification"

    @api.model
    def search(self, domain, offset=0, limit=None, order=None):
        """Odoo looks for the notifications of every mail it sends; the mail of a letter has none."""
        if inside(self.env, "dunning_attempt") and ("notification_type", "=", "email") in domain:
            return self.browse()
        return super().search(domain, offset=offset, limit=limit, order=order)

    def write(self, vals):
        """What came of a letter by snail mail, or of a text message that went along with one.

        Both modules may be missing, so they are listened to through the notification that both of them keep.
        """
        result = super().write(vals)
        if vals.get("notification_status") in STATES:
            self._dunning_tell(vals["notification_status"])
        return result

    def _dunning_tell(self, status):
        messages = self.mail_message_id.sudo()  # sudo: only looks what they are about
        if not messages.filtered(lambda message: message.model == "dunning.letter"):
            return
        try:
            with self.env.cr.savepoint():
                attempts = self.env["dunning.dispatch"].sudo()  # sudo: evidence is written by the system
                attempts = attempts.search([("notice_id", "in", messages.ids), ("state", "=", "queued")])
                notices = {notice.mail_message_id.id: notice for notice in self.sudo()}  # sudo: as above
                for found in attempts:
                    attempt = found.with_env(found.letter_id._told_to_keepers().env)
                    notice = notices[attempt.notice_id.id].with_context(lang=attempt.env.lang)
                    reason = notice.failure_reason or notice.format_failure_reason()
                    answer = as_text(reason) if STATES[status] == "refused" else False
                    attempt._register_answer(STATES[status], answer)
        except psycopg2.errors.TransactionRollbackError:
            raise  # Odoo tries the whole of it again
        except Exception:  # it has left already: what we write about it must not make it leave twice
            _logger.exception("Dunning: the outcome of a dispatch could not be written down")
