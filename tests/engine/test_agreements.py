"""Disputes, promises, payment plans and calls: what they keep back, how much of it, and until when."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.decide import Decision, per_invoice, settled
from odoo.addons.cremann_dunning.engine.facts import Dispute, Hold, Plan, Promise
from odoo.addons.cremann_dunning.engine.rules import CALL

from .support import TODAY, claim, codes, credit, day, ladder, level, only, reached, run


def dispute(*moves, amount=None, reason="price", since=-3):
    return Dispute(reason, day(since), frozenset(moves), amount and Decimal(amount))


def agreement(what, until, *moves, currency="EUR"):
    return what(day(until - 2), day(until), Decimal("100.00"), currency, frozenset(moves))


# --- disputes -------------------------------------------------------------------------------------------------


def test_a_disputed_invoice_is_left_alone_without_an_end():
    outcome = run(claim(1), claim(2), disputes=(dispute(1),))
    assert codes(outcome) == {1: "DISPUTED", 2: "LETTER"}
    decision = outcome.decisions[0]
    assert decision.facts == {"reason": "price", "since": day(-3)}
    assert (decision.outcome, decision.on, decision.open) == ("skip", None, 0)


@pytest.mark.parametrize(
    ("amount", "code", "asked"),
    [("99.99", "LETTER", "0.01"), ("100.00", "DISPUTED", "0.00"), ("100.01", "DISPUTED", "0.00")],
)
def test_only_the_undisputed_part_runs(amount, code, asked):
    rules = ladder(minimum_amount=Decimal(0))
    decision = only(run(claim(), rules=rules, disputes=(dispute(1, amount=amount),)))
    assert (decision.code, decision.open) == (code, Decimal(asked))
    assert decision.disputed == Decimal(100) - Decimal(asked)


def test_what_is_left_after_a_dispute_must_reach_the_minimum():
    rules = ladder(minimum_amount=Decimal(5))
    for amount, code in (("95.00", "LETTER"), ("95.01", "MIN_AMOUNT")):
        assert only(run(claim(), rules=rules, disputes=(dispute(1, amount=amount),))).code == code


def test_a_part_of_several_invoices_is_taken_off_the_oldest_first():
    outcome = run(claim(1, 30), claim(2, 20), claim(3, 10), disputes=(dispute(3, 2, 1, amount="130.00"),))
    assert codes(outcome) == {1: "DISPUTED", 2: "LETTER", 3: "LETTER"}
    assert [decision.open for decision in outcome.decisions] == [0, 70, 100]


def test_two_disputes_over_parts_add_up_and_the_first_speaks():
    parts = (dispute(1, amount="60.00", reason="quality", since=-1), dispute(1, amount="60.00", since=-5))
    decision = only(run(claim(), disputes=parts))
    assert (decision.code, decision.facts["since"], decision.disputed) == ("DISPUTED", day(-5), Decimal("100.00"))


def test_a_part_is_not_used_up_by_an_invoice_that_is_disputed_as_a_whole():
    outcome = run(claim(1, 30), claim(2, 20), disputes=(dispute(1, 2, amount="40.00"), dispute(1)))
    assert [decision.open for decision in outcome.decisions] == [0, 60]


def test_own_credit_goes_to_what_is_not_disputed():
    outcome = run(claim(1, 30), claim(2, 20), credits=(credit("50.00"),), disputes=(dispute(1, amount="80.00"),))
    assert [(d.disputed, d.credit, d.open) for d in outcome.decisions] == [(80, 20, 0), (0, 30, 70)]
    assert codes(outcome) == {1: "NOTHING_LEFT", 2: "LETTER"}
    assert outcome.decisions[0].facts == {"disputed": 80, "paying": 0, "credit": 20}


def test_a_dispute_about_another_invoice_changes_nothing():
    assert only(run(claim(1), disputes=(dispute(2), dispute(3, amount="10.00")))).open == 100


def test_a_letter_is_stopped_by_a_dispute_that_was_opened_since():
    asked = {1: Decimal("100.00")}
    assert settled(run(claim(), disputes=(dispute(1),)), asked)[1].code == "DISPUTED"
    assert settled(run(claim(), disputes=(dispute(1, amount="1.00"),)), asked) == {1: None}
    assert settled(run(claim(), disputes=(dispute(1, amount="1.00"),)), {1: Decimal("99.00")}) == {}


# --- promises and plans ---------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize(("what", "which", "code"), [(Promise, "promises", "PROMISE"), (Plan, "plans", "PLAN")])


@BOTH
@pytest.mark.parametrize(("until", "waits"), [(-1, False), (0, True), (1, True)])
def test_a_claim_waits_up_to_and_including_the_last_day(what, which, code, until, waits):
    decision = only(run(claim(), **{which: (agreement(what, until),)}))
    assert decision.code == (code if waits else "LETTER")
    if waits:
        assert decision.facts == {"amount": Decimal("100.00"), "date": day(until - 2), "until": day(until)}
        assert (decision.outcome, decision.on, decision.open) == ("skip", day(until + 1), Decimal("100.00"))


@BOTH
def test_it_covers_the_invoices_it_names_in_its_own_currency(what, which, code):
    claims = (claim(1), claim(2), claim(3, currency="USD"))
    named = run(*claims, **{which: (agreement(what, 3, 2),)})
    assert codes(named) == {1: "LETTER", 2: code, 3: "LETTER"}
    everything = run(*claims, **{which: (agreement(what, 3),)})
    assert codes(everything) == {1: code, 2: code, 3: "LETTER"}


@BOTH
@pytest.mark.parametrize(("dated", "covered"), [(-4, True), (-3, True), (-2, False), (None, True)])
def test_everything_is_what_was_there_on_the_day_of_the_agreement(what, which, code, dated, covered):
    made = what(day(1), day(3), Decimal("100.00"), "EUR", since=day(-3))
    decision = only(run(claim(dated=dated if dated is None else day(dated)), **{which: (made,)}))
    assert decision.code == (code if covered else "LETTER")


@BOTH
def test_invoices_that_are_named_are_covered_whatever_their_day(what, which, code):
    made = what(day(1), day(3), Decimal("100.00"), "EUR", frozenset({1}), since=day(-3))
    assert only(run(claim(dated=day(-2)), **{which: (made,)})).code == code


@BOTH
def test_of_two_the_one_that_ends_last_counts(what, which, code):
    decision = only(run(claim(), **{which: (agreement(what, 6), agreement(what, 3))}))
    assert decision.facts["until"] == day(6)


@BOTH
def test_a_letter_under_way_is_stopped(what, which, code):
    assert settled(run(claim(), **{which: (agreement(what, 0),)}), {1: Decimal("100.00")})[1].code == code


def test_the_order_in_which_reasons_speak():
    facts = {
        "hold": Hold(day(1), "Holiday"),
        "disputes": (dispute(1),),
        "plans": (agreement(Plan, 3),),
        "promises": (agreement(Promise, 9),),
        "credits": (credit("100.00"),),
    }
    for gone, code in (("hold", "HOLD_UNTIL"), ("disputes", "DISPUTED"), ("plans", "PLAN"), ("promises", "PROMISE")):
        assert only(run(claim(), **facts)).code == code
        del facts[gone]
    assert only(run(claim(), **facts)).code == "NET_CREDIT"


# --- calls ----------------------------------------------------------------------------------------------------

CALLS = ladder(level(1, 1), level(2, 7, legal_type=CALL, has_text=False), level(3, 7))


@pytest.mark.parametrize(("ago", "code"), [(6, "NOT_YET"), (7, "CALL_DUE"), (8, "CALL_DUE")])
def test_a_call_is_due_like_a_letter_and_makes_none(ago, code):
    outcome = run(reached(1, ago), rules=CALLS)
    decision = only(outcome)
    assert (decision.code, decision.level.id, outcome.letters) == (code, 2, ())
    if code == "CALL_DUE":
        assert decision.facts == {"level": "Level 2", "due_date": day(-60), "days": 60}
        assert (decision.outcome, decision.on) == ("wait", TODAY)


def test_the_ladder_waits_for_the_call_and_goes_on_after_it():
    assert only(run(reached(1, 90), rules=CALLS)).code == "CALL_DUE"
    assert only(run(reached(2, 6), rules=CALLS)).code == "NOT_YET"
    assert only(run(reached(2, 7), rules=CALLS)).level.id == 3


def test_a_call_about_one_claim_does_not_ride_on_the_letter_about_another():
    outcome = run(reached(1, 8), claim(2), rules=CALLS)
    assert codes(outcome) == {1: "CALL_DUE", 2: "LETTER"}
    assert [decision.claim.line_id for decision in outcome.letters[0].decisions] == [2]


@pytest.mark.parametrize(("residual", "code"), [("2.49", "MIN_AMOUNT"), ("2.50", "CALL_DUE"), ("2.51", "CALL_DUE")])
def test_nobody_is_called_about_less_than_the_minimum(residual, code):
    rules = ladder(*CALLS.levels, minimum_amount=Decimal(5))
    outcome = run(reached(1, 8, residual=residual), reached(1, 8, line=2, residual="2.50"), rules=rules)
    assert set(codes(outcome).values()) == {code}


def test_a_call_speaks_for_the_invoice_before_what_waits():
    waits = Decision(claim(1, move_id=1), "NOT_YET", {}, on=day(1))
    call = Decision(claim(2, move_id=1), "CALL_DUE", {}, on=TODAY)
    assert per_invoice([waits, call])[1].code == per_invoice([call, waits])[1].code == "CALL_DUE"


# --- whatever the disputes ------------------------------------------------------------------------------------

cents = st.integers(1, 30_000).map(lambda number: Decimal(number).scaleb(-2))
moves = st.frozensets(st.integers(1, 3), min_size=1)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(cents, min_size=1, max_size=5),
    st.lists(st.tuples(moves, st.none() | cents), max_size=3),
    st.lists(cents, max_size=2),
)
def test_amounts_add_up_to_the_cent_and_nothing_disputed_is_asked(residuals, parts, own):
    claims = [claim(n, 10 + n, str(amount), move_id=n % 3 + 1) for n, amount in enumerate(residuals)]
    disputes = tuple(Dispute("price", TODAY, named, amount) for named, amount in parts)
    outcome = run(*claims, disputes=disputes, credits=tuple(credit(str(amount)) for amount in own))
    for decision in outcome.decisions:
        assert decision.open + decision.credit + decision.disputed == decision.claim.residual
        assert min(decision.open, decision.credit, decision.disputed) >= 0
        if any(decision.claim.move_id in d.moves and d.amount is None for d in disputes):
            assert decision.code == "DISPUTED"
    whole = {move for d in disputes if d.amount is None for move in d.moves}
    disputed = sum(d.disputed for d in outcome.decisions if d.claim.move_id not in whole)
    named = {move for d in disputes for move in d.moves} - whole
    limit = sum(d.claim.residual for d in outcome.decisions if d.claim.move_id in named)
    assert disputed <= min(sum(d.amount or 0 for d in disputes), limit)
    for letter in outcome.letters:
        assert all(decision.open > 0 for decision in letter.decisions)
