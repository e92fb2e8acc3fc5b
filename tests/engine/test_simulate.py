"""The letters of days to come: the same as going to every single day, by the rules that hold for a real one."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.decide import decide
from odoo.addons.cremann_dunning.engine.facts import Debtor, Hold, Notice
from odoo.addons.cremann_dunning.engine.rules import (
    LEAVE_OUT,
    MATCH,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    STATUTORY_NOTICE,
    Backlog,
    House,
)
from odoo.addons.cremann_dunning.engine.simulate import Made, simulate

from .support import TODAY, claim, credit, day, ladder, level
from .test_invariants import FREE_TERM, economical, fresh_debtors, rarely, send, situations

END = day(90)


TERM = 9


def made(_debtor, plan, today):
    """A statutory notice gives its free term, as in the tests of the engine, and another letter days to pay."""
    demanded = frozenset(decision.claim.line_id for decision in plan.decisions if plan.demands(decision, today))
    if plan.level.legal_type == STATUTORY_NOTICE:
        return Made(notice=Notice(1, today, today + FREE_TERM), demanded=demanded)
    return Made(demanded=demanded, term_ends=None if plan.level.legal_type == PRE_DUE else today + TERM * timedelta(1))


def seen(letters):
    """What is to be compared about letters: day, level, and per claim what happens to it and what is asked."""
    return [
        (s.day, s.plan.level.id, s.plan.channel, [(d.claim.line_id, d.code, d.open) for d in s.plan.decisions])
        for s in letters
    ]


@st.composite
def settings_of_procedures(draw, procedures):
    """The procedures with everything that depends on a date switched on now and then."""
    found = {}
    for number, procedure in procedures.items():
        levels = procedure.levels
        if draw(st.booleans()):
            levels = tuple(replace(one, list_not_due=draw(st.booleans())) for one in levels)
        found[number] = replace(
            procedure,
            levels=levels,
            correction_days=draw(rarely(0, 2)),
            weekdays=draw(st.sampled_from((frozenset(range(7)), frozenset(range(5)), frozenset({2})))),
            holidays_of=draw(st.sampled_from(("", "NL", "BE"))),
            stop_count=draw(rarely(0, 2)),
            stop_age=draw(rarely(0, 40)),
        )
    return found


@st.composite
def houses(draw):
    rule = draw(st.sampled_from((None, MATCH, LEAVE_OUT)))
    return House(backlog=Backlog(day(draw(st.integers(-40, 10))), rule, 20) if rule else None)


def every_day(debtor, procedures, house):
    """The slow way: decide on every day, and send what is due."""
    house, found = replace(house, keep_days=True), []
    for today in (day(number) for number in range(91)):
        letters = decide(debtor, procedures, today, house=house).letters
        found += [
            (today, x.level.id, x.channel, [(d.claim.line_id, d.code, d.open) for d in x.decisions]) for x in letters
        ]
        for letter in letters:
            debtor = _sent(debtor, letter, today)
    return found


def _sent(debtor, letter, today):
    notice = letter.level.legal_type == PRE_DUE
    codes = {d.claim.line_id: "LETTER" for d in letter.decisions if d.code == "NOTICE"}
    if not notice:
        return send(debtor, [letter], today, 0 if letter.level.legal_type == STATUTORY_NOTICE else TERM)
    done = {
        c.line_id: replace(c, levels_done=c.levels_done | {letter.level.id})
        for c in debtor.claims
        if c.line_id in codes
    }
    return replace(debtor, claims=tuple(done.get(c.line_id, c) for c in debtor.claims), last_letter_on=today)


@economical
@given(st.data())
def test_passing_over_empty_days_changes_nothing(data):
    """Random ledgers and histories, with notices, sending days, holidays, stop rules and a backlog."""
    debtor, procedures = data.draw(st.one_of(situations(), fresh_debtors()))
    procedures = data.draw(settings_of_procedures(procedures))
    house = data.draw(houses())
    assert seen(simulate([debtor], procedures, TODAY, END, house, made)) == every_day(debtor, procedures, house)


@economical
@given(situations())
def test_the_first_day_is_what_decide_says(situation):
    debtor, procedures = situation
    first = [s for s in simulate([debtor], procedures, TODAY, END) if s.day == TODAY]
    assert [s.plan for s in first] == list(decide(debtor, procedures, TODAY).letters)


def run(*claims, rules=None, start=TODAY, end=END, make=made, **facts):
    rules = rules or ladder()
    return list(simulate([Debtor(1, "Debtor", claims, **facts)], {rules.id: rules}, start, end, make=make))


def test_a_ladder_goes_out_day_by_day():
    days = [(s.day, s.plan.level.id) for s in run(claim(overdue=0), make=lambda *_: Made())]
    assert days == [(day(1), 1), (day(8), 2), (day(15), 3)]


def test_a_term_to_pay_is_waited_for_by_the_claims_that_were_asked_for():
    """Level 1 asks for both; the notice of default for what drives it only, and a claim that is listed gets no term."""
    rules = ladder(level(1, 1), level(2, 5, legal_type=NOTICE_OF_DEFAULT), level(3, 5, legal_type=NOTICE_OF_DEFAULT))
    letters = run(claim(1, overdue=3), claim(2, overdue=-4), rules=rules, end=day(40))
    assert [(s.day, s.plan.level.id, [d.claim.line_id for d in s.plan.decisions]) for s in letters] == [
        (day(0), 1, [1]),
        (day(6), 1, [1, 2]),  # which lists claim 1: its term runs until day 9
        (day(12), 2, [1, 2]),
        (day(18), 2, [1, 2]),
        (day(24), 3, [1, 2]),
        (day(30), 3, [2]),
    ]


def test_the_last_day_counts_and_the_day_after_it_does_not():
    for end, letters in ((7, 1), (8, 2), (9, 2)):
        assert len(run(claim(overdue=0), end=day(end), make=lambda *_: Made())) == letters


def test_what_falls_due_on_the_way_is_followed_up():
    assert [s.day for s in run(claim(overdue=-30), rules=ladder(level(1, 5)))] == [day(35)]


def test_sending_days_are_kept_and_the_bank_is_not_looked_at():
    """TODAY is a Monday; the second letter would go out on a Monday as well, the first on a Saturday."""
    rules = ladder(level(1, 5), level(2, 7), weekdays=frozenset(range(5)), holidays_of="NL")
    days = [s.day for s in run(claim(overdue=0), rules=rules, make=lambda *_: Made())]
    assert days == [day(7), day(14)]
    house = House(bank=(("Bank", date(2020, 1, 1)),), bank_days=1)
    assert len(list(simulate([Debtor(1, "D", (claim(),))], {1: ladder()}, TODAY, END, house))) == 3


def test_a_free_term_is_waited_for():
    rules = ladder(level(1, 1, legal_type=STATUTORY_NOTICE), level(2, 7))
    assert [s.day - TODAY for s in run(claim(overdue=1), rules=rules)] == [timedelta(0), FREE_TERM]


def test_a_hold_ends_and_a_credit_stays():
    assert [s.day for s in run(claim(overdue=5, hold=Hold(day(9), "Promised")), rules=ladder(level(1)))] == [day(10)]
    assert not run(claim(), credits=(credit("100.00"),))


def test_a_letter_that_cannot_be_made_takes_its_claims_out():
    assert not run(claim(1), claim(2), make=lambda *_asked: None)
    only_first = lambda _debtor, plan, _day: Made("x") if plan.level.id == 1 else None  # noqa: E731
    assert [s.content for s in run(claim(1), make=only_first)] == ["x"]


def test_it_changes_nothing_that_it_was_given():
    debtor = Debtor(1, "Debtor", (claim(),))
    before = replace(debtor)
    list(simulate([debtor], {1: ladder()}, TODAY, END))
    assert debtor == before
