"""Amounts as people type them, in Dutch, French and English: 1.234,56, 1 234,56, 1,234.56, 12,50, € 12,-."""

import re
import unicodedata
from decimal import Decimal

LONGEST = 30
CURRENCY = re.compile(r"^(?:EUR|€)|(?:EUR|€)$", re.IGNORECASE)
NO_CENTS = re.compile(r"[.,](?:-|--|–|—)$")
# One separator with three digits behind it groups thousands, in every language: nobody pays thousandths.
TYPED = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?P<mark>[., ’'])[0-9]{3}(?:(?P=mark)[0-9]{3})*)"
    r"(?:(?P<point>[.,])(?P<cents>[0-9]{1,2}))?"
)


def amount(text: str) -> Decimal | None:
    """The amount that somebody typed, above zero with two decimals at most; None where he typed nothing.

    :raises ValueError: it is no such amount, or nobody can say which.
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise ValueError("no amount")
    plain = unicodedata.normalize("NFKC", text).strip()  # spaces of every kind become plain ones
    if not plain:
        return None
    plain = NO_CENTS.sub("", CURRENCY.sub("", plain).strip())
    found = TYPED.fullmatch(plain)
    if not found or (found["mark"] and found["mark"] == found["point"]):
        raise ValueError("no amount")
    value = Decimal(re.sub("[^0-9]", "", found["whole"]) + "." + (found["cents"] or "0").ljust(2, "0"))
    if value <= 0:
        raise ValueError("no amount")
    return value
