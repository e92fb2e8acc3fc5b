"""The gate: what stops a letter, with the article, and what nobody may override."""

import ast
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import odoo.addons.cremann_dunning.engine as engine_folder
from odoo.addons.cremann_dunning.engine import gate
from odoo.addons.cremann_dunning.engine.facts import Notice
from odoo.addons.cremann_dunning.engine.gate import CODES, ClaimOnLetter, Element, Law, Letter, check
from odoo.addons.cremann_dunning.engine.issuer import Issuer, Period, Registration
from odoo.addons.cremann_dunning.engine.others import Others
from odoo.addons.cremann_dunning.engine.rules import (
    CALL,
    FINAL_NOTICE,
    HANDOVER,
    NOTICE_OF_DEFAULT,
    PRE_DUE,
    REMINDER,
    STATUTORY_NOTICE,
)
from odoo.addons.cremann_dunning.engine.wording import RED_CODES, Finding
from odoo.addons.cremann_dunning.law.calendar import CONTACT_HOURS, ContactHours

from .support import TODAY, day

ENGINE = Path(engine_folder.__file__).parent
ARTICLE = "art. 6:96 BW"
LEGAL_TYPES = (PRE_DUE, REMINDER, CALL, STATUTORY_NOTICE, NOTICE_OF_DEFAULT, FINAL_NOTICE, HANDOVER)

D = Decimal
NIGHT = datetime(2026, 3, 16, 22, 0)
NOON = datetime(2026, 3, 16, 12, 0)

# --- builders -------------------------------------------------------------------------------------------------

# Dutch rules for a debtor who is protected, and for one who is not. A principal of 100 may cost 40.
CONSUMER = Law(
    "Netherlands, consumers",
    ARTICLE,
    free_term=True,
    costs_need_notice=True,
    notice_needs_default=True,
    highest_costs=D("40.00"),
    highest_interest=D("5.00"),
    hours=CONTACT_HOURS["NL"],
)
BUSINESS = Law("Netherlands, business", ARTICLE, highest_costs=D("40.00"), highest_interest=D("5.00"))
NO_COSTS = Law("Elsewhere", "art. 1")


def notice(first_day=0, letter_id=9, announced="40.00", **values):
    """A statutory notice after which something may be asked from that day on: 0 is today."""
    return Notice(letter_id, day(first_day - 16), day(first_day), D(announced), **values)


def owed(number=1, overdue=60, **values):
    """A claim that had its first level and is about to get the second; its reminder ran out long ago."""
    values = {"place": 1, "reached": 0, "open": D("100.00"), "default_from": day(-20)} | values
    return ClaimOnLetter(number, f"INV/{number}", day(-overdue), **values)


def noticed(number=1, **values):
    """A claim whose free term is over today."""
    return owed(number, **{"notice": notice()} | values)


def letter(*claims, **values):
    """A reminder about these claims to a consumer, by e-mail, today, that asks nothing but the principal."""
    values = {"legal_type": REMINDER, "kind": "consumer", "channel": "email", "on": TODAY} | values
    over = values["legal_type"] == HANDOVER
    return Letter(claims=tuple(replace(claim, handed_over=over) for claim in claims or (owed(),)), **values)


def asking(costs, *claims, **values):
    return letter(*(claims or (noticed(),)), costs=D(costs), **values)


def with_interest(interest, *claims, **values):
    return letter(*(claims or (noticed(),)), interest=D(interest), **values)


def notice_letter(*claims, **values):
    """The 14-day letter itself."""
    return letter(*claims, **{"legal_type": STATUTORY_NOTICE} | values)


def codes(outgoing, law=CONSUMER):
    return [refusal.code for refusal in check(outgoing, law)]


def only(outgoing, law=CONSUMER):
    """The one refusal of a letter."""
    (refusal,) = check(outgoing, law)
    return refusal


# --- the codes, and what the screen says of them --------------------------------------------------------------

IBAN = Element("IBAN", "art. 2 BIK", ("NL91 ABNA 0417 1643 00",))
NO_FEES = Element("Reminder fee", "art. 6:96 lid 5 BW", ("administration fee",), forbidden=True)

AGENCY = Issuer("Noorderlicht", mandate=Period(day(-10), day(10)), registrations=(Registration("NL", "123"),))

# One letter per code that is refused for that and nothing else.
EXAMPLES = {
    "HANDED_OVER": (replace(letter(), claims=(replace(owed(), handed_over=True),)), CONSUMER),
    "NOT_HANDED_OVER": (replace(letter(legal_type=HANDOVER), claims=(owed(),)), CONSUMER),
    "NOT_DUE": (letter(owed(overdue=0)), CONSUMER),
    "ORDER": (letter(owed(place=2)), CONSUMER),
    "INTERVAL": (letter(wait_until=day(1)), CONSUMER),
    "IN_TERM": (letter(owed(in_term_until=day(1))), CONSUMER),
    "NOT_IN_DEFAULT": (notice_letter(owed(default_from=None)), CONSUMER),
    "NO_FREE_TERM": (notice_letter(), BUSINESS),
    "COSTS_NOT_ALLOWED": (asking("0.01"), NO_COSTS),
    "COSTS_TOO_EARLY": (asking("40.00", owed()), CONSUMER),
    "COSTS_NO_CLAUSE": (asking("40.00"), replace(CONSUMER, costs_need_clause=True)),
    "COSTS_ABOVE_CAP": (asking("40.01", kind="business"), BUSINESS),
    "INTEREST_TOO_EARLY": (with_interest("1.00", owed()), CONSUMER),
    "INTEREST_NO_CLAUSE": (with_interest("1.00"), replace(CONSUMER, interest_needs_clause=True)),
    "INTEREST_ABOVE_CAP": (with_interest("5.01"), CONSUMER),
    "ELEMENT_MISSING": (letter(text="Please pay."), replace(CONSUMER, elements=(IBAN,))),
    "ELEMENT_FORBIDDEN": (letter(text="An administration fee of 5."), replace(CONSUMER, elements=(NO_FEES,))),
    "CHANNEL": (letter(channel="print"), replace(CONSUMER, channels=frozenset({"email"}))),
    "HOURS": (letter(moment=NIGHT), CONSUMER),
    **{
        code: (letter(findings=(Finding(code, True, ("x",), final=code == "TEXT_DATE"),)), CONSUMER)
        for code in RED_CODES
    },
    "ISSUER_MANDATE": (letter(issuer=replace(AGENCY, mandate=None)), CONSUMER),
    "ISSUER_REGISTRATION": (letter(issuer=replace(AGENCY, registrations=())), CONSUMER),
    "ISSUER_TOO_EARLY": (letter(owed(place=0, reached=-1), issuer=AGENCY), CONSUMER),
}

# What would take money from a protected debtor against the law; everything else a manager may override.
FINAL = {
    "HANDED_OVER",
    "NOT_HANDED_OVER",
    "NOT_DUE",
    "NOT_IN_DEFAULT",
    "NO_FREE_TERM",
    "COSTS_NOT_ALLOWED",
    "COSTS_TOO_EARLY",
    "COSTS_NO_CLAUSE",
    "COSTS_ABOVE_CAP",
    "INTEREST_TOO_EARLY",
    "INTEREST_NO_CLAUSE",
    "INTEREST_ABOVE_CAP",
    "TEXT_DATE",
    "ISSUER_MANDATE",
    "ISSUER_REGISTRATION",
}
# The order of the steps is the company's own, and so is how a letter reads.
WITHOUT_ARTICLE = {"HANDED_OVER", "NOT_HANDED_OVER", "ORDER", "INTERVAL", "ISSUER_TOO_EARLY", *RED_CODES}


@cache
def sentences():
    """``{code: sentence}`` of the model that speaks: read, not imported, so that this needs no Odoo."""
    module = ast.parse((ENGINE.parent / "models" / "run" / "dunning_gate.py").read_text())
    (node,) = [n.value for n in module.body if isinstance(n, ast.Assign) and n.targets[0].id == "SENTENCES"]
    pairs = zip(node.keys, node.values, strict=True)
    return {ast.literal_eval(key): ast.literal_eval(value.args[0]) for key, value in pairs}


def test_every_code_has_an_example_and_a_sentence():
    assert list(EXAMPLES) == list(CODES)
    assert list(sentences()) == list(CODES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_of_every_code(code):
    refusal = only(*EXAMPLES[code])
    assert refusal.code == code
    assert refusal.final is (code in FINAL)
    assert refusal.article or code in WITHOUT_ARTICLE


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_sentence_mentions_only_what_its_refusal_knows(code):
    facts = only(*EXAMPLES[code]).facts
    sentence = sentences()[code]
    assert set(re.findall(r"%\((\w+)\)s", sentence)) <= set(facts)
    assert sentence % dict.fromkeys(facts, "x")  # no other percent sign in it


@pytest.mark.parametrize("outgoing", [letter(), notice_letter(announced=D("40.00")), asking("40.00")])
def test_a_letter_as_it_should_be_may_go(outgoing):
    assert check(outgoing, CONSUMER) == ()


@pytest.mark.parametrize("legal_type", LEGAL_TYPES)
@pytest.mark.parametrize("law", [CONSUMER, BUSINESS], ids=["consumer", "business"])
def test_a_letter_about_nothing_may_go(legal_type, law):
    empty = Letter(legal_type, "consumer", "print", TODAY, ())
    assert codes(empty, law) == (["NO_FREE_TERM"] if legal_type == STATUTORY_NOTICE and law is BUSINESS else [])


def test_the_gravest_comes_first_and_the_rest_in_the_order_of_the_rules():
    outgoing = notice_letter(
        owed(place=2, in_term_until=day(1), default_from=None),
        owed(2, overdue=0),
        costs=D("40.01"),
        interest=D("6.00"),
        channel="email",
        moment=NIGHT,
        wait_until=day(1),
        text="An administration fee of 5.",
    )
    law = replace(CONSUMER, free_term=False, elements=(IBAN, NO_FEES), channels=frozenset({"print"}))
    assert codes(outgoing, law) == [
        "NOT_DUE",
        "NO_FREE_TERM",
        "NOT_IN_DEFAULT",
        "COSTS_ABOVE_CAP",
        "COSTS_TOO_EARLY",
        "INTEREST_TOO_EARLY",
        "INTEREST_ABOVE_CAP",
        "ELEMENT_MISSING",  # final in a statutory notice
        "ELEMENT_FORBIDDEN",
        "ORDER",
        "INTERVAL",
        "IN_TERM",
        "CHANNEL",
        "HOURS",
    ]
    lighter = replace(outgoing, legal_type=REMINDER)
    assert codes(lighter, law)[-7:] == [
        "ORDER",
        "INTERVAL",
        "IN_TERM",
        "ELEMENT_MISSING",
        "ELEMENT_FORBIDDEN",
        "CHANNEL",
        "HOURS",
    ]


def test_refusals_are_equal_whatever_their_facts():
    """A stored one is compared by code and article."""
    one, other = only(letter(wait_until=day(1))), only(letter(wait_until=day(2)))
    assert one == other
    assert one.facts != other.facts
    assert len({one, other}) == 1


# --- the ladder -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overdue", "refused"), [(-1, ["NOT_DUE"]), (0, ["NOT_DUE"]), (1, [])])
@pytest.mark.parametrize("legal_type", [legal for legal in LEGAL_TYPES if legal != PRE_DUE])
@pytest.mark.parametrize("demanded", [True, False])
def test_only_from_the_day_after_the_due_date(legal_type, overdue, refused, demanded):
    assert codes(letter(owed(overdue=overdue, demanded=demanded), legal_type=legal_type)) == refused


@pytest.mark.parametrize("legal_type", LEGAL_TYPES)
@pytest.mark.parametrize("over", [True, False])
def test_what_is_with_a_party_only_that_one_asks_for(legal_type, over):
    found = letter(owed(), legal_type=legal_type)
    [claim] = found.claims
    found = check(replace(found, claims=(replace(claim, handed_over=over),)), CONSUMER)
    code = {(True, False): "HANDED_OVER", (False, True): "NOT_HANDED_OVER"}.get((over, legal_type == HANDOVER))
    assert [refusal.code for refusal in found] == ([code] if code else [])
    assert all(refusal.final for refusal in found)


def test_a_claim_without_a_due_date_is_never_due():
    refusal = only(letter(replace(owed(), due_date=None)))
    assert (refusal.code, refusal.facts) == ("NOT_DUE", {"invoice": "INV/1", "date": None})


@pytest.mark.parametrize("claim", [owed(overdue=-1), owed(overdue=0), owed(overdue=1), replace(owed(), due_date=None)])
def test_a_notice_before_the_due_date_may_come_at_any_time(claim):
    assert codes(letter(claim, legal_type=PRE_DUE)) == []


def test_every_claim_that_is_not_due_is_named():
    refusals = check(letter(owed(1, overdue=0), owed(2), owed(3, overdue=-7)), CONSUMER)
    assert [(r.code, r.article, r.facts) for r in refusals] == [
        ("NOT_DUE", ARTICLE, {"invoice": "INV/1", "date": TODAY}),
        ("NOT_DUE", ARTICLE, {"invoice": "INV/3", "date": day(7)}),
    ]


@pytest.mark.parametrize(
    ("place", "reached", "refused"),
    [
        (None, -1, []),
        (None, 3, []),
        (0, -1, []),
        (1, -1, ["ORDER"]),
        (0, 0, ["ORDER"]),
        (1, 2, ["ORDER"]),
        (2, 2, ["ORDER"]),
        (3, 2, []),
        (4, 2, ["ORDER"]),
    ],
)
def test_no_step_is_left_out_or_taken_twice(place, reached, refused):
    assert codes(letter(owed(place=place, reached=reached))) == refused


def test_the_claims_that_are_out_of_order_are_named_together():
    refusal = only(letter(owed(1, place=1), owed(2, place=2), owed(3, place=None), owed(4, place=0)))
    assert refusal.facts == {"invoices": ("INV/2", "INV/4")}


@pytest.mark.parametrize(("wait", "refused"), [(-1, []), (0, []), (1, ["INTERVAL"])])
def test_the_interval_between_letters(wait, refused):
    outgoing = letter(wait_until=day(wait))
    assert codes(outgoing) == refused
    assert [r.facts for r in check(outgoing, CONSUMER)] == [{"date": day(wait)}] * len(refused)


# --- terms and default ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("until", "refused"), [(-1, []), (0, []), (1, ["IN_TERM"])])
@pytest.mark.parametrize("legal_type", LEGAL_TYPES)
@pytest.mark.parametrize("demanded", [True, False])
def test_no_letter_within_a_free_term(legal_type, until, refused, demanded):
    assert codes(letter(owed(in_term_until=day(until), demanded=demanded), legal_type=legal_type)) == refused


def test_the_last_of_the_running_terms_is_named():
    claims = (owed(1), owed(2, in_term_until=day(5)), owed(3, in_term_until=day(9)), owed(4, in_term_until=day(0)))
    assert only(letter(*claims)).facts == {"date": day(9)}


@pytest.mark.parametrize(
    ("default_from", "refused"),
    [(day(-1), []), (day(0), []), (day(1), ["NOT_IN_DEFAULT"]), (None, ["NOT_IN_DEFAULT"])],
)
def test_a_statutory_notice_comes_after_the_start_of_the_default(default_from, refused):
    claim = owed(default_from=default_from)
    assert codes(notice_letter(claim)) == refused
    assert codes(notice_letter(claim), replace(CONSUMER, term_agreed=True)) == []
    assert codes(notice_letter(claim), replace(CONSUMER, notice_needs_default=False)) == []
    assert codes(notice_letter(owed(), replace(claim, demanded=False))) == []


@pytest.mark.parametrize("legal_type", [legal for legal in LEGAL_TYPES if legal != STATUTORY_NOTICE])
def test_other_letters_need_no_default_and_no_free_term(legal_type):
    late = owed(default_from=None)
    assert codes(letter(late, legal_type=legal_type)) == []
    assert codes(letter(late, legal_type=legal_type), replace(CONSUMER, free_term=False)) == []


def test_the_claims_that_are_not_in_default_are_named_together():
    claims = owed(1), owed(2, default_from=None), owed(3, default_from=day(1)), owed(4, default_from=day(0))
    refusal = only(notice_letter(*claims))
    assert (refusal.article, refusal.facts) == ("art. 6:82 BW", {"invoices": ("INV/2", "INV/3")})


def test_a_statutory_notice_needs_a_free_term():
    refusal = only(notice_letter(), replace(CONSUMER, free_term=False))
    assert (refusal.code, refusal.facts) == ("NO_FREE_TERM", {"rules": CONSUMER.name})


# --- costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first_day", "refused"), [(-1, []), (0, []), (1, ["COSTS_TOO_EARLY"])])
@pytest.mark.parametrize("kind", ["consumer", "unknown"])
@pytest.mark.parametrize("law", [CONSUMER, BUSINESS], ids=["consumer", "business"])
def test_a_protected_debtor_owes_costs_from_the_day_after_the_free_term(law, kind, first_day, refused):
    """Whatever the regime says: a consumer under rules for business is still one."""
    outgoing = asking("40.00", owed(notice=notice(first_day)), kind=kind)
    assert codes(outgoing, law) == refused
    assert [r.facts for r in check(outgoing, law)] == [{"costs": D("40.00"), "date": day(first_day)}] * len(refused)


@pytest.mark.parametrize("kind", ["business", "public"])
@pytest.mark.parametrize("claim", [owed(), noticed(), owed(notice=notice(1))])
def test_who_is_not_protected_owes_costs_without_a_notice(kind, claim):
    outgoing = asking("40.00", claim, kind=kind)
    assert codes(outgoing, BUSINESS) == []
    assert not gate.is_protected(kind, BUSINESS)


@pytest.mark.parametrize("kind", ["business", "public"])
@pytest.mark.parametrize(("first_day", "refused"), [(-1, []), (0, []), (1, ["COSTS_TOO_EARLY"])])
def test_a_regime_protects_a_business_too(kind, first_day, refused):
    assert codes(asking("40.00", owed(notice=notice(first_day)), kind=kind), CONSUMER) == refused
    assert codes(asking("40.00", owed(), kind=kind), CONSUMER) == ["COSTS_TOO_EARLY"]
    assert gate.is_protected(kind, CONSUMER)


@pytest.mark.parametrize("kind", ["consumer", "unknown"])
def test_the_statutory_notice_announces_and_does_not_ask(kind):
    assert codes(notice_letter(noticed(), kind=kind, announced=D("40.00"))) == []
    assert codes(notice_letter(noticed(), kind=kind, costs=D("40.00"))) == ["COSTS_TOO_EARLY"]
    assert codes(notice_letter(noticed(), kind=kind, costs=D("0.01"), announced=D("40.00"))) == ["COSTS_TOO_EARLY"]


def test_announcing_needs_no_notice_before():
    assert codes(letter(owed(), announced=D("40.00"))) == []


def test_every_claim_needs_a_notice_of_its_own():
    refusal = only(asking("40.00", noticed(1), owed(2)))
    assert (refusal.code, refusal.facts) == ("COSTS_TOO_EARLY", {"costs": D("40.00"), "date": None})


@pytest.mark.parametrize(("first_day", "refused"), [(-1, []), (0, []), (1, ["COSTS_TOO_EARLY"])])
def test_the_last_free_term_counts(first_day, refused):
    claims = noticed(1, notice=notice(-9, 8)), noticed(2, notice=notice(first_day, 9))
    for order in (claims, claims[::-1]):
        found = check(asking("40.00", *order), CONSUMER)
        assert [r.code for r in found] == refused
        assert [r.facts["date"] for r in found] == [day(1)] * len(refused)


def test_a_claim_that_the_letter_only_moves_does_not_count():
    assert codes(asking("40.00", noticed(1), owed(2, demanded=False))) == []
    assert codes(asking("40.00", owed(1), noticed(2, demanded=False))) == ["COSTS_TOO_EARLY"]
    assert codes(asking("40.00", noticed(demanded=False))) == ["COSTS_TOO_EARLY"]


@pytest.mark.parametrize(("costs", "refused"), [("39.99", []), ("40.00", []), ("40.01", ["COSTS_ABOVE_CAP"])])
def test_costs_and_announced_costs_stay_at_what_the_law_allows(costs, refused):
    assert codes(asking(costs, kind="business"), BUSINESS) == refused
    assert codes(asking(costs, noticed(notice=notice(announced="90.00")))) == refused
    outgoing = notice_letter(announced=D(costs))
    assert codes(outgoing) == refused
    facts = {"costs": D(costs), "highest": D("40.00")}
    assert [r.facts for r in check(outgoing, CONSUMER)] == [facts] * len(refused)


@pytest.mark.parametrize(("costs", "announced"), [("40.01", "40.00"), ("40.00", "40.01"), ("40.01", "0.01")])
def test_the_higher_of_asked_and_announced_is_measured(costs, announced):
    refusal = only(asking(costs, kind="business", announced=D(announced)), BUSINESS)
    assert (refusal.code, refusal.facts["costs"]) == ("COSTS_ABOVE_CAP", D("40.01"))


@pytest.mark.parametrize(("costs", "refused"), [("29.99", []), ("30.00", []), ("30.01", ["COSTS_ABOVE_CAP"])])
def test_a_protected_debtor_owes_no_more_than_was_announced(costs, refused):
    """The principal rose since, and the law would allow 40."""
    outgoing = asking(costs, noticed(notice=notice(announced="30.00")))
    assert codes(outgoing) == refused
    facts = {"costs": D(costs), "highest": D("30.00")}
    assert [r.facts for r in check(outgoing, CONSUMER)] == [facts] * len(refused)
    assert codes(replace(outgoing, kind="business"), BUSINESS) == []


def test_nothing_announced_nothing_owed():
    assert codes(asking("0.01", noticed(notice=notice(announced="0.00")))) == ["COSTS_ABOVE_CAP"]


def test_costs_above_both_caps_say_so_twice():
    found = check(asking("40.01", noticed(notice=notice(announced="30.00"))), CONSUMER)
    assert [(r.code, r.facts["highest"]) for r in found] == [
        ("COSTS_ABOVE_CAP", D("40.00")),
        ("COSTS_ABOVE_CAP", D("30.00")),
    ]


@pytest.mark.parametrize(("costs", "refused"), [("80.00", []), ("80.01", ["COSTS_ABOVE_CAP"])])
def test_two_notices_announced_together_what_they_announced(costs, refused):
    law = replace(CONSUMER, highest_costs=D("90.00"))
    claims = noticed(1, notice=notice(0, 8)), noticed(2, notice=notice(-3, 9))
    assert codes(asking(costs, *claims), law) == refused


@pytest.mark.parametrize(("costs", "refused"), [("40.00", []), ("40.01", ["COSTS_ABOVE_CAP"])])
def test_one_notice_over_two_claims_announced_once(costs, refused):
    law = replace(CONSUMER, highest_costs=D("90.00"))
    assert codes(asking(costs, noticed(1), noticed(2)), law) == refused


@pytest.mark.parametrize(("costs", "refused"), [("40.00", []), ("40.01", ["COSTS_ABOVE_CAP"])])
def test_the_notice_of_a_claim_that_is_not_demanded_announced_nothing_here(costs, refused):
    law = replace(CONSUMER, highest_costs=D("90.00"))
    assert codes(asking(costs, noticed(1), noticed(2, demanded=False, notice=notice(0, 8))), law) == refused


@pytest.mark.parametrize(("costs", "refused"), [("48.39", []), ("48.40", []), ("48.41", ["COSTS_ABOVE_CAP"])])
def test_announced_costs_are_with_vat(costs, refused):
    law = replace(CONSUMER, highest_costs=D("90.00"))
    told = notice(announced="48.40", vat=D("8.40"), vat_rate=D("21"))
    assert codes(asking(costs, noticed(notice=told)), law) == refused


def test_announced_costs_of_notices():
    first = notice(letter_id=1, announced="48.40", vat=D("8.40"), vat_rate=D("21"))
    second = notice(letter_id=2, announced="40.00")
    assert gate.announced_costs([first, None, second, first]) == D("88.40")
    assert gate.announced_costs([first, None, second, first], with_vat=False) == D("80.00")
    assert gate.announced_costs(iter([second, second])) == D("40.00")
    assert str(gate.announced_costs([None])) == "0.00"


@pytest.mark.parametrize("values", [{"costs": D("0.01")}, {"announced": D("0.01")}])
@pytest.mark.parametrize("kind", ["consumer", "unknown", "business", "public"])
def test_no_costs_where_the_law_knows_none(kind, values):
    refusal = only(letter(noticed(), kind=kind, **values), replace(NO_COSTS, costs_need_clause=True))
    assert (refusal.code, refusal.facts) == ("COSTS_NOT_ALLOWED", {"costs": D("0.01")})


@pytest.mark.parametrize("values", [{"costs": D("40.00")}, {"announced": D("40.00")}])
@pytest.mark.parametrize(("has_clause", "refused"), [(False, ["COSTS_NO_CLAUSE"]), (True, [])])
def test_costs_that_only_a_clause_gives(has_clause, refused, values):
    law = replace(CONSUMER, costs_need_clause=True, has_clause=has_clause)
    assert codes(letter(noticed(), **values), law) == refused
    assert codes(letter(noticed()), law) == []


# --- interest -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first_day", "refused"), [(-1, []), (0, []), (1, ["INTEREST_TOO_EARLY"])])
@pytest.mark.parametrize("kind", ["consumer", "unknown"])
def test_a_protected_debtor_is_asked_interest_after_the_free_term(kind, first_day, refused):
    outgoing = with_interest("5.00", owed(notice=notice(first_day)), kind=kind)
    assert codes(outgoing, CONSUMER) == codes(outgoing, BUSINESS) == refused
    assert [r.facts for r in check(outgoing, CONSUMER)] == [{"interest": D("5.00"), "date": day(first_day)}] * len(
        refused
    )


def test_interest_needs_a_notice_of_every_claim_that_is_demanded():
    refusal = only(with_interest("5.00", noticed(1), owed(2)))
    assert (refusal.code, refusal.facts) == ("INTEREST_TOO_EARLY", {"interest": D("5.00"), "date": None})
    assert codes(with_interest("5.00", noticed(1), owed(2, demanded=False))) == []


def test_the_statutory_notice_asks_no_interest_of_a_protected_debtor():
    assert codes(with_interest("5.00", legal_type=STATUTORY_NOTICE)) == ["INTEREST_TOO_EARLY"]
    law = replace(BUSINESS, free_term=True)
    assert codes(with_interest("5.00", legal_type=STATUTORY_NOTICE, kind="business"), law) == []


@pytest.mark.parametrize("kind", ["business", "public"])
def test_who_is_not_protected_is_asked_interest_at_once(kind):
    assert codes(with_interest("5.00", owed(), kind=kind), BUSINESS) == []
    assert codes(with_interest("5.00", owed(), kind=kind), CONSUMER) == ["INTEREST_TOO_EARLY"]


@pytest.mark.parametrize(("interest", "refused"), [("4.99", []), ("5.00", []), ("5.01", ["INTEREST_ABOVE_CAP"])])
@pytest.mark.parametrize(("kind", "law"), [("consumer", CONSUMER), ("business", BUSINESS)])
def test_interest_stays_at_what_the_law_allows(kind, law, interest, refused):
    outgoing = with_interest(interest, kind=kind)
    assert codes(outgoing, law) == refused
    facts = {"interest": D(interest), "highest": D("5.00")}
    assert [r.facts for r in check(outgoing, law)] == [facts] * len(refused)


def test_interest_where_the_law_knows_none():
    assert codes(with_interest("0.01"), NO_COSTS) == ["INTEREST_ABOVE_CAP"]


@pytest.mark.parametrize(("has_clause", "refused"), [(False, ["INTEREST_NO_CLAUSE"]), (True, [])])
def test_interest_that_only_a_clause_gives(has_clause, refused):
    law = replace(CONSUMER, interest_needs_clause=True, has_interest_clause=has_clause)
    assert codes(with_interest("5.00"), law) == refused
    assert codes(letter(), law) == []


def test_the_clause_for_costs_is_not_the_one_for_interest():
    both = replace(CONSUMER, costs_need_clause=True, interest_needs_clause=True)
    outgoing = asking("40.00", interest=D("5.00"))
    assert codes(outgoing, replace(both, has_clause=True)) == ["INTEREST_NO_CLAUSE"]
    assert codes(outgoing, replace(both, has_interest_clause=True)) == ["COSTS_NO_CLAUSE"]


# --- the text -------------------------------------------------------------------------------------------------

TERM = Element("Free term", "art. 6:96 lid 6 BW", ("within fourteen days from the day after", "binnen veertien dagen"))
REPLY = Element("Way to reply", "", ("€\u00a040,00", "020 123"))


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Pay within fourteen days from the day after delivery.", False),
        ("Betaal binnen veertien dagen.", False),  # one of the phrases is enough
        ("WITHIN Fourteen dayS from THE day AFTER", False),
        ("within\nfourteen\r\n\tdays   from the\n\nday after", False),
        ("within\u00a0fourteen\u202fdays\u2009from the day\u2003after", False),  # spaces that do not break or are thin
        ("within fourteen days after the day", True),
        ("withinfourteen days from the day after", True),
        ("within fourteen, days from the day after", True),
        ("", True),
    ],
)
def test_an_element_is_found_whatever_the_case_and_the_space(text, missing):
    outgoing = letter(text=text)
    assert codes(outgoing, replace(CONSUMER, elements=(TERM,))) == ["ELEMENT_MISSING"] * missing
    forbidden = replace(TERM, forbidden=True)
    assert codes(outgoing, replace(CONSUMER, elements=(forbidden,))) == ["ELEMENT_FORBIDDEN"] * (not missing)


@pytest.mark.parametrize("text", ["pay € 40,00 now", "pay €\u00a040,00 now", "pay €\u202f40,00 now", "pay €\n40,00"])
def test_case_and_space_do_not_count_in_the_phrase_either(text):
    for phrase in ("€ 40,00", "€\u00a040,00", "€\u202f40,00", "PAY  € 40,00"):
        assert codes(letter(text=text), replace(CONSUMER, elements=(Element("Costs", "", (phrase,)),))) == []


@pytest.mark.parametrize("text", ["STRASSE", "Straße", "strasse"])
def test_case_of_other_alphabets(text):
    assert codes(letter(text=text), replace(CONSUMER, elements=(Element("Street", "", ("Straße",)),))) == []


def test_the_plain_form_of_a_text():
    assert gate.plain("\n A \u00a0\u202f\tB\r\nc ") == "a b c"
    assert gate.plain("") == gate.plain("\u00a0\n") == ""


def test_what_is_forbidden_may_stand_in_no_subject_and_what_is_wanted_is_not_looked_for_there():
    law = replace(CONSUMER, elements=(IBAN, NO_FEES))
    subject = "Administration fee to NL91 ABNA 0417 1643 00"
    assert codes(letter(text="x", subject=subject), law) == ["ELEMENT_MISSING", "ELEMENT_FORBIDDEN"]
    assert codes(letter(text="x", subject=subject, others=Others((subject,))), law) == ["ELEMENT_MISSING"]


def test_what_the_record_lacks_is_told_apart_from_what_the_text_lacks():
    account = Element("Account", "", (), hint="Enter an account.")
    blank = Element("Label", "", ("\u200b", " "), hint="Enter a label.")
    law = replace(CONSUMER, elements=(IBAN, account, blank))
    facts = only(letter(text="x"), law).facts
    assert facts["elements"] == ("IBAN", "Account", "Label")
    assert facts["absent"] == ("Account", "Label")
    assert facts["hints"] == ("Enter an account.", "Enter a label.")
    assert only(letter(text="x"), replace(CONSUMER, elements=(IBAN,))).facts["hints"] == ()


def test_an_element_without_words_is_missing_and_never_forbidden():
    """A figure that the letter does not have cannot be in it."""
    assert codes(letter(text="x"), replace(CONSUMER, elements=(Element("Phone", "", ()),))) == ["ELEMENT_MISSING"]
    assert codes(letter(text="x"), replace(CONSUMER, elements=(Element("Phone", "", (), forbidden=True),))) == []


def test_a_letter_without_a_text_yet_is_not_searched():
    law = replace(CONSUMER, elements=(IBAN, NO_FEES))
    assert codes(letter(text=None), law) == []
    assert codes(letter(text=""), law) == ["ELEMENT_MISSING"]


def test_all_elements_that_lack_are_named_with_their_articles():
    law = replace(CONSUMER, elements=(IBAN, TERM, REPLY, replace(TERM, name="Other"), NO_FEES))
    missing, forbidden = check(letter(text="Administration fee."), law)
    assert (missing.code, forbidden.code) == ("ELEMENT_MISSING", "ELEMENT_FORBIDDEN")
    assert missing.facts["elements"] == ("IBAN", "Free term", "Way to reply", "Other")
    assert missing.article == "art. 2 BIK, art. 6:96 lid 6 BW"
    assert (forbidden.facts["elements"], forbidden.article) == (("Reminder fee",), "art. 6:96 lid 5 BW")


def test_an_element_without_an_article_rests_on_that_of_the_rules():
    assert only(letter(text="x"), replace(CONSUMER, elements=(REPLY,))).article == ARTICLE


@pytest.mark.parametrize("legal_type", LEGAL_TYPES)
def test_a_statutory_notice_with_a_wrong_text_nobody_may_override(legal_type):
    law = replace(CONSUMER, elements=(IBAN, NO_FEES))
    found = check(letter(legal_type=legal_type, text="Administration fee."), law)
    assert [r.code for r in found] == ["ELEMENT_MISSING", "ELEMENT_FORBIDDEN"]
    assert [r.final for r in found] == [legal_type == STATUTORY_NOTICE] * 2


# --- delivery -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "allowed", "refused"),
    [
        ("email", {"email", "print"}, []),
        ("print", {"email", "print"}, []),
        ("print", {"print"}, []),
        ("email", {"print"}, ["CHANNEL"]),
        ("print", {"email"}, ["CHANNEL"]),
        ("email", set(), ["CHANNEL"]),
        ("pigeon", {"email", "print"}, ["CHANNEL"]),
    ],
)
def test_the_channels_of_the_rules(channel, allowed, refused):
    outgoing, law = letter(channel=channel), replace(CONSUMER, channels=frozenset(allowed))
    assert codes(outgoing, law) == refused
    assert [r.facts for r in check(outgoing, law)] == [{"channel": channel}] * len(refused)


# A moment, and when a mail may leave if not then.
MOMENTS = [
    ("NL", "2026-03-16 06:59", "2026-03-16 07:00"),
    ("NL", "2026-03-16 06:59:59.999999", "2026-03-16 07:00"),
    ("NL", "2026-03-16 07:00", None),
    ("NL", "2026-03-16 07:01", None),
    ("NL", "2026-03-16 19:59", None),
    ("NL", "2026-03-16 19:59:59.999999", None),
    ("NL", "2026-03-16 20:00", "2026-03-17 07:00"),
    ("NL", "2026-03-16 20:01", "2026-03-17 07:00"),
    ("NL", "2026-03-14 19:59", None),  # Saturday
    ("NL", "2026-03-14 20:00", "2026-03-16 07:00"),
    ("NL", "2026-03-15 12:00", "2026-03-16 07:00"),  # Sunday
    ("NL", "2026-12-24 19:59", None),
    ("NL", "2026-12-24 20:00", "2026-12-28 07:00"),  # two days of Christmas and a Sunday
    ("NL", "2026-12-26 12:00", "2026-12-28 07:00"),
    ("NL", "2026-12-31 20:00", "2027-01-02 07:00"),
    ("NL", "2023-12-30 20:00", "2024-01-02 07:00"),  # a Sunday and New Year
    ("NL", "2028-02-28 20:00", "2028-02-29 07:00"),
    ("NL", "2028-02-29 07:00", None),
    ("NL", "2028-02-29 20:00", "2028-03-01 07:00"),
    ("BE", "2026-07-21 12:00", "2026-07-22 07:00"),  # the Belgian national holiday
    ("NL", "2026-07-21 12:00", None),
]


@pytest.mark.parametrize(("country", "moment", "until"), MOMENTS)
def test_the_hours_of_a_mail(country, moment, until):
    outgoing, law = letter(moment=datetime.fromisoformat(moment)), replace(CONSUMER, country=country)
    found = [(r.code, r.final, r.facts) for r in check(outgoing, law)]
    assert found == ([("HOURS", False, {"until": datetime.fromisoformat(until)})] if until else [])


@pytest.mark.parametrize("moment", [NIGHT, datetime(2026, 3, 15, 12)])
def test_when_hours_do_not_bind(moment):
    assert codes(letter(channel="print", moment=moment)) == []
    assert codes(letter(moment=None)) == []
    assert codes(letter(moment=moment), replace(CONSUMER, hours=None)) == []


def test_hours_of_the_regime():
    law = replace(CONSUMER, hours=ContactHours(time(9), time(23), rest_days=False))
    assert codes(letter(moment=NIGHT), law) == codes(letter(moment=datetime(2026, 3, 15, 12)), law) == []
    assert codes(letter(moment=datetime(2026, 3, 16, 8, 59)), law) == ["HOURS"]


# --- what holds for every letter ------------------------------------------------------------------------------

# How long one example takes says nothing on a machine that runs other suites beside this one.
economical = settings(deadline=None, max_examples=300)

amounts = st.sampled_from([D("0.00"), D("0.01"), D("39.99"), D("40.00"), D("40.01"), D("80.00"), D("80.01"), D("500")])
days = st.integers(-2, 2).map(day)


def mostly(usual, *others):
    return st.sampled_from((usual,) * 3 * len(others) + others)


@st.composite
def claims_on_letters(draw, notices):
    number = draw(st.integers(1, 9))
    return ClaimOnLetter(
        number,
        f"INV/{number}",
        draw(mostly(day(-40), day(-1), day(0), day(1), None)),
        place=draw(mostly(1, None, 0, 2)),
        reached=0,
        demanded=draw(mostly(True, False)),
        open=draw(amounts),
        notice=draw(st.sampled_from([*notices, *notices, None])),
        in_term_until=draw(mostly(None, day(0), day(1))),
        default_from=draw(mostly(day(-3), day(0), day(1), None)),
    )


@st.composite
def letters(draw):
    """Letters of which a good part may go, and the others have one or more things the matter."""
    # A letter is one notice, however many of the claims it was about.
    notices = [
        Notice(letter_id, day(-20), draw(mostly(day(-1), day(0), day(1))), draw(amounts)) for letter_id in (1, 2, 3)
    ]
    legal_type = draw(mostly(REMINDER, *LEGAL_TYPES))
    over = legal_type == HANDOVER
    return Letter(
        legal_type=legal_type,
        kind=draw(st.sampled_from(["consumer", "unknown", "business", "public"])),
        channel=draw(mostly("email", "print")),
        on=TODAY,
        claims=tuple(replace(c, handed_over=over) for c in draw(st.lists(claims_on_letters(notices), max_size=4))),
        interest=draw(mostly(D("0.00"), D("0.01"), D("5.00"), D("5.01"))),
        costs=draw(amounts),
        announced=draw(mostly(D("0.00"), D("40.00"), D("80.01"))),
        text=draw(mostly(None, "", IBAN.phrases[0], "Administration fee.")),
        moment=draw(mostly(None, NOON, NIGHT)),
        wait_until=draw(mostly(None, day(0), day(1))),
    )


laws = st.builds(
    Law,
    name=st.just("Rules"),
    article=st.just(ARTICLE),
    free_term=mostly(True, False),
    costs_need_notice=st.booleans(),
    costs_need_clause=st.booleans(),
    interest_needs_clause=st.booleans(),
    notice_needs_default=st.booleans(),
    has_clause=mostly(True, False),
    has_interest_clause=mostly(True, False),
    term_agreed=st.booleans(),
    highest_costs=mostly(D("80.00"), D("0.00"), D("40.00"), D("500.00")),
    highest_interest=mostly(D("5.00"), D("0.00")),
    elements=mostly((), (IBAN,), (NO_FEES,), (IBAN, NO_FEES)),
    channels=mostly(frozenset({"email", "print"}), frozenset({"email"}), frozenset()),
    hours=mostly(CONTACT_HOURS["NL"], None),
)


def ran_out(outgoing):
    """Every demanded claim had a notice, and its free term is over: written out anew, not asked of the gate."""
    demanded = [claim for claim in outgoing.claims if claim.demanded]
    return demanded != [] and all(c.notice is not None and c.notice.claimable_from <= outgoing.on for c in demanded)


def told(outgoing):
    """What the notices of the demanded claims announced, each letter once."""
    return sum({c.notice.letter_id: c.notice.announced for c in outgoing.claims if c.demanded and c.notice}.values())


def protected(outgoing, law):
    return law.costs_need_notice or outgoing.kind in ("consumer", "unknown")


def about(found, word):
    return [refusal for refusal in found if refusal.code.startswith(word)]


@economical
@given(letters(), laws)
def test_costs_pass_only_when_the_law_gives_them(outgoing, law):
    within = max(outgoing.costs, outgoing.announced) <= law.highest_costs
    clause = law.has_clause or not law.costs_need_clause or not max(outgoing.costs, outgoing.announced)
    after_notice = (
        outgoing.legal_type != STATUTORY_NOTICE and ran_out(outgoing) and outgoing.costs <= told(outgoing)
        if outgoing.costs and protected(outgoing, law)
        else True
    )
    refused = about(check(outgoing, law), "COSTS")
    assert (refused == []) is (within and clause and after_notice)
    assert all(refusal.final for refusal in refused)


@economical
@given(letters(), laws)
def test_interest_passes_only_when_the_law_gives_it(outgoing, law):
    within = outgoing.interest <= law.highest_interest
    clause = law.has_interest_clause or not law.interest_needs_clause or not outgoing.interest
    after_notice = (
        outgoing.legal_type != STATUTORY_NOTICE and ran_out(outgoing)
        if outgoing.interest and protected(outgoing, law)
        else True
    )
    refused = about(check(outgoing, law), "INTEREST")
    assert (refused == []) is (within and clause and after_notice)
    assert all(refusal.final for refusal in refused)


def soundly(outgoing, law):
    """The same letter with nothing the matter but, perhaps, its money."""
    sound = {"due_date": day(-40), "place": None, "in_term_until": None, "default_from": day(-20)}
    claims = tuple(replace(claim, **sound) for claim in outgoing.claims)
    outgoing = replace(outgoing, claims=claims, text=None, moment=None, wait_until=None)
    return outgoing, replace(law, free_term=True, channels=frozenset({outgoing.channel}))


@economical
@given(letters(), laws)
def test_a_protected_debtor_pays_costs_only_after_a_notice(outgoing, law):
    """The whole of the gate at once: let through means allowed, and allowed means let through."""
    outgoing, law = soundly(replace(outgoing, interest=D("0.00")), replace(law, costs_need_notice=True))
    outgoing = replace(outgoing, costs=outgoing.costs or D("40.00"), announced=D("0.00"))
    allowed = (
        outgoing.legal_type != STATUTORY_NOTICE
        and ran_out(outgoing)
        and outgoing.costs <= told(outgoing)
        and outgoing.costs <= law.highest_costs
        and (law.has_clause or not law.costs_need_clause)
    )
    assert (check(outgoing, law) == ()) is allowed


def with_claim(outgoing, law, **values):
    return replace(outgoing, claims=(*outgoing.claims, owed(99, **values))), law


def first_claim(outgoing, law, **values):
    return replace(outgoing, claims=tuple(replace(c, **values) for c in outgoing.claims[:1]) + outgoing.claims[1:]), law


# Each puts one more thing in the way of a letter, or leaves it as it is when that thing does not touch it.
TROUBLES = {
    "a claim without a notice": with_claim,
    "a claim that is not due": lambda *pair: with_claim(*pair, overdue=0),
    "a claim out of order": lambda *pair: with_claim(*pair, place=3),
    "a claim not in default": lambda *pair: with_claim(*pair, default_from=None),
    "a claim in its term": lambda *pair: with_claim(*pair, in_term_until=day(1)),
    "a notice gone": lambda *pair: first_claim(*pair, notice=None),
    "a notice that still runs": lambda *pair: first_claim(*pair, notice=Notice(1, day(-1), day(9))),
    "a due date gone": lambda *pair: first_claim(*pair, due_date=None),
    "a letter just sent": lambda one, law: (replace(one, wait_until=day(9)), law),
    "more costs": lambda one, law: (replace(one, costs=one.costs + 1000), law),
    "more announced": lambda one, law: (replace(one, announced=one.announced + 1000), law),
    "more interest": lambda one, law: (replace(one, interest=one.interest + 1000), law),
    "a debtor unknown": lambda one, law: (replace(one, kind="unknown"), law),
    "another channel": lambda one, law: (one, replace(law, channels=frozenset())),
    "at night": lambda one, law: (replace(one, moment=NIGHT), replace(law, hours=CONTACT_HOURS["NL"])),
    "no costs": lambda one, law: (one, replace(law, highest_costs=D("0.00"))),
    "no interest": lambda one, law: (one, replace(law, highest_interest=D("0.00"))),
    "protection": lambda one, law: (one, replace(law, costs_need_notice=True)),
    "no clauses": lambda one, law: (
        one,
        replace(law, costs_need_clause=True, interest_needs_clause=True, has_clause=False, has_interest_clause=False),
    ),
    "no free term": lambda one, law: (one, replace(law, free_term=False)),
    "no default": lambda one, law: (one, replace(law, notice_needs_default=True, term_agreed=False)),
    "words to find": lambda one, law: (one, replace(law, elements=(*law.elements, TERM))),
    "words not to find": lambda one, law: (one, replace(law, elements=(*law.elements, replace(IBAN, forbidden=True)))),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_stops_some_letter_that_went(trouble):
    """So that the property below says something of each of them."""
    sound = asking("40.00", interest=D("5.00"), text=IBAN.phrases[0])
    law = replace(CONSUMER, costs_need_notice=False)
    worlds = [
        (sound, law),
        (replace(sound, kind="business", claims=(owed(),)), law),
        (notice_letter(owed(default_from=None), announced=D("40.00")), replace(law, term_agreed=True)),
    ]
    assert [check(*world) for world in worlds] == [(), (), ()]
    assert any(check(*TROUBLES[trouble](*world)) for world in worlds)


@economical
@given(letters(), laws, st.lists(st.sampled_from(sorted(TROUBLES)), min_size=1, max_size=3))
def test_one_more_trouble_never_lets_a_letter_through(outgoing, law, troubles):
    found = check(outgoing, law)
    for trouble in troubles:
        outgoing, law = TROUBLES[trouble](outgoing, law)
        worse = check(outgoing, law)
        assert not found or worse
        assert any(r.final for r in worse) or not any(r.final for r in found)
        found = worse


def as_sets(refusal):
    facts = {key: frozenset(value) if isinstance(value, tuple) else value for key, value in refusal.facts.items()}
    return refusal.code, refusal.article, frozenset(facts.items())


@economical
@given(letters(), laws, st.randoms(use_true_random=False))
def test_the_order_of_the_claims_does_not_matter(outgoing, law, chance):
    mixed = list(outgoing.claims)
    chance.shuffle(mixed)
    found, other = check(outgoing, law), check(replace(outgoing, claims=tuple(mixed)), law)
    assert found == other
    assert Counter(map(as_sets, found)) == Counter(map(as_sets, other))


@economical
@given(letters(), laws)
def test_every_refusal_is_known_sorted_and_can_be_said(outgoing, law):
    found = check(outgoing, law)
    assert {refusal.code for refusal in found} <= set(CODES)
    finals = [refusal.final for refusal in found]
    assert finals == sorted(finals, reverse=True)
    assert all(
        refusal.final is (refusal.code in FINAL or outgoing.legal_type == STATUTORY_NOTICE)
        for refusal in found
        if refusal.code in FINAL or refusal.code.startswith("ELEMENT")
    )
    spoken = sentences()
    assert all(spoken[refusal.code] % refusal.facts for refusal in found)
    assert check(outgoing, law) == found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("40,00 €", "to pay 40,00 € now", True),
        ("40,00 €", "to pay 140,00 € now", False),
        ("140,00 €", "to pay 1.140,00 € now", False),
        ("140,00 €", "to pay 1\u202f140,00 € now", False),
        ("1\u202f140,00 €", "to pay 1\u202f140,00 € now", True),
        ("€ 40.00", "€ 40.000", False),
        ("4%", "at 14% a year", False),
        ("4%", "at 4% a year", True),
        ("1 dec 2026", "due 11 dec 2026", False),
        ("1 dec 2026", "due 1 dec 2026.", True),
        ("INV/2026/0001", "INV/2026/00012", False),
        ("INV/2026/0001", "(INV/2026/0001)", True),
        ("   ", "anything", False),
    ],
)
def test_a_wording_stands_by_itself(phrase, text, found):
    assert gate.Element("it", "", (phrase,)).is_missing(gate.plain(text)) is not found
