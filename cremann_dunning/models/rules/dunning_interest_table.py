from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, ormcache

from ...law import interest
from ...law.calendar import add_months

# Months between two rates of a table that the law sets regularly.
MONTHS = {"half_year": 6, "year": 12, "irregular": None}


class DunningInterestTable(models.Model):
    """Dated rates of one kind of interest. It grows by a row when the law sets a new rate, without code."""

    _name = "dunning.interest.table"
    _description = "Interest Table"
    _inherit = ["dunning.law.table.mixin"]
    _order = "name, id"

    kind = fields.Selection(
        [
            ("trade", "Trade transactions"),
            ("consumer", "Consumers and other debts"),
            ("legal", "Legal interest"),
            ("contract", "Agreed in a contract"),
        ],
        required=True,
        default="trade",
    )
    frequency = fields.Selection(
        [
            ("half_year", "Every half year"),
            ("year", "Every year"),
            ("irregular", "Whenever it is decided"),
        ],
        string="Rate Is Set",
        required=True,
        default="half_year",
        help="How often the law sets this rate. A regular table with a row missing in between is refused.",
    )
    article = fields.Char(help="The article of law that the rate rests on.")
    rate_ids = fields.One2many("dunning.interest.rate", "table_id", string="Rates", copy=True)
    newest_rate_date = fields.Date(string="Newest Rate", compute="_compute_newest_rate_date", store=True)
    checked_on = fields.Date(
        help="The day somebody last made sure that no newer rate exists. It counts like a new row.",
        copy=False,
    )
    is_stale = fields.Boolean(
        string="Outdated",
        compute="_compute_is_stale",
        search="_search_is_stale",
        help="The newest rate is older than seven months (thirteen for a yearly rate): look for a newer one.",
    )

    _unique_code = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "An interest table with this code already exists."
    )

    @api.depends("rate_ids.valid_from")
    def _compute_newest_rate_date(self):
        for table in self:
            table.newest_rate_date = max(filter(None, table.rate_ids.mapped("valid_from")), default=False)

    @api.depends("newest_rate_date", "checked_on", "frequency", "kind")
    @api.depends_context("tz")
    def _compute_is_stale(self):
        today = fields.Date.context_today(self)
        for table in self:
            table.is_stale = table._is_stale_on(today)

    def _search_is_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        stale = self.search(self._may_be_stale(fields.Date.context_today(self))).filtered("is_stale")
        return [("id", "in" if True in value else "not in", stale.ids)]

    @api.constrains("rate_ids", "frequency")
    def _check_gaps(self):
        for table in self:
            missing = table._missing_days()
            if missing:
                raise ValidationError(
                    self.env._(
                        "Interest table %(table)s has no rate for %(days)s. Add it before the later ones, "
                        "also when the rate did not change.",
                        table=table.display_name,
                        days=", ".join(format_date(self.env, day) for day in missing),
                    )
                )

    def action_mark_checked(self):
        """Record that somebody looked today and found no newer rate."""
        self.write({"checked_on": fields.Date.context_today(self)})

    def action_import_rates(self):
        """Open the import of rates from a file, for this table when it is one."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_rate_import_wizard_action")
        return action | {"context": {"default_table_id": self.id if len(self) == 1 else False}}

    @api.model
    def _may_be_stale(self, day):
        """A domain for tables of which nothing was known lately, see ``_is_stale_on``: most need not be read."""
        # how old is too old depends on the frequency of each table; seven months is the least
        old = add_months(day, -7)
        unknown = Domain("newest_rate_date", "=", False) | Domain("newest_rate_date", "<=", old)
        return unknown & (Domain("checked_on", "=", False) | Domain("checked_on", "<=", old))

    def _is_stale_on(self, day):
        """Whether a newer rate may exist on that day than this table knows; an empty table always is stale.

        An agreed rate never is: no law changes it.
        """
        self.ensure_one()
        if self.kind == "contract":
            return False
        known = max(filter(None, (self.newest_rate_date, self.checked_on)), default=None)
        return known is None or day > add_months(known, (MONTHS[self.frequency] or 6) + 1)

    def _missing_days(self, more=()):
        """Days between the first and the last row on which a regular table should have a row and has none.

        :param more: days of rows that are about to be added.
        """
        self.ensure_one()
        present = set(self.rate_ids.mapped("valid_from")).union(more)
        step = MONTHS[self.frequency]
        if not present or not step:
            return []
        first, last = min(present), max(present)
        day, missing = add_months(date(first.year, 1, 1), step), []
        while day < last:
            if day > first and day not in present:
                missing.append(day)
            day = add_months(day, step)
        return missing

    @ormcache("self.id")
    def _law_rate_table(self):
        """These rates as the value that the law functions work with.

        Kept in memory until a table or rate changes, so that ten thousand computations read them once. Read
        as superuser so that the kept answer does not depend on who asked first.

        :raises law.errors.LawError: no rows, a row missing, or a figure that is no rate.
        """
        self.ensure_one()
        table = self.sudo()
        rows = [(rate.valid_from, Decimal(str(rate.percent))) for rate in table.rate_ids]
        return interest.RateTable.from_rows(rows, name=table.code, months=MONTHS[table.frequency])
