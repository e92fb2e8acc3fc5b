"""Collection costs: the Dutch scale, VAT, instalments, the 40 euro and the Belgian caps."""

from datetime import date
from decimal import ROUND_UP, Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law import costs
from odoo.addons.cremann_dunning.law.costs import BE_CONSUMER_CAP, NL_SCALE, Bracket, CostScale
from odoo.addons.cremann_dunning.law.errors import AmountError, DateError, LawError, ScaleError

from .support import D, cases

cents = st.decimals(min_value=0, max_value=3_000_000, places=2)


# --- the Dutch scale ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("nl_wik"), ids=lambda case: case["principal"])
def test_dutch_scale_and_vat(case):
    result = costs.collection_costs(D(case["principal"]), NL_SCALE)
    assert result == D(case["costs_ex_vat"])
    with_vat = costs.with_vat(result, Decimal(21), True, True, True)
    assert (with_vat.excluded, with_vat.vat, with_vat.included) == (
        D(case["costs_ex_vat"]),
        D(case["vat_21"]),
        D(case["costs_inc_vat"]),
    )


# The rows of the table in section 1.8 of the reference that the oracles leave out.
@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("40.00", "40.00"),
        ("100.00", "40.00"),
        ("250.00", "40.00"),
        ("266.68", "40.00"),
        ("500.00", "75.00"),
        ("2500.01", "375.00"),
        ("4999.99", "625.00"),
        ("5000.01", "625.00"),
        ("10000.01", "875.00"),
        ("25000.00", "1025.00"),
        ("32721.25", "1102.21"),
        ("50000.00", "1275.00"),
        ("500000.00", "4275.00"),
        ("999999.99", "6775.00"),
    ],
)
def test_dutch_scale_of_the_reference(principal, expected):
    assert costs.collection_costs(D(principal), NL_SCALE) == D(expected)


@pytest.mark.parametrize("principal", ["0", "0.00", "-0.01", "-5000"])
def test_nothing_owed_costs_nothing(principal):
    assert costs.collection_costs(D(principal), NL_SCALE) == 0
    assert costs.collection_costs(D(principal), BE_CONSUMER_CAP) == 0


def test_result_has_two_decimals():
    assert str(costs.collection_costs(Decimal(1000), NL_SCALE)) == "150.00"
    assert str(costs.collection_costs(Decimal(0), NL_SCALE)) == "0.00"


def test_huge_principal_is_the_maximum():
    assert costs.collection_costs(Decimal("999999999999999.99"), NL_SCALE) == 6775
    assert costs.collection_costs(Decimal("999999999999999.99"), BE_CONSUMER_CAP) == 2000


def test_decimal_context_of_the_caller_changes_nothing():
    with localcontext(Context(prec=3, rounding=ROUND_UP)):
        assert costs.collection_costs(D("32721.25"), NL_SCALE) == D("1102.21")


@pytest.mark.parametrize("case", cases("nl_wik_consolidation"), ids=lambda case: case["sum_principal"])
def test_consolidation(case):
    invoices = [D(amount) for amount in case["invoices"]]
    assert sum(invoices) == D(case["sum_principal"])
    assert costs.consolidated_costs(invoices, NL_SCALE) == D(case["expected_costs_ex_vat"])
    apart = sum(costs.collection_costs(amount, NL_SCALE) for amount in invoices)
    assert apart == D(case["wrong_per_invoice_total"])


def test_consolidation_of_the_reference():
    assert costs.consolidated_costs([D("120"), D("180"), D("75")], NL_SCALE) == D("56.25")


def test_consolidation_counts_a_credit_note():
    assert costs.consolidated_costs([D("1000"), D("-400")], NL_SCALE) == D("90.00")
    assert costs.consolidated_costs([D("100"), D("-100")], NL_SCALE) == 0
    assert costs.consolidated_costs([], NL_SCALE) == 0


@pytest.mark.parametrize("case", cases("nl_wik_partial_payment"), ids=lambda case: case["paid_within_14_days"])
def test_part_payment_in_time(case):
    assert costs.collection_costs(D(case["principal"]), NL_SCALE) == D(case["letter_announced"])
    left = costs.costs_after_part_payment(D(case["principal"]), D(case["paid_within_14_days"]), NL_SCALE)
    assert left == D(case["expected_costs_ex_vat"])
    assert D(case["principal"]) - D(case["paid_within_14_days"]) == D(case["unpaid_after_deadline"])


def test_part_payment_of_the_reference():
    assert costs.costs_after_part_payment(D("1000"), D("400"), NL_SCALE) == D("90.00")
    assert costs.costs_after_part_payment(D("1000"), D("1000.01"), NL_SCALE) == 0


@given(cents, cents)
def test_dutch_costs_never_fall(one, other):
    low, high = sorted((one, other))
    assert costs.collection_costs(low, NL_SCALE) <= costs.collection_costs(high, NL_SCALE)


@given(st.lists(cents.filter(bool), min_size=1, max_size=6))
def test_one_letter_is_never_dearer_than_several(principals):
    together = costs.consolidated_costs(principals, NL_SCALE)
    apart = sum(costs.collection_costs(principal, NL_SCALE) for principal in principals)
    # Each letter of its own may be rounded down by half a cent, the one over the sum up: that is no difference.
    assert together <= apart + D("0.005") * (len(principals) + 1)


@given(cents.filter(bool))
def test_dutch_costs_stay_between_minimum_and_maximum(principal):
    assert 40 <= costs.collection_costs(principal, NL_SCALE) <= 6775


# --- VAT on top -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["third_party", "not_deductible", "declared"])
def test_vat_needs_all_three_conditions(missing):
    conditions = {"third_party": True, "not_deductible": True, "declared": True, missing: False}
    result = costs.with_vat(D("40.00"), Decimal(21), **conditions)
    assert (result.excluded, result.vat, result.included) == (D("40.00"), 0, D("40.00"))


def test_vat_is_rounded_half_up_on_the_rounded_costs():
    assert costs.with_vat(D("112.50"), Decimal(21), True, True, True).vat == D("23.63")


def test_vat_at_minimum_and_maximum():
    assert costs.with_vat(D("40"), Decimal(21), True, True, True).included == D("48.40")
    assert costs.with_vat(D("6775"), Decimal(21), True, True, True).included == D("8197.75")


@pytest.mark.parametrize(
    ("amount", "rate", "field"), [("-1", "21", "costs"), ("40", "-21", "rate"), ("40.001", "21", "costs")]
)
def test_vat_refuses_bad_figures(amount, rate, field):
    with pytest.raises(AmountError) as error:
        costs.with_vat(D(amount), D(rate), True, True, True)
    assert error.value.field == field


# --- instalments (article 2a) ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("nl_wik_periodic_2a"), ids=lambda case: case["instalment"])
def test_bundled_instalments(case):
    instalments = [D(case["instalment"])] * case["count"]
    assert costs.bundled_instalment_costs(instalments, NL_SCALE) == D(case["expected_total_ex_vat"])


def test_six_instalments_with_a_letter_each():
    charged = []
    for month in range(1, 7):
        on = date(2026, month, 20)
        charged.append((on, costs.instalment_costs(D("50.00"), on, charged, NL_SCALE)))
    assert [fee for _on, fee in charged] == [40, 20, 20, 20, 20, 20]
    assert sum(fee for _on, fee in charged) == 140


def test_month_seven_stays_at_the_lower_amount():
    charged = [(date(2026, month, 20), D("20.00")) for month in range(2, 7)]
    assert costs.instalment_costs(D("50.00"), date(2026, 7, 20), charged, NL_SCALE) == 20


def test_no_more_than_140_in_six_months():
    charged = [(date(2026, 1, 1 + week), D("20.00")) for week in range(7)]
    assert costs.instalment_costs(D("50.00"), date(2026, 2, 1), charged, NL_SCALE) == 0
    charged[-1] = (date(2026, 1, 7), D("10.00"))
    assert costs.instalment_costs(D("50.00"), date(2026, 2, 1), charged, NL_SCALE) == 10


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [(date(2026, 1, 14), "40.00"), (date(2026, 1, 15), "20.00"), (date(2026, 1, 16), "20.00")],
)
def test_look_back_of_six_months(earlier, expected):
    fee = costs.instalment_costs(D("50.00"), date(2026, 7, 15), [(earlier, D("40.00"))], NL_SCALE)
    assert fee == D(expected)


def test_later_fees_do_not_count():
    assert costs.instalment_costs(D("50"), date(2026, 7, 15), [(date(2026, 7, 16), D("40"))], NL_SCALE) == 40


@pytest.mark.parametrize(
    ("instalment", "expected"), [("266.66", "20.00"), ("266.67", "20.00"), ("266.68", "40.00"), ("300", "45.00")]
)
def test_threshold_of_the_instalment_rule(instalment, expected):
    fee = costs.instalment_costs(D(instalment), date(2026, 7, 15), [(date(2026, 6, 15), D("40"))], NL_SCALE)
    assert fee == D(expected)


@pytest.mark.parametrize(("instalment", "expected"), [("266.66", "40.00"), ("266.67", "40.00"), ("266.68", "80.00")])
def test_threshold_of_a_bundle(instalment, expected):
    assert costs.bundled_instalment_costs([D(instalment)] * 2, NL_SCALE) == D(expected)


def test_bundle_of_small_and_large_instalments():
    # 40.00 for the small ones and 90.00 for the large ones is more than the scale over 710.00
    assert costs.bundled_instalment_costs([D("50"), D("60"), D("300"), D("300")], NL_SCALE) == D("106.50")
    # 40.00 for the small ones and 45.00 for the large one is less than the scale over 700.00
    assert costs.bundled_instalment_costs([D("200"), D("200"), D("300")], NL_SCALE) == D("85.00")


def test_bundle_is_the_highest_of_a_single_instalment():
    without_minimum = CostScale((Bracket(None, Decimal(15)),))
    assert costs.bundled_instalment_costs([D("100"), D("50"), D("0")], without_minimum) == D("15.00")
    high_minimum = CostScale((Bracket(None, Decimal(15)),), minimum=Decimal(50))
    assert costs.bundled_instalment_costs([D("100"), D("50")], high_minimum) == D("40.00")


def test_smallest_instalment():
    assert costs.instalment_costs(D("0.01"), date(2026, 7, 15), [], NL_SCALE) == 40
    assert costs.bundled_instalment_costs([D("0.01"), D("0.01")], NL_SCALE) == 40


def test_instalment_of_nothing():
    assert costs.instalment_costs(D("0"), date(2026, 7, 15), [], NL_SCALE) == 0
    assert costs.bundled_instalment_costs([], NL_SCALE) == 0


@given(st.lists(cents.filter(bool), min_size=1, max_size=8))
def test_bundle_is_never_above_the_scale_over_the_sum(instalments):
    bundle = costs.bundled_instalment_costs(instalments, NL_SCALE)
    assert 0 < bundle <= costs.consolidated_costs(instalments, NL_SCALE)


# --- one letter over instalments, after costs charged before ---------------------------------------------------

JULY = date(2026, 7, 15)
FEE_20 = [(date(2026, 6, 15), D("20.00"))]
FEE_40 = [(date(2026, 6, 15), D("40.00"))]

fees = st.lists(
    st.tuples(st.dates(date(2025, 12, 1), date(2026, 8, 1)), st.decimals(min_value=0, max_value=60, places=2)),
    max_size=5,
)
instalment_lists = st.lists(
    st.one_of(st.decimals(min_value="0.01", max_value=300, places=2), cents.filter(bool)), min_size=1, max_size=8
)


@pytest.mark.parametrize(
    ("instalments", "earlier", "expected"),
    [
        ([], [], "0.00"),
        (["0"], FEE_40, "0.00"),
        (["0.01"], [], "40.00"),
        (["100"], [], "40.00"),
        (["100"], FEE_40, "20.00"),
        (["300"], FEE_40, "45.00"),
        (["100", "100", "100"], [], "40.00"),
        (["100", "100", "100"], FEE_20, "20.00"),
        (["100", "100", "100"], FEE_40, "20.00"),
        (["100", "0", "50"], FEE_40, "20.00"),
        # 40.00 or 20.00 for the small ones, and 45.00 for the large one
        (["200", "200", "300"], [], "85.00"),
        (["200", "200", "300"], FEE_20, "65.00"),
        # 20.00 and 90.00 for the large ones are more than the scale over 710.00
        (["50", "60", "300", "300"], FEE_20, "106.50"),
        # a credit note counts in the sum
        (["100", "-100"], [], "0.00"),
        (["100", "100", "-150"], [], "40.00"),
        (["300", "300", "-300"], [], "45.00"),
    ],
)
def test_letter_over_instalments(instalments, earlier, expected):
    assert costs.letter_instalment_costs([D(one) for one in instalments], JULY, earlier, NL_SCALE) == D(expected)


@pytest.mark.parametrize("case", cases("nl_wik_periodic_2a"), ids=lambda case: case["instalment"])
def test_letter_over_instalments_that_had_none_before(case):
    instalments = [D(case["instalment"])] * case["count"]
    assert costs.letter_instalment_costs(instalments, JULY, [], NL_SCALE) == D(case["expected_total_ex_vat"])


@pytest.mark.parametrize(
    ("instalment", "without", "after_a_fee"),
    [("266.66", "40.00", "20.00"), ("266.67", "40.00", "20.00"), ("266.68", "80.00", "80.00")],
)
def test_threshold_of_a_letter_over_two_instalments(instalment, without, after_a_fee):
    pair = [D(instalment)] * 2
    assert costs.letter_instalment_costs(pair, JULY, [], NL_SCALE) == D(without)
    assert costs.letter_instalment_costs(pair, JULY, FEE_20, NL_SCALE) == D(after_a_fee)


def test_letter_over_instalments_on_both_sides_of_the_threshold():
    pair = [D("266.67"), D("266.68")]
    assert costs.letter_instalment_costs(pair, JULY, [], NL_SCALE) == 80
    assert costs.letter_instalment_costs(pair, JULY, FEE_20, NL_SCALE) == 60


@pytest.mark.parametrize(
    ("charged", "small", "mixed"),
    [
        ("119.99", "20.00", "110.00"),
        ("120.00", "20.00", "110.00"),
        ("120.01", "19.99", "109.99"),
        ("139.99", "0.01", "90.01"),
        ("140.00", "0.00", "90.00"),
        ("140.01", "0.00", "90.00"),
    ],
)
def test_room_left_under_140_for_a_letter(charged, small, mixed):
    earlier = [(date(2026, 6, 15), D(charged))]
    assert costs.letter_instalment_costs([D("100"), D("100")], JULY, earlier, NL_SCALE) == D(small)
    # 600.00 of large ones: 90.00 whatever was charged before; the scale over 800.00 would be 120.00
    mixture = [D("100"), D("100"), D("300"), D("300")]
    assert costs.letter_instalment_costs(mixture, JULY, earlier, NL_SCALE) == D(mixed)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        (date(2026, 1, 14), "40.00"),
        (date(2026, 1, 15), "20.00"),
        (date(2026, 1, 16), "20.00"),
        (date(2026, 7, 14), "20.00"),
        (date(2026, 7, 15), "20.00"),
        (date(2026, 7, 16), "40.00"),
    ],
)
def test_look_back_of_a_letter_over_instalments(earlier, expected):
    pair = [D("100"), D("100")]
    assert costs.letter_instalment_costs(pair, JULY, [(earlier, D("40.00"))], NL_SCALE) == D(expected)


def test_costs_before_may_come_one_by_one():
    """Every instalment is measured by all of them, though they can be read only once."""
    earlier = (fee for fee in [(date(2026, 6, 1), D("70.00")), (date(2026, 6, 15), D("70.00"))])
    assert costs.letter_instalment_costs([D("100"), D("200")], JULY, earlier, NL_SCALE) == 0


def test_letter_with_another_rule():
    rule = costs.InstalmentRule(threshold=D("100"), first=D("30"), next=D("10"), months=1, maximum=D("35"))
    instalments = [D("100"), D("100"), D("100.01")]
    assert costs.letter_instalment_costs(instalments[:2], JULY, [], NL_SCALE, rule) == 30
    assert costs.letter_instalment_costs(instalments, JULY, [], NL_SCALE, rule) == 45  # the scale over 300.01
    assert costs.letter_instalment_costs(instalments[:2], JULY, FEE_20, NL_SCALE, rule) == 10
    assert costs.letter_instalment_costs(instalments[:2], JULY, [(JULY, D("30"))], NL_SCALE, rule) == 5
    assert costs.letter_instalment_costs(instalments[:2], JULY, [(date(2026, 6, 14), D("30"))], NL_SCALE, rule) == 30


@given(cents, fees)
def test_letter_over_one_instalment_is_the_ordinary_case(instalment, earlier):
    letter = costs.letter_instalment_costs([instalment], JULY, earlier, NL_SCALE)
    assert letter == costs.instalment_costs(instalment, JULY, earlier, NL_SCALE)


@given(instalment_lists, fees)
def test_letter_over_instalments_is_never_above_the_scale_over_the_sum(instalments, earlier):
    letter = costs.letter_instalment_costs(instalments, JULY, earlier, NL_SCALE)
    bundle = costs.bundled_instalment_costs(instalments, NL_SCALE)
    assert 0 <= letter <= bundle <= costs.consolidated_costs(instalments, NL_SCALE)
    assert costs.letter_instalment_costs(instalments, JULY, [], NL_SCALE) == bundle


@given(instalment_lists, fees, st.randoms(use_true_random=False))
def test_order_of_instalments_and_earlier_costs_does_not_matter(instalments, earlier, chance):
    letter = costs.letter_instalment_costs(instalments, JULY, earlier, NL_SCALE)
    mixed, mixed_earlier = list(instalments), list(earlier)
    chance.shuffle(mixed)
    chance.shuffle(mixed_earlier)
    assert costs.letter_instalment_costs(mixed, JULY, mixed_earlier, NL_SCALE) == letter


@given(instalment_lists, fees)
def test_costs_charged_before_never_raise_those_of_a_letter(instalments, earlier):
    amounts = [costs.letter_instalment_costs(instalments, JULY, earlier[:n], NL_SCALE) for n in range(len(earlier) + 1)]
    assert amounts == sorted(amounts, reverse=True)


@pytest.mark.parametrize(
    ("arguments", "error_type", "field"),
    [
        (([100.0], JULY, [], NL_SCALE), AmountError, "instalments"),
        (([D("0.001")], JULY, [], NL_SCALE), AmountError, "instalments"),
        (([D("100")], None, [], NL_SCALE), DateError, "on"),
        (([D("100")], JULY, [("2026-06-15", D("20"))], NL_SCALE), DateError, "earlier"),
        (([D("100")], JULY, [(JULY, D("-20"))], NL_SCALE), AmountError, "earlier"),
        (([D("100")], JULY, [], None), ScaleError, "scale"),
        (([], JULY, [], None), ScaleError, "scale"),
    ],
)
def test_bad_letter_over_instalments_names_the_field(arguments, error_type, field):
    with pytest.raises(error_type) as error:
        costs.letter_instalment_costs(*arguments)
    assert error.value.field == field


# --- 40 euro --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("nl_b2b_minimum"), ids=lambda case: case["principal"])
def test_business_minimum_without_letter(case):
    minimum = case.get("due_from_day_after_due_date") or case["statutory_minimum_without_letter"]
    principal, due_date = D(case["principal"]), date(2026, 6, 30)
    assert costs.indemnity(principal, due_date, date(2026, 7, 1)) == D(minimum)
    if "scale_if_collection_steps_taken" in case:
        assert costs.collection_costs(principal, NL_SCALE) == D(case["scale_if_collection_steps_taken"])


@pytest.mark.parametrize(("on", "expected"), [(date(2026, 6, 29), 0), (date(2026, 6, 30), 0), (date(2026, 7, 1), 40)])
def test_indemnity_from_the_day_after_the_last_payment_day(on, expected):
    assert costs.indemnity(D("100"), date(2026, 6, 30), on) == expected


def test_no_indemnity_when_nothing_is_owed():
    assert costs.indemnity(D("0.01"), date(2026, 6, 30), date(2026, 8, 1)) == 40
    assert costs.indemnity(D("0"), date(2026, 6, 30), date(2026, 8, 1)) == 0


# --- Belgian consumers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("be_caps"), ids=lambda case: case["outstanding"])
def test_belgian_caps(case):
    assert costs.collection_costs(D(case["outstanding"]), BE_CONSUMER_CAP) == D(case["max_lump_sum"])


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        ("149.99", "20.00"),
        ("150.00", "20.00"),
        ("150.01", "30.00"),
        ("400.00", "55.00"),
        ("750.00", "77.50"),
        ("10000.00", "540.00"),
        ("25000.00", "1290.00"),
        ("100000.00", "2000.00"),
    ],
)
def test_belgian_caps_of_the_reference(balance, expected):
    assert costs.collection_costs(D(balance), BE_CONSUMER_CAP) == D(expected)


@given(cents, cents)
def test_belgian_caps_never_fall(one, other):
    low, high = sorted((one, other))
    assert costs.collection_costs(low, BE_CONSUMER_CAP) <= costs.collection_costs(high, BE_CONSUMER_CAP)


@given(st.decimals(min_value="150.01", max_value=100_000, places=2))
def test_belgian_cap_is_never_exceeded_by_a_fraction(balance):
    exact = 30 + (balance - 150) / 10 if balance <= 500 else 65 + (balance - 500) / 20
    assert costs.collection_costs(balance, BE_CONSUMER_CAP) <= min(exact, 2000)


CLAUSE = CostScale((Bracket(None, Decimal(10)),), minimum=Decimal(20), rounding="down")


def test_lump_sum_as_agreed_below_the_cap():
    assert costs.consumer_lump_sum(D("300"), CLAUSE) == costs.LumpSum(D("30.00"), "clause")


def test_no_clause_no_lump_sum():
    case = cases("be_b2c_full")[0]
    result = costs.consumer_lump_sum(D("1000"), None)
    assert (result.amount, result.reason) == (D(case["lump_sum"]), "no_clause")


def test_charged_first_reminder_forfeits_the_clause():
    case = cases("be_b2c_full")[1]
    result = costs.consumer_lump_sum(D("1000"), BE_CONSUMER_CAP, forfeited=True)
    assert (result.amount, result.reason) == (D(case["lump_sum"]), "forfeited")


def test_clause_above_the_cap_is_unwritten_unless_old():
    assert costs.consumer_lump_sum(D("1000"), CLAUSE) == costs.LumpSum(D("0.00"), "above_cap")
    assert costs.consumer_lump_sum(D("1000"), CLAUSE, old_clause=True) == costs.LumpSum(D("90.00"), "capped")


def test_lump_sum_at_the_cap_is_allowed():
    assert costs.consumer_lump_sum(D("1000"), BE_CONSUMER_CAP) == costs.LumpSum(D("90.00"), "clause")


def test_lump_sum_of_nothing():
    assert costs.consumer_lump_sum(D("0"), CLAUSE).reason == "nothing_owed"
    assert costs.consumer_lump_sum(D("0.01"), CLAUSE) == costs.LumpSum(D("20.00"), "clause")


# the cap of XIX.4 jumps at 150.00: 20 up to it, 30 plus a tenth above it
@pytest.mark.parametrize(
    ("balances", "amount"),
    [
        (["150.00", "150.00"], "40.00"),  # 45.00 over the sum
        (["150.01", "150.00"], "45.00"),  # 30 + 20 per debt, 45.001 over the sum, rounded down
        (["149.99", "150.00"], "40.00"),
        (["100.00", "100.00"], "35.00"),  # 40.00 per debt
        (["300.00"], "45.00"),
        (["300.00", "0.00"], "45.00"),
        (["60.00", "60.00", "60.00"], "33.00"),
    ],
)
def test_lump_sums_of_several_debts_are_the_least_of_per_debt_and_over_the_sum(balances, amount):
    found = costs.consumer_lump_sums([D(balance) for balance in balances], BE_CONSUMER_CAP)
    assert found == costs.LumpSum(D(amount), "clause")


def test_lump_sums_of_a_clause_that_no_debt_may_bear():
    assert costs.consumer_lump_sums([D("300"), D("1000")], CLAUSE) == costs.LumpSum(D("0.00"), "above_cap")
    assert costs.consumer_lump_sums([D("300"), D("1000")], CLAUSE, old_clause=True).reason == "capped"
    assert costs.consumer_lump_sums([D("0"), D("-1")], CLAUSE).reason == "nothing_owed"
    assert costs.consumer_lump_sums([D("1")], None).reason == "no_clause"


@given(st.lists(st.decimals(min_value="0.01", max_value=5_000, places=2), min_size=1, max_size=5))
def test_lump_sums_never_pass_the_cap_of_a_debt_nor_that_of_the_sum(balances):
    found = costs.consumer_lump_sums(balances, BE_CONSUMER_CAP).amount
    assert found <= sum(costs.collection_costs(balance, BE_CONSUMER_CAP) for balance in balances)
    assert found <= costs.collection_costs(sum(balances), BE_CONSUMER_CAP)
    assert costs.consumer_lump_sums(balances[:1], BE_CONSUMER_CAP) == costs.consumer_lump_sum(
        balances[0], BE_CONSUMER_CAP
    )


@given(cents, st.booleans())
def test_lump_sum_never_above_the_cap(balance, old_clause):
    lump_sum = costs.consumer_lump_sum(balance, CLAUSE, old_clause=old_clause)
    assert lump_sum.amount <= costs.collection_costs(balance, BE_CONSUMER_CAP)


@pytest.mark.parametrize("case", cases("be_periodic"), ids=lambda case: case["unpaid_due_dates"][0])
def test_periodic_reminders(case):
    due = [date.fromisoformat(f"{month}-01") for month in case["unpaid_due_dates"]]
    seen = [date(2026, month, 1) for month in (1, 2, 4, 7)] if due[0].year == 2027 else []
    free = []
    for index, due_date in enumerate(due):
        free.append(costs.reminder_is_free(due_date, seen + due[:index]))
    assert free == case["reminder_free"]


def test_periodic_fee_is_capped():
    seen = [date(2026, month, 1) for month in (1, 2, 4)]
    assert costs.reminder_fee_cap(date(2026, 7, 1), seen, D("1.70")) == D("9.20")
    assert costs.reminder_fee_cap(date(2026, 7, 1), seen, D("0")) == D("7.50")
    assert costs.reminder_fee_cap(date(2026, 7, 1), seen[:2], D("1.70")) == 0


def test_no_free_reminders_at_all():
    assert costs.reminder_fee_cap(date(2026, 7, 1), [], D("0"), free=0) == D("7.50")


def test_the_same_due_date_counts_once():
    seen = [date(2026, 1, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)]
    assert costs.reminder_is_free(date(2026, 4, 1), seen)
    assert not costs.reminder_is_free(date(2026, 7, 1), seen)


@pytest.mark.parametrize(
    ("due_date", "free"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True), (date(2027, 1, 2), True)]
)
def test_counter_starts_again_on_1_january(due_date, free):
    seen = [date(2026, month, 1) for month in (10, 11, 12)]
    assert costs.reminder_is_free(due_date, seen) is free


# --- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "principal", [100.0, "100", None, True, Decimal("NaN"), Decimal("Infinity"), D("0.001"), Decimal(10) ** 16]
)
def test_bad_principal_names_the_field(principal):
    with pytest.raises(AmountError) as error:
        costs.collection_costs(principal, NL_SCALE)
    assert error.value.field == "principal"


@pytest.mark.parametrize("principal", [D("100"), D("0"), D("-1")])
def test_missing_scale_is_an_error_even_when_nothing_is_owed(principal):
    with pytest.raises(ScaleError) as error:
        costs.collection_costs(principal, None)
    assert error.value.field == "scale"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"brackets": ()}, "brackets"),
        ({"brackets": (Bracket(Decimal(100), Decimal(5)),)}, "brackets"),
        ({"brackets": (Bracket(None, Decimal(5)), Bracket(None, Decimal(5)))}, "brackets"),
        (
            {"brackets": (Bracket(Decimal(9), Decimal(5)), Bracket(Decimal(9), Decimal(5)), Bracket(None, Decimal(1)))},
            "brackets",
        ),
        ({"brackets": (Bracket(Decimal(0), Decimal(5)), Bracket(None, Decimal(1)))}, "brackets"),
        ({"brackets": (Bracket(None, Decimal(-5)),)}, "percent"),
        ({"brackets": (Bracket(None, 5.0),)}, "percent"),
        ({"brackets": (Bracket(None, Decimal(5), base=Decimal(-1)),)}, "base"),
        ({"brackets": (Bracket(None, Decimal(5)),), "minimum": Decimal(-1)}, "minimum"),
        ({"brackets": (Bracket(None, Decimal(5)),), "maximum": D("0.001")}, "maximum"),
        ({"brackets": (Bracket(None, Decimal(5)),), "minimum": Decimal(9), "maximum": Decimal(8)}, "minimum"),
        ({"brackets": (Bracket(None, Decimal(5)),), "rounding": "up"}, "rounding"),
    ],
)
def test_bad_scale_names_the_field(arguments, field):
    with pytest.raises(LawError) as error:
        CostScale(**arguments)
    assert error.value.field == field


def test_minimum_may_equal_maximum():
    fixed = CostScale((Bracket(None, Decimal(5)),), minimum=Decimal(40), maximum=Decimal(40))
    assert costs.collection_costs(D("9000"), fixed) == costs.collection_costs(D("1"), fixed) == 40


def test_scales_with_the_same_figures_are_equal():
    assert CostScale([Bracket(None, Decimal(10))], Decimal(20), rounding="down") == CLAUSE


def test_negative_payment_is_refused():
    with pytest.raises(AmountError) as error:
        costs.costs_after_part_payment(D("100"), D("-1"), NL_SCALE)
    assert error.value.field == "paid_in_time"


def test_bad_day_is_refused():
    with pytest.raises(DateError) as error:
        costs.indemnity(D("100"), date(2026, 6, 30), "2026-07-01")
    assert error.value.field == "on"
