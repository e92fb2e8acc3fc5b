"""What a debtor may pay now, and where an amount that he chose goes: to the cent, and never more than is open."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine import paying
from odoo.addons.cremann_dunning.engine.decide import decide
from odoo.addons.cremann_dunning.engine.facts import Claim, Debtor
from odoo.addons.cremann_dunning.engine.paying import Part, Payable, Refused, choose

D = Decimal
TODAY = date(2026, 11, 16)
DAY = timedelta(days=1)


def row(item, principal="100", costs="0", interest="0", due=30, **vals):
    vals = {"late": due > 0, "dated": TODAY - (due + 14) * DAY, **vals}
    return Payable(
        item, item, f"INV/{item}", "EUR", TODAY - due * DAY, D(principal), D(costs), D(interest), **vals
    )  # fmt: skip


def parts(rows, items, amount=None, **vals):
    found = choose(rows, items, amount and D(amount), TODAY, **vals)
    return {part.item: (part.costs, part.interest, part.principal) for part in found}


def refused(rows, items, amount=None):
    with pytest.raises(Refused) as error:
        choose(rows, items, amount if amount is None else D(amount), TODAY)
    return error.value.code


def test_all_of_what_was_chosen():
    rows = [row(1, "100", "40", "1.23"), row(2, "50"), row(3, "70")]
    assert parts(rows, {1, 2}) == {1: (40, D("1.23"), 100), 2: (0, 0, 50)}
    assert parts(rows, {1, 2}, "191.23") == parts(rows, {2, 1})


def test_a_part_goes_to_the_oldest_and_there_to_costs_first():
    rows = [row(1, "100", "40", "1.23", due=10), row(2, "50", "7", due=20)]
    assert parts(rows, {1, 2}, "60") == {1: (3, 0, 0), 2: (7, 0, 50)}
    assert parts(rows, {1, 2}, "99") == {1: (40, D("1.23"), D("0.77")), 2: (7, 0, 50)}
    assert parts(rows, {1}, "41") == {1: (40, 1, 0)}


def test_what_is_due_comes_before_what_is_not_and_the_onerous_before_the_old():
    rows = [row(1, due=-5), row(2, due=3)]
    assert parts(rows, {1, 2}, "100") == {2: (0, 0, 100)}
    rows = [row(1, due=90), row(2, due=3, percent=D("8.00"))]
    assert parts(rows, {1, 2}, "100") == {2: (0, 0, 100)}


def test_of_one_day_in_proportion():
    rows = [row(1, "100"), row(2, "200")]
    assert parts(rows, {1, 2}, "100") == {1: (0, 0, D("33.33")), 2: (0, 0, D("66.67"))}


def test_other_currencies():
    yen = [replace(row(1, "100"), currency="JPY"), replace(row(2, "200"), currency="JPY")]
    assert parts(yen, {1, 2}, "100", places=0) == {1: (0, 0, 33), 2: (0, 0, 67)}
    with pytest.raises(Refused, match=paying.NOT_MUCH):
        choose(yen, {1}, D("1.50"), TODAY, places=0)
    dinar = [replace(row(1, "100.125"), currency="KWD")]
    assert parts(dinar, {1}, "0.125", places=3) == {1: (0, 0, D("0.125"))}


def test_what_is_refused():
    rows = [row(1), row(2), replace(row(3), currency="USD"), row(4, stop=paying.INSOLVENT), row(5, "0")]
    assert refused(rows, set()) == paying.NOTHING
    assert {refused(rows, {1, other}) for other in (4, 5, 99, None, "1")} == {paying.UNKNOWN}
    assert refused(rows, {1, 3}) == paying.CURRENCIES
    for amount, code in (("200.00", None), ("200.01", paying.TOO_MUCH), ("0", paying.NOT_MUCH), ("-1", paying.NOT_MUCH),
                         ("0.001", paying.NOT_MUCH)):  # fmt: skip
        if code:
            assert refused(rows, {1, 2}, amount) == code
        else:
            assert sum(part.total for part in choose(rows, {1, 2}, D(amount), TODAY)) == D(amount)


@pytest.mark.parametrize("due", [-1, 0, 1])
def test_what_is_proposed(due):
    assert row(1, due=due).proposed == (due > 0)
    assert not row(1, "0", due=due).proposed
    assert not row(1, due=due, agreed=("PLAN", D(10), TODAY)).proposed
    assert row(1, due=due, agreed=("PROMISE", D(10), TODAY)).proposed == (due > 0)
    assert not row(1, due=due, stop=paying.DISPUTED).proposed


def test_what_is_on_its_way_takes_costs_first():
    part = row(1, "100", "40", "5")
    assert paying.less(part, D(0)) == (40, 5)
    assert paying.less(part, D(40)) == (0, 5)
    assert paying.less(part, D(42)) == (0, 3)
    assert paying.less(part, D(50)) == (0, 0)


CENTS = st.integers(0, 200_000).map(lambda cents: D(cents).scaleb(-2))
ROWS = st.lists(
    st.builds(
        lambda p, c, i, due, percent: row(1, p, c, i, due=due, percent=D(percent)),
        CENTS, CENTS, CENTS, st.integers(-40, 90), st.integers(0, 12),
    ),
    min_size=1, max_size=8,
).map(lambda rows: [replace(one, item=number) for number, one in enumerate(rows)])  # fmt: skip


@given(ROWS, st.data())
def test_parts_add_up(rows, data):
    """No cent is lost or made, no part is more than is open, and principal waits for its costs and interest."""
    chosen = data.draw(st.sets(st.sampled_from([one.item for one in rows if one.total] or [0])))
    most = sum((one.total for one in rows if one.item in chosen), D(0))
    if not chosen or not most:
        return
    amount = D(data.draw(st.integers(1, int(most * 100)))).scaleb(-2)
    found = choose(rows, chosen, amount, TODAY)
    assert sum(part.total for part in found) == amount
    by_item = {one.item: one for one in rows}
    for part in found:
        one = by_item[part.item]
        assert part.item in chosen
        assert part.total > 0
        for name in ("costs", "interest", "principal"):
            assert 0 <= getattr(part, name) <= getattr(one, name)
        assert not part.interest or part.costs == one.costs
        assert not part.principal or part.beyond == one.costs + one.interest
    assert choose(rows, chosen, None, TODAY) == choose(rows, chosen, most, TODAY)
    assert isinstance(found[0], Part)


@pytest.mark.parametrize(("paid", "code"), [("0", "NO_PROCEDURE"), ("0.01", "IN_PAYMENT"), ("2000", "IN_PAYMENT")])
def test_who_is_paying_is_not_written_to(paid, code):
    """Also where it is a part, or costs alone: the letter would ask what is just being paid."""
    claim = Claim(
        1, 1, "INV/1", "EUR", D(1000), D(1000), TODAY - 30 * DAY, None, "business", paying=D(paid), payment="TX"
    )
    [decision] = decide(Debtor(1, "Jansen", (claim,)), {}, TODAY).decisions
    assert decision.code == code
    if code == "IN_PAYMENT":
        assert decision.facts == {"payment": "TX", "amount": D(paid)}
