"""The rules a decision rests on: procedures and their levels as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# Legal type says what a letter is before the law; the label on screen never does.
PRE_DUE = "pre_due"
REMINDER = "reminder"
CALL = "call"
STATUTORY_NOTICE = "statutory_notice"
NOTICE_OF_DEFAULT = "notice_of_default"
FINAL_NOTICE = "final_notice"
HANDOVER = "handover"

# Kinds of debtor that the law protects as a consumer; `unknown` gets every protection until somebody knows better.
PROTECTED_KINDS = frozenset({"consumer", "unknown"})


class RuleError(ValueError):
    """A procedure that cannot be followed. ``field`` names what to mend."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a procedure. ``delay_days`` counts from the due date or from the step before, as executed."""

    id: int
    name: str
    sequence: int
    legal_type: str
    delay_days: int
    delay_from: str = "previous"
    channel: str = "email"
    automatic: bool = True
    has_text: bool = True

    def __post_init__(self):
        if self.delay_days < 0:
            raise RuleError("delay_days", f"Level {self.name}: a delay cannot be negative.")


@dataclass(frozen=True)
class Procedure:
    """Ordered levels with the limits that hold for all of them. ``minimum_amount`` is in company currency."""

    id: int
    name: str
    levels: tuple[Level, ...]
    minimum_interval: int = 6
    minimum_amount: Decimal = Decimal("0.00")
    require_sent: bool = True

    def __post_init__(self):
        order = [level.sequence for level in self.levels]
        if order != sorted(order):
            raise RuleError("levels", f"Procedure {self.name}: its levels are not in order.")

    def position(self, done: Iterable[int]) -> int:
        """Index of the furthest level of this procedure among the levels done: -1 when none of them is.

        Levels of another procedure (the debtor moved) do not count: the new ladder starts gently, and the minimum
        interval still holds.
        """
        return max((i for i, level in enumerate(self.levels) if level.id in done), default=-1)

    def next_level(self, done: Iterable[int]) -> Level | None:
        """The level after the furthest one done, never one further: none is skipped. None at the end."""
        at = self.position(done) + 1
        return self.levels[at] if at < len(self.levels) else None

    def earliest(self, level: Level, due_date: date, previous_on: date | None, claimable_from: date | None) -> date:
        """First day on which `level` may be sent for a claim.

        The first level counts from the due date whatever it says, since nothing precedes it. A running free term
        of a statutory letter is waited for even when the level's own delay is shorter.
        """
        if previous_on is None:
            return due_date + timedelta(days=max(level.delay_days, 1))
        start = due_date if level.delay_from == "due_date" else previous_on
        day = max(start + timedelta(days=level.delay_days), previous_on + timedelta(days=1))
        return max(day, claimable_from) if claimable_from else day
