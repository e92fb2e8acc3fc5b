import logging
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..law import calendar
from ..law.errors import LawError
from .dunning_inside import inside

_logger = logging.getLogger(__name__)


class ResCompany(models.Model):
    """Which day and hour it is where a company is."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _dunning_fallback_tz(self):
        """Time zone for a company that names none: that of the two countries this addon is made for."""
        return "Europe/Amsterdam"

    def _dunning_zone(self):
        """The time zone of the company; the usual one where it names none that is known here."""
        self.ensure_one()
        return self._dunning_zone_of(self.id, self.partner_id.tz)

    @api.model
    def _dunning_zone_of(self, company_id, name):
        try:
            return ZoneInfo(name or self._dunning_fallback_tz())
        except (ValueError, OSError, ZoneInfoNotFoundError):
            _logger.warning("Company %s has the unknown time zone %s", company_id, name)
            return ZoneInfo(self._dunning_fallback_tz())

    def _dunning_now(self):
        """The time it is now where the company is, which may differ from the server's."""
        self.ensure_one()
        return _now_in(self._dunning_zone())

    def _dunning_today(self):
        """The date it is now where the company is; what a screen asks of all companies is asked once."""
        if inside(self.env, "dunning_fresh"):
            self.ensure_one()
            for day, there in self._dunning_days().items():
                if self._origin.id in there._ids:
                    return day
        return self._dunning_now().date()

    @api.model
    def _dunning_days(self):
        """All companies by the date where they are: one, or two around midnight; asked once for a screen."""
        look = inside(self.env, "dunning_fresh")
        if look is not None and look.days is not None:
            return look.days
        self.flush_model(["partner_id"])
        self.env["res.partner"].flush_model(["tz"])
        # Of every company, whoever asks: which records somebody sees is for the rules. By SQL: records would have
        # everything read that there is of a company.
        found = {}
        for company_id, name in self.env.execute_query(
            SQL("SELECT c.id, p.tz FROM res_company c JOIN res_partner p ON p.id = c.partner_id ORDER BY c.id")
        ):
            found.setdefault(_now_in(self._dunning_zone_of(company_id, name)).date(), []).append(company_id)
        days = {day: self.sudo().browse(there) for day, there in found.items()}
        if look is not None:
            look.days = days
        return days

    @api.model
    def _dunning_today_of(self, company_id):
        """SQL for the date where a company is. :param company_id: SQL for its id."""
        days = self._dunning_days()
        usual = max(days, key=lambda day: len(days[day]))
        others = SQL(" ").join(
            SQL("WHEN %s = ANY(%s) THEN %s::date", company_id, there.ids, day)
            for day, there in days.items()
            if day != usual
        )
        return SQL("CASE %s ELSE %s::date END", others, usual) if len(days) > 1 else SQL("%s::date", usual)

    @api.model
    def _dunning_by_day(self, condition):
        """A domain that goes by the date of each record's own company, which may differ from the server's.

        :param condition: a function from a date to the domain that holds on it; of a model with ``company_id``.
        """
        days = self._dunning_days().items()
        return Domain.OR(Domain("company_id", "in", there.ids) & Domain(condition(day)) for day, there in days)

    def _dunning_day(self, moment):
        """The date where the company is, at a moment as the database keeps it (UTC)."""
        self.ensure_one()
        return moment.replace(tzinfo=timezone.utc).astimezone(self._dunning_zone()).date()

    def _dunning_working_day(self, day):
        """This day, or else the first working day after it where the company is; where no calendar is known of its
        country, only Saturdays and Sundays are none."""
        self.ensure_one()
        try:
            return calendar.next_working_day(self.country_id.code or "NL", day)
        except LawError:
            return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() >= calendar.SATURDAY else 0)


def _now_in(zone):
    return fields.Datetime.now().replace(tzinfo=timezone.utc).astimezone(zone)
