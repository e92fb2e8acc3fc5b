import logging

from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_list
from odoo.tools.misc import babel_locale_parse

from odoo.addons.base.models.ir_qweb import QWebError

from ..engine import rules

_logger = logging.getLogger(__name__)


class DunningLetterTextMixin(models.AbstractModel):
    """The words of a letter: what its text may name, rendered in the debtor's language and frozen at issue."""

    _name = "dunning.letter.text.mixin"
    _description = "Words of a dunning letter"

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
    shown_subject = fields.Char(compute="_compute_shown")
    shown_body = fields.Html(compute="_compute_shown", sanitize=False)

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


def _root_cause(error):
    """What is wrong with a text in one line: Odoo wraps it in a page of traceback."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
