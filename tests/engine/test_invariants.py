"""What holds for every debtor, whatever the ledger and the history look like (DESIGN, invariants 1 to 6 and 9)."""

import os
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.decide import asked_of, decide, per_invoice, settled, taken_off
from odoo.addons.cremann_dunning.engine.facts import Claim, Credit, Debtor, Dispute, Hold, Plan, Promise, Received
from odoo.addons.cremann_dunning.engine.outcome import Question
from odoo.addons.cremann_dunning.engine.reasons import REASONS
from odoo.addons.cremann_dunning.engine.rules import (
    GENTLE,
    LEAVE_OUT,
    MATCH,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    REMINDER,
    STATUTORY_NOTICE,
    Backlog,
    House,
    Level,
    Procedure,
)
from odoo.addons.cremann_dunning.engine.set_off import disputed_parts

from .support import TODAY, day

DAY = timedelta(days=1)
FREE_TERM = 16 * DAY
MOVES = ("LETTER", "RIDES_ALONG", "NOTICE")

# The same examples everywhere and always; EXAMPLES=5000 in the environment looks at as many others, at random. How long
# one example takes says nothing on a machine that runs other suites beside this one.
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
economical = settings(deadline=None, max_examples=EXAMPLES or 200, derandomize=not EXAMPLES)

# --- random ledgers -------------------------------------------------------------------------------------------

cents = st.integers(1, 30_000).map(lambda number: Decimal(number).scaleb(-2))


def rarely(usual, *others):
    """Mostly the usual value."""
    return st.sampled_from((usual,) * 3 * (1 + len(others)) + others)


@st.composite
def notices(draw, number):
    """The notice before the due date; like a letter it may wait for a person."""
    days, alone = draw(st.integers(1, 9)), draw(st.booleans())
    return Level(number, f"Notice {number}", 0, PRE_DUE, days, automatic=alone, list_not_due=draw(st.booleans()))


@st.composite
def procedure_maps(draw, sound=False):
    """Two procedures by id; ``sound`` ones never ask for a person and lack nothing."""
    found = {}
    for number in (1, 2):
        levels = tuple(
            Level(
                id=number * 10 + at,
                name=f"Level {number}.{at}",
                sequence=at,
                legal_type=draw(st.sampled_from((REMINDER, REMINDER, STATUTORY_NOTICE, NOTICE_OF_DEFAULT))),
                delay_days=draw(st.integers(0, 14)),
                delay_from=draw(st.sampled_from(("previous", "previous", "due_date"))),
                channel=draw(rarely("email", "print")),
                automatic=draw(st.booleans()),
                has_text=sound or draw(rarely(True, False)),
            )
            for at in range(draw(st.integers(1, 4)) if sound else draw(rarely(3, 0, 1, 2, 4)))
        )
        if not sound and draw(rarely(False, True)):
            levels = (draw(notices(number * 10 + 9)), *levels)
        found[number] = Procedure(
            id=number,
            name=f"Procedure {number}",
            levels=levels,
            minimum_interval=draw(st.integers(0, 10)),
            minimum_amount=Decimal(0) if sound else draw(rarely(Decimal(5), Decimal(150))),
            require_sent=draw(st.booleans()),
        )
    return found


@st.composite
def histories(draw, own, last):
    """Nothing sent yet, or levels of this ladder up to some point, perhaps with a gap, or of a ladder left behind."""
    ids = [level.id for level in own.levels]
    known = [frozenset(ids[:at]) for at in range(len(ids) + 1)]
    done = draw(st.sampled_from([*known, *known, frozenset({98, 99}), frozenset(ids[1:2])]))
    if not done or not last:
        return {}
    sent_on = last - draw(st.integers(0, 20)) * DAY
    claimable_from = draw(rarely(None, sent_on + FREE_TERM))
    term_ends = draw(st.none() | st.integers(1, 20).map(lambda days: sent_on + days * DAY))
    return {
        "levels_done": done, "level_sent_on": sent_on, "level_claimable_from": claimable_from, "term_ends": term_ends,
    }  # fmt: skip


# What may be the matter with a claim; most of the time nothing is.
TROUBLES = (
    {"due_date": None},
    {"procedure": None},
    {"sent": False},
    {"no_followup": True},
    {"open_letter": "BR/1"},
    {"failed_letter": "BR/2"},
    {"hold": Hold(None, "Disputed")},
    {"hold": Hold(TODAY, "Promised")},
    {"hold": Hold(day(12), "Promised")},
    {"hold": Hold(day(-1), "Over")},
    {"in_payment": Decimal("40.00"), "payment": "PAY/1"},
    {"in_payment": Decimal("400.00"), "payment": "PAY/2"},
    {"term_ends": day(4)},
)


@st.composite
def disputes(draw):
    """Most of the time none; else over some invoices, as a whole or in part."""
    if draw(rarely(False, True)) is False:
        return ()
    moves = frozenset(draw(st.sets(st.integers(1, 4), min_size=1, max_size=3)))
    return (Dispute("price", day(-3), moves, draw(st.none() | cents)),)


@st.composite
def agreements(draw, kind):
    """Most of the time none; else over some invoices, or over all that were there on a day."""
    if draw(rarely(False, True)) is False:
        return ()
    until, moves = day(draw(st.integers(-2, 9))), frozenset(draw(st.sets(st.integers(1, 4), max_size=3)))
    since = draw(st.none() | st.integers(-60, 0).map(day))
    return (kind(until, until, Decimal("10.00"), draw(rarely("EUR", "USD")), moves, since),)


@st.composite
def claims(draw, procedures, last, number):
    residual, procedure = draw(cents), draw(st.sampled_from((1, 1, 2)))
    facts = {
        "move_id": draw(st.integers(1, 4)),
        "currency": draw(st.sampled_from(("EUR", "EUR", "USD"))),
        "due_date": day(-draw(st.integers(-5, 90))),
        "dated": draw(st.none() | st.integers(-90, 0).map(day)),
        "procedure": procedure,
        **draw(histories(procedures[procedure], last)),
        **draw(rarely({}, *TROUBLES)),
    }
    company = (residual * Decimal("0.8")).quantize(Decimal("0.01")) if facts["currency"] == "USD" else residual
    return Claim(number, number=f"INV/{number}", residual=residual, residual_company=company, kind="unknown", **facts)


# Money without a destination, mostly; a credit note may say which invoice it is for.
own_credits = st.builds(
    Credit,
    st.just("RINV/1"),
    rarely("EUR", "USD"),
    cents,
    st.just(False),
    rarely(frozenset(), frozenset({1}), frozenset({2})),
)


@st.composite
def situations(draw):
    """A debtor as the ledger may have it, and the procedures."""
    procedures = draw(procedure_maps())
    last = draw(st.none() | st.integers(-25, 1).map(day))
    found = tuple(draw(claims(procedures, last, number)) for number in range(1, draw(st.integers(1, 6)) + 1))
    debtor = Debtor(
        partner_id=1,
        name="Debtor",
        claims=found,
        credits=tuple(draw(st.lists(own_credits, max_size=2))),
        disputes=draw(disputes()),
        promises=draw(agreements(Promise)),
        plans=draw(agreements(Plan)),
        unmatched=draw(rarely(Decimal(0), Decimal(12))),
        receipts=draw(rarely((), (Received(1, day(-1), "?", Decimal(12), ("INV/1",), True),))),
        last_letter_on=last,
        hold=draw(rarely(None, Hold(day(3), "Promised"))),
        has_email=draw(st.booleans()),
        has_address=draw(rarely(True, False)),
        spoken_on=draw(rarely(None, day(-1), day(-4))),
    )
    return debtor, procedures


@st.composite
def backlogs(draw):
    """Most of the time none; else one of the rules, with a start before or after the claims fell due."""
    rule = draw(rarely(None, MATCH, GENTLE, LEAVE_OUT))
    return House(backlog=Backlog(day(draw(st.integers(-60, 5))), rule, 20) if rule else None)


def stood(outcome):
    """All decisions that stand on letters."""
    return [decision for letter in outcome.letters for decision in letter.decisions]


# --- one day --------------------------------------------------------------------------------------------------


def has_come_up(claim, procedures):
    """Whether something is to be decided: the claim is overdue, or the day of its notice has come."""
    if claim.due_date is None or claim.due_date < TODAY:
        return True
    notice = claim.procedure and procedures[claim.procedure].notice
    return bool(notice) and claim.due_date - notice.delay_days * DAY <= TODAY


@economical
@given(situations(), st.booleans())
def test_every_overdue_claim_has_exactly_one_decision_with_the_facts_of_its_reason(situation, automatic_only):
    debtor, procedures = situation
    outcome = decide(debtor, procedures, TODAY, automatic_only)
    overdue = [claim for claim in debtor.claims if has_come_up(claim, procedures)]
    assert [decision.claim for decision in outcome.decisions] == overdue
    for decision in outcome.decisions:
        assert set(decision.facts) == set(REASONS[decision.code].facts)
        facts = decision.facts if decision.facts.get("receipt") else {**decision.facts, "receipt": ""}  # None: not kept
        assert all(isinstance(value, str | int | date | Decimal | Received) for value in facts.values())
    assert set(per_invoice(outcome.decisions)) == {claim.move_id for claim in overdue}


@economical
@given(situations(), st.booleans())
def test_one_letter_per_currency_and_every_claim_that_moves_stands_on_one(situation, automatic_only):
    debtor, procedures = situation
    outcome = decide(debtor, procedures, TODAY, automatic_only)
    assert max(Counter(letter.currency for letter in outcome.letters).values(), default=0) <= 1
    moving = [decision for decision in outcome.decisions if decision.outcome in ("send", "ride")]
    key = lambda decision: decision.claim.line_id  # noqa: E731
    assert sorted(stood(outcome), key=key) == sorted(moving, key=key)
    for letter in outcome.letters:
        assert {decision.claim.currency for decision in letter.decisions} == {letter.currency}
        assert any(decision.code in ("LETTER", "NOTICE") for decision in letter.decisions)
        assert debtor.has_email if letter.channel == "email" else debtor.has_address


@economical
@given(situations())
def test_no_letter_within_the_minimum_interval_of_the_last(situation):
    debtor, procedures = situation
    for letter in decide(debtor, procedures, TODAY).letters:
        if debtor.last_letter_on:
            assert TODAY - debtor.last_letter_on >= max(letter.procedure.minimum_interval, 1) * DAY


@economical
@given(situations())
def test_no_level_is_ever_skipped(situation):
    debtor, procedures = situation
    for letter in decide(debtor, procedures, TODAY).letters:
        for decision in letter.decisions:
            assert decision.claim.procedure == letter.procedure.id
            ladder = [level for level in letter.procedure.levels if level.legal_type != PRE_DUE]
            done = [at for at, level in enumerate(ladder) if level.id in decision.claim.levels_done]
            if decision.level.legal_type == PRE_DUE:  # no step of the ladder, and only before the due date
                assert decision.claim.due_date >= TODAY
                assert decision.level.id not in decision.claim.levels_done
            else:
                assert decision.level == ladder[max(done, default=-1) + 1]
            if decision.code == "LETTER":
                assert decision.level == letter.level
            elif decision.code == "RIDES_ALONG":
                assert letter.procedure.levels.index(decision.level) < letter.procedure.levels.index(letter.level)
                assert decision.level.legal_type != STATUTORY_NOTICE
                assert letter.demands(decision, TODAY)  # what a letter does not ask moves by none


@economical
@given(situations(), backlogs(), st.booleans())
def test_only_a_matching_backlog_skips_steps_and_none_of_force(situation, house, automatic_only):
    debtor, procedures = situation
    for letter in decide(debtor, procedures, TODAY, automatic_only, house).letters:
        for decision in letter.decisions:
            claim, backlog = decision.claim, house.backlog
            next_one = letter.procedure.next_level(claim.levels_done)
            if decision.code != "LISTED" and decision.level != next_one:
                assert backlog.rule == MATCH
                assert claim.due_date < backlog.start
                assert not claim.levels_done
                assert not next_one.is_heavy


@economical
@given(situations(), backlogs())
def test_a_term_that_a_letter_gave_is_kept(situation, house):
    """Nothing follows, and nothing is asked again, before the day after the last day of every term."""
    debtor, procedures = situation
    for letter in decide(debtor, procedures, TODAY, house=house).letters:
        for decision in letter.decisions:
            ends = decision.claim.ends
            if decision.code in MOVES or letter.demands(decision, TODAY):
                assert ends is None or ends <= TODAY
            assert not decision.claim.level_claimable_from or decision.claim.level_claimable_from <= TODAY


@economical
@given(situations())
def test_no_letter_is_about_nothing(situation):
    """Whatever covers a claim together (payments under way, disputes, credits): it stands on none, with a reason."""
    debtor, procedures = situation
    outcome = decide(debtor, procedures, TODAY)
    assert all(decision.open > 0 for decision in stood(outcome))
    for decision in outcome.decisions:
        if decision.open <= 0:
            assert decision.outcome == "skip"


@economical
@given(situations(), st.booleans())
def test_who_waits_for_a_person_holds_back_only_himself(situation, automatic_only):
    """A letter that the other claims would get, were the waiting ones not there, they get."""
    debtor, procedures = situation
    outcome = decide(debtor, procedures, TODAY, automatic_only)
    stuck = {d.claim.line_id for d in outcome.decisions if d.code in ("APPROVAL", "NO_ADDRESS")}
    rest = tuple(claim for claim in debtor.claims if claim.line_id not in stuck)
    if stuck and rest and not debtor.credits and not debtor.disputes:
        alone = decide(replace(debtor, claims=rest), procedures, TODAY, automatic_only)
        lines_of = lambda letters: [  # noqa: E731
            (x.level, [(d.claim.line_id, d.code) for d in x.decisions]) for x in letters
        ]
        assert lines_of(outcome.letters) == lines_of(alone.letters)


def left_alone(claim, debtor, procedures):
    """Whether a claim is not asked at the moment, whatever its amount."""
    procedure = procedures.get(claim.procedure)
    return (
        claim.no_followup
        or any(hold and hold.covers(TODAY) for hold in (claim.hold, debtor.hold))
        or claim.due_date is None
        or any(agreement.covers(claim, TODAY) for agreement in debtor.promises + debtor.plans)
        or procedure is None
        or not procedure.levels
        or (procedure.require_sent and not claim.sent)
    )


@economical
@given(situations())
def test_letters_never_ask_more_than_residuals_less_credits_set_off_oldest_first(situation):
    debtor, procedures = situation
    debtor = replace(debtor, credits=tuple(replace(credit, moves=frozenset()) for credit in debtor.credits))
    outcome = decide(debtor, procedures, TODAY)
    for currency in ("EUR", "USD"):
        asked = sum(decision.open for decision in stood(outcome) if decision.claim.currency == currency)
        purse = sum(credit.amount for credit in debtor.credits if credit.currency == currency)
        claims = [claim for claim in debtor.claims if claim.currency == currency]
        assert asked <= max(sum(claim.residual for claim in claims) - purse, 0)
        decisions = {decision.claim.line_id: decision for decision in outcome.decisions}
        disputed = {
            line_id: part for line_id, (part, _dispute) in disputed_parts(debtor.claims, debtor.disputes).items()
        }
        for claim in sorted(
            claims,
            key=lambda c: (left_alone(c, debtor, procedures), c.due_date or date.max, c.line_id),
        ):
            decision = decisions.get(claim.line_id)  # nothing is decided yet about what is due today
            free = max(claim.residual - claim.in_payment, Decimal(0))
            free = max(free - disputed.get(claim.line_id, 0), Decimal(0))
            taken = min(purse, free)
            if decision:
                assert (decision.credit, decision.open) == (taken, free - taken)
            purse -= taken
    assert all(decision.open > 0 for decision in stood(outcome))


@economical
@given(situations())
def test_no_credit_lies_with_what_is_left_alone_while_it_could_lower_what_is_asked(situation):
    debtor, procedures = situation
    question = Question(TODAY, procedures=procedures)
    _disputed, covered = taken_off(debtor, procedures, question)
    asked = asked_of(debtor, procedures, question)
    spent = defaultdict(Decimal)
    for claim in debtor.claims:
        taken, credit = covered.get(claim.line_id, (Decimal(0), None))
        spent[claim.currency] += taken
        assert 0 <= taken <= claim.residual
        meant = credit and claim.move_id in credit.moves
        if taken and not meant and left_alone(claim, debtor, procedures):
            assert not any(
                asked[other.line_id]
                for other in debtor.claims
                if other.currency == claim.currency and not left_alone(other, debtor, procedures)
            )
    for currency, amount in spent.items():
        whole = sum(credit.amount for credit in debtor.credits if credit.currency == currency)
        # nothing is spent twice, and nothing is kept while something is open
        assert amount <= whole
        assert amount == whole or not any(asked[c.line_id] for c in debtor.claims if c.currency == currency)


@economical
@given(situations(), st.integers(0, 9))
def test_nothing_goes_out_in_the_quiet_days_after_a_contact_and_nothing_more_for_them(situation, days):
    debtor, procedures = situation
    quiet = decide(debtor, procedures, TODAY, house=House(quiet_days=days))
    without = decide(replace(debtor, spoken_on=None), procedures, TODAY)
    if debtor.spoken_on and debtor.spoken_on + days * DAY > TODAY:
        assert not quiet.letters and "CALL_DUE" not in {decision.code for decision in quiet.decisions}
        for decision in quiet.decisions:
            if decision.code == "SPOKEN_RECENTLY":
                assert decision.on == debtor.spoken_on + days * DAY
    else:
        assert quiet.decisions == without.decisions and quiet.letters == without.letters


@economical
@given(situations())
def test_a_claim_that_must_be_left_alone_stands_on_no_letter(situation):
    debtor, procedures = situation
    for decision in stood(decide(debtor, procedures, TODAY)):
        claim = decision.claim
        assert not (
            claim.open_letter or claim.failed_letter or claim.no_followup or debtor.unmatched or debtor.receipts
        )
        assert not any(hold and hold.covers(TODAY) for hold in (claim.hold, debtor.hold))
        assert claim.due_date < TODAY
        assert claim.sent or not procedures[claim.procedure].require_sent


@economical
@given(situations(), st.booleans(), st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_answer_in_whatever_order(situation, automatic_only, random):
    debtor, procedures = situation
    first = decide(debtor, procedures, TODAY, automatic_only)
    assert decide(debtor, procedures, TODAY, automatic_only) == first
    mixed = replace(debtor, claims=tuple(random.sample(debtor.claims, len(debtor.claims))))
    again = decide(mixed, procedures, TODAY, automatic_only)
    assert again.letters == first.letters
    assert {d.claim.line_id: d for d in again.decisions} == {d.claim.line_id: d for d in first.decisions}


@economical
@given(situations(), st.data())
def test_a_hold_never_adds_a_letter(situation, data):
    """Where a person watches and every channel is open; a letter that waited for either may make way for another."""
    debtor, procedures = situation
    debtor = replace(debtor, has_address=True)
    held = data.draw(st.sampled_from(debtor.claims))
    paused = tuple(replace(c, hold=Hold(None, "New")) if c is held else c for c in debtor.claims)
    before = decide(debtor, procedures, TODAY)
    after = decide(replace(debtor, claims=paused), procedures, TODAY)
    assert {letter.currency for letter in after.letters} <= {letter.currency for letter in before.letters}
    assert held.line_id not in {decision.claim.line_id for decision in stood(after)}
    assert not decide(replace(debtor, hold=Hold(None, "New")), procedures, TODAY).letters


@economical
@given(situations())
def test_the_daily_run_sends_nothing_that_a_person_must_approve_and_nothing_more(situation):
    debtor, procedures = situation
    watched = decide(debtor, procedures, TODAY)
    alone = decide(debtor, procedures, TODAY, automatic_only=True)
    assert all(letter.level.automatic for letter in alone.letters)
    assert {letter.currency for letter in alone.letters} <= {letter.currency for letter in watched.letters}


@economical
@given(situations(), st.integers(0, 30))
def test_nothing_goes_out_before_the_day_that_was_named(situation, days):
    debtor, procedures = situation
    named = {
        decision.claim.line_id: decision.on
        for decision in decide(debtor, procedures, TODAY).decisions
        if decision.code in ("NOT_YET", "PERIOD_RUNNING", "TOO_SOON", "HOLD_UNTIL")
    }
    for decision in stood(decide(debtor, procedures, day(days))):
        if decision.code in MOVES:
            assert named.get(decision.claim.line_id, TODAY) <= day(days)


@economical
@given(situations())
def test_a_letter_may_go_as_long_as_nothing_changed_and_not_when_money_came_in(situation):
    debtor, procedures = situation
    outcome = decide(debtor, procedures, TODAY)
    for letter in outcome.letters:
        asked = {decision.claim.line_id: decision.open for decision in letter.decisions}
        assert settled(outcome, asked) == {}
        paid = decide(replace(debtor, unmatched=Decimal("0.01")), procedures, TODAY)
        assert {decision.code for decision in settled(paid, asked).values()} == {"UNMATCHED_PAYMENT"}


# --- many days ------------------------------------------------------------------------------------------------


@st.composite
def fresh_debtors(draw, sound=False):
    """A debtor about whom nothing was sent yet, before or after the due dates, and the procedures."""
    procedures = draw(procedure_maps(sound=sound))
    found = tuple(
        Claim(
            line_id=number,
            move_id=number,
            number=f"INV/{number}",
            currency=draw(rarely("EUR", "USD")),
            residual=Decimal("100.00"),
            residual_company=Decimal("100.00"),
            due_date=day(draw(st.integers(-60, 40))),
            procedure=draw(st.sampled_from(sorted(procedures))),
            kind="consumer",
            hold=None if sound else draw(rarely(None, Hold(day(30), "Promised"))),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    )
    return Debtor(1, "Debtor", found), procedures


def send(debtor, letters, today, term=0):
    """The debtor after these letters went out, as the ledger would hold it; each gives so many days to pay."""
    moved = {}
    for letter in letters:
        for decision in letter.decisions:
            if decision.code in MOVES:
                notice = decision.code == "LETTER" and letter.level.legal_type == STATUTORY_NOTICE
                claim = decision.claim
                moved[claim.line_id] = replace(
                    claim,
                    levels_done=claim.levels_done | {decision.level.id},
                    level_sent_on=today,
                    level_claimable_from=today + FREE_TERM if notice else claim.level_claimable_from,
                )
    for letter in letters:
        for decision in letter.decisions:
            if term and letter.level.legal_type != PRE_DUE and letter.demands(decision, today):
                claim = moved.get(decision.claim.line_id, decision.claim)
                moved[claim.line_id] = replace(claim, term_ends=max(claim.term_ends or today, today + term * DAY))
    after = tuple(moved.get(claim.line_id, claim) for claim in debtor.claims)
    return replace(debtor, claims=after, last_letter_on=today if letters else debtor.last_letter_on)


def under_way(debtor, letters):
    """The debtor while these letters lie there and have not gone out."""
    names = {
        d.claim.line_id: f"BR/{at}" for at, letter in enumerate(letters) for d in letter.decisions if d.code in MOVES
    }
    return replace(debtor, claims=tuple(replace(c, open_letter=names.get(c.line_id)) for c in debtor.claims))


@economical
@given(fresh_debtors(), st.booleans())
def test_over_120_days_every_claim_climbs_one_level_at_a_time_with_the_interval_between_letters(start, automatic_only):
    debtor, procedures = start
    climbed, posted = defaultdict(list), []
    for today in (day(number) for number in range(120)):
        letters = decide(debtor, procedures, today, automatic_only).letters
        assert not {x.currency for x in letters} & {
            x.currency for x in decide(under_way(debtor, letters), procedures, today, automatic_only).letters
        }
        assert len({letter.currency for letter in letters}) == len(letters)
        for letter in letters:
            assert all(today - before >= max(letter.procedure.minimum_interval, 1) * DAY for before in posted)
            for decision in letter.decisions:
                if decision.code in MOVES:
                    assert decision.level.legal_type != STATUTORY_NOTICE or decision.code == "LETTER"
                    climbed[decision.claim.line_id].append((decision.level.id, today, decision.claim))
        debtor = send(debtor, letters, today)
        posted += [today] * bool(letters)
        if letters:
            assert not decide(debtor, procedures, today, automatic_only).letters
            assert not decide(debtor, procedures, today - DAY, automatic_only).letters
    for steps in climbed.values():
        ladder = [level.id for level in procedures[steps[0][2].procedure].levels]
        notice = procedures[steps[0][2].procedure].notice
        if notice and steps[0][0] != notice.id:  # fell due before anybody looked: nothing of the ladder is lost by it
            ladder.remove(notice.id)
        assert [number for number, _today, _claim in steps] == ladder[: len(steps)]
        for (_number, before, _claim), (_next, today, claim) in pairwise(steps):
            assert today > before
            assert claim.level_claimable_from is None or today >= claim.level_claimable_from


@economical
@given(fresh_debtors(sound=True), st.integers(0, 20))
def test_a_claim_that_nothing_stops_reaches_the_end_of_its_procedure(start, term):
    """No claim starves behind another one of the same debtor, however long the terms are."""
    debtor, procedures = start
    for today in (day(number) for number in range(900)):
        outcome = decide(debtor, procedures, today)
        debtor = send(debtor, outcome.letters, today, term)
        if len(outcome.decisions) == len(debtor.claims) and {d.code for d in outcome.decisions} == {"LAST_LEVEL"}:
            return
    raise AssertionError({d.claim.line_id: (d.code, d.facts) for d in outcome.decisions})
