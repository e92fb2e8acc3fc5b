"""What is left of a claim and is not asked: a cash discount that was earned, a rest below the limit of the firm."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.decide import asked_of
from odoo.addons.cremann_dunning.engine.facts import Charged, Credit, Debtor
from odoo.addons.cremann_dunning.engine.left_over import granted
from odoo.addons.cremann_dunning.engine.outcome import Question
from odoo.addons.cremann_dunning.engine.rules import House

from .support import TODAY, claim, codes, day, ladder, only, run

D = Decimal
LAST = day(-20)  # of the term for the discount


def paid(residual, *receipts, discount="2.00", number=1, **values):
    """A claim that money came in on, ``(day, amount)`` each; the terms grant 2 up to and including LAST."""
    receipts = tuple((day(on), D(amount)) for on, amount in receipts)
    return claim(number, residual=residual, receipts=receipts, discount=D(discount), discount_until=LAST, **values)


@pytest.mark.parametrize(
    ("on", "residual", "amount", "code"),
    [
        (-21, "2.00", "98.00", "DISCOUNT"),
        (-20, "2.00", "98.00", "DISCOUNT"),
        (-19, "2.00", "98.00", "LETTER"),
        (-20, "1.99", "98.01", "DISCOUNT"),
        (-20, "2.01", "97.99", "LETTER"),
    ],
)
def test_a_discount_is_earned_to_the_day_and_the_cent(on, residual, amount, code):
    assert only(run(paid(residual, (on, amount)))).code == code


def test_more_that_came_in_late_takes_nothing_away():
    assert only(run(paid("1.00", (-20, "98.00"), (-5, "1.00")))).code == "DISCOUNT"
    assert only(run(paid("1.00", (-20, "97.99"), (-5, "1.01")))).code == "LETTER"


def test_nothing_is_earned_where_nothing_came_in_or_nothing_is_granted():
    assert only(run(claim(residual="2.00", discount=D("2.00"), discount_until=LAST))).code == "LETTER"
    assert only(run(paid("2.00", (-20, "98.00"), discount="0.00"))).code == "LETTER"


def test_an_earned_discount_is_not_asked_and_takes_no_credit():
    claims = (paid("2.00", (-20, "98.00")), claim(2, overdue=5, residual="10.00"))
    debtor = Debtor(7, "Debtor", claims, credits=(Credit("RINV/1", "EUR", D("4.00")),))
    rules = {1: ladder()}
    assert asked_of(debtor, rules, Question(TODAY, procedures=rules)) == {1: D("0.00"), 2: D("6.00")}


@pytest.mark.parametrize(
    ("owed", "expected"), [("100.01", "2.00"), ("100.00", "2.00"), ("50.00", "1.00"), ("12.25", "0.25"), ("0", "0.00")]
)
def test_a_credit_note_takes_its_part_of_the_discount(owed, expected):
    assert granted(D("2.00"), D("100.00"), D(owed)) == D(expected)


@pytest.mark.parametrize(("residual", "code"), [("4.99", "SMALL_REST"), ("5.00", "SMALL_REST"), ("5.01", "LETTER")])
def test_a_rest_up_to_the_limit_is_not_asked(residual, code):
    house = House(small_rest=D("5.00"))
    assert only(run(paid(residual, (-1, "50.00"), discount="0.00"), house=house)).code == code
    assert only(run(paid(residual, (-1, "50.00"), discount="0.00"))).code == "LETTER", "no limit"
    assert only(run(claim(residual=residual), house=house)).code == "LETTER", "a whole invoice"


@pytest.mark.parametrize(("costs", "code"), [("0.99", "SMALL_REST"), ("1.00", "SMALL_REST"), ("1.01", "LETTER")])
def test_what_letters_asked_beyond_it_is_no_small_rest(costs, code):
    charged = Charged(costs=D(costs), costs_from=date(2026, 1, 1), base=D("54.00"))
    rest = paid("4.00", (-1, "50.00"), discount="0.00", charged=charged)
    assert only(run(rest, house=House(small_rest=D("5.00")))).code == code


def test_the_limit_is_in_the_currency_of_the_company():
    house = House(small_rest=D("5.00"))
    for company, code in (("5.00", "SMALL_REST"), ("5.01", "LETTER")):
        rest = paid("40.00", (-1, "50.00"), discount="0.00", company=company, currency="SEK")
        assert only(run(rest, house=house)).code == code


def test_credit_goes_to_what_is_asked_before_a_small_rest():
    claims = (paid("4.00", (-1, "50.00"), discount="0.00", overdue=30), claim(2, overdue=5, residual="10.00"))
    outcome = run(*claims, house=House(small_rest=D("5.00")), credits=(Credit("RINV/1", "EUR", D("10.00")),))
    assert codes(outcome) == {1: "SMALL_REST", 2: "NET_CREDIT"}
