from odoo import models

from ..run.dunning_progress import may_commit


class MailMail(models.Model):
    _inherit = "mail.mail"  # pylint: disable=consider-merging-classes-inherited

    def _dunning_about_agreements(self):
        """The letters about agreements that leave by these mails."""
        # sudo: whoever empties the outbox need not know of dunning
        mails = self.sudo().filtered(lambda mail: mail.model == "dunning.case" and not mail.dunning_letter_id)
        letters = self.env["dunning.agreement.letter"].sudo()
        return letters.search([("mail_id", "in", mails.ids)]) if mails else letters

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Letters about agreements are looked at once more, and what is not right any more stays."""
        letters = self._dunning_about_agreements()
        mails = self
        if letters:
            commit = may_commit() and auto_commit
            stopped = letters - letters._about_to_leave(commit)
            mails -= stopped.mail_id.with_env(self.env)
        return super(MailMail, mails).send(
            auto_commit=auto_commit, raise_exception=raise_exception, post_send_callback=post_send_callback
        )

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False, failure_type=None):
        """What the mail server said becomes the state of the letter."""
        for letter in self._dunning_about_agreements():
            mail = letter.mail_id
            if mail.state == "sent":
                letter._register_sent(mail.message_id)
            elif mail.state == "exception":
                letter._register_failure(failure_reason or mail.failure_reason or "")
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
