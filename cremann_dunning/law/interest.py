"""Statutory and contractual interest over dated rates, with the segments a letter or a court can read.

Conventions (art. 6:119, 6:119a, 6:119b and 6:120 BW; law of 2-8-2002; law of 5-5-1865):

- The first interest day is the day after the due date (the last payment day); the last one is the day of
  payment or of the claim, inclusive. So the number of days is ``until - due_date``.
- A new rate applies to the day it becomes valid.
- ``compounding="yearly"`` (Netherlands): after each interest year, which runs from the first interest day
  to the day before its anniversary, the interest of that year is added to the base. A first interest day
  of 29 February has its anniversary on 28 February in other years. ``"simple"`` (Belgium) never adds.
- ``day_count="act/365"`` divides days by 365 always. ``"act/act_interest_year"`` divides by the length
  (365 or 366) of the interest year and so gives exactly the yearly percentage over a year; it is never
  higher. The statute fixes neither.
- Rounding: half up to the cent, once per interest year when it is added and once at the end. Never per
  segment.

All arithmetic is on integers; rounding is exact whatever the caller's decimal context.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from . import amounts
from .amounts import from_cents, half_up, not_negative, to_percent
from .calendar import add_months
from .errors import AmountError, DateError, RatePeriodError, RateTableError, check_choice, check_date

COMPOUNDING = ("simple", "yearly")
DAY_COUNTS = ("act/365", "act/act_interest_year")

# One denominator for every day count: days * rate is weighted with 366 for /365 and with 365 for /366.
_WEIGHT = {365: 366, 366: 365}
_UNIT = 365 * 366 * 100 * amounts.RATE_SCALE

_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Rate:
    """A yearly percentage and the day from which, that day included, it applies."""

    valid_from: date
    percent: Decimal


@dataclass(frozen=True)
class RateTable:
    """Dated rates of one kind of interest; each holds until the day before the next.

    :ivar rates: sorted by `valid_from`, no day twice. Use :meth:`from_rows` for rows in any order.
    :ivar name: the kind, for messages (``"nl_trade"``).
    :ivar months: how often the law sets the rate, when it does so regularly: 6 makes a missing 1 January
        or 1 July between the first and the last row an error, 12 a missing 1 January. ``None``: changes
        at will.
    :raises RateTableError: empty, unsorted, a day twice or a row missing.
    :raises AmountError: a bad percentage.
    """

    rates: tuple[Rate, ...]
    name: str = "rates"
    months: int | None = None
    _starts: list[int] = field(init=False, repr=False, compare=False)
    _percents: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", tuple(self.rates))
        self._check_order()
        self._check_gaps()
        changes = self._changes()
        object.__setattr__(self, "_starts", [start for start, _percent in changes])
        object.__setattr__(self, "_percents", [percent for _start, percent in changes])

    def _check_order(self) -> None:
        if not self.rates:
            raise RateTableError("rates", f"the table {self.name} has no rows")
        days = [check_date("valid_from", rate.valid_from) for rate in self.rates]
        for before, after in pairwise(days):
            if after == before:
                raise RateTableError("rates", f"the table {self.name} has {after} twice")
            if after < before:
                raise RateTableError("rates", f"the table {self.name} is not sorted: {after} follows {before}")

    def _check_gaps(self) -> None:
        missing = self.missing()
        if missing:
            days = ", ".join(day.isoformat() for day in missing)
            raise RateTableError("rates", f"the table {self.name} has no row for {days}")

    def _changes(self) -> list[tuple[int, int]]:
        """Rows as (ordinal, percentage) without those that repeat the rate before: they start no segment."""
        changes: list[tuple[int, int]] = []
        for rate in self.rates:
            percent = to_percent("percent", rate.percent)
            if not changes or changes[-1][1] != percent:
                changes.append((rate.valid_from.toordinal(), percent))
        return changes

    @classmethod
    def from_rows(
        cls, rows: Iterable[tuple[date, Decimal]], name: str = "rates", months: int | None = None
    ) -> "RateTable":
        """Build a table from (valid from, percentage) rows in any order."""
        pairs = [(check_date("valid_from", start), percent) for start, percent in rows]
        ordered = sorted(pairs, key=lambda row: row[0])
        return cls(tuple(Rate(start, percent) for start, percent in ordered), name, months)

    @classmethod
    def flat(cls, percent: Decimal, name: str = "contract") -> "RateTable":
        """Build a table for one agreed yearly percentage. One per cent a month is agreed as 12 a year."""
        return cls((Rate(_FIRST_DAY, percent),), name)

    @property
    def newest(self) -> Rate:
        """The row that became valid last."""
        return self.rates[-1]

    def is_stale(self, on: date, months: int = 7) -> bool:
        """Tell whether the newest row is older than `months` on that day: the table may miss a change.

        A :meth:`flat` table never is. A rate set once a year (the Belgian legal rate) needs 13.
        """
        if self.newest.valid_from == _FIRST_DAY:
            return False
        return check_date("on", on) > add_months(self.newest.valid_from, months)

    def missing(self) -> list[date]:
        """Return the days between first and last row on which a regular table lacks one."""
        if self.months is None:
            return []
        if self.months not in (1, 2, 3, 4, 6, 12):
            raise RateTableError("months", f"{self.months!r} does not divide a year")
        present = {rate.valid_from for rate in self.rates}
        day, days = date(self.rates[0].valid_from.year, 1, 1), []
        while day < self.newest.valid_from:
            if day > self.rates[0].valid_from and day not in present:
                days.append(day)
            day = add_months(day, self.months)
        return days

    def percent_on(self, day: date) -> Decimal:
        """Return the yearly percentage in force on a day.

        :raises RatePeriodError: the day lies before the first row.
        """
        check_date("day", day)
        index = bisect_right([rate.valid_from for rate in self.rates], day) - 1
        if index < 0:
            raise RatePeriodError("day", f"{day} lies before the first rate of {self.name}")
        return self.rates[index].percent

    def at_least(self, percent: Decimal) -> "RateTable":
        """Return this table with no rate below an agreed one.

        A higher agreed rate continues after default (6:119 lid 3 BW); for a public debtor only a higher
        one counts (6:119b BW).
        """
        return self._adjusted(max, percent)

    def at_most(self, percent: Decimal) -> "RateTable":
        """Return this table with no rate above an agreed one: the cap of art. XIX.4, 1° WER on a clause."""
        return self._adjusted(min, percent)

    def _adjusted(self, choose: Callable[[Decimal, Decimal], Decimal], percent: Decimal) -> "RateTable":
        to_percent("percent", percent)
        rates = tuple(Rate(rate.valid_from, choose(rate.percent, percent)) for rate in self.rates)
        return RateTable(rates, self.name, self.months)


@dataclass(frozen=True)
class Segment:
    """A run of days with one base and one rate.

    :ivar base: euro on which the interest is computed.
    :ivar first_day: first day.
    :ivar last_day: last day, inclusive.
    :ivar days: their number.
    :ivar percent: per year.
    :ivar denominator: 365 or 366.
    :ivar interest: unrounded, euro.
    :ivar year_total: on the last segment of an interest year (or of the whole): the rounded interest
        since the last rounding, else ``None``.
    :ivar capitalised_on: the day `year_total` joined the base, or ``None``.
    :ivar new_base: the base from then.
    """

    base: Decimal
    first_day: date
    last_day: date
    days: int
    percent: Decimal
    denominator: int
    interest: Decimal
    year_total: Decimal | None = None
    capitalised_on: date | None = None
    new_base: Decimal | None = None


@dataclass(frozen=True)
class InterestResult:
    """Interest over a period.

    :ivar total: euro, two decimals.
    :ivar base: euro, the base on the day after `until`.
    :ivar principal: euro, what is left of the principal after the payments.
    :ivar days: number of interest days.
    """

    total: Decimal
    base: Decimal
    principal: Decimal
    days: int
    _parts: tuple[tuple, ...] = field(repr=False)
    _per_day: int = field(repr=False)

    # The rest is built on request: a run over thousands of invoices wants totals only.

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The runs of days with one base and one rate, in order; empty when there are no interest days."""
        return tuple(_segment(*part) for part in self._parts)

    @cached_property
    def per_day(self) -> Decimal:
        """What the day after `until` adds, euro, half up: for "and ... for each further day".

        It changes with the rate and at an anniversary: reckon with :func:`interest`, not by multiplying
        this.
        """
        return from_cents(half_up(self._per_day, _UNIT))

    @cached_property
    def per_day_exact(self) -> Decimal:
        """As :attr:`per_day`, unrounded."""
        return amounts.quotient(self._per_day, _UNIT * 100)


def _segment(base: int, first: int, last: int, percent: int, denominator: int, closing: tuple | None) -> Segment:
    days = last - first + 1
    interest = amounts.quotient(base * days * percent, denominator * 10000 * amounts.RATE_SCALE)
    year_total, added_on, new_base = closing or (None, None, None)
    return Segment(
        base=from_cents(base),
        first_day=date.fromordinal(first),
        last_day=date.fromordinal(last),
        days=days,
        percent=_percent(percent),
        denominator=denominator,
        interest=interest,
        year_total=None if year_total is None else from_cents(year_total),
        capitalised_on=None if added_on is None else date.fromordinal(added_on),
        new_base=None if new_base is None else from_cents(new_base),
    )


def _percent(percent: int) -> Decimal:
    """Back to a ``Decimal`` with at least two places: 10400000 -> 10.40."""
    number = amounts.WIDE.scaleb(Decimal(percent), -amounts.RATE_DECIMALS)
    short = number.quantize(amounts.CENT, context=amounts.WIDE)
    return short if short == number else number.normalize(amounts.WIDE)


class Accrual:
    """Interest of one debt, moved forward from day to day. The one engine under every public function here.

    Amounts are whole cents, days are ordinals. `principal` + `capitalised` is the base; `pending` is
    interest rounded at a payment inside the interest year and not yet part of the base; `running` is
    unrounded.
    """

    def __init__(self, principal: int, due_date: date, table: RateTable, compounding: str, day_count: str):
        check_choice("compounding", compounding, COMPOUNDING)
        check_choice("day_count", day_count, DAY_COUNTS)
        if not isinstance(table, RateTable):
            raise RateTableError("table", f"expected a RateTable, got {table!r}")
        self.principal = principal
        self.capitalised = self.pending = self.running = self.accrued = 0
        self.table = table
        self.compounds = compounding == "yearly"
        self.by_year = day_count != "act/365"
        self.day = self.first = check_date("due_date", due_date).toordinal() + 1
        self.start = date.fromordinal(self.first)
        self.year = 0
        self.year_end = self.first - 1
        self.denominator = 365
        self.parts: list[tuple] = []
        self._next_year()

    @property
    def base(self) -> int:
        return self.principal + self.capitalised

    @property
    def interest(self) -> int:
        """All interest still open, in cents, the running part not included."""
        return self.capitalised + self.pending

    def _anniversary(self, years: int) -> int:
        start = self.start
        try:
            return start.replace(year=start.year + years).toordinal()
        except ValueError:  # 29 February
            return start.replace(year=start.year + years, day=28).toordinal()

    def _next_year(self) -> None:
        """Turn to the interest year that starts the day after `year_end`."""
        self.year += 1
        last = self._anniversary(self.year) - 1
        if self.by_year:
            self.denominator = last - self.year_end
        self.year_end = last

    def _rate_index(self) -> int:
        index = bisect_right(self.table._starts, self.day) - 1
        if index < 0:
            first = date.fromordinal(self.table._starts[0])
            raise RatePeriodError(
                "due_date",
                f"interest from {self.start} but the first rate of {self.table.name} is of {first}",
            )
        return index

    def advance(self, last: int) -> None:
        """Accrue up to and including the day `last`, closing interest years on the way."""
        splits = self.compounds or self.by_year
        while self.day <= last:
            until = min(last, self.year_end) if splits else last
            self._run(until)
            if splits and until == self.year_end:
                self._close_year()

    def _run(self, until: int) -> None:
        """Accrue up to `until` on one base within one interest year: a part for each rate."""
        starts, percents = self.table._starts, self.table._percents
        index, final, day = self._rate_index(), len(starts) - 1, self.day
        base, denominator = self.principal + self.capitalised, self.denominator
        weighted = 0
        while day <= until:
            stop = until if index == final else min(until, starts[index + 1] - 1)
            percent = percents[index]
            weighted += (stop - day + 1) * percent
            self.parts.append((base, day, stop, percent, denominator, None))
            day, index = stop + 1, index + 1
        self.running += base * weighted * _WEIGHT[denominator]
        self.day = day

    def _close_year(self) -> None:
        if self.compounds:
            self.round_running()
            self.capitalised += self.pending
            self.pending = 0
            *part, closing = self.parts[-1]
            self.parts[-1] = (*part, (closing[0], self.day, self.base))
        self._next_year()

    def round_running(self) -> int:
        """Round the running interest half up into `pending`; return what was added."""
        rounded = half_up(self.running, _UNIT)
        self.running = 0
        self.pending += rounded
        self.accrued += rounded
        if self.parts:
            *part, closing = self.parts[-1]
            self.parts[-1] = (*part, closing or (rounded, None, None))
        return rounded

    def pay(self, cents: int, interest_first: bool = True) -> tuple[int, int]:
        """Let a payment reduce what is open; return what went to interest and what to the principal.

        Oldest interest first: what joined the base before what runs, the reading that costs the debtor
        least.
        """
        parts = ("capitalised", "pending")
        order = (*parts, "principal") if interest_first else ("principal", *parts)
        used = dict.fromkeys(order, 0)
        for part in order:
            used[part] = min(cents, getattr(self, part))
            setattr(self, part, getattr(self, part) - used[part])
            cents -= used[part]
        return used["capitalised"] + used["pending"], used["principal"]

    def result(self) -> InterestResult:
        """Round what is running and return the state; the accrual can still go on afterwards."""
        self.round_running()
        return InterestResult(
            total=from_cents(self.accrued),
            base=from_cents(self.base),
            principal=from_cents(self.principal),
            days=self.day - self.first,
            _parts=tuple(self.parts),
            _per_day=self.base * self.table._percents[self._rate_index()] * _WEIGHT[self.denominator],
        )


def interest(
    principal: Decimal,
    due_date: date,
    until: date,
    table: RateTable,
    compounding: str = "yearly",
    day_count: str = "act/365",
    payments: Sequence[tuple[date, Decimal]] = (),
) -> InterestResult:
    """Return the interest over a principal from the day after `due_date` up to and including `until`.

    Art. 6:119 lid 1-2 and 6:119a lid 1-3 BW (yearly compounding); law of 2-8-2002 and law of 5-5-1865
    (simple). The conventions stand at the head of this module.

    :param principal: euro in whole cents, not negative. Zero bears no interest: 0.00.
    :param due_date: last payment day, or the last day before default. On that day itself the interest is
        0.00.
    :param until: last interest day, inclusive: the day of payment or of the claim.
    :param table: see :class:`RateTable`; :meth:`RateTable.flat` for a contractual rate.
    :param compounding: ``"yearly"`` or ``"simple"``.
    :param day_count: ``"act/365"`` or ``"act/act_interest_year"``.
    :param payments: (day, euro) of what went off the *principal*, for a debtor who pays in parts. The day
        of payment still bears interest over the part paid; payments after `until` are left out. To let a
        payment cover costs and interest first (6:44 BW) use :func:`.allocation.settle`.
    :raises AmountError: negative or inexact amount, or more paid than the principal.
    :raises DateError: `until` lies before `due_date`: no interest question, as nothing is late.
    :raises RatePeriodError: the table starts later than the interest.
    :raises ChoiceError: an unknown word.
    """
    owed = not_negative("principal", principal)
    last = check_date("until", until).toordinal()
    accrual = Accrual(owed, due_date, table, compounding, day_count)
    if last < accrual.first - 1:
        raise DateError("until", f"{until} lies before the due date {due_date}")
    if payments:
        _pay_in_parts(accrual, payments, last)
    accrual.advance(last)
    return accrual.result()


def _pay_in_parts(accrual: Accrual, payments: Sequence[tuple[date, Decimal]], last: int) -> None:
    for day, amount in sorted(payments, key=lambda payment: check_date("payments", payment[0])):
        if day.toordinal() > last:
            return
        cents = not_negative("payments", amount)
        if cents > accrual.principal:
            raise AmountError("payments", f"{amount} on {day} is more than was left of the principal")
        accrual.advance(day.toordinal())
        accrual.principal -= cents
