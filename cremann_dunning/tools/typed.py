"""What somebody typed into a form without help from a script: days and amounts, as people write them here."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_OURS = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_LONGEST = 20  # signs of an amount
_CURRENCY = re.compile(r"^(?:EUR|€)|(?:EUR|€)$", re.IGNORECASE)
_NO_CENTS = re.compile(r"[.,](?:-|--|–|—)$")
# One separator with three digits behind it groups thousands, in every language: nobody pays thousandths.
_AMOUNT = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?P<mark>[., ’'])[0-9]{3}(?:(?P=mark)[0-9]{3})*)"
    r"(?:(?P<point>[.,])(?P<cents>[0-9]{0,2}))?"
)
LONGEST_WORDS = 4000


def day(text: str | None) -> date | None:
    """A day as a browser sends it, or as a person writes it here (the day first); None where it is none."""
    text = (text or "").strip()
    if found := _ISO.fullmatch(text):
        year, month, number = map(int, found.groups())
    elif found := _OURS.fullmatch(text):
        number, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, number) if 1900 <= year <= 2199 else None
    except ValueError:
        return None


def amount(text: str | None, places: int = 2) -> Decimal | None:
    """An amount of money as people type it, in Dutch, French and English: 1.234,56, 1 234,56, 1,234.56, 12,50, € 12,-.

    :param places: decimals of the currency, which the answer has. :return: None where it is none, or finer than these.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).strip()  # spaces of every kind become plain ones
    found = _AMOUNT.fullmatch(_NO_CENTS.sub("", _CURRENCY.sub("", plain).strip()))
    if not found or (found["mark"] and found["mark"] == found["point"]) or len(found["cents"] or "") > places:
        return None
    return Decimal(f"{re.sub('[^0-9]', '', found['whole'])}.{(found['cents'] or '').ljust(places, '0')}")


def positive(text: str | None, places: int = 2) -> Decimal | None:
    """The amount above zero that somebody typed; None where he typed nothing.

    :raises ValueError: it is no such amount, or nobody can say which.
    """
    if isinstance(text, str) and not text.strip():
        return None
    value = amount(text, places)
    if not value:
        raise ValueError("no amount")
    return value


def words(text: str | None, longest: int = LONGEST_WORDS) -> str:
    """What somebody wrote, without signs that nobody sees, with plain ends of lines and no longer than a letter."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(
        sign for sign in plain if sign in "\n\t" or (sign.isprintable() and not "\ud800" <= sign <= "\udfff")
    )
    return shown.strip()[:longest].strip()


def number(text: str | None) -> int | None:
    """A whole number that is no longer than a person would choose; None where it is none."""
    text = (text or "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
