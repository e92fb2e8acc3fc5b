import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date
from odoo.tools.osutil import clean_filename
from odoo.tools.pdf import PdfFileReader

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...engine import rules
from ...engine.gate import ClaimOnLetter
from ...law.bad_debt import lost_parts
from ...tools import spelling
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..dunning_inside import Inside
from ..dunning_money import exact
from ..rules.dunning_charges import Charges
from ..rules.regime_map import RegimeError

REPORT = "cremann_dunning.report_dunning_filing"
ZERO = Decimal("0.00")
DAY = timedelta(days=1)

# What was owed before a day and is not paid since: what was matched later counts, but not what we wrote off ourselves.
OPEN_THEN = f"""
SELECT l.id, l.move_id, COALESCE(t.number, m.name) AS number, COALESCE(t.invoice_date, m.invoice_date, l.date) AS dated,
       COALESCE(t.date_due, l.date_maturity) AS due, cur.name AS currency, l.amount_currency::text AS total,
       (l.amount_currency
        - COALESCE((SELECT SUM(r.debit_amount_currency) FROM account_partial_reconcile r
                      JOIN account_move_line k ON k.id = r.credit_move_id
                     WHERE r.debit_move_id = l.id AND NOT EXISTS (
                           SELECT FROM dunning_write_off w WHERE w.entry_id = k.move_id)), 0)
        + COALESCE((SELECT SUM(r.credit_amount_currency) FROM account_partial_reconcile r
                     WHERE r.credit_move_id = l.id), 0))::text AS open,
       l.amount_currency < 0 AS is_credit
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN res_currency cur ON cur.id = l.currency_id
  JOIN res_partner p ON p.id = l.partner_id
  {WITH_TAKEN_IN}
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND p.commercial_partner_id = %(partner)s
   AND COALESCE(t.invoice_date, m.invoice_date, l.date) < %(day)s
   AND NOT EXISTS (SELECT FROM dunning_write_off w WHERE w.entry_id = m.id)
   AND (l.amount_currency < 0 OR m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
 ORDER BY l.amount_currency < 0, 5, l.id
"""


@dataclass(frozen=True, eq=False)
class Row:
    """One claim or credit of a statement, in its own currency; a credit has a negative ``open``."""

    line_id: int
    move_id: int
    number: str
    dated: date
    due: date | None
    currency: str
    total: Decimal
    open: Decimal
    is_credit: bool
    vat: Decimal = ZERO
    interest: Decimal = ZERO
    costs: Decimal = ZERO

    @property
    def claimed(self):
        """All that is claimed for it."""
        return self.open + self.interest + self.costs


@dataclass(frozen=True, eq=False)
class Page:
    """A statement of claim with all that its paper needs. ``rate`` by currency: what one unit was in that of the
    company on the day of the insolvency."""

    filing: models.BaseModel
    rows: tuple
    rates: dict
    needs_letterhead: bool
    bank: models.BaseModel
    vat_number: str

    @property
    def lang(self):
        """The language of the paper."""
        return self.filing.lang

    @property
    def reference(self):
        """What stands on it and names it."""
        return f"{self.filing.id:05d}-{self.filing.date:%Y%m%d}"

    @property
    def last_day(self):
        """The last day over which interest is reckoned."""
        return self.filing.date - DAY

    def sum(self, name, currency):
        """A column of one currency."""
        return sum((getattr(row, name) for row in self.rows if row.currency == currency), ZERO)

    @cached_property
    def total(self):
        """All that is claimed, in the currency of the company."""
        currency = self.filing.currency_id
        sums = (self.sum("claimed", code) * rate for code, rate in self.rates.items())
        return exact(float(sum(sums, ZERO)), currency)

    @property
    def own(self):
        """Code of the currency of the company."""
        return self.filing.currency_id.name

    def money(self, amount, currency):
        """An amount as the language of the paper writes it."""
        return spelling.money(amount, currency, self._currencies[currency].decimal_places, self.lang)

    @cached_property
    def _currencies(self):
        return self.filing.env["dunning.decision"]._currencies()

    def day(self, day, form="d MMM y"):
        """A date as the language of the paper writes it."""
        return day and format_date(self.filing.env, day, date_format=form, lang_code=self.lang)


class DunningFilingPaper(models.AbstractModel):
    """The statement of claim for the trustee: what was owed before the insolvency, with interest up to it."""

    _name = "dunning.filing.paper"
    _description = "Statement of Claim for the Trustee"

    # -- figures --------------------------------------------------------------------------------------------------

    @api.model
    def _page(self, filing):
        """What a company claims now in the insolvency, in the language of its paper.

        :raises UserError: nothing is open, or nobody is named to whom it goes; :raises AccessError: no right to it.
        """
        filing.check_access("read")
        self.env["account.move.line"].check_access("read")
        if not filing.trustee_id:
            raise UserError(self.env._("Fill in the trustee on the insolvency first: the statement goes to somebody."))
        rows = self._rows(filing.insolvency_id, filing.company_id)
        if not any(not row.is_credit for row in rows):
            raise UserError(
                self.env._("Nothing is open that was invoiced before %s.", format_date(self.env, filing.date))
            )
        company = filing.company_id
        return Page(
            filing=filing.with_context(lang=filing.lang).with_company(company),
            rows=tuple(rows),
            rates={code: self._rate(company, code, filing.date) for code in dict.fromkeys(r.currency for r in rows)},
            needs_letterhead=not _wkhtml().is_patched_qt,
            bank=company.sudo()._dunning_bank_account(),  # sudo: what every letter prints
            vat_number=company.vat or "",
        )

    @api.model
    def _rate(self, company, code, day):
        """What one unit of a currency is in that of the company on a day, as ``Decimal``."""
        currency = self.env["dunning.decision"]._currencies()[code]
        if currency == company.currency_id:
            return Decimal(1)
        return Decimal(str(self.env["res.currency"]._get_conversion_rate(currency, company.currency_id, company, day)))

    @api.model
    def _open_moves(self, insolvency, company):
        """The entries that are part of the claim and open in the ledger today."""
        rows = self._rows(insolvency, company, bare=True)
        moves = self.env["account.move"].browse({row.move_id for row in rows if not row.is_credit})
        return moves.filtered(lambda move: move._dunning_claim_lines())

    @api.model
    def _rows(self, insolvency, company, bare=False):
        """What was owed to a company before an insolvency: list of ``Row``. :param bare: without interest and costs."""
        self.env.flush_all()
        debtor = insolvency.partner_id.commercial_partner_id
        given = {"company": company.id, "partner": debtor.id, "day": insolvency.date}
        rows = []
        for line_id, move_id, number, dated, due, code, total, is_open, credit in self.env.execute_query(
            SQL(OPEN_THEN, **given)
        ):
            if Decimal(is_open):
                rows.append(
                    Row(line_id, move_id, number or "", dated, due, code, Decimal(total), Decimal(is_open), credit)
                )
        if bare or not rows:
            return rows
        claims = [row for row in rows if not row.is_credit]
        vat, interest = self._vat(claims), self._interest(insolvency, company, claims)
        costs = self._costs_asked(claims)
        return [
            Row(
                **{name: getattr(row, name) for name in list(Row.__dataclass_fields__)[:9]},
                vat=vat.get(row.line_id, ZERO),
                interest=interest.get(row.line_id, ZERO),
                costs=costs.get(row.line_id, ZERO),
            )
            for row in rows
        ]

    @api.model
    def _vat(self, rows):
        """Per item what of its open principal is VAT; nothing is known of entries that were taken in."""
        moves = {move.id: move for move in self.env["account.move"].browse({row.move_id for row in rows})}
        found = {}
        for row in rows:
            move = moves[row.move_id]
            whole, tax = exact(move.amount_total, move.currency_id), exact(move.amount_tax, move.currency_id)
            if move.move_type != "entry" and tax:
                [(_base, found[row.line_id])] = lost_parts(row.open, whole, [(whole - tax, tax)])
        return found

    @api.model
    def _interest(self, insolvency, company, rows):
        """Per item the interest up to the day before the insolvency, as far as the rules of the claim give any.

        It stops there: art. 128 and 260 Fw, book XX WER, art. 1675/7 Ger.W.
        """
        debtor = insolvency.partner_id.commercial_partner_id
        # sudo: the facts decide, whatever the user may read of them
        this = self.sudo().with_company(company)
        facts = this.env["dunning.gather"].facts(company, company._dunning_today(), debtor.ids)
        known = {claim.line_id: claim for one in facts for claim in one.claims}
        regimes = this.env["dunning.regime"]._regime_map(insolvency.date)
        currencies, country = this.env["dunning.decision"]._currencies(), debtor.country_id or company.country_id
        found = {}
        for row in rows:
            claim = known.get(row.line_id)
            if not claim or not claim.due_date or claim.due_date >= insolvency.date:
                continue
            regime = this.env["dunning.regime"].browse(claim.regime) or regimes.find(country.code, claim.kind)
            on_letter = ClaimOnLetter(
                row.line_id, row.number, row.due, None, open=row.open, periodic=claim.periodic, notice=claim.notice,
                default_from=claim.default_from,
            )  # fmt: skip
            charges = Charges(
                regime, company, insolvency.date - DAY, rules.NOTICE_OF_DEFAULT, claim.kind, currencies[row.currency],
                [on_letter],
            )  # fmt: skip
            try:
                found[row.line_id] = charges.interest()[0] if regime else ZERO
            except RegimeError:  # a rate is missing: the claim is filed without interest rather than not at all
                continue
        return found

    @api.model
    def _costs_asked(self, rows):
        """Per item what the last letter that asked costs for it asked, also where the claim was written off since."""
        lines = self.env["dunning.letter.line"].search(
            [("move_line_id", "in", [row.line_id for row in rows]), ("principal_part", "=", True),
             ("state", "=", "sent"), ("is_let_go", "=", False)]
        )  # fmt: skip
        oldest_first = lines.sorted(lambda line: (line.letter_id.sent_on, line.letter_id.id))
        return {
            line.move_line_id.id: exact(line.amount_costs, line.currency_id)
            for line in oldest_first
            if line.letter_id.amount_costs
        }

    # -- paper ----------------------------------------------------------------------------------------------------

    @api.model
    def _pdf(self, filing, page):
        """The statement as PDF, read back. :raises UserError: it does not show what it is."""
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True}
        context["dunning_filing_pages"] = Inside({filing: page})
        # sudo: the report prints the page above, for whoever could open the filing
        report = self.env["ir.actions.report"].sudo().with_company(filing.company_id).with_context(**context)
        streams = report._render_qweb_pdf_prepare_streams(REPORT, {"report_type": "pdf"}, res_ids=filing.ids)
        content = streams[filing.id]["stream"].getvalue()
        words = "".join(PdfFileReader(io.BytesIO(content)).getPage(0).extractText().split())
        if page.reference not in words:
            raise UserError(self.env._("The statement of claim does not show its reference. Check the layout."))
        return content

    @api.model
    def _file_name(self, page):
        """Name of the file in the language of the paper; safe on every system."""
        name = page.filing.env._(
            "Statement of claim %(debtor)s %(date)s",
            debtor=(page.filing.partner_id.name or "")[:60],
            date=page.filing.date.isoformat(),
        )
        return f"{' '.join(clean_filename(name, ' ').split())}.pdf"

    @api.model
    def _address_line(self, partner):
        """Where somebody is, on one line."""
        place = " ".join(filter(None, (partner.zip, partner.city)))
        return ", ".join(filter(None, (partner.street, partner.street2, place, partner.country_id.name)))

    @api.model
    def _articles(self, page):
        """On what the statement rests and until when interest counts, in the language of the paper."""
        env, kind = page.filing.env, page.filing.insolvency_id.kind
        last = page.day(page.last_day, "d MMMM y")
        articles = {
            "nl_bankruptcy": "art. 110, 128 Fw",
            "nl_moratorium": "art. 257, 260 Fw",
            "nl_debt_restructuring": "art. 303, 110 Fw",
            "be_bankruptcy": env._("book XX of the Code of Economic Law"),
            "be_debt_settlement": env._("art. 1675/7 and 1675/9 of the Judicial Code"),
        }
        if kind not in articles:  # interest runs on by law; whether it is paid is for the plan
            return env._("Interest is reckoned up to and including %s; interest after that day is reserved.", last)
        return env._(
            "Interest is reckoned up to and including %(day)s, the last day before the procedure (%(articles)s).",
            day=last,
            articles=articles[kind],
        )
