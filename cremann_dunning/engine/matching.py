"""Which open credit of a debtor most likely belongs to which of his open claims: proposed, and matched by a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .facts import ZERO

# Why a pair is proposed.
REVERSES, SAME_AMOUNT, OLDEST, CHOSEN = "reverses", "same_amount", "oldest", "chosen"
# Why a credit can be matched with nothing.
NOTHING_OPEN, OTHER_CURRENCY, OTHER_ACCOUNT, USED_UP = "nothing_open", "other_currency", "other_account", "used_up"


@dataclass(frozen=True, slots=True)
class Item:
    """An open item of a debtor. Amounts are above zero on either side, and what of them can be matched."""

    id: int
    debtor: int
    currency: str
    account: int
    amount: Decimal
    due: date | None = None
    move: int = 0
    reverses: int = 0  # the entry that a credit note takes back

    @property
    def place(self) -> tuple[int, str, int]:
        """What has to be the same of two items that the ledger matches."""
        return self.debtor, self.currency, self.account

    def fits(self, other: "Item") -> bool:
        """Whether the ledger can match the two as they are."""
        return self.place == other.place


@dataclass(frozen=True, slots=True)
class Pair:
    """A credit, the claim that it goes to, how much of it, and why."""

    credit: int
    claim: int
    amount: Decimal
    why: str = CHOSEN


def propose(own: Sequence[Item], claims: Sequence[Item]) -> list[Pair]:
    """The most likely pairs: the invoice that a credit note reverses, then the same amount, then the oldest first."""
    left = {item.id: item.amount for item in (*own, *claims)}
    by_place: dict[tuple[int, str, int], list[Item]] = {}
    for claim in sorted(claims, key=_age):
        by_place.setdefault(claim.place, []).append(claim)
    pairs: list[Pair] = []
    rounds = (
        (REVERSES, lambda credit, claim: bool(credit.reverses) and credit.reverses == claim.move),
        (SAME_AMOUNT, lambda credit, claim: left[credit.id] == left[claim.id]),
        (OLDEST, lambda _credit, _claim: True),
    )
    for why, belongs in rounds:
        for credit in sorted(own, key=_age):
            pairs += (
                Pair(credit.id, claim.id, _take(left, credit.id, claim.id), why)
                for claim in by_place.get(credit.place, ())
                if left[credit.id] > ZERO and left[claim.id] > ZERO and belongs(credit, claim)
            )
    return pairs


def amounts(items: Iterable[Item], chosen: Iterable[tuple[int, int]]) -> list[Decimal]:
    """What each of these pairs would match, one after the other, as the ledger does it: all that both have left."""
    left = {item.id: item.amount for item in items}
    return [_take(left, *pair) if all(id_ in left for id_ in pair) else ZERO for pair in chosen]


def why_not(credit: Item, claims: Sequence[Item]) -> str:
    """Why a credit goes to none of these claims."""
    his = [claim for claim in claims if claim.debtor == credit.debtor]
    if not his:
        return NOTHING_OPEN
    same = [claim for claim in his if claim.currency == credit.currency]
    if not same:
        return OTHER_CURRENCY
    return USED_UP if any(credit.fits(claim) for claim in same) else OTHER_ACCOUNT


def _take(left: dict[int, Decimal], credit: int, claim: int) -> Decimal:
    amount = min(left[credit], left[claim])
    left[credit] -= amount
    left[claim] -= amount
    return amount


def _age(item: Item) -> tuple[bool, date, int]:
    return item.due is None, item.due or date.min, item.id
