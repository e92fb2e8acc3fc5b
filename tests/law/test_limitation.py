"""Limitation: periods, interruption, safe dates and warnings."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law.errors import ChoiceError, DateError
from odoo.addons.cremann_dunning.law.limitation import (
    ACKNOWLEDGEMENT,
    CLAIM,
    DEMAND,
    INTERRUPTIONS,
    LAWYER_NOTICE,
    NEVER,
    PAYMENT,
    PAYMENT_ORDER,
    PERIODS,
    Interruption,
    Period,
    accessory,
    limitation,
    why_not,
)

from .support import cases, day

KINDS = {2: "consumer_sale", 5: "contract"}


@pytest.mark.parametrize("case", cases("nl_limitation"), ids=lambda case: case["type"])
def test_safe_last_day(case):
    result = limitation("NL", KINDS[case["years"]], day(case["due"]))
    assert result.safe_last_day == day(case["safe_last_stuiting_date"])


@pytest.mark.parametrize(
    ("country", "kind", "last_day"),
    [
        ("NL", "consumer_sale", date(2022, 11, 30)),
        ("NL", "contract", date(2025, 11, 30)),
        ("NL", "periodic", date(2025, 11, 30)),
        ("NL", "judgment", date(2040, 11, 30)),
        ("NL", "judgment_periodic", date(2025, 11, 30)),
        ("BE", "contract", date(2030, 11, 30)),
        ("BE", "periodic", date(2025, 11, 30)),
        ("BE", "utilities", date(2025, 11, 30)),
        ("BE", "consumer_sale", date(2021, 11, 30)),
        ("BE", "care", date(2022, 11, 30)),
        ("BE", "hospitality", date(2021, 5, 30)),
    ],
)
def test_periods(country, kind, last_day):
    result = limitation(country, kind, date(2020, 11, 30))
    assert result.last_day == result.original_last_day == last_day
    assert result.article


def test_29_february_ends_on_the_28th():
    assert limitation("NL", "consumer_sale", date(2024, 2, 29)).last_day == date(2026, 2, 28)


# --- interruption ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", INTERRUPTIONS)
def test_dutch_interruptions_start_a_new_period_of_equal_length(kind):
    act = Interruption(date(2022, 6, 1), kind)
    result = limitation("NL", "consumer_sale", date(2021, 1, 31), [act])
    assert (result.last_day, result.effective) == (date(2024, 6, 1), (act,))


@pytest.mark.parametrize("kind", INTERRUPTIONS)
def test_dutch_interruption_adds_five_years_at_most(kind):
    acts = [Interruption(date(2035, 1, 1), kind)]
    assert limitation("NL", "judgment", date(2016, 1, 1), acts).last_day == date(2040, 1, 1)


def test_interruption_never_ends_before_the_period_that_ran():
    acts = [Interruption(date(2017, 1, 1))]
    assert limitation("NL", "judgment", date(2016, 1, 1), acts).last_day == date(2036, 1, 1)


@pytest.mark.parametrize(
    ("on", "works"),
    [(date(2026, 11, 29), True), (date(2026, 11, 30), True), (date(2026, 12, 1), False)],
)
def test_interruption_on_the_last_day_is_in_time(on, works):
    result = limitation("NL", "consumer_sale", date(2024, 11, 30), [Interruption(on)])
    assert bool(result.effective) is works
    assert bool(result.ineffective) is not works
    assert (result.last_day > result.original_last_day) is works


@pytest.mark.parametrize(
    ("on", "works"),
    [(date(2024, 11, 29), False), (date(2024, 11, 30), False), (date(2024, 12, 1), True)],
)
def test_interruption_before_the_claim_is_due_does_nothing(on, works):
    result = limitation("NL", "consumer_sale", date(2024, 11, 30), [Interruption(on)])
    assert bool(result.effective) is works


def test_chain_of_interruptions_in_any_order():
    acts = [Interruption(date(2025, 1, 1)), Interruption(date(2023, 6, 1))]
    result = limitation("NL", "consumer_sale", date(2021, 12, 31), acts)
    assert result.last_day == date(2027, 1, 1)
    assert [act.on for act in result.effective] == [date(2023, 6, 1), date(2025, 1, 1)]


def test_belgian_creditor_cannot_interrupt_by_a_letter():
    act = Interruption(date(2026, 1, 1), DEMAND)
    result = limitation("BE", "consumer_sale", date(2025, 6, 30), [act])
    assert (result.last_day, result.ineffective) == (date(2026, 6, 30), (act,))


@pytest.mark.parametrize("kind", [ACKNOWLEDGEMENT, CLAIM, PAYMENT_ORDER])
def test_belgian_interruptions(kind):
    result = limitation("BE", "contract", date(2020, 1, 31), [Interruption(date(2028, 3, 1), kind)])
    assert result.last_day == date(2038, 3, 1)


def test_belgian_lawyers_notice_gives_one_year_once():
    acts = [Interruption(date(2029, 6, 1), LAWYER_NOTICE), Interruption(date(2030, 5, 1), LAWYER_NOTICE)]
    result = limitation("BE", "contract", date(2020, 1, 31), acts)
    assert (result.last_day, result.ineffective) == (date(2030, 6, 1), (acts[1],))


def test_belgian_lawyers_notice_early_changes_nothing():
    acts = [Interruption(date(2022, 6, 1), LAWYER_NOTICE)]
    assert limitation("BE", "contract", date(2020, 1, 31), acts).last_day == date(2030, 1, 31)


def test_interest_lapses_with_its_claim():
    main = limitation("NL", "consumer_sale", date(2024, 11, 30))
    own = limitation("NL", "periodic", date(2024, 11, 30))
    assert accessory(main, own) == main.last_day == accessory(own, main)


# --- a period from a record -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "months", "due_date", "last_day"),
    [
        ("NL", 1, date(2026, 1, 31), date(2026, 2, 28)),
        ("NL", 12, date(2024, 2, 29), date(2025, 2, 28)),
        ("NL", 48, date(2024, 2, 29), date(2028, 2, 29)),
        ("NL", 36, date(2020, 11, 30), date(2023, 11, 30)),
        ("BE", 18, date(2020, 11, 30), date(2022, 5, 30)),
    ],
)
def test_period_of_a_record_takes_the_place_of_the_laws(country, months, due_date, last_day):
    result = limitation(country, "contract", due_date, period=Period(months, "own record"))
    assert result.last_day == result.original_last_day == last_day
    assert result.article == "own record"


@pytest.mark.parametrize(("on", "expired"), [(-1, False), (0, False), (1, True)])
def test_period_of_a_record_ends_on_its_last_day(on, expired):
    result = limitation("NL", "contract", date(2020, 11, 30), period=Period(36, "own record"))
    assert result.is_expired(date(2023, 11, 30) + timedelta(on)) is expired


@pytest.mark.parametrize(("country", "kind"), PERIODS)
def test_the_laws_own_period_as_a_record_changes_nothing(country, kind):
    act = Interruption(date(2021, 2, 1), ACKNOWLEDGEMENT)
    usual = limitation(country, kind, date(2020, 11, 30), [act])
    other = "periodic" if kind == "contract" else "contract"
    assert limitation(country, other, date(2020, 11, 30), [act], period=PERIODS[country, kind]) == usual
    assert usual.effective == (act,)


@pytest.mark.parametrize(
    ("country", "kind", "months", "last_day"),
    [
        ("NL", DEMAND, 12, date(2021, 11, 1)),  # a new period as long as the one before
        ("NL", DEMAND, 59, date(2025, 10, 1)),  # the same, just below the maximum
        ("NL", DEMAND, 61, date(2025, 11, 30)),  # five years at most, which end before the first
        ("NL", CLAIM, 60, date(2025, 11, 1)),
        ("BE", ACKNOWLEDGEMENT, 72, date(2026, 11, 1)),  # no maximum in Belgium
        ("BE", LAWYER_NOTICE, 12, date(2021, 11, 1)),
        ("BE", LAWYER_NOTICE, 24, date(2022, 10, 30)),  # one year, whatever the period is
        ("BE", DEMAND, 12, date(2021, 10, 30)),  # nothing at all
    ],
)
def test_interruption_of_a_period_of_a_record(country, kind, months, last_day):
    act = Interruption(date(2020, 11, 1), kind)
    result = limitation(country, "contract", date(2020, 10, 30), [act], period=Period(months, "own record"))
    assert result.last_day == last_day


@pytest.mark.parametrize("months", [0, -1, 1.5, True, None, "12"])
def test_period_that_is_no_number_of_months_is_refused(months):
    with pytest.raises(DateError) as error:
        limitation("NL", "contract", date(2026, 1, 1), period=Period(months, "own record"))
    assert error.value.field == "period"


def test_country_of_a_period_of_a_record_must_be_known():
    with pytest.raises(ChoiceError) as error:
        limitation("DE", "contract", date(2026, 1, 1), period=Period(36, "own record"))
    assert error.value.field == "country"


# --- warnings -------------------------------------------------------------------------------------------------


SALE = limitation("NL", "consumer_sale", date(2024, 11, 30))  # safe until 29 November 2026


def test_days_of_warning():
    assert SALE.warnings() == (date(2026, 5, 29), date(2026, 8, 29), date(2026, 10, 29))


@pytest.mark.parametrize(
    ("on", "warning"),
    [
        (date(2026, 5, 28), None),
        (date(2026, 5, 29), 6),
        (date(2026, 5, 30), 6),
        (date(2026, 8, 28), 6),
        (date(2026, 8, 29), 3),
        (date(2026, 8, 30), 3),
        (date(2026, 10, 28), 3),
        (date(2026, 10, 29), 1),
        (date(2026, 10, 30), 1),
        (date(2026, 11, 28), 1),
        (date(2026, 11, 29), 1),
        (date(2026, 11, 30), 0),
    ],
)
def test_warning_on_a_day(on, warning):
    assert SALE.warning_on(on) == warning


@pytest.mark.parametrize(
    ("on", "expired"), [(date(2026, 11, 29), False), (date(2026, 11, 30), False), (date(2026, 12, 1), True)]
)
def test_expired_the_day_after_the_last(on, expired):
    assert SALE.is_expired(on) is expired


# --- properties and bad input ---------------------------------------------------------------------------------


some_day = st.dates(date(2012, 1, 1), date(2045, 1, 1))


@given(
    st.sampled_from(sorted(PERIODS)),
    some_day,
    st.lists(st.builds(Interruption, some_day, st.sampled_from(INTERRUPTIONS)), max_size=6),
)
def test_interruption_never_shortens(way, due_date, acts):
    country, kind = way
    result = limitation(country, kind, due_date, acts)
    assert due_date < result.original_last_day <= result.last_day
    assert len(result.effective) + len(result.ineffective) == len(acts)
    assert result.safe_last_day == result.last_day - timedelta(1)
    if acts and acts[-1].kind != LAWYER_NOTICE:  # which works once: an early one uses up a later one
        assert limitation(country, kind, due_date, acts[:-1]).last_day <= result.last_day


@pytest.mark.parametrize(
    ("arguments", "error_type", "field"),
    [
        (("DE", "contract", date(2026, 1, 1)), ChoiceError, "country"),
        (("NL", "utilities", date(2026, 1, 1)), ChoiceError, "kind"),
        (("NL", "contract", None), DateError, "due_date"),
        (("NL", "contract", date(2026, 1, 1), [Interruption(date(2026, 2, 1), "smoke")]), ChoiceError, "interruption"),
        (("NL", "contract", date(2026, 1, 1), [Interruption("2026-02-01")]), DateError, "on"),
    ],
)
def test_bad_input_names_the_field(arguments, error_type, field):
    with pytest.raises(error_type) as error:
        limitation(*arguments)
    assert error.value.field == field


# --- arrival, writing, what is left to do ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reached", "works"),
    [
        (date(2026, 11, 29), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
        (NEVER, False),
    ],
)
def test_letter_is_in_time_when_it_has_arrived(reached, works):
    """Sent on the last day but one; the new period counts from sending all the same."""
    act = Interruption(date(2026, 11, 29), DEMAND, reached)
    result = limitation("NL", "consumer_sale", date(2024, 11, 30), [act])
    assert bool(result.effective) is works
    assert result.last_day == (date(2028, 11, 29) if works else date(2026, 11, 30))


@pytest.mark.parametrize(
    ("country", "kind", "works"),
    [
        ("NL", "consumer_sale", True),
        ("NL", "contract", True),
        ("BE", "contract", True),
        ("BE", "periodic", True),
        ("BE", "consumer_sale", False),
        ("BE", "hospitality", False),
    ],
)
def test_part_payment_counts_where_no_writing_is_needed(country, kind, works):
    paid = Interruption(date(2020, 12, 1), PAYMENT)
    said = Interruption(date(2020, 12, 1), ACKNOWLEDGEMENT)
    assert bool(limitation(country, kind, date(2020, 11, 30), [paid]).effective) is works
    assert limitation(country, kind, date(2020, 11, 30), [said]).effective == (said,)


@pytest.mark.parametrize(
    ("country", "kind", "first", "without"),
    [
        ("NL", "consumer_sale", DEMAND, ()),
        ("NL", "contract", DEMAND, ()),
        ("BE", "contract", ACKNOWLEDGEMENT, (DEMAND,)),
        ("BE", "consumer_sale", ACKNOWLEDGEMENT, (DEMAND, PAYMENT)),
    ],
)
def test_ways_that_are_left_begin_with_the_easiest(country, kind, first, without):
    answer = limitation(country, kind, date(2020, 11, 30))
    assert answer.ways[0] == first
    assert not set(without) & set(answer.ways)
    assert CLAIM in answer.ways


def test_lawyers_notice_is_no_way_once_it_was_used():
    act = Interruption(date(2029, 6, 1), LAWYER_NOTICE)
    answer = limitation("BE", "contract", date(2020, 1, 31), [act])
    assert LAWYER_NOTICE not in answer.ways
    assert LAWYER_NOTICE in limitation("BE", "contract", date(2020, 1, 31)).ways


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (Interruption(date(2021, 1, 1), DEMAND), "kind"),
        (Interruption(date(2021, 1, 1), PAYMENT), "kind"),
        (Interruption(date(2020, 11, 30), ACKNOWLEDGEMENT), "early"),
        (Interruption(date(2021, 1, 1), ACKNOWLEDGEMENT, NEVER), "unproven"),
        (Interruption(date(2023, 1, 1), ACKNOWLEDGEMENT), "late"),
        (Interruption(date(2022, 5, 1), LAWYER_NOTICE), "once"),
    ],
)
def test_why_an_act_did_nothing(act, why):
    first = Interruption(date(2021, 10, 1), LAWYER_NOTICE)  # in force until 1 October 2022
    answer = limitation("BE", "consumer_sale", date(2020, 11, 30), [first, act])
    assert act in answer.ineffective
    assert why_not(act, answer, date(2020, 11, 30)) == why


def test_chain_of_a_belgian_consumer():
    """A lawyer's year, then an acknowledgement in it, then one a day too late."""
    due = date(2024, 11, 30)
    notice = Interruption(date(2025, 11, 30), LAWYER_NOTICE)
    said = Interruption(date(2026, 11, 30), ACKNOWLEDGEMENT)
    late = Interruption(date(2027, 12, 1), CLAIM)
    answer = limitation("BE", "consumer_sale", due, [late, said, notice])
    assert (answer.effective, answer.ineffective) == ((notice, said), (late,))
    assert answer.last_day == date(2027, 11, 30)
