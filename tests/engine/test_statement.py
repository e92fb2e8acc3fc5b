"""The figures of a statement of account: rows, running balance, ages, and totals that add up to the cent."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.statement import (
    BUCKETS,
    CONVERSION,
    PAYMENT,
    Entry,
    bucket,
    build,
)

DAY = date(2026, 11, 16)


def entry(number, amount, still=None, ago=30, due=None, **values):
    """Booked so many days ago; open as a whole unless said otherwise; due so many days ago."""
    amount = Decimal(amount)
    return Entry(
        number,
        DAY - timedelta(days=ago),
        f"INV/{number}",
        values.pop("currency", "EUR"),
        amount,
        amount if still is None else Decimal(still),
        due_date=None if due is None else DAY - timedelta(days=due),
        **values,
    )


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (60, "31_60"), (61, "61_90"), (90, "61_90"),
     (91, "over_90"), (4000, "over_90")],
)  # fmt: skip
def test_ages_begin_and_end_on_their_day(days, name):
    assert bucket(days) == name


def test_due_today_is_not_overdue_and_yesterday_is():
    [part] = build([entry(1, "10.00", due=0), entry(2, "20.00", due=1), entry(3, "40.00", due=-1)], DAY).parts
    assert part.ages["not_due"] == Decimal("50.00")
    assert part.ages["1_30"] == Decimal("20.00")
    assert [item.days for item in part.items] == [0, 1, 0]
    assert part.overdue == Decimal("20.00")


def test_open_items_show_what_was_settled_and_add_up():
    rows = [
        entry(1, "100.00", "60.00", ago=40, due=26),
        entry(2, "-30.00", "-5.00", ago=20, kind=PAYMENT),
        entry(3, "50.00", "0.00", ago=10),
    ]
    [part] = build(rows, DAY).parts
    assert [(item.debit, item.credit, item.balance) for item in part.items] == [
        (Decimal("100.00"), Decimal("40.00"), Decimal("60.00")),
        (Decimal("25.00"), Decimal("30.00"), Decimal("55.00")),
    ]
    assert (part.total, part.unallocated) == (Decimal("55.00"), Decimal("5.00"))
    assert part.debit - part.credit == part.total


def test_period_runs_from_its_opening_balance():
    rows = [
        entry(1, "100.00", "60.00", ago=40, due=26),  # before the period, still open
        entry(2, "-40.00", "0.00", ago=20, kind=PAYMENT),
        entry(3, "50.00", ago=10, due=-4),
    ]
    since = DAY - timedelta(days=30)
    [part] = build(rows, DAY, since, {"EUR": Decimal("100.00")}).parts
    assert [item.entry.number for item in part.items] == ["INV/2", "INV/3"]
    assert [item.balance for item in part.items] == [Decimal("60.00"), Decimal("110.00")]
    assert part.total == Decimal("110.00")
    assert part.ages["1_30"] == Decimal("60.00")


def test_first_day_of_the_period_belongs_to_it():
    since = DAY - timedelta(days=30)
    rows = [entry(1, "1.00", ago=31), entry(2, "2.00", ago=30), entry(3, "4.00", ago=29)]
    [part] = build(rows, DAY, since, {"EUR": Decimal("1.00")}).parts
    assert [item.entry.line_id for item in part.items] == [2, 3]


def test_currencies_are_never_added():
    parts = build([entry(1, "10.00"), entry(2, "20.00", currency="USD")], DAY).parts
    assert [(part.currency, part.total) for part in parts] == [("EUR", Decimal("10.00")), ("USD", Decimal("20.00"))]


def test_nothing_is_an_empty_statement():
    assert build([], DAY).parts == ()
    assert build([], DAY, DAY, {"EUR": Decimal("0.00")}).parts == ()


def test_balance_of_the_period_alone_is_shown():
    [part] = build([], DAY, DAY, {"EUR": Decimal("7.00")}).parts
    assert (part.opening, part.items) == (Decimal("7.00"), ())


def test_settled_in_another_currency_closes_both():
    invoice = entry(1, "200.00", "0.00", currency="USD", ago=20)
    receipt = entry(2, "-100.00", "0.00", ago=5, kind=PAYMENT)
    moved = [
        entry(10, "-200.00", "0.00", currency="USD", ago=5, kind=CONVERSION),
        entry(11, "100.00", "0.00", ago=5, kind=CONVERSION),
    ]
    rows = [invoice, receipt, *moved]
    for part in build(rows, DAY, DAY - timedelta(days=30)).parts:
        assert part.items[-1].balance == part.total == 0
        assert part.items[-1].entry.kind == CONVERSION


def test_totals_add_up_whatever_the_ledger_holds():
    """Rows, ages and total agree, and the running balance of the rows ends at the total."""
    dice = random.Random(94)
    for _round in range(300):
        rows, opening = [], {"EUR": Decimal("0.00"), "USD": Decimal("0.00")}
        since = DAY - timedelta(days=dice.randint(0, 120))
        for number in range(dice.randint(0, 12)):
            amount = Decimal(dice.randint(-50000, 50000)) / 100
            row = entry(
                number, amount, amount, ago=dice.randint(0, 200), due=dice.randint(-60, 200),
                currency=dice.choice(("EUR", "USD")),
            )  # fmt: skip
            rows.append(row)
            if row.booked_on < since:
                opening[row.currency] += amount
        for statement in (build(rows, DAY), build(rows, DAY, since, opening)):
            for part in statement.parts:
                ledger = sum((row.open for row in rows if row.currency == part.currency), Decimal("0.00"))
                last = part.items[-1].balance if part.items else part.opening
                assert part.total == last == ledger == part.opening + part.debit - part.credit
                assert part.total == sum(part.ages.values()) - part.unallocated
                assert set(part.ages) == {name for name, _last in BUCKETS}
