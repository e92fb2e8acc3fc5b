"""What a claim had on one ladder counts on another one: a consumer who turns out to trade, or the other way round."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.ladder import carry_over
from odoo.addons.cremann_dunning.engine.rules import (
    CALL,
    FINAL_NOTICE,
    HANDOVER,
    LEGAL_FORCE,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    REMINDER,
    STATUTORY_NOTICE,
)

LIGHT = (REMINDER, CALL)
CONSUMER = [REMINDER, STATUTORY_NOTICE, FINAL_NOTICE]
BUSINESS = [REMINDER, REMINDER, CALL, NOTICE_OF_DEFAULT, FINAL_NOTICE]


def numbered(kinds, start):
    return list(enumerate(kinds, start))


def reached(ladder, had):
    """How many steps of a ladder count when the claim had these steps of another one."""
    levels = numbered(ladder, 1)
    done = carry_over(levels, dict(numbered(had, 101)))
    return sum(id_ in done for id_, _kind in levels)


@pytest.mark.parametrize(
    ("ladder", "had", "steps"),
    [
        (BUSINESS, [REMINDER], 1),
        (BUSINESS, [REMINDER, REMINDER], 2),
        (BUSINESS, [REMINDER] * 3, 3),
        (BUSINESS[:2], [REMINDER] * 3, 2),
        ([REMINDER, CALL, REMINDER, FINAL_NOTICE], [REMINDER, REMINDER], 3),
        (BUSINESS, [REMINDER, STATUTORY_NOTICE], 3),
        (BUSINESS, [REMINDER, STATUTORY_NOTICE, FINAL_NOTICE], 3),
        (BUSINESS, [REMINDER, NOTICE_OF_DEFAULT], 4),
        (CONSUMER, [REMINDER, REMINDER], 1),
        (CONSUMER, [REMINDER, REMINDER, NOTICE_OF_DEFAULT, FINAL_NOTICE], 1),
        (CONSUMER, [REMINDER, STATUTORY_NOTICE], 2),
        (CONSUMER, [STATUTORY_NOTICE], 2),
        ([STATUTORY_NOTICE, STATUTORY_NOTICE], [STATUTORY_NOTICE], 1),
        ([PRE_DUE, REMINDER, REMINDER], [REMINDER], 1),
        (BUSINESS, [], 0),
        ([], [REMINDER], 0),
    ],
)
def test_ladders(ladder, had, steps):
    assert reached(ladder, had) == steps


KINDS = st.sampled_from([REMINDER, CALL, STATUTORY_NOTICE, NOTICE_OF_DEFAULT, FINAL_NOTICE, HANDOVER])
LADDERS = st.lists(KINDS, max_size=7)


@st.composite
def claims(draw):
    """A ladder and what was done, on it and on others."""
    levels = numbered(draw(LADDERS), 1)
    own = draw(st.integers(0, len(levels)))
    return levels, dict(levels[:own]) | dict(numbered(draw(LADDERS), 101))


@given(claims())
def test_no_step_with_force_counts_that_was_not_taken(claim):
    levels, done = claim
    had = Counter(kind for kind in done.values() if kind in LEGAL_FORCE)
    counted = Counter(kind for id_, kind in levels if id_ in carry_over(levels, done) and kind in LEGAL_FORCE)
    assert counted <= had


@given(claims())
def test_what_counts_begins_at_the_foot_and_has_no_hole(claim):
    levels, done = claim
    counted = carry_over(levels, done)
    steps = [id_ in counted for id_, _kind in levels]
    assert steps == sorted(steps, reverse=True)


@given(claims())
def test_never_backwards_on_its_own_ladder_and_no_letter_counts_twice(claim):
    levels, done = claim
    counted = carry_over(levels, done)
    assert {id_ for id_, _kind in levels if id_ in done} <= counted
    letters = {id_ for id_, kind in done.items() if kind not in LIGHT}
    heavy = {id_ for id_, kind in levels if kind not in LIGHT} | {id_ for id_ in done if id_ > 100}
    assert len([id_ for id_ in counted & heavy if (done | dict(levels))[id_] not in LIGHT]) == len(letters)


@given(claims())
def test_once_more_changes_nothing(claim):
    levels, done = claim
    kinds = done | dict(levels)
    counted = carry_over(levels, done)
    again = carry_over(levels, {id_: kinds[id_] for id_ in counted})
    assert {id_ for id_, _kind in levels} & again >= {id_ for id_, _kind in levels} & counted


@given(LADDERS)
def test_the_same_ladder_with_other_ids_goes_on_where_it_was(kinds):
    for steps in range(len(kinds) + 1):
        assert reached(kinds, kinds[:steps]) >= steps
