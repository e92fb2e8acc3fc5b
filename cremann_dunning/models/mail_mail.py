from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize_all


class MailMail(models.Model):
    _inherit = "mail.mail"

    dunning_letter_id = fields.Many2one("dunning.letter", index="btree_not_null", ondelete="set null")

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Check every dunning letter once more at the moment it leaves the outbox, whoever empties it.

        A payment may have come in between issuing and sending, or the hour is wrong. A letter that is no longer right
        is cancelled with its reason and its mail stays behind.
        """
        # sudo: whoever empties the outbox need not know of dunning, and nothing may fail once a mail has left
        letters = self.sudo().dunning_letter_id
        mails = self
        if letters:
            settled = letters._stop_if_settled()
            self.filtered(lambda mail: mail.dunning_letter_id in settled).cancel()
            waiting = (letters - settled).filtered(lambda letter: letter.state == "issued")
            stopped = settled | waiting._stop_at_gate(leaving=True)
            mails = self.filtered(lambda mail: mail.dunning_letter_id not in stopped)
        result = super(MailMail, mails).send(
            auto_commit=auto_commit, raise_exception=raise_exception, post_send_callback=post_send_callback
        )
        for company in letters.company_id:
            letters._after_sending(company)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """No mail composer, template or server action takes a letter to a debtor past the gate."""
        mails = super().create(vals_list)
        mails._dunning_check_composed()
        return mails

    def _dunning_check_composed(self):
        """Refuse a mail about a letter that did not go out, unless it stays inside the company.

        The letter itself leaves by its own mail, which names it; what people write about a letter that was sent is
        their own business.
        """
        others = self.sudo().filtered(lambda mail: mail.model == "dunning.letter" and not mail.dunning_letter_id)
        letters = self.env["dunning.letter"].sudo().browse(others.mapped("res_id")).exists()
        unsent = letters.filtered(lambda letter: letter.state != "sent")
        if not unsent:
            return
        for mail in others.filtered(lambda mail: mail.res_id in unsent.ids):
            letter = unsent.browse(mail.res_id)
            if mail._dunning_leaves_the_house():
                raise UserError(
                    self.env._(
                        "Letter %(letter)s did not go out, so nothing about it can be mailed from here. Letters leave "
                        "by their own buttons, where the law and the order of the steps are checked.",
                        letter=letter.display_name,
                    )
                )

    def _dunning_leaves_the_house(self):
        """Whether somebody who is no user of the database gets this mail."""
        self.ensure_one()
        if self.recipient_ids.filtered("partner_share"):
            return True
        addresses = set(email_normalize_all(self.email_to or "") + email_normalize_all(self.email_cc or ""))
        inside = (
            self.env["res.users"].sudo().search([("share", "=", False), ("email_normalized", "in", list(addresses))])
        )
        return bool(addresses - set(inside.mapped("email_normalized")))

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
