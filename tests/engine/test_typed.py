"""Amounts as people type them, in three languages."""

from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.typed import amount


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
def test_typed(text, value):
    assert amount(text) == Decimal(value)
    assert str(amount(text)) == value


@pytest.mark.parametrize("text", ["", "  ", "\u00a0\n"])
def test_nothing(text):
    assert amount(text) is None


@pytest.mark.parametrize(
    "text",
    ["0", "0,00", "-5", "+5", "1e3", "1.2.3", "1,23,4", "1.234.56", "1,2345", "0,500", "12,345.678", "12 34", "€",
     "NaN", "Infinity", "0x10", "1_000", "12;50", "½", "١٢", "9" * 31, "<b>1</b>", "1.234,56,", ",50", None, 12,
     1.5, "ten"],
)  # fmt: skip
def test_no_amount(text):
    with pytest.raises(ValueError, match="no amount"):
        amount(text)
