import logging
import re
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

# Errors that leave open whether the mail server took the letter: no answer came. An answer names itself SMTP....
BROKEN = re.compile(
    r"\b(TimeoutError|timed out|Connection\w*Error|BrokenPipeError|SSL\w*Error|SMTPServerDisconnected)\b"
)

# The answer of a mail server inside what smtplib and Odoo made of it: code and text.
ANSWER = re.compile(r"\((\d{3}), b(['\"])(.*?)\2\)", re.DOTALL)
# A server that answers 4xx asks to come back (greylisting, a mailbox that is busy): so many minutes before each next
# attempt. After the last one a person is asked.
COME_BACK_AFTER = (10, 30, 60, 240)
# A server that cannot be reached may be starting again; after this a person is told, it may be set up wrongly.
REACH_AGAIN_AFTER = COME_BACK_AFTER[:2]
# An error of the network, as Odoo writes it: its number and its text on two lines.
NETWORK = re.compile(r"-?\d+\n")


class DunningDelivery(models.AbstractModel):
    """What came of letters that were tried: taken, refused, put off, come back; and what follows once one has left."""

    _name = "dunning.delivery"
    _description = "Delivery of dunning letters"

    @api.model
    def _register_taken(self, letters, message_id):
        """The mail server has taken the letter."""
        for letter in letters:
            self.env["dunning.dispatch"]._record_end(letter, "accepted", message_id=message_id)
        letters._register_sent(message_id)

    @api.model
    def _register_refused(self, letters, reason):
        """The letter did not leave, or nobody can tell."""
        for letter in letters:
            reason = reason or ""
            answer = ANSWER.search(reason)
            begun = "sending" in letter.dispatch_ids.mapped("state")  # else the server was never reached
            broken = begun and not answer and bool(BROKEN.search(reason))  # whoever answers has not taken it
            unreached = not begun and not answer and bool(BROKEN.search(reason) or NETWORK.match(reason))
            busy = bool(answer) and answer[1].startswith("4")
            if (busy or unreached) and self._come_back(letter, reason, COME_BACK_AFTER if busy else REACH_AGAIN_AFTER):
                continue
            text = self._plain_reason(reason)
            if busy or unreached:
                text = self.env._(
                    "%(answer)s It was tried %(count)s times.", answer=text, count=self._tries(letter) + 1
                )
            if broken:
                text = self.env._(
                    "The line to the mail server broke, so it is not known whether the letter left (%s). Look in the "
                    "log of the mail server. If it is there, press It did leave; if not, Retry",
                    text,
                )
            state = "unsure" if broken else "refused"
            self.env["dunning.dispatch"]._record_end(letter, state, answer=self._plain_reason(reason))
            letter._register_failure(text, state)

    @api.model
    def _come_back(self, letter, reason, after):
        """Put the letter off when its mail server asked for that or is away; the same mail goes again, decided again.

        :param after: minutes before each next attempt.
        :return: False when it was put off often enough.
        """
        mail, tries = letter.mail_id, self._tries(letter)
        if tries >= len(after):
            return False
        when = fields.Datetime.now() + timedelta(minutes=after[tries])
        text = self._plain_reason(reason)
        self.env["dunning.dispatch"]._record_end(letter, "deferred", answer=text)
        mail.write({"state": "outgoing", "scheduled_date": when, "failure_reason": text, "failure_type": False})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(at=when)  # the outbox is the system's
        return True

    @api.model
    def _tries(self, letter):
        """How often the mail that is in the outbox now was put off already."""
        message_id = letter.mail_id.message_id
        return len(
            letter.dispatch_ids.filtered(
                lambda attempt: attempt.state == "deferred" and attempt.message_id == message_id
            )
        )

    @api.model
    def _came_back(self, letters, email):
        """A mail to this address came back: its letter was not delivered, whatever the mail server said first."""
        copies = letters.filtered(lambda letter: letter._is_about_copy(email))
        for letter in copies:
            letter.message_post(body=self.env._("The copy to %s came back. The letter itself did not.", email))
        for letter in (letters - copies).filtered(lambda letter: letter.state == "sent" and letter.message_id):
            if self.env["dunning.paper.copy"]._stands(letter, email):
                continue
            attempt = letter.dispatch_ids.filtered(lambda attempt: attempt.state == "accepted")[:1]
            text = self.env._("It came back from %s. Mend the address and retry, or send it on paper", email)
            self.env["dunning.withdrawal"]._undo_sending(letter, attempt, "bounced", text)

    @api.model
    def _found_left(self, letters):
        """Say that a letter whose sending was cut off did leave: its level moves as of that moment."""
        unsure = letters.filtered(lambda letter: letter.state == "failed" and letter.is_unsure)
        if not unsure:
            raise UserError(self.env._("Only of a letter whose sending was cut off can be said that it did leave."))
        for letter in unsure.sudo():  # evidence is written by the system
            attempt = letter.dispatch_ids.filtered(lambda attempt: attempt.state == "unsure")[:1]
            attempt.write({"state": "accepted", "answer": self.env._("%s found that it left.", self.env.user.name)})
            letter._register_sent(attempt.message_id, attempt.started_at)
            letter.message_post(body=self.env._("%s found that the letter did leave.", self.env.user.name))
        for company in unsure.company_id:
            self.sudo()._after_sending(company)  # sudo: as above

    @api.model
    def _after_sending(self, company):
        """Let invoices and cases of a company follow the letters that were sent: level, next step, figures.

        In a savepoint: when somebody else is writing one of these invoices, all of it waits for the next time. The
        letters stay marked, and the next sending or run takes them along.
        """
        letters = self.env["dunning.letter"].search([("company_id", "=", company.id), ("follow_up_pending", "=", True)])
        if not letters:
            return
        try:
            with self.env.cr.savepoint():
                letters._move_levels()
                self.env["dunning.engine"]._redecide(company, letters.partner_id)
                self.env["dunning.companion"]._make(letters)
                letters.write({"follow_up_pending": False})
                self.env.flush_all()
        except psycopg2.errors.TransactionRollbackError:
            _logger.info("Invoices of %s letters are being written by others; they follow later", len(letters))

    @api.model
    def _plain_reason(self, reason):
        """Why a mail did not leave, without the wrapping that Odoo and smtplib put around a server's answer."""
        if answer := ANSWER.search(reason or ""):
            if answer[1].startswith("4"):
                return self.env._(
                    "The mail server asks to come back later: %(code)s %(text)s.",
                    code=answer[1],
                    text=answer[3].rstrip("."),
                )
            return self.env._(
                "The mail server refused it: %(code)s %(text)s", code=answer.group(1), text=answer.group(3)
            )
        if NETWORK.match(reason or ""):
            return self.env._(
                "The mail server cannot be reached: %s. Mend it under Settings, Technical, Outgoing Mail Servers, and "
                "retry.",
                " ".join(reason.split()),
            )
        return reason or self.env._("The mail server gave no reason.")
