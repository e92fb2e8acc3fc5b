from odoo import fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    dunning_letter_id = fields.Many2one("dunning.letter", index="btree_not_null", ondelete="set null")

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Check every dunning letter once more at the moment it leaves the outbox, whoever empties it.

        A payment may have come in between issuing and sending. A letter that is no longer right is cancelled with
        its reason and its mail stays behind.
        """
        # sudo: whoever empties the outbox need not know of dunning, and nothing may fail once a mail has left
        letters = self.sudo().dunning_letter_id
        mails = self
        if letters:
            stopped = letters._stop_if_settled()
            mails = self.filtered(lambda mail: mail.dunning_letter_id not in stopped)
            (self - mails).cancel()
        result = super(MailMail, mails).send(
            auto_commit=auto_commit, raise_exception=raise_exception, post_send_callback=post_send_callback
        )
        for company in letters.company_id:
            letters._after_sending(company)
        return result

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False, failure_type=None):
        """Turn what the mail server said into the state of the letter: sent only when it was taken."""
        for mail in self.sudo().filtered("dunning_letter_id"):  # sudo: as in send()
            if mail.state == "sent":
                mail.dunning_letter_id._register_sent(message_id=mail.message_id)
            else:
                mail.dunning_letter_id._register_failure(failure_reason or mail.failure_reason)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
