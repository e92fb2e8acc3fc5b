"""The table of docs/claims.md: what becomes of a claim whose entry was reset, changed and posted again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.following import Now, Told, follow

D1, D2, D3 = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
ONE, TWO = frozenset({1}), frozenset({1, 2})


def told(key, due, amount, levels=ONE, instalments=2, alike=1, currency="EUR"):
    return Told(key, due, Decimal(amount), currency, levels, instalments, alike, (key or 0,))


def now(line_id, due, amount, currency="EUR"):
    return Now(line_id, due, Decimal(amount), currency)


CASES = {
    "nothing changed": ([told(1, D1, 50)], [now(1, D1, 50), now(2, D2, 50)], {1: (1, None)}),
    "other ids": ([told(1, D1, 50)], [now(8, D1, 50), now(9, D2, 50)], {1: (8, None)}),
    "ids changed places": ([told(1, D1, 50)], [now(2, D1, 50), now(1, D2, 50)], {1: (2, None)}),
    "one claim, other date": ([told(1, D1, 50, instalments=1)], [now(9, D2, 50)], {1: (9, None)}),
    "one claim, more": ([told(1, D1, 50, instalments=1)], [now(9, D1, 70)], {1: (9, None)}),
    "one claim, other currency": ([told(1, D1, 50, instalments=1)], [now(1, D1, 50, "USD")], {}),
    "one claim split, first part on its day": (
        [told(1, D1, 100, instalments=1)], [now(1, D2, 50), now(2, D1, 50)], {1: (2, None)},
    ),
    "one claim split, no part on its day": ([told(1, D1, 100, instalments=1)], [now(1, D2, 50), now(2, D3, 50)], {}),
    "one claim split into twins": ([told(1, D1, 100, instalments=1)], [now(1, D1, 50), now(2, D1, 50)], {}),
    "merged, both told": ([told(1, D1, 50, TWO), told(2, D2, 50)], [now(1, D1, 100)], {2: (1, ONE)}),
    "merged, one told": ([told(1, D1, 50)], [now(1, D1, 100)], {}),
    "merged, one told, on another day": ([told(1, D1, 50)], [now(1, D3, 100)], {}),
    "merged into more than was told": ([told(1, D1, 50), told(2, D2, 50)], [now(1, D1, 120)], {}),
    "another day for one of two, both told": (
        [told(1, D1, 50), told(2, D2, 60)], [now(1, D1, 50), now(2, D3, 60)], {1: (1, None), 2: (2, None)},
    ),
    "another day for one of two, one told": ([told(1, D1, 50)], [now(1, D3, 50), now(2, D2, 50)], {}),
    "less on the same day": ([told(1, D1, 50)], [now(7, D1, 40), now(8, D2, 50)], {1: (7, None)}),
    "more on the same day, one told": ([told(1, D1, 50)], [now(7, D1, 60), now(8, D2, 60)], {}),
    "more on the same days, both told": (
        [told(1, D1, 50), told(2, D2, 50, TWO)], [now(7, D1, 60), now(8, D2, 60)], {1: (7, None), 2: (8, None)},
    ),
    "day and amount disagree": ([told(1, D1, 50), told(2, D2, 30)], [now(7, D1, 30), now(8, D2, 50)], {}),
    "twins keep their own": (
        [told(1, D1, 50, TWO, alike=2)], [now(1, D1, 50), now(2, D1, 50)], {1: (1, None)},
    ),
    "twins with other ids, one told": ([told(1, D1, 50, alike=2)], [now(8, D1, 50), now(9, D1, 50)], {}),
    "twins with other ids, both told": (
        [told(1, D1, 50, TWO, alike=2), told(2, D1, 50, alike=2)],
        [now(8, D1, 50), now(9, D1, 50)],
        {2: (8, ONE), 1: (9, ONE)},
    ),
    "one of told twins is left": (
        [told(1, D1, 50, TWO, alike=2), told(2, D1, 50, alike=2)], [now(8, D1, 50)], {2: (8, ONE)},
    ),
    "gone": ([told(1, D1, 50)], [], {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_table(case):
    claims, items, expected = CASES[case]
    found = follow(claims, items)
    assert {f.told.key: (f.line_id, f.levels) for f in found} == expected
    assert len(found) == len(expected)


PARTS = st.lists(st.tuples(st.sampled_from([D1, D2, D3]), st.sampled_from([30, 50, 60, 100])), min_size=1, max_size=4)


@given(before=PARTS, after=PARTS, levels=st.lists(st.sampled_from([frozenset(), ONE, TWO]), min_size=4, max_size=4),
       ids=st.permutations(range(1, 9)), unsaid=st.sets(st.integers(0, 3)))  # fmt: skip
def test_never_a_step_too_early(before, after, levels, ids, unsaid):
    """Whatever changed: no item gets levels of two claims, or a level about more money than it was said about."""
    claims = [
        told(i + 1, due, amount, levels[i], len(before), before.count((due, amount)))
        for i, (due, amount) in enumerate(before)
        if i not in unsaid
    ]
    items = [now(line_id, due, amount) for line_id, (due, amount) in zip(ids, after, strict=False)]
    found = follow(claims, items)
    assert len({f.told.key for f in found}) == len({f.line_id for f in found}) == len(found)
    amounts = {item.line_id: item.amount for item in items}
    everything_told = len(claims) == len(before)
    for level in (1, 2):
        said = sum(claim.amount for claim in claims if level in claim.levels)
        kept = sum(amounts[f.line_id] for f in found if level in (f.told.levels if f.levels is None else f.levels))
        assert kept <= said or everything_told
        if not said:
            assert not kept


@given(parts=PARTS, ids=st.permutations(range(1, 9)))
def test_nothing_changed_but_the_ids(parts, ids):
    """All told and each another: every claim is found again."""
    parts = sorted(set(parts))
    claims = [told(i + 1, due, amount, TWO, len(parts)) for i, (due, amount) in enumerate(parts)]
    items = [now(line_id, due, amount) for line_id, (due, amount) in zip(ids, parts, strict=False)]
    assert {f.told.key: f.line_id for f in follow(claims, items)} == {i + 1: ids[i] for i in range(len(parts))}


def test_days_apart():
    """A day is enough to be another date."""
    claim = told(1, D1, 50)
    for days, followed in ((-1, False), (0, True), (1, False)):
        items = [now(7, D1 + timedelta(days=days), 50), now(8, D2, 50)]
        assert bool(follow([claim], items)) is followed, days
