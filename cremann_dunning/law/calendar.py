"""Working days, public holidays and postal delivery days of the Netherlands and Belgium.

Which days are holidays comes from the `holidays` library; what the law says beyond it is added here. The
cost of a question is a set lookup: the days of a year are computed once.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

import holidays
import holidays.countries  # all of them when the addon starts; the library would do so in the midst of a run

from .errors import ChoiceError, DateError, check_count, check_date

DAY = timedelta(days=1)
MONDAY, SATURDAY, SUNDAY = 0, 5, 6

# Art. 3 Algemene termijnenwet names 5 May every year; the library knows it as a day off once in five years.
# It may name Good Friday or not depending on its version, so that is checked by a test.
EXTRA_DAYS = {"NL": ((5, 5),)}


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country in a year.

    NL: art. 3 Algemene termijnenwet (Good Friday, which it equates, and 5 May every year). BE: the ten
    legal holidays. Any other country: what the library lists as public. Days equated by royal decree are
    not known; pass them as `extra` to the functions below.

    :param country: ISO code, e.g. ``"NL"``.
    :raises ChoiceError: the library does not know the country.
    """
    try:
        days = holidays.country_holidays(country, years=year)
    except (NotImplementedError, KeyError, TypeError) as error:
        raise ChoiceError("country", f"no public holidays known for {country!r}") from error
    fixed = {date(year, month, day) for month, day in EXTRA_DAYS.get(country, ())}
    return frozenset(fixed.union(days))


def is_holiday(country: str, day: date, extra: Collection[date] = ()) -> bool:
    """Tell whether `day` is a public holiday, or one of the `extra` days a decree equates with one."""
    return check_date("day", day) in public_holidays(country, day.year) or day in extra


def is_working_day(country: str, day: date, extra: Collection[date] = ()) -> bool:
    """Tell whether `day` is no Saturday, Sunday or public holiday (art. 1 Atw; art. 1.7 Belgian BW)."""
    return not is_holiday(country, day, extra) and day.weekday() < SATURDAY


def next_working_day(country: str, day: date, extra: Collection[date] = ()) -> date:
    """Return `day` itself when it is a working day, else the first working day after it (art. 1 Atw).

    For the working day strictly after a day use ``add_working_days(country, day, 1)``.
    """
    while not is_working_day(country, day, extra):
        day += DAY
    return day


def add_working_days(country: str, day: date, count: int, extra: Collection[date] = ()) -> date:
    """Return the `count`-th working day after `day`; the day itself does not count.

    :param count: one or more.
    :raises DateError: below one.
    """
    check_count("count", count, 1)
    while count:
        day += DAY
        count -= is_working_day(country, day, extra)
    return day


def is_delivery_day(country: str, day: date, extra: Collection[date] = ()) -> bool:
    """Tell whether ordinary post is delivered: NL Tuesday to Saturday, elsewhere on working days; no
    holidays.

    In the Netherlands Sunday, Monday and public holidays count neither as a day in between nor as the day
    of delivery (HR 25-11-2016 ECLI:NL:HR:2016:2704).
    """
    if country != "NL":
        return is_working_day(country, day, extra)
    return not is_holiday(country, day, extra) and day.weekday() not in (SUNDAY, MONDAY)


def add_delivery_days(country: str, day: date, count: int, extra: Collection[date] = ()) -> date:
    """Return the `count`-th delivery day after the day of sending, which itself does not count."""
    check_count("count", count, 1)
    while count:
        day += DAY
        count -= is_delivery_day(country, day, extra)
    return day


@dataclass(frozen=True)
class ContactHours:
    """When a debtor may be written to or called.

    :ivar start: first moment of the day.
    :ivar end: the moment from which it is too late.
    :ivar rest_days: whether Sundays and public holidays are free of contact.
    :raises DateError: `end` does not lie after `start`.
    """

    start: time
    end: time
    rest_days: bool = True

    def __post_init__(self) -> None:
        for name, clock in (("start", self.start), ("end", self.end)):
            if not isinstance(clock, time):
                raise DateError(name, f"expected a time of the day, got {clock!r}")
        if not self.start < self.end:
            raise DateError("end", f"{self.end} does not lie after {self.start}")


# Art. 4.2 Besluit kwaliteit incassodienstverlening: no contact between 20:00 and 07:00, on Sundays and on recognised
# holidays. Art. XIX.10 and XIX.11 WER: no calls or visits between 22:00 and 08:00.
CONTACT_HOURS = {"NL": ContactHours(time(7), time(20)), "BE": ContactHours(time(8), time(22))}


def next_contact(country: str, moment: datetime, hours: ContactHours, extra: Collection[date] = ()) -> datetime:
    """Return `moment` itself when the debtor may be contacted then, else the first moment at which he may.

    :param moment: local time of the debtor. :param country: whose holidays count.
    """
    day = moment.date()
    if hours.start <= moment.time() < hours.end and not _rests(country, day, hours, extra):
        return moment
    if moment.time() >= hours.start:
        day += DAY
    while _rests(country, day, hours, extra):
        day += DAY
    return datetime.combine(day, hours.start, moment.tzinfo)


def _rests(country: str, day: date, hours: ContactHours, extra: Collection[date]) -> bool:
    return hours.rest_days and (day.weekday() == SUNDAY or is_holiday(country, day, extra))


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later or earlier, or the last of the month where there is no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class DeliveryDays:
    """On which delivery day after sending ordinary post is presumed to arrive, per day of sending.

    :ivar rows: (valid from, number of delivery days), sorted, no day twice; the first row also holds
        before it.
    :raises DateError: no rows, unsorted, a day twice, or a number below two (the Dutch presumption is the
        second delivery day: HR 2016:2704; fewer would let costs be claimed too early).
    """

    rows: tuple[tuple[date, int], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple((start, days) for start, days in self.rows))
        if not self.rows:
            raise DateError("delivery_days", "a table of delivery days needs a row")
        starts = [check_date("delivery_days", start) for start, _days in self.rows]
        if any(after <= before for before, after in pairwise(starts)):
            raise DateError("delivery_days", "the rows are not sorted, or a day occurs twice")
        for _start, days in self.rows:
            check_count("delivery_days", days, 2)

    def on(self, sent_on: date) -> int:
        """Return the number of delivery days for post sent on that day."""
        starts = [start for start, _days in self.rows]
        return self.rows[max(0, bisect_right(starts, check_date("sent_on", sent_on)) - 1)][1]


# The presumption of the Hoge Raad is the second day. Universal post may take two days from 1-7-2026 and three
# from 1-7-2027 (cabinet decision of 3-10-2025, entry into force not confirmed): one day of margin on top,
# which only makes the creditor wait longer.
POST_DELIVERY_DAYS = DeliveryDays(((date(2012, 7, 1), 2), (date(2026, 7, 1), 3), (date(2027, 7, 1), 4)))


def delivery_days_on(sent_on: date, table: "DeliveryDays | int | Iterable[tuple[date, int]] | None") -> int:
    """Return the delivery days for `sent_on` from a table, its rows, a plain number or the default."""
    if table is None:
        return POST_DELIVERY_DAYS.on(sent_on)
    if isinstance(table, int):
        check_count("delivery_days", table, 2)
        return table
    return (table if isinstance(table, DeliveryDays) else DeliveryDays(tuple(table))).on(sent_on)
