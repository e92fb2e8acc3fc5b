"""What own credits are for: costs that are due, interest that was asked, principal; and nothing given away twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.facts import ZERO, Charged, Claim, Credit
from odoo.addons.cremann_dunning.engine.gate import ClaimOnLetter
from odoo.addons.cremann_dunning.engine.set_off import apply_credits, takings

D = Decimal
TODAY = date(2026, 11, 16)
DAY = timedelta(days=1)


def claim(line_id, amount="1000", charged=None, due=30, **vals):
    return Claim(
        line_id, line_id, f"INV/{line_id}", "EUR", D(amount), D(amount), TODAY - due * DAY, 1, "business",
        charged=charged, **vals,
    )  # fmt: skip


def asked(costs="150", interest="5.70", since=TODAY - DAY, **vals):
    return Charged(costs=D(costs), costs_from=since, base=D("1000"), interest=D(interest), **vals)


def money(amount, *moves):
    return Credit("BNK/1", "EUR", D(amount), moves=frozenset(moves), received=True)


def taken(claims, *own_credits):
    """What principals and what costs and interest take, by line id."""
    found = takings(claims, own_credits, {}, (), TODAY)
    return tuple({c.line_id: sum(a for d, _k, a in part if d == c) for c, _credit, _amount in part} for part in found)


def test_money_pays_costs_and_interest_before_principal():
    assert taken([claim(1, charged=asked())], money("155.70")) == ({}, {1: D("155.70")})
    assert taken([claim(1, charged=asked())], money("155.71")) == ({1: D("0.01")}, {1: D("155.70")})


def test_a_credit_note_pays_principal_alone():
    note = Credit("RINV/1", "EUR", D("200"))
    assert taken([claim(1, charged=asked())], note) == ({1: D("200")}, {})


@pytest.mark.parametrize(("since", "beyond"), [(-1, "155.70"), (0, "155.70"), (1, "5.70")])
def test_costs_whose_free_term_runs_absorb_nothing(since, beyond):
    one = claim(1, charged=asked(since=TODAY + since * DAY))
    assert taken([one], money("200"))[1] == {1: D(beyond)}


def test_what_was_received_or_waived_is_not_paid_again():
    one = claim(1, charged=asked(costs_received=D("100"), costs_waived=D("50"), interest_waived=D("5")))
    assert taken([one], money("200")) == ({1: D("199.30")}, {1: D("0.70")})


def test_what_is_left_of_a_payment_goes_with_the_invoice_that_it_paid():
    rest = replace(claim(1, "155.70", due=5), rest=True)
    older = claim(2, due=90)
    assert taken([rest, older], money("155.70", 1)) == ({}, {1: D("155.70")})
    assert taken([rest, older], money("155.70")) == ({2: D("155.70")}, {})


@pytest.mark.parametrize(("due", "first"), [(1, 2), (0, 2), (-1, 1)])
def test_the_most_onerous_of_what_is_due_goes_first(due, first):
    claims = [claim(1, percent=D("4")), claim(2, due=due, percent=D("10.40"))]
    assert taken(claims, money("10")) == ({first: D("10")}, {})


def test_a_rest_that_is_asked_is_covered_by_money():
    rest = replace(claim(1, "155.70"), rest=True)
    assert apply_credits([rest], [money("100")], {}, (), TODAY)[1][0] == D("100")
    assert not apply_credits([rest], [Credit("RINV/1", "EUR", D("100"))], {}, (), TODAY)


def test_costs_stay_over_what_was_owed_when_they_became_due():
    """6:44 lid 1 BW: what came in after that paid costs first, so it makes them no lower; a credit note does."""
    one = ClaimOnLetter(1, "", None, None, open=D("400"), charged=asked(), receipts=((TODAY, D("600")),))
    assert one.costs_base(TODAY) == D("1000")
    before = replace(one, receipts=((TODAY - 2 * DAY, D("600")),))
    assert before.costs_base(TODAY) == D("400")
    assert replace(one, receipts=()).costs_base(TODAY) == D("400"), "credited"
    assert replace(one, charged=asked(since=TODAY + DAY)).costs_base(TODAY) == D("400"), "not due yet"


amounts = st.integers(0, 300_000).map(lambda cents: D(cents).scaleb(-2))
charges = st.one_of(
    st.none(),
    st.builds(
        lambda costs, interest, off, since: Charged(
            costs=costs, interest=interest, costs_received=min(off, costs), costs_from=TODAY + since * DAY
        ),
        amounts, amounts, amounts, st.integers(-3, 3),
    ),
)  # fmt: skip


@given(
    st.lists(st.tuples(amounts, charges, st.integers(1, 99), st.booleans()), max_size=4),
    st.lists(st.tuples(amounts, st.booleans(), st.sets(st.integers(0, 3), max_size=2)), max_size=4),
)
def test_no_cent_is_lost_or_counted_twice(claims, own_credits):
    claims = [
        claim(place, amount, charged=None if rest else charged, due=due, rest=rest)
        for place, (amount, charged, due, rest) in enumerate(claims)
    ]
    own = [
        Credit(f"C{place}", "EUR", amount, moves=frozenset(moves), received=received)
        for place, (amount, received, moves) in enumerate(own_credits)
    ]
    principals, beyond = takings(claims, own, {}, (), TODAY)
    for credit in own:
        used = sum((amount for _claim, by, amount in (*principals, *beyond) if by is credit), ZERO)
        assert used <= credit.amount
    assert all(by.received for _claim, by, _amount in beyond), "a credit note paid costs"
    left = {}
    for one in claims:
        on_principal = sum((amount for c, _by, amount in principals if c is one), ZERO)
        on_top = sum((amount for c, _by, amount in beyond if c is one), ZERO)
        if one.rest:
            assert not on_principal
            left[one.line_id] = one.residual - on_top
        else:
            left[one.line_id] = one.residual - on_principal
            owed = one.charged.left(TODAY) if one.charged else ZERO
            assert on_top <= owed
            assert on_top == owed or not any(
                by.received for c, by, _amount in principals if c is one and one.move_id in by.moves
            ), "principal before costs"
        assert left[one.line_id] >= 0
    unused = sum(c.amount for c in own if c.received) - sum(a for _c, by, a in (*principals, *beyond) if by.received)
    assert unused >= 0
    assert not unused or not any(left.values()), "money lies idle beside what is open"
