from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...law.calendar import add_months
from ...law.limitation import WARN_MONTHS
from .. import dunning_bulk
from .dunning_touch import NAMING

NOW = "now"  # what is read of the ledger, where that changed: apart from all that only the case itself knows


class DunningCase(models.Model):
    _name = "dunning.case"
    _description = "Dunning case"
    _inherit = [
        "dunning.record.mixin",
        "dunning.fresh.mixin",
        "dunning.message.mixin",
        "dunning.followers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id"  # by amount on screens (default_order): whoever only looks a case up asks nothing of the ledger
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, ondelete="restrict", check_company=True
    )  # the key of a debtor and his company starts with it
    company_id = fields.Many2one("res.company", required=True)  # _worklist_idx starts with it
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Responsible", tracking=True, check_company=True, domain=[("share", "=", False)]
    )
    active = fields.Boolean(default=True)
    create_uid = dunning_bulk.UnguardedAuthor("res.users", string="Created by", readonly=True)
    write_uid = dunning_bulk.UnguardedAuthor("res.users", string="Last Updated by", readonly=True)

    debtor_kind = fields.Selection(related="partner_id.dunning_debtor_kind", store=True)
    kind_evidence = fields.Char(related="partner_id.dunning_kind_evidence", related_sudo=True)
    country_id = fields.Many2one(related="partner_id.country_id", store=True)
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")
    lang = fields.Selection(related="partner_id.lang")

    # Figures and next step as they were when the debtor was last touched; read as they are now, see dunning_case_now.
    amount_overdue = fields.Monetary(readonly=True, string="Overdue", prefetch=NOW)
    amount_not_due = fields.Monetary(readonly=True, string="Not yet due", prefetch=NOW)
    amount_credit = fields.Monetary(readonly=True, string="Open credits", prefetch=NOW)
    oldest_due_date = fields.Date(readonly=True, prefetch=NOW)
    next_due_date = fields.Date(string="More falls due after", readonly=True, prefetch=NOW)
    days_overdue = fields.Integer(readonly=True, string="Days", aggregator="max", prefetch=NOW)
    invoice_count = fields.Integer(readonly=True, string="Overdue invoices", prefetch=NOW)
    level_id = fields.Many2one("dunning.level", readonly=True, ondelete="set null", prefetch=NOW)
    next_level_id = fields.Many2one(
        "dunning.level", readonly=True, string="Next step", ondelete="set null", prefetch=NOW
    )
    next_date = fields.Date(readonly=True, string="Next step on", prefetch=NOW)
    is_due = fields.Boolean(
        string="Due now", compute="_compute_is_due", search="_search_is_due", help="By the date of its company."
    )
    decision_id = fields.Many2one("dunning.decision", readonly=True, ondelete="set null", prefetch=NOW)
    explanation = fields.Char(string="Why", compute="_compute_explanation")
    recipient = fields.Char(
        string="Reminders go to",
        compute="_compute_recipient",
        help="First the reminder contact, then the invoice address, then the debtor itself: the first of them who can "
        "be reached by a channel of the next step.",
    )
    refreshed_on = fields.Datetime(readonly=True, help="When its figures or its next step last changed.")
    payer = fields.Selection(
        [("prompt", "Usually on time"), ("slow", "Usually late")],
        string="Pays",
        readonly=True,
        help="From at least three invoices that were paid in the last year; empty where there are fewer.",
    )
    days_late = fields.Integer(
        readonly=True, aggregator=None, help="How many days after the due date the debtor pays on average."
    )
    limitation_date = fields.Date(
        string="Lapses after",
        readonly=True,
        help="Before this day something has to happen or the oldest claim may lapse. Shown from half a year ahead.",
    )
    limitation_regime_id = fields.Many2one("dunning.regime", readonly=True, ondelete="set null")
    limitation_warned = fields.Char(readonly=True, help="Months left at the last warning; 0 when it was too late.")

    claim_ids = fields.One2many("dunning.claim", "case_id", string="Claims")
    letter_ids = fields.One2many("dunning.letter", "case_id", string="Letters")
    letter_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts", search="_search_failed_count", string="Failed letters")
    last_letter_date = fields.Date(compute="_compute_counts", string="Last letter")
    hold_id = fields.Many2one("dunning.hold", compute="_compute_hold_id", search="_search_hold_id", string="On hold")
    dispute_ids = fields.One2many("dunning.dispute", "case_id", string="Disputes")
    promise_ids = fields.One2many("dunning.promise", "case_id", string="Promises")
    plan_ids = fields.One2many("dunning.payment.plan", "case_id", string="Payment plans")
    contact_ids = fields.One2many("dunning.contact", "case_id", string="Contact moments")
    reply_ids = fields.One2many("dunning.reply", "case_id", string="Replies")
    open_reply_count = fields.Integer(compute="_compute_record_counts", string="Replies to handle")
    open_dispute_count = fields.Integer(compute="_compute_record_counts", string="Open disputes")
    promise_count = fields.Integer(compute="_compute_record_counts", string="Promises made")
    plan_count = fields.Integer(compute="_compute_record_counts", string="Plans made")
    contact_count = fields.Integer(compute="_compute_record_counts", string="Contacts")
    open_move_ids = fields.Many2many("account.move", compute="_compute_open_move_ids", string="Open items")

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "This debtor already has a case in this company."
    )
    _worklist_idx = models.Index("(company_id, amount_overdue)")
    _falls_due_idx = models.Index("(next_due_date) WHERE next_due_date IS NOT NULL")

    @api.depends("decision_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        found = self.env["dunning.glance"]._sentences(self)
        self.decision_id.fetch(["code", "params"])  # and not the facts of each, which are many
        for case in self:
            case.explanation = found.get(case, case.decision_id.explanation)

    @api.depends("partner_id", "next_level_id")
    @api.depends_context("lang")
    def _compute_recipient(self):
        """Asked on the form of a case; not stored, since contacts change without anybody telling the case."""
        for company, cases in self.grouped("company_id").items():
            levels = {case.partner_id.id: case.next_level_id for case in cases}
            # sudo: where letters go, for whoever may work on the case
            texts = self.env["dunning.recipient"].sudo()._to_whom(company, cases.partner_id, levels)
            for case in cases:
                case.recipient = texts.get(case.partner_id.id)

    def _limitation_stage(self, today):
        """How many months are left at most before the claim may lapse: 6, 3, 1 or 0 (too late); None when more."""
        self.ensure_one()
        if not self.limitation_date:
            return None
        if today > self.limitation_date:
            return 0
        reached = [months for months in WARN_MONTHS if today >= add_months(self.limitation_date, -months)]
        return min(reached, default=None)

    @api.depends("letter_ids.state")
    def _compute_counts(self):
        rows = self.env["dunning.letter"]._read_group(
            [("case_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["case_id", "state"],
            ["__count", "sent_on:max"],
        )
        self.letter_count = self.failed_count = 0
        self.last_letter_date = False
        for case, state, count, last in rows:
            case.letter_count += count
            if state == "failed":
                case.failed_count = count
            if state == "sent":
                case.last_letter_date = last

    def _search_failed_count(self, operator, value):
        if operator not in (">", "!=") or value:
            return NotImplemented
        return [("letter_ids.state", "=", "failed")]

    def _holds(self):
        """The holds that run on the whole of these debtors, each in the company of its case."""
        places = {(case.company_id, case.partner_id) for case in self}
        return (
            self.env["dunning.hold"]
            ._running(self.partner_id, self.company_id)
            .filtered(lambda hold: not hold.move_id and hold._place() in places)
        )

    def _compute_hold_id(self):
        holds = self._holds().grouped(lambda hold: hold._place())
        for case in self:
            case.hold_id = holds.get((case.company_id, case.partner_id), self.env["dunning.hold"])[:1]

    @api.model
    def _search_hold_id(self, operator, value):
        """By a hold of the company of the case, on the date it is there; by its id, or that there is one."""
        if operator not in ("=", "!=") or not (value is False or isinstance(value, int)):
            return NotImplemented
        domain = Domain("move_id", "=", False) & Domain("is_running", "=", True)
        if value:
            domain &= Domain("id", "=", value)
        holds = self.env["dunning.hold"].search(domain)
        held = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", there.partner_id.commercial_partner_id.ids)
            for company, there in holds.grouped("company_id").items()
        )
        return held if (operator == "=") == bool(value) else ~held

    def _compute_open_move_ids(self):
        moves = self.env["account.move"].search_fetch(
            [
                ("commercial_partner_id", "in", self.partner_id._dunning_belonging()),
                ("company_id", "in", self.company_id.ids),
                ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            ["commercial_partner_id", "company_id", "currency_id", "move_type"],
            order="invoice_date_due, id",
        )
        own = moves.grouped(lambda move: (move.commercial_partner_id.commercial_partner_id, move.company_id))
        for case in self:
            case.open_move_ids = own.get((case.partner_id._origin, case.company_id._origin))

    @api.model
    def _for_partners(self, partners, company, create=False):
        """The cases of these commercial partners in a company; with ``create`` every one of them has one afterwards."""
        # sudo: a case is opened by the work itself (a letter, a hold), not by a person with the right to add one
        cases = self.sudo().with_context(active_test=False)
        if create and partners:
            cases.env["dunning.figures"]._open_missing(partners, company)
        found = cases.search([("partner_id", "in", partners.ids), ("company_id", "in", company.ids)], order="id")
        return found.with_env(self.env)

    # -- agreements and buttons -----------------------------------------------------------------------------------

    def _responsible(self):
        """Who works on this case: its own responsible, or else the company's."""
        self.ensure_one()
        return self.user_id or self.company_id.dunning_responsible_id

    @api.model
    def _settle_agreements(self, company):
        """Decide which promises and payment plans of a company were kept or broken."""
        self.env["dunning.promise"].with_company(company)._settle(company)
        self.env["dunning.payment.plan"].with_company(company)._settle(company)

    def _action_new(self, model, name, **defaults):
        """The form of a new record about this debtor, in a window."""
        self.ensure_one()
        self.env[model].check_access("create")
        self.check_access("read")
        context = {f"default_{key}": value for key, value in defaults.items()} | {"default_case_id": self.id}
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def action_new_dispute(self):
        """Note that the debtor does not agree."""
        moves = self._sole_open_move()
        about = {"move_ids": moves.ids} if moves else {}
        return self._action_new("dunning.dispute", self.env._("New dispute"), **about)

    def action_new_promise(self):
        """Note that the debtor promised to pay."""
        return self._action_new("dunning.promise", self.env._("New promise"))

    def action_new_plan(self):
        """Let the debtor pay in instalments; a plan is worked on in a page of its own."""
        return self._action_new("dunning.payment.plan", self.env._("New payment plan")) | {"target": "current"}

    def action_log_call(self):
        """Note a call; when one is due, it counts as that step unless somebody says otherwise."""
        level, moves = self._call_due()
        step = {"counts_as_step": True, "level_id": level.id, "move_ids": moves.ids} if level else {}
        return self._action_new("dunning.contact", self.env._("Log a contact"), **step)

    def _action_records(self, xml_id):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        context = {"default_case_id": self.id} if len(self) == 1 else {}
        return action | {"domain": [("case_id", "in", self.ids)], "context": context}

    @api.private  # the gateway of mail calls it, nobody from outside
    def message_update(self, msg_dict, update_vals=None):
        """A mail of the debtor stops what was to follow until somebody has handled it."""
        for case in self:
            self.env["dunning.reply"]._receive(case, msg_dict)
        return super().message_update(msg_dict, update_vals)

    def _message_receive_bounce(self, email, partner):
        """A short letter to the debtor came back."""
        result = super()._message_receive_bounce(email, partner)
        for case in self:
            self.env["dunning.desk"]._mail_came_back(case.company_id, case.partner_id, email)
        return result

    def action_open_replies(self):
        """What these debtors wrote back."""
        return self._action_records("cremann_dunning.dunning_reply_action")

    def action_open_disputes(self):
        """The disputes of these debtors."""
        return self._action_records("cremann_dunning.dunning_dispute_action")

    def action_open_promises(self):
        """The promises of these debtors."""
        return self._action_records("cremann_dunning.dunning_promise_action")

    def action_open_plans(self):
        """The payment plans of these debtors."""
        return self._action_records("cremann_dunning.dunning_payment_plan_action")

    def action_open_contacts(self):
        """The contact moments with these debtors."""
        return self._action_records("cremann_dunning.dunning_contact_action")

    @api.model
    def action_open_worklist(self):
        """Open the worklist; say so when rates are out of date."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_case_action")
        tables = self.env.companies._dunning_stale_tables()
        if not tables:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Interest rates may be out of date"),
                "message": self.env._(
                    "The newest rate is older than it should be: %s. Look up whether the law has set a newer one, "
                    "under Configuration, Interest tables.",
                    ", ".join(tables.mapped("name")),
                ),
                "next": action,
            },
        }

    def action_write_letter(self):
        """Write one letter by hand, of a level that a person chooses."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write a letter"),
            "res_model": "dunning.letter.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_statement(self):
        """Ask what a statement of account of these debtors shows, and in which form it comes."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement of account"),
            "res_model": "dunning.statement.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }

    def action_propose(self):
        """Propose the next letter for these debtors, and show it for review."""
        if len(self.company_id) != 1:
            raise UserError(self.env._("Choose debtors of one company at a time: each company sends its own letters."))
        return self._propose_for(self.company_id, self.partner_id)

    @api.model
    def _propose_for(self, company, partners):
        """A run for these debtors only, proposed and opened for review; one's own that waits is taken up again."""
        runs = self.env["dunning.run"]
        domain = [("company_id", "=", company.id), ("user_id", "=", self.env.uid), ("state", "=", "proposed")]
        domain += [("automatic", "=", False), ("date", "=", company._dunning_today())]
        waiting = runs.search([*domain, ("partner_ids", "in", partners.ids)])
        run = waiting.filtered(lambda run: run.partner_ids == partners)[:1] or runs.create(
            {"company_id": company.id, "partner_ids": [fields.Command.set(partners.ids)]}
        )
        run.action_propose()
        return run._get_records_action()

    def unlink(self):
        """Claims go along; one that letters are about refuses, and so stays its case."""
        # sudo: claims are the system's, whoever may delete a case
        self.env["dunning.claim"].sudo().search([("case_id", "in", self.ids)]).unlink()
        return super().unlink()

    @api.model
    def _let_go(self, partners):
        """These contacts are about to be deleted: what we noted about them goes along, and so no key of ours stops it.

        A debtor with a letter on record stays, as one with an invoice does: the letter proves what was said to whom.
        """
        everything = self.with_context(active_test=False)
        cases = everything.search([("partner_id", "in", partners.ids)], order="id")
        letters = self.env["dunning.letter"].search([("case_id", "in", cases.ids)])
        kept = letters.filtered(lambda letter: letter.state != "draft" or letter.name != "/" or letter.override_ids)
        said = self.env["dunning.agreement.letter"].search([("case_id", "in", cases.ids), ("state", "=", "sent")])
        gone = cases - kept.case_id - said.case_id
        (letters - kept).filtered(lambda letter: letter.case_id in gone)._discard()
        for model in (*NAMING, "dunning.interruption"):
            everything.env[model].search([("case_id", "in", gone.ids)]).unlink()
        holds = everything.env["dunning.hold"].search([("partner_id", "in", partners.ids)])
        holds.filtered(lambda hold: hold.partner_id not in kept.partner_id).unlink()
        gone.unlink()

    def action_hold(self):
        """Ask for reason and end date, then hold everything of this debtor."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold"),
            "res_model": "dunning.hold.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }

    def action_release(self):
        """End every hold on these debtors, not those on single invoices."""
        return self._holds().action_release()

    def action_open_letters(self):
        """All letters to these debtors."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_letter_action")
        return action | {"domain": [("case_id", "in", self.ids)], "context": {}}

    def action_open_invoices(self):
        """The overdue invoices of these debtors, in the invoice list."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        domain = [
            ("commercial_partner_id.commercial_partner_id", "in", self.partner_id.ids),
            ("company_id", "in", self.company_id.ids),
            ("payment_state", "in", ("not_paid", "partial")),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_receipt")),
        ]
        return action | {"domain": domain, "context": {"default_move_type": "out_invoice"}}
