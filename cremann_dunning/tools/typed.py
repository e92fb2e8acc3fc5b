"""What somebody typed into a form without help from a script: days and amounts, as people write them here."""

import re
from datetime import date
from decimal import Decimal

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_OURS = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_AMOUNT = re.compile(r"[0-9][0-9.,' ]*")
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
    """An amount of money, with comma or point; None where it is none, or finer than the currency is.

    What stands before three digits at the end groups thousands: 1.234 is a thousand and more.
    """
    text = re.sub(r"^(EUR|€)\s*|\s*(EUR|€|,-)$", "", (text or "").strip(), flags=re.I).replace("\u00a0", " ").strip()
    if len(text) > 20 or not _AMOUNT.fullmatch(text):
        return None
    whole, mark, part = re.fullmatch(r"(.*?)(?:([.,])([0-9]*))?", text).groups()
    if mark and len(part) == 3:
        whole, part = whole + mark + part, ""
    if (part and len(part) > places) or re.search(r"[.,' ](?![0-9]{3}(?:[.,' ]|$))", whole):
        return None
    if len(set(re.findall(r"[.,]", whole))) > 1 or (part and mark in whole):
        return None
    return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{part or 0}")


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
