"""Every currency that Odoo knows, in many languages: what a letter prints is read back to the last decimal."""

import math
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

import odoo

from odoo.addons.cremann_dunning.engine.figures import amounts_in
from odoo.addons.cremann_dunning.engine.gate import Element
from odoo.addons.cremann_dunning.engine.others import FIGURE, even
from odoo.addons.cremann_dunning.engine.wording import Block, Record, Written, check
from odoo.addons.cremann_dunning.tools import spelling

D = Decimal
OURS = ("nl_NL", "nl_BE", "en_US", "en_GB", "fr_FR", "fr_BE", "de_DE", "sv_SE")
# One of each way of writing: sign glued or apart, groups of two, marks of direction, other decimals.
OTHERS = ("de_CH", "fr_CH", "de_AT", "da_DK", "nb_NO", "pl_PL", "cs_CZ", "hu_HU", "tr_TR", "es_ES", "pt_BR", "ar_001")
OTHERS += ("he_IL", "fa_IR", "hi_IN", "ja_JP", "ru_RU", "lv_LV", "sr@latin", "en_AU")


@cache
def currencies():
    """``{code: (symbol, decimals)}`` of Odoo's own data, active or not."""
    [data] = [path for root in odoo.addons.__path__ for path in Path(root).glob("base/data/res_currency_data.xml")] or [
        Path(odoo.__path__[0]) / "addons" / "base" / "data" / "res_currency_data.xml"
    ]
    found = {}
    for node in etree.parse(str(data)).iter("record"):
        values = {field.get("name"): field.text for field in node}
        if "symbol" in values:
            rounding = float(values.get("rounding") or 0.01)
            digits = math.ceil(math.log10(1 / rounding)) if 0 < rounding < 1 else 0
            found[values["name"]] = values["symbol"], digits
    return found


def amounts(digits):
    return [D(shown).quantize(D(1).scaleb(-digits)) for shown in ("1234567.8912", "12345.6", "1210", "5", "0.5")]


def test_there_are_many():
    digits = {digits for _symbol, digits in currencies().values()}
    assert len(currencies()) > 150 and {0, 2, 3} <= digits
    assert {"CHF", "SEK", "DKK", "NOK", "PLN", "CZK", "HUF", "TRY", "JPY", "KWD", "TND"} <= set(currencies())


@pytest.mark.parametrize("lang", OURS + OTHERS)
def test_every_amount_is_read_back_as_it_was_printed(lang):
    form = spelling.form(lang)
    for code, (symbol, digits) in currencies().items():
        signs = spelling.signs(code, symbol, lang)
        for amount in amounts(digits):
            shown = even(spelling.money(amount, code, digits, lang))
            read = [value for _match, value in amounts_in(f"Nu {shown} te betalen.", form, signs, digits)]
            assert read == [amount], (code, shown)


@pytest.mark.parametrize("lang", OURS + OTHERS)
def test_the_short_way_writes_what_babel_writes(lang):
    """To the sign: halves, negative ones, nothing, floats and numbers that need no point."""
    samples = (
        0,
        -0.0,
        5,
        -5,
        0.005,
        0.015,
        -0.025,
        2.675,
        999.995,
        1e-7,
        1e21,
        D("-0.001"),
        D("1E+3"),
        D("-1234567.8912"),
    )
    for code, digits in (("EUR", 2), ("JPY", 0), ("KWD", 3), ("CHF", 2)):
        for amount in samples:
            assert spelling.money(amount, code, digits, lang) == spelling._applied(amount, code, digits, lang), amount


@pytest.mark.parametrize("lang", OURS)
def test_a_letter_names_its_total_and_nothing_else(lang):
    """One unit of the last decimal less or more is another amount."""
    form = spelling.form(lang)
    for code, (symbol, digits) in currencies().items():
        total, step = D("1210").quantize(D(1).scaleb(-digits)), D(1).scaleb(-digits)
        record = Record("reminder", lang[:2], None, frozenset(), total, spelling.signs(code, symbol, lang), digits)
        for amount, codes in (
            (total - step, ["TEXT_AMOUNT", "TEXT_TOTAL"]),
            (total, []),
            (total + step, ["TEXT_AMOUNT"]),
        ):
            shown = spelling.money(amount, code, digits, lang)
            found = [f.code for f in check(Written("", (Block(f"Nu {shown} dus."),)), record, form)]
            assert found[: len(codes)] == codes and bool(found) == bool(codes), (code, shown)
            own = spelling.money(total, code, digits, lang)
            missing = Element("Total", "", (own,), kind=FIGURE).is_missing(f"Nu {shown} dus.")
            assert missing is (amount != total), (code, shown)


@pytest.mark.parametrize("lang", OURS)
def test_another_currency_is_another_amount(lang):
    """The same figure with any other code, or the sign that another language gives it."""
    form = spelling.form(lang)
    for code, other in (("SEK", "EUR"), ("CHF", "EUR"), ("USD", "CAD"), ("JPY", "USD"), ("EUR", "GBP")):
        symbol, digits = currencies()[code]
        shown = spelling.money(D("1210"), other, digits, lang)
        signs = spelling.signs(code, symbol, lang)
        assert [value for _match, value in amounts_in(f"Nu {shown}.", form, signs, digits)] == [None], shown


@pytest.mark.parametrize(
    ("code", "shown", "value"),
    [
        ("SEK", "1.210,00 kr", D("1210.00")),
        ("SEK", "1.210 kr.", D("1210")),
        ("SEK", "kr 1.210,00", D("1210.00")),
        ("SEK", "1.210,0 kr", None),
        ("SEK", "1.210,000 kr", None),
        ("SEK", "A$ 5", None),
        ("SEK", "1.210,00 NOK", None),
        ("USD", "$ 1.210,00", D("1210.00")),
        ("USD", "US$ 1.210,00", D("1210.00")),
        ("USD", "A$ 1.210,00", None),
        ("USD", "1.210,00 $CA", None),
        ("JPY", "¥1.210", D("1210")),
        ("JPY", "¥1.210,00", D("1210")),
        ("JPY", "¥1.210,50", None),
        ("KWD", "KWD 1.210,500", D("1210.5")),
        ("KWD", "KWD 1.210,50", None),
        ("CHF", "CHF1.210,00", D("1210.00")),
        ("CHF", "1.210,00CHF", D("1210.00")),
        ("CHF", "₺ 5", None),
    ],
)
def test_ways_of_writing_by_hand(code, shown, value):
    symbol, digits = currencies()[code]
    signs = spelling.signs(code, symbol, "nl_NL")
    assert [v for _m, v in amounts_in(f"Nu {shown} dus", spelling.form("nl_NL"), signs, digits)] == [value]


@pytest.mark.parametrize("text", ["ALL 5 zijn", "BTW 21", "de 3 krokodillen", "try 2 times", "KVK 30201234", "XXX 5"])
def test_figures_without_a_currency(text):
    signs = spelling.signs("SEK", "kr", "nl_NL")
    found = [match[0] for match, _value in amounts_in(text, spelling.form("nl_NL"), signs)]
    assert found == (["ALL 5"] if "ALL" in text else [])
