"""Limits for several debtors together: whose turn it is today, and that a look ahead gives the days out alike."""

from dataclasses import replace
from functools import partial

import pytest

from odoo.addons.cremann_dunning.engine.decide import decide
from odoo.addons.cremann_dunning.engine.facts import Debtor, Group, Reached
from odoo.addons.cremann_dunning.engine.rules import STATUTORY_NOTICE, House
from odoo.addons.cremann_dunning.engine.simulate import simulate
from odoo.addons.cremann_dunning.engine.turns import allot, give

from .support import TODAY, claim, day, ladder, level, only

GROUP = Group(3, "Holding", 1, 7)


def debtor(number, overdue=10, residual="100.00", **values):
    return Debtor(number, f"Debtor {number}", (claim(number, overdue, residual, **values.pop("claim", {})),), **values)


def given(debtors, room=None, rules=None, house=None, on=TODAY):
    """By debtor what he is answered once the places of the day are given out."""
    rules = rules or ladder()
    ask = partial(decide, procedures={rules.id: rules}, as_of=on, house=house or House(firm_max=room or 0))
    facts, outcomes = allot(debtors, [ask(one) for one in debtors], ask, room)
    for one, outcome in zip(facts, outcomes, strict=True):
        assert ask(one) == outcome, "what comes out is made again from the facts"
    return {one.partner_id: only(outcome).code for one, outcome in zip(facts, outcomes, strict=True)}


@pytest.mark.parametrize(("room", "numbers"), [(None, {1, 2, 3}), (3, {1, 2, 3}), (2, {2, 3}), (1, {3}), (0, set())])
def test_the_most_urgent_get_the_places_of_the_day(room, numbers):
    """Who is late the longest, then the larger amount."""
    found = given((debtor(1, 10, "50.00"), debtor(2, 10, "60.00"), debtor(3, 20, "5.00")), room)
    assert {number for number, code in found.items() if code == "LETTER"} == numbers
    assert {code for number, code in found.items() if number not in numbers} <= {"FIRM_CAP"}


def test_letters_with_which_a_term_begins_come_first_and_take_a_place():
    rules = ladder(level(1, 1), level(2, legal_type=STATUTORY_NOTICE))
    had = {"levels_done": frozenset({1}), "level_sent_on": day(-30)}
    debtors = (debtor(1, 40), debtor(2, 35, claim=had))
    assert given(debtors, 1, rules) == {1: "FIRM_CAP", 2: "LETTER"}
    assert given(debtors, 0, rules) == {1: "FIRM_CAP", 2: "LETTER"}
    assert given(debtors, 2, rules) == {1: "LETTER", 2: "LETTER"}


def test_who_has_no_letter_takes_no_place():
    assert given((debtor(1, 40, claim={"no_followup": True}), debtor(2)), 1) == {1: "NO_FOLLOWUP", 2: "LETTER"}


@pytest.mark.parametrize(
    ("room", "given"),
    [(0, {7: 1}), (1, {7: 1}), (2, {7: 1, 3: 1}), (3, {7: 1, 3: 2}), (4, {7: 1, 3: 2, 1: 1}), (9, {7: 1, 3: 2, 1: 1})],
)
def test_places_of_a_run_in_batches(room, given):
    """Each debtor with the number of his letters, whatever batch he is in; a term of the law comes first."""
    asked = [((True, day(-5), 0), 1, 1), ((True, day(-20), 0), 3, 2), ((False, day(-1), 0), 7, 1)]
    assert give(asked, room) == given


def test_one_of_a_group_gets_its_contact():
    first, second = debtor(1, 10, group=GROUP), debtor(2, 20, group=GROUP)
    assert given((first, second)) == {1: "GROUP_CAP", 2: "LETTER"}
    assert given((first, debtor(3, 20))) == {1: "LETTER", 3: "LETTER"}
    other = Group(4, "Other", 1, 7)
    assert given((first, debtor(2, 20, group=other))) == {1: "LETTER", 2: "LETTER"}


def test_a_group_that_had_its_contact_gets_none():
    had = (Reached("mail", day(-6), 9),)
    found = given((debtor(1, group=GROUP, reached=had), debtor(2, group=GROUP, reached=had)))
    assert found == {1: "GROUP_CAP", 2: "GROUP_CAP"}


def test_nobody_is_called_either_whose_group_has_had_enough():
    rules = ladder(level(1, 1), level(2, legal_type="call"))
    had = {"levels_done": frozenset({1}), "level_sent_on": day(-30)}
    found = given((debtor(1, 40, group=GROUP, claim=had), debtor(2, group=GROUP)), rules=rules)
    assert found == {1: "GROUP_CAP", 2: "LETTER"}


# -- the days to come ---------------------------------------------------------------------------------------------


def sent(debtors, house=None, rules=None, used=0, days=9):
    rules = rules or ladder(level(1, 1))
    letters = simulate(debtors, {rules.id: rules}, TODAY, day(days), house or House(), used=used)
    return [(one.debtor.partner_id, (one.day - TODAY).days) for one in letters]


def test_what_finds_no_place_today_goes_on_the_days_after():
    debtors = tuple(debtor(number, 10 + number) for number in range(1, 6))
    assert sent(debtors, House(firm_max=2)) == [(1, 2), (2, 1), (3, 1), (4, 0), (5, 0)]
    assert sent(debtors, House(firm_max=2), used=1) == [(1, 2), (2, 2), (3, 1), (4, 1), (5, 0)]
    assert sent(debtors, House(firm_max=2), used=7) == [(1, 3), (2, 2), (3, 2), (4, 1), (5, 1)]


def test_what_falls_due_on_the_way_takes_its_turn():
    assert sent((debtor(1, 10), debtor(2, 0)), House(firm_max=1)) == [(1, 0), (2, 1)]
    assert sent((debtor(1, 0), debtor(2, 0, "200.00")), House(firm_max=1)) == [(1, 2), (2, 1)]


def test_a_group_has_its_contacts_together_in_days_to_come():
    group = Group(3, "Holding", 1, 4)
    debtors = (debtor(1, 10, group=group), debtor(2, 20, group=group), debtor(3, 5))
    assert sent(debtors) == [(1, 4), (2, 0), (3, 0)]
    assert sent(debtors, days=3) == [(2, 0), (3, 0)]


def test_the_cap_of_a_debtor_holds_in_days_to_come():
    rules = ladder(level(1, 1), level(2, 1), level(3, 1), minimum_interval=1)
    assert sent((debtor(1),), rules=rules) == [(1, 0), (1, 1), (1, 2)]
    assert sent((debtor(1),), House(contacts_max=2, contacts_days=5), rules) == [(1, 0), (1, 1), (1, 5)]
    assert sent((debtor(1),), House(quiet=(("mail", 3, 3),)), rules) == [(1, 0), (1, 3), (1, 6)]


def test_day_by_day_gives_the_same_as_a_run_of_every_day():
    """With limits for several debtors, as without them."""
    rules, house = ladder(level(1, 1), level(2, 3), level(3, 5)), House(firm_max=1, contacts_max=2, contacts_days=12)
    group = Group(3, "Holding", 1, 3)
    debtors = (debtor(1, 9, group=group), debtor(2, -1, group=group), debtor(3, 4))
    found = simulate(debtors, {1: rules}, TODAY, day(60), house)
    ahead = {(one.debtor.partner_id, (one.day - TODAY).days, one.plan.level.id) for one in found}
    assert ahead == set(every_day(debtors, rules, house, group))


def every_day(debtors, rules, house, group):
    """A run a day, each letter sent on that day."""
    now = list(debtors)
    for number in range(61):
        ask = partial(decide, procedures={1: rules}, as_of=day(number), house=house)
        facts, outcomes = allot(now, [ask(one) for one in now], ask, house.firm_max)
        for place, outcome in enumerate(outcomes):
            for plan in outcome.letters:
                one = now[place]
                yield one.partner_id, number, plan.level.id
                moved = replace(
                    one.claims[0],
                    levels_done=one.claims[0].levels_done | {plan.level.id},
                    level_sent_on=day(number),
                )
                mine = (*one.reached, Reached("mail", day(number)))
                now[place] = replace(one, claims=(moved,), last_letter_on=day(number), reached=mine)
                for mate, other in enumerate(now):
                    if mate != place and one.group and other.group == group:
                        his = (*other.reached, Reached("mail", day(number), one.partner_id))
                        now[mate] = replace(other, reached=his)
    assert facts
