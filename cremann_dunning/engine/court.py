"""Ways to a court: what each needs, whether it can be had for these claims, the day to look at, which documents there
are. A checklist and no form: whoever takes it on reads the law. Days are the later ones where a term has to run out,
and the earlier ones where something lapses.

Seen: art. 2, 79, 80, 85, 93, 94, 99, 101, 111, 114 Rv; Regulation (EC) 1896/2006. Of art. 1394/20-27 Ger.W. only what
several sources say alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..law.calendar import add_months

SUMMONS, UNDISPUTED_BE, EUROPEAN_ORDER = "summons", "undisputed_be", "european_order"
ROUTES = (SUMMONS, UNDISPUTED_BE, EUROPEAN_ORDER)

# What is said of a point. What somebody has to look at stops nothing by itself.
MET, LOOK, WAIT, MISSING, NEVER = "met", "look", "wait", "missing", "never"
# What is said of a way, the worst of its points.
READY, ASK, LATER, INCOMPLETE, NO = "ready", "ask", "later", "incomplete", "no"
VERDICTS = {MET: READY, LOOK: ASK, WAIT: LATER, MISSING: INCOMPLETE, NEVER: NO}
WORST = (MET, LOOK, WAIT, MISSING, NEVER)

CANTON_LIMIT = Decimal("25000.00")
BELGIAN_SHARE = Decimal("0.10")
ZERO = Decimal("0.00")

EU = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
WITHOUT_ORDER = frozenset({"DK"})

# Documents.
INVOICE, ORDER, TERMS, DEMAND, NOTICE, STATEMENT, DEFENCE, EVIDENCE, REGISTER = (
    "invoice", "order", "terms", "demand", "notice", "statement", "defence", "evidence", "register",
)  # fmt: skip
DOCUMENTS = {
    SUMMONS: (INVOICE, ORDER, TERMS, DEMAND, NOTICE, STATEMENT, DEFENCE, REGISTER),
    UNDISPUTED_BE: (INVOICE, ORDER, TERMS, DEMAND, STATEMENT, REGISTER),
    EUROPEAN_ORDER: (INVOICE, ORDER, TERMS, DEMAND, STATEMENT, EVIDENCE),
}


@dataclass(frozen=True, slots=True)
class CourtClaim:
    """One claim. :ivar demanded_until: last day to pay of the last letter that demanded it, None where none went.
    :ivar act_by: the day by which its limitation has to be interrupted, None where that is not known.
    :ivar in_agreement: a promise or plan about it runs. :ivar has_invoice: the invoice can be shown.
    :ivar has_order: an order or contract is named on it.
    """

    number: str
    principal: Decimal
    currency: str
    date_due: date
    demanded_until: date | None = None
    act_by: date | None = None
    is_disputed: bool = False
    in_agreement: bool = False
    has_invoice: bool = True
    has_order: bool = False


@dataclass(frozen=True, slots=True)
class CourtCase:
    """A debtor and what would be asked of him. :ivar kind: ``business``, ``consumer``, ``public`` or ``unknown``.
    :ivar costs_from: the first day on which costs may be asked of a protected debtor, None where no valid notice went.
    :ivar has_replies: he wrote and nobody handled it. :ivar notice_proven: that the notice arrived is proven.
    """

    today: date
    creditor_country: str
    debtor_country: str
    kind: str
    claims: tuple[CourtClaim, ...]
    interest: Decimal = ZERO
    costs: Decimal = ZERO
    creditor_number: bool = False
    debtor_number: bool = False
    is_insolvent: bool = False
    with_care: bool = False
    has_replies: bool = False
    costs_from: date | None = None
    notice_proven: bool = False

    @property
    def principal(self) -> Decimal:
        return sum((claim.principal for claim in self.claims), ZERO)

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest + self.costs

    @property
    def is_protected(self) -> bool:
        return self.kind in ("consumer", "unknown")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a way needs. :ivar code: what it is. :ivar state: ``MET`` … ``NEVER``. :ivar article: where it
    stands; empty where the law was not seen. :ivar day: the first day on which it will be met. :ivar numbers: the
    claims that it is about. :ivar amount: a limit or what goes beyond it.
    """

    code: str
    state: str
    article: str = ""
    day: date | None = None
    numbers: tuple[str, ...] = ()
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of a way. :ivar state: ``MET`` (there), ``MISSING`` or ``LOOK`` (somebody has to find it).
    :ivar numbers: of which claims it is missing."""

    code: str
    state: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a court. :ivar from_day: the first day on which it can be begun: today, or when what runs has run out;
    None where no day can be said. :ivar act_by: the day by which it has to have been begun, or the first of the claims
    may lapse. :ivar look_on: the day to look at it again: once it was begun, when the other side's time is over; else
    the first day on which it can be.
    """

    code: str
    verdict: str
    points: tuple[Point, ...]
    papers: tuple[Paper, ...]
    from_day: date | None
    act_by: date | None
    look_on: date | None


def routes(case: CourtCase) -> tuple[Route, ...]:
    """What each way needs and whether it can be had, in the order of :data:`ROUTES`.

    :raises ValueError: no claims.
    """
    if not case.claims:
        raise ValueError("no claims")
    return tuple(_route(code, _POINTS[code](case), case) for code in ROUTES)


def _route(code: str, points: Iterable[Point], case: CourtCase) -> Route:
    points = (*points, *_common(case))
    worst = max((point.state for point in points), key=WORST.index)
    days = [point.day for point in points if point.state == WAIT and point.day]
    from_day = None if worst in (MISSING, NEVER) else max([case.today, *days])
    act_by = min((claim.act_by for claim in case.claims if claim.act_by), default=None)
    look_on = None
    if worst == WAIT:
        look_on = from_day
    elif from_day:
        look_on = _over(code, from_day)
    return Route(code, VERDICTS[worst], points, _papers(code, case), from_day, act_by, look_on)


def _over(code: str, begun: date) -> date:
    """When the other side's time is over at the earliest, had it begun on that day."""
    if code == UNDISPUTED_BE:  # a month to pay, and the bailiff's record eight days later
        return add_months(begun, 1) + timedelta(days=8)
    return begun + timedelta(days=7 if code == SUMMONS else 60)  # 114 Rv; 12(1) and 16(2): 30 days and 30 days


# -- what each way needs -------------------------------------------------------------------------------------------


def _summons(case: CourtCase) -> Iterable[Point]:
    here = case.debtor_country == "NL"
    yield Point("nl_defendant", MET if here else NEVER, "2, 99 Rv")
    yield _due(case, "111(2)(d) Rv")
    yield _demanded(case, "6:82 BW")
    if case.is_protected and case.costs:
        yield _notice(case)
    yield Point("defences", LOOK if _disputed(case) else MET, "111(3) Rv", numbers=_disputed(case))
    if case.kind in ("consumer", "unknown"):
        yield Point("canton_consumer", MET if case.kind == "consumer" else LOOK, "93(c), 101 Rv")
    if _mixed(case):
        yield Point("currencies", LOOK, "93, 94 Rv")
    elif case.total <= CANTON_LIMIT:
        yield Point("canton", MET, "93(a), 94(1), 79(1) Rv", amount=CANTON_LIMIT)
    elif not case.is_protected:
        yield Point("lawyer", LOOK, "93(a), 79(2) Rv", amount=CANTON_LIMIT)
    yield Point("bailiff", LOOK, "111(1) Rv")
    yield from _insolvency(case, "26 Fw")


def _undisputed(case: CourtCase) -> Iterable[Point]:
    article = "1394/20 Ger.W."
    yield Point("be_debtor", MET if case.debtor_country == "BE" else NEVER, article)
    yield Point("business", MET if case.kind == "business" else NEVER, article)
    registered = case.debtor_number and case.creditor_number and case.creditor_country == "BE"
    yield Point("registered", MET if registered else LOOK, article)
    yield Point("undisputed", NEVER if _disputed(case) else MET, article, numbers=_disputed(case))
    yield _due(case, article)
    limit = (case.principal * BELGIAN_SHARE).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    beyond = case.interest + case.costs > limit
    yield Point("ten_percent", LOOK if beyond else MET, article, amount=limit)
    yield Point("be_lawyer", LOOK, article)
    yield from _insolvency(case, article)


def _european(case: CourtCase) -> Iterable[Point]:
    countries = {case.creditor_country, case.debtor_country}
    crosses = len(countries) == 2 and countries <= EU - WITHOUT_ORDER
    yield Point("cross_border", MET if crosses else NEVER, "2(3), 3 Reg. 1896/2006")
    if case.kind == "public":
        yield Point("no_authority", LOOK, "2(1) Reg. 1896/2006")
    yield _due(case, "4 Reg. 1896/2006")
    if case.is_protected:
        yield Point("his_court", LOOK, "6(2) Reg. 1896/2006")
    else:
        yield Point("which_court", LOOK, "6(1) Reg. 1896/2006; Reg. 1215/2012")
    yield Point("uncontested", LOOK if _disputed(case) else MET, "16, 17 Reg. 1896/2006", numbers=_disputed(case))
    yield Point("form_a", LOOK, "7 Reg. 1896/2006")
    yield from _insolvency(case, "2(2)(b) Reg. 1896/2006")


_POINTS = {SUMMONS: _summons, UNDISPUTED_BE: _undisputed, EUROPEAN_ORDER: _european}


def _common(case: CourtCase) -> Iterable[Point]:
    """What any way asks before it is begun."""
    agreed = tuple(claim.number for claim in case.claims if claim.in_agreement)
    if agreed:
        yield Point("agreement", MISSING, numbers=agreed)
    if case.has_replies:
        yield Point("replies", MISSING)
    if case.with_care:
        yield Point("care", LOOK)
    late = tuple(claim.number for claim in case.claims if claim.act_by and claim.act_by < case.today)
    if late:
        yield Point("lapsed", LOOK, "3:322 BW" if case.debtor_country == "NL" else "", numbers=late)
    unknown = tuple(claim.number for claim in case.claims if not claim.act_by)
    if unknown:
        yield Point("limitation_unknown", LOOK, numbers=unknown)


def _due(case: CourtCase, article: str) -> Point:
    """All of it has fallen due: the day after the last payment day."""
    ahead = [claim for claim in case.claims if claim.date_due >= case.today]
    if not ahead:
        return Point("due", MET, article)
    last = max(claim.date_due for claim in ahead) + timedelta(days=1)
    return Point("due", WAIT, article, last, tuple(claim.number for claim in ahead))


def _demanded(case: CourtCase, article: str) -> Point:
    """Each was demanded in writing with a term that has run out."""
    never = tuple(claim.number for claim in case.claims if not claim.demanded_until)
    if never:
        return Point("demanded", MISSING, article, numbers=never)
    running = [claim for claim in case.claims if claim.demanded_until >= case.today]
    if not running:
        return Point("demanded", MET, article)
    last = max(claim.demanded_until for claim in running) + timedelta(days=1)
    return Point("demanded", WAIT, article, last, tuple(claim.number for claim in running))


def _notice(case: CourtCase) -> Point:
    """Costs are asked of a protected debtor after a notice that has run out."""
    article = "6:96(6) BW"
    if not case.costs_from:
        return Point("notice", MISSING, article)
    if case.costs_from > case.today:
        return Point("notice", WAIT, article, case.costs_from)
    return Point("notice", MET if case.notice_proven else LOOK, article)


def _insolvency(case: CourtCase, article: str) -> Iterable[Point]:
    if case.is_insolvent:
        yield Point("insolvent", NEVER, article)


def _disputed(case: CourtCase) -> tuple[str, ...]:
    return tuple(claim.number for claim in case.claims if claim.is_disputed)


def _mixed(case: CourtCase) -> bool:
    return len({claim.currency for claim in case.claims}) > 1 or case.claims[0].currency != "EUR"


# -- documents -----------------------------------------------------------------------------------------------------


def _papers(code: str, case: CourtCase) -> tuple[Paper, ...]:
    wanted = [paper for paper in DOCUMENTS[code] if paper != NOTICE or case.is_protected]
    return tuple(_paper(paper, case) for paper in wanted)


def _paper(code: str, case: CourtCase) -> Paper:
    """Whether a document is there, as far as the records say."""
    missing: dict[str, tuple[str, ...]] = {
        INVOICE: tuple(claim.number for claim in case.claims if not claim.has_invoice),
        ORDER: tuple(claim.number for claim in case.claims if not claim.has_order),
        DEMAND: tuple(claim.number for claim in case.claims if not claim.demanded_until),
    }
    if code in missing:
        return Paper(code, MISSING if missing[code] else MET, missing[code])
    if code == NOTICE:
        return Paper(code, MET if case.costs_from and case.notice_proven else MISSING if not case.costs_from else LOOK)
    if code == DEFENCE:
        return Paper(code, LOOK if _disputed(case) or case.has_replies else MET)
    return Paper(code, MET if code == STATEMENT else LOOK)
