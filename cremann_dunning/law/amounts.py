"""Money without loss: ``Decimal`` outside, whole cents (``int``) inside.

Sums, products and rounding are done on integers, so that no decimal context, whatever its precision or
rounding, can change an answer.
"""

from collections.abc import Sequence
from decimal import Context, Decimal

from .errors import AmountError

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

# A claim above this is a typing error. The bound keeps every result far within the precision of `WIDE`.
MAX_AMOUNT = Decimal(10) ** 15

# Percentages with more decimals than this do not occur in any law or contract.
RATE_DECIMALS = 6
RATE_SCALE = 10**RATE_DECIMALS
MAX_PERCENT = Decimal(1000)

# A context of our own: the caller's may have another precision, rounding or traps.
WIDE = Context(prec=60)


def to_decimal(field: str, value: object) -> Decimal:
    """Return `value` as a finite ``Decimal`` within +/- 10**15.

    ``int`` is taken as is; a ``float`` is refused because it carries no exact cents.

    :raises AmountError: no number, a float, NaN, infinite or beyond the bound.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise AmountError(field, f"expected a Decimal, got {value!r}")
    if not value.is_finite():
        raise AmountError(field, f"{value} is not a finite number")
    if not -MAX_AMOUNT <= value <= MAX_AMOUNT:
        raise AmountError(field, f"{value} is beyond {MAX_AMOUNT:f}")
    return value


def _scaled(field: str, value: Decimal, places: int, what: str) -> int:
    scaled = WIDE.scaleb(value, places)
    whole = int(scaled)
    if whole != scaled:
        raise AmountError(field, f"{value} has more decimals than {what}")
    return whole


def to_cents(field: str, value: object) -> int:
    """Return the euro amount `value` in whole cents.

    :raises AmountError: as :func:`to_decimal`, or when the amount has parts of a cent (round before you
        ask).
    """
    return _scaled(field, to_decimal(field, value), 2, "whole cents")


def not_negative(field: str, value: object) -> int:
    """As :func:`to_cents`, and the amount may not be below zero."""
    cents = to_cents(field, value)
    if cents < 0:
        raise AmountError(field, f"{value} is negative")
    return cents


def to_percent(field: str, value: object) -> int:
    """Return the percentage `value` as an integer in units of 10**-6 percent (10.40 -> 10400000).

    :raises AmountError: below zero, above 1000, more than six decimals, or no number.
    """
    number = to_decimal(field, value)
    if not 0 <= number <= MAX_PERCENT:
        raise AmountError(field, f"{value} is not a percentage between 0 and {MAX_PERCENT}")
    return _scaled(field, number, RATE_DECIMALS, f"{RATE_DECIMALS} places")


def from_cents(cents: int) -> Decimal:
    """Return whole cents as a euro ``Decimal`` with two places."""
    return WIDE.scaleb(Decimal(cents), -2)


def quotient(numerator: int, denominator: int) -> Decimal:
    """Return the fraction as a ``Decimal`` of 60 digits, for showing unrounded figures."""
    return WIDE.divide(Decimal(numerator), Decimal(denominator))


def half_up(numerator: int, denominator: int) -> int:
    """Round the fraction (numerator >= 0, denominator > 0) to the nearest integer, a half upwards."""
    return (2 * numerator + denominator) // (2 * denominator)


def down(numerator: int, denominator: int) -> int:
    """Cut the fraction (numerator >= 0, denominator > 0) down to an integer."""
    return numerator // denominator


ROUNDINGS = {"half_up": half_up, "down": down}


def percentage(cents: int, percent: int, rounding: str = "half_up") -> int:
    """Return `percent` (see :func:`to_percent`) of `cents` >= 0, rounded to the cent."""
    return ROUNDINGS[rounding](cents * percent, 100 * RATE_SCALE)


def share_cents(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` >= 0 in proportion to `weights` >= 0 so that the parts add up to it exactly.

    The cents that rounding leaves over go to the largest remainders, ties to the first. Weights that are
    all zero share equally; no weights at all share only a total of zero.
    """
    if not weights:
        if total:
            raise AmountError("weights", "an amount cannot be shared over nothing")
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def share(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Divide the euro amount `total` over `weights` (euro amounts), to the cent and without losing one.

    Use it to show one amount (collection costs over the sum of principals) per invoice.

    :raises AmountError: `total` or a weight is negative or not in whole cents, or there are no weights.
    """
    cents = share_cents(not_negative("total", total), [not_negative("weights", weight) for weight in weights])
    return [from_cents(part) for part in cents]
