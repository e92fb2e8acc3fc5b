"""A debtor who is treated with care: every step later, and none that threatens unless a person writes it."""

from datetime import timedelta

import pytest

from odoo.addons.cremann_dunning.engine.facts import Care, Debtor, Hold
from odoo.addons.cremann_dunning.engine.record import dump, load
from odoo.addons.cremann_dunning.engine.rules import (
    CALL,
    FINAL_NOTICE,
    HANDOVER,
    MATCH,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    REMINDER,
    STATUTORY_NOTICE,
    Backlog,
    House,
)

from .support import TODAY, claim, codes, day, ladder, level, lines, only, reached, run

SLOW = House(care_days=14)


def cared_for(*claims, house=SLOW, since=-30, **options):
    return run(*claims, house=house, care=Care(day(since)), **options)


@pytest.mark.parametrize(("overdue", "code"), [(14, "CARE_WAIT"), (15, "LETTER"), (16, "LETTER")])
def test_first_step_later(overdue, code):
    """One day after the due date is the turn of everybody else."""
    decision = only(cared_for(claim(overdue=overdue)))
    assert decision.code == code
    if code == "CARE_WAIT":
        assert decision.facts == {"level": "Level 1", "days": 14, "date": day(1)}
        assert decision.on == day(1)


@pytest.mark.parametrize(("ago", "code"), [(20, "CARE_WAIT"), (21, "LETTER"), (22, "LETTER")])
def test_every_step_later(ago, code):
    assert only(cared_for(reached(1, ago))).code == code


@pytest.mark.parametrize(("since", "code"), [(-1, "CARE_WAIT"), (0, "CARE_WAIT"), (1, "LETTER")])
def test_from_its_day_on(since, code):
    assert only(cared_for(claim(overdue=5), since=since)).code == code


@pytest.mark.parametrize(("days", "on"), [(0, None), (1, None), (20, 10)])
def test_tuned(days, on):
    decision = only(cared_for(claim(overdue=11), house=House(care_days=days)))
    assert decision.code == ("CARE_WAIT" if on else "LETTER")
    assert not on or decision.on == day(on)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"legal_type": REMINDER}, "LETTER"),
        ({"legal_type": CALL}, "CALL_DUE"),
        ({"legal_type": REMINDER, "costs": "announce"}, "LETTER"),
        ({"legal_type": REMINDER, "costs": "charge"}, "CARE_PERSON"),
        ({"legal_type": REMINDER, "charge_interest": True}, "CARE_PERSON"),
        *(
            ({"legal_type": kind}, "CARE_PERSON")
            for kind in (STATUTORY_NOTICE, NOTICE_OF_DEFAULT, FINAL_NOTICE, HANDOVER)
        ),
    ],
)
@pytest.mark.parametrize("automatic", [True, False])
def test_no_threat_without_a_person(values, code, automatic):
    """Nor in a run that a person confirms: he sees many debtors there, and not this one."""
    rules = ladder(level(1, 1, **values))
    outcome = cared_for(claim(overdue=40), rules=rules, automatic_only=automatic)
    assert only(outcome).code == code
    assert bool(outcome.letters) == (code == "LETTER")
    assert only(run(claim(overdue=40), rules=rules, house=SLOW)).code in ("LETTER", "CALL_DUE", "HANDOVER_DUE"), (
        "others"
    )


def test_backlog_starts_gently():
    """Where others begin at the step that their age has come to."""
    house = House(care_days=14, backlog=Backlog(TODAY, MATCH))
    assert only(run(claim(overdue=100), house=house)).level.id == 3
    assert only(cared_for(claim(overdue=100), house=house)).level.id == 1


def test_notice_before_the_due_date_comes_in_time():
    rules = ladder(level(1, 5, legal_type=PRE_DUE), level(2, 1))
    assert only(cared_for(claim(overdue=-3), rules=rules)).code == "NOTICE"


def test_other_reasons_go_first():
    assert only(cared_for(claim(overdue=5, hold=Hold(None, "x")))).code == "HOLD"
    assert only(cared_for(claim(overdue=5, not_before=day(20)))).code == "DAY_SET"
    assert only(cared_for(claim(overdue=5, not_before=day(3)))).code == "CARE_WAIT", "the later day counts"


def test_shown_beside_another():
    """What waits is shown on the letter about what is older, and asked by it no more than before."""
    outcome = cared_for(claim(1, overdue=40), claim(2, overdue=5))
    assert codes(outcome) == {1: "LETTER", 2: "LISTED"}
    assert lines(outcome.letters[0]) == [1, 2]


def test_a_threat_carries_nothing_along():
    rules = ladder(level(1, 1), level(2, 7, legal_type=NOTICE_OF_DEFAULT))
    outcome = cared_for(reached(1, 40, 1), claim(2, overdue=40), rules=rules)
    assert codes(outcome) == {1: "CARE_PERSON", 2: "LETTER"}
    assert lines(outcome.letters[0]) == [2]


def test_kept_and_read_back():
    debtor = Debtor(7, "Debtor", (claim(),), care=Care(TODAY - timedelta(days=3)))
    assert load(dump(debtor)) == debtor
    assert "care" not in str(dump(Debtor(7, "Debtor", (claim(),))))
