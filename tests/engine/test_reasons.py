"""The registry of reasons and the sentences of the screen agree; the answers about invoices and frozen letters."""

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest

import odoo.addons.cremann_dunning.engine as engine_folder
from odoo.addons.cremann_dunning.engine import reasons
from odoo.addons.cremann_dunning.engine.decide import Decision, per_invoice, settled
from odoo.addons.cremann_dunning.engine.facts import Hold
from odoo.addons.cremann_dunning.engine.reasons import REASONS

from .support import TODAY, claim, credit, day, run

ENGINE = Path(engine_folder.__file__).parent

# Made where the engine is called, not by it: what the law and the letter found missing, what the gate stopped, and what
# went wrong.
MADE_OUTSIDE = {"NO_REGIME", "NO_RATE", "NO_SCALE", "CLAUSE", "REFUSED", "ERROR"}

# --- the registry, and what the screen says -------------------------------------------------------------------


def screen(name="dunning_decision_words"):
    """The syntax tree of a file of the model that speaks: read, not imported, so that this needs no Odoo."""
    return ast.parse((ENGINE.parent / "models" / "run" / f"{name}.py").read_text())


def assigned(name, tree=None):
    """The value that the module assigns to a name."""
    values = [
        node.value
        for node in (tree or screen()).body
        if isinstance(node, ast.Assign) and any(getattr(target, "id", None) == name for target in node.targets)
    ]
    assert len(values) == 1
    return values[0]


def texts(node):
    """A dict of translated texts as ``{key: source text}``."""
    pairs = zip(node.keys, node.values, strict=True)
    return {ast.literal_eval(key): ast.literal_eval(value.args[0]) for key, value in pairs}


def test_every_reason_has_a_sentence_and_every_sentence_a_reason():
    assert list(texts(assigned("SENTENCES"))) == list(REASONS)


@pytest.mark.parametrize("code", REASONS)
def test_a_sentence_mentions_exactly_the_facts_of_its_reason(code):
    sentence = texts(assigned("SENTENCES"))[code]
    assert set(re.findall(r"%\((\w+)\)s", sentence)) == set(REASONS[code].facts)
    assert sentence % dict.fromkeys(REASONS[code].facts, "x")  # no other percent sign in it
    assert sentence.endswith((".", ")s"))


def test_every_reason_has_a_short_name_of_its_own():
    names = texts(assigned("LABELS"))
    assert list(names) == list(REASONS)
    assert len(set(names.values())) == len(names)
    assert all(name and not name.endswith(".") for name in names.values())


def test_the_outcomes_of_the_registry_are_those_that_the_screen_names():
    outcomes = [reasons.SEND, reasons.RIDE, reasons.WAIT, reasons.SKIP, reasons.ERROR]
    assert [key for key, _label in ast.literal_eval(assigned("OUTCOMES", screen("dunning_decision")))] == outcomes
    assert {reason.outcome for reason in REASONS.values()} == set(outcomes)


def test_the_engine_gives_every_reason_of_the_registry_and_no_other():
    words = {
        node.value
        for file in ("decide.py", "insolvency.py", "letters.py", "pacing.py")
        for node in ast.walk(ast.parse((ENGINE / file).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[A-Z][A-Z_]+", node.value)
    }
    assert words == set(REASONS) - MADE_OUTSIDE


# --- one decision per invoice ---------------------------------------------------------------------------------


def instalment(code, number, on=None):
    return Decision(claim(number, move_id=1), code, {}, on=on and day(on))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("NOT_YET", 1), ("LETTER", 0), "LETTER"),
        (("RIDES_ALONG", 0), ("LETTER", 0), "LETTER"),
        (("LISTED", 2), ("RIDES_ALONG", 0), "RIDES_ALONG"),
        (("NO_TEXT", None), ("LETTER", 0), "LETTER"),
        (("NOT_YET", 1), ("NO_TEXT", None), "NO_TEXT"),
        (("HOLD", None), ("NOT_YET", 3), "NOT_YET"),
        (("LETTER_OPEN", None), ("NOT_YET", 3), "NOT_YET"),
        (("PERIOD_RUNNING", 2), ("NOT_YET", 3), "PERIOD_RUNNING"),
    ],
)
def test_what_happens_speaks_for_the_invoice_before_what_waits_or_is_passed_over(first, second, expected):
    pair = [instalment(first[0], 1, first[1]), instalment(second[0], 2, second[1])]
    for decisions in (pair, pair[::-1]):
        assert per_invoice(decisions)[1].code == expected


def test_every_invoice_has_one_decision_out_of_those_of_its_instalments():
    outcome = run(claim(1, 90, move_id=1), claim(2, 30, move_id=1), claim(3, 5, move_id=2), claim(4, -30, move_id=1))
    chosen = per_invoice(outcome.decisions)
    assert {move: d.claim.line_id for move, d in chosen.items()} == {1: 1, 2: 3}


# --- once more at the moment of sending -----------------------------------------------------------------------

ASKED = {1: Decimal("100.00")}


def test_a_letter_whose_claims_are_as_they_were_may_go():
    assert settled(run(claim()), ASKED) == {}


def test_a_letter_goes_though_its_level_waits_by_now():
    """The letter of the other currency went out a minute ago, or the run was confirmed by hand."""
    assert settled(run(claim(), last_letter_on=TODAY), ASKED) == {}


@pytest.mark.parametrize(
    ("facts", "debtor", "code"),
    [
        ({"hold": Hold(None, "Disputed")}, {}, "HOLD"),
        ({"hold": Hold(day(1), "Promised")}, {}, "HOLD_UNTIL"),
        ({"no_followup": True}, {}, "NO_FOLLOWUP"),
        ({}, {"unmatched": Decimal("1.00")}, "UNMATCHED_PAYMENT"),
        ({}, {"credits": (credit("100.00"),)}, "NET_CREDIT"),
        ({"procedure": None}, {}, "NO_PROCEDURE"),
    ],
)
def test_a_letter_is_stopped_by_what_came_up_since_and_says_why(facts, debtor, code):
    stopped = settled(run(claim(**facts), **debtor), ASKED)
    assert stopped[1].code == code


@pytest.mark.parametrize("residual", ["99.99", "100.01"])
def test_a_letter_whose_amount_is_another_does_not_go(residual):
    assert settled(run(claim(residual=residual)), ASKED) == {1: None}


def test_a_letter_about_a_claim_that_is_gone_does_not_go():
    assert settled(run(claim(2)), ASKED) == {1: None}


def test_a_part_payment_by_credit_changes_the_letter():
    assert settled(run(claim(), credits=(credit("40.00"),)), ASKED) == {1: None}
