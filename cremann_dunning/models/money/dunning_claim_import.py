import base64
import csv
import io
import zipfile
from pathlib import PurePath

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...engine import incoming
from ...tools import ubl

SHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SHEET_NAMES = (".xlsx", ".xls", ".ods")
# what a file of claims may weigh, and what it may unpack to
LARGEST, LARGEST_UNPACKED = 25 * 2**20, 200 * 2**20


class DunningClaimImport(models.AbstractModel):
    """Reads claims that come from outside, from tables and from invoices in UBL. Nothing is written by it.

    What it finds is looked at by ``dunning.claim.import.check`` and booked by ``dunning.claim.import.booking``.
    """

    _name = "dunning.claim.import"
    _description = "Reading claims from outside"

    @api.model
    def _read(self, company, files):
        """What these files ask for.

        :param files: ``[(name, bytes)]``; a PDF belongs to the claim whose file or number it is named after.
        :return: ``([values of a line of the window], [a sentence about each file, or part of it, that was left out])``.
        """
        pdfs = {_stem(name): (name, content) for name, content in files if content.startswith(b"%PDF-")}
        found, notes = [], []
        for name, content in files:
            if content.startswith(b"%PDF-"):
                continue
            try:
                rows, remarks = self._read_one(company, name, content)
            except incoming.Refused as refused:
                remarks, rows = [self._refusal(refused)], []
            notes += [f"{name}: {remark}" for remark in remarks]
            found += rows
        notes += self._give_pdfs(found, pdfs)
        return found, notes

    @api.model
    def _read_one(self, company, name, content):
        if len(content) > LARGEST:
            raise incoming.Refused("TOO_BIG", megabytes=LARGEST // 2**20)
        if name.lower().endswith(".xml") or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return self._read_ubl(company, name, content)
        is_sheet = content.startswith(SHEETS) or name.lower().endswith(SHEET_NAMES)
        rows = self._sheet(name, content) if is_sheet else incoming.from_text(incoming.decode(content))
        return self._read_table(company, name, rows, is_sheet)

    # -- tables ---------------------------------------------------------------------------------------------------

    @api.model
    def _sheet(self, name, content):
        """The rows of a sheet, by Odoo's own reader. :raises incoming.Refused: it cannot be read."""
        if "base_import.import" not in self.env:
            raise incoming.Refused("NO_SHEETS")
        try:
            if content.startswith(b"PK"):
                with zipfile.ZipFile(io.BytesIO(content)) as packed:
                    if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                        raise incoming.Refused("TOO_BIG", megabytes=LARGEST_UNPACKED // 2**20)
            reader = self.env["base_import.import"].new({"file": content, "file_name": name, "file_type": ""})
            _size, rows = reader._read_file({"quoting": '"', "separator": "", "encoding": ""})
        except (UserError, ValueError, zipfile.BadZipFile, csv.Error, OSError, KeyError) as error:
            raise incoming.Refused("SHEET", why=str(error)) from None
        if len(rows) > incoming.MOST_ROWS + 1:
            raise incoming.Refused("TOO_MANY", most=incoming.MOST_ROWS)
        return [(place, [str(cell) for cell in row]) for place, row in enumerate(rows, 1)]

    @api.model
    def _read_table(self, company, name, rows, is_sheet):
        rows, unknown = incoming.table(rows)
        mark = "." if is_sheet else incoming.decimal_mark([row.get("open") or row.get("amount", "") for row in rows])
        order = incoming.day_order([row[column] for row in rows for column in ("date", "due") if row.get(column)])
        known = self._known(company, rows)
        found = [self._line_vals(company, row, known, mark, order) for row in rows]
        for values, row in zip(found, rows, strict=True):
            values["source"] = self.env._("%(file)s, row %(row)s", file=name, row=row["row"])
            if row["extra"]:
                values["remark"] = self.env._("The row has more values than headings: look whether something moved.")
        remarks = []
        if unknown:
            remarks.append(self.env._("Not used, as their headings say nothing: %s.", format_list(self.env, unknown)))
        return found, remarks

    @api.model
    def _known(self, company, rows):
        """Currencies and countries that these rows name: two dicts from what they are called."""
        known = self.env["res.currency"].with_context(active_test=False).search_fetch([], ["name"])
        currencies = {currency.name: currency.id for currency in known}
        countries = {}
        if any(row.get("country") for row in rows):
            for lang, _name in self.env["res.lang"].get_installed():
                for country in self.env["res.country"].with_context(lang=lang).search_fetch([], ["name", "code"]):
                    countries |= {incoming.plain(country.name): country.id, incoming.plain(country.code): country.id}
        return currencies, countries

    @api.model
    def _line_vals(self, company, row, known, mark=None, order=None):
        """One row as the values of a line; what cannot be read stays as its text, for whoever looks at it."""
        currencies, countries = known
        values = {
            "debtor_name": row.get("debtor"), "partner_ref": row.get("reference"), "vat": row.get("vat"),
            "company_registry": row.get("registry"), "email": row.get("email"), "street": row.get("street"),
            "zip": row.get("zip"), "city": row.get("city"), "number": row.get("number"), "label": row.get("label"),
            "customer_ref": row.get("customer_ref"), "currency_text": row.get("currency", "").upper(),
            "country_id": countries.get(incoming.plain(row.get("country")), False),
        }  # fmt: skip
        text = row.get("open") or row.get("amount", "")
        try:
            amount, code = incoming.amount(text, mark)
        except incoming.Unreadable:
            amount, code, values["amount_text"] = None, None, text
        if code and values["currency_text"] and code != values["currency_text"]:
            values["remark"] = self.env._("The amount says %s and the column of the currency something else.", code)
        code = values["currency_text"] = values["currency_text"] or code
        currency = self.env["res.currency"].browse(currencies.get(code)) if code else company.currency_id
        values["currency_id"] = currency.id
        if amount is not None and incoming.decimals(amount) > (currency.decimal_places or 0):
            values["amount_text"] = text
        elif amount is not None:
            values["amount"] = float(amount)
        for column, name in (("date", "invoice_date"), ("due", "date_due")):
            try:
                values[name] = incoming.day(row[column], order) if row.get(column) else False
            except incoming.Unreadable:
                values[f"{name}_text"] = row[column]
        return values

    # -- invoices in UBL ------------------------------------------------------------------------------------------

    @api.model
    def _read_ubl(self, company, name, content):
        found = ubl.read(content)
        own = {_bare(company.vat), _bare(company.company_registry)} - {""}
        if own & found["debtor_ids"] and not own & found["seller_ids"]:
            raise incoming.Refused("BILL", company=company.name)
        values = self._line_vals(company, found, self._known(company, [found]), mark=".")
        values |= {"source": name, "xml": base64.b64encode(content), "xml_name": name}
        if found["pdf"]:
            values |= {"pdf": base64.b64encode(found["pdf"]), "pdf_name": found["pdf_name"] or f"{_stem(name)}.pdf"}
        if not own & found["seller_ids"]:
            values["remark"] = self.env._(
                "Made by %s and not by this company: look whether the claim is yours.", found["seller"] or "–"
            )
        return [values], []

    @api.model
    def _give_pdfs(self, rows, pdfs):
        """Put each PDF on the row whose file or number it is named after; a sentence about each that fits none."""
        by_name = {}
        for row in rows:
            names = {_stem(row.get("xml_name")), incoming.plain(row["number"])} - {""}
            for name in names:
                by_name.setdefault(name, []).append(row)
        notes = []
        for stem, (name, content) in pdfs.items():
            fitting = by_name.get(stem, [])
            if len(fitting) == 1:
                fitting[0].update(pdf=base64.b64encode(content), pdf_name=name)
            else:
                notes.append(
                    self.env._(
                        "%s: it belongs to no claim, or to several. Give it the name of the UBL file, or of the number "
                        "of the claim, or add it to its row.",
                        name,
                    )
                )
        return notes

    # -- what is said about files ---------------------------------------------------------------------------------

    @api.model
    def _refusal(self, refused):
        """Why nothing was taken of a file, and what to do."""
        params = refused.params
        if refused.code == "MISSING":
            return self.env._(
                "The first row has to name the columns. Not found: %(columns)s. It says: %(found)s.",
                columns=format_list(self.env, [self._column(name) for name in params["columns"]]),
                found=format_list(self.env, params["found"]) if params["found"] else "–",
            )
        if refused.code == "TWICE":
            columns = format_list(self.env, [self._column(name) for name in params["columns"]])
            return self.env._("More than one column says the same: %s. Leave one of them.", columns)
        return {
            "EMPTY": lambda: self.env._("The file is empty."),
            "NO_TEXT": lambda: self.env._(
                "This is no table. Save it as CSV or as an Excel file, or give the invoice in UBL."
            ),
            "NO_ROWS": lambda: self.env._("There is no row below the headings."),
            "QUOTES": lambda: self.env._(
                "Row %(row)s cannot be read: its quotes do not end. Correct the file.", **params
            ),
            "TOO_MANY": lambda: self.env._("It has more than %(most)s rows. Divide it into smaller files.", **params),
            "TOO_BIG": lambda: self.env._(
                "It is larger than %(megabytes)s MB. Divide it into smaller files.", **params
            ),
            "SHEET": lambda: self.env._("The sheet cannot be read: %(why)s Save it as CSV instead.", **params),
            "NO_SHEETS": lambda: self.env._(
                "Sheets are read by Odoo's Base import, which is not installed. Save it as CSV."
            ),
            "BAD_XML": lambda: self.env._("The XML is damaged. Ask for the file again."),
            "DOCTYPE": lambda: self.env._(
                "The XML declares a document type of its own, which no invoice does. It was not read. Ask the sender "
                "for the invoice in UBL."
            ),
            "NO_UBL": lambda: self.env._(
                "This is no UBL but “%(kind)s”. Ask the sender for the invoice in UBL.", **params
            ),
            "NO_INVOICE": lambda: self.env._(
                "This is a UBL document “%(kind)s” and no invoice: it asks for no money. Ask for the invoice.", **params
            ),
            "CREDIT": lambda: self.env._(
                "This is the credit note %(number)s: it gives back. Book it in Odoo as a credit note, or as a payment "
                "on its claim.",
                **params,
            ),
            "BILL": lambda: self.env._(
                "This is a bill to %(company)s itself and no claim. Bring it in as a vendor bill.", **params
            ),
        }[refused.code]()

    @api.model
    def _column(self, name):
        """What a column is called, for a sentence."""
        return {
            "debtor": lambda: self.env._("Debtor"),
            "reference": lambda: self.env._("Customer number"),
            "vat": lambda: self.env._("VAT number"),
            "registry": lambda: self.env._("Company number"),
            "email": lambda: self.env._("E-mail"),
            "street": lambda: self.env._("Street"),
            "zip": lambda: self.env._("Postcode"),
            "city": lambda: self.env._("City"),
            "country": lambda: self.env._("Country"),
            "number": lambda: self.env._("Invoice number"),
            "date": lambda: self.env._("Invoice date"),
            "due": lambda: self.env._("Due date"),
            "amount": lambda: self.env._("Amount"),
            "open": lambda: self.env._("Open amount"),
            "currency": lambda: self.env._("Currency"),
            "label": lambda: self.env._("Description"),
            "customer_ref": lambda: self.env._("Customer reference"),
        }[name]()


def _stem(name):
    """A file's name without its end, to compare; signs that no name of a file may hold are left out."""
    return incoming.plain(PurePath(name.replace("\\", "/")).stem) if name else ""


def _bare(text):
    return "".join(sign for sign in text or "" if sign.isalnum()).upper()
