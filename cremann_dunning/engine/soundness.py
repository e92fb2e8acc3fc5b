"""What is wrong with a procedure, all at once: against the law that holds for its debtors, and by its own logic.

What no procedure may be saved with is no part of it (``dunning.procedure`` and ``dunning.level`` refuse that).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from .axis import Stop
from .rules import CALL, HANDOVER, NOTICE_OF_DEFAULT, PRE_DUE, REMINDER, STATUTORY_NOTICE, Level, Procedure

# Gravest first: a letter that cannot go, or would ask what may not be asked; what weakens a step; what is odd.
STOPS, WEAK, ODD = "stops", "weak", "odd"


@dataclass(frozen=True, slots=True)
class LawOfDebtors:
    """What the regime and the company's settings say for the debtors of one procedure.

    ``free_term``: the regime knows a statutory notice. ``costs_after_notice``: nothing extra is asked before its term
    ran out. ``notice_after_default``: it may go only to who is in default. ``term_agreed``: due dates were agreed, so a
    debtor is in default by himself. ``costs``, ``interest``: whether any may be asked at all, with the clauses that the
    company has.
    """

    article: str = ""
    free_term: bool = False
    costs_after_notice: bool = False
    notice_after_default: bool = False
    term_agreed: bool = False
    costs: bool = True
    interest: bool = True


@dataclass(frozen=True, slots=True)
class Unsound:
    """One thing that is wrong: a code of :data:`GRAVITY`, the level it is about (None: the procedure itself), the
    article of law where there is one, and the facts that its sentence names."""

    code: str
    level: Level | None = None
    article: str = ""
    facts: dict = field(default_factory=dict, compare=False)

    @property
    def gravity(self) -> str:
        """One of ``STOPS``, ``WEAK`` and ``ODD``."""
        return GRAVITY[self.code]


# Code -> how grave it is. A test holds the sentences in ``dunning.soundness`` equal to this list.
GRAVITY = {
    "NO_LEVEL": STOPS,
    "NO_TEXT": STOPS,
    "NO_FREE_TERM": STOPS,
    "NO_DEFAULT": STOPS,
    "NO_NOTICE": WEAK,
    "NO_DEMAND": WEAK,
    "NO_PAPER": WEAK,
    "COSTS_NEVER": ODD,
    "INTEREST_NEVER": ODD,
    "NEVER_REACHED": ODD,
    "LATER": ODD,
    "HEAVY_FIRST": ODD,
    "UNSENT": ODD,
}
SLACK = 1  # day: a term ends at the end of a day, and so most steps come a day later than they say
ORDER = {gravity: place for place, gravity in enumerate((STOPS, WEAK, ODD))}
IN_DEFAULT_BY_REMINDER = "art. 6:82 BW"
RECEIPT_TO_PROVE = "art. 3:37 BW"


@dataclass(frozen=True, slots=True)
class Examined:
    """What the rules look at: the procedure, its law, and its steps at the earliest. ``paper``: the ids of levels whose
    letter goes on paper as well, ``gives_term`` of those that give days to pay."""

    procedure: Procedure
    law: LawOfDebtors
    stops: tuple[Stop, ...]
    paper: frozenset[int] = frozenset()
    gives_term: frozenset[int] = frozenset()

    @property
    def letters(self) -> tuple[Level, ...]:
        """The levels that are letters."""
        return tuple(level for level in self.procedure.levels if level.legal_type != CALL)

    def before(self, level: Level) -> tuple[Level, ...]:
        """The levels above this one."""
        return self.procedure.levels[: self.procedure.levels.index(level)]


def unsound(examined: Examined) -> tuple[Unsound, ...]:
    """All that is wrong, the gravest first and of these in the order of the levels; empty where nothing is."""
    if not examined.procedure.levels:
        return (Unsound("NO_LEVEL"),)
    place = {level.id: number for number, level in enumerate(examined.procedure.levels)}
    found = [one for rule in RULES for one in rule(examined)]
    return tuple(sorted(found, key=lambda one: (ORDER[one.gravity], place[one.level.id] if one.level else -1)))


def _texts(it: Examined) -> Iterator[Unsound]:
    yield from (Unsound("NO_TEXT", level) for level in it.letters if not level.has_text)


def _notices(it: Examined) -> Iterator[Unsound]:
    """A statutory notice where the law knows none, or to somebody who is not in default yet."""
    for level in it.letters:
        if level.legal_type != STATUTORY_NOTICE:
            continue
        if not it.law.free_term:
            yield Unsound("NO_FREE_TERM", level, it.law.article)
        reminded = any(step.legal_type == REMINDER and step.id in it.gives_term for step in it.before(level))
        if it.law.notice_after_default and not it.law.term_agreed and not reminded:
            yield Unsound("NO_DEFAULT", level, IN_DEFAULT_BY_REMINDER)


def _charges(it: Examined) -> Iterator[Unsound]:
    """Costs and interest that no letter of this procedure may ask, so that it goes without them."""
    for level in it.letters:
        if level.costs == "charge" and not it.law.costs:
            yield Unsound("COSTS_NEVER", level, it.law.article)
        if level.charge_interest and not it.law.interest:
            yield Unsound("INTEREST_NEVER", level, it.law.article)


def _force(it: Examined) -> Iterator[Unsound]:
    """Steps that lack what gives them force: the notice of the law before costs, a demand before the file leaves."""
    has_notice = any(level.legal_type == STATUTORY_NOTICE for level in it.letters)
    if it.law.costs_after_notice and it.law.free_term and not has_notice:
        yield Unsound("NO_NOTICE", None, it.law.article)
    for level in it.letters:
        demands = {step.legal_type for step in it.before(level)}
        if level.legal_type == HANDOVER and not demands & {STATUTORY_NOTICE, NOTICE_OF_DEFAULT}:
            yield Unsound("NO_DEMAND", level, "" if it.law.term_agreed else IN_DEFAULT_BY_REMINDER)
        by_mail = level.channel == "email" and level.id not in it.paper
        if level.legal_type in (STATUTORY_NOTICE, NOTICE_OF_DEFAULT) and by_mail:
            yield Unsound("NO_PAPER", level, RECEIPT_TO_PROVE)


def _reach(it: Examined) -> Iterator[Unsound]:
    """Steps that nobody comes to, since the procedure ends before them."""
    procedure, written = it.procedure, 0
    for stop in it.stops:
        level = stop.level
        if level.legal_type == PRE_DUE:
            continue
        if procedure.stop_count and written >= procedure.stop_count:
            yield Unsound("NEVER_REACHED", level, facts={"letters": procedure.stop_count})
        elif procedure.stop_age and stop.day > procedure.stop_age:
            yield Unsound("NEVER_REACHED", level, facts={"days": procedure.stop_age, "day": stop.day})
        written += level.legal_type != CALL


def _pace(it: Examined) -> Iterator[Unsound]:
    """Steps that come later than their own days say, and a ladder that begins with a heavy one."""
    steps = [stop for stop in it.stops if stop.level.legal_type != PRE_DUE]
    for before, stop in pairwise(steps):
        start = 0 if stop.level.delay_from == "due_date" else before.day
        own = start + stop.level.delay_days + it.procedure.correction_days
        least = (
            before.day + it.procedure.minimum_interval
            if CALL not in (stop.level.legal_type, before.level.legal_type)
            else 0
        )
        day = max(stop.day, least)
        if day > own + SLACK and not before.by_law:
            yield Unsound("LATER", stop.level, facts={"own": own, "day": day})
    if steps and steps[0].level.is_heavy and steps[0].level.legal_type != STATUTORY_NOTICE:
        yield Unsound("HEAVY_FIRST", steps[0].level)


def _sending(it: Examined) -> Iterator[Unsound]:
    """Invoices that nobody was sent are followed up."""
    if not it.procedure.require_sent:
        yield Unsound("UNSENT")


RULES: tuple[Callable[[Examined], Iterator[Unsound]], ...] = (
    _texts, _notices, _charges, _force, _reach, _pace, _sending,
)  # fmt: skip
