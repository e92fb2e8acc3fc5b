"""What follows on an invoice that went out short ago, or that did not arrive."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.rules import PRE_DUE, STATUTORY_NOTICE

from .support import TODAY, claim, codes, day, ladder, level, only, reached, run

FIVE = {"days_after_sending": 5}


@pytest.mark.parametrize(("ago", "code"), [(0, "SENT_RECENTLY"), (4, "SENT_RECENTLY"), (5, "LETTER"), (6, "LETTER")])
def test_the_first_step_waits_for_the_days_after_sending(ago, code):
    decision = only(run(claim(overdue=30, sent_on=day(-ago)), rules=ladder(**FIVE)))
    assert decision.code == code
    if code == "SENT_RECENTLY":
        assert (decision.on, decision.facts["date"], decision.facts["sent"]) == (day(5 - ago), day(5 - ago), day(-ago))


def test_nothing_waits_where_no_day_is_known_or_no_days_are_asked():
    assert only(run(claim(), rules=ladder(**FIVE))).code == "LETTER"
    assert only(run(claim(sent_on=TODAY))).code == "LETTER"


def test_the_later_day_is_named_when_the_step_itself_is_not_due():
    rules = ladder(level(1, 10), **FIVE)
    for ago, on in ((2, 3), (0, 5)):
        decision = only(run(claim(overdue=9, sent_on=day(-ago)), rules=rules))
        assert (decision.code, decision.on) == ("NOT_YET", day(on))


def test_a_later_step_waits_for_an_invoice_that_was_sent_anew():
    assert only(run(reached(1, 20, sent_on=day(-4)), rules=ladder(**FIVE))).code == "SENT_RECENTLY"
    assert only(run(reached(1, 20, sent_on=day(-5)), rules=ladder(**FIVE))).code == "LETTER"
    assert only(run(reached(1, 20, sent_on=day(-60)), rules=ladder(**FIVE))).code == "LETTER"


def test_a_notice_before_the_due_date_and_a_call_wait_as_well():
    notice = ladder(level(1, 3, legal_type=PRE_DUE), level(2, 1), **FIVE)
    assert only(run(claim(overdue=-2, sent_on=day(-4)), rules=notice)).code == "SENT_RECENTLY"
    assert only(run(claim(overdue=-2, sent_on=day(-5)), rules=notice)).code == "NOTICE"
    call = ladder(level(1, 1, legal_type="call"), **FIVE)
    assert only(run(claim(sent_on=day(-4)), rules=call)).code == "SENT_RECENTLY"


def test_it_stands_on_no_letter_about_another_invoice():
    outcome = run(claim(1), claim(2, overdue=30, sent_on=day(-1)), rules=ladder(**FIVE))
    assert codes(outcome) == {1: "LETTER", 2: "SENT_RECENTLY"}
    assert [d.claim.line_id for d in outcome.letters[0].decisions] == [1]


@pytest.mark.parametrize("done", [0, 1, 2])
@pytest.mark.parametrize("require_sent", [True, False])
def test_what_did_not_arrive_stops_at_every_level(done, require_sent):
    late = reached(done, 30, not_arrived="Peppol: no") if done else claim(not_arrived="Peppol: no")
    rules = ladder(level(1, 1), level(2), level(3, legal_type=STATUTORY_NOTICE), require_sent=require_sent)
    decision = only(run(late, rules=rules))
    assert (decision.code, decision.facts) == ("NOT_ARRIVED", {"message": "Peppol: no"})


@given(st.integers(0, 60), st.integers(0, 40), st.integers(0, 20), st.booleans())
def test_no_letter_within_the_days_and_every_day_named_is_the_first_one(overdue, ago, days, refused):
    late = claim(overdue=overdue, sent_on=day(-ago), not_arrived="no" if refused else "")
    rules = ladder(days_after_sending=days)
    for number in range(70):
        outcome = run(late, rules=rules, on=day(number))
        if outcome.letters:
            assert not refused
            assert day(number) >= late.sent_on + timedelta(days=days)
            break
        for decision in outcome.decisions:
            if decision.code in ("SENT_RECENTLY", "NOT_YET"):
                assert not run(late, rules=rules, on=decision.on - timedelta(days=1)).letters
                assert run(late, rules=rules, on=decision.on).letters
    else:
        assert refused
