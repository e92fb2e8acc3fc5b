"""What a debtor may pay now of what he owes, and where an amount that he chose goes.

Who pays says for which invoices (6:43 lid 1 BW). Among these a part goes as the law has it: to what is due, the most
onerous, the oldest, in proportion (6:43 lid 2 BW), and within each to costs, then interest, then principal (6:44 BW).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..law.allocation import Debt, allocate
from .facts import ZERO

# Why a choice is refused.
NOTHING, UNKNOWN, CURRENCIES, TOO_MUCH, NOT_MUCH = "nothing", "unknown", "currencies", "too_much", "not_much"
# Why an item cannot be paid here now.
INSOLVENT, DISPUTED, UNDER_WAY, SETTLED = "insolvent", "disputed", "under_way", "settled"
HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Payable:
    """One open item of a debtor as he may pay it today; amounts in its currency, after what is under way.

    ``item`` is the id of its journal item. ``costs`` are due, ``interest`` is what letters asked. ``coming`` is being
    paid, ``disputed`` is not asked. ``rest``: the principal is paid. ``percent`` is its yearly interest. ``stop``: why
    it cannot be paid here now. ``agreed``: what of a plan or promise it waits for, as ``(code, amount, day)``.
    """

    item: int
    move: int
    number: str
    currency: str
    due: date | None
    principal: Decimal
    costs: Decimal = ZERO
    interest: Decimal = ZERO
    coming: Decimal = ZERO
    disputed: Decimal = ZERO
    dated: date | None = None
    late: bool = False
    rest: bool = False
    percent: Decimal = ZERO
    stop: str = ""
    agreed: tuple[str, Decimal, date] | None = None

    @property
    def total(self) -> Decimal:
        """All of it that can be paid now."""
        return ZERO if self.stop else self.principal + self.costs + self.interest

    @property
    def proposed(self) -> bool:
        """Whether it is among what one pays who chooses nothing: what is late, and not what is paid in instalments."""
        return bool(self.total) and self.late and not (self.agreed and self.agreed[0] == "PLAN")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """What a payment pays of one item."""

    item: int
    costs: Decimal
    interest: Decimal
    principal: Decimal

    @property
    def beyond(self) -> Decimal:
        """Of it costs and interest."""
        return self.costs + self.interest

    @property
    def total(self) -> Decimal:
        return self.costs + self.interest + self.principal


class Refused(ValueError):
    """A choice that cannot be paid. :ivar code: why. :ivar most: the most that can be paid of it."""

    def __init__(self, code: str, most: Decimal = ZERO):
        super().__init__(code)
        self.code, self.most = code, most


def choose(
    rows: Iterable[Payable], items: Collection[int], amount: Decimal | None, on: date, places: int = 2
) -> tuple[Part, ...]:
    """What a payment of these items pays, in the order of the rows; the parts add up to the amount, to the cent.

    :param rows: all that this debtor may pay. :param items: ids of those that he chose, in any order.
    :param amount: what he pays; all of them where None. :param places: decimals of the currency.
    :raises Refused: nothing, an item that is not his to choose, several currencies, or more than is open.
    """
    wanted, by_item = set(items), {row.item: row for row in rows}
    if not wanted:
        raise Refused(NOTHING)
    if not wanted <= {id_ for id_, row in by_item.items() if row.total > 0}:
        raise Refused(UNKNOWN)
    chosen = [row for row in by_item.values() if row.item in wanted]
    if len({row.currency for row in chosen}) > 1:
        raise Refused(CURRENCIES)
    most = sum((row.total for row in chosen), ZERO)
    if amount is None or amount == most:
        return tuple(Part(row.item, row.costs, row.interest, row.principal) for row in chosen)
    if amount <= 0 or amount != amount.quantize(Decimal(1).scaleb(-places)):
        raise Refused(NOT_MUCH, most)
    if amount > most:
        raise Refused(TOO_MUCH, most)
    return _shared(chosen, amount, on, places - 2)


def _shared(chosen, amount, on, shift):
    """A part of what is open of these. :param shift: by which the smallest unit of the currency becomes a cent."""
    debts = [
        Debt(
            str(row.item),
            principal=row.principal.scaleb(shift),
            due_date=row.due or on,
            interest=row.interest.scaleb(shift),
            costs=row.costs.scaleb(shift),
            costs_due_from=on,  # costs that are not due yet are no part of a row
            percent=row.percent,
            created_on=row.dated or row.due or on,
        )
        for row in chosen
    ]
    found = allocate(amount.scaleb(shift), on, debts).parts
    parts = (
        Part(row.item, *(value.scaleb(-shift) for value in (part.costs, part.interest, part.principal)))
        for row, part in zip(chosen, found, strict=True)
    )
    return tuple(part for part in parts if part.total)


def less(part: Payable, coming: Decimal) -> tuple[Decimal, Decimal]:
    """Costs and interest of an item once so much of them is on its way: costs go first (6:44 lid 1 BW)."""
    costs = max(part.costs - coming, ZERO)
    return costs, max(part.interest - max(coming - part.costs, ZERO), ZERO)
