import logging
import re
from collections import defaultdict
from datetime import timedelta

import psycopg2

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, formataddr
from odoo.tools.mail import email_normalize_all

from ...engine import rules
from ...law import terms
from ...law.errors import LawError, NoTermError
from ..rules.dunning_regime import RegimeError

_logger = logging.getLogger(__name__)

# What a letter gives once it has arrived.
NO_TERM = dict.fromkeys(("term_first_day", "term_last_day", "claimable_from", "default_from"), False)

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


class DunningLetterDeliveryMixin(models.AbstractModel):
    """How a letter leaves the house, and what follows once it has: its term, the level of its claims."""

    _name = "dunning.letter.delivery.mixin"
    _description = "Delivery of a dunning letter"

    dispatch_ids = fields.One2many("dunning.dispatch", "letter_id", string="Attempts", readonly=True, copy=False)
    is_unsure = fields.Boolean(
        compute="_compute_is_unsure", help="Sending was cut off, and nobody knows yet whether the letter left."
    )
    waiting_text = fields.Char(compute="_compute_waiting_text")
    is_test = fields.Boolean(
        string="Test letter", readonly=True, copy=False, help="It went to ourselves, when the company was testing."
    )

    @api.depends("state", "dispatch_ids.state")
    def _compute_is_unsure(self):
        for letter in self:
            letter.is_unsure = letter.state == "failed" and letter.dispatch_ids[:1].state == "unsure"

    @api.depends("state", "dispatch_ids.state")
    @api.depends_context("lang", "tz")
    def _compute_waiting_text(self):
        """When a letter goes again of which the mail server said to come back."""
        for letter in self:
            last, mail = letter.dispatch_ids[:1], letter.sudo().mail_id  # sudo: the outbox is the system's
            waits = letter.state == "issued" and last.state == "deferred" and mail.scheduled_date
            letter.waiting_text = waits and self.env._(
                "%(answer)s It goes again by itself at %(time)s.",
                answer=last.answer,
                time=format_datetime(self.env, mail.scheduled_date, dt_format="short"),
            )

    # -- mails ----------------------------------------------------------------------------------------------------

    def _make_mails(self):
        """One mail per letter in Odoo's outbox, with the letter and the invoices attached once each."""
        with_address = self.env["dunning.letter"]
        for letter in self:
            own = letter.is_test and letter.company_id._dunning_test_address()
            letter.email_to = own or letter._addresses() or letter._address(letter.partner_id)
            letter.copy_to = letter._copy_address()
            if email_normalize_all(letter.email_to or ""):  # a name alone reaches nobody
                with_address |= letter
            else:
                letter._register_failure(self.env._("The contact has no usable e-mail address."), "no_address")
        with_address -= with_address._stop_blacklisted()
        replies, files = with_address._reply_addresses(), with_address._mail_files()
        vals_list = [
            letter._prepare_mail_vals(files[letter.id]) | {"reply_to": replies[letter.id]} for letter in with_address
        ]
        vals_list = with_address._attach_together(vals_list)
        with_address._note_missing(files)
        # sudo: the outbox belongs to the system; the sender has the right to send a letter, not to read all mail
        mails = self.env["mail.mail"].sudo().create(vals_list)
        for letter, mail in zip(with_address, mails, strict=True):
            letter.mail_id = mail
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # the outbox is emptied right away

    def _test_notice(self):
        """What a test letter says of itself, in the language of its debtor."""
        self.ensure_one()
        contact = self.contact_id
        return self.env._(
            "TEST. This letter went to %(own)s only. Once letters are live it goes to %(debtor)s, %(how)s.",
            own=self.company_id._dunning_test_address(),
            debtor=contact.display_name,
            how=self.env._("on paper")
            if self.is_on_paper
            else contact.email_formatted or self.partner_id.email_formatted or "?",
        )

    @api.model
    def _address(self, partner):
        """Name and e-mail address of a partner as a mail wants them.

        Odoo's own form leaves line ends in the name, and mail would then go to an address that stands in the name.
        """
        name = " ".join("".join(char if char.isprintable() else " " for char in partner.name or "").split())
        return ", ".join(formataddr((name, address)) for address in email_normalize_all(partner.email or ""))

    def _sender(self):
        """Who signs, or the company where nobody with an address does."""
        self.ensure_one()
        return self.user_id.partner_id if self.user_id.email else self.company_id.partner_id

    def _reply_addresses(self):
        """Per letter id where a reply goes: where Odoo reads mail, so that it lands on the case, else to the sender."""
        found = {}
        for sender, letters in self.grouped(lambda letter: (letter._sender(), letter.company_id)).items():
            default = sender[0].email_formatted or sender[1].email_formatted
            found |= letters._notify_get_reply_to(default=default)
        return found

    @api.model
    def _attach_together(self, vals_list):
        """Make the files of all mails at once; the mails then point to them.

        :param vals_list: what ``_prepare_mail_vals`` gives, with one command per new file.
        """
        new = [[command[2] for command in vals["attachment_ids"]] for vals in vals_list]
        # sudo: as for the mails
        made = iter(self.env["ir.attachment"].sudo().create([file for files in new for file in files]).ids)
        return [
            vals | {"attachment_ids": [Command.set([next(made) for _file in files])]}
            for vals, files in zip(vals_list, new, strict=True)
        ]

    def _prepare_mail_vals(self, files):
        """Values of the mail of this letter.

        :param files: its ``dunning_letter_files_mixin.Files``.
        """
        self.ensure_one()
        sender = self._sender()
        letter = self.with_context(lang=self.lang)
        values = {"letter": letter, "company": self.company_id, "left_out": files.left_out}
        body = self.env["ir.qweb"].with_context(lang=self.lang)._render("cremann_dunning.letter_mail", values)
        return {
            "subject": self.env._("TEST: %s", self.subject) if self.is_test else self.subject,
            "body_html": body,
            "email_from": sender.email_formatted or self.company_id.email_formatted,
            "author_id": sender.id,
            "email_to": self.email_to,
            "email_cc": self.copy_to,
            "model": self._name,
            "res_id": self.id,
            "dunning_letter_id": self.id,
            "auto_delete": False,
            "is_notification": False,
            "attachment_ids": [Command.create(vals) for vals in self._prepare_attachments(files)],
        }

    def _prepare_attachments(self, files):
        """Values of the files that go along."""
        self.ensure_one()
        return [
            {
                "name": file.name,
                "raw": file.load(),
                "mimetype": file.mimetype,
                "res_model": self._name,
                "res_id": self.id,
            }
            for file in files.files
        ]

    # -- what came of it ------------------------------------------------------------------------------------------

    def _prepare_dispatch_vals(self):
        """What is put on record of an attempt to deliver this letter, whatever comes of it."""
        self.ensure_one()
        by_mail = bool(self.mail_id) and (self.is_test or not self.is_on_paper)
        paper = self.channel if self.channel in rules.PAPER_CHANNELS and not self.on_paper_instead else "print"
        return {
            "channel": "email" if by_mail else paper,
            "pdf_sha256": self.pdf_sha256,
            "recipient": self.email_to if by_mail else self.contact_id.display_name,
            "copy_to": by_mail and self.copy_to,
            "message_id": self.mail_id.message_id if by_mail else False,
        }

    def _register_taken(self, message_id):
        """The mail server has taken the letter."""
        for letter in self:
            self.env["dunning.dispatch"]._record_end(letter, "accepted", message_id=message_id)
        self._register_sent(message_id)

    def _register_refused(self, reason):
        """The letter did not leave, or nobody can tell."""
        for letter in self:
            reason = reason or ""
            answer = ANSWER.search(reason)
            begun = "sending" in letter.dispatch_ids.mapped("state")  # else the server was never reached
            broken = begun and not answer and bool(BROKEN.search(reason))  # whoever answers has not taken it
            unreached = not begun and not answer and bool(BROKEN.search(reason) or NETWORK.match(reason))
            busy = bool(answer) and answer[1].startswith("4")
            if (busy or unreached) and letter._come_back(reason, COME_BACK_AFTER if busy else REACH_AGAIN_AFTER):
                continue
            text = letter._plain_reason(reason)
            if busy or unreached:
                text = self.env._("%(answer)s It was tried %(count)s times.", answer=text, count=letter._tries() + 1)
            if broken:
                text = self.env._(
                    "The line to the mail server broke, so it is not known whether the letter left (%s). Look in the "
                    "log of the mail server. If it is there, press It did leave; if not, Retry",
                    text,
                )
            state = "unsure" if broken else "refused"
            self.env["dunning.dispatch"]._record_end(letter, state, answer=letter._plain_reason(reason))
            letter._register_failure(text, state)

    def _come_back(self, reason, after):
        """Put the letter off when its mail server asked for that or is away; the same mail goes again, decided again.

        :param after: minutes before each next attempt.
        :return: False when it was put off often enough.
        """
        self.ensure_one()
        mail, tries = self.mail_id, self._tries()
        if tries >= len(after):
            return False
        when = fields.Datetime.now() + timedelta(minutes=after[tries])
        text = self._plain_reason(reason)
        self.env["dunning.dispatch"]._record_end(self, "deferred", answer=text)
        mail.write({"state": "outgoing", "scheduled_date": when, "failure_reason": text, "failure_type": False})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(at=when)  # the outbox is the system's
        return True

    def _tries(self):
        """How often the mail that is in the outbox now was put off already."""
        self.ensure_one()
        message_id = self.mail_id.message_id
        return len(
            self.dispatch_ids.filtered(lambda attempt: attempt.state == "deferred" and attempt.message_id == message_id)
        )

    def _register_sent(self, message_id=None, moment=None):
        """The letter has left. Only the letter itself is written here, in the transaction of the sending.

        Nothing may go wrong after the mail server has taken it, or it would be sent again; so invoices and cases,
        which others may be writing at the same moment, follow later, see ``_after_sending``. The engine reads the
        letters, so the level counts from now on. A test letter went to ourselves: it moves nothing and is done with.

        :param moment: when it left, if not now.
        """
        moment = moment or fields.Datetime.now()
        left = self.filtered(lambda letter: letter.state in ("issued", "failed"))
        left.activity_unlink(["mail.mail_activity_data_warning"])
        same = defaultdict(self.browse)  # letters that get the same values are written together
        for letter in left:
            same[tuple(letter._sent_vals(message_id, moment).items())] += letter
        for vals, letters in same.items():
            letters.write(dict(vals))

    def _sent_vals(self, message_id, moment):
        """What is written on the letter once it has left."""
        self.ensure_one()
        common = {"message_id": message_id, "error": False, "follow_up_pending": True}
        if self.is_test:
            reason = self.env._("Test letter: it went to %s and to nobody else. It moves nothing.", self.email_to)
            return {"state": "cancelled", "cancel_reason": reason, **common}
        day = self.company_id._dunning_day(moment)
        term = self._prepare_term(day, self._law_way(bool(message_id)))
        return {"state": "sent", "sent_on": day, "sent_at": moment, **common, **term}

    def _law_way(self, by_mail):
        """How a letter goes, as the law tells ways apart: ``email``, ``registered`` or ``post``."""
        self.ensure_one()
        if by_mail:
            return "email"
        return "registered" if self.channel == "registered" and not self.on_paper_instead else "post"

    def message_update(self, msg_dict, update_vals=None):
        """A reply of the debtor stops what was to follow until somebody has handled it."""
        for letter in self:
            self.env["dunning.reply"]._receive(letter.case_id, msg_dict, letter)
        return super().message_update(msg_dict, update_vals)

    def _message_receive_bounce(self, email, partner):
        """The letter came back: it was not delivered, whatever the mail server said first. Its level goes back."""
        result = super()._message_receive_bounce(email, partner)
        copies = self.filtered(lambda letter: letter._is_about_copy(email))
        for letter in copies:
            letter.message_post(body=self.env._("The copy to %s came back. The letter itself did not.", email))
        for letter in (self - copies).filtered(lambda letter: letter.state == "sent" and letter.message_id):
            if letter._stands_on_paper(email):
                continue
            attempt = letter.dispatch_ids.filtered(lambda attempt: attempt.state == "accepted")[:1]
            text = self.env._("It came back from %s. Mend the address and retry, or send it on paper", email)
            letter._undo_sending(attempt, "bounced", text)
        return result

    def _undo_sending(self, attempt, state, text, answer=None):
        """The letter came back, by mail or by post: it was not delivered. Its level and its term go back.

        :param state: of the attempt. :param text: what a person can do. :param answer: what stands on the attempt.
        :raises UserError: a later letter that went by post builds on it.
        """
        self.ensure_one()
        if state == "returned":
            self._check_nothing_follows()
        attempt.write({"state": state, "answer": answer or text})
        self.write({"state": "issued", "sent_on": False, "sent_at": False, **NO_TERM})
        self._register_failure(text, "bounced")
        self._move_levels()
        self._let_claims_follow()

    def action_left(self):
        """Say that a letter whose sending was cut off did leave: its level moves as of that moment."""
        unsure = self.filtered(lambda letter: letter.state == "failed" and letter.is_unsure)
        if not unsure:
            raise UserError(self.env._("Only of a letter whose sending was cut off can be said that it did leave."))
        for letter in unsure.sudo():  # evidence is written by the system
            attempt = letter.dispatch_ids.filtered(lambda attempt: attempt.state == "unsure")[:1]
            attempt.write({"state": "accepted", "answer": self.env._("%s found that it left.", self.env.user.name)})
            letter._register_sent(attempt.message_id, attempt.started_at)
            letter.message_post(body=self.env._("%s found that the letter did leave.", self.env.user.name))
        for company in unsure.company_id:
            self.sudo()._after_sending(company)
        return True

    def _prepare_term(self, day, channel, receipt=None, proof=None):
        """The term that a letter gives, counted from the day it was really sent, or from proven receipt.

        Of a statutory notice the free term: without one nothing can be claimed later, which is the safe side; the
        letter says what is wrong. Of another letter the term to pay, after which the debtor is in default (6:82 BW).

        :param receipt: known day of receipt. :param proof: what it proves, see ``law.terms``.
        """
        self.ensure_one()
        if self.legal_type != rules.STATUTORY_NOTICE:
            if not self.deadline:
                return {}
            country = self.regime_id.country_id.code or self.company_id.country_id.code
            known = {"receipt": receipt, "proof": proof}
            return {"default_from": self._default_from(country, self.date, self.deadline, day, channel, **known)}
        try:
            term = self.regime_id.free_term(day, channel, receipt, proof=proof)
        except RegimeError as error:
            return {"error": str(error)}
        if not term:  # the rules lost their term after the letter was made
            return {}
        return {
            "term_first_day": term.first_day,
            "term_last_day": term.last_day,
            "claimable_from": term.claimable_from,
        }

    @api.model
    def _default_from(self, country, dated, deadline, day, channel, **known):
        """First day after the term to pay: its days from receipt on, and not before the printed day ended.

        :param dated: date of the letter, from which its `deadline` was counted. :param day: when it was really sent.
        :param known: proven ``receipt`` and its ``proof``.
        """
        try:
            term = terms.notice_term(country or "NL", day, channel, max((deadline - dated).days, 1), **known)
        except NoTermError:  # a registered letter puts nobody in default before it is delivered
            return False
        except LawError:  # a country without a known calendar: a week for the post
            return max(deadline, day + timedelta(days=7)) + timedelta(days=1)
        return max(term.claimable_from, deadline + timedelta(days=1))

    @api.model
    def _after_sending(self, company):
        """Let invoices and cases of a company follow the letters that were sent: level, next step, figures.

        In a savepoint: when somebody else is writing one of these invoices, all of it waits for the next time. The
        letters stay marked, and the next sending or run takes them along.
        """
        letters = self.search([("company_id", "=", company.id), ("follow_up_pending", "=", True)])
        if not letters:
            return
        try:
            with self.env.cr.savepoint():
                letters._move_levels()
                self.env["dunning.run"]._redecide(company, letters.partner_id)
                letters._make_companions()
                letters.write({"follow_up_pending": False})
                self.env.flush_all()
        except psycopg2.errors.TransactionRollbackError:
            _logger.info("Invoices of %s letters are being written by others; they follow later", len(letters))

    def _move_levels(self):
        """Show the level that was reached on the invoices: the last one of a letter that stands, or none."""
        self.env["dunning.contact"]._show_levels(self.line_ids.filtered("level_id").move_id)

    def _stop_by_mode(self):
        """Keep in the outbox what may not leave because of how the company's follow-up is switched; return it."""
        stopped = self.filtered(lambda letter: letter.company_id.dunning_mode == "off")
        # asked again in an hour, or as soon as follow-up is switched on
        stopped.mail_id.scheduled_date = fields.Datetime.now() + timedelta(hours=1)
        real = (self - stopped).filtered(lambda letter: letter.company_id.dunning_mode == "test" and not letter.is_test)
        real._cancel(self.env._("Not sent: follow-up was switched to test after the letter was made."))
        return stopped | real

    def _register_failure(self, reason, failure="error"):
        """Keep the error on the letter until a person has dealt with it, and ask the responsible to.

        :param failure: what kind it is, see ``FAILURES``.
        """
        for letter in self.filtered(lambda letter: letter.state in ("draft", "issued", "failed")):
            text = letter._plain_reason(reason)
            letter.write({"state": "failed", "error": text, "failure": failure})
            # whoever signs need not be the one who sees to the letters
            keeper = letter.company_id.dunning_responsible_id or letter.user_id
            if keeper and not letter.activity_ids:
                env = letter.with_context(lang=keeper.lang).env
                letter.activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=env._("Letter not delivered"),
                    note=text,
                    user_id=keeper.id,
                )

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
