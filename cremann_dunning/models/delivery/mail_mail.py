import logging
import time
from contextlib import contextmanager
from datetime import datetime, timezone

from psycopg2.errors import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.mail import email_normalize_all

from ...engine import rules
from ..dunning_inside import Inside, inside
from ..letter.dunning_letter_document_mixin import digest
from ..run.dunning_progress import may_commit
from .dunning_kept_cache import KeptCache
from .dunning_smtp_session import AddresseeFirst

_logger = logging.getLogger(__name__)

# So many letters are checked together, a moment before they leave. What was found holds for so many seconds; those that
# have not left by then are checked once more.
SENT_TOGETHER = 200
LOOK_HOLDS = 20

# What a mail says, carries and to whom it goes. Whoever sees to the outbox may cancel it or let it try again.
FROZEN = {
    "attachment_ids", "author_id", "auto_delete", "body", "body_content", "body_html", "dunning_letter_id", "email_cc",
    "email_from", "email_to", "headers", "mail_message_id", "message_id", "model", "recipient_ids", "references",
    "reply_to", "res_id", "subject", "unrestricted_attachment_ids",
}  # fmt: skip


class MailMail(models.Model):
    _inherit = "mail.mail"  # pylint: disable=consider-merging-classes-inherited

    dunning_letter_id = fields.Many2one("dunning.letter", index="btree_not_null", ondelete="set null")

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Send dunning letters in their own way: each at most once, and only what is still right at this moment.

        They leave in transactions of their own. Whoever sends in the middle of other work (without ``auto_commit``)
        leaves them to the outbox, which is emptied right after: a mail that has left cannot be rolled back.
        """
        # sudo: whoever empties the outbox need not know of dunning, and nothing may fail once a mail has left
        ours = self.browse(self.sudo().filtered("dunning_letter_id").ids)
        others = self - ours
        if others or not self:
            super(MailMail, others).send(
                auto_commit=auto_commit, raise_exception=raise_exception, post_send_callback=post_send_callback
            )
        commit = may_commit()
        if ours and commit and not auto_commit:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # the outbox is the system's
            return True
        stopped, late = set(), []  # companies whose mail server has stopped us meanwhile; mails to be checked once more
        ours = ours.with_context(dunning_stopped=Inside(stopped), dunning_late=Inside(late))
        waiting = ours._dunning_in_order().ids
        while waiting:
            mails = ours.browse(waiting[:SENT_TOGETHER])
            if stopped:
                mails = mails._dunning_not_waiting()
            # what comes of them is told in the language of each company
            for lang, group in mails.grouped(lambda mail: mail._dunning_lang()).items():
                group.with_context(lang=lang)._dunning_send(commit, raise_exception, post_send_callback)
            waiting[:SENT_TOGETHER] = late
            late.clear()
        return True

    def _dunning_lang(self):
        """The language in which it is told what came of this mail."""
        return self.sudo().dunning_letter_id._told_to_keepers().env.lang  # sudo: as in send()

    def _dunning_in_order(self):
        """Letters with a term of the law first, then the oldest."""

        def place(mail):
            letter = mail.sudo().dunning_letter_id  # sudo: as in send()
            return letter.legal_type != rules.STATUTORY_NOTICE, letter.date, letter.id

        return self.sorted(place)

    def _dunning_not_waiting(self):
        """Those that are not put off."""
        now = fields.Datetime.now()
        return self.filtered(lambda mail: not mail.sudo().scheduled_date or mail.sudo().scheduled_date <= now)

    # -- sending letters ------------------------------------------------------------------------------------------

    def _dunning_send(self, commit, raise_exception, post_send_callback):  # pylint: disable=missing-return
        """Check these letters with the facts of now and send what is still right.

        :param commit: whether each mail is committed by itself; only not so under test.
        """
        with self._dunning_turn(commit) as mails:
            letters = mails.sudo().dunning_letter_id  # sudo: as in send()
            try:
                ready = mails._dunning_ready()
                bank = letters.env["dunning.bank"]._state(
                    ready.sudo().dunning_letter_id.company_id
                )  # sudo: as in send()
                ends = time.monotonic() + LOOK_HOLDS
                ready = ready.with_context(dunning_ends=Inside(ends), dunning_bank=Inside(bank))
                super(MailMail, ready).send(  # pylint: disable=super-method-mismatch
                    auto_commit=commit, raise_exception=raise_exception, post_send_callback=post_send_callback
                )
            except Exception:  # the line to the mail server broke, or the database refused; both leave a mess
                if not commit:
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()
                self.env["dunning.dispatch"].sudo()._cut_off(letters)
                self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # the rest of the outbox
                self.env.cr.commit()  # pylint: disable=invalid-commit
                if raise_exception:
                    raise
                _logger.exception("Dunning: the outbox could not be emptied")
            for company in letters.with_prefetch().company_id:  # together, though nothing is kept over the commits
                letters.env["dunning.delivery"]._after_sending(company)

    @contextmanager
    def _dunning_turn(self, commit):
        """The mails among these that nobody else is sending, in a transaction that sees what others have done.

        The turn is held by a connection of its own, so that it outlives the commit after each mail and ends with the
        process, however that ends.
        """
        if not commit:
            yield self._dunning_outgoing()
            return
        with self.env.registry.cursor() as turn:
            letters = {mail.dunning_letter_id.id: mail.id for mail in self.sudo()}  # sudo: as in send()
            turn.execute(
                SQL(
                    "SELECT id FROM unnest(%s) id WHERE pg_try_advisory_xact_lock(hashtext('dunning_letter'), id)",
                    sorted(letters),
                )
            )
            mine = [letters[letter_id] for (letter_id,) in turn.fetchall()]
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
            yield self.browse(mine)._dunning_outgoing()

    def _dunning_outgoing(self):
        """Those whose letter still has to leave."""
        return self.browse(
            # sudo: as in send()
            self.sudo()
            .exists()
            .filtered(lambda mail: mail.state == "outgoing" and mail.dunning_letter_id.state == "issued")
            .ids
        )

    def _dunning_ready(self):
        """Those that may leave now. The others are cancelled, put off or put aside, each with its reason."""
        letters = self.sudo().dunning_letter_id  # sudo: as in send()
        letters -= self.env["dunning.dispatch"].sudo()._cut_off(letters)
        look = letters.env["dunning.last.look"]
        letters -= look._stop_by_mode(letters)
        settled = look._stop_if_settled(letters)
        self.filtered(lambda mail: mail.sudo().dunning_letter_id in settled).cancel()
        waiting = (letters - settled).filtered(lambda letter: letter.state == "issued")
        waiting -= look._stop_blacklisted(waiting)
        ours = waiting.filtered("is_test")  # to ourselves at any hour
        passed = waiting - look._stop_at_gate(ours) - look._stop_at_gate(waiting - ours, leaving=True)
        ready = look._one_per_debtor(passed)
        ready -= letters.env["dunning.pause"]._over_ceiling(ready)
        if passed - ready:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # as in send()
        return self.filtered(lambda mail: mail.sudo().dunning_letter_id in ready)

    def _send(self, auto_commit=False, smtp_session=None, **options):  # pylint: disable=arguments-differ
        """Put every attempt to send a letter on record before the mail server is asked."""
        ours = self.browse(self.sudo().filtered("dunning_letter_id").ids)  # sudo: as in send()
        if not ours or self.env["ir.mail_server"]._disable_send():  # a server that mails nothing makes no attempts
            return super()._send(auto_commit=auto_commit, smtp_session=smtp_session, **options)
        stopped, late = inside(self.env, "dunning_stopped", ()), inside(self.env, "dunning_late", [])
        ends = inside(self.env, "dunning_ends", float("inf"))
        # What the system has read answers nobody who may not read these letters: for him Odoo asks mail by mail.
        letters = ours.sudo().dunning_letter_id  # sudo: as in send()
        kept = KeptCache(ours.sudo()) if letters.with_env(self.env).has_access("read") else None
        for mail in self:
            session, attempt = smtp_session, None
            if mail in ours:
                if mail != ours[0] and time.monotonic() > ends:  # the first one leaves in any case, so that this ends
                    late.append(mail.id)
                    continue
                # sudo: as in send()
                if (
                    stopped
                    and mail.sudo().dunning_letter_id.company_id.id in stopped
                    and not mail._dunning_not_waiting()
                ):
                    continue
                if smtp_session:
                    smtp_session.noop()  # a line that is dead by now is noticed before the attempt, not during it
                    session = AddresseeFirst(smtp_session)
                attempt = mail._dunning_begin(auto_commit, kept)
                if not attempt:
                    continue
            context = {}
            if attempt:
                context = {"dunning_session": Inside(session), "dunning_attempt": Inside(attempt)}
            super(MailMail, mail.with_context(**context))._send(
                auto_commit=auto_commit, smtp_session=session, **options
            )
        return True

    def _dunning_begin(self, commit, kept=None):
        """Put the attempt on record and keep mail and letter for us until it has ended.

        :param kept: ``KeptCache`` of the batch.
        :return: the attempt, or none when somebody took the letter back a moment ago.
        """
        mail = self.sudo()  # sudo: as in send()
        if commit and kept:
            kept.recall(self, self.env["dunning.dispatch"])
        letter = mail.dunning_letter_id
        attempts = self.env["dunning.dispatch"].sudo()  # sudo: as in send()
        vals = attempts._prepare_attempt(letter) | {"letter_id": letter.id, "recipient": mail.email_to}
        if commit:
            self._dunning_spare_clock(datetime.now(timezone.utc).replace(tzinfo=None))
        attempt = attempts.create(vals | {"message_id": mail.message_id})
        self.env.flush_all()
        if commit:
            if kept:
                kept.add_attempt()
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
        locked = self._dunning_lock(commit)
        if not locked:
            attempt.write({"state": "withheld", "ended_at": fields.Datetime.now()})
            return attempts
        *dates, now = locked
        if commit:
            self._dunning_spare_clock(now)
        if commit and kept and kept.is_current(self, dates):
            kept.recall(self, attempt)
        return attempt

    def _dunning_spare_clock(self, now):
        """Tell Odoo when this transaction began; else it asks the database, twice for each letter that leaves."""
        self.env.cr._now = now  # pylint: disable=protected-access

    def _dunning_lock(self, commit):
        """Lock this mail and its letter, unless somebody else writes one of them or they need not leave any more.

        :return: when both were written and when this transaction began, or nothing.
        """
        query = SQL(
            """
            SELECT m.write_date, l.write_date, now() AT TIME ZONE 'UTC'
              FROM mail_mail m JOIN dunning_letter l ON l.id = m.dunning_letter_id
             WHERE m.id = %s AND m.state = 'outgoing' AND l.state = 'issued'
               FOR NO KEY UPDATE OF m, l SKIP LOCKED
            """,
            self.id,
        )
        try:
            self.env.cr.execute(query)
            return self.env.cr.fetchone()
        except TransactionRollbackError:  # written a moment ago
            if not commit:
                raise
            self.env.cr.rollback()  # of nothing: the attempt was committed before
            return None

    def write(self, vals):
        """The mail of a letter stays as it was issued.

        Odoo writes the number of a mail that has left once more, which costs three queries.
        """
        # while it is sent Odoo writes what came of it
        if set(vals) & FROZEN and not self.env.su and not inside(self.env, "dunning_attempt"):
            self._dunning_keep()
        session = inside(self.env, "dunning_session")
        if session is not None and "message_id" in vals and self.message_id == vals["message_id"]:
            vals = {name: value for name, value in vals.items() if name != "message_id"}
        waiting = self._dunning_waiting() if vals.get("state") == "cancel" else self.env["dunning.letter"]
        result = super().write(vals)
        waiting._register_taken_out()
        return result

    def unlink(self):
        """Only the system deletes the mail of a letter; one that waits for it does not wait any more."""
        if not self.env.su:
            self._dunning_keep()
        waiting = self._dunning_waiting()
        result = super().unlink()
        waiting._register_taken_out()
        return result

    def _dunning_waiting(self):
        """The letters that wait to leave by these mails, as the system."""
        letters = self.sudo().dunning_letter_id  # sudo: as in send()
        return letters.filtered(lambda letter: letter.state == "issued")

    def _dunning_keep(self):
        if self.sudo().filtered("dunning_letter_id"):  # sudo: as in send()
            raise AccessError(
                self.env._("The mail of a dunning letter stays as it was issued. Cancel the letter instead.")
            )

    def _dunning_words(self):
        """Digest of what the mail says: its subject and its text."""
        self.ensure_one()
        return digest(f"{self.subject or ''}\n{self.body_html or ''}".encode())

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False, failure_type=None):
        """Turn what the mail server said into the state of the letter: sent only when it was taken."""
        ours = self.sudo().filtered("dunning_letter_id")  # sudo: as in send()
        delivery = ours.env["dunning.delivery"]
        sent = ours.filtered(lambda mail: mail.state == "sent")
        for mail in sent:
            delivery._register_taken(mail.dunning_letter_id, mail.message_id)
        for reason, mails in (ours - sent).grouped(lambda mail: failure_reason or mail.failure_reason).items():
            delivery._register_refused(mails.dunning_letter_id, reason)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    # -- mails about letters --------------------------------------------------------------------------------------

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
        unsent = letters.filtered(lambda letter: not letter.sent_on)  # one that was taken back was sent all the same
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
