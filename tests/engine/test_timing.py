"""Sending days, correction days, a bank that is behind, stop rules, the backlog, notices before the due date and
payments under way: each rule at its boundary."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.rules import (
    GENTLE,
    LEAVE_OUT,
    MATCH,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    STATUTORY_NOTICE,
    Backlog,
    House,
    RuleError,
)

from .support import ANY_HOUSE, TODAY, claim, codes, credit, day, ladder, level, lines, only, reached, run

WORKING = frozenset(range(5))


def on(when, rules, automatic_only=True, house=ANY_HOUSE, overdue=30):
    """The one decision about a claim on some day."""
    return only(run(claim(overdue=overdue), rules=rules, on=when, automatic_only=automatic_only, house=house))


# --- sending days ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "code"), [(13, "LETTER"), (14, "NOT_A_SENDING_DAY"), (15, "NOT_A_SENDING_DAY"), (16, "LETTER")]
)
def test_a_letter_that_falls_due_in_the_weekend_waits_for_monday(when, code):
    decision = on(date(2026, 3, when), ladder(weekdays=WORKING))
    assert decision.code == code
    if code == "NOT_A_SENDING_DAY":
        assert decision.facts == {"level": "Level 1", "date": date(2026, 3, 16)}
        assert (decision.on, decision.outcome) == (date(2026, 3, 16), "wait")


@pytest.mark.parametrize(
    ("country", "when", "following"),
    [
        ("NL", date(2026, 4, 26), date(2026, 4, 26)),  # a Sunday: no holiday by itself
        ("NL", date(2026, 4, 27), date(2026, 4, 28)),  # King's Day
        ("NL", date(2026, 4, 28), date(2026, 4, 28)),
        ("BE", date(2026, 4, 27), date(2026, 4, 27)),
        ("BE", date(2026, 7, 21), date(2026, 7, 22)),
        ("NL", date(2026, 12, 25), date(2026, 12, 27)),
        ("XX", date(2026, 12, 25), date(2026, 12, 25)),  # a country without a known calendar
        ("", date(2026, 12, 25), date(2026, 12, 25)),
    ],
)
def test_holidays_are_those_of_the_country(country, when, following):
    decision = on(when, ladder(holidays_of=country))
    assert decision.code == ("LETTER" if when == following else "NOT_A_SENDING_DAY")
    assert decision.on == following


def test_christmas_in_a_long_weekend():
    assert ladder(weekdays=WORKING, holidays_of="NL").sending_day(date(2026, 12, 25)) == date(2026, 12, 28)


def test_a_person_may_confirm_on_any_day_unless_the_days_are_kept():
    saturday, rules = date(2026, 3, 14), ladder(weekdays=WORKING)
    assert on(saturday, rules, automatic_only=False).code == "LETTER"
    assert on(saturday, rules, automatic_only=False, house=House(keep_days=True)).code == "NOT_A_SENDING_DAY"


def test_a_procedure_needs_a_day_on_which_letters_go_out():
    with pytest.raises(RuleError, match="no day"):
        ladder(weekdays=frozenset())


# --- correction days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overdue", "code"), [(3, "NOT_YET"), (4, "LETTER"), (5, "LETTER")])
def test_a_claim_counts_as_overdue_so_many_correction_days_later(overdue, code):
    decision = only(run(claim(overdue=overdue), rules=ladder(correction_days=3)))
    assert decision.code == code
    if code == "NOT_YET":
        assert decision.facts["date"] == day(1)


@pytest.mark.parametrize(("ago", "code"), [(9, "NOT_YET"), (10, "LETTER"), (11, "LETTER")])
def test_correction_days_come_on_top_of_every_delay(ago, code):
    assert only(run(reached(1, ago), rules=ladder(correction_days=3))).code == code


@pytest.mark.parametrize(
    ("ended", "code"), [(-1, "PERIOD_RUNNING"), (0, "NOT_YET"), (1, "NOT_YET"), (2, "LETTER"), (3, "LETTER")]
)
def test_after_a_free_term_the_correction_days_are_waited_for(ended, code):
    rules = ladder(level(1, 1, legal_type=STATUTORY_NOTICE), level(2, 7), correction_days=2)
    decision = only(run(reached(1, 30, level_claimable_from=day(-ended)), rules=rules))
    assert decision.code == code
    assert decision.on == max(day(2 - ended), TODAY)


# --- the bank -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("behind", "code"), [(2, "LETTER"), (3, "LETTER"), (4, "BANK_BEHIND"), (90, "BANK_BEHIND")])
def test_the_bank_may_be_so_many_days_behind(behind, code):
    house = House(bank=(("Main", TODAY), ("Savings", day(-behind))), bank_days=3)
    decision = on(TODAY, ladder(), house=house)
    assert decision.code == code
    if code == "BANK_BEHIND":
        assert decision.facts == {"journal": "Savings", "date": day(-behind), "days": 3}
        assert decision.outcome == "wait"


@pytest.mark.parametrize("house", [House(bank=(("Main", day(-90)),)), House(bank_days=3), House()])
def test_no_gate_without_a_setting_or_without_a_bank(house):
    assert on(TODAY, ladder(), house=house).code == "LETTER"


def test_a_person_may_confirm_while_the_bank_is_behind():
    house = House(bank=(("Main", day(-90)),), bank_days=3)
    assert on(TODAY, ladder(), automatic_only=False, house=house).code == "LETTER"


# --- stop rules -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("done", "code"), [(1, "LETTER"), (2, "STOP_COUNT"), (3, "LAST_LEVEL")])
def test_a_claim_gets_no_more_letters_than_the_procedure_allows(done, code):
    decision = only(run(reached(done, 30), rules=ladder(stop_count=2)))
    assert decision.code == code
    if code == "STOP_COUNT":
        assert decision.facts == {"letters": 2, "maximum": 2}


def test_letters_of_a_ladder_left_behind_count_and_a_notice_before_the_due_date_does_not():
    moved = claim(overdue=60, levels_done=frozenset({91, 92}), level_sent_on=day(-30))
    assert only(run(moved, rules=ladder(stop_count=2))).code == "STOP_COUNT"
    noticed = claim(overdue=60, levels_done=frozenset({9}))
    assert only(run(noticed, rules=with_notice(stop_count=1))).code == "LETTER"


@pytest.mark.parametrize(("overdue", "code"), [(119, "LETTER"), (120, "LETTER"), (121, "STOP_AGE")])
def test_a_claim_beyond_the_highest_age_is_left_alone(overdue, code):
    decision = only(run(claim(overdue=overdue), rules=ladder(stop_age=120)))
    assert decision.code == code
    if code == "STOP_AGE":
        assert decision.facts == {"days": 121, "maximum": 120}


# --- the backlog ----------------------------------------------------------------------------------------------


def old(overdue, rule, start=-5, days=0, rules=None, **facts):
    house = House(backlog=Backlog(day(start), rule, days))
    return only(run(claim(overdue=overdue, **facts), rules=rules or ladder(), house=house))


@pytest.mark.parametrize(("overdue", "code"), [(34, "LETTER"), (35, "LETTER"), (36, "BACKLOG")])
def test_invoices_due_too_long_before_the_start_are_left_out(overdue, code):
    decision = old(overdue, LEAVE_OUT, days=30)
    assert decision.code == code
    if code == "BACKLOG":
        assert decision.facts == {"due_date": day(-36), "start": day(-5)}
    else:
        assert decision.level.id == 1


def test_a_claim_that_had_a_letter_is_no_backlog():
    assert old(90, LEAVE_OUT, levels_done=frozenset({1}), level_sent_on=day(-30)).level.id == 2


@pytest.mark.parametrize("overdue", [10, 100, 1000])
def test_a_backlog_may_start_gently(overdue):
    assert old(overdue, GENTLE).level.id == 1


@pytest.mark.parametrize(("overdue", "expected"), [(5, 1), (6, 1), (7, 1), (8, 2), (9, 2), (14, 2), (15, 3), (500, 3)])
def test_a_backlog_may_start_at_the_level_of_its_age(overdue, expected):
    """Levels one, eight and fifteen days after the due date. What was due at the start or later starts gently."""
    assert old(overdue, MATCH, start=0).level.id == expected


@pytest.mark.parametrize(("start", "expected"), [(-99, 3), (-100, 1), (-101, 1)])
def test_only_what_was_due_before_the_start_is_backlog(start, expected):
    assert old(100, MATCH, start=start).level.id == expected


@pytest.mark.parametrize(
    "heavy",
    [
        {"legal_type": NOTICE_OF_DEFAULT},
        {"costs": "charge"},
        {"charge_interest": True},
    ],
)
def test_a_backlog_never_passes_a_step_that_costs_money_or_has_legal_force(heavy):
    rules = ladder(level(1, 1), level(2, 7, **heavy), level(3, 7), level(4, 7))
    assert old(500, MATCH, rules=rules).level.id == 2


@pytest.mark.parametrize(("term_agreed", "expected"), [(False, 1), (True, 2)])
def test_a_statutory_notice_needs_a_reminder_first_unless_the_due_date_was_agreed(term_agreed, expected):
    rules = ladder(level(1, 1), level(2, 7, legal_type=STATUTORY_NOTICE), level(3, 7))
    assert rules.matching_level(date(2024, 1, 1), TODAY, term_agreed).id == expected


# --- notices before the due date ------------------------------------------------------------------------------


def with_notice(*more, **values):
    return ladder(level(9, 3, legal_type=PRE_DUE), *(more or (level(10, 1), level(11, 7))), **values)


@pytest.mark.parametrize(
    ("ahead", "code"), [(4, None), (3, "NOTICE"), (2, "NOTICE"), (0, "NOTICE"), (-1, "LETTER"), (-2, "LETTER")]
)
def test_a_notice_goes_out_so_many_days_before_the_due_date(ahead, code):
    outcome = run(claim(overdue=-ahead), rules=with_notice())
    assert codes(outcome) == ({1: code} if code else {})
    if code == "NOTICE":
        assert only(outcome).facts == {"level": "Level 9", "due_date": day(ahead), "days": ahead}
        assert (outcome.letters[0].level.id, only(outcome).outcome) == (9, "send")
    elif code:
        assert only(outcome).level.id == 10, "a notice that was missed is not sent late"


@pytest.mark.parametrize(("overdue", "code"), [(-1, "NOT_YET"), (0, "NOT_YET"), (1, "LETTER"), (2, "LETTER")])
def test_after_a_notice_the_first_step_counts_from_the_due_date(overdue, code):
    noticed = claim(overdue=overdue, levels_done=frozenset({9}))
    decision = only(run(noticed, rules=with_notice()))
    assert (decision.code, decision.level.id) == (code, 10)


def test_a_claim_with_a_notice_and_nothing_else_to_come_is_at_the_end():
    rules = ladder(level(9, 3, legal_type=PRE_DUE))
    assert only(run(claim(overdue=1, levels_done=frozenset({9})), rules=rules)).code == "LAST_LEVEL"


def test_a_notice_waits_for_a_letter_about_what_is_overdue():
    outcome = run(claim(1, 20), claim(2, -2), rules=with_notice())
    assert codes(outcome) == {1: "LETTER", 2: "OTHER_LETTER"}
    assert [lines(letter) for letter in outcome.letters] == [[1]]


def test_notices_about_several_claims_are_one_letter():
    outcome = run(claim(1, -1), claim(2, -2), claim(3, -8), rules=with_notice())
    assert [lines(letter) for letter in outcome.letters] == [[2, 1]] or [
        lines(letter) for letter in outcome.letters
    ] == [[1, 2]]


def test_a_notice_keeps_the_interval_too():
    outcome = run(claim(overdue=-2), rules=with_notice(), last_letter_on=day(-1))
    assert codes(outcome) == {1: "TOO_SOON"}


def test_a_notice_needs_a_text_and_an_invoice_that_was_sent():
    rules = ladder(level(9, 3, legal_type=PRE_DUE, has_text=False), level(10, 1))
    assert only(run(claim(overdue=-2), rules=rules)).code == "NO_TEXT"
    assert only(run(claim(overdue=-2, sent=False), rules=with_notice())).code == "NOT_SENT"


@pytest.mark.parametrize("values", [{"costs": "charge"}, {"costs": "announce"}, {"charge_interest": True}])
def test_a_notice_asks_nothing_extra(values):
    with pytest.raises(RuleError, match="no costs"):
        level(9, 3, legal_type=PRE_DUE, **values)


def test_a_notice_can_only_come_first():
    with pytest.raises(RuleError, match="only come first"):
        ladder(level(1, 1), level(2, 3, legal_type=PRE_DUE))


@pytest.mark.parametrize("shows", [True, False])
def test_a_letter_lists_what_is_not_due_yet_if_its_level_says_so(shows):
    rules = ladder(level(1, 1, list_not_due=shows), level(2))
    outcome = run(claim(1, 5), claim(2, -30), claim(3, 0), rules=rules)
    assert codes(outcome) == ({1: "LETTER", 2: "LISTED", 3: "LISTED"} if shows else {1: "LETTER"})
    assert sorted(lines(outcome.letters[0])) == ([1, 2, 3] if shows else [1])
    assert codes(run(claim(2, -30), rules=rules)) == {}, "listed on a letter, and never a reason for one"


def test_a_claim_that_may_have_its_notice_is_listed_instead():
    rules = with_notice(level(10, 1, list_not_due=True))
    assert codes(run(claim(1, 5), claim(2, -2), rules=rules)) == {1: "LETTER", 2: "LISTED"}


# --- payments under way ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("amount", "code"), [("99.99", "LETTER"), ("100.00", "IN_PAYMENT"), ("100.01", "IN_PAYMENT")])
def test_a_claim_that_a_payment_under_way_covers_is_left_alone(amount, code):
    decision = only(run(claim(in_payment=Decimal(amount), payment="PAY/1")))
    assert decision.code == code
    if code == "IN_PAYMENT":
        assert decision.facts == {"payment": "PAY/1", "amount": Decimal(amount)}
    else:
        assert decision.open == Decimal("0.01")


def test_a_credit_pays_what_a_payment_under_way_leaves():
    decision = only(run(claim(in_payment=Decimal("60.00")), credits=(credit("30.00"),)))
    assert (decision.open, decision.credit) == (Decimal("10.00"), Decimal("30.00"))
