"""Ways to a court: what each needs, whether it can be had, and the day to look at."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.court import (
    ASK,
    DEMAND,
    EUROPEAN_ORDER,
    INCOMPLETE,
    INVOICE,
    LATER,
    LOOK,
    MET,
    MISSING,
    NEVER,
    NO,
    NOTICE,
    ORDER,
    ROUTES,
    SUMMONS,
    UNDISPUTED_BE,
    CourtCase,
    CourtClaim,
    routes,
)

TODAY = date(2026, 11, 16)
DAY = timedelta(days=1)


def claim(number="1", principal="1000.00", **values):
    known = {
        "currency": "EUR",
        "date_due": date(2026, 9, 1),
        "demanded_until": date(2026, 10, 1),
        "act_by": date(2031, 8, 31),
        "has_order": True,
    }
    return CourtClaim(number, Decimal(principal), **(known | values))


def case(*claims, **values):
    known = {"creditor_country": "NL", "debtor_country": "NL", "kind": "business", "interest": Decimal("20.00")}
    known |= {"creditor_number": True, "debtor_number": True}
    return CourtCase(today=TODAY, claims=claims or (claim(),), **(known | values))


def way(code, given):
    return routes(given)[ROUTES.index(code)]


def point(code, given, name):
    [found] = [one for one in way(code, given).points if one.code == name]
    return found


def state(code, given, name):
    return next((one.state for one in way(code, given).points if one.code == name), None)


@pytest.mark.parametrize(
    ("creditor", "debtor", "kind", "verdicts"),
    [
        ("NL", "NL", "business", (ASK, NO, NO)),
        ("NL", "NL", "consumer", (ASK, NO, NO)),
        ("NL", "NL", "unknown", (ASK, NO, NO)),
        ("NL", "NL", "public", (ASK, NO, NO)),
        ("BE", "BE", "business", (NO, ASK, NO)),
        ("BE", "BE", "consumer", (NO, NO, NO)),
        ("BE", "BE", "public", (NO, NO, NO)),
        ("NL", "BE", "business", (NO, ASK, ASK)),
        ("BE", "NL", "business", (ASK, NO, ASK)),
        ("NL", "DE", "business", (NO, NO, ASK)),
        ("NL", "DE", "consumer", (NO, NO, ASK)),
        ("NL", "DE", "public", (NO, NO, ASK)),
        ("NL", "DK", "business", (NO, NO, NO)),
        ("NL", "GB", "business", (NO, NO, NO)),
        ("NL", "US", "business", (NO, NO, NO)),
        ("", "DE", "business", (NO, NO, NO)),
    ],
)
def test_which_way_there_is(creditor, debtor, kind, verdicts):
    given = case(creditor_country=creditor, debtor_country=debtor, kind=kind)
    assert tuple(route.verdict for route in routes(given)) == verdicts


@pytest.mark.parametrize(
    ("interest", "name", "found"),
    [("0.00", "canton", MET), ("1.00", "canton", MET), ("1.01", "lawyer", LOOK)],
)
def test_limit_of_the_cantonal_judge(interest, name, found):
    """All claims together with interest (93(a), 94(1) Rv)."""
    given = case(claim("1", "20000.00"), claim("2", "4999.00"), interest=Decimal(interest))
    assert state(SUMMONS, given, name) == found
    assert state(SUMMONS, given, {"canton": "lawyer", "lawyer": "canton"}[name]) is None


def test_consumer_goes_to_the_cantonal_judge_whatever_the_amount():
    given = case(claim("1", "60000.00"), kind="consumer")
    assert state(SUMMONS, given, "canton_consumer") == MET
    assert state(SUMMONS, given, "lawyer") is None
    assert state(SUMMONS, replace(given, kind="unknown"), "canton_consumer") == LOOK


@pytest.mark.parametrize(("interest", "found"), [("99.99", MET), ("100.00", MET), ("100.01", LOOK)])
def test_a_tenth_beside_the_principal(interest, found):
    given = case(creditor_country="BE", debtor_country="BE", interest=Decimal(interest))
    assert point(UNDISPUTED_BE, given, "ten_percent").state == found
    assert point(UNDISPUTED_BE, given, "ten_percent").amount == Decimal("100.00")


@pytest.mark.parametrize(
    ("due", "verdict", "from_day"),
    [(-1, ASK, TODAY), (0, LATER, TODAY + DAY), (1, LATER, TODAY + 2 * DAY)],
)
def test_all_has_to_be_due(due, verdict, from_day):
    for code, creditor, debtor in (
        (SUMMONS, "NL", "NL"),
        (UNDISPUTED_BE, "BE", "BE"),
        (EUROPEAN_ORDER, "NL", "DE"),
    ):
        given = case(claim(date_due=TODAY + due * DAY), creditor_country=creditor, debtor_country=debtor)
        found = way(code, given)
        assert (found.verdict, found.from_day) == (verdict, from_day)


@pytest.mark.parametrize(
    ("until", "verdict", "look_on"),
    [
        (-1, ASK, TODAY + 7 * DAY),
        (0, LATER, TODAY + DAY),
        (1, LATER, TODAY + 2 * DAY),
        (None, INCOMPLETE, None),
    ],
)
def test_term_of_the_demand_has_to_run_out(until, verdict, look_on):
    given = case(claim(demanded_until=None if until is None else TODAY + until * DAY))
    found = way(SUMMONS, given)
    assert (found.verdict, found.look_on) == (verdict, look_on)


@pytest.mark.parametrize(
    ("costs_from", "proven", "found", "day"),
    [
        (TODAY - DAY, True, MET, None),
        (TODAY, True, MET, None),
        (TODAY, False, LOOK, None),
        (TODAY + DAY, True, "wait", TODAY + DAY),
        (None, False, MISSING, None),
    ],
)
def test_costs_of_a_consumer_need_their_notice(costs_from, proven, found, day):
    given = case(kind="consumer", costs=Decimal("40.00"), costs_from=costs_from, notice_proven=proven)
    asked = point(SUMMONS, given, "notice")
    assert (asked.state, asked.day) == (found, day)


def test_no_costs_need_no_notice_and_a_business_needs_none():
    assert state(SUMMONS, case(kind="consumer"), "notice") is None
    assert state(SUMMONS, case(costs=Decimal("40.00")), "notice") is None


def test_a_dispute_ends_the_belgian_way_only():
    disputed = claim("2", is_disputed=True)
    assert way(UNDISPUTED_BE, case(claim(), disputed, creditor_country="BE", debtor_country="BE")).verdict == NO
    assert way(UNDISPUTED_BE, case(claim(), creditor_country="BE", debtor_country="BE")).verdict == ASK
    assert way(SUMMONS, case(claim(), disputed)).verdict == ASK
    assert point(SUMMONS, case(claim(), disputed), "defences").numbers == ("2",)
    assert way(EUROPEAN_ORDER, case(disputed, debtor_country="DE")).verdict == ASK


def test_insolvency_ends_every_way():
    for creditor, debtor in (("NL", "NL"), ("BE", "BE"), ("NL", "DE")):
        given = case(creditor_country=creditor, debtor_country=debtor, is_insolvent=True)
        assert {route.verdict for route in routes(given)} == {NO}


@pytest.mark.parametrize("values", [{"has_replies": True}, {"claims": (claim(), claim("2", in_agreement=True))}])
def test_what_is_open_with_the_debtor_comes_first(values):
    found = way(SUMMONS, replace(case(), **values))
    assert (found.verdict, found.from_day, found.look_on) == (INCOMPLETE, None, None)


@pytest.mark.parametrize(("act_by", "found"), [(TODAY - DAY, LOOK), (TODAY, None), (TODAY + DAY, None)])
def test_what_may_have_lapsed_is_marked(act_by, found):
    given = case(claim("1", act_by=act_by), claim("2"))
    assert state(SUMMONS, given, "lapsed") == found
    assert way(SUMMONS, given).act_by == act_by


def test_unknown_limitation_is_said():
    assert point(EUROPEAN_ORDER, case(claim(act_by=None), debtor_country="DE"), "limitation_unknown").numbers == ("1",)


@pytest.mark.parametrize(
    ("code", "creditor", "debtor", "day"),
    [
        (SUMMONS, "NL", "NL", date(2026, 11, 23)),
        (UNDISPUTED_BE, "BE", "BE", date(2026, 12, 24)),
        (EUROPEAN_ORDER, "NL", "DE", date(2027, 1, 15)),
    ],
)
def test_day_to_look_at(code, creditor, debtor, day):
    assert way(code, case(creditor_country=creditor, debtor_country=debtor)).look_on == day


def test_papers():
    given = case(claim("1", has_invoice=False), claim("2", has_order=False, demanded_until=None), kind="consumer")
    papers = {paper.code: paper for paper in way(SUMMONS, given).papers}
    assert (papers[INVOICE].state, papers[INVOICE].numbers) == (MISSING, ("1",))
    assert papers[ORDER].numbers == papers[DEMAND].numbers == ("2",)
    assert papers[NOTICE].state == MISSING
    assert NOTICE not in {paper.code for paper in way(SUMMONS, case()).papers}


@pytest.mark.parametrize("currencies", [("EUR", "USD"), ("USD",)])
def test_other_money_needs_somebody(currencies):
    given = case(*(claim(str(number), currency=currency) for number, currency in enumerate(currencies)))
    assert state(SUMMONS, given, "currencies") == LOOK
    assert state(SUMMONS, given, "canton") is None


def test_every_point_says_where_it_stands_or_was_not_seen():
    given = case(kind="consumer", costs=Decimal("40.00"), costs_from=TODAY)
    for route in routes(given):
        for one in route.points:
            assert one.article or one.code in ("agreement", "replies", "care", "lapsed", "limitation_unknown"), one
    assert NEVER in {one.state for one in way(UNDISPUTED_BE, given).points}


def test_nothing_is_refused():
    with pytest.raises(ValueError, match="no claims"):
        routes(replace(case(), claims=()))
