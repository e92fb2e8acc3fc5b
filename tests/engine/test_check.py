"""What is asked of an invoice before its first letter, and what stops it."""

import pytest

from odoo.addons.cremann_dunning.engine.facts import Check, Hold
from odoo.addons.cremann_dunning.engine.reasons import FOR_SOMEBODY
from odoo.addons.cremann_dunning.engine.rules import ASKED, EVERY, PRE_DUE, SEEN

from .support import claim, credit, day, ladder, level, only, reached, run

WRONG = Check(wrong=("credit_draft", "said_term"))
UNKNOWN = Check(unknown=("account_none", "sent_unknown"))


@pytest.mark.parametrize(("ask", "code"), [("", "LETTER"), (SEEN, "CHECK_WRONG"), (ASKED, "CHECK_WRONG")])
def test_what_is_not_in_order_stops_the_first_letter(ask, code):
    decision = only(run(claim(check=WRONG), rules=ladder(check_first=ask)))
    assert decision.code == code
    if ask:
        assert decision.facts == {"ground": "credit_draft"}


@pytest.mark.parametrize(
    ("ask", "code"), [("", "LETTER"), (SEEN, "LETTER"), (ASKED, "CHECK_FIRST"), (EVERY, "CHECK_FIRST")]
)
def test_what_nobody_knows_is_asked_where_the_procedure_asks(ask, code):
    assert only(run(claim(check=UNKNOWN), rules=ladder(check_first=ask))).code == code


@pytest.mark.parametrize(("overdue", "code"), [(0, None), (1, "CHECK_FIRST"), (2, "CHECK_FIRST")])
def test_it_is_asked_when_the_first_step_is_due(overdue, code):
    outcome = run(claim(overdue=overdue, check=UNKNOWN), rules=ladder(check_first=ASKED))
    assert [decision.code for decision in outcome.decisions] == [code] * (code is not None)
    assert not outcome.letters
    if code:
        assert only(outcome).facts == {"level": "Level 1", "ground": "account_none"}


@pytest.mark.parametrize(("before", "code"), [(4, None), (3, "CHECK_FIRST"), (2, "CHECK_FIRST")])
def test_a_notice_before_the_due_date_is_a_first_letter(before, code):
    rules = ladder(level(1, 3, legal_type=PRE_DUE), level(2, 1), check_first=EVERY)
    outcome = run(claim(overdue=-before, check=UNKNOWN), rules=rules)
    assert [decision.code for decision in outcome.decisions] == [code] * (code is not None)


def test_what_waits_for_another_reason_says_that_one():
    rules = ladder(check_first=EVERY)
    assert only(run(claim(check=WRONG, sent=False), rules=rules)).code == "NOT_SENT"
    assert only(run(claim(check=WRONG, hold=Hold(None, "?")), rules=rules)).code == "HOLD"
    assert (
        only(run(claim(check=UNKNOWN, sent_on=day(-1)), rules=ladder(check_first=EVERY, days_after_sending=5))).code
        == "SENT_RECENTLY"
    )


def test_credits_do_not_pay_what_nobody_asks_yet():
    """As with an invoice that was not sent: the credit goes to the claim that is asked."""
    rules = ladder(check_first=SEEN)
    outcome = run(claim(1, overdue=20, check=WRONG), claim(2), rules=rules, credits=(credit("100.00"),))
    assert {one.claim.line_id: one.code for one in outcome.decisions} == {1: "CHECK_WRONG", 2: "NET_CREDIT"}


def test_nobody_is_asked_again_on_the_ladder():
    """Facts of an invoice that had a letter hold no check; what is left on them from before changes nothing there."""
    assert only(run(reached(1, 8), rules=ladder(check_first=EVERY))).code == "LETTER"


def test_both_wait_for_somebody():
    assert {"CHECK_WRONG", "CHECK_FIRST"} <= set(FOR_SOMEBODY)
