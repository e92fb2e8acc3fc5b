"""The rules a decision rests on: procedures and their levels as plain values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..law import calendar
from ..law.errors import LawError

# Legal type says what a letter is before the law; the label on screen never does.
PRE_DUE = "pre_due"
REMINDER = "reminder"
CALL = "call"
STATUTORY_NOTICE = "statutory_notice"
NOTICE_OF_DEFAULT = "notice_of_default"
FINAL_NOTICE = "final_notice"
HANDOVER = "handover"
# No step: it answers what the debtor disputed.
ANSWER = "answer"
# No step either: an open question about invoices, which asks no money and gives no term.
QUESTION = "question"

# Steps with a force of their own before the law: a backlog may start at one of them, never past it.
LEGAL_FORCE = frozenset({STATUTORY_NOTICE, NOTICE_OF_DEFAULT, FINAL_NOTICE, HANDOVER})
# Letters that go on asking what earlier ones asked: all but the notices before anything is due, and the hand-over.
DEMANDING = frozenset({REMINDER, CALL, NOTICE_OF_DEFAULT, FINAL_NOTICE})

# The ways in which the letter itself can go, and those of them that are paper in the end.
LETTER_CHANNELS = ("email", "print", "registered", "snailmail")
PAPER_CHANNELS = frozenset({"print", "registered", "snailmail"})
# Those that need a service which not every house has.
SERVICE_CHANNELS = frozenset({"snailmail"})

EVERY_DAY = frozenset(range(7))

# What to do with claims that were overdue before dunning was switched on.
GENTLE = "gentle"
MATCH = "match"
LEAVE_OUT = "leave_out"

# Kinds of debtor that the law protects as a consumer; `unknown` gets every protection until somebody knows better.
PROTECTED_KINDS = frozenset({"consumer", "unknown"})


# Of the kinds on one letter the best protected decides which rules hold for it: the lowest number.
_PROTECTION = {"unknown": 0, "consumer": 0, "public": 1, "business": 2}


def protection(kind: str) -> int:
    """Sort key: the best protected kind of debtor first; one that is not known is as protected as can be."""
    return _PROTECTION.get(kind, 0)


class RuleError(ValueError):
    """A procedure that cannot be followed. ``field`` names what to mend."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a procedure. ``delay_days`` counts from the due date or from the step before, as executed.

    For a notice before the due date (``pre_due``) they count back from the due date. ``costs`` is one of none,
    announce, charge. ``list_not_due``: the letter also shows what is not due yet. ``fallbacks`` are the ways in which
    the letter goes to somebody whom ``channel`` does not reach, in their order.
    """

    id: int
    name: str
    sequence: int
    legal_type: str
    delay_days: int
    delay_from: str = "previous"
    channel: str = "email"
    automatic: bool = True
    has_text: bool = True
    costs: str = "none"
    charge_interest: bool = False
    list_not_due: bool = False
    fallbacks: tuple[str, ...] = ()

    def __post_init__(self):
        if self.delay_days < 0:
            raise RuleError("delay_days", f"Level {self.name}: a delay cannot be negative.")
        if self.legal_type == PRE_DUE and (self.costs != "none" or self.charge_interest):
            raise RuleError("costs", f"Level {self.name}: a notice before the due date asks no costs and no interest.")

    @property
    def channels(self) -> tuple[str, ...]:
        """The ways in which this letter may go, the first that reaches its addressee.

        What goes by e-mail can go on paper in the end. A registered letter takes no other way that nobody named.
        """
        ways = (self.channel, *self.fallbacks)
        return (*ways, "print") if self.channel == "email" and "print" not in ways else ways

    @property
    def demands_all(self) -> bool:
        """Whether a letter of this step asks for all that is overdue; another one asks for what has come to its step.

        What a letter does not ask moves by none.
        """
        return self.legal_type in (REMINDER, PRE_DUE)

    @property
    def is_heavy(self) -> bool:
        """Whether this step costs the debtor money or has legal force."""
        return self.costs == "charge" or self.charge_interest or self.legal_type in LEGAL_FORCE


# What is asked of an invoice before its first letter: what the system sees is not in order stops it; what it does not
# know, a person answers; or a person looks at every invoice.
SEEN, ASKED, EVERY = "seen", "asked", "every"
CHECKS = (SEEN, ASKED, EVERY)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What happens with claims due before ``start``, the day on which dunning began, that no letter was sent for.

    ``rule`` is ``GENTLE`` (the first level, whatever the age), ``MATCH`` (the level that their age has come to) or
    ``LEAVE_OUT`` (those due more than ``days`` before the start are passed over, the others start gently).
    """

    start: date
    rule: str = GENTLE
    days: int = 0

    def holds_for(self, claim) -> bool:
        """Whether a claim belongs to the backlog: overdue at the start, and nothing was sent for it."""
        return claim.due_date < self.start and not claim.levels_done

    def leaves_out(self, claim) -> bool:
        """Whether the claim is too old to be taken up at all."""
        return self.rule == LEAVE_OUT and claim.due_date < self.start - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class House:
    """What holds for the company itself on a day, whatever the debtor.

    ``bank`` has the day up to which each bank journal is booked, by its name; ``bank_days`` says how many days it may
    be behind (0: that is not looked at). ``keep_days``: the sending days hold for every letter; a person who confirms
    by hand on a Sunday knows what he does, so they otherwise hold for what goes by itself only. ``term_agreed``: due
    dates were agreed, so a debtor is in default the day after (6:83 BW). ``services`` are the channels that need a
    service of their own and have it. ``quiet_days``: so many days nothing follows after somebody spoke with the debtor.
    ``quiet`` has the days in which nothing follows a contact, as ``(way, business, consumer)``; see ``engine.pacing``.
    ``contacts_max`` contacts in ``contacts_days`` days are enough for a debtor, and ``firm_max`` letters, calls and
    short messages in a day for the firm; 0: there is no limit.
    ``care_days``: so many days every step comes later for a debtor who is treated with care.
    ``small_rest``: what is left of a claim that was paid in part is not asked up to that amount; 0: it always is.
    """

    backlog: Backlog | None = None
    bank: tuple[tuple[str, date], ...] = ()
    bank_days: int = 0
    keep_days: bool = False
    term_agreed: bool = False
    services: frozenset[str] = frozenset()
    quiet_days: int = 0
    care_days: int = 0
    small_rest: Decimal = Decimal("0.00")
    quiet: tuple[tuple[str, int, int], ...] = ()
    contacts_max: int = 0
    contacts_days: int = 0
    firm_max: int = 0

    def bank_behind(self, as_of: date) -> tuple[str, date] | None:
        """The journal that is furthest behind and the day it is booked up to, when that is too long ago."""
        if not self.bank_days or not self.bank:
            return None
        journal, booked = min(self.bank, key=lambda row: (row[1], row[0]))
        return (journal, booked) if booked < as_of - timedelta(days=self.bank_days) else None


@dataclass(frozen=True)
class Procedure:
    """Ordered levels with the limits that hold for all of them. ``minimum_amount`` is in company currency.

    ``correction_days``: money that was paid in time may show up so many days later, so every step waits that long.
    ``weekdays`` (Monday is 0) and ``holidays_of`` (a country, or empty) are the days on which letters go out by
    themselves. ``stop_count`` and ``stop_age`` end the ladder after so many letters or days; 0 is no limit.
    ``days_after_sending``: no step within so many days after the invoice itself went out.
    ``check_first``: one of ``CHECKS``, or empty where nothing is asked of an invoice before its first letter.
    """

    id: int
    name: str
    levels: tuple[Level, ...]
    minimum_interval: int = 6
    minimum_amount: Decimal = Decimal("0.00")
    require_sent: bool = True
    correction_days: int = 0
    weekdays: frozenset[int] = EVERY_DAY
    holidays_of: str = ""
    stop_count: int = 0
    stop_age: int = 0
    days_after_sending: int = 0
    check_first: str = ""

    def __post_init__(self):
        order = [level.sequence for level in self.levels]
        if order != sorted(order):
            raise RuleError("levels", f"Procedure {self.name}: its levels are not in order.")
        if any(level.legal_type == PRE_DUE for level in self.levels[1:]):
            raise RuleError("levels", f"Procedure {self.name}: a notice before the due date can only come first.")
        if not self.weekdays & EVERY_DAY:
            raise RuleError("weekdays", f"Procedure {self.name}: there is no day on which letters go out.")

    @property
    def notice(self) -> Level | None:
        """The notice before the due date, if there is one."""
        return self.levels[0] if self.levels and self.levels[0].legal_type == PRE_DUE else None

    def position(self, done: Iterable[int]) -> int:
        """Index of the furthest level of this procedure among the levels done: -1 when none of them is.

        Levels of another procedure do not count here; for what they stand on this ladder ``engine.ladder`` says.
        """
        if not done:
            return -1
        return max((i for i, level in enumerate(self.levels) if level.id in done), default=-1)

    def next_level(self, done: Iterable[int]) -> Level | None:
        """The level after the furthest one done, never one further: none is skipped. None at the end.

        A notice before the due date is no step of the ladder: once a claim is overdue it starts behind it.
        """
        at = max(self.position(done) + 1, 1 if self.notice else 0)
        return self.levels[at] if at < len(self.levels) else None

    def letters_sent(self, done: Iterable[int]) -> int:
        """How many letters a claim had; a notice of this procedure before the due date is none.

        Letters of a ladder left behind count, its notices as well: their types are not among the facts.
        """
        return len(frozenset(done) - ({self.notice.id} if self.notice else frozenset()))

    def earliest(self, level: Level, due_date: date, previous_on: date | None, term_ends: date | None) -> date:
        """First day on which `level` may be sent for a claim.

        The first level counts from the due date whatever it says, since nothing precedes it. A term that a letter gave
        is waited for even when the level's own delay is shorter: `term_ends` is the day after the last of them. The
        correction days come on top of all of it: money paid on the last day must have had the time to show up.
        """
        if previous_on is None:
            day = due_date + timedelta(days=max(level.delay_days, 1))
        else:
            start = due_date if level.delay_from == "due_date" else previous_on
            day = max(start + timedelta(days=level.delay_days), previous_on + timedelta(days=1))
        return (max(day, term_ends) if term_ends else day) + timedelta(days=self.correction_days)

    def answered_from(self, sent_on: date | None) -> date | None:
        """First day on which anything may follow an invoice that went out on `sent_on`; None when nothing waits."""
        if sent_on is None or not self.days_after_sending:
            return None
        return sent_on + timedelta(days=self.days_after_sending)

    def matching_level(self, due_date: date, as_of: date, term_agreed: bool = False) -> Level | None:
        """The level that a claim would have come to by now had every step gone out on its day.

        Never past the first step that costs money or has legal force: that one is always a letter of its own. Nor at a
        statutory notice when a reminder comes before it and the due date was not agreed: the debtor is in default only
        after the term of that reminder (6:82 BW). The first level when not even that one is due.
        """
        found = None
        for level, day in self.matching_days(due_date, term_agreed):
            if found is not None and day > as_of:
                break
            found = level
        return found

    def matching_days(self, due_date: date, term_agreed: bool = False) -> Iterator[tuple[Level, date]]:
        """The levels that the age of a claim alone may bring it to, each with the first day on which it does."""
        level, on = self.next_level(()), None
        while level:
            on = self.earliest(level, due_date, on, None)
            yield level, on
            after = self.next_level((level.id,))
            if level.is_heavy or (after and after.legal_type == STATUTORY_NOTICE and not term_agreed):
                return
            level = after

    def sending_day(self, day: date) -> date:
        """`day` when letters go out on it, else the first day after it on which they do."""
        while day.weekday() not in self.weekdays or self._is_holiday(day):
            day += timedelta(days=1)
        return day

    def _is_holiday(self, day: date) -> bool:
        if not self.holidays_of:
            return False
        try:
            return calendar.is_holiday(self.holidays_of, day)
        except LawError:  # a country without a known calendar has no holidays here
            return False
