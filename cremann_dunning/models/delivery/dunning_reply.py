from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize

from ...tools.spelling import as_note
from ..dunning_loose import LooseMany2many
from ..event import as_fact

PREVIEW = 300
ALARM = "cremann_dunning.mail_activity_type_reply_late"


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
    _inherit = ["dunning.record.mixin", "dunning.followers.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "received_at desc, id desc"
    _rec_name = "subject"
    _primary_email = "email_from"  # by which Odoo's gateway finds out that somebody floods an alias

    case_id = fields.Many2one(
        "dunning.case", string="Debtor", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        precompute=True,
        index=True,
        help="Empty: nobody has said yet whose it is.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
    )
    contact_id = fields.Many2one("res.partner", string="Written by", readonly=True, ondelete="set null")
    letter_id = fields.Many2one(
        "dunning.letter", string="To letter", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_ids = LooseMany2many("account.move", string="Invoices", readonly=True, help="The invoices it is about.")
    claim_ids = fields.Many2many("dunning.claim", string="Claims", compute="_compute_claim_ids")
    source = fields.Selection(SOURCES, string="Came by", required=True, readonly=True, default="mail")
    reason = fields.Selection(REASONS, string="About", required=True, default="question")
    user_id = fields.Many2one("res.users", string="Owner", index="btree_not_null", ondelete="set null")
    due_at = fields.Datetime(
        string="Answer before",
        compute="_compute_due_at",
        store=True,
        precompute=True,
        help="The last moment on which it should be answered, by its reason. After it whoever has it is told, once.",
    )
    holds = fields.Boolean(
        string="Letters wait", readonly=True, default=True, help="Nothing goes out to the debtor until it is handled."
    )
    email_from = fields.Char(string="From", readonly=True)
    sender = fields.Char(readonly=True, index="btree_not_null", help="The address alone, as mails are compared.")
    message_ref = fields.Char(readonly=True, index="btree_not_null", help="Which mail it was, by its Message-Id.")
    times = fields.Integer(
        readonly=True, default=1, help="How often the same came from the same address: it is one thing to answer."
    )
    suggested_id = fields.Many2one(
        "res.partner", string="Probably", readonly=True, ondelete="set null", help="Whose it may be."
    )
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
    is_foreign = fields.Boolean(string="Not ours", readonly=True, help="Spam, or nothing about what somebody owes.")
    result = fields.Char(string="What was done", readonly=True)
    handled_by_id = fields.Many2one("res.users", string="Handled by", readonly=True, ondelete="restrict")
    handled_at = fields.Datetime(string="Handled", readonly=True)

    _open_idx = models.Index("(company_id, partner_id) WHERE state = 'open'")

    @api.depends("case_id.partner_id")
    def _compute_partner_id(self):
        for reply in self:
            reply.partner_id = reply.case_id.partner_id

    @api.depends("case_id.company_id")
    def _compute_company_id(self):
        """That of the case; what has none keeps the one it came to."""
        for reply in self:
            reply.company_id = (reply.case_id or reply).company_id

    @api.depends("letter_id", "move_ids", "partner_id")
    def _compute_claim_ids(self):
        for reply in self:
            # sudo: which claims it is about, for whoever may read it
            moves, letter = reply.sudo().move_ids, reply.sudo().letter_id
            debtor = reply.partner_id.commercial_partner_id
            named = moves.dunning_claim_ids.filtered(lambda claim, debtor=debtor: claim.partner_id == debtor)
            reply.claim_ids = (named if moves else letter.line_ids.claim_id).with_env(self.env)

    @api.model_create_multi
    def create(self, vals_list):
        """It has an owner from the start, and is told of, with what it says apart."""
        replies = super().create(vals_list)
        replies._give_owners()
        self.env["dunning.event"]._tell([reply._event_row() for reply in replies if reply._is_told()])
        return replies

    def write(self, vals):
        """That a reply was handled is told of, once."""
        open_ = self.filtered(lambda reply: reply.state == "open") if vals.get("state") == "handled" else self.browse()
        result = super().write(vals)
        if told := open_.filtered(lambda reply: reply._is_told()):
            self.env["dunning.event"]._tell([reply._event_row("answer.handled") for reply in told])
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
            "claims": self.claim_ids.ids,
            "happened": self.received_at if received else self.handled_at,
            "facts": {
                "reply": self.id,
                **({"letter": letter.name} if letter else {}),
                **as_fact.known(
                    source=as_fact.choice(self, "source"),
                    reason=as_fact.choice(self, "reason"),
                    automatic=self.is_automatic or None,
                    foreign=self.is_foreign or None,
                ),
            },
            "personal": {"subject": self.subject, **said},
        }

    @api.model
    def _receive(self, case, msg_dict, letter=None):
        """Note a mail of the debtor about a letter or a case, tell its owner, and stop what was to follow.

        :param msg_dict: the mail as Odoo's gateway parsed it. Mails of our own people change nothing.
        """
        return self.env["dunning.desk"]._receive(case.company_id, case.partner_id, msg_dict, letter=letter)

    @api.model
    def _is_ours(self, address):
        """Whether an address is that of a user of the database."""
        domain = [("share", "=", False), ("email_normalized", "=", email_normalize(address or "") or "")]
        return bool(self.env["res.users"].sudo().search_count(domain, limit=1))  # whoever the gateway runs as

    def _tell(self):
        """Ask its owner to answer; once, until all of the debtor's replies are handled."""
        for reply in self:
            case, user = reply.case_id, reply.user_id
            if not user or len(case.reply_ids.filtered(lambda other: other.state == "open" and other._is_told())) > 1:
                continue
            env = reply.with_context(lang=user.lang).env
            (case or reply).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=env._("Answer the debtor") if case else env._("A message that nobody could place"),
                note=as_note(reply.preview or ""),  # a stranger's words, never his markup
                user_id=user.id,
            )

    def _is_told(self):
        """Whether its owner hears of it by an activity of its own, and the record by an event; of what came back they
        hear by the letter, of a call by the activity to call and the contact moment."""
        return self.source not in ("post", "bounce", "call")

    def action_handled(self):
        """Say that this was answered or needs no answer: follow-up goes on."""
        self.check_access("read")
        self._handle()
        return True

    def _handle(self, ours=True):
        """They are handled, in sets; the activities about them go. :param ours: False: they are nothing of ours."""
        waiting = self.filtered(lambda reply: reply.state == "open").sudo()
        # sudo: what was received stays as it is; only that it was handled is written
        waiting.write(
            {
                "state": "handled",
                "handled_by_id": self.env.uid,
                "handled_at": fields.Datetime.now(),
                "is_foreign": not ours,
            }
        )
        waiting.activity_unlink(["mail.mail_activity_data_todo", ALARM])
        told = Domain("case_id", "in", waiting.case_id.ids) & Domain("state", "=", "open")
        left = self.sudo().search(told).filtered(lambda reply: reply._is_told()).case_id  # sudo: as above
        (waiting.filtered(lambda reply: reply._is_told()).case_id - left).activity_unlink(
            ["mail.mail_activity_data_todo"]
        )
        for company, replies in waiting.filtered("holds").grouped("company_id").items():
            if replies.partner_id:
                self.env["dunning.engine"].sudo()._redecide(company, replies.partner_id)  # sudo: as above

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
