"""What a person sets about the next step: by hand only, and not before a day."""

import pytest

from .support import claim, codes, day, ladder, level, only, reached, run


@pytest.mark.parametrize(("on", "code"), [(1, "DAY_SET"), (0, "LETTER"), (-1, "LETTER"), (None, "LETTER")])
def test_day_that_was_set(on, code):
    found = only(run(claim(not_before=None if on is None else day(on))))
    assert found.code == code
    if code == "DAY_SET":
        assert (found.on, found.facts["date"]) == (day(1), day(1))


def test_no_step_comes_sooner_than_its_procedure_has_it():
    found = only(run(reached(1, 3, not_before=day(-3))))
    assert (found.code, found.on) == ("NOT_YET", day(4))


@pytest.mark.parametrize(("set_on", "code", "on"), [(3, "NOT_YET", 4), (4, "NOT_YET", 4), (5, "DAY_SET", 5)])
def test_the_later_of_both_days_is_told(set_on, code, on):
    """Also while the procedure itself has the step come later than today."""
    found = only(run(reached(1, 3, not_before=day(set_on))))
    assert (found.code, found.on) == (code, day(on))


def test_a_call_waits_for_the_day_as_well():
    call = ladder(level(1, 1, legal_type="call"))
    assert only(run(claim(not_before=day(1)), rules=call)).code == "DAY_SET"
    assert only(run(claim(not_before=day(0)), rules=call)).code == "CALL_DUE"


def test_the_other_claims_go_without_it():
    outcome = run(claim(1), claim(2, not_before=day(4)))
    assert codes(outcome) == {1: "LETTER", 2: "DAY_SET"}
    assert [d.claim.line_id for letter in outcome.letters for d in letter.decisions] == [1]


def test_a_hold_says_more_than_a_day():
    assert only(run(claim(not_before=day(4), no_followup=True))).code == "NO_FOLLOWUP"


@pytest.mark.parametrize(("automatic", "code"), [(True, "BY_HAND"), (False, "LETTER")])
def test_by_hand_only(automatic, code):
    by_itself = ladder(level(1, 1, automatic=True), level(2, automatic=True))
    found = only(run(claim(by_hand=True), rules=by_itself, automatic_only=automatic))
    assert (found.code, found.on) == (code, day(0))
    assert only(run(claim(), rules=by_itself, automatic_only=automatic)).code == "LETTER"


def test_by_hand_only_of_a_notice():
    notice = ladder(level(1, 5, legal_type="pre_due", automatic=True), level(2, 1))
    due_soon = {"overdue": -3}
    assert only(run(claim(**due_soon), rules=notice, automatic_only=True)).code == "NOTICE"
    assert only(run(claim(**due_soon, by_hand=True), rules=notice, automatic_only=True)).code == "BY_HAND"
    assert only(run(claim(**due_soon, not_before=day(1)), rules=notice)).code == "DAY_SET"
    late = only(run(claim(**due_soon, not_before=day(9)), rules=notice))
    assert (late.code, late.level.id) == ("DAY_SET", 2), "no notice after the due date: the first step waits"
