"""Days, amounts and words as people type them."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.tools import typed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("30-11-2026", date(2026, 11, 30)),
        (" 1/2/2026 ", date(2026, 2, 1)),
        ("1.2.2026", date(2026, 2, 1)),
        ("2026-02-29", None),
        ("31-04-2026", None),
        ("", None),
        (None, None),
        ("tomorrow", None),
        ("0000-01-01", None),
        ("9999-12-31", None),
        ("2026-11-30T10:00", None),
        ("٣٠-١١-٢٠٢٦", None),
        ("30-11-26", None),
    ],
)
def test_day(text, day):
    assert typed.day(text) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("10", "10"),
        ("10,5", "10.5"),
        ("10.50", "10.50"),
        ("€ 1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234", "1234"),
        ("1 234,56", "1234.56"),
        ("1'234.56 EUR", "1234.56"),
        ("12.345.678,9", "12345678.9"),
        ("10,", "10"),
        ("10,-", "10"),
        ("0", "0"),
        ("10,555,5", None),
        ("1.23.456,00", None),
        ("1.2345", None),
        ("1.234.567", "1234567"),
        ("-5", None),
        ("1e5", None),
        ("NaN", None),
        ("Infinity", None),
        ("", None),
        (None, None),
        ("ten", None),
        ("٣", None),
        ("9" * 21, None),
        (",5", None),
        ("1,234,56", None),
    ],
)
def test_amount(text, amount):
    assert typed.amount(text) == (amount and Decimal(amount))


def test_amount_in_a_currency_without_cents():
    assert typed.amount("100", 0) == 100
    assert typed.amount("100,5", 0) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1’234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1.234.567,8", "1234567.80"),
        ("1.234", "1234.00"),
        ("1,234", "1234.00"),
        ("12,5", "12.50"),
        ("12.50", "12.50"),
        ("€ 12,-", "12.00"),
        ("EUR 12,--", "12.00"),
        ("12,00 eur", "12.00"),
        (" 100 ", "100.00"),
        ("0,01", "0.01"),
        ("１２,５０", "12.50"),
    ],
)
def test_positive(text, value):
    assert typed.positive(text) == Decimal(value)
    assert str(typed.positive(text)) == value


@pytest.mark.parametrize("text", ["", "  ", "\u00a0\n"])
def test_nothing_typed(text):
    assert typed.positive(text) is None


@pytest.mark.parametrize(
    "text",
    ["0", "0,00", "-5", "+5", "1e3", "1.2.3", "1,23,4", "1.234.56", "1,2345", "0,500", "12,345.678", "12 34", "€",
     "NaN", "Infinity", "0x10", "1_000", "12;50", "½", "١٢", "9" * 31, "<b>1</b>", "1.234,56,", ",50", None, 12,
     1.5, "ten"],
)  # fmt: skip
def test_no_positive_amount(text):
    with pytest.raises(ValueError, match="no amount"):
        typed.positive(text)


def test_words():
    assert typed.words(" a\r\nb\0c\u202e\ud800 ") == "a\nbc"
    assert typed.words(None) == ""
    assert [len(typed.words("x" * n)) for n in (3999, 4000, 4001)] == [3999, 4000, 4000]


@pytest.mark.parametrize(
    ("text", "number"), [("3", 3), (" 12 ", 12), ("-1", None), ("1.5", None), ("", None), ("٣", None)]
)
def test_number(text, number):
    assert typed.number(text) == number
