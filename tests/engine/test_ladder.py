"""Where a claim stands on the ladder: what the gate reads from a procedure, the levels done and a backlog."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.gate import place_on_ladder
from odoo.addons.cremann_dunning.engine.rules import (
    GENTLE,
    LEAVE_OUT,
    MATCH,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    STATUTORY_NOTICE,
    Backlog,
    House,
)

from .support import TODAY, day, ladder, level

WITH_NOTICE = ladder(level(9, 5, legal_type=PRE_DUE, sequence=0), level(1, 1), level(2), level(3))


def place(level_id, done=(), due=-60, rules=None, house=None):
    return place_on_ladder(rules or ladder(), level_id, day(due), frozenset(done), TODAY, house or House())


@pytest.mark.parametrize(("done", "reached"), [((), -1), ((1,), 0), ((1, 2), 1), ((98,), -1)])
def test_a_claim_stands_on_the_furthest_step_that_it_had(done, reached):
    assert place(2, done) == (1, reached)


def test_a_level_that_is_gone_has_no_place():
    assert place(7) == (None, -1)


@pytest.mark.parametrize(("done", "reached"), [((), 0), ((9,), 0), ((9, 1), 1)])
def test_a_notice_that_was_never_sent_is_no_step_that_is_missing(done, reached):
    assert place(1, done, rules=WITH_NOTICE) == (1, reached)


def test_the_notice_itself_comes_first():
    assert place(9, rules=WITH_NOTICE) == (0, -1)


@pytest.mark.parametrize(("rule", "reached"), [(MATCH, 1), (GENTLE, -1), (LEAVE_OUT, -1)])
def test_only_a_matching_backlog_skips_steps(rule, reached):
    assert place(3, house=House(backlog=Backlog(day(-1), rule, 90))) == (2, reached)


@pytest.mark.parametrize(("start", "reached"), [(-61, -1), (-60, -1), (-59, 1)])
def test_a_claim_due_before_the_start_belongs_to_the_backlog(start, reached):
    assert place(3, house=House(backlog=Backlog(day(start), MATCH))) == (2, reached)


def test_a_claim_that_had_something_belongs_to_no_backlog():
    assert place(3, (1,), house=House(backlog=Backlog(day(-1), MATCH))) == (2, 0)


@pytest.mark.parametrize(("due", "reached"), [(-14, -1), (-15, 1), (-16, 1)])
def test_the_age_of_a_claim_says_how_far_it_may_start(due, reached):
    """Steps on day 1, 8 and 15 after the due date."""
    assert place(3, due=due, house=House(backlog=Backlog(day(0), MATCH))) == (2, reached)


@pytest.mark.parametrize(("agreed", "last"), [(False, 1), (True, 2)])
def test_nobody_starts_at_a_statutory_notice_before_he_is_in_default(agreed, last):
    rules = ladder(level(1, 1), level(2, legal_type=STATUTORY_NOTICE), level(3, legal_type=NOTICE_OF_DEFAULT))
    assert rules.matching_level(day(-300), TODAY, agreed).id == last


@given(st.integers(0, 100), st.lists(st.integers(0, 20), min_size=1, max_size=5), st.integers(0, 3))
def test_the_days_of_a_matching_level_are_those_on_which_it_changes(age, delays, correction):
    rules = ladder(*(level(at, delay) for at, delay in enumerate(delays, 1)), correction_days=correction)
    due = day(-age)
    days = dict(rules.matching_days(due))
    for number in range(1, age + 1):
        today = due + timedelta(days=number)
        before, now = (rules.matching_level(due, on) for on in (today - timedelta(days=1), today))
        assert (before != now) == (today in list(days.values())[1:])
