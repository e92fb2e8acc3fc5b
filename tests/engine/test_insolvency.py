"""An insolvent debtor: what is older than the procedure is not asked, nor by whom it may be paid instead."""

from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.facts import Debtor, Hold, Insolvency
from odoo.addons.cremann_dunning.engine.record import dump, load

from .support import claim, codes, credit, day, only, run

BANKRUPT = Insolvency("nl_bankruptcy", day(-5), estate=True)
MORATORIUM = Insolvency("nl_moratorium", day(-5))
CLEAN = Insolvency("nl_debt_restructuring", day(-100), ended=day(-5), outcome="clean_slate")


@pytest.mark.parametrize(("dated", "code"), [(-6, "INSOLVENT"), (-5, "LETTER"), (-4, "LETTER")])
def test_before_on_and_after_its_day(dated, code):
    outcome = run(claim(overdue=2, dated=day(dated)), insolvencies=(MORATORIUM,))
    assert only(outcome).code == code
    assert bool(outcome.letters) == (code == "LETTER")


@pytest.mark.parametrize(("dated", "code"), [(-6, "INSOLVENT"), (-5, "ESTATE"), (-4, "ESTATE")])
def test_a_bankrupt_pays_nothing_himself(dated, code):
    """What came after it is a debt of the estate: said apart, and no letter goes to the debtor."""
    outcome = run(claim(overdue=2, dated=day(dated)), insolvencies=(BANKRUPT,))
    assert only(outcome).code == code
    assert not outcome.letters


@pytest.mark.parametrize(("dated", "code"), [(-101, "DISCHARGED"), (-100, "LETTER"), (-99, "LETTER")])
def test_after_one_that_leaves_nothing(dated, code):
    decision = only(run(claim(overdue=2, dated=day(dated)), insolvencies=(CLEAN,)))
    assert decision.code == code
    if code == "DISCHARGED":
        assert decision.facts == {"kind": "nl_debt_restructuring", "ended": day(-5), "outcome": "clean_slate"}


def test_without_a_date_it_counts_as_older():
    assert only(run(claim(dated=None), insolvencies=(MORATORIUM,))).code == "INSOLVENT"


def test_it_comes_before_everything_else():
    """A hold, a mark in Odoo or a reply does not hide it; and it is the last procedure that speaks."""
    held = claim(dated=day(-30), no_followup=True, hold=Hold(None, "asked"))
    later = Insolvency("nl_bankruptcy", day(-1), estate=True)
    decision = only(run(held, insolvencies=(MORATORIUM, later, CLEAN), reply_on=day(-1)))
    assert (decision.code, decision.facts) == ("INSOLVENT", {"kind": "nl_bankruptcy", "since": day(-1)})
    assert decision.on is None


def test_one_that_runs_is_said_before_one_that_ended():
    old = Insolvency("nl_debt_restructuring", day(-10), ended=day(-8), outcome="clean_slate")
    assert only(run(claim(dated=day(-20)), insolvencies=(MORATORIUM, old))).code == "INSOLVENT"


def test_credit_goes_to_what_is_asked():
    """Money of the debtor lies with what he still has to pay, and does not lower what the trustee is told."""
    old, new = claim(1, overdue=30, dated=day(-40)), claim(2, overdue=2, dated=day(-4))
    outcome = run(old, new, insolvencies=(MORATORIUM,), credits=(credit("100.00"),))
    assert codes(outcome) == {1: "INSOLVENT", 2: "NET_CREDIT"}
    assert next(d for d in outcome.decisions if d.claim.line_id == 1).open == Decimal("100.00")


def test_kept_and_read_again():
    debtor = Debtor(1, "Debtor", (claim(),), insolvencies=(BANKRUPT, CLEAN))
    assert load(dump(debtor)) == debtor
