"""Which debt a payment pays (6:43 BW), and within it which part (6:44 BW).

No cent is lost: what goes to costs, interest and principal and what remains add up to the payment. Costs
that are not yet due cannot absorb a payment. Belgian law follows the same order within a debt; its
article was not seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from .amounts import ZERO, from_cents, not_negative, share_cents, to_percent
from .errors import AmountError, ChoiceError, DateError, check_date
from .interest import Accrual, InterestResult, RateTable


@dataclass(frozen=True)
class Debt:
    """One debt as it stands on the day of the payment; all amounts euro, not negative.

    :ivar ref: unique name.
    :ivar principal: open principal.
    :ivar due_date: last payment day; the debt is due from that day on.
    :ivar interest: accrued and open.
    :ivar costs: collection costs open.
    :ivar costs_due_from: first day on which the costs may be claimed (``FreeTerm.claimable_from``);
        ``None`` means that they are not due.
    :ivar percent: yearly rate of interest, the measure of how onerous it is.
    :ivar created_on: when the debt arose, for its age; defaults to `due_date`.
    """

    ref: str
    principal: Decimal
    due_date: date
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    costs_due_from: date | None = None
    percent: Decimal = ZERO
    created_on: date | None = None


@dataclass(frozen=True)
class Part:
    """What one debt took of a payment, euro.

    :ivar total: the sum.
    """

    ref: str
    costs: Decimal
    interest: Decimal
    principal: Decimal

    @property
    def total(self) -> Decimal:
        return self.costs + self.interest + self.principal


@dataclass(frozen=True)
class Allocation:
    """A payment divided.

    :ivar parts: one per debt, in the order given.
    :ivar remainder: euro that no debt took.
    """

    parts: tuple[Part, ...]
    remainder: Decimal

    def of(self, ref: str) -> Part:
        """Return the part of one debt. :raises KeyError: no such debt."""
        return {part.ref: part for part in self.parts}[ref]


class _Open:
    """The open parts of a debt in cents while a payment is divided."""

    def __init__(self, debt: Debt, on: date):
        self.ref = debt.ref
        self.due = check_date("due_date", debt.due_date) <= on
        self.order = (
            not self.due,
            -to_percent("percent", debt.percent),
            check_date("created_on", debt.created_on or debt.due_date),
        )
        # The order of 6:44 lid 1 BW: costs, interest, principal.
        self.left = [
            self._claimable_costs(debt, on),
            not_negative("interest", debt.interest),
            not_negative("principal", debt.principal),
        ]
        self.taken = [0, 0, 0]

    @staticmethod
    def _claimable_costs(debt: Debt, on: date) -> int:
        costs = not_negative("costs", debt.costs)
        if debt.costs_due_from is None or check_date("costs_due_from", debt.costs_due_from) > on:
            return 0
        return costs

    @property
    def open(self) -> int:
        return sum(self.left)

    def take(self, cents: int) -> int:
        """Take at most `cents`; return what was taken."""
        before = cents
        for index, left in enumerate(self.left):
            used = min(left, cents)
            self.left[index] -= used
            self.taken[index] += used
            cents -= used
        return before - cents

    def part(self) -> Part:
        return Part(self.ref, *(from_cents(cents) for cents in self.taken))


def allocate(amount: Decimal, on: date, debts: Sequence[Debt], designated: Iterable[str] = ()) -> Allocation:
    """Divide a payment over several debts (6:43 BW), within each over costs, interest, principal (6:44 BW).

    First the debts the debtor designates at payment, in his order (lid 1). What is left, or a payment
    without designation, goes to debts that are due, then the most onerous (highest rate), then the
    oldest, then in proportion to what is open (lid 2); debts not yet due come last.

    :param amount: euro, above zero.
    :param on: day the payment was credited.
    :param designated: refs of debts; a reference or an exact amount in the transfer is a designation.
    :raises AmountError: amount zero, negative or inexact.
    :raises ChoiceError: an unknown or repeated ref.
    """
    cents = not_negative("amount", amount)
    if not cents:
        raise AmountError("amount", "a payment of zero pays nothing")
    check_date("on", on)
    opened = {debt.ref: _Open(debt, on) for debt in debts}
    if len(opened) != len(debts):
        raise ChoiceError("debts", "two debts have the same ref")
    for ref in designated:
        if ref not in opened:
            raise ChoiceError("designated", f"{ref!r} is not one of the debts")
        cents -= opened[ref].take(cents)
    cents = _by_law(cents, list(opened.values()))
    return Allocation(tuple(debt.part() for debt in opened.values()), from_cents(cents))


def _by_law(cents: int, debts: list[_Open]) -> int:
    """Divide by 6:43 lid 2 BW; return what is left."""
    for _order, equals in groupby(sorted(debts, key=lambda debt: debt.order), key=lambda debt: debt.order):
        equal = list(equals)
        given = min(cents, sum(debt.open for debt in equal))
        for debt, part in zip(equal, share_cents(given, [debt.open for debt in equal]), strict=True):
            debt.take(part)
        cents -= given
    return cents


@dataclass(frozen=True)
class Costs:
    """Collection costs on a claim.

    :ivar amount: euro.
    :ivar due_from: first day they may be claimed.
    """

    amount: Decimal
    due_from: date


@dataclass(frozen=True)
class Claim:
    """What :func:`settle` wants to know of one claim, apart from the rates; euro.

    :ivar principal: as it was before any payment.
    :ivar due_date: last payment day.
    :ivar costs: collection costs, each with the day it falls due.
    :ivar interest_from: see :func:`settle`.
    """

    principal: Decimal
    due_date: date
    costs: tuple[Costs, ...] = ()
    interest_from: date | None = None


@dataclass(frozen=True)
class Step:
    """One payment on a claim, euro: what it paid, and what was open right after it.

    :ivar remainder: what the claim did not take.
    :ivar costs_left: of the costs due on that day.
    """

    day: date
    amount: Decimal
    to_costs: Decimal
    to_interest: Decimal
    to_principal: Decimal
    remainder: Decimal
    costs_left: Decimal
    interest_left: Decimal
    principal_left: Decimal


@dataclass(frozen=True)
class Settlement:
    """A claim after its payments, on one day; euro.

    :ivar steps: the payments in order.
    :ivar costs: open and due.
    :ivar costs_not_due: announced, not due yet.
    :ivar interest: open.
    :ivar principal: open.
    :ivar remainder: paid beyond what was owed.
    :ivar accrual: all interest that accrued, paid or not, with its segments.
    """

    steps: tuple[Step, ...]
    costs: Decimal
    costs_not_due: Decimal
    interest: Decimal
    principal: Decimal
    remainder: Decimal
    accrual: InterestResult

    @property
    def total(self) -> Decimal:
        """What may be claimed: costs due, interest and principal."""
        return self.costs + self.interest + self.principal


class _CostsDue:
    """Costs in cents by the day they fall due."""

    def __init__(self, costs: Iterable[Costs]):
        rows = [(check_date("due_from", cost.due_from), not_negative("costs", cost.amount)) for cost in costs]
        self.rows = sorted(rows)

    def open(self, on: date) -> int:
        return sum(cents for due_from, cents in self.rows if due_from <= on)

    def not_due(self, on: date) -> int:
        return sum(cents for due_from, cents in self.rows if due_from > on)

    def pay(self, cents: int, on: date) -> int:
        """Pay what is due with at most `cents`, oldest first; return what was used."""
        before = cents
        for index, (due_from, left) in enumerate(self.rows):
            used = min(left, cents) if due_from <= on else 0
            self.rows[index] = (due_from, left - used)
            cents -= used
        return before - cents


def settle(
    principal: Decimal,
    due_date: date,
    payments: Iterable[tuple[date, Decimal]],
    until: date,
    table: RateTable,
    compounding: str = "yearly",
    day_count: str = "act/365",
    costs: Iterable[Costs] = (),
    interest_from: date | None = None,
) -> Settlement:
    """Follow one claim through its payments: costs, then interest, then principal (6:44 lid 1 BW).

    Interest runs as in :func:`.interest.interest` and is rounded half up at each payment, at the end of
    an interest year and at the end. The day of payment still bears interest over what it pays. Interest a
    payment leaves open joins the base at the next anniversary, not before.

    :param principal: euro.
    :param due_date: last payment day.
    :param payments: (day credited, euro above zero) in any order; later than `until` is left out.
    :param until: last day, inclusive.
    :param table: rates, see :func:`.interest.interest`.
    :param costs: each absorbs payments from its own `due_from` on only.
    :param interest_from: payments before this day go to the principal before interest: for a creditor who
        does not collect interest inside the free term. Give ``FreeTerm.claimable_from``; ``None``: always
        6:44.
    :raises AmountError: a negative or inexact amount, a payment of zero.
    :raises DateError: `until` before `due_date`.
    :raises RatePeriodError: the table starts later than the interest.
    """
    accrual = Accrual(not_negative("principal", principal), due_date, table, compounding, day_count)
    last = check_date("until", until)
    if last < due_date:
        raise DateError("until", f"{until} lies before the due date {due_date}")
    due = _CostsDue(costs)
    steps = []
    for day, amount in sorted(payments, key=lambda payment: check_date("payments", payment[0])):
        if day > last:
            break
        steps.append(_step(accrual, due, day, amount, interest_first=interest_from is None or day >= interest_from))
    accrual.advance(last.toordinal())
    result = accrual.result()
    return Settlement(
        steps=tuple(steps),
        costs=from_cents(due.open(last)),
        costs_not_due=from_cents(due.not_due(last)),
        interest=from_cents(accrual.interest),
        principal=from_cents(accrual.principal),
        remainder=sum((step.remainder for step in steps), ZERO),
        accrual=result,
    )


def _step(accrual: Accrual, due: _CostsDue, day: date, amount: Decimal, interest_first: bool) -> Step:
    cents = not_negative("payments", amount)
    if not cents:
        raise AmountError("payments", f"a payment of zero on {day} pays nothing")
    accrual.advance(day.toordinal())
    accrual.round_running()
    to_costs = due.pay(cents, day)
    to_interest, to_principal = accrual.pay(cents - to_costs, interest_first)
    return Step(
        day=day,
        amount=from_cents(cents),
        to_costs=from_cents(to_costs),
        to_interest=from_cents(to_interest),
        to_principal=from_cents(to_principal),
        remainder=from_cents(cents - to_costs - to_interest - to_principal),
        costs_left=from_cents(due.open(day)),
        interest_left=from_cents(accrual.interest),
        principal_left=from_cents(accrual.principal),
    )
