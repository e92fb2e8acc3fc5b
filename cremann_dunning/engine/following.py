"""Which claim of today is the one that a letter spoke of, after its entry was reset, changed and posted again.

An accounting program gives the items of an entry other ids when its terms change, and hands ids on from one instalment
to another. What stays is what was said: the entry, the debtor, the due date and the amount. ``docs/claims.md`` has the
cases. Where several answers are possible no level is kept that one of them would not have: never a step too early.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """One claim as it was when something was last said about it.

    ``key`` is the id of its item, None where that is not known any more. ``levels`` are the levels that it reached,
    ``instalments`` how many claims its entry had on this debtor, ``alike`` how many of them had this date and amount;
    both with itself. ``last`` orders: what was said later comes later.
    """

    key: int | None
    due: date | None
    amount: Decimal
    currency: str
    levels: frozenset = frozenset()
    instalments: int = 1
    alike: int = 1
    last: tuple = ()


@dataclass(frozen=True, slots=True)
class Now:
    """One claim as it stands in the ledger: the id of its item, due date and amount."""

    line_id: int
    due: date | None
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A claim that was spoken of is this one now. ``levels``: only these are kept; None for all of them."""

    told: Told
    line_id: int
    levels: frozenset | None = None


def follow(told, now):
    """Where the claims of one entry on one debtor are now.

    :param told: list of ``Told``. :param now: list of ``Now``.
    :return: list of ``Followed``; what is not in it is let go: its levels belong to no claim of today.
    """
    found, left, rest = _by_value(told, now)
    complete = bool(told) and len(told) == max(claim.instalments for claim in told)
    if len(now) == 1 and all(claim.instalments == 1 and claim.currency == now[0].currency for claim in left):
        # the entry was one claim each time, and is one now: it is that one, whatever was corrected
        return found + [Followed(claim, now[0].line_id) for claim in left]
    if complete and len(left) > 1 and len(rest) == 1 and (merged := _merged(left, rest[0])):
        return [*found, merged]
    return found + _by_place(left, rest, complete and len(now) == len(told))


def _by_value(told, now):
    """Same due date, same amount: ``(found, claims that are left, items that are left)``."""
    mine, theirs = defaultdict(list), defaultdict(list)
    for claim in told:
        mine[claim.due, claim.amount, claim.currency].append(claim)
    for item in now:
        theirs[item.due, item.amount, item.currency].append(item)
    found = []
    for value in mine.keys() & theirs.keys():
        found += _alike(mine[value], theirs[value])
    same = mine.keys() & theirs.keys()
    left = [claim for value, claims in mine.items() if value not in same for claim in claims]
    return found, left, [item for value, items in theirs.items() if value not in same for item in items]


def _alike(claims, items):
    """Among claims of one value: one is the one; several keep their own items or else what all of them reached."""
    ids = {item.line_id for item in items}
    alike = max(claim.alike for claim in claims)
    if len(items) == 1 and alike == 1:
        return [Followed(claim, items[0].line_id) for claim in claims]
    if all(claim.key in ids for claim in claims):
        return [Followed(claim, claim.key) for claim in claims]
    if len(claims) < alike or len(items) > len(claims):
        return []  # of one of them nothing was ever said
    common = frozenset.intersection(*(claim.levels for claim in claims))
    latest = sorted(claims, key=lambda claim: claim.last, reverse=True)
    return [Followed(claim, item.line_id, common) for claim, item in zip(latest, items, strict=False)]


def _merged(claims, item):
    """All of these became one: it has reached what each of them had; None when it is more than they were."""
    if any(claim.currency != item.currency for claim in claims) or item.amount > sum(claim.amount for claim in claims):
        return None
    common = frozenset.intersection(*(claim.levels for claim in claims))
    return Followed(max(claims, key=lambda claim: claim.last), item.line_id, common)


def _by_place(claims, items, same_number):
    """By due date or by amount, where one of them names one item and the other names no other.

    :param same_number: all claims of the entry were spoken of, and there are as many now: none is hidden in another.
    """
    chosen = defaultdict(list)
    for claim in claims:
        if claim.alike > 1 and not same_number:
            continue
        own = [item for item in items if item.currency == claim.currency]
        fits = [item for item in own if item.due == claim.due and (same_number or item.amount <= claim.amount)]
        fits += [item for item in own if same_number and item.amount == claim.amount]
        if len(fits) == 1:
            chosen[fits[0].line_id].append(claim)
    return [Followed(claims[0], line_id) for line_id, claims in chosen.items() if len(claims) == 1]
