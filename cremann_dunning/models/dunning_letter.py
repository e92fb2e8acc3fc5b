import hashlib
import io
import logging
import re
from collections import defaultdict
from datetime import timedelta

import psycopg2
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import escape

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date, format_list
from odoo.tools.misc import babel_locale_parse
from odoo.tools.pdf import PdfFileReader, PdfReadError

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.base.models.ir_qweb import QWebError

from ..engine import rules
from ..engine.decide import settled
from ..law import calendar, terms
from ..law.calendar import add_months
from ..law.errors import LawError
from . import dunning_bulk
from .dunning_level import LEGAL_TYPES
from .dunning_regime import RegimeError

_logger = logging.getLogger(__name__)

REPORT = "cremann_dunning.report_dunning_letter"

# What people may write on a letter, at any time.
CHATTER = {"message_main_attachment_id", "activity_ids", "message_ids", "message_follower_ids"}

# What may still change on a letter that was issued: what happens to it, never what it says.
AFTER_ISSUE = CHATTER | {
    "state", "email_to", "sent_on", "sent_at", "mail_id", "message_id", "error", "cancel_reason", "term_first_day",
    "term_last_day", "claimable_from", "default_from", "follow_up_pending", "refusal_codes",
}  # fmt: skip


class DunningLetter(models.Model):
    """One document to one debtor. Draft until issued; then numbered, frozen and kept as the PDF that went out."""

    _name = "dunning.letter"
    _description = "Dunning letter"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("issued", "To be sent"),
            ("sent", "Sent"),
            ("failed", "Not delivered"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    run_id = fields.Many2one("dunning.run", readonly=True, index=True, ondelete="set null")
    case_id = fields.Many2one("dunning.case", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Debtor", required=True, readonly=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one("res.partner", string="Sent to", required=True, readonly=True, ondelete="restrict")
    email_to = fields.Char(string="E-mail address", readonly=True)
    user_id = fields.Many2one("res.users", string="Signed by", readonly=True)
    lang = fields.Char(string="Language", required=True, readonly=True)
    debtor_kind = fields.Char(readonly=True)
    procedure_id = fields.Many2one("dunning.procedure", readonly=True, index=True, ondelete="restrict")
    level_id = fields.Many2one("dunning.level", required=True, readonly=True, index=True, ondelete="restrict")
    legal_type = fields.Selection(LEGAL_TYPES, required=True, readonly=True)
    regime_id = fields.Many2one("dunning.regime", string="Rules", readonly=True, ondelete="restrict")
    channel = fields.Selection([("email", "E-mail"), ("print", "On paper")], required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    deadline = fields.Date(string="Pay before or on", readonly=True)
    line_ids = fields.One2many("dunning.letter.line", "letter_id", readonly=True, copy=False)

    amount_principal = fields.Monetary(string="Principal", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_interest_day = fields.Monetary(string="Interest per day", readonly=True)
    amount_costs = fields.Monetary(string="Costs", readonly=True)
    amount_costs_announced = fields.Monetary(string="Costs announced", readonly=True)
    amount_costs_vat = fields.Monetary(
        string="VAT in the costs", readonly=True, help="Part of the costs, or of the costs announced."
    )
    costs_vat_rate = fields.Float(string="VAT rate of the costs", digits=(5, 2), readonly=True)
    amount_total = fields.Monetary(string="To pay", readonly=True)
    amount_listed = fields.Monetary(
        string="Also open", readonly=True, help="Other open invoices that the letter lists and does not demand."
    )

    subject = fields.Char(readonly=True)
    # Not sanitized: it is made from our own templates with every value escaped, and has to stay byte for byte.
    body = fields.Html(readonly=True, sanitize=False)
    terms_version = fields.Char(
        string="General terms",
        readonly=True,
        copy=False,
        help="Version of the company's general terms on the day of issue.",
    )
    pdf_file = fields.Binary(string="PDF", attachment=True, readonly=True, copy=False)
    pdf_name = fields.Char(compute="_compute_pdf_name")
    pdf_sha256 = fields.Char(string="SHA-256 of the PDF", readonly=True, copy=False)

    term_first_day = fields.Date(string="First day of the free term", readonly=True)
    term_last_day = fields.Date(string="Last day of the free term", readonly=True)
    claimable_from = fields.Date(string="Costs from", readonly=True, help="First day after the free term.")
    default_from = fields.Date(
        string="In default from",
        readonly=True,
        help="First day after the term to pay that this letter gave, counted from the day it was received (art. 6:82 "
        "BW).",
    )

    refusal_codes = fields.Char(readonly=True, copy=False, help="What the rules held against it, as codes.")
    refusal = fields.Char(
        string="Stopped by the rules", compute="_compute_refusal", help="Why this letter may not go as it is."
    )
    refusal_is_final = fields.Boolean(compute="_compute_refusal")
    override_ids = fields.One2many("dunning.override", "letter_id", string="Overrides", readonly=True, copy=False)

    mail_id = fields.Many2one("mail.mail", readonly=True, copy=False, ondelete="set null")
    message_id = fields.Char(string="Message-ID", readonly=True, copy=False)
    sent_on = fields.Date(readonly=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)
    follow_up_pending = fields.Boolean(readonly=True, copy=False, help="Invoices and case have yet to follow.")
    error = fields.Char(readonly=True, copy=False, help="What went wrong, until somebody has dealt with it.")
    cancel_reason = fields.Char(readonly=True, copy=False)

    # What texts may use, made from the record at the moment of rendering.
    claims_html = fields.Html(compute="_compute_blocks", sanitize=False)
    amounts_html = fields.Html(compute="_compute_blocks", sanitize=False)
    payment_html = fields.Html(compute="_compute_blocks", sanitize=False)
    listed_html = fields.Html(compute="_compute_blocks", sanitize=False)
    vat_html = fields.Html(compute="_compute_blocks", sanitize=False)
    invoice_label = fields.Char(compute="_compute_text_parts")
    deadline_text = fields.Char(compute="_compute_text_parts")
    previous_text = fields.Char(compute="_compute_text_parts")
    bookings_text = fields.Char(compute="_compute_text_parts")
    amount_text = fields.Char(compute="_compute_text_parts")
    costs_text = fields.Char(compute="_compute_text_parts")
    clause_interest_text = fields.Char(compute="_compute_text_parts")
    vat_text = fields.Char(compute="_compute_text_parts")
    next_step_text = fields.Char(compute="_compute_text_parts")
    demanded_count = fields.Integer(compute="_compute_text_parts")
    signature_html = fields.Html(compute="_compute_blocks", sanitize=False)
    bank_account_id = fields.Many2one("res.partner.bank", compute="_compute_payment_parts")
    payment_reference = fields.Char(compute="_compute_payment_parts")
    qr_image = fields.Char(compute="_compute_qr_image")
    needs_letterhead = fields.Boolean(compute="_compute_needs_letterhead")
    shown_subject = fields.Char(compute="_compute_shown")
    shown_body = fields.Html(compute="_compute_shown", sanitize=False)

    _sent_idx = models.Index("(company_id, partner_id, sent_on) WHERE state = 'sent'")
    _pending_idx = models.Index("(company_id) WHERE follow_up_pending IS TRUE")

    # -- reading --------------------------------------------------------------------------------------------------

    @api.depends("name", "level_id", "partner_id")
    def _compute_display_name(self):
        for letter in self:
            number = letter.name if letter.name != "/" else self.env._("Draft")
            letter.display_name = f"{number} · {letter.level_id.name} · {letter.partner_id.name}"

    @api.depends("name", "state")
    def _compute_pdf_name(self):
        """File name of the stored PDF; nothing for a letter that has none, so that no draft is ever stored."""
        for letter in self:
            letter.pdf_name = f"{letter.name.replace('/', '-')}.pdf" if letter.pdf_file else False

    def _compute_text_parts(self):
        self.line_ids.move_id.mapped("name")  # read for all letters at once
        previous = self._previous_letters()
        bookings = self.env["dunning.letter"]._bookings_until(self.company_id)
        for letter in self:
            env = letter.with_context(lang=letter.lang).env
            moves = letter.line_ids.filtered("principal_part").move_id
            if len(moves) == 1:
                letter.invoice_label = env._("invoice %s", moves.name)
            else:
                letter.invoice_label = env._("%s invoices", len(moves))
            letter.deadline_text = letter.deadline and format_date(
                env, letter.deadline, date_format="EEEE d MMMM y", lang_code=letter.lang
            )
            dates = [format_date(env, day, date_format="d MMMM y", lang_code=letter.lang) for day in previous[letter]]
            letter.previous_text = format_list(env, dates, lang_code=letter.lang)
            booked = bookings.get(letter.company_id)
            letter.bookings_text = booked and format_date(env, booked, date_format="d MMMM y", lang_code=letter.lang)
            letter.amount_text = letter._money(letter.amount_total)
            letter.costs_text = letter._money(letter.amount_costs or letter.amount_costs_announced)
            letter.clause_interest_text = letter._clause_interest()
            letter.vat_text = letter._vat_declaration()
            letter.demanded_count = len(moves)
            levels = letter.procedure_id.level_ids.with_context(lang=letter.lang)
            letter.next_step_text = levels.filtered(
                lambda level, letter=letter: level.active and level.sequence > letter.level_id.sequence
            )[:1].name

    def _compute_blocks(self):
        """The table, the sums and the payment block as HTML, the same by mail and on paper, from QWeb templates."""
        for letter in self:
            qweb = self.env["ir.qweb"].with_context(lang=letter.lang)
            record = letter.with_context(lang=letter.lang)
            for block in ("claims", "amounts", "vat", "payment", "listed", "signature"):
                template = f"cremann_dunning.letter_{block}"
                letter[f"{block}_html"] = qweb._render(template, {"letter": record, "company": record.company_id})

    def _clause_interest(self):
        """The percentage that the clause asks of this debtor, no more than the law allows, as he writes a number."""
        self.ensure_one()
        agreed = self.regime_id._agreed_rate(self.company_id) if self.regime_id else None
        if not agreed or not self.regime_id.interest_table_id:
            return False
        rate = self.regime_id._capped_rate_table(agreed).percent_on(self.date)
        locale = babel_locale_parse(self.lang)
        return format_percent(rate / 100, locale=locale, decimal_quantization=False)

    def _vat_declaration(self):
        """What art. 2(3) BIK has the creditor declare when the costs include VAT, in the debtor's language."""
        self.ensure_one()
        if not self.amount_costs_vat:
            return False
        included = self.amount_costs or self.amount_costs_announced
        env = self.with_context(lang=self.lang).env
        return env._(
            "We engage a service provider for the collection and cannot set off the VAT that we are charged for it. We "
            "declare that the collection costs of %(costs)s are for that reason increased with %(rate)s%% VAT "
            "(%(vat)s), together %(total)s.",
            costs=self._money(included - self.amount_costs_vat),
            rate=format_decimal(self.costs_vat_rate, locale=babel_locale_parse(self.lang)),
            vat=self._money(self.amount_costs_vat),
            total=self._money(included),
        )

    @api.model
    def _declares_vat(self, template, lang):
        """Whether a text holds the declaration about VAT, ``vat_html``, in the language of the debtor."""
        # sudo: whoever proposes letters need not be able to open the texts
        return "object.vat_html" in (template.sudo().with_context(lang=lang).body_html or "")

    def _money(self, amount):
        """An amount as the debtor's language writes it: Odoo puts the sign where the currency says, for everybody."""
        self.ensure_one()
        return format_currency(amount, self.currency_id.name, locale=babel_locale_parse(self.lang))

    def _previous_letters(self):
        """Per letter the days on which earlier letters about the same invoices were sent, oldest first."""
        days = {letter: [] for letter in self}
        rows = (
            self.env["dunning.letter.line"]
            .sudo()
            ._read_group(  # dates of letters the reader may print anyway
                [
                    ("move_id", "in", self.line_ids.move_id.ids),
                    ("state", "=", "sent"),
                    ("level_id", "!=", False),
                    ("letter_id.legal_type", "!=", rules.PRE_DUE),
                ],
                ["move_id", "letter_id"],
            )
        )
        for letter in self:
            moves = letter.line_ids.filtered("principal_part").move_id
            days[letter] = sorted({sent.sent_on for move, sent in rows if move in moves and sent != letter})
        return days

    @api.model
    def _bookings_until(self, companies):
        """Per company the date up to which the bank is booked: letters name it, so that nobody is chased twice."""
        rows = (
            self.env["account.bank.statement.line"]
            .sudo()
            ._read_group(  # one date, on a letter anyone may print
                [("company_id", "in", companies.ids), ("state", "=", "posted")], ["company_id"], ["date:max"]
            )
        )
        return {company: last for company, last in rows if last}

    def _compute_payment_parts(self):
        """Where and how to pay: the invoices' own account when they agree on one, one invoice's own reference."""
        for letter in self:
            moves = letter.line_ids.filtered("principal_part").move_id
            banks = moves.partner_bank_id.filtered("active")
            letter.bank_account_id = banks if len(banks) == 1 else letter.company_id._dunning_bank_account()
            if len(moves) == 1:
                letter.payment_reference = moves.payment_reference or moves.name
            else:
                letter.payment_reference = ", ".join(moves.mapped("name")[:3]) + (" …" if len(moves) > 3 else "")

    def _compute_qr_image(self):
        for letter in self:
            letter.qr_image = letter._qr_image()

    def _qr_image(self):
        """The payment QR code of Odoo as a data address, where the account and the currency allow one."""
        self.ensure_one()
        bank = self.bank_account_id
        if not bank or self.amount_total <= 0:
            return False
        reference = self.payment_reference
        try:
            return bank.build_qr_code_base64(self.amount_total, reference, reference, self.currency_id, self.partner_id)
        except Exception as error:  # drawing only: a server without a barcode renderer still sends letters
            _logger.warning("No payment QR code on letter %s: %s", self.id, error)
            return False

    def _compute_needs_letterhead(self):
        """Unpatched Qt prints no running header, so the letter brings its own letterhead there."""
        for letter in self:
            letter.needs_letterhead = not _wkhtml().is_patched_qt

    def _compute_shown(self):
        """The frozen words; for a draft what they would be now, so that the preview is the letter itself."""
        for letter in self:
            if letter.body or not letter.level_id.template_id:
                letter.shown_subject, letter.shown_body = letter.subject, letter.body
                continue
            # sudo: a text may name fields of invoices and companies that the reader need not be able to open
            text = letter.level_id.template_id.sudo()
            try:
                letter.shown_subject = text._render_field("subject", letter.ids, compute_lang=True)[letter.id]
                letter.shown_body = text._render_field("body_html", letter.ids, compute_lang=True)[letter.id]
            except (UserError, QWebError) as error:  # a draft opens all the same, and says what is wrong
                letter.shown_subject, letter.shown_body = False, escape(letter._text_problem(text, error))

    @api.depends("state", "override_ids", "line_ids", "body")
    @api.depends_context("lang")
    def _compute_refusal(self):
        """What the gate says of a letter that has not gone out, at the moment of looking."""
        gate = self.env["dunning.gate"].sudo()  # asks about settings and texts that the reader need not open
        waiting = self.filtered(lambda letter: letter.id and letter.state in ("draft", "issued", "failed"))
        answers = gate._check(waiting.sudo())
        self.refusal, self.refusal_is_final = False, False
        for letter in waiting:
            if refusals := answers[letter.sudo()]:
                letter.refusal = gate._explain(refusals, letter)
                letter.refusal_is_final = any(refusal.final for refusal in refusals)

    def _demanded_lines(self):
        """The lines that the letter asks money for."""
        return self.line_ids.filtered("principal_part")

    def _required_elements(self):
        """What the regime wants in a letter of this type, as values of the engine."""
        self.ensure_one()
        needs = self.regime_id.requirement_ids.filtered(lambda line: line.legal_type == self.legal_type)
        return needs.element_ids._gate_elements(self)

    @api.model
    def _earlier_costs(self, company, partner_ids, on):
        """Costs that statutory notices announced to these debtors before, without VAT.

        :return: ``{partner id: [(day, amount), ...]}``, of the last two years at most: nobody looks back further.
        """
        if not partner_ids:
            return {}
        rows = self.sudo()._read_group(  # figures of the same company, whoever proposes
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "sent"),
                ("legal_type", "=", rules.STATUTORY_NOTICE),
                ("sent_on", ">=", add_months(on, -24)),
                ("amount_costs_announced", ">", 0),
                ("id", "not in", self.ids),
            ],
            ["partner_id", "sent_on:day"],
            ["amount_costs_announced:sum", "amount_costs_vat:sum", "currency_id:recordset"],
        )
        decimal, found = self.env["dunning.run"]._decimal, defaultdict(list)
        for partner, day, announced, vat, currencies in rows:
            found[partner.id].append((day, decimal(announced - vat, currencies[:1])))
        return found

    # -- making ---------------------------------------------------------------------------------------------------

    @api.model
    def _prepare_vals(self, plan, debtor, context):
        """Values of a draft for one plan of the engine.

        :param plan: ``engine.decide.LetterPlan``.
        :param debtor: its ``engine.facts.Debtor``.
        :param context: a ``RunContext`` with what the whole batch shares (dates, records, rules).
        :raises RegimeError: when a rate or scale that the letter needs is missing.
        """
        level = context.levels[plan.level.id]
        whole = level.legal_type in (rules.REMINDER, rules.PRE_DUE)
        kind = min((decision.claim.kind for decision in plan.decisions), key=context.protection)
        asked = [(decision, _is_demanded(decision, whole, context.date)) for decision in plan.decisions]
        regime = context.rules(debtor, kind, [decision for decision, demanded in asked if demanded])
        on_it = [(decision, demanded) for decision, demanded in asked if demanded or decision.code != "LISTED"]
        claims = [context.on_letter(decision, plan.procedure, demanded) for decision, demanded in on_it]
        charges = context.charges(debtor, regime, level, kind, plan.currency, claims)
        amounts, interest = context.amounts(charges, level, context.lang(debtor))
        lines = [context.line_vals(decision, demanded, interest) for decision, demanded in asked]
        vals = self._prepare_head(plan, debtor, context, kind, regime)
        vals |= {
            "amount_listed": sum(line["amount_open"] for line in lines if not line["principal_part"]),
            "line_ids": [Command.create(line) for line in lines],
            **amounts,
        }
        context.check(charges, vals, claims, debtor, plan.procedure)
        return vals

    @api.model
    def _prepare_head(self, plan, debtor, context, kind, regime):
        """Who writes to whom, about what and under which rules."""
        level = context.levels[plan.level.id]
        return {
            "company_id": context.company.id,
            "currency_id": context.currencies[plan.currency].id,
            "run_id": context.run._origin.id,
            "case_id": context.cases[debtor.partner_id].id,
            "partner_id": debtor.partner_id,
            "contact_id": debtor.extra["contact_id"] or debtor.partner_id,
            "user_id": context.signer.id,
            "lang": context.lang(debtor),
            "debtor_kind": kind,
            "procedure_id": plan.procedure.id,
            "level_id": level.id,
            "legal_type": level.legal_type,
            "regime_id": regime.id,
            "channel": plan.channel,
            "date": context.date,
            "deadline": context.deadline(level),
        }

    @api.model
    def _insert_drafts(self, vals_list):
        """Drafts and their lines in two statements, whatever their number; nothing is in the caches afterwards.

        :param vals_list: what ``_prepare_vals`` gives.
        """
        self.env.flush_all()
        heads = [{name: value for name, value in vals.items() if name != "line_ids"} for vals in vals_list]
        letters = dunning_bulk.insert(self, [head | {"state": "draft"} for head in heads])
        dunning_bulk.insert(
            self.env["dunning.letter.line"],
            [
                line
                | {"letter_id": letter_id, "state": "draft"}
                | {name: vals[name] for name in ("company_id", "currency_id")}
                for letter_id, vals in zip(letters._ids, vals_list, strict=True)
                for _command, _id, line in vals["line_ids"]
            ],
        )
        self.env.invalidate_all(flush=False)
        return letters

    def _same_as(self, vals_list):
        """Which of these drafts say exactly what new ones would: ``{index in vals_list: draft id}``.

        :param vals_list: what ``_prepare_vals`` gives.
        """
        if not vals_list:
            return {}
        lines = self.env["dunning.letter.line"]
        names = [name for name in vals_list[0] if name != "line_ids"]
        of_line = sorted({name for vals in vals_list for _command, _id, line in vals["line_ids"] for name in line})
        heads = dunning_bulk.read(self, names, "id", self.ids)
        bodies = dunning_bulk.read(lines, of_line, "letter_id", self.ids)
        known = {(*heads[id_][0], *bodies.get(id_, ())): id_ for id_ in heads}
        read_head, read_line = dunning_bulk.reader(self, names), dunning_bulk.reader(lines, of_line)
        found = {}
        for index, vals in enumerate(vals_list):
            body = [read_line(line) for _command, _id, line in vals["line_ids"]]
            if id_ := known.get((*read_head(vals), *body)):
                found[index] = id_
        return found

    def _discard(self):
        """Drafts make way for new ones; what is on record already is cancelled instead."""
        kept = self.filtered(lambda letter: letter.name != "/" or letter.override_ids)
        kept._cancel(self.env._("Made anew: the run was proposed again."))
        (self - kept).unlink()

    @api.model
    def _deadline(self, country_code, day, term_days):
        """Last day to pay that a letter prints; a weekend or holiday moves it on, as the Algemene termijnenwet does."""
        last = day + timedelta(days=term_days)
        try:
            return calendar.next_working_day(country_code, last)
        except LawError:  # a country without a known calendar: the day itself
            return last

    def _bring_up_to_today(self):
        """Date a draft of an earlier day today, so that the debtor gets all the days that its level gives."""
        self.ensure_one()
        today = self.company_id._dunning_today()
        if self.date != today:
            country = self.company_id.country_id.code or "NL"
            term = self.level_id.payment_term_days
            self.write({"date": today, "deadline": self.deadline and self._deadline(country, today, term)})

    # -- issuing --------------------------------------------------------------------------------------------------

    def _issue(self):
        """Number, freeze and store these drafts as PDF, and put the mails of those that go by mail in the outbox.

        The whole batch at once; when that fails, one by one in a savepoint each, so that the error stays on the
        letter that has it.
        """
        drafts = self.filtered(lambda letter: letter.state == "draft")
        if not drafts:
            return
        try:
            with self.env.cr.savepoint():
                drafts._issue_batch()
        except self._business_errors() as error:
            _logger.info("Issuing %s letters one by one: %s", len(drafts), error)
            for letter in drafts:
                letter._issue_alone()

    @api.model
    def _business_errors(self):
        """What may be kept on a letter. A conflict in the database never is: the transaction starts again."""
        return (UserError, QWebError, ValueError, KeyError, AttributeError, TypeError, OSError, PdfReadError)

    def _issue_alone(self):
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._issue_batch()
        except self._business_errors() as error:
            _logger.warning("Letter %s to %s could not be made: %s", self.id, self.partner_id.id, error)
            self._register_failure(str(error))

    def _issue_batch(self):
        if self.filtered(lambda letter: not letter.level_id.template_id):
            raise UserError(self.env._("The level has no text. Choose a text on the level."))
        self._number()
        self._freeze_text()
        passed = self - self._stop_at_gate()
        passed._store_pdfs()
        passed.write({"state": "issued", "error": False, "refusal_codes": False})
        passed.filtered(lambda letter: letter.channel == "email")._make_mails()

    def _stop_at_gate(self, leaving=False):
        """Hold back those of these letters that the rules stop, with the reason on them; return them.

        Every path ends here: issuing from a run, a button, a server action or the daily job, a mail that is about to
        leave, a letter that is put in the post. A mail that comes at the wrong hour is put off instead.

        :param leaving: whether they are about to be mailed.
        """
        gate = self.env["dunning.gate"]
        stopped = self.browse()
        for letter, refusals in gate._check(self, leaving).items():
            if not refusals:
                continue
            stopped |= letter
            if later := gate._later(refusals):
                letter.mail_id.sudo().scheduled_date = later  # the outbox belongs to the system
            else:
                letter._refuse(refusals)
        return stopped

    def _refuse(self, refusals):
        """Keep on the letter why the rules stop it; a mail that waited for it is taken back."""
        self.ensure_one()
        self.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing").cancel()  # the outbox is the system's
        self.refusal_codes = " ".join(refusal.code for refusal in refusals)
        env = self.with_context(lang=self.user_id.lang or self.env.lang).env
        self._register_failure(env["dunning.gate"]._explain(refusals, self))

    def _number(self):
        """Numbers from the company's own series, handed out when a letter becomes final."""
        unnamed = self.filtered(lambda letter: letter.name == "/")
        for (company, day), letters in unnamed.grouped(lambda letter: (letter.company_id, letter.date)).items():
            for letter, number in zip(letters, company._dunning_numbers(len(letters), day), strict=True):
                letter.name = number

    def _freeze_text(self):
        """Render subject and body once, in the debtor's language; mail and paper show the same words."""
        for template, letters in self.grouped(lambda letter: letter.level_id.template_id).items():
            # sudo: a text may name fields of invoices and companies that the sender need not be able to open
            text = template.sudo()
            try:
                subjects = text._render_field("subject", letters.ids, compute_lang=True)
                bodies = text._render_field("body_html", letters.ids, compute_lang=True)
            except (UserError, QWebError) as error:
                raise UserError(self._text_problem(template, error)) from error
            for letter in letters:
                if not (subjects[letter.id] or "").strip() or not (bodies[letter.id] or "").strip():
                    raise UserError(
                        self.env._(
                            "The text %(template)s gives an empty subject or an empty letter in %(lang)s. "
                            "Complete it under Configuration, Texts.",
                            template=template.name,
                            lang=letter.lang,
                        )
                    )
                if letter.amount_costs_vat and not self._declares_vat(template, letter.lang):
                    raise UserError(
                        self.env._(
                            "The costs include VAT, and the text %(template)s does not declare it in %(lang)s. Put "
                            "object.vat_html in the text, or cancel the letter and propose it again.",
                            template=template.name,
                            lang=letter.lang,
                        )
                    )
                version = letter.company_id.dunning_terms_version
                letter.write({"subject": subjects[letter.id], "body": bodies[letter.id], "terms_version": version})

    @api.model
    def _text_problem(self, template, error):
        return self.env._(
            "The text %(template)s cannot be filled in: %(problem)s. Mend it under Configuration, Texts.",
            template=template.name,
            problem=_root_cause(error),
        )

    def _store_pdfs(self):
        """Print all of them, in one call where the installed wkhtmltopdf can, and keep each with its digest."""
        pdfs = self._render_pdfs()
        for letter, content in pdfs.items():
            letter.pdf_sha256 = hashlib.sha256(content).hexdigest()
        # The files of all letters in one go. Each stands where the field looks for it; no draft has one yet.
        # sudo: what a field keeps is reached through its record only
        self.env["ir.attachment"].sudo().create(
            [
                {
                    "name": "pdf_file",
                    "res_model": self._name,
                    "res_field": "pdf_file",
                    "res_id": letter.id,
                    "type": "binary",
                    "raw": content,
                }
                for letter, content in pdfs.items()
            ]
        )
        self.invalidate_recordset(["pdf_file"])

    def _render_pdfs(self):
        """PDF per letter. Every file is read back: a letter never gets the pages of another."""
        pdfs = {}
        for letters in self.grouped(lambda letter: (letter.company_id, letter.lang)).values():
            pdfs.update(letters._render_pdf_batch())
        return pdfs

    def _render_pdf_batch(self):
        """All in one call, some thirty times faster; one by one where that cannot be or did not come out right."""
        report = self.env["ir.actions.report"].with_company(self.company_id)
        # unpatched Qt takes one document a call
        together = len(self) > 1 and _wkhtml().is_patched_qt
        pdfs = self._render_streams(report, self.ids) if together else {}
        good = {letter: pdf for letter, pdf in pdfs.items() if _names(pdf, letter.name)}
        for letter in self:
            if letter not in good:
                good.update(letter._render_alone(report))
        return good

    def _render_alone(self, report):
        pdfs = self._render_streams(report, self.ids)
        if not _names(pdfs[self], self.name):
            raise UserError(self.env._("The PDF of letter %s does not show its number. Check the layout.", self.name))
        return pdfs

    def _render_streams(self, report, ids):
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True, "dunning_issue": True}
        streams = report.with_context(**context)._render_qweb_pdf_prepare_streams(
            REPORT, {"report_type": "pdf"}, res_ids=ids
        )
        return {self.browse(res_id): data["stream"].getvalue() for res_id, data in streams.items() if res_id}

    # -- sending --------------------------------------------------------------------------------------------------

    def _make_mails(self):
        """One mail per letter in Odoo's outbox, with the letter and the invoices attached once each."""
        with_address = self.env["dunning.letter"]
        for letter in self:
            letter.email_to = letter.contact_id.email_formatted or letter.partner_id.email_formatted
            if letter.email_to:
                with_address |= letter
            else:
                letter._register_failure(self.env._("The contact has no usable e-mail address."))
        # sudo: the outbox belongs to the system; the sender has the right to send a letter, not to read all mail
        moves = with_address.filtered(lambda letter: letter.level_id.attach_invoice).line_ids.move_id
        moves.sudo().invoice_pdf_report_id.mapped("store_fname")  # read for all mails at once
        vals_list = with_address._attach_together([letter._prepare_mail_vals() for letter in with_address])
        mails = self.env["mail.mail"].sudo().create(vals_list)
        for letter, mail in zip(with_address, mails, strict=True):
            letter.mail_id = mail
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()  # the outbox is emptied right away

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

    def _prepare_mail_vals(self):
        self.ensure_one()
        sender = self.user_id.partner_id if self.user_id.email else self.company_id.partner_id
        body = (
            self.env["ir.qweb"]
            .with_context(lang=self.lang)
            ._render(
                "cremann_dunning.letter_mail", {"letter": self.with_context(lang=self.lang), "company": self.company_id}
            )
        )
        return {
            "subject": self.subject,
            "body_html": body,
            "email_from": sender.email_formatted or self.company_id.email_formatted,
            "reply_to": sender.email_formatted or self.company_id.email_formatted,
            "author_id": sender.id,
            "email_to": self.email_to,
            "model": self._name,
            "res_id": self.id,
            "dunning_letter_id": self.id,
            "auto_delete": False,
            "is_notification": False,
            "attachment_ids": [Command.create(vals) for vals in self._prepare_attachments()],
        }

    def _prepare_attachments(self):
        """The letter itself and, where the level says so, every invoice it demands."""
        self.ensure_one()
        files = [(self.pdf_name, self.pdf_file)]
        if self.level_id.attach_invoice:
            moves = self.line_ids.filtered("principal_part").move_id.filtered(
                lambda move: move.is_invoice(include_receipts=True)  # an entry has no document of its own
            )
            known = self.env["ir.model.data"]._xmlid_to_res_id  # from its cache, where env.ref() asks the database
            layout = self.env["ir.actions.report"].browse(known("account.account_invoices"))
            files += [
                (
                    move._get_invoice_report_filename(report=move.partner_id.invoice_template_pdf_report_id or layout),
                    move._dunning_invoice_pdf(),
                )
                for move in moves
            ]
        return [
            {"name": name, "datas": datas, "mimetype": "application/pdf", "res_model": self._name, "res_id": self.id}
            for name, datas in files
        ]

    def _message_track(self, fields_iter, initial_values_dict):
        """What Odoo writes in the chatter when a tracked field changes, for all letters of a batch at once."""
        extras = ("mail.tracking.message", "mail.tracking.author")
        if len(self) == 1 or any(self.env.cr.precommit.data.get(f"{extra}.{self._name}") for extra in extras):
            return super()._message_track(fields_iter, initial_values_dict)
        letters = self.exists()
        tracked = self.fields_get(fields_iter, attributes=("string", "type", "selection", "currency_field"))
        tracking = {letter.id: letter._mail_track(tracked, initial_values_dict[letter.id]) for letter in letters}
        changed = letters.filtered(lambda letter: tracking[letter.id][1])
        messages = changed._message_log_batch({})
        # sudo: the chatter is written by the system, as in Odoo
        self.env["mail.tracking.value"].sudo().create(
            [
                values | {"mail_message_id": message.id}
                for letter, message in zip(changed, messages, strict=True)
                for _command, _id, values in tracking[letter.id][1]
            ]
        )
        return tracking

    def _register_sent(self, message_id=None):
        """The letter has left. Only the letter itself is written here, in the transaction of the sending.

        Nothing may go wrong after the mail server has taken it, or it would be sent again; so invoices and cases,
        which others may be writing at the same moment, follow later, see ``_after_sending``. The engine reads the
        letters, so the level counts from now on.
        """
        for letter in self.filtered(lambda letter: letter.state in ("issued", "failed")):
            day = letter.company_id._dunning_today()
            letter.write(
                {
                    "state": "sent",
                    "sent_on": day,
                    "sent_at": fields.Datetime.now(),
                    "message_id": message_id,
                    "error": False,
                    "follow_up_pending": True,
                    **letter._prepare_term(day, "email" if message_id else "post"),
                }
            )
            letter.activity_unlink(["mail.mail_activity_data_warning"])

    def _prepare_term(self, day, channel):
        """The term that a letter gives, counted from the day it was really sent.

        Of a statutory notice the free term: without one nothing can be claimed later, which is the safe side; the
        letter says what is wrong. Of another letter the term to pay, after which the debtor is in default (6:82 BW).
        """
        self.ensure_one()
        if self.legal_type != rules.STATUTORY_NOTICE:
            if not self.deadline:
                return {}
            country = self.regime_id.country_id.code or self.company_id.country_id.code
            return {"default_from": self._default_from(country, self.date, self.deadline, day, channel)}
        try:
            term = self.regime_id.free_term(day, channel)
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
    def _default_from(self, country, dated, deadline, day, channel):
        """First day after the term to pay: its days from receipt on, and not before the printed day ended.

        :param dated: date of the letter, from which its `deadline` was counted. :param day: when it was really sent.
        """
        try:
            term = terms.notice_term(country or "NL", day, channel, max((deadline - dated).days, 1))
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
                letters.write({"follow_up_pending": False})
                self.env.flush_all()
        except psycopg2.errors.TransactionRollbackError:
            _logger.info("Invoices of %s letters are being written by others; they follow later", len(letters))

    def _move_levels(self):
        """Show the level that was reached on the invoices, in one statement.

        SQL and not the ORM: the entries are posted, often in a locked period, and nothing of them changes.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move m
                   SET dunning_level_id = top.level_id
                  FROM (SELECT DISTINCT ON (k.move_id) k.move_id, k.level_id
                          FROM dunning_letter_line k
                          JOIN dunning_letter f ON f.id = k.letter_id
                          JOIN dunning_level v ON v.id = k.level_id
                         WHERE f.state = 'sent'
                           AND k.move_id IN (SELECT move_id FROM dunning_letter_line
                                              WHERE letter_id IN %s AND level_id IS NOT NULL)
                         ORDER BY k.move_id, f.sent_on DESC, v.sequence DESC) top
                 WHERE m.id = top.move_id
                """,
                tuple(self.ids),
            )
        )
        self.env["account.move"].invalidate_model(["dunning_level_id"])

    def _register_failure(self, reason):
        """Keep the error on the letter until a person has dealt with it, and ask the responsible to."""
        for letter in self.filtered(lambda letter: letter.state in ("draft", "issued", "failed")):
            text = letter._plain_reason(reason)
            letter.write({"state": "failed", "error": text})
            if letter.user_id and not letter.activity_ids:
                env = letter.with_context(lang=letter.user_id.lang).env
                letter.activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=env._("Letter not delivered"),
                    note=text,
                    user_id=letter.user_id.id,
                )

    @api.model
    def _plain_reason(self, reason):
        """Why a mail did not leave, without the wrapping that Odoo and smtplib put around a server's answer."""
        answer = re.search(r"\((\d{3}), b(['\"])(.*?)\2\)", reason or "")
        if answer:
            return self.env._(
                "The mail server refused it: %(code)s %(text)s", code=answer.group(1), text=answer.group(3)
            )
        if re.match(r"-?\d+\n", reason or ""):  # an error of the network: its number and its text on two lines
            return self.env._(
                "The mail server cannot be reached: %s. Mend it under Settings, Technical, Outgoing Mail Servers, and "
                "retry.",
                " ".join(reason.split()),
            )
        return reason or self.env._("The mail server gave no reason.")

    def _stop_if_settled(self):
        """Cancel those of these letters whose claims have changed since; return them.

        Called at the moment of sending. Facts are gathered again with the letters themselves left out.
        """
        stopped = self.browse()
        waiting = self.filtered(lambda letter: letter.state in ("draft", "issued"))
        for company, letters in waiting.grouped("company_id").items():
            outcomes = self.env["dunning.run"]._decide_now(company, letters)
            for letter in letters:
                if letter._is_late_notice():
                    letter._cancel(self.env._("Not sent: an invoice on it is past its due date by now."))
                    stopped |= letter
                    continue
                asked = letter._asked()
                outcome = outcomes.get(letter.partner_id.id)
                changed = settled(outcome, asked) if outcome else dict.fromkeys(asked)
                if changed:
                    letter._cancel(letter._stop_reason(changed))
                    stopped |= letter
        return stopped

    def _is_late_notice(self):
        """Whether this is a notice before the due date that did not leave in time."""
        self.ensure_one()
        today = self.company_id._dunning_today()
        return self.legal_type == rules.PRE_DUE and any(line.date_due < today for line in self.line_ids)

    def _asked(self):
        """What the letter demands: exact amount per receivable line."""
        self.ensure_one()
        return {
            line.move_line_id.id: self.env["dunning.run"]._decimal(line.amount_open, self.currency_id)
            for line in self.line_ids
            if line.level_id
        }

    def _stop_reason(self, changed):
        self.ensure_one()
        decision = next((decision for decision in changed.values() if decision), None)
        if decision is None:
            return self.env._(
                "Not sent: an invoice on it was paid, credited, disputed or changed after the letter was made."
            )
        sentence = self.env["dunning.run"]._sentence(decision, self.company_id)
        return self.env._("Not sent: %s", sentence)

    def _cancel(self, reason):
        """Take back letters that have not gone out; nothing moves, and the claims are free for a new proposal."""
        # sudo: the mail in the outbox belongs to the system
        self.mail_id.sudo().filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        self.write({"state": "cancelled", "cancel_reason": reason})

    # -- buttons --------------------------------------------------------------------------------------------------

    def action_cancel(self):
        """Cancel letters that have not gone out."""
        if self.filtered(lambda letter: letter.state == "sent"):
            raise UserError(self.env._("A letter that was sent stays on record: the debtor has it."))
        self.sudo()._cancel(self.env._("Cancelled by %s", self.env.user.name))  # evidence is written by the system
        return True

    def action_retry(self):
        """Try to deliver again what failed, after the cause was mended."""
        failed = self.filtered(lambda letter: letter.state == "failed").sudo()  # evidence is written by the system
        for letter in failed:
            letter.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        fresh = failed.filtered(lambda letter: not letter.pdf_file)
        fresh.write({"state": "draft", "error": False})
        fresh._issue()
        again = failed - fresh
        again.write({"state": "issued", "error": False, "refusal_codes": False})
        again -= again._stop_at_gate()
        again.filtered(lambda letter: letter.channel == "email")._make_mails()
        return True

    def action_on_paper(self):
        """Send on paper what could not be mailed: the same letter, printed."""
        letters = self.filtered(lambda letter: letter.state == "failed" and letter.pdf_file).sudo()
        if not letters:
            raise UserError(self.env._("Only a letter that was made and not delivered can go on paper instead."))
        if any(letter.legal_type == rules.STATUTORY_NOTICE for letter in letters):
            raise UserError(
                self.env._("A statutory notice names how it was sent. Cancel it and propose a new one on paper.")
            )
        letters.mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).cancel()
        letters.write({"state": "issued", "error": False})
        if stopped := letters._stop_at_gate():
            raise UserError(stopped[:1].error)
        return letters.action_print()

    def action_print(self):
        """The stored PDFs as one file, for the printer; a draft is printed as a preview."""
        return self.env.ref("cremann_dunning.dunning_letter_report").report_action(self, config=False)

    def action_mark_posted(self):
        """Confirm that letters on paper were posted today. Only then does the level move."""
        letters = self.filtered(lambda letter: letter.state == "issued" and letter.pdf_file)
        by_mail = letters.filtered(lambda letter: letter.mail_id.sudo().state == "outgoing")
        if by_mail or not letters:
            raise UserError(
                self.env._("Choose letters on paper that wait to be posted. Letters by mail report themselves.")
            )
        letters = letters.sudo()  # evidence is written by the system
        letters -= letters._stop_at_gate()
        letters._register_sent()
        for company in letters.company_id:
            self.sudo()._after_sending(company)
        return True

    def action_send_now(self):
        """Empty the outbox for these letters at once instead of within a few minutes."""
        mails = self.mail_id.sudo().filtered(lambda mail: mail.state == "outgoing")  # the outbox is the system's
        mails.send(auto_commit=self.env["dunning.run"]._may_commit())
        if len(self) == 1 and self.state == "issued" and self.mail_id.sudo().scheduled_date:
            refusals = self.env["dunning.gate"].sudo()._check(self.sudo(), leaving=True)[self.sudo()]
            if refusals:
                raise UserError(self.env["dunning.gate"]._explain(refusals, self))
        return True

    def action_override(self):
        """Ask a manager for the reason why this letter goes all the same."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send all the same"),
            "res_model": "dunning.override.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_id": self.id},
        }

    def _override(self, reason, user):
        """Keep why a manager lets this letter go, one record per rule, and go on with it.

        :raises UserError: the rules hold nothing against it, or something that nobody may override.
        """
        self.ensure_one()
        gate = self.env["dunning.gate"]
        by_mail = self.state == "issued" and self.channel == "email"
        refusals = gate._check(self, leaving=by_mail)[self]
        if not refusals:
            raise UserError(self.env._("The rules hold nothing against this letter any more. Retry it."))
        if refusals[0].final:
            raise UserError(
                self.env._("Nobody may override this: %s", gate._sentence(refusals[0], self.currency_id.id))
            )
        self.env["dunning.override"].create(
            [
                {
                    "letter_id": self.id,
                    "code": refusal.code,
                    "article": refusal.article,
                    "sentence": gate._sentence(refusal, self.currency_id.id),
                    "reason": reason,
                    "user_id": user.id,
                }
                for refusal in refusals
            ]
        )
        self.message_post(body=self.env._("%(user)s lets this letter go: %(reason)s", user=user.name, reason=reason))
        if self.state == "failed":
            self.action_retry()
        elif self.state == "draft" and not self.run_id:
            self.action_issue()
        elif by_mail:
            self.mail_id.scheduled_date = False
            self.action_send_now()

    def action_issue(self):
        """Issue letters that were written by hand: checked once more, numbered, and put in the outbox or printed."""
        drafts = self.filtered(lambda letter: letter.state == "draft" and not letter.run_id)
        if not drafts:
            raise UserError(self.env._("A letter of a run goes out when its run is confirmed."))
        drafts = drafts.sudo()  # evidence is written by the system
        drafts -= drafts._stop_if_settled()
        drafts._issue()
        return True

    def write(self, vals):
        """People write in the chatter of a letter, the system writes the letter, and an issued one never changes."""
        if not self.env.su and set(vals) - CHATTER:
            raise AccessError(
                self.env._("Letters are written by runs and by what happens to them. Use the buttons of the letter.")
            )
        if set(vals) - AFTER_ISSUE and self.filtered(lambda letter: letter.state != "draft"):
            raise UserError(self.env._("A letter that was issued cannot be changed. Cancel it and propose a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if self.filtered(lambda letter: letter.name != "/" or letter.override_ids):
            raise UserError(self.env._("A letter with a number or an override stays on record. Cancel it instead."))


def _is_demanded(decision, whole, day):
    """Whether a letter asks for a claim: a reminder for all that is overdue, another letter for what drives it."""
    if decision.code == "LISTED" and decision.claim.due_date >= day:
        return False
    return whole or decision.code == "LETTER"


def _root_cause(error):
    """What is wrong with a text in one line: Odoo wraps it in a page of traceback."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def _names(content, number):
    """Whether the first page shows the number of the letter."""
    text = PdfFileReader(io.BytesIO(content)).getPage(0).extractText()
    return number.replace(" ", "") in text.replace(" ", "").replace("\n", "")
