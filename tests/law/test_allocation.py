"""Which debt a payment pays, which part of it, and a claim followed through its payments."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.law import costs as law_costs
from odoo.addons.cremann_dunning.law.allocation import Costs, Debt, allocate, settle
from odoo.addons.cremann_dunning.law.errors import AmountError, ChoiceError, DateError, LawError
from odoo.addons.cremann_dunning.law.interest import DAY_COUNTS, interest

from .support import D, cases, day, table

CASES = {case["id"]: case for case in cases("nl_allocation")}
DAY = timedelta(days=1)


def debts_of_the_reference():
    return [
        Debt(debt["ref"], D(debt["open"]), day(debt["due"]), percent=D(debt["rate"])) for debt in CASES["AL-3"]["debts"]
    ]


def taken(allocation):
    return {part.ref: str(part.total) for part in allocation.parts}


# --- several debts (6:43) -------------------------------------------------------------------------------------


def test_payment_without_designation():
    case = CASES["AL-3"]
    allocation = allocate(D("300.00"), day(case["payment_date"]), debts_of_the_reference())
    expected = {"A": "150.00", "B": "150.00", "C": "0.00"}
    assert taken(allocation) == expected == {ref: case["expected"][ref] for ref in "ABC"}
    assert allocation.remainder == 0


def test_designation_comes_first():
    case = CASES["AL-4"]
    allocation = allocate(
        D(case["payment"]), day(CASES["AL-3"]["payment_date"]), debts_of_the_reference(), [case["designated"]]
    )
    assert taken(allocation) == case["expected"]


def test_designation_of_a_debt_that_is_not_due():
    allocation = allocate(D("300.00"), date(2026, 11, 21), debts_of_the_reference(), ["C"])
    assert taken(allocation) == {"A": "0.00", "B": "0.00", "C": "300.00"}


def test_designations_in_the_order_of_the_debtor():
    allocation = allocate(D("250.00"), date(2026, 11, 21), debts_of_the_reference(), ["B", "C"])
    assert taken(allocation) == {"A": "0.00", "B": "150.00", "C": "100.00"}


def test_debts_not_due_come_last_and_the_rest_remains():
    allocation = allocate(D("1000.00"), date(2026, 11, 21), debts_of_the_reference())
    assert taken(allocation) == {"A": "200.00", "B": "150.00", "C": "500.00"}
    assert allocation.remainder == D("150.00")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 12, 30), {"near": "0.00", "late": "100.00"}),
        (date(2026, 12, 31), {"near": "100.00", "late": "0.00"}),
        (date(2027, 1, 1), {"near": "100.00", "late": "0.00"}),
    ],
)
def test_a_debt_is_due_from_its_due_date(on, expected):
    near = Debt("near", D("100"), date(2026, 12, 31), percent=D("10.40"))
    late = Debt("late", D("100"), date(2026, 1, 31), percent=D("4.00"))
    assert taken(allocate(D("100"), on, [near, late])) == expected


def test_oldest_among_equals_then_in_proportion():
    old = Debt("old", D("50"), date(2026, 3, 1))
    one, two = (Debt(ref, D(amount), date(2026, 4, 1)) for ref, amount in (("one", "100"), ("two", "200")))
    allocation = allocate(D("100.01"), date(2026, 5, 1), [two, one, old])
    assert taken(allocation) == {"two": "33.34", "one": "16.67", "old": "50.00"}


def test_age_is_the_day_it_arose():
    one = Debt("one", D("50"), date(2026, 3, 1), created_on=date(2026, 2, 20))
    two = Debt("two", D("50"), date(2026, 3, 15), created_on=date(2026, 2, 1))
    assert taken(allocate(D("50"), date(2026, 5, 1), [one, two])) == {"one": "0.00", "two": "50.00"}


# --- within a debt (6:44) -------------------------------------------------------------------------------------


def test_costs_then_interest_then_principal():
    debt = Debt("A", D("1000"), date(2026, 6, 30), D("26.21"), D("150"), date(2026, 9, 1))
    part = allocate(D("500"), date(2026, 9, 30), [debt]).of("A")
    assert (part.costs, part.interest, part.principal) == (D("150.00"), D("26.21"), D("323.79"))


@pytest.mark.parametrize(
    ("on", "expected"),
    [(date(2026, 9, 29), "0.00"), (date(2026, 9, 30), "150.00"), (date(2026, 10, 1), "150.00")],
)
def test_costs_absorb_from_the_day_they_are_due(on, expected):
    debt = Debt("A", D("1000"), date(2026, 6, 30), costs=D("150"), costs_due_from=date(2026, 9, 30))
    assert allocate(D("500"), on, [debt]).of("A").costs == D(expected)


def test_costs_without_a_day_absorb_nothing():
    debt = Debt("A", D("100"), date(2026, 6, 30), costs=D("40"))
    allocation = allocate(D("140"), date(2026, 9, 30), [debt])
    assert (taken(allocation), allocation.remainder) == ({"A": "100.00"}, D("40.00"))


money = st.decimals(min_value=0, max_value=10_000, places=2)
some_day = st.dates(date(2026, 1, 1), date(2026, 3, 1))
debts = st.lists(
    st.builds(
        Debt,
        ref=st.uuids().map(str),
        principal=money,
        due_date=some_day,
        interest=money,
        costs=money,
        costs_due_from=st.none() | some_day,
        percent=st.sampled_from([D("4.00"), D("10.40")]),
    ),
    max_size=6,
    unique_by=lambda debt: debt.ref,
)


@given(money.filter(bool), some_day, debts, st.randoms())
def test_allocation_loses_no_cent(amount, on, claims, random):
    designated = random.sample([debt.ref for debt in claims], random.randint(0, len(claims)))
    allocation = allocate(amount, on, claims, designated)
    assert sum(part.total for part in allocation.parts) + allocation.remainder == amount
    for debt, part in zip(claims, allocation.parts, strict=True):
        due = debt.costs_due_from is not None and debt.costs_due_from <= on
        assert 0 <= part.costs <= (debt.costs if due else 0)
        assert 0 <= part.interest <= debt.interest
        assert 0 <= part.principal <= debt.principal
        if part.interest:
            assert part.costs == (debt.costs if due else 0)
        if part.principal:
            assert part.interest == debt.interest
    if allocation.remainder:
        assert all(part.principal == debt.principal for debt, part in zip(claims, allocation.parts, strict=True))


@pytest.mark.parametrize(
    ("arguments", "error_type", "field"),
    [
        ((D("0"), date(2026, 1, 1), []), AmountError, "amount"),
        ((D("-1"), date(2026, 1, 1), []), AmountError, "amount"),
        ((D("1"), "2026-01-01", []), DateError, "on"),
        ((D("1"), date(2026, 1, 1), [], ["A"]), ChoiceError, "designated"),
        ((D("1"), date(2026, 1, 1), [Debt("A", D("1"), date(2026, 1, 1))] * 2), ChoiceError, "debts"),
        ((D("1"), date(2026, 1, 1), [Debt("A", D("-1"), date(2026, 1, 1))]), AmountError, "principal"),
        ((D("1"), date(2026, 1, 1), [Debt("A", D("1"), None)]), DateError, "due_date"),
    ],
)
def test_bad_input_names_the_field(arguments, error_type, field):
    with pytest.raises(error_type) as error:
        allocate(*arguments)
    assert error.value.field == field


# --- one claim through its payments ---------------------------------------------------------------------------


def test_trade_claim_of_the_reference():
    result = settle(
        D("1000.00"),
        date(2026, 6, 30),
        [(date(2026, 9, 30), D("500.00"))],
        date(2026, 11, 21),
        table("nl_trade"),
        costs=[Costs(D("150.00"), date(2026, 9, 1))],
    )
    step = result.steps[0]
    assert (step.to_costs, step.to_interest, step.to_principal) == (D("150.00"), D("26.21"), D("323.79"))
    assert step.principal_left == D("676.21")
    assert (result.costs, result.interest, result.principal) == (0, D("10.02"), D("676.21"))
    assert result.total == D("686.23")
    assert result.accrual.total == D("36.23")


def consumer_claim(case, **options):
    return settle(
        D(case["principal"]),
        day(case["due_date"]),
        [(day(case["payment_date"]), D("500.00"))],
        day(case["payment_date"]),
        table("nl_consumer"),
        costs=[Costs(D("150.00"), date(2026, 10, 20))],
        **options,
    )


def test_consumer_pays_inside_the_free_term():
    case = CASES["AL-2"]
    result = consumer_claim(case)
    step = result.steps[0]
    assert result.accrual.days == case["interest_days"]
    assert result.accrual.total == D(case["interest_until_payment"])
    assert step.to_costs == D(case["applied_to_costs"])
    assert step.to_interest == D(case["applied_to_interest"])
    assert step.to_principal == D(case["applied_to_principal"])
    assert step.principal_left == D(case["principal_after"])
    after = law_costs.collection_costs(step.principal_left, law_costs.NL_SCALE)
    assert after == D(case["costs_after_deadline_ex_vat"])
    assert (result.costs, result.costs_not_due) == (0, D("150.00"))


def test_interest_not_collected_inside_the_free_term():
    step = consumer_claim(CASES["AL-2"], interest_from=date(2026, 10, 20)).steps[0]
    assert (step.to_interest, step.to_principal, step.principal_left) == (0, D("500.00"), D("500.00"))
    assert step.interest_left == D("4.93")
    assert law_costs.collection_costs(step.principal_left, law_costs.NL_SCALE) == D("75.00")


@pytest.mark.parametrize(
    ("paid_on", "to_costs"),
    [(date(2026, 9, 29), "0.00"), (date(2026, 9, 30), "150.00"), (date(2026, 10, 1), "150.00")],
)
def test_costs_of_a_claim_absorb_from_the_day_they_are_due(paid_on, to_costs):
    costs = [Costs(D("150.00"), date(2026, 9, 30))]
    payments = [(paid_on, D("500.00"))]
    result = settle(D("1000.00"), date(2026, 6, 30), payments, paid_on, table("nl_trade"), costs=costs)
    step = result.steps[0]
    assert step.to_costs == D(to_costs)
    assert (step.costs_left, result.costs) == (0, 0)
    assert result.costs_not_due == D("150.00") - D(to_costs)


@pytest.mark.parametrize(
    ("until", "due", "not_due"),
    [
        (date(2026, 9, 29), "0.00", "150.00"),
        (date(2026, 9, 30), "150.00", "0.00"),
        (date(2026, 10, 1), "150.00", "0.00"),
    ],
)
def test_costs_are_claimed_from_the_day_they_are_due(until, due, not_due):
    costs = [Costs(D("150.00"), date(2026, 9, 30))]
    result = settle(D("1000.00"), date(2026, 6, 30), [], until, table("nl_trade"), costs=costs)
    assert (result.costs, result.costs_not_due) == (D(due), D(not_due))


@pytest.mark.parametrize(
    ("interest_from", "to_interest"),
    [(date(2026, 10, 14), "4.93"), (date(2026, 10, 15), "4.93"), (date(2026, 10, 16), "0.00")],
)
def test_interest_is_collected_from_its_day(interest_from, to_interest):
    step = consumer_claim(CASES["AL-2"], interest_from=interest_from).steps[0]
    assert step.to_interest == D(to_interest)


def test_unpaid_interest_joins_the_base_at_the_anniversary_only():
    due_date, paid_on = date(2024, 12, 31), date(2025, 6, 30)
    result = settle(D("10000"), due_date, [(paid_on, D("100"))], date(2026, 1, 1), table("nl_consumer"))
    first, second, third = result.accrual.segments
    assert (first.base, second.base) == (D("10000.00"), D("10000.00"))
    assert second.capitalised_on == date(2026, 1, 1)
    assert third.base == D("10000.00") + first.year_total - D("100") + second.year_total


def test_capitalised_interest_is_paid_before_the_principal():
    until = date(2026, 1, 10)
    result = settle(D("10000"), date(2024, 12, 31), [(until, D("605.00"))], until, table("nl_consumer"))
    assert result.steps[0].to_interest == D("605.00")
    assert (result.principal, result.interest) == (D("10000.00"), result.accrual.total - D("605.00"))


def test_overpaid_claim():
    result = settle(
        D("100"), date(2026, 1, 31), [(date(2026, 2, 1), D("150"))], date(2026, 6, 1), table("be_trade"), "simple"
    )
    assert result.remainder == D("150.00") - D("100.03")
    assert (result.total, result.accrual.total) == (0, D("0.03"))


def test_payment_before_the_due_date_and_after_the_day_asked():
    payments = [(date(2026, 7, 1), D("10")), (date(2026, 1, 15), D("40"))]
    result = settle(D("100"), date(2026, 1, 31), payments, date(2026, 1, 31), table("nl_trade"))
    assert [step.day for step in result.steps] == [date(2026, 1, 15)]
    assert (result.principal, result.interest) == (D("60.00"), 0)


@given(
    principal=money,
    payments=st.lists(st.tuples(st.dates(date(2024, 1, 1), date(2026, 11, 21)), money.filter(bool)), max_size=5),
    costs=st.lists(st.builds(Costs, money, st.dates(date(2024, 1, 1), date(2027, 1, 1))), max_size=2),
    compounding=st.sampled_from(["yearly", "simple"]),
    day_count=st.sampled_from(DAY_COUNTS),
)
def test_settlement_loses_no_cent(principal, payments, costs, compounding, day_count):
    until = date(2026, 11, 21)
    result = settle(principal, date(2024, 2, 28), payments, until, table("nl_trade"), compounding, day_count, costs)
    for step in result.steps:
        assert step.to_costs + step.to_interest + step.to_principal + step.remainder == step.amount
    due = sum((cost.amount for cost in costs if cost.due_from <= until), Decimal(0))
    paid = sum((amount for _day, amount in payments), Decimal(0))
    assert principal + due + result.accrual.total - paid == result.total - result.remainder
    assert result.costs_not_due == sum(cost.amount for cost in costs if cost.due_from > until)


@given(money, st.dates(date(2015, 1, 1), date(2026, 1, 1)), st.integers(0, 2000), st.sampled_from(["yearly", "simple"]))
def test_without_payments_it_is_plain_interest(principal, due_date, span, compounding):
    until = due_date + timedelta(span)
    result = settle(principal, due_date, [], until, table("be_trade"), compounding)
    plain = interest(principal, due_date, until, table("be_trade"), compounding)
    assert (result.accrual, result.total) == (plain, principal + plain.total)
    assert result.accrual.segments == plain.segments


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"principal": D("-1")}, "principal"),
        ({"payments": [(date(2026, 2, 1), D("0"))]}, "payments"),
        ({"payments": [(date(2026, 2, 1), D("-1"))]}, "payments"),
        ({"payments": [("2026-02-01", D("1"))]}, "payments"),
        ({"until": date(2026, 1, 30)}, "until"),
        ({"costs": [Costs(D("-1"), date(2026, 1, 1))]}, "costs"),
        ({"costs": [Costs(D("1"), None)]}, "due_from"),
        ({"table": None}, "table"),
        ({"due_date": date(2005, 1, 1)}, "due_date"),
    ],
)
def test_bad_settlement_names_the_field(changed, field):
    arguments = {
        "principal": D("100"),
        "due_date": date(2026, 1, 31),
        "payments": [],
        "until": date(2026, 6, 1),
        "table": table("nl_trade"),
    }
    with pytest.raises(LawError) as error:
        settle(**{**arguments, **changed})
    assert error.value.field == field
