"""The hours at which a debtor may be mailed, and the first moment after them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law.calendar import CONTACT_HOURS, SUNDAY, ContactHours, is_holiday, next_contact
from odoo.addons.cremann_dunning.law.errors import ChoiceError, DateError

NL, BE = CONTACT_HOURS["NL"], CONTACT_HOURS["BE"]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(text):
    return datetime.fromisoformat(text)


def test_the_hours_of_the_law():
    assert ContactHours(time(7), time(20), True) == NL
    assert ContactHours(time(8), time(22), True) == BE


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-16 00:00", "2026-03-16 07:00"),
        ("2026-03-16 06:59:59.999999", "2026-03-16 07:00"),
        ("2026-03-16 07:00", "2026-03-16 07:00"),
        ("2026-03-16 07:00:00.000001", "2026-03-16 07:00:00.000001"),
        ("2026-03-16 19:59:59.999999", "2026-03-16 19:59:59.999999"),
        ("2026-03-16 20:00", "2026-03-17 07:00"),
        ("2026-03-16 20:00:00.000001", "2026-03-17 07:00"),
        ("2026-03-16 23:59", "2026-03-17 07:00"),
    ],
)
def test_hours_of_a_dutch_working_day(moment, expected):
    assert next_contact("NL", at(moment), NL) == at(expected)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-16 07:59", "2026-03-16 08:00"),
        ("2026-03-16 08:00", "2026-03-16 08:00"),
        ("2026-03-16 08:01", "2026-03-16 08:01"),
        ("2026-03-16 21:59", "2026-03-16 21:59"),
        ("2026-03-16 22:00", "2026-03-17 08:00"),
        ("2026-03-16 22:01", "2026-03-17 08:00"),
    ],
)
def test_hours_of_a_belgian_working_day(moment, expected):
    assert next_contact("BE", at(moment), BE) == at(expected)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-14 19:59", "2026-03-14 19:59"),  # Saturday
        ("2026-03-14 20:00", "2026-03-16 07:00"),
        ("2026-03-15 00:00", "2026-03-16 07:00"),  # Sunday
        ("2026-03-15 06:59", "2026-03-16 07:00"),
        ("2026-03-15 12:00", "2026-03-16 07:00"),
        ("2026-03-15 20:00", "2026-03-16 07:00"),
        ("2026-04-02 20:00", "2026-04-04 07:00"),  # over Good Friday
        ("2026-04-04 20:00", "2026-04-07 07:00"),  # over Easter and its Monday
        ("2026-04-27 12:00", "2026-04-28 07:00"),  # King's Day
        ("2026-12-24 19:59", "2026-12-24 19:59"),
        ("2026-12-24 20:00", "2026-12-28 07:00"),  # two days of Christmas and a Sunday
        ("2026-12-25 03:00", "2026-12-28 07:00"),
        ("2026-12-31 20:00", "2027-01-02 07:00"),  # over New Year, into a Saturday
        ("2022-12-31 20:00", "2023-01-02 07:00"),  # New Year on a Sunday counts once
        ("2028-02-28 20:00", "2028-02-29 07:00"),
        ("2028-02-29 19:59", "2028-02-29 19:59"),
        ("2028-02-29 20:00", "2028-03-01 07:00"),
        ("2032-02-29 12:00", "2032-03-01 07:00"),  # a Sunday
    ],
)
def test_no_contact_on_dutch_days_of_rest(moment, expected):
    assert next_contact("NL", at(moment), NL) == at(expected)


def test_whose_holidays_count():
    national, kings_day = at("2026-07-21 12:00"), at("2026-04-27 12:00")
    assert (next_contact("BE", national, BE), next_contact("NL", national, NL)) == (at("2026-07-22 08:00"), national)
    assert (next_contact("BE", kings_day, BE), next_contact("NL", kings_day, NL)) == (kings_day, at("2026-04-28 07:00"))


@pytest.mark.parametrize("moment", ["2026-03-15 12:00", "2026-12-25 12:00"])
def test_days_of_rest_may_be_open(moment):
    hours = ContactHours(time(7), time(20), rest_days=False)
    assert next_contact("NL", at(moment), hours) == at(moment)
    assert next_contact("Atlantis", at(moment), hours) == at(moment)  # whose holidays nobody asks for


def test_days_equated_with_a_holiday():
    extra = {date(2026, 3, 16), date(2026, 3, 17)}
    assert next_contact("NL", at("2026-03-16 12:00"), NL, extra) == at("2026-03-18 07:00")
    assert next_contact("NL", at("2026-03-18 12:00"), NL, extra) == at("2026-03-18 12:00")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 10, 24, 20, tzinfo=AMSTERDAM), "2026-10-26T07:00:00+01:00"),  # the clock goes back
        (datetime(2027, 3, 27, 20, tzinfo=AMSTERDAM), "2027-03-30T07:00:00+02:00"),  # forward, at Easter
    ],
)
def test_the_answer_is_in_the_zone_of_the_question(moment, expected):
    answer = next_contact("NL", moment, NL)
    assert (answer.isoformat(), answer.tzinfo) == (expected, AMSTERDAM)


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2050, 1, 1)),
    st.sampled_from(["NL", "BE"]),
    st.times(),
    st.times(),
    st.booleans(),
)
def test_the_first_moment_within_the_hours(moment, country, one, other, rest_days):
    start, end = sorted((one, other))
    assume(start != end)
    hours = ContactHours(start, end, rest_days)
    answer = next_contact(country, moment, hours)
    rests = answer.weekday() == SUNDAY or is_holiday(country, answer.date())
    assert start <= answer.time() < end
    assert not (rest_days and rests)
    assert next_contact(country, answer, hours) == answer
    assert moment <= answer <= moment + timedelta(6)  # at most a long Christmas
    if answer != moment:
        assert answer.time() == start
        before = answer - timedelta(days=1)
        # a start of contact one day earlier would have lain before the question, or on a day of rest
        assert before < moment or (rest_days and next_contact(country, before, hours) != before)


@pytest.mark.parametrize(("start", "end"), [(time(7), time(7)), (time(20), time(7)), (time(0, 0, 1), time(0))])
def test_hours_that_do_not_run_forward_are_refused(start, end):
    with pytest.raises(DateError) as error:
        ContactHours(start, end)
    assert error.value.field == "end"


def test_the_shortest_hours():
    hours = ContactHours(time(7), time(7, 0, 0, 1))
    assert next_contact("NL", at("2026-03-16 07:00"), hours) == at("2026-03-16 07:00")
    assert next_contact("NL", at("2026-03-16 07:00:00.000001"), hours) == at("2026-03-17 07:00")


def test_unknown_country_names_the_field():
    with pytest.raises(ChoiceError) as error:
        next_contact("Atlantis", at("2026-03-16 12:00"), NL)
    assert error.value.field == "country"
