"""Free terms, notices, payment terms and default: to the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law import calendar, terms
from odoo.addons.cremann_dunning.law.errors import ChoiceError, DateError, NoTermError
from odoo.addons.cremann_dunning.law.terms import DELIVERED, SEEN, free_term, notice_term

from .support import cases, day

DAY = timedelta(days=1)

# --- the oracles ----------------------------------------------------------------------------------------------


def ids(case):
    return f"{case['sent']}-{case.get('channel', 'post')}"


@pytest.mark.parametrize("case", cases("nl_14day_letter"), ids=ids)
def test_dutch_letter(case):
    term = free_term("NL", day(case["sent"]), case["channel"], delivery_days=2)
    assert term.receipt == day(case["assumed_receipt"])
    assert term.first_day == day(case["day_1"])
    assert term.counted_last_day == day(case["last_free_day"])
    assert term.last_day == day(case["last_free_day_weekend_extended"])
    assert term.counted_last_day + DAY == day(case["costs_due_from"])
    assert term.claimable_from == day(case["costs_due_from_conservative"])
    assert term.evidence == "presumed"


@pytest.mark.parametrize("case", cases("nl_14day_letter_margin_from_2026_07_01"), ids=ids)
@pytest.mark.parametrize("explicit", [True, False])
def test_dutch_letter_with_the_margin(case, explicit):
    term = free_term("NL", day(case["sent"]), "post", delivery_days=case["delivery_days"] if explicit else None)
    assert term.receipt == day(case["assumed_receipt"])
    assert term.first_day == day(case["day_1"])
    assert term.counted_last_day == day(case["last_free_day"])
    assert term.last_day == day(case["last_free_day_weekend_extended"])
    assert term.claimable_from == day(case["costs_due_from_conservative"])


# The table of section 2.4 of the reference.
@pytest.mark.parametrize(
    ("sent", "channel", "receipt", "counted", "last"),
    [
        ("2026-11-02", "post", "2026-11-04", "2026-11-18", "2026-11-18"),
        ("2026-11-05", "post", "2026-11-07", "2026-11-21", "2026-11-23"),
        ("2026-11-06", "post", "2026-11-10", "2026-11-24", "2026-11-24"),
        ("2026-11-07", "post", "2026-11-11", "2026-11-25", "2026-11-25"),
        ("2026-12-23", "post", "2026-12-29", "2027-01-12", "2027-01-12"),
        ("2026-04-02", "post", "2026-04-07", "2026-04-21", "2026-04-21"),
        ("2026-11-02", "email", "2026-11-02", "2026-11-16", "2026-11-16"),
        ("2026-11-21", "email", "2026-11-21", "2026-12-05", "2026-12-07"),
    ],
)
def test_dutch_letter_of_the_reference(sent, channel, receipt, counted, last):
    term = free_term("NL", day(sent), channel, delivery_days=2)
    assert (term.receipt, term.counted_last_day, term.last_day) == (day(receipt), day(counted), day(last))


def test_safe_margin_of_the_reference():
    term = free_term("NL", date(2026, 11, 2), "post")
    assert (term.receipt, term.last_day) == (date(2026, 11, 5), date(2026, 11, 19))


@pytest.mark.parametrize("case", cases("be_first_reminder"), ids=ids)
def test_belgian_first_reminder(case):
    term = free_term("BE", day(case["sent"]), case["channel"])
    assert term.first_day == day(case["day_1"])
    assert term.last_day == day(case["last_free_day"])
    assert term.claimable_from == day(case["clause_applies_from"])
    assert terms.clause_interest_from(term, small_enterprise=True) == day(case["sme_interest_may_start"])
    assert terms.clause_interest_from(term, small_enterprise=False) == day(case["non_sme_interest_may_start"])
    assert term.evidence == "statutory"


# The rows of the table in section 10.1 that the oracles leave out.
@pytest.mark.parametrize(
    ("sent", "channel", "first", "last"),
    [
        ("2026-11-06", "post", "2026-11-12", "2026-11-25"),
        ("2026-11-02", "email", "2026-11-03", "2026-11-16"),
        ("2026-11-02", "registered", "2026-11-05", "2026-11-18"),
    ],
)
def test_belgian_first_reminder_of_the_reference(sent, channel, first, last):
    term = free_term("BE", day(sent), channel)
    assert (term.first_day, term.last_day) == (day(first), day(last))


# --- proof of receipt -----------------------------------------------------------------------------------------


POSTED = date(2026, 11, 2)  # Monday; presumed to arrive on Thursday 5 November


@pytest.mark.parametrize(
    ("receipt", "proof", "expected", "evidence"),
    [
        (date(2026, 11, 4), SEEN, date(2026, 11, 4), "proven"),
        (date(2026, 11, 5), SEEN, date(2026, 11, 5), "proven"),
        (date(2026, 11, 6), SEEN, date(2026, 11, 5), "presumed"),
        (date(2026, 11, 4), DELIVERED, date(2026, 11, 4), "proven"),
        (date(2026, 11, 5), DELIVERED, date(2026, 11, 5), "proven"),
        (date(2026, 11, 6), DELIVERED, date(2026, 11, 6), "proven"),
    ],
)
def test_dutch_post_with_a_known_receipt(receipt, proof, expected, evidence):
    term = free_term("NL", POSTED, "post", receipt, proof=proof)
    assert (term.receipt, term.evidence) == (expected, evidence)
    assert term.first_day == expected + DAY
    assert term.counted_last_day == expected + timedelta(14)


@pytest.mark.parametrize("channel", ["registered", "portal"])
def test_dutch_channels_that_need_proof(channel):
    with pytest.raises(NoTermError) as error:
        free_term("NL", POSTED, channel)
    assert error.value.field == "receipt"
    term = free_term("NL", POSTED, channel, date(2026, 11, 16))
    assert (term.receipt, term.evidence) == (date(2026, 11, 16), "proven")


def test_mail_seen_later_keeps_the_day_of_sending():
    assert free_term("NL", POSTED, "email", POSTED + DAY) == free_term("NL", POSTED, "email")


def test_mail_delivered_later_counts_from_then():
    assert free_term("NL", POSTED, "email", POSTED + DAY, proof=DELIVERED).receipt == POSTED + DAY


@pytest.mark.parametrize("country", ["NL", "BE"])
@pytest.mark.parametrize("channel", terms.CHANNELS)
def test_bounced_letter_starts_no_term(country, channel):
    with pytest.raises(NoTermError) as error:
        free_term(country, POSTED, channel, bounced=True)
    assert error.value.field == "receipt"


@pytest.mark.parametrize("channel", terms.CHANNELS)
def test_bounced_but_seen_elsewhere_counts_from_then(channel):
    term = free_term("NL", POSTED, channel, date(2026, 11, 20), bounced=True)
    assert (term.receipt, term.evidence) == (date(2026, 11, 20), "proven")


def test_bounced_belgian_post_never_starts_before_the_statutory_day():
    assert free_term("BE", POSTED, "post", date(2026, 11, 3), bounced=True).first_day == date(2026, 11, 5)
    assert free_term("BE", POSTED, "post", date(2026, 11, 9), bounced=True).first_day == date(2026, 11, 10)


@pytest.mark.parametrize("receipt", [POSTED, POSTED + DAY, POSTED + timedelta(30)])
@pytest.mark.parametrize("proof", terms.PROOFS)
def test_belgian_start_is_fixed_by_statute(receipt, proof):
    for channel in ("post", "registered", "email"):
        assert free_term("BE", POSTED, channel, receipt, proof=proof) == free_term("BE", POSTED, channel)


def test_belgian_portal_counts_from_the_day_after_it_was_seen():
    with pytest.raises(NoTermError):
        free_term("BE", POSTED, "portal")
    assert free_term("BE", POSTED, "portal", date(2026, 11, 9)).first_day == date(2026, 11, 10)


# --- boundaries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent_on", "receipt"),
    [
        (date(2026, 6, 30), date(2026, 7, 2)),  # Tuesday: second delivery day
        (date(2026, 7, 1), date(2026, 7, 4)),  # Wednesday: third
        (date(2026, 7, 2), date(2026, 7, 7)),  # Thursday: Friday, Saturday, Tuesday
        (date(2027, 6, 30), date(2027, 7, 3)),
        (date(2027, 7, 1), date(2027, 7, 7)),  # fourth: Friday, Saturday, Tuesday, Wednesday
    ],
)
def test_postal_days_change_with_the_day_of_sending(sent_on, receipt):
    assert free_term("NL", sent_on, "post").receipt == receipt


@pytest.mark.parametrize(
    ("country", "sent_on", "counted", "last"),
    [
        ("NL", "2026-11-06", "2026-11-20", "2026-11-20"),  # ends on Friday
        ("NL", "2026-11-07", "2026-11-21", "2026-11-23"),  # Saturday
        ("NL", "2026-11-08", "2026-11-22", "2026-11-23"),  # Sunday
        ("NL", "2026-11-09", "2026-11-23", "2026-11-23"),
        ("NL", "2026-04-20", "2026-05-04", "2026-05-04"),
        ("NL", "2026-04-21", "2026-05-05", "2026-05-06"),  # 5 May
        ("NL", "2026-12-11", "2026-12-25", "2026-12-28"),  # Christmas on Friday, then a weekend
        ("NL", "2026-12-18", "2027-01-01", "2027-01-04"),  # New Year on Friday, then a weekend
        ("NL", "2026-03-20", "2026-04-03", "2026-04-07"),  # Good Friday to Easter Monday
        ("BE", "2026-03-20", "2026-04-03", "2026-04-03"),  # no holiday in Belgium
        ("BE", "2026-10-28", "2026-11-11", "2026-11-12"),
        ("BE", "2026-12-11", "2026-12-25", "2026-12-28"),
    ],
)
def test_last_day_moves_to_a_working_day(country, sent_on, counted, last):
    term = free_term(country, day(sent_on), "email")
    assert (term.counted_last_day, term.last_day) == (day(counted), day(last))
    assert term.claimable_from == day(last) + DAY


@pytest.mark.parametrize(
    ("credited_on", "in_time"), [(date(2026, 11, 18), True), (date(2026, 11, 19), True), (date(2026, 11, 20), False)]
)
def test_payment_counts_when_credited(credited_on, in_time):
    term = free_term("NL", POSTED, "post")
    assert term.last_day == date(2026, 11, 19)
    assert term.paid_in_time(credited_on) is in_time


def test_decreed_holiday_lengthens_the_term():
    term = free_term("NL", date(2026, 5, 1), "email", extra_holidays={date(2026, 5, 15)})
    assert term.last_day == date(2026, 5, 18)


def test_29_february():
    assert free_term("NL", date(2028, 2, 15), "email").last_day == date(2028, 2, 29)
    assert free_term("NL", date(2028, 2, 29), "email").last_day == date(2028, 3, 14)


# --- properties -----------------------------------------------------------------------------------------------


sending = st.dates(date(2012, 7, 1), date(2035, 1, 1))
countries = st.sampled_from(["NL", "BE"])
presumed_channels = st.sampled_from(
    [("NL", "post"), ("NL", "email"), *(("BE", c) for c in ("post", "registered", "email"))]
)


@given(countries, sending, st.sampled_from(terms.CHANNELS), st.integers(0, 60), st.sampled_from(terms.PROOFS))
def test_a_term_never_ends_before_its_start(country, sent_on, channel, later, proof):
    term = free_term(country, sent_on, channel, sent_on + timedelta(later), proof=proof)
    assert sent_on <= term.receipt < term.first_day <= term.counted_last_day <= term.last_day
    assert term.first_day == term.receipt + DAY
    assert term.claimable_from == term.last_day + DAY
    assert (term.counted_last_day - term.first_day).days == 13  # fourteen full days, both ends included
    assert calendar.is_working_day(country, term.last_day)


@given(presumed_channels, sending, st.integers(0, 60))
def test_more_proof_never_lengthens_a_term_past_the_presumption(way, sent_on, later):
    country, channel = way
    presumed = free_term(country, sent_on, channel)
    proven = free_term(country, sent_on, channel, sent_on + timedelta(later), proof=SEEN)
    assert proven.receipt <= presumed.receipt
    assert proven.last_day <= presumed.last_day


@given(sending, st.sampled_from(["post", "email", "registered"]), st.integers(0, 60))
def test_never_a_day_too_early_under_a_proven_arrival(sent_on, channel, later):
    arrived = sent_on + timedelta(later)
    term = free_term("NL", sent_on, channel, arrived, proof=DELIVERED)
    assert term.claimable_from >= arrived + timedelta(15)


@given(sending, st.integers(2, 6))
def test_more_delivery_days_never_shorten(sent_on, number):
    one = free_term("NL", sent_on, "post", delivery_days=number)
    two = free_term("NL", sent_on, "post", delivery_days=number + 1)
    assert one.receipt < two.receipt
    assert one.claimable_from <= two.claimable_from


@given(countries, sending, st.sampled_from(["post", "email"]))
def test_sending_later_never_ends_sooner(country, sent_on, channel):
    one = free_term(country, sent_on, channel)
    two = free_term(country, sent_on + DAY, channel)
    assert one.claimable_from <= two.claimable_from


# --- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error_type", "field"),
    [
        (("FR", POSTED, "post"), ChoiceError, "country"),
        ((None, POSTED, "post"), ChoiceError, "country"),
        (("NL", POSTED, "fax"), ChoiceError, "channel"),
        (("NL", POSTED, None), ChoiceError, "channel"),
        (("NL", "2026-11-02", "post"), DateError, "sent_on"),
        (("NL", POSTED, "post", "2026-11-05"), DateError, "receipt"),
        (("NL", POSTED, "post", POSTED - DAY), DateError, "receipt"),
        (("NL", POSTED, "post", None, 1), DateError, "delivery_days"),
        (("NL", POSTED, "post", None, ()), DateError, "delivery_days"),
    ],
)
def test_bad_input_names_the_field(arguments, error_type, field):
    with pytest.raises(error_type) as error:
        free_term(*arguments)
    assert error.value.field == field


def test_unknown_proof():
    with pytest.raises(ChoiceError) as error:
        free_term("NL", POSTED, "post", POSTED, proof="hearsay")
    assert error.value.field == "proof"


# --- notices and default --------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["NL", "BE", "DE"])
def test_notice_counts_from_receipt(country):
    term = notice_term(country, date(2026, 11, 2), "email", 7)
    assert (term.first_day, term.last_day) == (date(2026, 11, 3), date(2026, 11, 9))


def test_shortest_notice():
    assert notice_term("NL", date(2026, 11, 2), "email", 1).last_day == date(2026, 11, 3)


def test_notice_needs_days():
    with pytest.raises(DateError) as error:
        notice_term("NL", POSTED, "email", 0)
    assert error.value.field == "days"


def test_notice_that_bounced():
    with pytest.raises(NoTermError):
        notice_term("NL", POSTED, "email", 7, bounced=True)


def test_agreed_term_is_fatal():
    assert terms.default_from(date(2026, 10, 31), term_agreed=True) == date(2026, 11, 1)


def test_printed_due_date_alone_brings_no_default():
    assert terms.default_from(date(2026, 10, 31), term_agreed=False) is None


def test_default_after_the_notice_ran_out():
    notice = notice_term("NL", date(2026, 11, 2), "email", 14)
    assert terms.default_from(date(2026, 10, 31), False, notice) == date(2026, 11, 17)


@pytest.mark.parametrize("sent_on", [date(2026, 10, 30), date(2026, 10, 31)])
def test_notice_before_the_debtor_is_late(sent_on):
    with pytest.raises(DateError) as error:
        terms.default_from(date(2026, 10, 31), False, notice_term("NL", sent_on, "email", 14))
    assert error.value.field == "notice"


def test_notice_on_the_first_late_day():
    notice = notice_term("NL", date(2026, 11, 1), "email", 14)
    assert terms.default_from(date(2026, 10, 31), False, notice) == date(2026, 11, 17)


# --- payment terms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("nl_start_dates"), ids=lambda case: case["expected_last_payment_day"])
def test_start_of_dutch_trade_interest(case):
    term = terms.payment_term(
        day(case["agreed_due_date"]), day(case["invoice_received"]), day(case["performance_received"])
    )
    assert term.last_payment_day == day(case["expected_last_payment_day"])
    assert term.first_interest_day == day(case["expected_first_interest_day"])


def test_start_of_belgian_trade_interest():
    case = cases("be_b2b")[1]
    term = terms.payment_term(case["agreed_term"], day(case["invoice_received"]))
    assert term.last_payment_day == day(case["expected_last_payment_day"])
    assert term.first_interest_day == day(case["expected_first_interest_day"])


@pytest.mark.parametrize(
    ("performed", "rule", "last"),
    [
        (date(2026, 3, 1), "invoice", date(2026, 4, 1)),
        (date(2026, 3, 2), "invoice", date(2026, 4, 1)),
        (date(2026, 3, 3), "performance", date(2026, 4, 2)),
    ],
)
def test_invoice_before_or_after_the_performance(performed, rule, last):
    term = terms.payment_term(invoice_received=date(2026, 3, 2), performance_received=performed)
    assert (term.rule, term.last_payment_day) == (rule, last)


def test_agreed_day_and_acceptance():
    assert terms.payment_term(date(2026, 4, 30), date(2026, 3, 2)).first_interest_day == date(2026, 5, 1)
    accepted = terms.payment_term(None, date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 20))
    assert (accepted.rule, accepted.last_payment_day) == ("acceptance", date(2026, 4, 19))
    assert terms.payment_term(performance_received=date(2026, 3, 1)).rule == "performance"


def test_payment_term_from_nothing():
    with pytest.raises(DateError) as error:
        terms.payment_term()
    assert error.value.field == "invoice_received"


@pytest.mark.parametrize(
    ("country", "days", "flags", "expected"),
    [
        ("NL", 59, {}, (True, 59, "allowed")),
        ("NL", 60, {}, (True, 60, "allowed")),
        ("NL", 61, {}, (True, 61, "needs_ground")),
        ("NL", 30, {"large_debtor": True, "small_creditor": True}, (True, 30, "allowed")),
        ("NL", 31, {"large_debtor": True, "small_creditor": True}, (False, 30, "void_large_debtor")),
        ("NL", 31, {"large_debtor": True}, (True, 31, "allowed")),
        ("NL", 31, {"small_creditor": True}, (True, 31, "allowed")),
        ("NL", 30, {"public_debtor": True}, (True, 30, "allowed")),
        ("NL", 31, {"public_debtor": True}, (True, 31, "needs_ground")),
        ("NL", 60, {"public_debtor": True}, (True, 60, "needs_ground")),
        ("NL", 0, {}, (True, 0, "allowed")),
        ("NL", 61, {"public_debtor": True}, (False, 30, "above_maximum")),
        ("BE", 60, {}, (True, 60, "allowed")),
        ("BE", 61, {}, (False, 30, "above_maximum")),
        ("BE", 45, {"public_debtor": True}, (True, 45, "needs_ground")),
        ("DE", 61, {}, (True, 61, "needs_ground")),
    ],
)
def test_agreed_payment_days(country, days, flags, expected):
    result = terms.agreed_payment_days(country, days, date(2026, 11, 21), **flags)
    assert (result.allowed, result.days, result.reason) == expected
    assert result.article


@pytest.mark.parametrize(
    ("on", "concluded", "void"),
    [
        (date(2022, 6, 30), date(2022, 6, 30), False),
        (date(2022, 7, 1), date(2022, 7, 1), True),
        (date(2022, 7, 2), date(2022, 6, 30), False),
        (date(2023, 6, 30), date(2022, 6, 30), False),
        (date(2023, 7, 1), date(2022, 6, 30), True),
        (date(2023, 7, 2), date(2022, 6, 30), True),
    ],
)
def test_large_debtors_from_july_2022_and_all_from_july_2023(on, concluded, void):
    result = terms.agreed_payment_days("NL", 45, on, False, True, True, concluded)
    assert (result.reason == "void_large_debtor") is void


@pytest.mark.parametrize(
    ("concluded", "allowed"), [(date(2022, 1, 31), True), (date(2022, 2, 1), False), (date(2022, 2, 2), False)]
)
def test_belgian_maximum_from_february_2022(concluded, allowed):
    result = terms.agreed_payment_days("BE", 61, date(2026, 1, 1), contract_date=concluded)
    assert result.allowed is allowed
