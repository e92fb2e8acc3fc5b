"""All that is wrong with a procedure at once: against the law, and by its own logic."""

from dataclasses import replace
from datetime import timedelta

import pytest

from odoo.addons.cremann_dunning.engine.axis import axis
from odoo.addons.cremann_dunning.engine.rules import (
    CALL,
    FINAL_NOTICE,
    HANDOVER,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    STATUTORY_NOTICE,
)
from odoo.addons.cremann_dunning.engine.soundness import GRAVITY, ODD, STOPS, Examined, LawOfDebtors, unsound

from .support import TODAY, ladder, level

# A Dutch consumer: the notice of the law after a reminder with a term, nothing extra before its end.
CONSUMER = LawOfDebtors("6:96 lid 6 BW", True, True, True, costs=True, interest=True)
TERMS = {1: 7, 2: 7, 3: 16}


def found(*levels, law=CONSUMER, paper=(), terms=TERMS, **limits):
    procedure = ladder(*levels, **limits) if levels else replace(ladder(), levels=(), **limits)

    def ends(step, on):
        return on + timedelta(days=terms[step.id] + 1) if step.id in terms else None

    stops = axis(procedure, TODAY, ends) if levels else ()
    examined = Examined(procedure, law, stops, frozenset(paper), frozenset(terms))
    return [(one.code, one.level.id if one.level else None) for one in unsound(examined)]


def notice(number, **values):
    return level(number, 8, legal_type=STATUTORY_NOTICE, costs="announce", **values)


SOUND = (level(1, 1), level(2, 8), notice(3))


def test_nothing_is_wrong_with_a_sound_one():
    assert found(*SOUND, paper={3}) == []


def test_without_levels():
    assert found() == [("NO_LEVEL", None)]


def test_a_letter_without_words():
    assert ("NO_TEXT", 2) in found(level(1, 1), level(2, 8, has_text=False), notice(3))
    assert found(level(1, 1), level(2, 8, legal_type=CALL, has_text=False), notice(3), paper={3}) == []


@pytest.mark.parametrize(
    ("law", "terms", "wrong"),
    [
        (CONSUMER, {1: 7, 3: 16}, False),
        (CONSUMER, {3: 16}, True),
        (replace(CONSUMER, term_agreed=True), {3: 16}, False),
        (replace(CONSUMER, notice_after_default=False), {3: 16}, False),
    ],
)
def test_a_notice_before_the_debtor_is_in_default(law, terms, wrong):
    """6:82 BW: in default by a reminder that gave a term, or since the due date was agreed."""
    assert (("NO_DEFAULT", 3) in found(*SOUND, law=law, terms=terms, paper={3})) == wrong


def test_a_notice_that_the_law_does_not_know():
    assert ("NO_FREE_TERM", 3) in found(*SOUND, law=replace(CONSUMER, free_term=False))


def test_what_no_letter_may_ask():
    last = level(3, 8, legal_type=FINAL_NOTICE, costs="charge", charge_interest=True)
    never = replace(CONSUMER, costs=False, interest=False)
    wrong = found(level(1, 1), level(2, 8), last, law=never)
    assert {("COSTS_NEVER", 3), ("INTEREST_NEVER", 3)} <= set(wrong)
    assert not {("COSTS_NEVER", 3), ("INTEREST_NEVER", 3)} & set(found(level(1, 1), level(2, 8), last))


def test_no_notice_at_all():
    assert found(level(1, 1), level(2, 8)) == [("NO_NOTICE", None)]
    assert found(level(1, 1), level(2, 8), law=LawOfDebtors()) == []


def test_a_file_that_leaves_without_a_demand():
    last = level(3, 8, legal_type=HANDOVER, automatic=False)
    law = LawOfDebtors(term_agreed=True)
    assert found(level(1, 1), level(2, 8), last, law=law) == [("NO_DEMAND", 3)]
    assert found(level(1, 1), level(2, 8, legal_type=NOTICE_OF_DEFAULT), last, law=law, paper={2}) == []


@pytest.mark.parametrize(
    ("channel", "paper", "weak"), [("email", (), True), ("email", (3,), False), ("print", (), False)]
)
def test_a_heavy_letter_by_mail_alone(channel, paper, weak):
    assert (("NO_PAPER", 3) in found(level(1, 1), level(2, 8), notice(3, channel=channel), paper=paper)) == weak


@pytest.mark.parametrize(("stop", "never"), [(2, [3]), (3, []), (4, [])])
def test_a_step_after_the_last_letter(stop, never):
    wrong = found(*SOUND, paper={3}, stop_count=stop)
    assert [number for code, number in wrong if code == "NEVER_REACHED"] == never


@pytest.mark.parametrize(("age", "never"), [(16, [3]), (17, []), (18, [])])
def test_a_step_after_the_highest_age(age, never):
    """The steps come on the days 1, 9 and 17."""
    wrong = found(*SOUND, paper={3}, stop_age=age)
    assert [number for code, number in wrong if code == "NEVER_REACHED"] == never


@pytest.mark.parametrize(("delay", "late"), [(6, True), (7, False), (8, False)])
def test_a_step_that_a_term_makes_wait(delay, late):
    """A reminder gives seven days: the next one comes on the eighth day after it at the earliest."""
    assert (("LATER", 2) in found(level(1, 1), level(2, delay), notice(3), paper={3})) == late


def test_the_term_of_the_law_is_no_oddity():
    """What follows a statutory notice waits for its term, whatever days it has."""
    last = level(4, 2, legal_type=FINAL_NOTICE)
    assert ("LATER", 4) not in found(*SOUND, last, paper={3})


def test_a_step_that_the_days_between_letters_make_wait():
    assert ("LATER", 2) in found(level(1, 1), level(2, 8), notice(3), paper={3}, minimum_interval=10)
    assert ("LATER", 2) not in found(level(1, 1), level(2, 8, legal_type=CALL), notice(3), minimum_interval=10)


def test_a_ladder_that_begins_heavy():
    assert ("HEAVY_FIRST", 1) in found(level(1, 1, legal_type=FINAL_NOTICE), law=LawOfDebtors())
    notice_first = found(level(1, 3, legal_type=STATUTORY_NOTICE), law=replace(CONSUMER, notice_after_default=False))
    assert ("HEAVY_FIRST", 1) not in notice_first, "the Belgian first reminder is the notice itself"
    assert ("HEAVY_FIRST", 2) in found(
        level(1, 3, legal_type=PRE_DUE), level(2, 1, legal_type=FINAL_NOTICE), law=LawOfDebtors()
    )


def test_invoices_that_were_never_sent():
    assert found(*SOUND, paper={3}, require_sent=False) == [("UNSENT", None)]


def test_the_gravest_first():
    wrong = found(
        level(1, 1), level(2, 3, has_text=False), notice(3), terms={3: 16}, require_sent=False, minimum_interval=10
    )
    gravities = [GRAVITY[code] for code, _number in wrong]
    assert gravities == sorted(gravities, key=[STOPS, "weak", ODD].index)
    assert gravities[0] == STOPS
    assert gravities[-1] == ODD
