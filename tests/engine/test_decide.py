"""What is decided about a claim and why: every reason at its boundary, every rule by its name."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.facts import Credit, Dispute, Hold, Plan, Promise, Received, Undone
from odoo.addons.cremann_dunning.engine.rules import (
    CALL,
    FINAL_NOTICE,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    REMINDER,
    STATUTORY_NOTICE,
    House,
    Procedure,
    RuleError,
)

from .support import TODAY, claim, codes, credit, day, ladder, level, lines, only, reached, run

# --- overdue, and the ladder of one claim ---------------------------------------------------------------------


@pytest.mark.parametrize(("overdue", "expected"), [(-1, {}), (0, {}), (1, {1: "LETTER"}), (2, {1: "LETTER"})])
def test_a_claim_is_overdue_from_the_day_after_its_due_date(overdue, expected):
    assert codes(run(claim(overdue=overdue))) == expected


def test_a_first_level_without_delay_goes_out_on_the_day_after_the_due_date():
    rules = ladder(level(1, 0))
    assert only(run(claim(overdue=1), rules=rules)).code == "LETTER"
    assert rules.earliest(rules.levels[0], TODAY, None, None) == day(1)


@pytest.mark.parametrize("counted", ["due_date", "previous"])
@pytest.mark.parametrize(("overdue", "code"), [(4, "NOT_YET"), (5, "LETTER"), (6, "LETTER")])
def test_the_first_level_counts_from_the_due_date_whatever_it_says(overdue, code, counted):
    decision = only(run(claim(overdue=overdue), rules=ladder(level(1, 5, delay_from=counted))))
    assert decision.code == code
    assert decision.level.id == 1
    assert decision.on == (day(1) if code == "NOT_YET" else TODAY)


@pytest.mark.parametrize(("ago", "code"), [(6, "NOT_YET"), (7, "LETTER"), (8, "LETTER")])
def test_a_later_level_counts_from_the_letter_before_it(ago, code):
    decision = only(run(reached(1, ago)))
    assert (decision.code, decision.level.id) == (code, 2)
    if code == "NOT_YET":
        assert decision.facts == {"level": "Level 2", "date": day(1)}


@pytest.mark.parametrize(("overdue", "code"), [(19, "NOT_YET"), (20, "LETTER"), (21, "LETTER")])
def test_a_later_level_may_count_from_the_due_date(overdue, code):
    rules = ladder(level(1, 1), level(2, 20, delay_from="due_date"))
    assert only(run(reached(1, 18, overdue=overdue), rules=rules)).code == code


@pytest.mark.parametrize(("ago", "code"), [(0, "NOT_YET"), (1, "LETTER"), (2, "LETTER")])
def test_two_levels_of_one_claim_never_go_out_on_one_day(ago, code):
    rules = ladder(level(1, 1), level(2, 20, delay_from="due_date"), minimum_interval=0)
    assert only(run(reached(1, ago, overdue=90), rules=rules)).code == code


@pytest.mark.parametrize("overdue", [10, 100, 1000])
def test_an_old_backlog_starts_at_the_first_level(overdue):
    assert only(run(claim(overdue=overdue))).level.id == 1


@pytest.mark.parametrize(("done", "expected"), [(0, 1), (1, 2), (2, 3)])
def test_the_next_level_is_the_one_after_the_furthest_sent(done, expected):
    assert only(run(reached(done, 60) if done else claim(overdue=90))).level.id == expected


@pytest.mark.parametrize(("done", "code"), [(2, "LETTER"), (3, "LAST_LEVEL")])
def test_after_the_last_level_a_person_decides(done, code):
    decision = only(run(reached(done, 60)))
    assert decision.code == code
    if code == "LAST_LEVEL":
        assert decision.facts == {"level": "Level 3"}
        assert (decision.level, decision.on) == (None, None)


def test_the_letter_tells_level_due_date_and_days():
    decision = only(run(claim(overdue=10)))
    assert decision.facts == {"level": "Level 1", "due_date": day(-10), "days": 10}
    assert (decision.outcome, decision.on, decision.open) == ("send", TODAY, Decimal("100.00"))


# --- the free term of a statutory notice ----------------------------------------------------------------------

NOTICE = ladder(level(1, 1, legal_type=STATUTORY_NOTICE), level(2, 7))


@pytest.mark.parametrize(("ends", "code"), [(1, "PERIOD_RUNNING"), (0, "LETTER"), (-1, "LETTER")])
def test_the_free_term_of_a_statutory_letter_is_waited_for(ends, code):
    decision = only(run(reached(1, 16, level_claimable_from=day(ends)), rules=NOTICE))
    assert decision.code == code
    if code == "PERIOD_RUNNING":
        assert decision.facts == {"date": day(1)}
        assert (decision.level.id, decision.on) == (2, day(1))


@pytest.mark.parametrize(("ago", "code"), [(10, "NOT_YET"), (29, "NOT_YET"), (30, "LETTER"), (31, "LETTER")])
def test_a_delay_longer_than_the_free_term_is_waited_for_too(ago, code):
    rules = ladder(level(1, 1, legal_type=STATUTORY_NOTICE), level(2, 30))
    decision = only(run(reached(1, ago, level_claimable_from=day(16 - ago)), rules=rules))
    assert (decision.code, decision.on) == (code, max(TODAY, day(30 - ago)))


def test_a_free_term_that_ends_with_the_delay_is_named_as_the_reason():
    assert only(run(reached(1, 6, level_claimable_from=day(1)), rules=NOTICE)).code == "PERIOD_RUNNING"


# --- why a claim may not be chased ----------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["claim", "debtor"])
@pytest.mark.parametrize(("until", "code"), [(-1, "LETTER"), (0, "HOLD_UNTIL"), (1, "HOLD_UNTIL")])
def test_a_hold_includes_its_last_day(until, code, whose):
    hold = Hold(day(until), "Promised to pay")
    outcome = run(claim(hold=hold)) if whose == "claim" else run(claim(), hold=hold)
    decision = only(outcome)
    assert decision.code == code
    if code == "HOLD_UNTIL":
        assert decision.facts == {"reason": "Promised to pay", "until": day(until)}
        assert decision.on == day(until + 1)


@pytest.mark.parametrize("whose", ["claim", "debtor"])
def test_a_hold_without_end_has_no_next_day(whose):
    hold = Hold(None, "Disputed")
    decision = only(run(claim(hold=hold)) if whose == "claim" else run(claim(), hold=hold))
    assert (decision.code, decision.facts, decision.on) == ("HOLD", {"reason": "Disputed"}, None)


def test_a_hold_on_an_invoice_leaves_the_other_invoices_alone():
    outcome = run(claim(1, hold=Hold(None, "Disputed")), claim(2))
    assert codes(outcome) == {1: "HOLD", 2: "LETTER"}
    assert lines(outcome.letters[0]) == [2]


@pytest.mark.parametrize(("invoice", "debtor"), [(3, 9), (9, 3), (3, None), (None, 9)])
def test_of_two_holds_the_one_that_ends_last_counts(invoice, debtor):
    ends = [until and day(until) for until in (invoice, debtor)]
    decision = only(run(claim(hold=Hold(ends[0], "Invoice")), hold=Hold(ends[1], "Debtor")))
    assert decision.facts.get("until") == (None if None in ends else day(9))
    assert decision.facts["reason"] == ("Debtor" if ends[1] is None or ends[0] == day(3) else "Invoice")


def test_a_hold_that_is_over_does_not_hide_one_that_runs():
    decision = only(run(claim(hold=Hold(day(-1), "Over")), hold=Hold(day(4), "Runs")))
    assert decision.facts == {"reason": "Runs", "until": day(4)}


@pytest.mark.parametrize(("flag", "code"), [(False, "LETTER"), (True, "NO_FOLLOWUP")])
def test_the_no_followup_mark_of_odoo_is_honoured(flag, code):
    assert only(run(claim(no_followup=flag))).code == code


def test_a_claim_without_due_date_gets_a_reason_and_no_letter():
    outcome = run(claim(1, overdue=None), claim(2))
    assert codes(outcome) == {1: "NO_DUE_DATE", 2: "LETTER"}
    assert lines(outcome.letters[0]) == [2]


@pytest.mark.parametrize(
    ("sent", "required", "code"), [(True, True, "LETTER"), (False, True, "NOT_SENT"), (False, False, "LETTER")]
)
def test_an_invoice_that_was_never_sent_is_not_chased(sent, required, code):
    assert only(run(claim(sent=sent), rules=ladder(require_sent=required))).code == code


@pytest.mark.parametrize(
    ("amount", "code"), [("0.00", "LETTER"), ("0.01", "UNMATCHED_PAYMENT"), ("500.00", "UNMATCHED_PAYMENT")]
)
def test_money_that_came_in_and_is_not_booked_stops_every_letter(amount, code):
    outcome = run(claim(1), claim(2, currency="USD"), unmatched=Decimal(amount))
    assert set(codes(outcome).values()) == {code}
    if code != "LETTER":
        assert outcome.decisions[0].facts == {"amount": Decimal(amount), "receipt": None}


@pytest.mark.parametrize("claims", [("INV/1",), ("INV/2",), ()])
def test_a_receipt_stops_every_letter_and_the_one_about_the_claim_is_named(claims):
    """Whether it is his for certain or may be of another: what is shared stops, and is no money of his."""
    receipts = (
        Received(1, day(-2), "of INV/2", Decimal("60.00"), ("INV/2",), shared=True),
        Received(2, day(-1), "of that", Decimal("40.00"), claims),
    )
    outcome = run(claim(1), claim(2), unmatched=Decimal("40.00"), receipts=receipts)
    assert set(codes(outcome).values()) == {"UNMATCHED_PAYMENT"}
    assert [decision.facts["amount"] for decision in outcome.decisions] == [Decimal("40.00")] * 2
    assert outcome.decisions[1].facts["receipt"] == receipts[0], "the oldest that points to it"
    assert outcome.decisions[0].facts["receipt"] == receipts[1 if claims == ("INV/1",) else 0]
    alone = run(claim(1), receipts=receipts[:1])
    assert only(alone).facts == {"amount": Decimal("60.00"), "receipt": receipts[0]}


# --- the debtor's own credit ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "code", "left"),
    [("99.99", "LETTER", "0.01"), ("100.00", "NET_CREDIT", "0"), ("100.01", "NET_CREDIT", "0")],
)
def test_a_claim_that_the_debtors_own_credit_covers_is_not_chased(amount, code, left):
    decision = only(run(claim(residual="100.00"), credits=(credit(amount),)))
    assert (decision.code, decision.open) == (code, Decimal(left))
    assert decision.credit == min(Decimal(amount), Decimal("100.00"))
    if code == "NET_CREDIT":
        assert decision.facts == {"credit": "RINV/1", "amount": Decimal("100.00")}


def test_credit_goes_to_the_oldest_claim_first_and_partly_to_the_next():
    outcome = run(claim(1, 5), claim(2, 30), claim(3, 20), credits=(credit("150.00"),))
    assert codes(outcome) == {1: "LETTER", 2: "NET_CREDIT", 3: "LETTER"}
    assert {d.claim.line_id: d.open for d in outcome.decisions} == {1: 100, 2: 0, 3: 50}
    assert {d.claim.line_id: d.credit for d in outcome.decisions} == {1: 0, 2: 100, 3: 50}


def test_several_credits_together_cover_one_claim():
    decision = only(run(claim(), credits=(credit("60.00"), credit("30.00", "RINV/2"), credit("10.00", "RINV/3"))))
    assert decision.code == "NET_CREDIT"
    assert decision.facts == {"credit": "RINV/3", "amount": Decimal("100.00")}


def test_credit_of_another_currency_nets_nothing():
    assert only(run(claim(), credits=(credit("500.00", currency="USD"),))).open == Decimal("100.00")


@pytest.mark.parametrize(
    ("what", "claim_facts", "debtor_facts"),
    [
        ("on hold", {"hold": Hold(None, "We look into it")}, {}),
        ("on hold for a while", {"hold": Hold(TODAY, "We look into it")}, {}),
        ("not followed up", {"no_followup": True}, {}),
        ("not sent", {"sent": False}, {}),
        ("came back", {"not_arrived": "Refused"}, {}),
        ("no procedure", {"procedure": 9}, {}),
        ("in a plan", {}, {"plans": (Plan(day(5), day(7), Decimal("50.00"), "EUR", frozenset({1})),)}),
        ("promised", {}, {"promises": (Promise(day(5), day(7), Decimal("50.00"), "EUR", frozenset({1})),)}),
    ],
)
def test_credit_is_not_used_up_by_an_older_claim_that_is_left_alone(what, claim_facts, debtor_facts):
    left, asked = claim(1, 30, **claim_facts), claim(2, 5)
    for amount, on_asked, on_left in (("60.00", 60, 0), ("100.00", 100, 0), ("130.00", 100, 30)):
        found = {
            d.claim.line_id: d.credit
            for d in run(
                left, asked, credits=(credit(amount),), rules=ladder(require_sent=True), **debtor_facts
            ).decisions
        }
        assert found == {1: on_left, 2: on_asked}, what


def test_credit_that_says_what_it_is_for_stays_there():
    own = Credit("RINV/1", "EUR", Decimal("130.00"), moves=frozenset({1}))
    held = claim(1, 5, hold=Hold(None, "We look into it"))
    for other in (claim(2, 30), claim(2, 2)):
        found = {d.claim.line_id: (d.credit, d.code) for d in run(held, other, credits=(own,)).decisions}
        assert found == {1: (100, "HOLD"), 2: (30, "LETTER")}


def test_credit_for_an_invoice_that_is_paid_goes_to_the_oldest():
    own = Credit("RINV/1", "EUR", Decimal("40.00"), moves=frozenset({9}))
    assert {d.claim.line_id: d.credit for d in run(claim(1, 5), claim(2, 30), credits=(own,)).decisions} == {
        1: 0,
        2: 40,
    }


def test_a_notice_does_not_go_about_an_invoice_that_is_disputed():
    rules = ladder(level(1, 3, legal_type=PRE_DUE), level(2, 1))
    whole = (Dispute("price", day(-1), frozenset({1})),)
    assert codes(run(claim(1, -2), rules=rules)) == {1: "NOTICE"}
    assert codes(run(claim(1, -2), rules=rules, disputes=whole)) == {1: "DISPUTED"}


@pytest.mark.parametrize(("ago", "result"), [(2, "SPOKEN_RECENTLY"), (3, "LETTER"), (4, "LETTER")])
def test_nothing_follows_in_the_days_after_a_contact(ago, result):
    decision = only(run(claim(), spoken_on=day(-ago), house=House(quiet_days=3)))
    assert decision.code == result
    if result == "SPOKEN_RECENTLY":
        assert decision.facts == {"spoken": day(-ago), "days": 3, "date": day(1)}
        assert decision.on == day(1)
    assert only(run(claim(), spoken_on=day(-ago))).code == "LETTER"


@pytest.mark.parametrize(("ago", "result"), [(2, "SPOKEN_RECENTLY"), (3, "CALL_DUE"), (4, "CALL_DUE")])
def test_nobody_is_called_again_in_the_days_after_a_contact(ago, result):
    rules = ladder(level(1, 1, legal_type=CALL))
    assert only(run(claim(), rules=rules, spoken_on=day(-ago), house=House(quiet_days=3))).code == result


def test_credit_is_not_spent_on_a_claim_that_is_not_due_yet():
    assert codes(run(claim(1, 5), claim(2, -5), credits=(credit("100.00"),))) == {1: "NET_CREDIT"}


# --- something is under way -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, "LETTER"),
        ({"open_letter": "BR/1"}, "LETTER_OPEN"),
        ({"failed_letter": "BR/2"}, "LETTER_FAILED"),
        ({"open_letter": "BR/1", "failed_letter": "BR/2"}, "LETTER_FAILED"),
    ],
)
def test_a_claim_with_an_open_or_failed_letter_gets_no_second_one(facts, code):
    decision = only(run(claim(**facts)))
    assert decision.code == code
    if facts:
        assert decision.facts == {"letter": facts.get("failed_letter", "BR/1")}


def test_no_second_letter_in_a_currency_beside_one_that_has_not_gone_out():
    """On one day or two, proposed together or apart: the debtor would get them within the interval."""
    outcome = run(claim(1, open_letter="BR/1"), claim(2), claim(3, currency="USD"))
    assert codes(outcome) == {1: "LETTER_OPEN", 2: "OTHER_LETTER", 3: "LETTER"}
    assert [letter.currency for letter in outcome.letters] == ["USD"]
    assert outcome.decisions[1].on is None


def test_a_failed_letter_does_not_stop_the_other_invoices():
    assert codes(run(claim(1, failed_letter="BR/1"), claim(2))) == {1: "LETTER_FAILED", 2: "LETTER"}


# --- procedures that cannot be followed -----------------------------------------------------------------------


@pytest.mark.parametrize("number", [None, 99])
def test_a_claim_without_procedure_is_an_error_of_its_own(number):
    outcome = run(claim(1, procedure=number), claim(2))
    assert codes(outcome) == {1: "NO_PROCEDURE", 2: "LETTER"}
    assert outcome.decisions[0].outcome == "error"


def test_a_procedure_without_levels_is_an_error():
    decision = only(run(claim(), rules=Procedure(1, "Empty", ())))
    assert (decision.code, decision.facts) == ("NO_LEVEL", {"procedure": "Empty"})


@pytest.mark.parametrize(("overdue", "code"), [(4, "NOT_YET"), (5, "NO_TEXT"), (6, "NO_TEXT")])
def test_a_level_without_text_is_an_error_once_it_is_due(overdue, code):
    assert only(run(claim(overdue=overdue), rules=ladder(level(1, 5, has_text=False)))).code == code


def test_a_level_without_text_does_not_stop_the_other_levels():
    rules = ladder(level(1, 1), level(2, 7, has_text=False))
    outcome = run(reached(1, 20), claim(2), rules=rules)
    assert codes(outcome) == {1: "NO_TEXT", 2: "LETTER"}
    assert lines(outcome.letters[0]) == [2]


def test_a_negative_delay_and_levels_out_of_order_are_refused():
    with pytest.raises(RuleError) as refused:
        level(1, -1)
    assert refused.value.field == "delay_days"
    with pytest.raises(RuleError) as refused:
        ladder(level(2), level(1))
    assert refused.value.field == "levels"


# --- the interval between letters -----------------------------------------------------------------------------


@pytest.mark.parametrize(("ago", "code"), [(5, "TOO_SOON"), (6, "LETTER"), (7, "LETTER")])
def test_a_debtor_gets_no_letter_within_the_minimum_interval_of_any_other(ago, code):
    decision = only(run(claim(), last_letter_on=day(-ago)))
    assert decision.code == code
    if code == "TOO_SOON":
        assert decision.facts == {"last": day(-5), "days": 6, "date": day(1)}
        assert (decision.level.id, decision.on) == (1, day(1))


@pytest.mark.parametrize(("ago", "code"), [(-1, "TOO_SOON"), (0, "TOO_SOON"), (1, "LETTER")])
def test_without_an_interval_there_is_still_one_letter_a_day(ago, code):
    decision = only(run(claim(), rules=ladder(minimum_interval=0), last_letter_on=day(-ago)))
    assert decision.code == code
    if code == "TOO_SOON":
        assert decision.on == decision.facts["date"] == day(1 - ago)


def test_the_same_day_again_sends_nothing():
    first = run(claim())
    assert len(first.letters) == 1
    sent = reached(1, 0, overdue=10)
    again = run(sent, claim(2), last_letter_on=TODAY)
    assert codes(again) == {1: "NOT_YET", 2: "TOO_SOON"}
    assert not again.letters


@pytest.mark.parametrize("interval", [0, 6])
def test_a_run_dated_yesterday_sends_nothing_after_todays_letter(interval):
    outcome = run(reached(1, 0), claim(2), rules=ladder(minimum_interval=interval), on=day(-1), last_letter_on=TODAY)
    assert codes(outcome) == {1: "NOT_YET", 2: "TOO_SOON"}
    assert not outcome.letters


# --- the minimum amount ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("residual", "code"), [("4.99", "MIN_AMOUNT"), ("5.00", "LETTER"), ("5.01", "LETTER")])
def test_less_than_the_minimum_amount_is_not_worth_a_letter(residual, code):
    decision = only(run(claim(residual=residual), rules=ladder(minimum_amount=Decimal("5.00"))))
    assert decision.code == code
    if code == "MIN_AMOUNT":
        assert decision.facts == {"amount": Decimal("4.99"), "minimum": Decimal("5.00")}
        assert decision.on is None


@pytest.mark.parametrize(("second", "code"), [("1.99", "MIN_AMOUNT"), ("2.00", "LETTER"), ("2.01", "LETTER")])
def test_the_minimum_amount_is_about_the_sum_of_what_is_due(second, code):
    rules = ladder(minimum_amount=Decimal("5.00"))
    assert codes(run(claim(1, residual="3.00"), claim(2, residual=second), rules=rules)) == {1: code, 2: code}


@pytest.mark.parametrize(("amount", "code"), [("95.01", "MIN_AMOUNT"), ("95.00", "LETTER"), ("94.99", "LETTER")])
def test_the_minimum_amount_is_about_what_is_left_after_credit(amount, code):
    rules = ladder(minimum_amount=Decimal("5.00"))
    assert only(run(claim(), credits=(credit(amount),), rules=rules)).code == code


@pytest.mark.parametrize(("company", "code"), [("4.99", "MIN_AMOUNT"), ("5.00", "LETTER"), ("5.01", "LETTER")])
def test_the_minimum_amount_counts_in_company_currency(company, code):
    rules = ladder(minimum_amount=Decimal("5.00"))
    assert only(run(claim(currency="USD", residual="800.00", company=company), rules=rules)).code == code


# --- address and channel --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "has_email", "has_address", "expected"),
    [
        ("email", True, True, "email"),
        ("email", True, False, "email"),
        ("email", False, True, "print"),
        ("email", False, False, "NO_ADDRESS"),
        ("print", True, True, "print"),
        ("print", False, True, "print"),
        ("print", True, False, "NO_ADDRESS"),
        ("print", False, False, "NO_ADDRESS"),
    ],
)
def test_a_letter_goes_by_mail_else_on_paper_and_never_without_address(wanted, has_email, has_address, expected):
    rules = ladder(level(1, 1, channel=wanted))
    outcome = run(claim(), rules=rules, has_email=has_email, has_address=has_address)
    assert [letter.channel for letter in outcome.letters] == [expected] * (expected != "NO_ADDRESS")
    assert (only(outcome).code == "NO_ADDRESS") == (expected == "NO_ADDRESS")
    if expected == "NO_ADDRESS":
        assert only(outcome).on is None


# --- approval -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nobody_watches", "automatic", "code"),
    [(False, False, "LETTER"), (False, True, "LETTER"), (True, True, "LETTER"), (True, False, "APPROVAL")],
)
def test_the_daily_run_leaves_a_level_that_needs_approval_to_a_person(nobody_watches, automatic, code):
    outcome = run(claim(), rules=ladder(level(1, 1, automatic=automatic)), automatic_only=nobody_watches)
    assert only(outcome).code == code
    assert bool(outcome.letters) == (code == "LETTER")
    if code == "APPROVAL":
        assert only(outcome).facts == {"level": "Level 1"}


def test_the_level_that_drives_the_letter_decides_on_approval():
    rules = ladder(level(1, 1, automatic=False), level(2, 7))
    assert codes(run(claim(1), rules=rules, automatic_only=True)) == {1: "APPROVAL"}
    assert codes(run(claim(1), reached(1, 20, line=2), rules=rules, automatic_only=True)) == {
        1: "RIDES_ALONG",
        2: "LETTER",
    }


# --- what stands on a letter ----------------------------------------------------------------------------------


def test_the_furthest_step_drives_and_lower_claims_ride_along_one_step_each():
    outcome = run(claim(1, 5), reached(1, 20, line=2), reached(2, 20, line=3))
    (letter,) = outcome.letters
    assert codes(outcome) == {1: "RIDES_ALONG", 2: "RIDES_ALONG", 3: "LETTER"}
    assert letter.level.id == 3
    assert {d.claim.line_id: d.level.id for d in letter.decisions} == {1: 1, 2: 2, 3: 3}
    assert all(d.facts == {"level": "Level 3"} for d in letter.decisions if d.code == "RIDES_ALONG")


def test_claims_on_the_same_step_share_one_letter_oldest_first():
    outcome = run(claim(1, 5), claim(2, 50), claim(3, 20))
    (letter,) = outcome.letters
    assert lines(letter) == [2, 3, 1]
    assert set(codes(outcome).values()) == {"LETTER"}


def test_overdue_claims_that_wait_for_their_own_step_are_listed_and_keep_their_level():
    outcome = run(claim(1, 30), reached(1, 3, line=2, overdue=40))
    assert codes(outcome) == {1: "LETTER", 2: "LISTED"}
    listed = next(d for d in outcome.letters[0].decisions if d.code == "LISTED")
    assert listed.facts == {"level": "Level 1", "date": day(4)}
    assert (listed.level.id, listed.on) == (2, day(4))


@pytest.mark.parametrize(
    "other",
    [
        {"currency": "USD"},
        {"procedure": 2},
        {"hold": Hold(None, "Disputed")},
        {"no_followup": True},
        {"failed_letter": "BR/1"},
        {"sent": False},
        {"level_claimable_from": day(9)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_only_claims_that_wait_under_the_same_procedure_and_currency_are_listed(other):
    waiting = reached(1, 3, line=2, overdue=40, **other)
    outcome = run(claim(1, 30), waiting, rules=(ladder(), ladder(number=2)))
    assert [lines(letter) for letter in outcome.letters] == [[1]]


def test_a_letter_that_waits_lists_nothing():
    outcome = run(claim(1, 30), reached(1, 3, line=2, overdue=40), last_letter_on=day(-3))
    assert codes(outcome) == {1: "TOO_SOON", 2: "NOT_YET"}


@pytest.mark.parametrize("legal_type", [FINAL_NOTICE, NOTICE_OF_DEFAULT, REMINDER])
def test_a_claim_never_gets_its_statutory_notice_by_riding_on_another_letter(legal_type):
    """Article 6:96(6) BW and XIX.2 WER: the notice is about this claim, or there was none."""
    rules = ladder(level(1, 1), level(2, 7, legal_type=STATUTORY_NOTICE), level(3, 7, legal_type=legal_type))
    outcome = run(reached(2, 30, line=1, level_claimable_from=day(-10)), reached(1, 20, line=2), claim(3), rules=rules)
    rides = "RIDES_ALONG" if legal_type == REMINDER else "LISTED"  # which asks for what drives it, and for no other
    assert codes(outcome) == {1: "LETTER", 2: "LISTED", 3: rides}
    assert outcome.decisions[1].facts == {"level": "Level 3", "date": day(6)}
    later = run(reached(3, 6, line=1), reached(1, 26, line=2), rules=rules, last_letter_on=day(-6))
    assert codes(later) == {1: "LAST_LEVEL", 2: "LETTER"}
    assert later.letters[0].level.id == 2


def test_two_currencies_get_two_letters():
    outcome = run(claim(1), claim(2, currency="USD"), claim(3, currency="USD"))
    assert [(letter.currency, lines(letter)) for letter in outcome.letters] == [("EUR", [1]), ("USD", [2, 3])]


def test_two_procedures_in_one_currency_get_one_letter_the_oldest_claim_first():
    outcome = run(claim(1, 10), claim(2, 30, procedure=2), rules=(ladder(), ladder(number=2)))
    assert codes(outcome) == {1: "OTHER_LETTER", 2: "LETTER"}
    assert [letter.procedure.id for letter in outcome.letters] == [2]
    assert outcome.decisions[0].facts == {"currency": "EUR"}
    assert outcome.decisions[0].on == day(6)


def test_of_two_procedures_with_claims_of_the_same_age_it_is_always_the_same_that_goes_first():
    pair = (claim(1, procedure=2), claim(2))
    for claims in (pair, pair[::-1]):
        assert codes(run(*claims, rules=(ladder(), ladder(number=2)))) == {1: "OTHER_LETTER", 2: "LETTER"}


def test_a_rest_has_a_letter_of_its_own_which_comes_after_that_about_invoices():
    """It is older than what is unpaid, and no term runs by it."""
    rest, open_one = claim(1, 90, procedure=2, rest=True), claim(2, 30)
    outcome = run(rest, open_one, rules=(ladder(), ladder(number=2)))
    assert codes(outcome) == {1: "OTHER_LETTER", 2: "LETTER"}
    assert [len(letter.decisions) for letter in outcome.letters] == [1]
    outcome = run(replace(rest, procedure=1), open_one, reached(1, 2, line=3))
    assert codes(outcome) == {1: "OTHER_LETTER", 2: "LETTER", 3: "LISTED"}, "on one ladder as well"
    listed = replace(rest, procedure=1, levels_done=frozenset({1}), level_sent_on=day(-2))
    assert codes(run(listed, open_one)) == {1: "NOT_YET", 2: "LETTER"}
    assert codes(run(rest, rules=(ladder(), ladder(number=2)))) == {1: "LETTER"}


@pytest.mark.parametrize(("rest", "code"), [(True, "REST_COVERED"), (False, "NET_CREDIT")])
def test_a_rest_that_money_covers_is_booked_and_not_matched_with_an_invoice(rest, code):
    money = Credit("BNK/1", "EUR", Decimal("100.00"), received=True, line_id=9)
    outcome = run(claim(1, rest=rest), credits=(money,))
    assert codes(outcome) == {1: code}
    assert outcome.decisions[0].facts == {"credit": "BNK/1", "amount": Decimal("100.00")}
    under_way = replace(money, under_way=True)
    assert codes(run(claim(1, rest=rest), credits=(under_way,))) == {1: "IN_PAYMENT"}


def test_two_procedures_in_two_currencies_get_two_letters():
    outcome = run(claim(1), claim(2, procedure=2, currency="USD"), rules=(ladder(), ladder(number=2)))
    assert set(codes(outcome).values()) == {"LETTER"}


def test_a_procedure_whose_letter_has_to_wait_stands_in_no_other_procedures_way():
    small = ladder(minimum_amount=Decimal("5.00"))
    outcome = run(claim(1, 90, residual="3.00"), claim(2, 10, procedure=2), rules=(small, ladder(number=2)))
    assert codes(outcome) == {1: "MIN_AMOUNT", 2: "LETTER"}


def test_each_procedure_keeps_its_own_interval():
    rules = (ladder(minimum_interval=14), ladder(number=2, minimum_interval=5))
    outcome = run(claim(1, 90), claim(2, 10, procedure=2), rules=rules, last_letter_on=day(-5))
    assert codes(outcome) == {1: "TOO_SOON", 2: "LETTER"}


# --- rules that change midway ---------------------------------------------------------------------------------


def test_a_new_procedure_starts_at_its_first_level_after_the_last_letter():
    other = ladder(level(11, 4, delay_from="previous"), level(12), number=2)
    moved = {"procedure": 2, "overdue": 60}
    assert only(run(reached(2, 3, **moved), rules=other)).code == "NOT_YET"
    decision = only(run(reached(2, 4, **moved), rules=other))
    assert (decision.code, decision.level.id) == ("LETTER", 11)


def test_a_new_procedure_still_waits_for_the_free_term_that_was_given():
    other = ladder(level(11, 1), number=2)
    decision = only(run(reached(2, 8, procedure=2, level_claimable_from=day(8)), rules=other))
    assert (decision.code, decision.on) == ("PERIOD_RUNNING", day(8))


@pytest.mark.parametrize(
    ("left", "done", "expected"), [((1, 3), {1, 2}, 3), ((2, 3), {1}, 2), ((1, 2), {1, 2, 3}, None)]
)
def test_after_an_archived_level_a_claim_goes_on_with_the_next(left, done, expected):
    rules = ladder(*(level(number) for number in left))
    decision = only(run(claim(overdue=90, levels_done=frozenset(done), level_sent_on=day(-30)), rules=rules))
    assert (decision.level and decision.level.id) == expected
    assert decision.code == ("LETTER" if expected else "LAST_LEVEL")


def test_a_level_put_in_before_one_that_was_sent_is_not_sent_any_more():
    rules = ladder(level(1), level(5), level(9), level(20))
    decision = only(run(claim(overdue=90, levels_done=frozenset({1, 9}), level_sent_on=day(-30)), rules=rules))
    assert decision.level.id == 20


# --- the order of the gates -----------------------------------------------------------------------------------


def test_the_reason_named_is_the_first_a_person_would_ask_for():
    """Everything is wrong with this claim; mended one by one, the next reason appears."""
    rules = ladder(level(1, 5, has_text=False, automatic=False), minimum_amount=Decimal("5.00"))
    facts = {
        "overdue": None,
        "residual": "4.00",
        "procedure": 9,
        "no_followup": True,
        "hold": Hold(None, "x"),
        "sent": False,
    }
    facts |= {"open_letter": "BR/1", "failed_letter": "BR/2", "levels_done": frozenset({1}), "level_sent_on": day(-90)}
    facts |= {"undone": Undone(Decimal("4.00"), day(-1))}
    debtor = {"credits": (credit("4.00"),), "unmatched": Decimal(1), "last_letter_on": day(-1)}
    debtor |= {"has_email": False, "has_address": False, "automatic_only": True}
    texts = replace(rules, levels=(replace(rules.levels[0], has_text=True),))
    mended = [
        ("NO_FOLLOWUP", "facts", {"no_followup": False}),
        ("HOLD", "facts", {"hold": None}),
        ("NO_DUE_DATE", "facts", {"overdue": 2}),
        ("NET_CREDIT", "debtor", {"credits": ()}),
        ("UNMATCHED_PAYMENT", "debtor", {"unmatched": Decimal(0)}),
        ("PAYMENT_UNDONE", "facts", {"undone": None}),
        ("LETTER_FAILED", "facts", {"failed_letter": None}),
        ("LETTER_OPEN", "facts", {"open_letter": None}),
        ("NO_PROCEDURE", "facts", {"procedure": 2}),
        ("NO_LEVEL", "facts", {"procedure": 1}),
        ("NOT_SENT", "facts", {"sent": True}),
        ("LAST_LEVEL", "facts", {"levels_done": frozenset(), "level_sent_on": None}),
        ("NOT_YET", "facts", {"overdue": 9}),
        ("NO_TEXT", "rules", texts),
        ("TOO_SOON", "debtor", {"last_letter_on": day(-6)}),
        ("MIN_AMOUNT", "facts", {"residual": "400.00"}),
        ("NO_ADDRESS", "debtor", {"has_email": True}),
        ("APPROVAL", "debtor", {"automatic_only": False}),
        ("LETTER", None, None),
    ]
    for code, where, change in mended:
        assert only(run(claim(**facts), rules=(rules, Procedure(2, "Empty", ())), **debtor)).code == code
        if where == "facts":
            facts |= change
        elif where == "debtor":
            debtor |= change
        elif where == "rules":
            rules = change
