"""What is left of a claim after money came in and is not asked: a cash discount that was earned, or a small rest."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .facts import ZERO, Claim

CENT = Decimal("0.01")


def granted(discount: Decimal, billed: Decimal, owed: Decimal) -> Decimal:
    """The cash discount that the terms grant over what is owed after credit notes, in proportion.

    :param discount: what they grant over the whole invoice. :param billed: its whole amount.
    """
    if billed <= ZERO or owed >= billed:
        return discount
    return (discount * max(owed, ZERO) / billed).quantize(CENT, ROUND_HALF_UP)


def earned_discount(claim: Claim) -> bool:
    """Whether what is left is a cash discount that was earned: the rest was there on the last day of the term for it.

    To the cent: who pays a cent less in time owes all that is left. Days are those of the receipts in the books.
    """
    if not claim.discount or claim.discount_until is None or not claim.receipts or claim.rest:
        return False
    in_time = sum((amount for day, amount in claim.receipts if day <= claim.discount_until), ZERO)
    owed = claim.residual + sum((amount for _day, amount in claim.receipts), ZERO)
    return in_time > ZERO and in_time + claim.discount >= owed


def is_small_rest(claim: Claim, limit: Decimal, on: date) -> bool:
    """Whether what is left of a claim that was paid in part is no more than the limit of the firm.

    What letters asked beyond it counts: a rest with costs is not small.

    :param limit: in the currency of the company; 0: there is none.
    """
    if limit <= ZERO or not claim.receipts or claim.rest or claim.residual <= ZERO:
        return False
    beyond = claim.charged.left(on) if claim.charged else ZERO
    return claim.residual_company * (claim.residual + beyond) <= limit * claim.residual
