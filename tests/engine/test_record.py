"""Facts and rules survive JSON, and what was decided comes out the same again."""

import json
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine import record
from odoo.addons.cremann_dunning.engine.decide import Question, decide
from odoo.addons.cremann_dunning.engine.facts import Claim, Debtor, Hold
from odoo.addons.cremann_dunning.engine.rules import MATCH, Backlog, House

from .support import TODAY, claim, credit, day, ladder
from .test_invariants import economical, situations

HOUSE = House(backlog=Backlog(day(-10), MATCH, 30), bank=(("Bank", day(-1)), ("Kas & co", day(-9))), bank_days=3)


def back(value):
    """Through text and back, as the database keeps it."""
    return record.load(json.loads(record.text(value)))


@economical
@given(situations(), st.booleans())
def test_every_decision_comes_out_the_same_from_what_was_kept(situation, automatic_only):
    debtor, procedures = situation
    outcome = decide(debtor, procedures, TODAY, automatic_only, HOUSE)
    kept, (rules, house) = back(debtor), back((tuple(procedures.values()), HOUSE))
    assert kept == debtor
    assert (house, {rule.id: rule for rule in rules}) == (HOUSE, procedures)
    question = Question(TODAY, automatic_only, house)
    for decision in outcome.decisions:
        answer = record.replay(kept, {rule.id: rule for rule in rules}, question, decision.claim.line_id)
        level = decision.level.id if decision.level else None
        assert answer == record.Answer(decision.code, level, decision.on, decision.open)


def test_another_day_or_another_rule_gives_another_answer():
    debtor, rules = Debtor(1, "Debtor", (claim(overdue=1),)), ladder()
    same = record.replay(debtor, {1: rules}, Question(TODAY), 1)
    assert same.code == "LETTER"
    assert record.replay(debtor, {1: rules}, Question(TODAY - timedelta(days=1)), 1) is None
    assert record.replay(debtor, {1: ladder(correction_days=1)}, Question(TODAY), 1).code == "NOT_YET"
    assert record.replay(debtor, {1: rules}, Question(TODAY), 2) is None


def test_amounts_dates_and_sets_keep_their_kind():
    value = claim(residual="0.10", levels_done=frozenset({3, 1}), hold=Hold(None, 'He said "no", é €'))
    assert back(value) == value
    assert str(back(value).residual) == "0.10"
    assert record.text(value) == record.text(back(value))


@economical
@given(situations())
def test_the_text_is_the_dump_as_json_with_its_keys_in_order(situation):
    debtor, procedures = situation
    odd = claim(hold=Hold(None, 'He said "no",\n\\ é € \u2028 \x7f'), levels_done=frozenset({30, 4}))
    for value in (debtor, (tuple(procedures.values()), HOUSE), odd, (True, None, -1, "", Decimal("1E+2"), [])):
        plain = json.dumps(record.dump(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        assert record.text(value) == plain


def test_what_is_at_its_default_takes_no_room_and_is_read_all_the_same():
    kind, written = record.dump(claim())
    assert kind == "Claim"
    assert not {"hold", "levels_done", "in_payment", "sent"} & set(written)
    assert set(written) < {field.name for field in fields(Claim)}


def test_the_address_is_that_of_the_content():
    one, other = record.text(claim()), record.text(claim(residual="100.01"))
    assert record.digest(one) == record.digest(record.text(claim()))
    assert record.digest(one) != record.digest(other)
    assert len(record.digest(one)) == 64


def test_what_is_no_fact_cannot_be_kept():
    with pytest.raises(record.RecordError, match="float"):
        record.dump((1.5,))


def test_a_field_that_this_version_does_not_know_is_named():
    with pytest.raises(record.RecordError, match="colour"):
        record.load(["Hold", {"until": None, "reason": "x", "colour": "red"}])


def test_credits_are_kept_as_well():
    debtor = Debtor(1, "Debtor", (claim(),), credits=(credit("40.00"),), unmatched=Decimal("1.00"))
    assert back(debtor) == debtor
