import base64
import csv
import io
import re
from collections import namedtuple
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..law.calendar import add_months
from ..law.errors import FIRST_YEAR

COLUMNS = ("valid_from", "percent")
MAX_BYTES = 1_000_000
EARLIEST = date(FIRST_YEAR, 1, 1)
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
DUTCH = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})")
PERCENT = re.compile(r"[+-]?[0-9]{1,9}([.,][0-9]{1,9})?")

# One row of the file and what becomes of it. ``fate``: add, leave (it is there already) or refuse, with the reason.
Row = namedtuple("Row", "number day percent source fate reason")


class RowRefused(Exception):
    """A row that cannot be read; its text tells a person why."""


class DunningRateImportWizard(models.TransientModel):
    """Adds the rates of a CSV file to one interest table: all rows, or none when one of them is not good."""

    _name = "dunning.rate.import.wizard"
    _description = "Import of Interest Rates"
    _inherit = ["dunning.window.mixin"]

    table_id = fields.Many2one("dunning.interest.table", string="Interest Table", required=True)
    data = fields.Binary(
        string="CSV File",
        attachment=False,
        help="Columns valid_from, percent and source, separated by commas or semicolons; the first row names them. "
        "Days as 2027-01-31 or 31-01-2027, percent as 10.40 or 10,40.",
    )
    filename = fields.Char()
    preview = fields.Text(string="What Will Happen", compute="_compute_preview")
    add_count = fields.Integer(compute="_compute_preview")
    is_refused = fields.Boolean(compute="_compute_preview")

    @api.depends("data", "table_id")
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview, wizard.add_count, wizard.is_refused = False, 0, False
            if not wizard.data or not wizard.table_id:
                continue
            try:
                rows = wizard._rows()
            except UserError as error:
                wizard.preview, wizard.is_refused = str(error), True
                continue
            wizard.preview = "\n".join(wizard._sentence(row) for row in rows)
            wizard.add_count = sum(row.fate == "add" for row in rows)
            wizard.is_refused = any(row.fate == "refuse" for row in rows)

    def action_import(self):
        """Write the rates that are new and tell how many.

        :raises UserError: a row is refused, and named; nothing is written then.
        """
        self.ensure_one()
        if not self.data:
            raise UserError(self.env._("Choose a CSV file first."))
        rows = self._rows()
        refused = [self._sentence(row) for row in rows if row.fate == "refuse"]
        if refused:
            raise UserError(self.env._("Nothing was imported.") + "\n" + "\n".join(refused[:20]))
        new = [row for row in rows if row.fate == "add"]
        self.env["dunning.interest.rate"].create(
            [
                {
                    "table_id": self.table_id.id,
                    "valid_from": row.day,
                    "percent": float(row.percent),
                    "source": row.source,
                }
                for row in new
            ]
        )
        self.data = False
        return self._close_saying(
            self.env._(
                "%(table)s: rates added %(added)s, already there %(left)s.",
                added=len(new),
                table=self.table_id.display_name,
                left=len(rows) - len(new),
            )
        )

    def _sentence(self, row):
        """What becomes of a row, for a person."""
        if row.fate == "refuse":
            return self.env._("Row %(row)s is refused: %(reason)s", row=row.number, reason=row.reason)
        facts = {
            "row": row.number,
            "percent": formatLang(self.env, float(row.percent)),
            "date": format_date(self.env, row.day),
        }
        if row.fate == "add":
            return self.env._("Row %(row)s: %(percent)s%% from %(date)s is added.", **facts)
        return self.env._("Row %(row)s: %(percent)s%% from %(date)s is there already.", **facts)

    # -- what the file says ---------------------------------------------------------------------------------------

    def _rows(self):
        """The rows of the file with what becomes of each. :raises UserError: the file as a whole makes no sense."""
        self.ensure_one()
        known = {rate.valid_from: Decimal(str(rate.percent)) for rate in self.table_id.rate_ids}
        rows = []
        for number, cells in self._cells():
            try:
                row = self._row(number, cells)
            except RowRefused as refusal:
                row = Row(number, None, None, None, "refuse", str(refusal))
            else:
                row = self._compare(row, known)
            if row.fate == "add":
                known[row.day] = row.percent
            rows.append(row)
        if not rows:
            raise UserError(self.env._("The file has no rates: there is no row below the names of the columns."))
        return self._refuse_gaps(rows)

    def _cells(self):
        """Row number and named cells of every row that is not blank. ``None`` holds the cells beyond the header."""
        text = self._text()
        header = next((line for line in text.splitlines() if line.strip()), "")
        delimiter = ";" if ";" in header else ","
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
            missing = [column for column in COLUMNS if column not in names]
            if missing:
                raise UserError(
                    self.env._(
                        "Row 1 has to name the columns valid_from, percent and source. Not found: %s.",
                        ", ".join(missing),
                    )
                )
            reader.fieldnames = names
            return [
                (reader.line_num, cells | {"comma": delimiter == ","})
                for cells in reader
                if any(isinstance(value, list) or (value or "").strip() for value in cells.values())
            ]
        except csv.Error as error:
            raise UserError(
                # the number of the last row that could be read: an open quote runs on to the end of the file
                self.env._("Row %(row)s cannot be read: %(problem)s.", row=reader.line_num + 1, problem=str(error))
            )

    def _text(self):
        content = base64.b64decode(self.with_context(bin_size=False).data)
        if len(content) > MAX_BYTES:
            raise UserError(self.env._("The file is larger than 1 MB: that is no table of rates."))
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            row = content.count(b"\n", 0, error.start) + 1
            raise UserError(self.env._("Row %s is not UTF-8 text. Save the file as CSV with encoding UTF-8.", row))
        if not text.strip():
            raise UserError(self.env._("The file is empty."))
        return text

    def _row(self, number, cells):
        """One row as day, percent and source. :raises RowRefused:"""
        source = (cells.get("source") or "").strip()
        # 10,40 without quotes between commas falls apart into 10 and 40: never a silent 10%
        if cells.get(None) or (cells["comma"] and re.fullmatch(r"[0-9]+\s*%?", source)):
            raise RowRefused(
                self.env._(
                    "it has more values than columns. Put a percentage with a decimal comma between quotes, or "
                    "separate the columns with semicolons."
                )
            )
        return Row(number, self._day(cells["valid_from"]), self._percent(cells["percent"]), source, "add", "")

    def _day(self, text):
        text = (text or "").strip()
        try:
            if found := ISO.fullmatch(text):
                day = date(*map(int, found.groups()))
            elif found := DUTCH.fullmatch(text):
                day = date(*map(int, reversed(found.groups())))
            else:
                raise ValueError(text)
        except ValueError:
            raise RowRefused(self.env._("“%s” is no day. Write it as YYYY-MM-DD or DD-MM-YYYY.", text))
        # a typing error far ahead would also keep the table from ever counting as outdated
        if not EARLIEST <= day <= add_months(fields.Date.context_today(self), 12):
            raise RowRefused(self.env._("%s lies before 1970 or more than a year ahead.", format_date(self.env, day)))
        return day

    def _percent(self, text):
        text = (text or "").strip().removesuffix("%").strip()
        if not PERCENT.fullmatch(text):
            raise RowRefused(self.env._("“%s” is no percentage. Write it as 10.40 or 10,40.", text))
        percent = Decimal(text.replace(",", "."))
        if not 0 <= percent <= 100:
            raise RowRefused(self.env._("%s percent does not lie between 0 and 100.", text))
        if percent != round(percent, 2):
            raise RowRefused(self.env._("%s percent has more than two decimals.", text))
        return round(percent, 2)

    def _compare(self, row, known):
        """A row beside what the table, or an earlier row of the file, says of its day."""
        there = known.get(row.day)
        if there is None:
            return row
        if there == row.percent:
            return row._replace(fate="leave")
        return row._replace(
            fate="refuse",
            reason=self.env._(
                "%(date)s has %(there)s%% already, the file says %(percent)s%%. Correct the rate in the table by hand "
                "if the file is right.",
                date=format_date(self.env, row.day),
                there=formatLang(self.env, float(there)),
                percent=formatLang(self.env, float(row.percent)),
            ),
        )

    def _refuse_gaps(self, rows):
        """Refuse each new row that would leave days of a regular table without a rate."""
        new = sorted(row.day for row in rows if row.fate == "add")
        gaps = {}
        for day in self.table_id._missing_days(new):
            # the row behind the gap made it; else the one before
            behind = next((other for other in new if other > day), None)
            gaps.setdefault(behind or max((other for other in new if other < day), default=None), []).append(day)
        return [
            row._replace(
                fate="refuse",
                reason=self.env._(
                    "it leaves a gap, there is no rate for %s. Add that one too, also when it did not change.",
                    ", ".join(format_date(self.env, day) for day in gaps[row.day][:6]),
                ),
            )
            if row.fate == "add" and row.day in gaps
            else row
            for row in rows
        ]
