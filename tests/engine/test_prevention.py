"""What to advise about new sales: each mark with the number before, on and after it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from odoo.addons.cremann_dunning.engine.prevention import (
    ACCEPTED_DAYS,
    CREDIT_LIMIT,
    DECLINED_DAYS,
    DEPOSIT,
    DIRECT_DEBIT,
    KINDS,
    REASONS,
    STOP,
    TERM,
    Behaviour,
    Marks,
    advise,
    credit_limit,
    may_advise_again,
)

from .support import TODAY


def kinds(**values):
    return [advice.kind for advice in advise(Behaviour(**values))]


def test_nothing_speaks_for_it():
    assert kinds() == []
    assert kinds(days_late=0, billed=Decimal(9999)) == []


@pytest.mark.parametrize(
    ("name", "mark", "expected"),
    [
        ("days_late", 15, [TERM]),
        ("days_late", 31, [TERM, DEPOSIT, CREDIT_LIMIT]),
        ("broken", 2, [DEPOSIT, CREDIT_LIMIT]),
        ("disputes", 3, [CREDIT_LIMIT]),
        ("notices", 1, [CREDIT_LIMIT]),
        ("letters", 4, [DIRECT_DEBIT]),
        ("oldest", 60, [CREDIT_LIMIT]),
    ],
)
def test_marks(name, mark, expected):
    before = [TERM] if (name, mark) == ("days_late", 31) else []
    assert kinds(**{name: mark - 1}) == before
    assert kinds(**{name: mark}) == expected
    assert kinds(**{name: mark + 1}) == expected


@pytest.mark.parametrize(
    ("term", "advised"), [(None, True), (0, False), (13, False), (14, False), (15, True), (30, True)]
)
def test_term_is_short_already(term, advised):
    assert (TERM in kinds(days_late=20, term=term)) == advised


def test_insolvent():
    (advice,) = advise(Behaviour(insolvent=True, days_late=90, broken=5, letters=9))
    assert (advice.kind, advice.reasons) == (STOP, (("insolvent", 1),))
    assert kinds(was_insolvent=True) == [DEPOSIT]


def test_stop_takes_two_reasons():
    assert STOP not in kinds(oldest=90)
    assert STOP not in kinds(notices=3, oldest=59)
    assert STOP in kinds(notices=1, oldest=60)
    assert STOP in kinds(broken=2, oldest=61)


def test_who_disputes_pays_by_no_direct_debit():
    assert DIRECT_DEBIT in kinds(letters=4, disputes=2)
    assert DIRECT_DEBIT not in kinds(letters=4, disputes=3)


def test_reasons_and_their_order():
    found = advise(Behaviour(days_late=40, broken=2, notices=1, letters=5, oldest=70, billed=Decimal(12000)))
    assert [advice.kind for advice in found] == list(KINDS)
    by_kind = {advice.kind: advice for advice in found}
    assert by_kind[STOP].reasons == (("oldest", 70), ("broken", 2), ("notices", 1))
    assert by_kind[DIRECT_DEBIT].reasons == (("letters", 5), ("days_late", 40))
    assert by_kind[CREDIT_LIMIT].amount == 1000
    assert by_kind[TERM].amount is None
    assert {name for advice in found for name, _number in advice.reasons} <= set(REASONS)


def test_with_care_nothing_hard():
    hard = {"days_late": 40, "broken": 2, "notices": 1, "letters": 5, "oldest": 70}
    assert kinds(**hard, with_care=True) == [TERM, DIRECT_DEBIT]


def test_tuned():
    assert advise(Behaviour(days_late=20), Marks(late=21)) == ()
    assert advise(Behaviour(days_late=21), Marks(late=21))


@pytest.mark.parametrize(
    ("billed", "limit"), [("0", 0), ("0.01", 100), ("1200", 100), ("1200.01", 200), ("14400", 1200), ("14400.12", 1300)]
)
def test_credit_limit(billed, limit):
    assert credit_limit(Decimal(billed)) == limit


@pytest.mark.parametrize(("state", "days"), [("accepted", ACCEPTED_DAYS), ("declined", DECLINED_DAYS)])
def test_again(state, days):
    for offset, may in ((-1, False), (0, True), (1, True)):
        assert may_advise_again(state, TODAY, TODAY + timedelta(days=days + offset)) == may
