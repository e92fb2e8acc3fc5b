import logging
from urllib.parse import quote
from uuid import uuid4

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, plaintext2html

from ...engine.rules import HANDOVER
from ..letter.dunning_letter_paper_mixin import BY_POST

_logger = logging.getLogger(__name__)

OPEN = ("not_paid", "partial")


class DunningDispatchCompanionMixin(models.AbstractModel):
    """What goes along with a letter: a text message, a prepared WhatsApp message, a call. None of them is the letter,
    so nothing that becomes of them moves a level or a term."""

    _name = "dunning.dispatch.companion.mixin"
    _description = "What goes along with a dunning letter"

    text = fields.Text(readonly=True, help="The words of the message.")
    due_at = fields.Datetime(string="Not before", readonly=True, help="The debtor may be written to from this moment.")
    notice_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null", help="Odoo's own record of it."
    )
    whatsapp_url = fields.Char(string="Open WhatsApp", compute="_compute_whatsapp_url")

    _companion_idx = models.Index("(due_at) WHERE state = 'queued' AND channel = 'sms' AND notice_id IS NULL")

    @api.depends("channel", "recipient", "text")
    def _compute_whatsapp_url(self):
        for attempt in self:
            attempt.whatsapp_url = (
                f"https://wa.me/{quote(attempt.recipient, safe='')}?text={quote(attempt.text or '', safe='')}"
                if attempt.channel == "whatsapp" and attempt.recipient
                else False
            )

    def _is_copy(self):
        """Whether this is the paper beside a letter that goes by mail."""
        self.ensure_one()
        return self.channel in BY_POST and self.letter_id.channel == "email" and not self.letter_id.on_paper_instead

    def _register_answer(self, state, answer=False):
        """What became of an attempt that waited at a service. Of the letter itself only by snail mail."""
        self.ensure_one()
        self.write({"state": state, "answer": answer, "ended_at": fields.Datetime.now()})
        if self.channel != "snailmail":
            return
        letter = self.letter_id
        if self._is_copy():
            if state == "accepted":
                self.env["dunning.paper.copy"]._count_terms(letter)
            return
        if state == "accepted":
            letter._register_sent(attempts=self)
            self.env["dunning.delivery"]._after_sending(letter.company_id)
        elif letter.state == "issued":
            text = answer or self.env._("It was cancelled at the post service")
            letter._register_failure(text, "refused")

    # -- text messages --------------------------------------------------------------------------------------------

    @api.model
    def _cron_text_messages(self):
        """Hand over the text messages whose hour has come."""
        waiting = [("channel", "=", "sms"), ("state", "=", "queued"), ("notice_id", "=", False)]
        now = fields.Datetime.now()
        self.search([*waiting, ("due_at", "<=", now)])._send_text_messages()
        later = self.search([*waiting, ("due_at", ">", now)], order="due_at", limit=1)
        later._wake_up()

    def _wake_up(self):
        """Have the cron look again when the first of these may leave."""
        if moments := self.mapped("due_at"):
            # sudo: the clock is the system's
            self.env.ref("cremann_dunning.dunning_cron_text_messages").sudo()._trigger(min(moments))

    def _send_text_messages(self):
        """Put these in Odoo's queue of text messages, all at once; an error stays on the attempt."""
        silenced = self._silenced()
        stale = self.filtered(lambda attempt: not attempt._is_still_wanted(silenced))
        for letter, attempts in stale.grouped("letter_id").items():
            env = letter._told_to_keepers().env
            answer = env._("Not sent: it was paid, taken back or handed over since, or the debtor is insolvent.")
            attempts.write({"state": "withheld", "answer": answer})
        ready = (self - stale).try_lock_for_update().filtered(lambda attempt: attempt.state == "queued")
        if not ready:
            return
        try:
            with self.env.cr.savepoint():
                ready._queue_text_messages()
        except (UserError, ValueError, KeyError, TypeError) as error:
            _logger.warning("Dunning: %s text messages could not be made: %s", len(ready), error)
            ready.write({"state": "refused", "answer": str(error), "ended_at": fields.Datetime.now()})

    def _is_still_wanted(self, silenced):
        """:param silenced: see ``_silenced``."""
        self.ensure_one()
        letter = self.letter_id
        if letter.state != "sent" or letter.partner_id.commercial_partner_id in silenced:
            return False
        lines = letter.line_ids.filtered("principal_part")
        # sudo: what is with a party, whoever sends
        frozen = self.env["dunning.handover.claim"].sudo()._frozen(lines.move_id).claim_id
        if letter.legal_type != HANDOVER and set(lines.claim_id.ids) & set(frozen.ids):
            return False
        return any(move.payment_state in OPEN for move in lines.move_id)

    def _silenced(self):
        """Those of the debtors who became insolvent since."""
        found = self.env["res.partner"]
        for company, own in self.grouped("company_id").items():
            # sudo: whether he is, whoever sends
            found |= self.env["dunning.insolvency"].sudo()._of(own.partner_id, company)._debtors()
        return found

    def _queue_text_messages(self):
        """As Odoo's own notification by SMS does for one record, here for all of them: message, SMS, notification."""
        letters = self.letter_id
        messages = letters._message_log_batch(
            {attempt.letter_id.id: plaintext2html(attempt.text) for attempt in self}, message_type="sms"
        )
        by_letter = {message.res_id: message for message in messages}
        attempts = list(self)
        # sudo: the queue is the system's
        texts = self.env["sms.sms"].sudo()
        texts = texts.create(
            [
                {
                    "number": f"+{attempt.recipient}",
                    "body": attempt.text,
                    "partner_id": attempt.letter_id.contact_id.id,
                    "mail_message_id": by_letter[attempt.letter_id.id].id,
                    "uuid": uuid4().hex,
                }
                for attempt in attempts
            ]
        )
        self.env["mail.notification"].sudo().create(  # as above
            [
                {
                    "author_id": text.mail_message_id.author_id.id,
                    "mail_message_id": text.mail_message_id.id,
                    "res_partner_id": text.partner_id.id,
                    "sms_number": text.number,
                    "notification_type": "sms",
                    "sms_id_int": text.id,
                    "sms_tracker_ids": [Command.create({"sms_uuid": text.uuid})],
                    "is_read": True,
                    "notification_status": "ready",
                }
                for text in texts
            ]
        )
        for attempt in attempts:
            attempt.notice_id = by_letter[attempt.letter_id.id]

    # -- WhatsApp -------------------------------------------------------------------------------------------------

    def action_whatsapp(self):
        """Open the prepared message; afterwards the user says whether it was sent."""
        self.ensure_one()
        if self.channel != "whatsapp" or self.state != "queued":
            raise UserError(self.env._("This WhatsApp message was dealt with already."))
        if self.due_at and self.due_at > fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The debtor is left in peace now. Send it from %s on.",
                    format_datetime(self.env, self.due_at, dt_format="short"),
                )
            )
        if not self._is_still_wanted(self._silenced()):
            raise UserError(
                self.env._(
                    "It was paid, taken back or handed over since, or the debtor is insolvent: there is nothing to "
                    "write about."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("WhatsApp"),
            "res_model": "dunning.whatsapp.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispatch_id": self.id},
        }
