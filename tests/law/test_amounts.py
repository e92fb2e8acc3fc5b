"""Cents in, cents out: nothing is lost and every error names its field."""

import pickle
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law import amounts, errors
from odoo.addons.cremann_dunning.law.errors import AmountError, ChoiceError, DateError

from .support import D

money = st.decimals(min_value=0, max_value=100_000, places=2)


@given(money, st.lists(money, min_size=1, max_size=12))
def test_share_loses_no_cent(total, weights):
    assert sum(amounts.share(total, weights)) == total


@given(money, st.lists(money, min_size=1, max_size=12).filter(any))
def test_share_is_within_a_cent_of_the_proportion(total, weights):
    for part, weight in zip(amounts.share(total, weights), weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < D("0.01")


def test_share_gives_the_odd_cent_to_the_first():
    assert amounts.share(D("0.10"), [D("1"), D("1"), D("1")]) == [D("0.04"), D("0.03"), D("0.03")]
    assert amounts.share(D("0.03"), [D("0"), D("0")]) == [D("0.02"), D("0.01")]


def test_share_over_nothing():
    assert amounts.share(D("0"), []) == []
    with pytest.raises(AmountError):
        amounts.share(D("0.01"), [])


@given(st.integers(min_value=0, max_value=10**17))
def test_cents_go_round(cents):
    assert amounts.to_cents("amount", amounts.from_cents(cents)) == cents


def test_trailing_zeros_are_whole_cents():
    assert amounts.to_cents("amount", D("12.3400")) == 1234
    assert amounts.to_cents("amount", 12) == 1200


@pytest.mark.parametrize("value", [True, 1.5, "1", None, Decimal("sNaN"), Decimal("-Infinity"), D("1.005")])
def test_bad_amount(value):
    with pytest.raises(AmountError) as error:
        amounts.to_cents("amount", value)
    assert error.value.field == "amount"


@pytest.mark.parametrize("value", [D("-0.01"), D("1000.01"), D("1.0000001")])
def test_bad_percentage(value):
    with pytest.raises(AmountError) as error:
        amounts.to_percent("rate", value)
    assert error.value.field == "rate"


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), "2026-01-01", None, date(1969, 12, 31), date(2101, 1, 1)])
def test_bad_date(value):
    with pytest.raises(DateError) as error:
        errors.check_date("due_date", value)
    assert error.value.field == "due_date"


def test_bad_choice_lists_what_is_known():
    with pytest.raises(ChoiceError, match="email, post"):
        errors.check_choice("channel", "fax", ("post", "email"))


def test_errors_say_field_and_reason_and_survive_a_process():
    error = pickle.loads(pickle.dumps(AmountError("principal", "is odd")))
    assert (type(error), error.field, error.reason, str(error)) == (
        AmountError,
        "principal",
        "is odd",
        "principal: is odd",
    )
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(0, 7, 0), (49, 100, 0), (50, 100, 1), (51, 100, 1), (3, 2, 2), (5, 3, 2)],
)
def test_half_up(numerator, denominator, expected):
    assert amounts.half_up(numerator, denominator) == expected


def test_percentage_of_cents():
    percent = amounts.to_percent("rate", D("21"))
    assert amounts.percentage(11250, percent) == 2363
    assert amounts.percentage(11250, percent, "down") == 2362


@pytest.mark.parametrize("value", [D("0"), D("0.000001"), D("1000")])
def test_percentages_at_the_bounds(value):
    assert amounts.to_percent("rate", value) == int(value * 1_000_000)


@pytest.mark.parametrize(("value", "beyond"), [("1E+15", "1000000000000000.01"), ("-1E+15", "-1000000000000000.01")])
def test_amounts_at_the_bounds(value, beyond):
    assert amounts.to_cents("amount", D(value)) == int(D(value)) * 100
    with pytest.raises(AmountError):
        amounts.to_cents("amount", D(beyond))
