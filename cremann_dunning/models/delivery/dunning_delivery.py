import logging
import re
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import addresses
from ...engine.answers import DAY, US, Verdict, judge, of_all
from ..dunning_inside import Inside, inside
from ..letter.dunning_letter_paper_mixin import BY_POST

_logger = logging.getLogger(__name__)

# Errors that leave open whether the mail server took the letter: no answer came. An answer names itself SMTP....
BROKEN = re.compile(
    r"\b(TimeoutError|timed out|Connection\w*Error|BrokenPipeError|SSL\w*Error|SMTPServerDisconnected)\b"
)

# The answer of a mail server inside what smtplib and Odoo made of it: code and text. While the line is made, Odoo
# writes them on two lines.
ANSWER = re.compile(r"\((\d{3}), b(['\"])(.*?)\2[,)]", re.DOTALL)
AT_CONNECT = re.compile(r"([45]\d\d)\n(?:b(?=['\"]))?(['\"]?)(.*)\2$", re.DOTALL)
# smtplib's own words for a server that does not let us in.
NOT_LET_IN = re.compile(r"AUTH extension not supported|No suitable authentication|STARTTLS extension not supported")
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
        """The mail server has taken the letter, for one of its addressees at least."""
        ended = attempts = self.env["dunning.dispatch"]
        for letter in letters:
            taken, refused = self._asked_for(letter)
            end = {"message_id": message_id, "taken_to": addresses.joined(taken)}
            if refused:
                end["answer"] = " ".join(
                    self.env._("It did not go to %(address)s as well. %(answer)s", address=address, answer=answer)
                    for address, answer in refused.items()
                )
            ended += attempts._record_end(letter, "accepted", **end)
        letters._register_sent(message_id, attempts=ended)

    @api.model
    def _asked_for(self, letter):
        """For whom the mail server took the mail of this moment: ``(addresses, {refused address: answer})``."""
        session = inside(self.env, "dunning_session")
        if session is None or not (session.taken or session.refused):
            return addresses.addresses(letter.email_to), {}
        refused = {address: self._plain_reason(str({address: answer})) for address, answer in session.refused.items()}
        return session.taken, refused

    @api.model
    def _register_refused(self, letters, reason):
        """The letter did not leave, or nobody can tell."""
        ours = letters.browse()
        for letter in letters:
            reason = reason or ""
            attempt = inside(self.env, "dunning_attempt")
            if attempt and attempt.letter_id == letter and attempt.state == "withheld":  # it was never asked
                letter._register_failure(reason, "error")
                continue
            verdict = self._verdict(reason)
            if verdict and verdict.about == US:
                ours |= letter
                continue
            answer = verdict is not None
            begun = "sending" in letter.dispatch_ids.mapped("state")  # else the server was never reached
            broken = begun and not answer and bool(BROKEN.search(reason))  # whoever answers has not taken it
            unreached = not begun and not answer and bool(BROKEN.search(reason) or NETWORK.match(reason))
            busy = answer and verdict.later
            if (busy or unreached) and self._come_back(letter, reason, COME_BACK_AFTER if busy else REACH_AGAIN_AFTER):
                continue
            text = self._plain_reason(reason)
            if busy or unreached:
                text = self.env._("%(answer)s Attempts: %(count)s.", answer=text, count=self._tries(letter) + 1)
            if broken:
                text = self.env._(
                    "The line to the mail server broke, so it is not known whether the letter left (%s). Look in the "
                    "log of the mail server. If it is there, press It did leave; if not, Retry",
                    text,
                )
            state = "unsure" if broken else "refused"
            self.env["dunning.dispatch"]._record_end(letter, state, answer=self._plain_reason(reason))
            letter._register_failure(text, state)
        if ours:
            self.env["dunning.pause"]._put_off(ours, self._verdict(reason), self._plain_reason(reason))

    @api.model
    def _verdict(self, reason):
        """What the answers in a reason are about: ``engine.answers.Verdict``; None when nobody answered."""
        if NOT_LET_IN.search(reason):
            return Verdict(US, DAY)
        answers = self._answers(reason)
        at_sender = "SMTPSenderRefused" in reason
        return of_all([judge(code, text, at_sender) for code, text in answers]) if answers else None

    @api.model
    def _answers(self, reason):
        """The answers of a mail server in what smtplib and Odoo made of them: ``[(code, text)]``."""
        found = [(answer[1], answer[3]) for answer in ANSWER.finditer(reason or "")]
        if not found and (answer := AT_CONNECT.match(reason or "")):
            found = [(answer[1], answer[3])]
        return found

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
                lambda attempt: (
                    attempt.state == "deferred" and not attempt.is_about_us and attempt.message_id == message_id
                )
            )
        )

    @api.model
    def _came_back(self, letters, email):
        """A mail to this address came back, whatever the mail server said first.

        The letter itself came back when nobody is left for whom it was taken, and nothing proves that it was received.
        """
        address = next(iter(addresses.addresses(email)), email or "")
        for letter in letters:
            told = letter._telling()
            if letter._is_about_copy(address):
                told._tell([told._row("letter.bounced", letter, {"copy": True}, {"from": email})])
                continue
            took = letter.dispatch_ids.filtered(lambda attempt: address in attempt._taken_addresses())[:1]
            if not took:
                told._tell([told._row("letter.bounced_elsewhere", letter, {}, {"from": email})])
                continue
            fresh = address not in took._bounced_addresses()
            took.bounced_to = addresses.joined([*took._bounced_addresses(), address])
            counted, why, left = fresh and letter.state == "sent", None, None
            if counted and letter.message_id:
                why, left = self._lost_one(letter, took, address)
            if fresh:
                facts = {"undone": (counted and letter.state != "sent") or None, "stands": told._why_stands(why)}
                told._tell([told._row("letter.bounced", letter, facts, {"from": address, "left": left})])

    @api.model
    def _lost_one(self, letter, attempt, address):
        """A letter that counts as sent came back from one address: it stands, or its sending is undone.

        :return: as ``_why_it_stands``.
        """
        why, left = self._why_it_stands(letter)
        if why or left:
            if not attempt._addresses_left():
                attempt.state = "bounced"
        elif self.env["dunning.paper.copy"]._stands(letter, address):
            why = "copy"
        else:
            text = self.env._("It came back from %s. Mend the address and retry, or send it on paper", address)
            self.env["dunning.withdrawal"]._undo_sending(letter, attempt, "bounced", text)
        return why, left

    @api.model
    def _why_it_stands(self, letter):
        """What says that a letter has arrived although a mail of it came back.

        :return: one of ``STANDS`` of ``dunning.letter.telling``, and the addresses that got it; None twice for nothing.
        """
        if left := letter.dispatch_ids._addresses_left():
            return None, left
        if letter._opened_days() or letter._delivered_days():
            return "received", None
        by_post = letter.dispatch_ids.filtered(lambda attempt: attempt.channel in BY_POST and not attempt._is_copy())
        if by_post.filtered(lambda attempt: attempt.state in ("posted", "delivered")):
            return "posted", None
        return None, None

    @api.model
    def _found_left(self, letters):
        """Say that a letter whose sending was cut off did leave: its level moves as of that moment."""
        letters.check_access("write")
        unsure = letters.filtered(lambda letter: letter.state == "failed" and letter.is_unsure)
        if not unsure:
            raise UserError(self.env._("Only of a letter whose sending was cut off can be said that it did leave."))
        for letter in unsure.sudo():  # evidence is written by the system
            attempt = letter.dispatch_ids.filtered(lambda attempt: attempt.state == "unsure")[:1]
            found = self.env._("%s found that it left.", self.env.user.name)
            taken = addresses.joined(addresses.addresses(attempt.recipient))
            attempt.write({"state": "accepted", "answer": found, "taken_to": taken})
            # what was known of the bank at that moment nobody knows
            left = letter.with_context(dunning_bank=Inside({}), dunning_found_left=Inside())
            left._register_sent(attempt.message_id, attempt.started_at, attempt)
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
                letters.activity_unlink(["mail.mail_activity_data_warning"])
                letters._move_levels()
                self.env["dunning.charge"]._follow(letters)
                self.env["dunning.accruing"]._follow(company)
                self.env["dunning.engine"]._redecide(company, letters.partner_id)
                self.env["dunning.companion"]._make(letters)
                letters.write({"follow_up_pending": False})
                self.env.flush_all()
        except psycopg2.errors.TransactionRollbackError:
            _logger.info("Invoices of %s letters are being written by others; they follow later", len(letters))

    @api.model
    def _plain_reason(self, reason):
        """Why a mail did not leave, without the wrapping that Odoo and smtplib put around a server's answer."""
        if answers := self._answers(reason):
            code, text = answers[0]
            if code.startswith("4"):
                return self.env._(
                    "The mail server asks to come back later: %(code)s %(text)s.", code=code, text=text.rstrip(".")
                )
            return self.env._("The mail server refused it: %(code)s %(text)s", code=code, text=text)
        if NETWORK.match(reason or ""):
            return self.env._(
                "The mail server cannot be reached: %s. Mend it under Settings, Technical, Outgoing Mail Servers, and "
                "retry.",
                " ".join(reason.split()),
            )
        return reason or self.env._("The mail server gave no reason.")
