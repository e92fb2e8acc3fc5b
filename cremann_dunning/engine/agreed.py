"""What an agreement about payment comes to: the claims it names, or all that are asked, and what is asked for them; and
how long it keeps letters back once it was missed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
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


def owed_for(
    parts: Iterable[Part], currency: str, moves: Collection[int] = (), since: date | None = None
) -> Decimal | None:
    """The most that an agreement can be about: all that is open of its claims, whether or not it is asked at the
    moment, with the interest and costs that a letter asks. None where nothing of them is open.

    :param currency: :param moves: :param since: as in ``agreed_on``.
    """
    ours = [part for part in parts if part.claim.currency == currency]
    if moves:
        ours = [part for part in ours if part.claim.move_id in moves]
    else:
        ours = [part for part in ours if not (since and part.claim.dated and part.claim.dated > since)]
    return sum((part.claim.residual + part.interest + part.costs for part in ours), ZERO) if ours else None


def shared(total: Decimal, principals: Iterable[Decimal]) -> list[Decimal]:
    """Costs over several claims together, divided in proportion to their principals and exact to the cent."""
    places = -total.as_tuple().exponent
    parts = share_cents(int(total.scaleb(places)), [int(amount.scaleb(4)) for amount in principals])
    return [Decimal(part).scaleb(-places) for part in parts]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a firm waits once a promised day or an instalment has passed without money.

    ``grace``: days until money stands on the bank. ``answer``: days that a letter about it gives, None where the firm
    writes none and goes on at once.
    """

    grace: int
    answer: int | None = None

    def until(self, day: date) -> date:
        """Up to and including which day the money is waited for."""
        return day + timedelta(days=self.grace)

    def writes_on(self, day: date) -> date:
        """The first day on which a letter about it is written."""
        return day + timedelta(days=self.grace + 1)

    def answer_by(self, day: date, given: date | None = None) -> date | None:
        """The last day that the letter gives: what one that was written says, or one that is yet to be written."""
        if self.answer is None:
            return None
        return given or self.writes_on(day) + timedelta(days=self.answer)

    def ends(self, day: date, given: date | None = None, booked: bool = False) -> date:
        """Up to and including which day nothing else follows.

        :param day: the promised day or that of the instalment. :param given: the last day that a letter gave.
        :param booked: what comes in on the last day of the letter is waited for as long as any money: what the letter
            says follows only then.
        """
        answer = self.answer_by(day, given)
        if answer is None:
            return self.until(day)
        return max(answer + timedelta(days=self.grace if booked else 0), self.until(day))
