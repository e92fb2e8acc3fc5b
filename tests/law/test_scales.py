"""How costs come about by a scale: the steps that a letter shows."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law import costs
from odoo.addons.cremann_dunning.law.scales import BE_CONSUMER_CAP, NL_SCALE, tiers

from .support import D

cents = st.decimals(min_value=0, max_value=3_000_000, places=2)


@given(cents, st.sampled_from([NL_SCALE, BE_CONSUMER_CAP]))
def test_tiers_add_up(principal, scale):
    found = tiers(principal, scale)
    total = sum((tier.costs for tier in found), Decimal(0))
    least, most = scale.minimum or Decimal(0), scale.maximum
    assert costs.collection_costs(principal, scale) == (min(max(total, least), most) if principal else 0)
    if scale is NL_SCALE:
        assert sum((tier.part for tier in found), Decimal(0)) == principal


@pytest.mark.parametrize(
    ("scale", "principal", "expected"),
    [
        (NL_SCALE, "0.00", []),
        (NL_SCALE, "100.00", [("0.00", "15", "100.00", "15.00")]),
        (NL_SCALE, "333.33", [("0.00", "15", "333.33", "50.00")]),
        (NL_SCALE, "2500.00", [("0.00", "15", "2500.00", "375.00")]),
        (NL_SCALE, "2500.01", [("0.00", "15", "2500.00", "375.00"), ("0.00", "10", "0.01", "0.00")]),
        (
            NL_SCALE,
            "250000.00",
            [
                ("0.00", "15", "2500.00", "375.00"),
                ("0.00", "10", "2500.00", "250.00"),
                ("0.00", "5", "5000.00", "250.00"),
                ("0.00", "1", "190000.00", "1900.00"),
                ("0.00", "0.5", "50000.00", "250.00"),
            ],
        ),
        (BE_CONSUMER_CAP, "150.00", [("20.00", "0", "150.00", "20.00")]),
        (BE_CONSUMER_CAP, "150.01", [("30.00", "10", "0.01", "30.00")]),
        (BE_CONSUMER_CAP, "505.00", [("65.00", "5", "5.00", "65.25")]),
    ],
)
def test_tiers(scale, principal, expected):
    found = [(tier.base, tier.percent, tier.part, tier.costs) for tier in tiers(D(principal), scale)]
    assert found == [tuple(map(D, row)) for row in expected]
