"""What others chose in a letter: it is never judged, proves nothing, and hides no words of the text itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.figures import Form, days_in
from odoo.addons.cremann_dunning.engine.gate import Element
from odoo.addons.cremann_dunning.engine.others import DATA, FIGURE, PHRASE, Others, even, plain, stands_in
from odoo.addons.cremann_dunning.engine.wording import (
    PROSE,
    SIGNATURE,
    TABLE,
    Block,
    Limits,
    Record,
    WordList,
    Written,
    check,
    sentence_with,
)

D = Decimal
ON = date(2026, 11, 16)
FORM = Form(",", ".", {"december": 12, "november": 11, "mei": 5})
FRENCH = Form(",", "\u202f", {"novembre": 11})
NOTICE = "statutory_notice"
LISTS = (
    WordList("Term", "nl", ("vanaf vandaag", "na verzending", "advocaat", "*kosten"), frozenset({NOTICE}), red=True),
)

# Whatever somebody may be called or sell: words we look for, patterns, templates, amounts, days, nothing to see.
NASTY = (
    "Abonnement vanaf vandaag",
    "Jan na verzending",
    "Advocaat & Kosten",
    "Incassokosten",
    "{{ object.name }}",
    "${x} %(y)s t-out",
    "False",
    "None",
    "(.*)[a-z]+\\",
    "€",
    "€ 99,99",
    "EUR 5",
    "CHF 12.50 per maand",
    "1 december 2027",
    "2027-12-01",
    "x",
    "§",
    "7",
    "( )",
    "Jan , en",
    "BETAAL METEEN BV",
    "Te\u200bst vanaf vandaag\u202e",
    "vanaf   vandaag",
    "vanaf\nvandaag",
    "L’avocat",
    "straße ﬁ İstanbul",
    "vanaf vandaag " * 40,
    "Jan ",
    " Jan\u200b ",
)


def record(**values):
    values = {"legal_type": NOTICE, "on": ON, "total": D("1210.00"), "amounts": frozenset({D("1210.00")})} | values
    return Record(language="nl", **values)


def codes(*paragraphs, cells=(), subject="Factuur", form=FORM, total="€ 1.210,00", **values):
    blocks = [Block(text, PROSE) for text in paragraphs] + [Block(cell, TABLE) for cell in (*cells, total)]
    found = check(Written(subject, tuple(blocks)), record(**values), form, LISTS, Limits(40, 15))
    return [finding.code for finding in found]


@pytest.mark.parametrize("name", NASTY)
def test_whatever_others_chose_is_not_judged(name):
    assert codes(f"Beste {name},", cells=(name, f"{name} "), subject=f"Factuur {name}", names=(name,)) == []
    signature = Written("Factuur", (Block("€ 1.210,00"), Block(f"{name}, Utrecht", SIGNATURE)))
    assert check(signature, record(names=(name,)), FORM, LISTS) == ()


@given(st.text(min_size=1, max_size=60).filter(even))
def test_a_random_name_is_not_judged(name):
    assert codes(f"Beste {name}! Dag.", cells=(name,), names=(name,)) == []


@pytest.mark.parametrize("name", [*NASTY, "Vandaag", "vanaf", "vandaag", "v", "1.210,00", "1"])
def test_no_name_hides_the_words_of_the_text(name):
    same = " ".join(name.split()) == "vanaf vandaag"
    own = "betaal vanaf vandaag" if same else ""  # it says the very same: the words of the text settle it
    found = codes(f"Beste {name}, betaal vanaf vandaag € 40,00 voor 2 december 2026.", names=(name,), own=own)
    assert {"TEXT_WORDS", "TEXT_AMOUNT", "TEXT_DATE"} <= set(found)


@given(st.text(min_size=1, max_size=30))
def test_no_random_name_hides_a_wrong_amount(name):
    if "40,00" not in name:
        assert "TEXT_AMOUNT" in codes("U betaalt € 40,00 nu.", names=(name,))


@pytest.mark.parametrize(
    ("text", "name", "form", "right"),
    [
        ("Factuur 2026 € 1.210,00 staat open", "2026", FORM, True),
        ("Factuur F/2026/01 € 1.210,00", "F/2026/01", FORM, True),
        ("Factuur 2026 € 1.210,01 staat open", "2026", FORM, False),
        ("Factuur € 1.210,00 staat open", "1", FORM, True),
        ("Factuur € 1.211,00 staat open", "1", FORM, False),
        ("Factuur € 1.211,00 staat open", "211", FORM, False),
        ("Voor 1 november 2026 € 1.210,00 betalen", "Jan", FORM, True),
        ("Voor 1 november 2026 € 1.210,01 betalen", "Jan", FORM, False),
        ("La facture 12 1\u202f210,00 € reste", "12", FRENCH, True),
        ("Le 1 novembre 2026 1210,00 € reste", "Jan", FRENCH, True),
        ("Le 1 novembre 2026 1211,00 € reste", "Jan", FRENCH, False),
    ],
)
def test_an_amount_beside_a_figure_of_others(text, name, form, right):
    total = "1\u202f210,00 €" if form is FRENCH else "€ 1.210,00"
    assert codes(text, names=(name,), form=form, total=total) == ([] if right else ["TEXT_AMOUNT"])


def test_an_amount_in_a_name_is_not_the_amount_to_pay():
    assert codes(cells=("Voorschot € 1.210,00 mei",), total="Dag", names=("Voorschot € 1.210,00 mei",)) == [
        "TEXT_TOTAL"
    ]
    assert codes(cells=("Voorschot € 1.210,00 mei",), names=("Voorschot € 1.210,00 mei",)) == []


def test_a_name_counts_as_one_word():
    name = "De Zeer Lange Naam Van Een Bedrijf In Vele Woorden " * 3
    assert codes(f"Beste {name}, dag.", names=(name,)) == []
    assert "TEXT_SENTENCE" in codes(f"Beste {name}, dag.")


# --- what a letter has to hold ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "own", "found"),
    [
        ("Betaal binnen veertien dagen.", "Jan", "", True),
        ("Product: Cursus binnen veertien dagen", "Cursus binnen veertien dagen", "", False),
        ("Product: binnen veertien dagen", "binnen veertien dagen", "", False),
        ("Product: binnen veertien dagen", "binnen veertien dagen", "betaal binnen veertien dagen", True),
        ("Binnen veertien dagen. Cursus binnen veertien dagen", "Cursus binnen veertien dagen", "", True),
        ("Betaal binnen veertien dagen aan Veertien", "Veertien", "", True),
        ("Betaal binnen veertien dagen", "binnen", "", True),
        ("Betaal binnen veertien dagen", "b", "", True),
        ("Betaal binnen veertien dagen", "Binnen Veertien Dagen", "", True),
        ("Beste Binnen Veertien Dagen,", "Binnen Veertien Dagen", "", False),
        ("Beste BINNEN VEERTIEN DAGEN,", "Binnen veertien dagen", "", False),
        ("Beste Binnen\u00a0veertien  da\u200bgen BV,", "Binnen veertien\ndagen BV", "", False),
        ("Straße İ binnen veertien dagen", "Straße İ", "", True),
        ("Straße İ binnen veertien dagen", "Straße İ binnen veertien dagen", "", False),
    ],
)
def test_a_phrase_is_the_text_s_own(text, value, own, found):
    others = Others((value,), plain(own))
    phrases = ("binnen veertien dagen",)
    assert stands_in(phrases, text, others, PHRASE) is found
    assert Element("Term", "", phrases).is_missing(text, others) is not found
    assert Element("Term", "", phrases, forbidden=True).is_missing(text, others) is found
    assert bool(sentence_with((Block(text),), phrases, others)) is found


@pytest.mark.parametrize(
    ("kind", "longer", "same"), [(PHRASE, False, False), (FIGURE, False, True), (DATA, True, True)]
)
def test_what_may_be_found_in_what_others_chose(kind, longer, same):
    others = Others(("Huur € 40,00 mei", "€ 50,00"))
    assert stands_in(("€ 40,00",), "Huur € 40,00 mei", others, kind) is longer
    assert stands_in(("€ 50,00",), "Betaal € 50,00 nu", others, kind) is same


def test_nothing_of_nobody():
    assert even("\u200b\ufeff\u202e") == ""
    assert not Others(("", "\u200b", " ")).hold("abc", 0, 3)


# --- days -------------------------------------------------------------------------------------------------------------

NAMES = ["januari", "februari", "maart", "april", "mei", "juni"]
NAMES += ["juli", "augustus", "september", "oktober", "november", "december"]
MONTHS = Form(",", ".", {name: number for number, name in enumerate(NAMES, start=1)})
HALF = st.integers(-182, 182)
ANY_DAY = st.dates(date(1, 7, 3), date(9999, 6, 30))


def read(text, near, form=MONTHS):
    return [day for _match, day in days_in(text, form, near)]


@given(ANY_DAY, HALF)
def test_a_day_without_a_year_is_the_nearest(near, away):
    day = near + timedelta(days=away)
    assert read(f"op {day.day} {NAMES[day.month - 1]} dus", near) == [day]


@pytest.mark.parametrize(
    ("text", "near", "day"),
    [
        ("20 december", date(2027, 1, 5), date(2026, 12, 20)),
        ("20 december", date(2026, 12, 19), date(2026, 12, 20)),
        ("20 december", date(2026, 12, 21), date(2026, 12, 20)),
        ("5 januari", date(2026, 12, 20), date(2027, 1, 5)),
        ("29 februari", date(2028, 11, 1), date(2028, 2, 29)),
        ("29 februari", date(2026, 11, 1), date(2028, 2, 29)),
        ("29 februari", date(2025, 11, 1), date(2024, 2, 29)),
        ("29 februari", date(1900, 2, 27), date(1896, 2, 29)),
        ("31 december", date.min, date(1, 12, 31)),
        ("1 januari", date.max, date(9999, 1, 1)),
        ("1 januari 9999", date(2026, 1, 1), date(9999, 1, 1)),
        ("31. december 2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("31 de december de 2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_days_in_words(text, near, day):
    assert read(text, near) == [day]


@pytest.mark.parametrize(
    "text",
    ["31 april", "30 februari 2026", "1 mei 0000", "0000-01-01", "00-00-00", "0 mei", "99 mei", "29 februari 2027"],
)
@pytest.mark.parametrize("near", [date.min, date(2026, 2, 28), date.max])
def test_what_is_no_day(text, near):
    assert read(text, near) == []


@given(
    st.dates(),
    st.from_regex(r"[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}|[0-9]{1,3} (mei|februari|İune|ſeptember) ?[0-9]{0,5}"),
)
def test_nothing_raises(near, text):
    read(text, near, Form(",", ".", MONTHS.months | {"iune": 6}))
    read(text, near, Form(",", ".", MONTHS.months, day_first=False))


@pytest.mark.parametrize(
    ("near", "stops"), [(date(2026, 12, 19), True), (date(2026, 12, 20), False), (date(2027, 1, 5), False)]
)
def test_a_letter_near_new_year_names_its_own_invoice(near, stops):
    assert codes("Uw factuur van 20 december.", on=near) == (["TEXT_DATE"] if stops else [])
