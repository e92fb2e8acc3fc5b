"""Limitation: when a claim can no longer be enforced, what interrupts that, and when to warn.

A court does not apply limitation of its own motion (3:322 BW), so the dates here warn and never stop a
step. Where a rule is uncertain the earlier date is taken: an interruption too many costs a stamp, one too
late the claim.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from .calendar import DAY, add_months
from .errors import DateError, check_choice, check_count, check_date

DEMAND = "demand"
ACKNOWLEDGEMENT = "acknowledgement"
CLAIM = "claim"
PAYMENT_ORDER = "payment_order"
LAWYER_NOTICE = "lawyer_notice"
PAYMENT = "payment"
INTERRUPTIONS = (ACKNOWLEDGEMENT, CLAIM, DEMAND, LAWYER_NOTICE, PAYMENT, PAYMENT_ORDER)

# Nothing shows that it ever reached the debtor.
NEVER = date(2100, 12, 31)

WARN_MONTHS = (6, 3, 1)

LONGEST_MONTHS = 30 * 12


@dataclass(frozen=True)
class Period:
    """How long a kind of claim can be enforced.

    :ivar months: length.
    :ivar article: source.
    :ivar rule: which acts interrupt it, a key of :data:`INTERRUPTION_RULES`; empty for what the country has in general.
    """

    months: int
    article: str
    rule: str = ""


# Belgium, the short periods of old BW 2272: the law presumes payment, and no more than writing takes that away (2274).
BE_WRITING = "BE_WRITING"

PERIODS: Mapping[tuple[str, str], Period] = {
    ("NL", "consumer_sale"): Period(24, "7:28 BW"),
    ("NL", "contract"): Period(60, "3:307 BW"),
    ("NL", "periodic"): Period(60, "3:308 BW"),
    ("NL", "judgment"): Period(240, "3:324 BW"),
    ("NL", "judgment_periodic"): Period(60, "3:324 BW"),
    ("BE", "contract"): Period(120, "2262bis oud BW"),
    ("BE", "periodic"): Period(60, "2277 oud BW"),
    ("BE", "utilities"): Period(60, "2277 oud BW"),
    ("BE", "consumer_sale"): Period(12, "2272 oud BW", BE_WRITING),
    ("BE", "care"): Period(24, "2277bis oud BW"),
    ("BE", "hospitality"): Period(6, "2272 oud BW", BE_WRITING),
}


@dataclass(frozen=True)
class InterruptionRule:
    """What an act does.

    :ivar maximum: a new period of the same length but at most so many months.
    :ivar fixed: a period of so many months instead.
    :ivar once: works only once.
    """

    maximum: int | None = None
    fixed: int | None = None
    once: bool = False


# NL 3:316-319 BW: a new period of equal length, at most five years. BE: a creditor's own demand, registered
# or not, interrupts nothing; the notice of a lawyer, bailiff or authorised representative gives one year
# (old BW 2244 par. 2; counted once, the safe reading). A part payment is an acknowledgement without words, which does
# not take away the presumption of the short Belgian periods.
INTERRUPTION_RULES: Mapping[str, Mapping[str, InterruptionRule]] = {
    "NL": {
        DEMAND: InterruptionRule(maximum=60),
        ACKNOWLEDGEMENT: InterruptionRule(maximum=60),
        PAYMENT: InterruptionRule(maximum=60),
        CLAIM: InterruptionRule(maximum=60),
        PAYMENT_ORDER: InterruptionRule(maximum=60),
        LAWYER_NOTICE: InterruptionRule(maximum=60),
    },
    "BE": {
        ACKNOWLEDGEMENT: InterruptionRule(),
        PAYMENT: InterruptionRule(),
        CLAIM: InterruptionRule(),
        PAYMENT_ORDER: InterruptionRule(),
        LAWYER_NOTICE: InterruptionRule(fixed=12, once=True),
    },
    BE_WRITING: {
        ACKNOWLEDGEMENT: InterruptionRule(),
        CLAIM: InterruptionRule(),
        PAYMENT_ORDER: InterruptionRule(),
        LAWYER_NOTICE: InterruptionRule(fixed=12, once=True),
    },
}


# What can be done against limitation, the easiest first.
WAYS = (DEMAND, ACKNOWLEDGEMENT, PAYMENT, LAWYER_NOTICE, PAYMENT_ORDER, CLAIM)


@dataclass(frozen=True)
class Interruption:
    """An act against limitation.

    :ivar on: the first day on which it can have worked; the new period counts from it.
    :ivar kind: ``"demand"`` (the creditor's own written demand or reservation of rights),
        ``"acknowledgement"`` (by the debtor in words: a payment plan, a letter), ``"payment"`` (a part of it, by him),
        ``"claim"`` (in court), ``"payment_order"`` or ``"lawyer_notice"`` (lawyer or bailiff, registered with
        acknowledgement of receipt).
    :ivar reached: the last day on which it can have reached the debtor, since a letter works from then (3:37 lid 3 BW);
        it is in time only when that lies within the period. ``None`` for `on`, :data:`NEVER` where nothing shows that
        it did.
    """

    on: date
    kind: str = DEMAND
    reached: date | None = None


@dataclass(frozen=True)
class Limitation:
    """How long a claim can still be enforced.

    :ivar original_last_day: last day without any interruption.
    :ivar last_day: last day now.
    :ivar safe_last_day: the day by which an interruption should have *reached* the debtor: one day of
        margin.
    :ivar effective: the interruptions that worked.
    :ivar ineffective: those that did not: of a kind the country does not know, before the claim was due,
        a second lawyer's notice, or too late.
    :ivar article: source of the period.
    :ivar ways: kinds of acts that would interrupt it now, the easiest first.
    :ivar known: kinds of acts that interrupt such a claim at all.
    """

    original_last_day: date
    last_day: date
    effective: tuple[Interruption, ...]
    ineffective: tuple[Interruption, ...]
    article: str
    ways: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    @property
    def safe_last_day(self) -> date:
        return self.last_day - DAY

    def warnings(self, months: Iterable[int] = WARN_MONTHS) -> tuple[date, ...]:
        """Return the days on which to warn: six, three and one month before the safe last day."""
        return tuple(add_months(self.safe_last_day, -count) for count in months)

    def warning_on(self, day: date, months: Iterable[int] = WARN_MONTHS) -> int | None:
        """Return the warning on a day: 6, 3 or 1 (months left), 0 after the safe last day, or ``None``."""
        if check_date("day", day) > self.safe_last_day:
            return 0
        reached = [count for count in months if day >= add_months(self.safe_last_day, -count)]
        return min(reached, default=None)

    def is_expired(self, day: date) -> bool:
        """Tell whether the debtor may plead limitation on that day."""
        return check_date("day", day) > self.last_day


def limitation(
    country: str,
    kind: str,
    due_date: date,
    interruptions: Iterable[Interruption] = (),
    *,
    period: Period | None = None,
) -> Limitation:
    """Return until when a claim can be enforced.

    NL: 7:28, 3:307, 3:308, 3:324 BW; the period starts the day after the claim became due (3:313); an
    interruption starts a new period the day after it, of equal length but at most five years, never
    ending before the one that ran (3:316-3:319). BE: old BW 2262bis, 2272, 2277.

    :param country: ``"NL"`` or ``"BE"``.
    :param kind: ``"contract"``, ``"consumer_sale"``, ``"periodic"``; NL also ``"judgment"``,
        ``"judgment_periodic"``; BE also ``"utilities"``, ``"care"``, ``"hospitality"``.
    :param due_date: last payment day (for a judgment its day).
    :param interruptions: in any order.
    :param period: a period from a record in the place of the one of `country` and `kind`.
    :raises ChoiceError: unknown country, kind or kind of interruption.
    :raises DateError: no proper date.
    """
    check_choice("country", country, sorted({land for land, _kind in PERIODS}))
    if period is None:
        known = [name for land, name in PERIODS if land == country]
        period = PERIODS[country, check_choice("kind", kind, known)]
    rules = INTERRUPTION_RULES[check_choice("rule", period.rule or country, INTERRUPTION_RULES)]
    if check_count("period", period.months, 1) > LONGEST_MONTHS:
        raise DateError("period", f"{period.months} months is longer than any limitation")
    original = last_day = add_months(check_date("due_date", due_date), period.months)
    effective: list[Interruption] = []
    ineffective: list[Interruption] = []
    for act in sorted(interruptions, key=lambda act: check_date("on", act.on)):
        rule = rules.get(check_choice("interruption", act.kind, INTERRUPTIONS))
        in_time = due_date < act.on and check_date("reached", act.reached or act.on) <= last_day
        if rule is None or not in_time or (rule.once and _used(act.kind, effective)):
            ineffective.append(act)
            continue
        effective.append(act)
        last_day = max(last_day, add_months(act.on, _renewed_months(rule, period)))
    ways = tuple(kind for kind in WAYS if kind in rules and not (rules[kind].once and _used(kind, effective)))
    return Limitation(original, last_day, tuple(effective), tuple(ineffective), period.article, ways, tuple(rules))


def why_not(act: Interruption, answer: Limitation, due_date: date) -> str:
    """Return why an act that did not work did not: ``"kind"`` (the law knows it not), ``"early"`` (before the claim was
    due), ``"unproven"`` (nothing shows that it arrived), ``"once"`` (used up), ``"late"``.

    :param answer: of which it is one of the ineffective. :param due_date: of its claim.
    """
    if act.kind not in answer.known:
        return "kind"
    if act.on <= due_date:
        return "early"
    if act.reached == NEVER:
        return "unproven"
    return "late" if act.kind in answer.ways else "once"


def _used(kind: str, acts: list[Interruption]) -> bool:
    return any(act.kind == kind for act in acts)


def _renewed_months(rule: InterruptionRule, period: Period) -> int:
    if rule.fixed is not None:
        return rule.fixed
    return period.months if rule.maximum is None else min(period.months, rule.maximum)


def accessory(main: Limitation, own: Limitation) -> date:
    """Return the last day of a claim to interest: not later than the claim it belongs to (3:312 BW)."""
    return min(main.last_day, own.last_day)
