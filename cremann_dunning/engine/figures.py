"""Amounts and days as texts write them, read exactly: every currency, every form, one language at a time."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from unicodedata import category

from .others import even


@dataclass(frozen=True, slots=True)
class Form:
    """How the language of the letter writes figures and days. ``months``: every name and abbreviation, lower case.

    ``grouping``: digits of the last group of a number and of those before it. ``codes``: of all currencies.
    """

    decimal: str
    group: str
    months: Mapping[str, int]
    day_first: bool = True
    grouping: tuple[int, int] = (3, 3)
    codes: frozenset[str] = frozenset({"EUR", "USD", "GBP", "CHF"})


# -- amounts -----------------------------------------------------------------------------------------------------------

# Every sign of a currency that there is, as one class of a pattern.
SC = "".join(chr(point) for point in range(0x10000) if category(chr(point)) == "Sc")
NO_LETTER_BEFORE, NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"


def _sign(sign: str) -> str:
    """One way of writing a currency as a pattern: letters stand by themselves, and A$ is another dollar than $."""
    core = r"\s?".join(map(re.escape, even(sign).split()))
    before = NO_LETTER_BEFORE if sign[0].isalpha() else ""
    after = NO_LETTER_AFTER if sign[-1].isalpha() else ""
    if category(sign[-1]) == "Sc":
        after = rf"(?![A-Z]{{1,3}}{NO_LETTER_AFTER})"
    return before + (f"(?i:{core})" if sum(map(str.isalpha, sign)) > 1 else core) + after


@lru_cache(maxsize=64)
def _money_patterns(signs: tuple[str, ...], codes: frozenset[str]) -> tuple[re.Pattern, ...]:
    """Figures with a currency before or after them, whatever their form.

    :return: for figures whose thousands do not stand apart, the same where they do, and the two again for a reading in
        which a sign between two figures belongs to the second.
    """
    own = sorted({even(sign) for sign in signs if even(sign)}, key=len, reverse=True)
    known = rf"(?<!\w)[A-Z]{{1,3}}[{SC}]|[{SC}](?:[A-Z]{{1,3}}{NO_LETTER_AFTER})?"
    codes = rf"{NO_LETTER_BEFORE}(?=[A-Z]{{3}}{NO_LETTER_AFTER})(?:{'|'.join(sorted(codes)) or '(?!)'})"
    sign = "|".join([*map(_sign, own), known, codes, rf"{NO_LETTER_BEFORE}(?i:euros?){NO_LETTER_AFTER}"])
    patterns = []
    for second in ("", r"(?!\s?[-−]?\d)"):
        for spaced in ("", "|[\u202f\xa0 ]\\d{3}(?!\\d)"):
            figures = rf"[-−]?\d(?:[.,'’]?\d{spaced})*"
            patterns.append(
                re.compile(
                    rf"(?P<before>(?<!\d)(?:{sign}))\s?(?P<first>{figures})"
                    rf"|(?P<last>(?<![\w.,]){figures})\s?(?P<after>{sign}){second}"
                )
            )
    return tuple(patterns)


@lru_cache(maxsize=64)
def _own_signs(signs: tuple[str, ...]) -> frozenset[str]:
    return frozenset(even(sign).replace("\u202f", " ").casefold() for sign in signs)


def amounts_in(
    text: str, form: Form, signs: Iterable[str], digits: int = 2, second: bool = False, spaced: bool | None = None
) -> list[tuple[re.Match, Decimal | None]]:
    """Every amount of money in a text, exactly; None for one in another form or currency than the letter's.

    :param digits: decimals of the currency. :param second: whether a sign between two figures belongs to the second.
    :param spaced: whether thousands stand apart, when that is not for the form to say.
    """
    signs = tuple(signs)
    own = _own_signs(signs)
    spaced = form.group.isspace() if spaced is None else spaced
    found = []
    for match in _money_patterns(signs, form.codes)[2 * second + spaced].finditer(text):
        sign, figures = match["before"] or match["after"], match["first"] or match["last"]
        is_own = " ".join(sign.split()).casefold() in own
        found.append((match, _figure(figures, form, digits) if is_own else None))
    return found


def _figure(figures: str, form: Form, digits: int) -> Decimal | None:
    """A number in the form of one language, else None: 1,210 is a thousand here and a bit more than one there."""
    last, others = form.grouping
    group = "[\u202f\xa0 ]" if form.group.isspace() else "['’]" if form.group in "'’" else re.escape(form.group)
    places = rf"\d{{{digits}}}" if digits else "0{1,2}"
    pattern = rf"[-−]?(\d{{1,{others}}}(?:{group}\d{{{others}}})*{group}\d{{{last}}}|\d+)"
    match = re.fullmatch(rf"{pattern}(?:{re.escape(form.decimal)}({places}))?", figures)
    if not match:
        return None
    return Decimal(re.sub(r"\D", "", match[1]) + "." + (match[2] or "0"))


# -- days --------------------------------------------------------------------------------------------------------------


def days_in(text: str, form: Form, near: date) -> list[tuple[re.Match, date]]:
    """Every day in a text; one without a year is the one nearest to ``near``, on either side of it."""
    return [(match, day) for match in day_pattern(form).finditer(text) if (day := day_of(match, form, near))]


def day_of(match: re.Match, form: Form, near: date) -> date | None:
    """The day that a hit means, None when it is none."""
    word = match["month"] or match["month2"]
    if word and word.casefold() == "may" and not word[0].isupper():
        return None
    return _as_date(match.groupdict(), word, form, near)


def day_pattern(form: Form) -> re.Pattern:
    """What finds days in a text, in figures and in words."""
    return _day_pattern(tuple(sorted(form.months)))


@lru_cache(maxsize=32)
def _day_pattern(months: tuple[str, ...]) -> re.Pattern:
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True)) or "(?!)"
    year = r"\b\.?(?:,?\s(?:de\s)?(?P<{}>\d{{4}}))?"
    return re.compile(
        r"(?<![\w/.-])(?:"
        r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
        r"|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{4}|\d{2})"
        rf"|(?P<day>\d{{1,2}})(?:er|e|st|nd|rd|th|\.)?\s(?:of\s|de\s)?(?P<month>{names}){year.format('year')}"
        rf"|(?P<month2>{names})\b\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?{year.format('year2')}"
        r")(?![\w/-])",
        re.IGNORECASE,
    )


def _as_date(parts: Mapping[str, str | None], word: str | None, form: Form, near: date) -> date | None:
    """The parts of a hit as a day; None for 31-02, the year 0 or a number with dashes that is no day."""
    if parts["iso"]:
        return _date(*map(int, parts["iso"].split("-")))
    if parts["a"]:
        first, second, year = int(parts["a"]), int(parts["b"]), int(parts["c"])
        day, month = (first, second) if form.day_first or first > 12 else (second, first)
        return _date(year if year > 99 else 2000 + year, month, day)
    day, year = int(parts["day"] or parts["day2"]), parts["year"] or parts["year2"]
    month = form.months.get(word.casefold())
    if month is None:  # another letter that a pattern takes for the same, as the Turkish i
        return None
    if year:
        return _date(int(year), month, day)
    # 29 February may be eight years away
    years = range(near.year - 8, near.year + 9) if (month, day) == (2, 29) else range(near.year - 1, near.year + 2)
    days = filter(None, (_date(other, month, day) for other in years))
    return min(days, key=lambda other: abs(other - near), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
