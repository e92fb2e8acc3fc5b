"""When VAT on a claim that is lost comes back, and how much of the loss is VAT."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.law.bad_debt import (
    CERTAIN,
    JUDGMENT,
    PROOF,
    UNKNOWN,
    YEAR,
    VatBack,
    lost_parts,
    vat_back,
)
from odoo.addons.cremann_dunning.law.errors import AmountError, DateError

DUE = date(2025, 3, 15)


@pytest.mark.parametrize(
    ("certain_on", "expected"),
    [
        (None, VatBack(date(2026, 3, 15), YEAR)),
        (date(2026, 3, 14), VatBack(date(2026, 3, 14), CERTAIN)),
        (date(2026, 3, 15), VatBack(date(2026, 3, 15), YEAR)),
        (date(2026, 3, 16), VatBack(date(2026, 3, 15), YEAR)),
    ],
)
def test_netherlands(certain_on, expected):
    """As soon as it is certain, and a year after the due date at the latest; a bankruptcy makes nothing certain."""
    assert vat_back("NL", DUE, certain_on) == expected
    assert vat_back("NL", DUE, certain_on, bankrupt_on=date(2025, 4, 1)) == expected


def test_netherlands_leap_day_and_no_due_date():
    assert vat_back("NL", date(2024, 2, 29)).day == date(2025, 2, 28)
    assert vat_back("NL", None) == VatBack(None, UNKNOWN)
    assert vat_back("NL", None, DUE) == VatBack(DUE, CERTAIN)


@pytest.mark.parametrize(
    ("certain_on", "bankrupt_on", "expected"),
    [
        (None, None, VatBack(None, PROOF)),
        (date(2026, 12, 31), None, VatBack(date(2026, 12, 31), CERTAIN, date(2029, 12, 31))),
        (date(2027, 1, 1), None, VatBack(date(2027, 1, 1), CERTAIN, date(2030, 12, 31))),
        (date(2028, 5, 1), date(2026, 4, 1), VatBack(date(2026, 4, 1), JUDGMENT, date(2029, 12, 31))),
    ],
)
def test_belgium(certain_on, bankrupt_on, expected):
    """The judgment of bankruptcy, whatever became known later; else the proof. Three calendar years are left."""
    assert vat_back("BE", DUE, certain_on, bankrupt_on) == expected


def test_elsewhere():
    assert vat_back("DE", DUE) == VatBack(None, UNKNOWN)
    assert vat_back("DE", DUE, date(2026, 1, 1)) == VatBack(date(2026, 1, 1), CERTAIN)


def test_no_date():
    with pytest.raises(DateError):
        vat_back("NL", datetime(2025, 3, 15))


def test_what_is_lost():
    taxes = [(Decimal("100.00"), Decimal("21.00")), (Decimal("200.00"), Decimal("18.00"))]
    whole = Decimal("339.00")
    assert lost_parts(whole, whole, taxes) == taxes
    half = lost_parts(Decimal("169.50"), whole, taxes)
    assert half == [(Decimal("50.00"), Decimal("10.50")), (Decimal("100.00"), Decimal("9.00"))]
    assert lost_parts(Decimal("0.01"), Decimal("3.00"), [(Decimal("2.00"), Decimal("1.00"))]) == [
        (Decimal("0.01"), Decimal("0.00"))
    ]
    assert lost_parts(Decimal("1.00"), Decimal("0.00"), taxes[:1]) == [(Decimal("0.00"), Decimal("0.00"))]
    with pytest.raises(AmountError):
        lost_parts(1.5, whole, taxes)
