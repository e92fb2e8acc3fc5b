import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import xlsxwriter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date
from odoo.tools.osutil import clean_filename
from odoo.tools.pdf import PdfFileReader

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...engine import statement
from ...tools import archive, spelling
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..dunning_inside import Inside
from ..dunning_money import IS_MONEY

REPORT = "cremann_dunning.report_dunning_statement"
# So many debtors are printed in one call.
PRINTED_TOGETHER = 50

# Receivable lines of debtors up to a day, with what was open then: a match counts from the later of its two dates.
ENTRIES = f"""
WITH lines AS (
    SELECT l.id, p.commercial_partner_id AS partner_id, l.date, COALESCE(t.number, m.name) AS name,
           cur.name AS currency, l.amount_currency,
           l.amount_currency
           - COALESCE((SELECT SUM(r.debit_amount_currency) FROM account_partial_reconcile r
                        WHERE r.debit_move_id = l.id AND r.max_date <= %(as_of)s), 0)
           + COALESCE((SELECT SUM(r.credit_amount_currency) FROM account_partial_reconcile r
                        WHERE r.credit_move_id = l.id AND r.max_date <= %(as_of)s), 0) AS open,
           CASE WHEN m.move_type IN ('out_invoice', 'out_receipt') THEN 'invoice'
                WHEN m.move_type = 'out_refund' THEN 'credit_note'
                WHEN {IS_MONEY} THEN 'payment' ELSE 'entry' END AS kind,
           COALESCE(t.invoice_date, m.invoice_date, l.date) AS dated,
           COALESCE(t.date_due, l.date_maturity) AS date_maturity, l.move_id,
           -- the words of an entry that was taken in are about all that stands in it
           COALESCE(CASE WHEN t.id IS NULL THEN m.ref ELSE NULLIF(l.name, t.number) END, '') AS ref
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
      JOIN account_journal j ON j.id = m.journal_id
      JOIN res_currency cur ON cur.id = l.currency_id
      JOIN res_partner p ON p.id = l.partner_id
      {WITH_TAKEN_IN}
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.date <= %(as_of)s
       AND l.amount_currency <> 0 AND p.commercial_partner_id IN %(partners)s
)
SELECT lines.partner_id, lines.id, lines.date, lines.name, lines.currency, lines.amount_currency::text,
       lines.open::text, lines.kind, lines.dated, lines.date_maturity, COALESCE(w.label, lines.ref)
  FROM lines
  LEFT JOIN LATERAL (
       SELECT COALESCE(NULLIF(split_part(k.name, E'\\n', 1), ''), NULLIF(lines.ref, '')) AS label
         FROM account_move_line k
        WHERE k.move_id = lines.move_id AND k.display_type = 'product'
              AND lines.kind IN ('invoice', 'credit_note')
        ORDER BY ABS(k.balance) DESC, k.id
        LIMIT 1) w ON TRUE
 WHERE lines.open <> 0 OR lines.date >= %(since)s
"""

OPENINGS = """
SELECT p.commercial_partner_id, cur.name, SUM(l.amount_currency)::text
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN res_currency cur ON cur.id = l.currency_id
  JOIN res_partner p ON p.id = l.partner_id
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.date < %(since)s AND l.date <= %(as_of)s
   AND p.commercial_partner_id IN %(partners)s
 GROUP BY p.commercial_partner_id, cur.name
"""

# Matches between two currencies or two debtors: each side once, as what it takes off the account of its own.
CONVERSIONS = """
WITH sides AS (
    SELECT r.id, r.max_date, p.commercial_partner_id AS partner_id, q.commercial_partner_id AS other_id,
           c.name AS currency, d.name AS other_currency, m.name AS number, n.name AS other_number,
           s.amount
      FROM account_partial_reconcile r
      CROSS JOIN LATERAL (VALUES
           (r.debit_move_id, r.credit_move_id, -r.debit_amount_currency),
           (r.credit_move_id, r.debit_move_id, r.credit_amount_currency)) s (line_id, other_line_id, amount)
      JOIN account_move_line l ON l.id = s.line_id
      JOIN account_move_line o ON o.id = s.other_line_id
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_partner p ON p.id = l.partner_id
      LEFT JOIN res_partner q ON q.id = o.partner_id
      JOIN res_currency c ON c.id = l.currency_id
      JOIN res_currency d ON d.id = o.currency_id
      JOIN account_move m ON m.id = l.move_id
      JOIN account_move n ON n.id = o.move_id
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND r.max_date <= %(as_of)s
       AND p.commercial_partner_id IN %(partners)s
)
SELECT partner_id, id, max_date, number, currency, amount::text, other_number
  FROM sides
 WHERE amount <> 0 AND (currency <> other_currency OR partner_id IS DISTINCT FROM other_id)
"""


@dataclass(frozen=True, eq=False)
class Page:
    """A statement with all that its paper needs: the case (in the debtor's language), who gets it, and the figures."""

    case: models.BaseModel
    contact: models.BaseModel
    lang: str
    reference: str
    statement: statement.Statement
    booked_until: date | None
    not_booked: Decimal
    beyond: dict
    needs_letterhead: bool
    bank: models.BaseModel

    def owed(self, currency):
        """What is owed in a currency: what the account shows, with the costs and interest that letters asked."""
        parts = (part.total for part in self.statement.parts if part.currency == currency)
        return sum(parts, self.beyond.get(currency, Decimal("0.00")))

    def money(self, amount, currency):
        """An amount as the debtor's language writes it."""
        return spelling.money(amount, currency, self._currencies[currency].decimal_places, self.lang)

    @cached_property
    def _currencies(self):
        return self.case.env["dunning.decision"]._currencies()

    def day(self, day, form="d MMM y"):
        """A date as the debtor's language writes it."""
        return day and format_date(self.case.env, day, date_format=form, lang_code=self.lang)


class DunningStatement(models.AbstractModel):
    """Statements of account: what debtors of a company owe on a day, as figures, PDF and spreadsheet.

    The ledger is read in a fixed number of statements, whatever the number of debtors.
    """

    _name = "dunning.statement"
    _description = "Statement of account"

    # -- figures --------------------------------------------------------------------------------------------------

    @api.model
    def _figures(self, company, partner_ids, as_of, since=None):
        """The statements of these debtors in one company. No rights are looked at: whoever calls has done that.

        :param partner_ids: commercial partners. :param as_of: what was booked after this day is not there yet.
        :param since: first day of the period; None for what is open.
        :return: ``{partner id: engine.statement.Statement}``, with an empty one for who has nothing.
        """
        if not partner_ids:
            return {}
        self.env.flush_all()
        given = {"company": company.id, "partners": tuple(partner_ids), "as_of": as_of, "since": since or date.max}
        entries, openings = defaultdict(list), defaultdict(lambda: defaultdict(Decimal))
        for partner_id, *row in self._rows(ENTRIES, given):
            line_id, day, number, currency, amount, still_open, kind, dated, due, label = row
            entries[partner_id].append(
                statement.Entry(
                    line_id, day, number or "", currency, Decimal(amount), Decimal(still_open), kind, dated, due, label
                )
            )
        if since:
            for partner_id, currency, amount in self._rows(OPENINGS, given):
                openings[partner_id][currency] += Decimal(amount)
            for partner_id, id_, day, number, currency, amount, other in self._rows(CONVERSIONS, given):
                if day < since:
                    openings[partner_id][currency] += Decimal(amount)
                    continue
                entries[partner_id].append(
                    statement.Entry(
                        id_, day, number or "", currency, Decimal(amount), kind=statement.CONVERSION, label=other or ""
                    )
                )
        return {id_: statement.build(entries[id_], as_of, since, openings[id_]) for id_ in partner_ids}

    @api.model
    def _rows(self, query, given):
        self.env.cr.execute(SQL(query, **given))
        return self.env.cr.fetchall()

    # -- papers ---------------------------------------------------------------------------------------------------

    @api.model
    def _pages(self, cases, as_of=None, since=None):
        """The statements of these cases, ready for paper: ``{case: Page}``, each in the language of its debtor.

        :param as_of: None for today, where the company is.
        :raises AccessError: when the user may not open one of the cases.
        """
        cases.check_access("read")
        if not self.env.su:
            self.env["account.move.line"].check_access("read")
        pages = {}
        letterhead = not _wkhtml().is_patched_qt
        # sudo: dates and sums of the debtor's own account, for whoever may open its case; see the checks above
        booked = self.env["dunning.letter"].sudo()._bookings_until(cases.company_id)
        for company, ours in cases.grouped("company_id").items():
            today = company._dunning_today()
            day = as_of or today
            figures = self._figures(company, ours.partner_id.ids, day, since)
            # money that came in is not part of the past: it is told of only on a statement of today
            partners = tuple(ours.partner_id.ids)
            waiting = self.env["dunning.ledger"]._unmatched(company, partners) if day >= today else {}
            # sudo: as above; what is asked today is no part of the past either
            imputation = self.env["dunning.imputation"].sudo()
            beyond = imputation._beyond_the_books(company, partners) if day >= today else {}
            bank = company.sudo()._dunning_bank_account()  # sudo: what every letter prints
            for case in ours:
                lang = case.reader_lang
                pages[case] = Page(
                    case=case.with_context(lang=lang).with_company(company),
                    contact=case.reader_id.with_context(lang=lang),
                    lang=lang,
                    reference=f"{case.id:05d}-{day:%Y%m%d}",
                    statement=figures[case.partner_id.id],
                    booked_until=booked.get(company),
                    not_booked=waiting.get(case.partner_id.id, Decimal("0.00")),
                    beyond=dict(beyond.get(case.partner_id.id, {})),
                    needs_letterhead=letterhead,
                    bank=bank,
                )
        return pages

    @api.model
    def _file_name(self, page, extension):
        """Name of the file in the debtor's language; safe on every system."""
        name = page.case.env._(
            "Statement of account %(debtor)s %(date)s",
            debtor=(page.case.partner_id.name or "")[:60],
            date=page.statement.as_of.isoformat(),
        )
        return f"{' '.join(clean_filename(name, ' ').split())}.{extension}"

    @api.model
    def _pdfs(self, pages):
        """These pages as PDF, ``{case: bytes}``: printed many at a time, and each read back.

        :raises UserError: when one cannot be printed.
        """
        pdfs, cases = {}, self.env["dunning.case"].union(*pages)
        for group in cases.grouped(lambda case: (case.company_id, case.reader_lang)).values():
            for start in range(0, len(group), PRINTED_TOGETHER):
                batch = group[start : start + PRINTED_TOGETHER]
                pdfs.update(self._print(batch, pages))
        return pdfs

    @api.model
    def _print(self, cases, pages):
        """All in one call where the installed wkhtmltopdf can; alone what did not come out right."""
        together = len(cases) > 1 and _wkhtml().is_patched_qt
        found = self._streams(cases, pages) if together else {}
        good = {case: pdf for case, pdf in found.items() if pages[case].reference in _first_page(pdf)}
        for case in cases:
            if case not in good:
                good.update(self._streams(case, pages))
            if pages[case].reference not in _first_page(good[case]):
                raise UserError(
                    self.env._(
                        "The statement of %s does not show its reference. Check the layout.", case.partner_id.name
                    )
                )
        return good

    @api.model
    def _streams(self, cases, pages):
        context = {"webp_as_jpg": True, "report_pdf_no_attachment": True, "dunning_statement_pages": Inside(pages)}
        # sudo: the report prints the pages above, for whoever could open the cases
        report = self.env["ir.actions.report"].sudo().with_company(cases.company_id).with_context(**context)
        streams = report._render_qweb_pdf_prepare_streams(REPORT, {"report_type": "pdf"}, res_ids=cases.ids)
        return {cases.browse(res_id): data["stream"].getvalue() for res_id, data in streams.items() if res_id}

    @api.model
    def _spreadsheets(self, pages):
        """These pages as XLSX, ``{case: bytes}``: a sheet per currency, numbers as numbers and dates as dates."""
        return {case: self._spreadsheet(page) for case, page in pages.items()}

    @api.model
    def _spreadsheet(self, page):
        buffer = io.BytesIO()
        # nothing that a debtor or colleague typed is ever a formula or a link
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(buffer, options) as book:
            for part in page.statement.parts:
                self._write_sheet(book, page, part)
            for currency in sorted(set(page.beyond) - {part.currency for part in page.statement.parts}):
                sheet = book.add_worksheet(currency)
                row = self._write_head(book, sheet, page)
                self._write_beyond(sheet, page, currency, row, book.add_format({"num_format": "#,##0.00"}))
            if not book.worksheets():
                sheet = book.add_worksheet()
                sheet.write_string(self._write_head(book, sheet, page), 0, page.case.env._("Nothing is open."))
        return buffer.getvalue()

    @api.model
    def _write_head(self, book, sheet, page):
        """Whose statement it is and of which day; returns the next free row."""
        env, bold = page.case.env, book.add_format({"bold": True})
        day = book.add_format({"num_format": 14, "align": "left"})  # the short date of whoever opens the file
        sheet.set_column(0, 0, 14)
        sheet.write_string(0, 0, env._("Statement of account"), bold)
        for row, (label, value) in enumerate(
            (
                (env._("From"), page.case.company_id.name),
                (env._("To"), page.case.partner_id.name),
                (env._("Reference"), page.reference),
                (env._("First day"), page.statement.since),
                (env._("As of"), page.statement.as_of),
                (env._("Payments booked up to"), page.booked_until),
            ),
            1,
        ):
            sheet.write_string(row, 0, label)
            if isinstance(value, date):
                sheet.write_datetime(row, 1, value, day)
            else:
                sheet.write_string(row, 1, value or "")
        return 8

    @api.model
    def _write_sheet(self, book, page, part):
        env, sheet = page.case.env, book.add_worksheet(part.currency)
        row = self._write_head(book, sheet, page)
        head = book.add_format({"bold": True, "bottom": 1})
        money = book.add_format({"num_format": "#,##0.00"})
        total = book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
        day = book.add_format({"num_format": 14, "align": "left"})
        columns = (
            env._("Date"), env._("Number"), env._("What for"), env._("Due on"), env._("Days overdue"), env._("Debit"),
            env._("Credit"), env._("Open"), env._("Balance"),
        )  # fmt: skip
        for column, (name, width) in enumerate(zip(columns, (14, 20, 40, 12, 13, 14, 14, 14, 14), strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(row, column, name, head)
        sheet.freeze_panes(row + 1, 0)
        if page.statement.since:
            row += 1
            sheet.write_string(row, 2, env._("Opening balance"))
            sheet.write_number(row, 8, part.opening, money)
        for row, item in enumerate(part.items, row + 1):  # noqa: B020  (goes on from the row above)
            self._write_item(sheet, row, env, item, day, money)
        row += 1
        sheet.write_string(row, 2, env._("Total due"), total)
        for column, amount in enumerate((part.debit, part.credit), 5):
            sheet.write_number(row, column, amount, total)
        sheet.write_number(row, 8, part.total, total)
        for row, (label, amount) in enumerate(self._ages(env, part), row + 2):  # noqa: B020
            sheet.write_string(row, 2, label)
            sheet.write_number(row, 8, amount, money)
        if page.beyond.get(part.currency):
            row = self._write_beyond(sheet, page, part.currency, row + 2, money)
        if page.not_booked:
            sheet.write_string(row + 1, 2, self._not_booked_text(page))

    @api.model
    def _write_beyond(self, sheet, page, currency, row, money):
        """What letters asked beyond the account, and what is owed with it; from this row on, returns the last one."""
        env = page.case.env
        for label, amount in (
            (env._("Costs and interest that letters asked, left"), page.beyond[currency]),
            (env._("Owed altogether"), page.owed(currency)),
        ):
            sheet.write_string(row, 2, label)
            sheet.write_number(row, 8, amount, money)
            row += 1
        return row - 1

    @api.model
    def _write_item(self, sheet, row, env, item, day, money):
        """One row of the statement; `day` and `money` are formats of the workbook."""
        entry = item.entry
        sheet.write_datetime(row, 0, entry.dated or entry.booked_on, day)
        sheet.write_string(row, 1, entry.number)
        sheet.write_string(row, 2, self._what_for(env, entry))
        if entry.due_date and entry.kind == statement.INVOICE:
            sheet.write_datetime(row, 3, entry.due_date, day)
        if item.days:
            sheet.write_number(row, 4, item.days)
        for column, amount in enumerate((item.debit, item.credit, entry.open, item.balance), 5):
            sheet.write_number(row, column, amount, money)

    # -- words ----------------------------------------------------------------------------------------------------

    @api.model
    def _ages(self, env, part):
        """The ages of a part with their names, in the language of `env`; last what was received and not matched."""
        names = {
            "not_due": env._("Not due yet"),
            "1_30": env._("1 to 30 days overdue"),
            "31_60": env._("31 to 60 days overdue"),
            "61_90": env._("61 to 90 days overdue"),
            "over_90": env._("More than 90 days overdue"),
        }
        return [
            *((names[name], amount) for name, amount in part.ages.items()),
            (env._("Received or credited, not matched yet"), -part.unallocated),
        ]

    @api.model
    def _what_for(self, env, entry, most=None):
        """What a row is about, in the language of `env`; on paper in no more than so many signs."""
        words = {
            statement.CREDIT_NOTE: env._("Credit note"),
            statement.PAYMENT: env._("Payment"),
            statement.CONVERSION: env._("Matched with"),
        }
        said = " ".join(filter(None, (words.get(entry.kind), entry.label)))
        return spelling.shortened(said, most) if most else said

    @api.model
    def _not_booked_text(self, page):
        """What came in on the bank and is not in the balance yet, in the language of the debtor."""
        amount = page.money(page.not_booked, page.case.company_id.currency_id.name)
        return page.case.env._("Received on our account and not booked yet, so no part of this statement: %s.", amount)

    # -- files ----------------------------------------------------------------------------------------------------

    @api.model
    def _files(self, cases, kind, as_of=None, since=None):
        """The statements as files: ``{case: (name, bytes)}``.

        :param kind: ``pdf`` or ``xlsx``.
        """
        make = {"pdf": self._pdfs, "xlsx": self._spreadsheets}.get(kind)
        if not make:
            raise UserError(self.env._("A statement is made as pdf or xlsx, not as %s.", kind))
        pages = self._pages(cases, as_of, since)
        contents = make(pages)
        return {case: (self._file_name(pages[case], kind), contents[case]) for case in cases}

    @api.model
    def _zip(self, files):
        """One archive of files, ``[(name, bytes), ...]``; names that are the same get a number."""
        return archive.zipped(files)


def _first_page(content):
    """The words of the first page, without spaces."""
    return "".join(PdfFileReader(io.BytesIO(content)).getPage(0).extractText().split())
