"""What is taken off the claims of a debtor before anything is asked: disputed parts and his own credits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from .facts import ZERO, Claim, Credit, Dispute
from .left_over import earned_discount


def disputed_parts(claims: Iterable[Claim], disputes: Iterable[Dispute]) -> dict[int, tuple[Decimal, Dispute]]:
    """How much of each claim is in dispute: all of it, or a part that is taken off the oldest claims first.

    :return: per line id the amount and the first dispute that took.
    """
    parts: dict[int, tuple[Decimal, Dispute]] = {}
    if not disputes:
        return parts
    oldest_first = sorted(claims, key=by_due_date)
    # Whole invoices first, so that no part is used up where nothing is asked anyway.
    for dispute in sorted(disputes, key=lambda d: (d.amount is not None, d.since)):
        left = dispute.amount
        for claim in (claim for claim in oldest_first if claim.move_id in dispute.moves):
            before, first = parts.get(claim.line_id, (ZERO, dispute))
            free = claim.residual - before
            part = free if left is None else min(left, free)
            if part > 0:
                parts[claim.line_id] = (before + part, first)
                left = left if left is None else left - part
    return parts


def by_due_date(claim: Claim):
    """Sort key: the oldest claim first."""
    return claim.due_date or date.max, claim.line_id


def _by_law(claim: Claim, on: date | None):
    """Sort key for money without a destination: what is due first, then the most onerous, then the oldest."""
    return on is not None and (claim.due_date or date.max) > on, -claim.percent, by_due_date(claim)


def apply_credits(
    claims: Iterable[Claim],
    own_credits: Iterable[Credit],
    disputed: Mapping[int, tuple[Decimal, Dispute]],
    left_alone: Collection[int] = (),
    on: date | None = None,
) -> dict[int, tuple[Decimal, Credit]]:
    """Set the debtor's own credits off against his claims of the same currency, as far as undisputed.

    A credit that says what it is for goes there first. What is left of it, and every other one, goes as money without a
    destination does by law (6:43 lid 2 BW, 5.210 BW (BE)): to what is due, of that to what bears the highest interest,
    of that to the oldest first, among the claims that are asked. Only what these leave goes to claims that are left
    alone at the moment (``left_alone``, line ids: on hold, in a plan, not sent): a credit that lies with one of those
    would leave the others asked too high.

    Within a claim money that came in pays the costs that are due and the interest that letters asked before it pays
    principal (6:44 lid 1 BW), so that is no credit any more. A credit note pays principal alone.

    :param on: the day on which it is asked what is due.
    :return: per line id the amount taken off its principal and the credit that took (the last part of) it.
    """
    covered: dict[int, tuple[Decimal, Credit]] = {}
    principals, beyond = takings(claims, own_credits, disputed, left_alone, on)
    for claim, credit, amount in (*principals, *(taking for taking in beyond if taking[0].rest)):
        covered[claim.line_id] = (covered.get(claim.line_id, (ZERO, None))[0] + amount, credit)
    return covered


def takings(claims, own_credits, disputed, left_alone=(), on=None):
    """As ``apply_credits``, one by one: what each claim takes of each credit.

    :return: what the principals take and what the costs and interest before them take, each a list of
        ``(claim, credit, amount)``; of a claim that is a rest everything is costs and interest.
    """
    principals, beyond = [], []
    if not own_credits:
        return principals, beyond
    purse = defaultdict(list)
    for credit in own_credits:
        purse[credit.currency].append([credit, credit.amount])
    claims = sorted(claims, key=lambda claim: (claim.line_id in left_alone, _by_law(claim, on)))
    charges = {claim.line_id: claim.charged.left(on) for claim in claims if claim.charged and on and not claim.rest}
    left = {claim.line_id: _to_cover(claim, disputed) for claim in claims}
    for meant in (True, False):
        for claim in claims:
            pots = [pot for pot in purse[claim.currency] if not meant or claim.move_id in pot[0].moves]
            money = [pot for pot in pots if pot[0].received]
            ways = [(beyond, money, left)] if claim.rest else [(beyond, money, charges), (principals, pots, left)]
            for found, usable, open_amounts in ways:
                for credit, amount in _take(usable, open_amounts.get(claim.line_id, ZERO)):
                    open_amounts[claim.line_id] -= amount
                    found.append((claim, credit, amount))
    return principals, beyond


def _to_cover(claim: Claim, disputed) -> Decimal:
    """What own credits can take off the principal of a claim."""
    if earned_discount(claim):
        return ZERO
    part = disputed.get(claim.line_id, (ZERO, None))[0]
    return max(claim.residual - min(claim.in_payment, claim.residual) - part, ZERO)


def _take(pots, wanted: Decimal) -> list[tuple[Credit, Decimal]]:
    """Take what is wanted out of these pots, ``[credit, what is left of it]``, in their order."""
    taken = []
    for pot in pots:
        part = min(pot[1], wanted)
        if part > 0:
            pot[1] -= part
            wanted -= part
            taken.append((pot[0], part))
    return taken
