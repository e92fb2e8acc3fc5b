"""Why a debtor does not pay, and what the table of the firm lets follow from it."""

from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.facts import PERSON, WAIT_DAYS, Cause, Promise
from odoo.addons.cremann_dunning.engine.reasons import FOR_SOMEBODY

from .support import claim, codes, day, only, run


def cause(until, *moves, route=WAIT_DAYS, since=-3):
    return Cause("short", route, day(since), day(until), frozenset(moves))


@pytest.mark.parametrize(("route", "code"), [(WAIT_DAYS, "CAUSE_WAIT"), (PERSON, "CAUSE_PERSON")])
@pytest.mark.parametrize(("until", "routed"), [(-1, False), (0, True), (1, True)])
def test_it_routes_up_to_and_including_its_last_day(route, code, until, routed):
    decision = only(run(claim(), cause=cause(until, route=route)))
    assert decision.code == (code if routed else "LETTER")
    if routed:
        assert decision.facts == {"cause": "short", "since": day(-3), "until": day(until)}
        assert decision.on == day(until + 1)


@pytest.mark.parametrize(
    ("dated", "code"), [(-4, "CAUSE_WAIT"), (-3, "CAUSE_WAIT"), (-2, "LETTER"), (None, "CAUSE_WAIT")]
)
def test_an_invoice_of_a_later_day_is_not_what_he_spoke_of(dated, code):
    when = None if dated is None else day(dated)
    assert only(run(claim(dated=when), cause=cause(3))).code == code


def test_only_the_invoices_that_were_spoken_of():
    assert codes(run(claim(1), claim(2), cause=cause(3, 1))) == {1: "CAUSE_WAIT", 2: "LETTER"}


def test_what_was_agreed_and_money_that_came_in_go_before_it():
    promise = Promise(day(1), day(3), Decimal("100.00"), "EUR", frozenset())
    assert only(run(claim(), cause=cause(3), promises=(promise,))).code == "PROMISE"
    assert only(run(claim(), cause=cause(3), unmatched=Decimal("5.00"))).code == "UNMATCHED_PAYMENT"


def test_that_somebody_decides_waits_for_somebody():
    assert "CAUSE_PERSON" in FOR_SOMEBODY
    assert "CAUSE_WAIT" not in FOR_SOMEBODY
