"""Which credit most likely belongs to which claim."""

from datetime import date
from decimal import Decimal

from odoo.addons.cremann_dunning.engine import matching
from odoo.addons.cremann_dunning.engine.matching import Item, amounts, propose, why_not


def item(id_, amount, due=1, **more):
    kept = {"debtor": 1, "currency": "EUR", "account": 1}
    return Item(id_, amount=Decimal(amount), due=date(2026, 1, due), **{**kept, **more})


def found(own, claims):
    return [(pair.credit, pair.claim, int(pair.amount), pair.why) for pair in propose(own, claims)]


def test_what_it_reverses_before_the_same_amount_before_the_oldest():
    claims = [item(1, 100, due=3, move=11), item(2, 50, due=2, move=12), item(3, 70, due=1, move=13)]
    assert found([item(9, 100, reverses=13)], claims) == [
        (9, 3, 70, "reverses"),
        (9, 2, 30, "oldest"),
    ]
    assert found([item(9, 50)], claims) == [(9, 2, 50, "same_amount")]
    assert found([item(9, 51)], claims) == [(9, 3, 51, "oldest")]
    assert found([item(9, 250)], claims) == [(9, 3, 70, "oldest"), (9, 2, 50, "oldest"), (9, 1, 100, "oldest")]


def test_a_claim_is_not_given_twice():
    pairs = propose([item(8, 60), item(9, 60)], [item(1, 100)])
    assert [int(pair.amount) for pair in pairs] == [60, 40]


def test_only_of_the_same_debtor_currency_and_account():
    claims = [item(1, 100)]
    for other, why in (
        ({"debtor": 2}, matching.NOTHING_OPEN),
        ({"currency": "USD"}, matching.OTHER_CURRENCY),
        ({"account": 2}, matching.OTHER_ACCOUNT),
        ({}, matching.USED_UP),
    ):
        credit = item(9, 100, **other)
        assert bool(propose([credit], claims)) == (why == matching.USED_UP)
        assert why_not(credit, claims) == why


def test_amounts_are_taken_row_by_row():
    items = [item(1, 100), item(2, 50), item(9, 120)]
    assert amounts(items, [(9, 2), (9, 1), (9, 1), (9, 77)]) == [50, 70, 0, 0]
