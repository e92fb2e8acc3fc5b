"""The statement of account of one debtor: what was asked and received, what is open and how old it is.

Pure: ledger lines in, figures out. Amounts are ``Decimal`` in the currency of the line; what the debtor owes is
positive, what he paid or was credited negative. Each currency is added up by itself.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal("0.00")

# Names of the ages of what is open, the youngest first, each with the last of its days after the due date.
BUCKETS = (("not_due", 0), ("1_30", 30), ("31_60", 60), ("61_90", 90), ("over_90", None))

# What a line is. A conversion is no line of the ledger: it takes out of an account what was settled in another currency
# or with the money of somebody else, so that the balance comes out by itself.
INVOICE, CREDIT_NOTE, PAYMENT, ENTRY, CONVERSION = "invoice", "credit_note", "payment", "entry", "conversion"


@dataclass(frozen=True, slots=True)
class Entry:
    """One receivable line of the ledger: its whole amount and how much of it was open on the day of the statement."""

    line_id: int
    booked_on: date
    number: str
    currency: str
    amount: Decimal
    open: Decimal = ZERO
    kind: str = INVOICE
    dated: date | None = None
    due_date: date | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the statement. ``balance`` is what the debtor owes after it; ``days`` how long it is overdue."""

    entry: Entry
    days: int
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """The statement in one currency.

    ``ages`` has a sum per name of ``BUCKETS`` of what is asked and open; ``unallocated`` is what was received or
    credited and not matched with anything, as a positive amount. ``total`` is the sum of the ages without it.
    """

    currency: str
    opening: Decimal
    items: tuple[Item, ...]
    ages: dict[str, Decimal]
    unallocated: Decimal
    total: Decimal

    @property
    def debit(self) -> Decimal:
        """All that the rows charge."""
        return sum((item.debit for item in self.items), ZERO)

    @property
    def credit(self) -> Decimal:
        """All that the rows take off."""
        return sum((item.credit for item in self.items), ZERO)

    @property
    def overdue(self) -> Decimal:
        """What is past its due date."""
        return sum((amount for name, amount in self.ages.items() if name != "not_due"), ZERO)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one debtor owes on a day, per currency. ``since`` is the first day of the period, None for open items."""

    as_of: date
    since: date | None
    parts: tuple[Part, ...] = ()


def bucket(days: int) -> str:
    """The name of the age of what has been overdue for so many days."""
    return next(name for name, last in BUCKETS if last is None or days <= last)


def build(entries, as_of: date, since: date | None = None, openings: dict[str, Decimal] | None = None) -> Statement:
    """The statement of one debtor.

    :param entries: ``Entry`` of everything open on `as_of` and, with `since`, of everything booked from then on.
    :param since: first day of a period; rows are then what was booked in it. None: rows are what is open.
    :param openings: per currency the balance before `since`.
    """
    by_currency, openings = defaultdict(list), openings or {}
    for entry in entries:
        by_currency[entry.currency].append(entry)
    parts = []
    for currency in sorted({*by_currency, *(name for name, amount in openings.items() if amount)}):
        found = sorted(by_currency[currency], key=lambda entry: (entry.booked_on, entry.line_id))
        parts.append(_part(currency, found, as_of, since, openings.get(currency, ZERO)))
    return Statement(as_of, since, tuple(part for part in parts if part.items or part.opening or part.total))


def _part(currency, entries, as_of, since, opening):
    rows = [entry for entry in entries if (entry.booked_on >= since if since else entry.open)]
    items, balance = [], opening
    for entry in rows:
        moved = entry.amount if since else entry.open
        balance += moved
        debit, credit = _sides(entry, whole=bool(since))
        items.append(Item(entry, _days(entry, as_of), debit, credit, balance))
    ages = dict.fromkeys((name for name, _last in BUCKETS), ZERO)
    unallocated = ZERO
    for entry in entries:
        if entry.open > 0:
            ages[bucket(_days(entry, as_of))] += entry.open
        else:
            unallocated -= entry.open
    return Part(currency, opening, tuple(items), ages, unallocated, sum(ages.values(), ZERO) - unallocated)


def _sides(entry, whole):
    """What a row charges and takes off. In a list of open items the settled part stands on the other side."""
    settled = ZERO if whole else entry.amount - entry.open
    if entry.amount > 0:
        return entry.amount, settled
    return -settled, -entry.amount


def _days(entry, as_of):
    """How many days what is asked and open is overdue; 0 for all else."""
    if entry.open <= 0:
        return 0
    return max((as_of - (entry.due_date or entry.booked_on)).days, 0)
