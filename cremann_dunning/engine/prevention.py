"""What to do about new sales to a debtor, from how he paid and what it took: advice with its reasons, for a person.

Nothing follows by itself. Each rule has its marks, and an advice names all the reasons that speak for it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from .facts import ZERO

TERM, DEPOSIT, DIRECT_DEBIT, CREDIT_LIMIT, STOP = "term", "deposit", "direct_debit", "credit_limit", "stop"
KINDS = (TERM, DEPOSIT, DIRECT_DEBIT, CREDIT_LIMIT, STOP)

# Reasons. Stored, so never renamed.
DAYS_LATE, BROKEN, DISPUTES, NOTICES, LETTERS = "days_late", "broken", "disputes", "notices", "letters"
OLDEST, INSOLVENT, WAS_INSOLVENT = "oldest", "insolvent", "was_insolvent"
REASONS = (DAYS_LATE, BROKEN, DISPUTES, NOTICES, LETTERS, OLDEST, INSOLVENT, WAS_INSOLVENT)

# So long an answer holds before the same is advised once more: what was declined, and what was accepted.
DECLINED_DAYS, ACCEPTED_DAYS = 180, 365
SHORT_TERM = 14  # days: nothing shorter is advised than what is customary for a short term
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a debtor behaved in the year before, in one company.

    ``days_late``: on average after the due date, None where too few invoices were paid to say. ``broken``: promises and
    payment plans. ``disputes``: opened, and not found to be right. ``notices``: letters with legal force, ``letters``:
    all that were sent after the due date. ``oldest``: how many days the oldest open claim that is not disputed is late.
    ``billed``: in that year. ``term``: days that he has to pay now, None where nobody knows. ``with_care``: he is
    treated with care, so nothing is advised that would hit him hard.
    """

    days_late: int | None = None
    broken: int = 0
    disputes: int = 0
    notices: int = 0
    letters: int = 0
    oldest: int = 0
    insolvent: bool = False
    was_insolvent: bool = False
    billed: Decimal = ZERO
    term: int | None = None
    with_care: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """From where on something speaks for an advice: the number itself counts."""

    late: int = 15
    very_late: int = 31
    broken: int = 2
    disputes: int = 3
    notices: int = 1
    letters: int = 4
    oldest: int = 60


USUAL = Marks()


@dataclass(frozen=True, slots=True)
class Advice:
    """One advice with its reasons: ``(reason, number)``. ``amount``: the credit limit that goes with it."""

    kind: str
    reasons: tuple[tuple[str, int], ...]
    amount: Decimal | None = None


def advise(behaviour: Behaviour, marks: Marks = USUAL) -> tuple[Advice, ...]:
    """What to advise about new sales, in the order of ``KINDS``; nothing where nothing speaks for it."""
    if behaviour.insolvent:
        return (Advice(STOP, ((INSOLVENT, 1),)),)
    found = _speaking(behaviour, marks)
    late, very_late = found.get(DAYS_LATE, 0) >= marks.late, found.get(DAYS_LATE, 0) >= marks.very_late
    advice = []
    if late and (behaviour.term is None or behaviour.term > SHORT_TERM):
        advice.append(_advice(TERM, found, DAYS_LATE))
    if very_late or found.keys() & {BROKEN, WAS_INSOLVENT}:
        names = (DAYS_LATE,) if very_late else ()
        advice.append(_advice(DEPOSIT, found, *names, BROKEN, WAS_INSOLVENT))
    if LETTERS in found and DISPUTES not in found:
        advice.append(_advice(DIRECT_DEBIT, found, LETTERS, DAYS_LATE))
    if very_late or found.keys() & {BROKEN, NOTICES, DISPUTES, OLDEST}:
        names = (DAYS_LATE,) if very_late else ()
        one = _advice(CREDIT_LIMIT, found, *names, BROKEN, NOTICES, DISPUTES, OLDEST)
        advice.append(Advice(one.kind, one.reasons, credit_limit(behaviour.billed)))
    if OLDEST in found and found.keys() & {BROKEN, NOTICES}:
        advice.append(_advice(STOP, found, OLDEST, BROKEN, NOTICES))
    gentle = {TERM, DIRECT_DEBIT}
    return tuple(one for one in advice if not behaviour.with_care or one.kind in gentle)


def credit_limit(billed: Decimal) -> Decimal:
    """A limit for a debtor: what is billed to him in a month, up to the next hundred."""
    return (billed / 12 / HUNDRED).quantize(Decimal(1), rounding=ROUND_CEILING) * HUNDRED


def may_advise_again(state: str, decided_on: date, as_of: date) -> bool:
    """Whether the same may be advised once more after a person accepted or declined it on that day."""
    days = ACCEPTED_DAYS if state == "accepted" else DECLINED_DAYS
    return as_of >= decided_on + timedelta(days=days)


def _speaking(behaviour: Behaviour, marks: Marks) -> dict[str, int]:
    """The reasons whose mark was reached, with their numbers."""
    numbers = {
        DAYS_LATE: (behaviour.days_late or 0, marks.late),
        BROKEN: (behaviour.broken, marks.broken),
        DISPUTES: (behaviour.disputes, marks.disputes),
        NOTICES: (behaviour.notices, marks.notices),
        LETTERS: (behaviour.letters, marks.letters),
        OLDEST: (behaviour.oldest, marks.oldest),
        WAS_INSOLVENT: (int(behaviour.was_insolvent), 1),
    }
    return {name: number for name, (number, mark) in numbers.items() if number >= mark}


def _advice(kind: str, found: dict[str, int], *names: str) -> Advice:
    return Advice(kind, tuple((name, found[name]) for name in names if name in found))
