from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize

from ...tools.spelling import as_note
from ..dunning_inside import inside

PREVIEW = 300
DEFAULT_DAYS = 2


# What came in is about …, as whoever looks after the desk sorts it.
REASONS = [
    ("question", "Question"),
    ("paid", "Says he has paid"),
    ("promise", "Will pay"),
    ("plan", "Wants to pay in instalments"),
    ("dispute", "Does not agree"),
    ("wrong_person", "Not the one to ask"),
    ("address", "New address or contact"),
    ("copy", "Wants a copy"),
    ("bounced", "Mail came back"),
    ("returned", "Post came back"),
    ("call_back", "To be called back"),
    ("other", "Something else"),
]
SOURCES = [
    ("mail", "E-mail"),
    ("page", "His page"),
    ("post", "Post"),
    ("bounce", "Mail that came back"),
    ("call", "Call"),
]


class DunningReply(models.Model):
    """What came in from or about a debtor, to be answered: an item of the desk, with an owner and a clock.

    Where it holds the ladder nothing more goes out to the debtor until somebody has handled it. What cannot be placed
    has a company and no debtor, and waits for somebody who places it.
    """

    _name = "dunning.reply"
    _description = "Reply of a debtor"
    _inherit = ["dunning.record.mixin"]
    _order = "received_at desc, id desc"
    _rec_name = "subject"

    case_id = fields.Many2one(
        "dunning.case", string="Debtor", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_place",
        store=True,
        precompute=True,
        index=True,
        help="Empty: nobody has said yet whose it is.",
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_place", store=True, precompute=True, required=True, index=True
    )
    contact_id = fields.Many2one("res.partner", string="Written by", readonly=True, ondelete="set null")
    letter_id = fields.Many2one("dunning.letter", string="To letter", readonly=True, ondelete="set null")
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True, help="The invoices it is about.")
    claim_ids = fields.Many2many("dunning.claim", string="Claims", compute="_compute_claim_ids")
    source = fields.Selection(SOURCES, string="Came by", required=True, readonly=True, default="mail")
    reason = fields.Selection(REASONS, string="About", required=True, default="question")
    user_id = fields.Many2one("res.users", string="Owner", index="btree_not_null", ondelete="set null")
    due_at = fields.Datetime(
        string="Answer before", compute="_compute_due_at", store=True, precompute=True, help="By its reason."
    )
    holds = fields.Boolean(
        string="Letters wait", readonly=True, default=True, help="Nothing goes out to the debtor until it is handled."
    )
    email_from = fields.Char(string="From", readonly=True)
    subject = fields.Char(readonly=True)
    text = fields.Text(readonly=True, help="What was written, as it came and without what it quotes.")
    preview = fields.Text(string="Begins with", readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment", "res_id", string="Files", readonly=True, domain=[("res_model", "=", "dunning.reply")]
    )
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

    @api.depends("case_id.partner_id", "case_id.company_id")
    def _compute_place(self):
        for reply in self:
            case = reply.case_id
            reply.partner_id, reply.company_id = (case or reply).partner_id, (case or reply).company_id

    @api.depends("letter_id", "move_ids", "partner_id")
    def _compute_claim_ids(self):
        for reply in self:
            # sudo: which claims it is about, for whoever may read it
            moves, letter = reply.sudo().move_ids, reply.sudo().letter_id
            debtor = reply.partner_id.commercial_partner_id
            named = moves.dunning_claim_ids.filtered(lambda claim, debtor=debtor: claim.partner_id == debtor)
            reply.claim_ids = (named if moves else letter.line_ids.claim_id).with_env(self.env)

    @api.depends("reason", "received_on", "company_id")
    def _compute_due_at(self):
        for reply in self:
            reply.due_at = reply.received_at and reply.received_at + timedelta(days=DEFAULT_DAYS)

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
            user = reply.user_id or (case and case._responsible())
            if not case or not user or len(case.reply_ids.filtered(lambda other: other.state == "open")) > 1:
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
        placed = waiting.sudo().filtered("holds").filtered("partner_id")  # sudo: as above
        for company, replies in placed.grouped("company_id").items():
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
                ("holds", "=", True),
            ],
            ["partner_id"],
            ["received_on:min"],
        )
        found = {}
        for partner, day in rows:
            debtor = partner.commercial_partner_id.id
            found[debtor] = min(day, found.get(debtor, day))
        return found
