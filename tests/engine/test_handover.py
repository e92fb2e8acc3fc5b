"""What the rules say to a hand-over, day by day, and how complete a file is."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cremann_dunning.engine import handover as engine
from cremann_dunning.engine.facts import Notice
from cremann_dunning.engine.handover import FINAL, FINE, MAY, TOLD, File, Handed, Piece, check, score, stops

TODAY = date(2026, 11, 16)


def day(days):
    return TODAY - timedelta(days=days)


CLAIM = Handed(1, "INV/1", frozenset(), Decimal("100.00"), default_from=day(1))
FILE = File(TODAY, "NL", "business", (CLAIM,))


def of(file, code):
    return next((answer for answer in check(file) if answer.code == code), None)


def with_claim(file=FILE, **values):
    return replace(file, claims=(replace(CLAIM, **values),))


def test_nothing_in_the_way():
    assert not stops(check(FILE))
    assert {answer.weight for answer in check(FILE)} == {FINE}


@pytest.mark.parametrize(("days", "code"), [(1, "DEFAULT_FINE"), (0, "DEFAULT_FINE"), (-1, "NOT_IN_DEFAULT")])
def test_default(days, code):
    assert of(with_claim(default_from=day(days)), code)
    assert not of(replace(with_claim(default_from=day(days)), term_agreed=True), "NOT_IN_DEFAULT")


@pytest.mark.parametrize(("country", "article"), [("NL", "art. 6:96 lid 6 BW"), ("BE", "art. XIX.2 WER")])
@pytest.mark.parametrize(("days", "code"), [(1, "NOTICE_FINE"), (0, "NOTICE_FINE"), (-1, "TERM_RUNNING")])
def test_statutory_letter(country, article, days, code):
    notice = Notice(9, day(30), day(days))
    file = replace(with_claim(notice=notice), country=country, kind="consumer", needs_notice=True)
    answer = of(file, code)
    assert answer and answer.article == article
    assert (answer.weight == FINAL) == (code == "TERM_RUNNING")


@pytest.mark.parametrize("kind", ["consumer", "unknown"])
def test_without_statutory_letter_somebody_answers(kind):
    answer = of(replace(FILE, kind=kind), "NO_NOTICE")
    assert answer.weight == MAY
    assert stops([answer]) and not stops([answer], {"NO_NOTICE"}) and not stops([answer], None)


@pytest.mark.parametrize(
    ("codes", "answer", "weight"),
    [
        ({"INSOLVENT"}, "INSOLVENT", FINAL),
        ({"ESTATE"}, "INSOLVENT", FINAL),
        ({"PLAN"}, "AGREED", FINAL),
        ({"PROMISE"}, "AGREED", FINAL),
        ({"PROMISE_ASKED"}, "AGREED", MAY),
        ({"HOLD", "DISPUTED"}, "DISPUTED", MAY),
        ({"HOLD"}, "HELD", MAY),
        ({"IN_PAYMENT"}, "NOTHING_OPEN", FINAL),
        ({"UNMATCHED_PAYMENT"}, "RECEIPT", MAY),
        ({"LETTER_OPEN"}, "LETTER_UNDER_WAY", TOLD),
    ],
)
def test_what_keeps_it_from_being_asked(codes, answer, weight):
    assert of(with_claim(codes=frozenset(codes)), answer).weight == weight


def test_final_is_never_accepted():
    for file in (with_claim(open=Decimal(0)), with_claim(party="Other"), with_claim(overdue=False)):
        assert stops(check(file), None) and stops(check(file), engine.CODES)


@pytest.mark.parametrize(
    ("days", "code"), [(89, "PARTY_FINE"), (90, "PARTY_FINE"), (91, "PARTY_OLD"), (None, "PARTY_OLD")]
)
def test_register(days, code):
    file = replace(FILE, registered=True, looked_up=None if days is None else day(days))
    assert of(file, code)
    assert of(replace(file, refusal=("X", "No", "art. 4 Wki")), "PARTY_REFUSED").weight == FINAL


@pytest.mark.parametrize(("days", "code"), [(1, "LAPSED"), (0, "LAPSES"), (-1, "LAPSES"), (None, "LAPSES_LATER")])
def test_limitation(days, code):
    assert of(replace(FILE, lapses_on=None if days is None else day(days)), code)


def test_who_comes_first():
    assert of(replace(FILE, replied_on=day(2)), "REPLIED").weight == MAY
    assert of(replace(FILE, care=True), "CARE").weight == MAY
    assert of(replace(FILE, country="BE", kind="consumer"), "NO_FEE").weight == TOLD


def test_score():
    whole = [Piece(part, True) for part in engine.PARTS]
    assert score(whole) == (100, ())
    half = [Piece("notice", True, 1), Piece("notice", False, 2), Piece("kind", False)]
    found, missing = score(half)
    assert found == 40 and [piece.part for piece in missing] == ["notice", "kind"]
    assert score([])[0] == 100
    assert sum(engine.PARTS.values()) == 100
