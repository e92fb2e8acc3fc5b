import logging
import re
from datetime import timedelta
from decimal import Decimal

from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_list
from odoo.tools.misc import babel_locale_parse

from odoo.addons.base.models.ir_qweb import QWebError

from ...engine import rules
from ...tools import spelling
from ..dunning_money import exact
from ..rules.regime_map import RegimeError

_logger = logging.getLogger(__name__)

# Where the payment block leaves room for the QR code.
QR_PLACE = re.compile(r'(<td[^>]*class="o_dunning_qr"[^>]*?)(?:/>|>\s*</td>)')


def with_qr(letter, body):
    """The words of a letter as on paper, with the QR code in the payment block.

    :param letter: with its ``qr_image`` and ``lang``. :param body: the words as HTML, with the place of the code.
    """
    if not letter.qr_image or not QR_PLACE.search(body):
        return body
    qweb = letter.env["ir.qweb"].with_context(lang=letter.lang)
    code = qweb._render("cremann_dunning.letter_qr", {"letter": letter})
    return Markup(QR_PLACE.sub(lambda place: f"{place[1]}>{code}</td>", body, count=1))


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
    costs_tiers_text = fields.Char(compute="_compute_text_parts")
    clause_interest_text = fields.Char(compute="_compute_text_parts")
    vat_text = fields.Char(compute="_compute_text_parts")
    next_step_text = fields.Char(compute="_compute_text_parts")
    demanded_count = fields.Integer(compute="_compute_text_parts")
    party_text = fields.Char(compute="_compute_text_parts")
    phone_text = fields.Char(compute="_compute_text_parts")
    notice_text = fields.Char(compute="_compute_text_parts")
    notice_on_text = fields.Char(compute="_compute_text_parts")
    notice_end_text = fields.Char(compute="_compute_text_parts")
    signature_html = fields.Html(compute="_compute_blocks", sanitize=False)
    bank_account_id = fields.Many2one("res.partner.bank", compute="_compute_payment_parts")
    pay_url = fields.Char(compute="_compute_payment_parts")
    qr_image = fields.Char(compute="_compute_qr_image")
    shown_subject = fields.Char(compute="_compute_shown")
    shown_body = fields.Html(compute="_compute_shown", sanitize=False)
    paper_body = fields.Html(compute="_compute_paper_body", sanitize=False)

    def _compute_text_parts(self):
        previous = self._previous_letters()
        bookings = self.env["dunning.letter"]._bookings_until(self.company_id)
        with_care = self._with_care()
        for letter in self:
            env = letter.with_context(lang=letter.lang).env
            numbers = letter._demanded_numbers()
            if len(numbers) == 1:
                letter.invoice_label = env._("invoice %s", numbers[0])
            else:
                letter.invoice_label = env._("%s invoices", len(numbers))
            letter.deadline_text = letter.deadline and letter._day(letter.deadline, "EEEE d MMMM y")
            dates = [letter._day(day) for day in sorted(set(previous[letter].mapped("sent_on")))]
            letter.previous_text = format_list(env, dates, lang_code=letter.lang)
            letter._set_notice_parts(previous[letter])
            booked = bookings.get(letter.company_id)
            letter.bookings_text = booked and letter._day(booked)
            letter.party_text = letter._party_text()
            # a number is not cut in two at the end of a line
            letter.phone_text = (letter.user_id.phone or letter.company_id.phone or "").replace(" ", "\xa0")
            letter.amount_text = letter._money(letter.amount_total)
            letter.costs_text = letter._money(letter.amount_costs or letter.amount_costs_announced)
            letter.costs_tiers_text = letter._cost_tiers_text()
            letter.clause_interest_text = letter._clause_interest()
            letter.vat_text = letter._vat_declaration()
            letter.demanded_count = len(numbers)
            levels = letter.procedure_id.level_ids.with_context(lang=letter.lang)
            letter.next_step_text = (
                letter not in with_care
                and levels.filtered(
                    lambda level, letter=letter: level.active and level.sequence > letter.level_id.sequence
                )[:1].name
            )

    def _party_text(self):
        """To whom its claims go or went, as the text names it; False for nobody."""
        return self.company_id.dunning_handover_party

    def _party_names(self):
        """What in that others chose."""
        return [self.company_id.dunning_handover_party]

    def _day(self, day, form="d MMMM y"):
        """A date in words, as the debtor's language writes it."""
        self.ensure_one()
        return format_date(self.env, day, date_format=form, lang_code=self.lang)

    def _set_notice_parts(self, previous):
        """What a final notice says of the letter before it: its name, its day, and the end of its term when past."""
        self.ensure_one()
        last = previous.sorted("sent_on")[-1:]
        end = last.term_last_day or last.deadline
        self.notice_text = last.level_id.with_context(lang=self.lang).name
        self.notice_on_text = last and self._day(last.sent_on)
        self.notice_end_text = end and end < self.date and self._day(end)

    def _compute_blocks(self):
        """The table, the sums and the payment block as HTML, the same by mail and on paper, from QWeb templates."""
        # read for all letters at once; sudo: shown on the letter
        self.sudo().line_ids.move_id.mapped("partner_bank_id")
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

    def _cost_tiers(self):
        """How the costs come about by a scale: ``(tiers, scale, costs without VAT)``; None when it is no scale."""
        self.ensure_one()
        costs = exact(self.amount_costs or self.amount_costs_announced, self.currency_id)
        costs -= exact(self.amount_costs_vat, self.currency_id)
        if not costs or self.currency_id != self.regime_id.currency_id:
            return None
        clause = self.company_id.dunning_clause_scale_id if self.regime_id.costs_need_clause else None
        try:
            found = self.regime_id.cost_tiers(exact(self.amount_principal, self.currency_id), costs, clause)
        except RegimeError:  # the scale was changed since, and has no answer any more
            return None
        return found and (*found, costs)

    def _cost_tiers_text(self):
        """How the costs come about by the scale of the law, in the debtor's language; False when it is no scale."""
        self.ensure_one()
        if not (found := self._cost_tiers()):
            return False
        tiers, scale, costs = found
        env = self.with_context(lang=self.lang).env
        text = "; ".join(self._tier(env, tier) for tier in tiers)
        total = sum(tier.costs for tier in tiers)
        if costs > total:
            return env._("%(tiers)s; at least %(minimum)s", tiers=text, minimum=self._money(scale.minimum))
        if costs < total:
            return env._("%(tiers)s; at most %(maximum)s", tiers=text, maximum=self._money(scale.maximum))
        return text

    def _tier(self, env, tier):
        """One step of the scale as the debtor's language writes it."""
        percent = format_percent(tier.percent / 100, locale=babel_locale_parse(self.lang), decimal_quantization=False)
        parts = {"percent": percent, "part": self._money(tier.part), "costs": self._money(tier.costs)}
        if not tier.percent:
            return self._money(tier.base)
        if tier.base:
            return env._("%(base)s + %(percent)s of %(part)s = %(costs)s", base=self._money(tier.base), **parts)
        return env._("%(percent)s of %(part)s = %(costs)s", **parts)

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
        return spelling.money(amount, self.currency_id.name, self.currency_id.decimal_places, self.lang)

    def _previous_letters(self):
        """Per letter the earlier letters to its debtor about the same invoices, or items taken in, that were sent."""
        found = {}
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
                ["move_id", "claim_id", "letter_id"],
            )
        )
        entries = self.line_ids.move_id.filtered(lambda move: move.move_type == "entry")  # read for all letters at once
        for letter in self:
            lines = letter.line_ids.filtered("principal_part")
            moves = lines.move_id - entries
            sent = [
                earlier.id
                for move, claim, earlier in rows
                if (move in moves or claim in lines.claim_id) and earlier != letter
            ]
            # sudo: as above
            found[letter] = self.env["dunning.letter"].sudo().browse(dict.fromkeys(sent))
        return found

    @api.model
    def _bookings_until(self, companies):
        """Per company the day up to which payments are booked: letters name it, so that nobody is chased twice."""
        return self.env["dunning.bank"]._booked_until(companies)

    def _compute_payment_parts(self):
        """Where to pay: the invoices' own account when they agree on one, and the page."""
        for letter in self:
            moves = letter._asked_moves()
            letter.pay_url = letter.page_url or (len(moves) == 1 and letter._pay_url(moves))
            letter.bank_account_id = moves._dunning_pay_to(letter.company_id)[0]

    @api.model
    def _pay_url(self, move):
        """The invoice's own page in the portal, once Odoo has made its key; no letter writes on an entry to get one."""
        if not move.access_token:
            return False
        return f"{move.get_base_url()}{move.access_url}?access_token={move.access_token}"

    def _compute_qr_image(self):
        for letter in self:
            letter.qr_image = letter._qr_image()

    def _qr_image(self, amount=None):
        """The payment QR code of Odoo as a data address, where the account and the currency allow one.

        :param amount: what is asked by now, when that is not what the letter asks.
        """
        self.ensure_one()
        amount = self._amount_to_pay_now() if amount is None else amount
        return self.bank_account_id._dunning_qr(amount, self.shown_reference, self.currency_id, self.partner_id)

    def _compute_paper_body(self):
        """The words as on paper: the same, with the QR code in the payment block. Mails cannot show such a picture."""
        for letter in self:
            letter.paper_body = with_qr(letter, letter.shown_body or Markup())

    def _interest_rows(self):
        """How the interest of each claim came about, for the annex.

        :return: per claim its ``number``, ``total`` and ``segments`` (``law.interest.Segment``); empty when the rules
            give another sum by now than the letter asks: no annex is better than one that does not add up.
        """
        self.ensure_one()
        rows = []
        for line in self.line_ids.filtered("amount_interest"):
            agreed = self.regime_id._agreed_rate(self.company_id)
            before = line.interest_from - timedelta(days=1)
            found = self.regime_id.interest(line.amount_open, before, self.date, agreed)
            if found.total != Decimal(str(round(line.amount_interest, 2))):
                _logger.warning("No annex on letter %s: its interest cannot be computed again", self.id)
                return []
            rows.append({"number": line.number, "total": line.amount_interest, "segments": found.segments})
        return rows

    def _percent(self, percent):
        """A yearly percentage as the debtor writes it."""
        self.ensure_one()
        return format_percent(percent / 100, locale=babel_locale_parse(self.lang), decimal_quantization=False)

    def _letter_text(self):
        """The text of this letter's level for the way in which the debtor is addressed."""
        self.ensure_one()
        return self._answer_text() if self.answer else self.level_id._text_for(self.tone)

    def _compute_shown(self):
        """The frozen words; for a draft what they would be now, so that the preview is the letter itself."""
        for letter in self:
            # a letter that failed before it had its PDF gets its words anew when it is retried
            frozen = letter.body and (letter.state != "failed" or letter.pdf_sha256)
            if frozen or not letter._letter_text():
                letter.shown_subject, letter.shown_body = letter.subject, letter.body
                continue
            # sudo: a text may name fields of invoices and companies that the reader need not be able to open
            text = letter._letter_text().sudo()
            try:
                letter.shown_subject, letter.shown_body = letter._rendered(text)[letter.id]
            except (UserError, QWebError) as error:  # a draft opens all the same, and says what is wrong
                letter.shown_subject, letter.shown_body = False, escape(letter._text_problem(text, error))

    def _words_to_come(self):
        """The words of those of these letters that get theirs when they are issued: ``{letter: (subject, body)}``.

        Without the letters whose text cannot be filled in: issuing says what is wrong with it.
        """
        unprinted = self.filtered(lambda letter: letter.state in ("draft", "failed") and not letter.pdf_sha256)
        words = {letter: (letter.shown_subject, letter.shown_body) for letter in unprinted}
        return {letter: pair for letter, pair in words.items() if all(pair)}

    def _freeze_text(self):
        """Render subject and body once, in the debtor's language; mail and paper show the same words."""
        for template, letters in self.grouped(lambda letter: letter._letter_text()).items():
            # sudo: a text may name fields of invoices and companies that the sender need not be able to open
            text = template.sudo()
            try:
                words = letters._rendered(text)
            except (UserError, QWebError) as error:
                raise UserError(self._text_problem(template, error)) from error
            for letter in letters:
                subject, body = words[letter.id]
                if not (subject or "").strip() or not (body or "").strip():
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
                letter.write(
                    {
                        "subject": subject,
                        "body": body,
                        "terms_version": letter.company_id.dunning_terms_version,
                        "address_printed": letter._address_lines(),
                    }
                )
        # whoever looked at a draft in this transaction has its words of before
        self.invalidate_recordset(["shown_subject", "shown_body", "paper_body"], flush=False)

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
