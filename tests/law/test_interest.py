"""Interest: conventions, oracles, rate changes, anniversaries, part payments, speed."""

import time
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, ROUND_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law.errors import (
    AmountError,
    ChoiceError,
    DateError,
    RatePeriodError,
    RateTableError,
)
from odoo.addons.cremann_dunning.law.interest import DAY_COUNTS, Rate, RateTable, interest

from .support import D, cases, day, table

DAY = timedelta(days=1)
SIX_PLACES = D("0.000001")


def rounded(fraction: Fraction) -> Decimal:
    cents = (2 * 100 * fraction.numerator + fraction.denominator) // (2 * fraction.denominator)
    return Decimal(cents).scaleb(-2)


# --- the oracles ----------------------------------------------------------------------------------------------


ORACLES = [
    pytest.param(case, day_count, id=f"{case['id']}-{day_count}")
    for case in cases("interest")
    for day_count in case["expected"]
]


@pytest.mark.parametrize(("case", "day_count"), ORACLES)
def test_oracle(case, day_count):
    expected = case["expected"][day_count]
    result = interest(
        D(case["principal"]),
        day(case["due_date"]),
        day(case["last_interest_day_incl"]),
        table(case["kind"]),
        "simple" if case["compounding"].startswith("none") else "yearly",
        day_count,
    )
    assert result.total == D(expected["interest"])
    assert result.days == case["total_days"]
    assert result.segments[0].first_day == day(case["first_interest_day"])
    assert result.segments[-1].last_day == day(case["last_interest_day_incl"])
    assert [_as_step(segment) for segment in result.segments] == expected["steps"]


def _as_step(segment) -> dict:
    step = {
        "base": str(segment.base),
        "from": segment.first_day.isoformat(),
        "to_incl": segment.last_day.isoformat(),
        "days": segment.days,
        "rate_percent": str(segment.percent),
        "denominator": segment.denominator,
        "interest_unrounded": str(segment.interest.quantize(SIX_PLACES, ROUND_HALF_UP)),
        "interest_year_total_rounded": None if segment.year_total is None else str(segment.year_total),
        "capitalised_on": None if segment.capitalised_on is None else segment.capitalised_on.isoformat(),
        "new_base": None if segment.new_base is None else str(segment.new_base),
    }
    return {key: value for key, value in step.items() if value is not None}


# The table of section 3.5 of the reference, for the rows that the oracles leave out.
@pytest.mark.parametrize(
    ("kind", "principal", "due_date", "until", "compounding", "act_365", "act_act"),
    [
        ("nl_trade", "10000.00", "2024-06-15", "2024-12-31", "yearly", "668.90", "668.90"),
        ("nl_trade", "5000.00", "2023-03-31", "2025-09-30", "yearly", "1596.47", "1594.56"),
        ("nl_consumer", "1000.00", "2022-10-31", "2026-11-21", "yearly", "237.79", "237.57"),
        ("nl_consumer", "3000.00", "2014-05-28", "2014-12-11", "yearly", "48.58", "48.58"),
        ("nl_trade", "5000.00", "2023-03-31", "2025-09-30", "simple", "1458.14", None),
        ("be_trade", "5000.00", "2025-05-31", "2025-10-15", "simple", "201.16", "201.16"),
        ("be_trade", "1210.00", "2026-05-15", "2026-11-21", "simple", "66.14", "66.14"),
        ("be_legal", "1000.00", "2024-11-30", "2026-03-31", "simple", "60.98", "60.98"),
        # be_b2c_full: SME from the day after sending, others from the end of the fourteen days
        ("be_trade", "1000.00", "2026-09-01", "2026-11-21", "simple", "23.30", "23.30"),
        ("be_trade", "1000.00", "2026-09-15", "2026-11-21", "simple", "19.27", "19.27"),
    ],
)
def test_examples_of_the_reference(kind, principal, due_date, until, compounding, act_365, act_act):
    arguments = D(principal), day(due_date), day(until), table(kind), compounding
    assert interest(*arguments, "act/365").total == D(act_365)
    if act_act:
        assert interest(*arguments, "act/act_interest_year").total == D(act_act)


def test_belgian_business_claim():
    case = cases("be_b2b")[0]
    result = interest(D("5000.00"), date(2025, 5, 31), date(2025, 10, 15), table("be_trade"), "simple")
    assert result.total == D(case["interest"])
    assert result.total + D(case["lump_sum"]) == D(case["total_extra"])


# --- first day, last day, rate change -------------------------------------------------------------------------


TWO_RATES = RateTable.from_rows([(date(2025, 1, 1), D("10.00")), (date(2025, 7, 1), D("20.00"))])


@pytest.mark.parametrize(
    ("until", "days", "total"),
    [(date(2025, 3, 10), 0, "0.00"), (date(2025, 3, 11), 1, "10.00"), (date(2025, 3, 12), 2, "20.00")],
)
def test_first_day_is_the_day_after_the_due_date(until, days, total):
    result = interest(D("36500.00"), date(2025, 3, 10), until, TWO_RATES)
    assert (result.days, result.total) == (days, D(total))


@pytest.mark.parametrize(
    ("until", "total"),
    [(date(2025, 6, 30), "10.00"), (date(2025, 7, 1), "30.00"), (date(2025, 7, 2), "50.00")],
)
def test_new_rate_holds_on_its_first_day(until, total):
    assert interest(D("36500.00"), date(2025, 6, 29), until, TWO_RATES).total == D(total)


@pytest.mark.parametrize(
    ("due_date", "percents"),
    [
        (date(2025, 6, 29), ["10.00", "20.00"]),
        (date(2025, 6, 30), ["20.00"]),
        (date(2025, 7, 1), ["20.00"]),
    ],
)
def test_due_date_around_a_rate_change(due_date, percents):
    segments = interest(D("100.00"), due_date, date(2025, 7, 5), TWO_RATES).segments
    assert [str(segment.percent) for segment in segments] == percents


def test_zero_days_have_no_segments():
    result = interest(D("100.00"), date(2025, 3, 10), date(2025, 3, 10), TWO_RATES)
    assert (result.total, result.segments, result.base) == (0, (), D("100.00"))


def test_equal_rates_make_one_segment():
    result = interest(D("100.00"), date(2020, 3, 1), date(2020, 12, 31), table("nl_trade"))
    assert [segment.days for segment in result.segments] == [305]


# --- the interest year ----------------------------------------------------------------------------------------


FLAT = RateTable.flat(D("10"))


@pytest.mark.parametrize(
    ("until", "total", "base"),
    [
        (date(2026, 3, 9), "3640.00", "36500.00"),
        (date(2026, 3, 10), "3650.00", "40150.00"),
        (date(2026, 3, 11), "3661.00", "40150.00"),
    ],
)
def test_interest_joins_the_base_on_the_anniversary(until, total, base):
    result = interest(D("36500.00"), date(2025, 3, 10), until, FLAT)
    assert (result.total, result.base) == (D(total), D(base))


def test_simple_interest_never_joins_the_base():
    result = interest(D("36500.00"), date(2023, 3, 10), date(2026, 3, 10), FLAT, "simple")
    assert (result.total, result.base) == (D("10960.00"), D("36500.00"))  # 1096 days
    assert len(result.segments) == 1


def test_29_february_has_its_anniversary_on_the_28th_in_other_years():
    result = interest(D("1000.00"), date(2020, 2, 28), date(2024, 3, 1), FLAT, "yearly", "act/act_interest_year")
    joined = [segment.capitalised_on for segment in result.segments if segment.capitalised_on]
    assert joined == [date(2021, 2, 28), date(2022, 2, 28), date(2023, 2, 28), date(2024, 2, 29)]
    assert [segment.denominator for segment in result.segments] == [365, 365, 365, 366, 365]


@pytest.mark.parametrize(
    ("due_date", "denominator"),
    [
        (date(2023, 2, 27), 365),  # 28 February 2023 to 27 February 2024
        (date(2023, 2, 28), 366),  # 1 March 2023 to 29 February 2024
        (date(2024, 2, 27), 366),  # 28 February 2024 to 27 February 2025
        (date(2024, 2, 28), 365),  # 29 February 2024 to 27 February 2025
        (date(2024, 2, 29), 365),
    ],
)
def test_length_of_the_interest_year(due_date, denominator):
    until = due_date + timedelta(30)
    result = interest(D("100.00"), due_date, until, FLAT, day_count="act/act_interest_year")
    assert {segment.denominator for segment in result.segments} == {denominator}


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)))
def test_a_whole_interest_year_is_the_yearly_percentage(due_date):
    first = due_date + DAY
    try:
        last = first.replace(year=first.year + 1) - DAY
    except ValueError:
        last = date(first.year + 1, 2, 27)
    for compounding in ("yearly", "simple"):
        result = interest(D("1000.00"), due_date, last, FLAT, compounding, "act/act_interest_year")
        assert result.total == D("100.00")


# --- against a reckoning day by day ---------------------------------------------------------------------------


def by_day(principal, due_date, until, rates, compounding, day_count):
    """The slow and obvious way: one day after another, in fractions."""
    base, running, total = Fraction(principal), Fraction(0), Decimal(0)
    first = due_date + DAY
    year, current = 1, first
    anniversaries = [first, *(_anniversary(first, n) for n in range(1, 60))]
    while current <= until:
        length = 365 if day_count == "act/365" else (anniversaries[year] - anniversaries[year - 1]).days
        running += base * Fraction(rates.percent_on(current)) / 100 / length
        current += DAY
        if current == anniversaries[year]:
            year += 1
            if compounding == "yearly":
                total += rounded(running)
                base += Fraction(rounded(running))
                running = Fraction(0)
    return total + rounded(running)


def _anniversary(first, years):
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return date(first.year + years, 2, 28)


money = st.decimals(min_value=0, max_value=1_000_000, places=2)
due_dates = st.dates(date(2012, 1, 1), date(2026, 1, 1))
spans = st.integers(0, 2200)
compoundings = st.sampled_from(["yearly", "simple"])
day_counts = st.sampled_from(DAY_COUNTS)
kinds = st.sampled_from(["nl_trade", "nl_consumer", "be_trade", "be_legal"])


@given(money, due_dates, spans, kinds, compoundings, day_counts)
def test_same_as_day_by_day(principal, due_date, span, kind, compounding, day_count):
    until = due_date + timedelta(span)
    result = interest(principal, due_date, until, table(kind), compounding, day_count)
    assert result.total == by_day(principal, due_date, until, table(kind), compounding, day_count)


@given(money, due_dates, spans, kinds, compoundings, day_counts)
def test_segments_cover_every_day_once(principal, due_date, span, kind, compounding, day_count):
    until = due_date + timedelta(span)
    result = interest(principal, due_date, until, table(kind), compounding, day_count)
    expected = due_date + DAY
    for segment in result.segments:
        assert segment.first_day == expected
        assert segment.days == (segment.last_day - segment.first_day).days + 1 > 0
        expected = segment.last_day + DAY
    assert expected == until + DAY
    assert result.total == sum(segment.year_total or 0 for segment in result.segments)


# What holds of a split period. Simple interest: the unrounded halves equal the whole, so the totals differ by
# no more than the one cent that rounding twice can make. Yearly: the same inside one interest year; and exactly,
# cents included, when the split falls on an anniversary and the second half starts from the new base.


@given(money, due_dates, spans, st.integers(0, 2200), kinds)
def test_simple_interest_over_a_split_period(principal, due_date, span, part, kind):
    until = due_date + timedelta(span)
    middle = due_date + timedelta(min(span, part))
    whole, one, two = (
        interest(principal, *period, table(kind), "simple")
        for period in ((due_date, until), (due_date, middle), (middle, until))
    )
    exact = [sum(segment.interest for segment in result.segments) for result in (whole, one, two)]
    assert abs(exact[0] - exact[1] - exact[2]) < D("1e-20")
    assert abs(whole.total - one.total - two.total) <= D("0.01")
    assert whole.days == one.days + two.days


@given(money, due_dates, st.integers(0, 364), st.integers(0, 364), kinds)
def test_yearly_interest_over_a_split_interest_year(principal, due_date, one, two, kind):
    middle, until = sorted((due_date + timedelta(one), due_date + timedelta(two)))
    whole = interest(principal, due_date, until, table(kind)).total
    halves = (
        interest(principal, due_date, middle, table(kind)).total + interest(principal, middle, until, table(kind)).total
    )
    assert abs(whole - halves) <= D("0.01")


@given(money, due_dates, spans, st.integers(1, 5), kinds, day_counts)
def test_yearly_interest_split_on_an_anniversary(principal, due_date, span, years, kind, day_count):
    first = due_date + DAY
    if (first.month, first.day) == (2, 29):  # its anniversaries move to the 28th; a second half would not move back
        return
    middle = _anniversary(first, years) - DAY
    until = middle + timedelta(span)
    one = interest(principal, due_date, middle, table(kind), "yearly", day_count)
    two = interest(one.base, middle, until, table(kind), "yearly", day_count)
    whole = interest(principal, due_date, until, table(kind), "yearly", day_count)
    assert whole.total == one.total + two.total
    assert one.base == principal + one.total


@given(money, due_dates, spans, kinds, compoundings)
def test_actual_year_is_never_dearer(principal, due_date, span, kind, compounding):
    arguments = principal, due_date, due_date + timedelta(span), table(kind), compounding
    assert interest(*arguments, "act/act_interest_year").total <= interest(*arguments, "act/365").total


@given(money, due_dates, spans, kinds, compoundings, day_counts)
def test_a_day_more_never_costs_less(principal, due_date, span, kind, compounding, day_count):
    until = due_date + timedelta(span)
    today = interest(principal, due_date, until, table(kind), compounding, day_count)
    tomorrow = interest(principal, due_date, until + DAY, table(kind), compounding, day_count)
    assert tomorrow.total >= today.total
    assert abs(tomorrow.total - today.total - today.per_day) <= D("0.01")


# --- per day --------------------------------------------------------------------------------------------------


def test_per_day_is_what_the_next_day_adds():
    result = interest(D("36500.00"), date(2025, 6, 1), date(2025, 6, 30), TWO_RATES)
    assert (result.per_day, result.per_day_exact) == (D("20.00"), 20)
    assert interest(D("36500.00"), date(2025, 6, 1), date(2025, 6, 29), TWO_RATES).per_day == D("10.00")


def test_per_day_after_an_anniversary_counts_the_new_base():
    assert interest(D("36500.00"), date(2025, 3, 10), date(2026, 3, 10), FLAT).per_day == D("11.00")


# --- a debtor who pays in parts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid_on", "total"),
    # 10.00 a day over 36500 and 5.00 over half of it, ten days
    [(date(2025, 3, 13), "65.00"), (date(2025, 3, 14), "70.00"), (date(2025, 3, 15), "75.00")],
)
def test_day_of_payment_bears_interest_over_the_part_paid(paid_on, total):
    until = date(2025, 3, 20)
    result = interest(D("36500.00"), date(2025, 3, 10), until, FLAT, payments=[(paid_on, D("18250.00"))])
    assert (result.total, result.principal) == (D(total), D("18250.00"))


def test_payment_on_or_before_the_due_date_bears_no_interest():
    payments = [(date(2025, 3, 10), D("18250.00"))]
    result = interest(D("36500.00"), date(2025, 3, 10), date(2025, 3, 20), FLAT, payments=payments)
    assert result.total == D("50.00")


def test_payments_in_any_order_and_after_the_day_asked():
    payments = [(date(2025, 4, 1), D("500.00")), (date(2025, 3, 14), D("18250.00"))]
    result = interest(D("36500.00"), date(2025, 3, 10), date(2025, 3, 20), FLAT, payments=payments)
    assert (result.total, result.principal) == (D("70.00"), D("18250.00"))


def test_payment_on_the_last_day_lowers_what_is_left_only():
    paid_on = date(2025, 3, 20)
    result = interest(D("36500.00"), date(2025, 3, 10), paid_on, FLAT, payments=[(paid_on, D("18250.00"))])
    assert (result.total, result.principal, result.per_day) == (D("100.00"), D("18250.00"), D("5.00"))


def test_paid_off_bears_no_more_interest():
    payments = [(date(2025, 3, 14), D("36500.00"))]
    result = interest(D("36500.00"), date(2025, 3, 10), date(2025, 12, 31), FLAT, "simple", payments=payments)
    assert (result.total, result.per_day) == (D("40.00"), 0)


def test_interest_of_the_year_joins_the_base_after_part_payments():
    payments = [(date(2025, 3, 14), D("36500.00"))]
    result = interest(D("36500.00"), date(2025, 3, 10), date(2027, 3, 10), FLAT, payments=payments)
    assert result.total == D("44.00")  # 40.00 in the first year, 4.00 over it in the second


@given(money, money, due_dates, spans, st.integers(0, 2200), kinds)
def test_parts_bear_what_each_would_alone(one, two, due_date, span, paid_after, kind):
    until = due_date + timedelta(span)
    paid_on = due_date + timedelta(min(paid_after, span))
    together = interest(one + two, due_date, until, table(kind), "simple", payments=[(paid_on, one)])
    apart = (
        interest(one, due_date, paid_on, table(kind), "simple").total
        + interest(two, due_date, until, table(kind), "simple").total
    )
    assert abs(together.total - apart) <= D("0.01")


def test_more_paid_than_owed_is_an_error():
    with pytest.raises(AmountError) as error:
        interest(D("100"), date(2025, 1, 1), date(2025, 2, 1), FLAT, payments=[(date(2025, 1, 5), D("100.01"))])
    assert error.value.field == "payments"


# --- contractual rates ----------------------------------------------------------------------------------------


def test_contractual_rate():
    assert interest(D("1000.00"), date(2025, 12, 31), date(2026, 12, 31), RateTable.flat(D("12"))).total == 120


def test_higher_agreed_rate_goes_on():
    agreed = table("nl_trade").at_least(D("10.50"))
    assert agreed.percent_on(date(2025, 6, 30)) == D("11.15")
    assert agreed.percent_on(date(2025, 7, 1)) == D("10.50")


def test_clause_above_the_belgian_reference_is_capped():
    capped = table("be_trade").at_most(D("12.00"))
    assert capped.percent_on(date(2024, 6, 30)) == D("12.00")
    assert capped.percent_on(date(2026, 7, 1)) == D("10.50")


def test_free_of_interest_by_contract():
    assert interest(D("1000.00"), date(2025, 1, 1), date(2026, 6, 1), RateTable.flat(D("0"))).total == 0


def test_odd_percentages_are_shown_as_agreed():
    result = interest(D("1000.00"), date(2025, 1, 1), date(2025, 1, 2), RateTable.flat(D("10.125")))
    assert str(result.segments[0].percent) == "10.125"


# --- the rate table -------------------------------------------------------------------------------------------


def rates(*days):
    return tuple(Rate(start, D("8.00")) for start in days)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((), "no rows"),
        (rates(date(2026, 1, 1), date(2026, 1, 1)), "twice"),
        (rates(date(2026, 7, 1), date(2026, 1, 1)), "not sorted"),
    ],
)
def test_bad_table(rows, message):
    with pytest.raises(RateTableError, match=message) as error:
        RateTable(rows)
    assert error.value.field == "rates"


def test_gap_in_a_regular_table():
    days = date(2025, 1, 1), date(2025, 7, 1), date(2026, 7, 1)
    with pytest.raises(RateTableError, match="2026-01-01"):
        RateTable(rates(*days), "nl_trade", 6)
    assert RateTable(rates(*days)).missing() == []


def test_extra_row_in_a_regular_table_is_no_gap():
    RateTable(rates(date(2013, 1, 1), date(2013, 3, 16), date(2013, 7, 1)), "be_trade", 6)
    RateTable(rates(date(2013, 3, 16), date(2013, 7, 1)), "be_trade", 6)


def test_odd_interval_of_a_table():
    with pytest.raises(RateTableError) as error:
        RateTable(rates(date(2026, 1, 1)), months=5)
    assert error.value.field == "months"


@pytest.mark.parametrize("percent", [D("-0.01"), 8.0, None, D("1000.01"), Decimal("NaN")])
def test_bad_percentage(percent):
    with pytest.raises(AmountError) as error:
        RateTable((Rate(date(2026, 1, 1), percent),))
    assert error.value.field == "percent"


def test_bad_day_in_a_table():
    with pytest.raises(DateError) as error:
        RateTable.from_rows([("2026-01-01", D("8"))])
    assert error.value.field == "valid_from"


def test_rows_in_any_order():
    days = [date(2026, 7, 1), date(2025, 7, 1), date(2026, 1, 1)]
    built = RateTable.from_rows([(start, D("8")) for start in days], months=6)
    assert [rate.valid_from for rate in built.rates] == sorted(days)
    assert built == RateTable.from_rows([(start, D("8")) for start in sorted(days)], months=6)


def test_newest():
    assert table("nl_trade").newest == Rate(date(2026, 7, 1), D("10.40"))


@pytest.mark.parametrize(
    ("on", "stale"), [(date(2027, 1, 31), False), (date(2027, 2, 1), False), (date(2027, 2, 2), True)]
)
def test_stale_after_seven_months(on, stale):
    assert table("nl_trade").is_stale(on) is stale


def test_stale_after_another_time():
    assert table("be_legal").is_stale(date(2026, 11, 21))
    assert not table("be_legal").is_stale(date(2026, 11, 21), months=13)
    assert not FLAT.is_stale(date(2090, 1, 1))


@pytest.mark.parametrize(
    ("on", "percent"), [(date(2026, 6, 30), "10.15"), (date(2026, 7, 1), "10.40"), (date(2026, 7, 2), "10.40")]
)
def test_percent_on(on, percent):
    assert table("nl_trade").percent_on(on) == D(percent)


# --- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("due_date", "works"), [(date(2009, 6, 29), False), (date(2009, 6, 30), True)])
def test_no_rate_before_the_first_row(due_date, works):
    if works:
        assert interest(D("100"), due_date, date(2010, 6, 30), table("nl_trade")).total == D("8.00")
        return
    with pytest.raises(RatePeriodError, match="nl_trade") as error:
        interest(D("100"), due_date, date(2010, 6, 30), table("nl_trade"))
    assert error.value.field == "due_date"
    with pytest.raises(RatePeriodError):
        table("nl_trade").percent_on(due_date)


def test_first_row_holds_on_its_first_day():
    assert table("nl_trade").percent_on(date(2009, 7, 1)) == D("8.00")
    with pytest.raises(RatePeriodError) as error:
        table("nl_trade").percent_on(date(2009, 6, 30))
    assert error.value.field == "day"


def test_due_date_after_the_claim_date():
    with pytest.raises(DateError) as error:
        interest(D("100"), date(2026, 1, 2), date(2026, 1, 1), FLAT)
    assert error.value.field == "until"


@pytest.mark.parametrize(
    ("changed", "error_type", "field"),
    [
        ({"principal": D("-0.01")}, AmountError, "principal"),
        ({"principal": 100.0}, AmountError, "principal"),
        ({"principal": D("0.001")}, AmountError, "principal"),
        ({"due_date": "2026-01-01"}, DateError, "due_date"),
        ({"until": None}, DateError, "until"),
        ({"table": None}, RateTableError, "table"),
        ({"compounding": "monthly"}, ChoiceError, "compounding"),
        ({"day_count": "30/360"}, ChoiceError, "day_count"),
        ({"payments": [(date(2026, 1, 5), D("-1"))]}, AmountError, "payments"),
        ({"payments": [("2026-01-05", D("1"))]}, DateError, "payments"),
    ],
)
def test_bad_input_names_the_field(changed, error_type, field):
    arguments = {
        "principal": D("100.00"),
        "due_date": date(2026, 1, 1),
        "until": date(2026, 2, 1),
        "table": FLAT,
    }
    with pytest.raises(error_type) as error:
        interest(**{**arguments, **changed})
    assert error.value.field == field


def test_zero_principal_bears_no_interest():
    assert interest(D("0"), date(2020, 1, 1), date(2026, 1, 1), FLAT).total == 0


def test_huge_principal_is_exact():
    # 10% over a year of 365 days, to the cent, on an amount that a float cannot hold
    result = interest(D("900719925474099.30"), date(2024, 12, 31), date(2025, 12, 31), FLAT)
    assert result.total == D("90071992547409.93")


def test_decimal_context_of_the_caller_changes_nothing():
    arguments = D("5000.00"), date(2023, 3, 31), date(2025, 9, 30), table("nl_trade")
    with localcontext(Context(prec=4, rounding=ROUND_UP)):
        result = interest(*arguments)
        assert str(result.total) == "1596.47"
        assert str(result.segments[3].base) == "5589.18"


# --- speed ----------------------------------------------------------------------------------------------------


def test_ten_thousand_in_under_a_second():
    rows = [(date(year, month, 1), D("8") + year + D(month)) for year in range(2014, 2027) for month in (1, 7)]
    half_yearly = RateTable.from_rows([(start, percent / 1000) for start, percent in rows], months=6)
    arguments = [
        (D("100.00") + number, date(2015, 1, 1) + timedelta(number % 400), date(2025, 6, 1) + timedelta(number % 300))
        for number in range(10_000)
    ]
    # The best of three, on the processor's clock: neighbours on the machine are not what is measured.
    seconds = []
    for _attempt in range(3):
        start = time.process_time()
        for principal, due_date, until in arguments:
            interest(principal, due_date, until, half_yearly)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1
