"""How a language writes amounts and days: what letters print, and what their checks read back.

The forms are those of CLDR, the decimals those of the currency's own record: the two do not agree on every currency,
and an amount that is printed with fewer decimals than it has is another one.
"""

import copy
import re
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, get_month_names
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol, list_currencies
from markupsafe import Markup

from odoo.tools import html2plaintext
from odoo.tools.misc import babel_locale_parse

from ..engine.figures import Form

MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|&#?\w+;", re.IGNORECASE)
ADDRESS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
# Codes that are no money: metals, funds, tests, none at all.
MONEY_WITH_X = {"XAF", "XCD", "XCG", "XOF", "XPF"}


def money(amount, code, digits, lang):
    """An amount as a language writes it.

    :param amount: ``float`` or ``Decimal``. :param str code: ISO code of the currency. :param int digits: its decimals.
    :param str lang: a language of Odoo, as ``nl_NL``.
    """
    exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
    form = _form(code, digits, lang) if exact.is_finite() else None
    return _filled(form, exact, digits) if form else _applied(exact, code, digits, lang)


@lru_cache(maxsize=4096)
def day(value, lang, form):
    """A day as a language writes it; a page with many says most of them more than once.

    :param value: ``date``. :param str lang: as for ``money``. :param str form: as CLDR has it.
    """
    return format_date(value, form, babel_locale_parse(lang))


def _applied(amount, code, digits, lang):
    """As Babel has it, which looks at the pattern anew for each amount."""
    locale, pattern = _pattern(lang, digits)
    return pattern.apply(amount, locale, currency=code, currency_digits=False)


def _filled(form, amount, digits):
    """:param form: see ``_form``. :param amount: ``Decimal``."""
    around, signs_of_number = form
    before, after = around[amount.is_signed()]
    return before + f"{abs(amount):,.{digits}f}".translate(signs_of_number) + after


@lru_cache(maxsize=512)
def _form(code, digits, lang):
    """What stands before and after an amount, of positive and negative ones, and its signs: a list writes many.

    :return: ``(((before, after), (before, after)), translation)``; None where a language groups digits otherwise or
        has others, and Babel is asked for each amount.
    """
    locale = babel_locale_parse(lang)
    table = str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})
    one = f"{1:.{digits}f}".translate(table)
    around = []
    for amount in (Decimal(1), Decimal(-1)):
        before, found, after = _applied(amount, code, digits, lang).partition(one)
        if not found:
            return None
        around.append((before, after))
    form = tuple(around), table
    samples = (Decimal(text) for text in ("0", "0.005", "-0.015", "12.345", "1234.5", "-98765.4", "1234567890.125"))
    same = all(_filled(form, some, digits) == _applied(some, code, digits, lang) for some in samples)
    return form if same else None


@lru_cache(maxsize=128)
def _pattern(lang, digits):
    """The locale of a language and its way to write an amount with so many decimals; nobody changes it."""
    locale = babel_locale_parse(lang)
    pattern = copy.copy(locale.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return locale, pattern


def signs(code, symbol, lang):
    """The ways in which a currency is written: its code, Odoo's symbol, and that of the language."""
    found = {code, symbol, get_currency_symbol(code, babel_locale_parse(lang))}
    return tuple(sorted(filter(None, found))) + (("euro", "euros") if code == "EUR" else ())


@lru_cache(maxsize=128)
def form(lang):
    """How a language writes figures and days, as ``engine.figures.Form``."""
    locale = babel_locale_parse(lang)
    months = {
        name.casefold().rstrip("."): number
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, locale).items()
    }
    return Form(
        decimal=get_decimal_symbol(locale),
        group=get_group_symbol(locale),
        months=months,
        day_first=not lang.startswith("en_US"),
        grouping=locale.currency_formats["standard"].grouping,
        codes=frozenset(code for code in list_currencies() if code[0] != "X" or code in MONEY_WITH_X),
    )


def as_text(said):
    """What a service said as plain text, whether it said so in HTML or not: an address in angle brackets is no tag.

    :param said: may be empty or ``None``.
    """
    text = said or ""
    return (html2plaintext(ADDRESS.sub(r"&lt;\1&gt;", text)) if MARKUP.search(text) else text).strip()


def as_note(text):
    """The words of a stranger as the HTML of a task: line by line, with none of his markup and no link to press."""
    return Markup("<p>%s</p>") % Markup("<br/>").join(text.splitlines())


def shortened(text, most):
    """A text on one line of at most so many signs, cut between words where it can be, with an ellipsis at the cut.

    :param text: may be empty or ``None``. :param int most: signs, the ellipsis among them.
    """
    line = " ".join((text or "").split())
    if len(line) <= most:
        return line
    room = line[: most - 1]
    whole = room.rpartition(" ")[0] if line[most - 1] != " " else room
    return (whole if len(whole) > most // 2 else room).rstrip(" ,;:.-") + "\u2026"
