"""What is taken off the claims of a debtor before anything is asked: disputed parts and his own credits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from .facts import ZERO, Claim, Credit, Dispute


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


def apply_credits(
    claims: Iterable[Claim],
    own_credits: Iterable[Credit],
    disputed: Mapping[int, tuple[Decimal, Dispute]],
    left_alone: Collection[int] = (),
) -> dict[int, tuple[Decimal, Credit]]:
    """Set the debtor's own credits off against his claims of the same currency, as far as undisputed.

    A credit that says what it is for goes there first. What is left of it, and every other one, goes as money without a
    destination does by law (6:43 lid 2 BW, 5.210 BW (BE)): to what is due, the oldest first, among the claims that are
    asked. Only what these leave goes to claims that are left alone at the moment (``left_alone``, line ids: on hold,
    in a plan, not sent): a credit that lies with one of those would leave the others asked too high.

    :return: per line id the amount taken off and the credit that took (the last part of) it.
    """
    covered: dict[int, tuple[Decimal, Credit]] = {}
    if not own_credits:
        return covered
    purse = defaultdict(list)
    for credit in own_credits:
        purse[credit.currency].append([credit, credit.amount])
    claims = sorted(claims, key=lambda claim: (claim.line_id in left_alone, by_due_date(claim)))
    for meant in (True, False):
        for claim in claims:
            paying, before = min(claim.in_payment, claim.residual), covered.get(claim.line_id, (ZERO, None))
            left = max(claim.residual - paying - disputed.get(claim.line_id, (ZERO, None))[0] - before[0], ZERO)
            taken, last = before
            for pot in purse[claim.currency]:
                part = min(pot[1], left) if not meant or claim.move_id in pot[0].moves else ZERO
                if part > 0:
                    pot[1] -= part
                    left -= part
                    taken, last = taken + part, pot[0]
            if taken:
                covered[claim.line_id] = (taken, last)
    return covered
