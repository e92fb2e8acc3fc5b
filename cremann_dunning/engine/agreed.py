"""What an agreement about payment comes to: the claims it names, or all that are asked, and what is asked for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..law.amounts import share_cents
from .facts import ZERO, Claim


@dataclass(frozen=True, slots=True)
class Part:
    """One claim of a debtor with what is asked for it on a day.

    ``principal`` is what is open after his own credits, receipts that are not booked, payments under way and disputes;
    ``interest`` and ``costs`` what a letter of that day asks on top, or the last one that went. ``coming`` is what was
    taken off and has yet to be booked. ``late``: it is overdue; ``asked``: and not left alone but for a promise, so a
    letter would ask for it. ``disputed``: what is not asked because it is in dispute.
    """

    claim: Claim
    principal: Decimal
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    coming: Decimal = ZERO
    disputed: Decimal = ZERO
    late: bool = True
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Sums:
    """What an agreement comes to when it is made; see ``Part``."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    coming: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """The amount that is asked."""
        return self.principal + self.interest + self.costs


def agreed_on(parts: Iterable[Part], currency: str, moves: Collection[int] = (), since: date | None = None) -> Sums:
    """What an agreement is about.

    :param currency: of the agreement. :param moves: ids of the invoices it names; none: about everything.
    :param since: day of an agreement about everything: invoices of a later day are no part of it.
    """
    ours = [part for part in parts if part.claim.currency == currency]
    if moves:
        ours = [part for part in ours if part.claim.move_id in moves]
    else:
        ours = [part for part in ours if not (since and part.claim.dated and part.claim.dated > since)]
        # nothing of it is asked: then it is about what is late, or open, all the same
        ours = [part for part in ours if part.asked] or [part for part in ours if part.late] or ours
    sums = Sums(*(sum((getattr(part, name) for part in ours), ZERO) for name in Sums.__dataclass_fields__))
    if sums.total:
        return sums
    # whoever pays what he disputed agrees on that
    return replace(sums, principal=sum((part.disputed for part in ours), ZERO))


def shared(total: Decimal, principals: Iterable[Decimal]) -> list[Decimal]:
    """Costs over several claims together, divided in proportion to their principals and exact to the cent."""
    places = -total.as_tuple().exponent
    parts = share_cents(int(total.scaleb(places)), [int(amount.scaleb(4)) for amount in principals])
    return [Decimal(part).scaleb(-places) for part in parts]
