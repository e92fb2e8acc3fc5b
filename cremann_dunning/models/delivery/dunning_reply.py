from odoo import api, fields, models
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize

from ...tools.spelling import as_note
from ..dunning_inside import inside

PREVIEW = 300


class DunningReply(models.Model):
    """What a debtor wrote back. Until somebody has handled it nothing more goes out to him."""

    _name = "dunning.reply"
    _description = "Reply of a debtor"
    _inherit = ["dunning.record.mixin"]
    _order = "received_at desc, id desc"
    _rec_name = "subject"

    case_id = fields.Many2one("dunning.case", string="Debtor", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    letter_id = fields.Many2one("dunning.letter", string="To letter", readonly=True, ondelete="set null")
    email_from = fields.Char(string="From", readonly=True)
    subject = fields.Char(readonly=True)
    preview = fields.Text(string="Begins with", readonly=True)
    received_at = fields.Datetime(string="Received", required=True, readonly=True, default=fields.Datetime.now)
    received_on = fields.Date(required=True, readonly=True, help="The day where the company is.")
    state = fields.Selection(
        [("open", "To handle"), ("handled", "Handled")], required=True, readonly=True, default="open", index=True
    )
    is_automatic = fields.Boolean(
        string="Automatic",
        readonly=True,
        help="A machine answered (out of office, received in good order, read). It needs no answer, and holds nothing "
        "back.",
    )
    handled_by_id = fields.Many2one("res.users", string="Handled by", readonly=True, ondelete="restrict")
    handled_at = fields.Datetime(string="Handled", readonly=True)

    _open_idx = models.Index("(company_id, partner_id) WHERE state = 'open'")

    @api.model_create_multi
    def create(self, vals_list):
        """A reply is told of, and what it says apart."""
        replies = super().create(vals_list)
        self.env["dunning.event"]._tell([reply._event_row() for reply in replies])
        return replies

    def write(self, vals):
        """That a reply was handled is told of, once."""
        open_ = self.filtered(lambda reply: reply.state == "open") if vals.get("state") == "handled" else self.browse()
        result = super().write(vals)
        if open_:
            self.env["dunning.event"]._tell([reply._event_row("answer.handled") for reply in open_])
        return result

    def _event_row(self, kind="answer.received"):
        """The reply as an event: that it came in, or that somebody handled it."""
        self.ensure_one()
        letter = self.letter_id.sudo()  # sudo: which claims it is about, whoever handles it
        received = kind == "answer.received"
        said = {"from": self.email_from, "begins": self.preview} if received else {}
        return {
            "kind": kind,
            "company_id": self.company_id.id,
            "debtor": self.partner_id.id,
            "letter": letter.id,
            "claims": letter.line_ids.claim_id.ids,
            "happened": self.received_at if received else self.handled_at,
            "facts": {
                "reply": self.id,
                **({"letter": letter.name} if letter else {}),
                **({"automatic": True} if self.is_automatic else {}),
            },
            "personal": {"subject": self.subject, **said},
        }

    @api.model
    def _receive(self, case, msg_dict, letter=None):
        """Note a mail of the debtor about a letter or a case, tell the responsible, and stop what was to follow.

        An automatic answer is noted and changes nothing: nobody has read the letter yet.

        :param msg_dict: the mail as Odoo's gateway parsed it. Mails of our own people change nothing.
        """
        if self._is_ours(msg_dict.get("email_from")):
            return self.browse()
        automatic = inside(self.env, "dunning_automatic_reply", False)
        body = html2plaintext(msg_dict.get("body") or "").strip()
        reply = self.create(
            {
                "case_id": case.id,
                "letter_id": letter and letter.id,
                "email_from": msg_dict.get("email_from"),
                "subject": msg_dict.get("subject"),
                "preview": body[:PREVIEW] + ("…" if len(body) > PREVIEW else ""),
                "received_on": case.company_id._dunning_today(),
                "is_automatic": automatic,
                "state": "handled" if automatic else "open",
            }
        )
        if automatic:
            return reply
        reply._tell()
        self.env["dunning.engine"]._redecide(case.company_id, case.partner_id)
        return reply

    @api.model
    def _is_ours(self, address):
        """Whether an address is that of a user of the database."""
        domain = [("share", "=", False), ("email_normalized", "=", email_normalize(address or "") or "")]
        return bool(self.env["res.users"].sudo().search_count(domain, limit=1))  # whoever the gateway runs as

    def _tell(self):
        """Ask the responsible to answer; once, until all of the debtor's replies are handled."""
        for reply in self:
            case = reply.case_id
            user = case.user_id or case.company_id.dunning_responsible_id
            if not user or len(case.reply_ids.filtered(lambda other: other.state == "open")) > 1:
                continue
            env = reply.with_context(lang=user.lang).env
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=env._("Answer the debtor"),
                note=as_note(reply.preview or ""),  # a stranger's words, never his markup
                user_id=user.id,
            )

    def action_handled(self):
        """Say that this was answered or needs no answer: follow-up goes on."""
        waiting = self.filtered(lambda reply: reply.state == "open")
        waiting.check_access("read")
        # sudo: what was received stays as it is; only that it was handled is written
        waiting.sudo().write({"state": "handled", "handled_by_id": self.env.uid, "handled_at": fields.Datetime.now()})
        answered = waiting.case_id.filtered(lambda case: not case.open_reply_count).sudo()  # as above
        answered.activity_unlink(["mail.mail_activity_data_todo"])
        for company, replies in waiting.sudo().grouped("company_id").items():
            self.env["dunning.engine"].sudo()._redecide(company, replies.partner_id)
        return True

    @api.model
    def _facts(self, company, partner_ids):
        """Per debtor the day of the oldest reply that nobody has handled."""
        rows = self._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "in", list(partner_ids)),
                ("state", "=", "open"),
            ],
            ["partner_id"],
            ["received_on:min"],
        )
        found = {}
        for partner, day in rows:
            debtor = partner.commercial_partner_id.id
            found[debtor] = min(day, found.get(debtor, day))
        return found
