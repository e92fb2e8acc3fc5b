"""Working days, public holidays and postal days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law import calendar
from odoo.addons.cremann_dunning.law.calendar import DeliveryDays
from odoo.addons.cremann_dunning.law.errors import ChoiceError, DateError

days = st.dates(date(2010, 1, 1), date(2050, 12, 1))
countries = st.sampled_from(["NL", "BE"])


def weekdays_off(country, year):
    return {day for day in calendar.public_holidays(country, year) if day.weekday() < calendar.SUNDAY}


def test_dutch_holidays_of_the_termijnenwet():
    assert weekdays_off("NL", 2026) == {
        date(2026, 1, 1),
        date(2026, 4, 3),  # Good Friday, equated
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 5),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    }


def test_belgian_legal_holidays():
    assert weekdays_off("BE", 2026) == {
        date(2026, 1, 1),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 7, 21),
        date(2026, 8, 15),
        date(2026, 11, 11),
        date(2026, 12, 25),
    }
    assert date(2026, 11, 1) in calendar.public_holidays("BE", 2026)


# Easter Sunday, so that the test does not take the library's word for it.
EASTER = {2012: (4, 8), 2015: (4, 5), 2019: (4, 21), 2022: (4, 17), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28)}


@pytest.mark.parametrize(("year", "easter"), EASTER.items())
def test_good_friday_and_5_may_every_year(year, easter):
    off = calendar.public_holidays("NL", year)
    assert date(year, *easter) - timedelta(2) in off
    assert date(year, 5, 5) in off


def test_kings_day_moves_off_sunday():
    assert date(2025, 4, 26) in calendar.public_holidays("NL", 2025)
    assert date(2025, 4, 27) not in calendar.public_holidays("NL", 2025)


@pytest.mark.parametrize(
    ("country", "day", "working"),
    [
        ("NL", date(2026, 5, 4), True),
        ("NL", date(2026, 5, 5), False),
        ("NL", date(2026, 5, 6), True),
        ("BE", date(2026, 5, 5), True),
        ("BE", date(2026, 11, 10), True),
        ("BE", date(2026, 11, 11), False),
        ("BE", date(2026, 11, 12), True),
        ("NL", date(2026, 11, 11), True),
        ("NL", date(2026, 11, 20), True),
        ("NL", date(2026, 11, 21), False),
        ("NL", date(2026, 11, 22), False),
        ("NL", date(2026, 11, 23), True),
        ("BE", date(2026, 4, 3), True),
    ],
)
def test_working_days(country, day, working):
    assert calendar.is_working_day(country, day) is working


def test_next_working_day_is_the_day_itself_or_later():
    assert calendar.next_working_day("NL", date(2026, 11, 20)) == date(2026, 11, 20)
    assert calendar.next_working_day("NL", date(2026, 11, 21)) == date(2026, 11, 23)


def test_chain_of_weekend_and_holidays_at_christmas():
    # Thursday 24, Friday 25 and Saturday 26 December 2026, then a Sunday.
    assert calendar.next_working_day("NL", date(2026, 12, 25)) == date(2026, 12, 28)
    assert calendar.next_working_day("BE", date(2026, 12, 25)) == date(2026, 12, 28)
    assert calendar.add_working_days("NL", date(2026, 12, 24), 1) == date(2026, 12, 28)


def test_chain_across_new_year():
    # 1 January 2028 is a Saturday; Friday 31 December is an ordinary day.
    assert calendar.next_working_day("NL", date(2028, 1, 1)) == date(2028, 1, 3)
    assert calendar.add_working_days("BE", date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_decreed_days_can_be_added():
    extra = {date(2026, 5, 15)}
    assert calendar.next_working_day("NL", date(2026, 5, 14), extra) == date(2026, 5, 18)
    assert not calendar.is_delivery_day("NL", date(2026, 5, 15), extra)


@pytest.mark.parametrize(
    ("day", "delivered"),
    [
        (date(2026, 11, 21), True),  # Saturday
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), False),  # Monday
        (date(2026, 11, 24), True),
        (date(2026, 12, 25), False),
    ],
)
def test_dutch_post_comes_tuesday_to_saturday(day, delivered):
    assert calendar.is_delivery_day("NL", day) is delivered


def test_post_elsewhere_comes_on_working_days():
    assert calendar.is_delivery_day("BE", date(2026, 11, 23))
    assert not calendar.is_delivery_day("BE", date(2026, 11, 21))


@pytest.mark.parametrize(
    ("sent_on", "expected"),
    [
        (date(2010, 1, 1), 2),
        (date(2026, 6, 30), 2),
        (date(2026, 7, 1), 3),
        (date(2026, 7, 2), 3),
        (date(2027, 6, 30), 3),
        (date(2027, 7, 1), 4),
        (date(2027, 7, 2), 4),
    ],
)
def test_delivery_days_are_dated(sent_on, expected):
    assert calendar.POST_DELIVERY_DAYS.on(sent_on) == expected
    assert calendar.delivery_days_on(sent_on, None) == expected


def test_delivery_days_as_number_rows_or_table():
    sent_on = date(2026, 11, 1)
    assert calendar.delivery_days_on(sent_on, 5) == 5
    assert calendar.delivery_days_on(sent_on, 2) == 2
    assert calendar.delivery_days_on(sent_on, [(date(2020, 1, 1), 2), (date(2026, 1, 1), 6)]) == 6
    assert calendar.delivery_days_on(sent_on, DeliveryDays(((date(2020, 1, 1), 4),))) == 4


@pytest.mark.parametrize(
    "rows",
    [
        (),
        ((date(2026, 1, 1), 2), (date(2026, 1, 1), 3)),
        ((date(2026, 7, 1), 3), (date(2026, 1, 1), 2)),
        ((date(2026, 1, 1), 1),),
        ((date(2026, 1, 1), 2.5),),
        (("2026-01-01", 2),),
    ],
)
def test_bad_table_of_delivery_days(rows):
    with pytest.raises(DateError) as error:
        DeliveryDays(rows)
    assert error.value.field == "delivery_days"


@pytest.mark.parametrize("number", [0, 1, -1, True])
def test_fewer_than_two_delivery_days_would_be_too_early(number):
    with pytest.raises(DateError):
        calendar.delivery_days_on(date(2026, 1, 1), number)


@pytest.mark.parametrize("country", ["XX", "", "nl", None, 31])
def test_unknown_country(country):
    with pytest.raises(ChoiceError) as error:
        calendar.is_working_day(country, date(2026, 1, 1))
    assert error.value.field == "country"


def test_other_countries_are_known_to_the_library():
    assert not calendar.is_working_day("DE", date(2026, 10, 3))


@pytest.mark.parametrize("count", [0, -1, 1.0, True])
def test_count_of_days(count):
    with pytest.raises(DateError) as error:
        calendar.add_working_days("NL", date(2026, 1, 1), count)
    assert error.value.field == "count"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months(day, months, expected):
    assert calendar.add_months(day, months) == expected


@given(countries, days)
def test_next_working_day_works_and_skips_none(country, day):
    found = calendar.next_working_day(country, day)
    assert found >= day
    assert calendar.is_working_day(country, found)
    skipped = [day + timedelta(n) for n in range((found - day).days)]
    assert not any(calendar.is_working_day(country, other) for other in skipped)


@given(countries, days, st.integers(1, 30))
def test_working_days_add_up(country, day, count):
    found = calendar.add_working_days(country, day, count)
    between = [day + timedelta(n) for n in range(1, (found - day).days + 1)]
    assert sum(calendar.is_working_day(country, other) for other in between) == count
    assert calendar.is_working_day(country, found)


@given(days, st.integers(1, 10))
def test_delivery_is_never_on_a_day_without_post(day, count):
    found = calendar.add_delivery_days("NL", day, count)
    assert found > day
    assert found.weekday() not in (calendar.SUNDAY, calendar.MONDAY)
    assert not calendar.is_holiday("NL", found)
