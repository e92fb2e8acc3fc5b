"""In whose name a letter may be on a day: before, on and after every day that counts, in both countries."""

from dataclasses import replace

import pytest

from odoo.addons.cremann_dunning.engine.facts import Notice
from odoo.addons.cremann_dunning.engine.gate import ClaimOnLetter, Law, Letter, check
from odoo.addons.cremann_dunning.engine.issuer import (
    AGENCY,
    BAILIFF,
    LAWYER,
    Issuer,
    Period,
    Registration,
    has_to_be_registered_in,
    stops,
)
from odoo.addons.cremann_dunning.engine.rules import FINAL_NOTICE, REMINDER, STATUTORY_NOTICE

from .support import TODAY, day

ALWAYS = Period()
DUTCH, BELGIAN = Registration("NL", "1234"), Registration("BE", "5678")
ISSUER = Issuer("Noorderlicht", mandate=ALWAYS, registrations=(DUTCH, BELGIAN))


def codes(issuer, country="NL", protected=True, on=TODAY):
    return [stop.code for stop in stops(issuer, on, country, protected)]


@pytest.mark.parametrize(
    ("period", "holds"),
    [
        (Period(), True),
        (Period(first=day(1)), False),
        (Period(first=day(0)), True),
        (Period(first=day(-1)), True),
        (Period(last=day(-1)), False),
        (Period(last=day(0)), True),
        (Period(last=day(1)), True),
    ],
)
def test_first_and_last_day_count(period, holds):
    mandated = replace(ISSUER, mandate=period)
    registered = replace(ISSUER, registrations=(replace(DUTCH, period=period),))
    assert codes(mandated) == ([] if holds else ["ISSUER_MANDATE"])
    assert codes(registered) == ([] if holds else ["ISSUER_REGISTRATION"])


@pytest.mark.parametrize("kind", [BAILIFF, LAWYER])
def test_of_office_none_is_registered_and_all_need_a_mandate(kind):
    assert codes(replace(ISSUER, kind=kind, registrations=())) == []
    assert codes(replace(ISSUER, kind=kind, mandate=None)) == ["ISSUER_MANDATE"]


@pytest.mark.parametrize(
    ("country", "protected", "registrations", "stopped"),
    [
        ("NL", True, (BELGIAN,), True),
        ("NL", False, (BELGIAN,), True),  # a sole trader is a natural person
        ("NL", False, (DUTCH,), False),
        ("BE", True, (DUTCH,), True),
        ("BE", True, (BELGIAN,), False),
        ("BE", False, (DUTCH,), False),
        ("BE", False, (), True),
        ("DE", True, (DUTCH,), False),
        ("DE", True, (), True),
        ("NL", True, (replace(DUTCH, number=" "),), True),
    ],
)
def test_in_which_register(country, protected, registrations, stopped):
    found = codes(replace(ISSUER, kind=AGENCY, registrations=registrations), country, protected)
    assert found == (["ISSUER_REGISTRATION"] if stopped else [])


def test_articles():
    nothing = Issuer("X")
    assert {s.code: s.article for s in stops(nothing, TODAY, "BE", True)} == {
        "ISSUER_MANDATE": "art. XIX.7 WER",
        "ISSUER_REGISTRATION": "art. XIX.6 WER",
    }
    assert [s.article for s in stops(nothing, TODAY, "NL", True)][1] == "art. 4 Wki"
    assert has_to_be_registered_in("BE", False) is None


def test_the_number_of_the_letter_is_that_of_its_country():
    assert ISSUER.registration(TODAY, "BE") == BELGIAN
    assert ISSUER.registration(TODAY, "DE") == DUTCH
    assert replace(ISSUER, registrations=()).registration(TODAY, "NL") is None


# --- not before the creditor himself ----------------------------------------------------------------------------

BE_CONSUMER = Law("Belgium, consumers", "art. XIX.2 WER", costs_need_notice=True, country="BE", free_term=True)
BE_BUSINESS = Law("Belgium, business", "law of 2-8-2002", country="BE")


def claim(first_day=None, **values):
    notice = None if first_day is None else Notice(9, day(first_day - 18), day(first_day))
    values = {"place": 1, "reached": 0, "notice": notice} | values
    return ClaimOnLetter(1, "INV/1", day(-60), **values)


def early(law, kind, *claims, legal_type=REMINDER):
    letter = Letter(legal_type, kind, "email", TODAY, claims, issuer=ISSUER)
    return [refusal for refusal in check(letter, law) if refusal.code == "ISSUER_TOO_EARLY"]


@pytest.mark.parametrize(("first_day", "stopped"), [(None, True), (1, True), (0, False), (-1, False)])
def test_a_belgian_consumer_first_has_the_term_of_the_creditors_own_reminder(first_day, stopped):
    found = early(BE_CONSUMER, "consumer", claim(first_day))
    assert bool(found) is stopped
    assert all(refusal.final and refusal.article for refusal in found)


def test_the_free_reminder_itself_is_the_creditors():
    assert early(BE_CONSUMER, "consumer", claim(-5), legal_type=STATUTORY_NOTICE)[0].final


def test_elsewhere_only_the_first_letter_is_and_a_manager_may_override():
    (found,) = early(BE_BUSINESS, "business", claim(place=0, reached=-1), claim())
    assert not found.final
    assert found.lines == {1}
    assert not early(BE_BUSINESS, "business", claim(), legal_type=FINAL_NOTICE)
    assert not early(BE_BUSINESS, "business", claim(place=0, reached=-1, rest=True))


def test_nothing_is_asked_of_the_companys_own_letters():
    letter = Letter(REMINDER, "consumer", "email", TODAY, (claim(place=0, reached=-1),))
    assert not [r for r in check(letter, BE_CONSUMER) if r.code.startswith("ISSUER")]
