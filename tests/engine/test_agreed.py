"""What an agreement comes to: the claims it is about, and costs divided to the cent."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.agreed import Part, Sums, agreed_on, shared

from .support import claim, day

FIRST = Part(claim(1, dated=day(-20)), Decimal("100.00"), Decimal("2.00"), Decimal("15.00"), Decimal("1.00"))
SECOND = Part(claim(2, dated=day(-3)), Decimal("50.00"), Decimal("0.50"))
HELD = Part(claim(3, dated=day(-20)), Decimal("30.00"), asked=False)
LATER = Part(claim(4, -5, dated=day(-20)), Decimal("7.00"), late=False, asked=False)
DOLLARS = Part(claim(5, currency="USD"), Decimal("9.00"))
ALL = (FIRST, SECOND, HELD, LATER, DOLLARS)


@pytest.mark.parametrize(
    ("parts", "options", "principal"),
    [
        (ALL, {}, 150),
        (ALL, {"currency": "USD"}, 9),
        (ALL, {"moves": {1, 3}}, 130),
        (ALL, {"moves": {4}}, 7),
        (ALL, {"moves": {9}}, 0),
        (ALL, {"since": day(-4)}, 100),
        (ALL, {"since": day(-3)}, 150),
        (ALL, {"moves": {2}, "since": day(-4)}, 50),
        ((HELD, LATER), {}, 30),
        ((LATER,), {}, 7),
        ((), {}, 0),
    ],
)
def test_what_an_agreement_is_about(parts, options, principal):
    assert agreed_on(parts, **{"currency": "EUR", **options}).principal == principal


def test_everything_adds_up():
    sums = agreed_on(ALL, "EUR")
    assert sums == Sums(Decimal("150.00"), Decimal("2.50"), Decimal("15.00"), Decimal("1.00"))
    assert sums.total == Decimal("167.50")
    assert agreed_on((replace(FIRST, principal=Decimal(0)),), "EUR").total == Decimal("17.00")


def test_what_is_disputed_is_agreed_on_only_where_nothing_else_is():
    part = replace(FIRST, principal=Decimal(0), interest=Decimal(0), costs=Decimal(0), disputed=Decimal("100.00"))
    assert agreed_on((part,), "EUR").total == 100
    assert agreed_on((part, SECOND), "EUR").principal == 50
    assert agreed_on((part, SECOND), "EUR", moves={1}).total == 100


amounts = st.integers(1, 10**7).map(lambda number: Decimal(number).scaleb(-2))


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from((0, 2, 3)), st.lists(amounts, min_size=1, max_size=6))
def test_costs_are_divided_without_losing_a_cent(units, places, principals):
    total = Decimal(units).scaleb(-places)
    parts = shared(total, principals)
    assert sum(parts) == total
    for part, principal in zip(parts, principals, strict=True):
        assert abs(part - total * principal / sum(principals)) < Decimal(1).scaleb(-places)
