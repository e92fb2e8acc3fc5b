"""What the engine answers, and to which question."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .facts import ZERO, Claim
from .reasons import REASONS
from .recipient import Recipient
from .rules import House, Level, Procedure

ANY_HOUSE = House()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one claim, and why.

    ``level`` is the level this claim goes to (or waits for), ``on`` the day that can happen, ``open`` what the
    letter asks for it after the debtor's own credits, ``credit`` what those credits took off, ``disputed`` the part
    that is not asked because it is disputed. ``outside``: the reason was found where the engine was called (a rate is
    missing, another run was first), so the facts alone do not give it.
    """

    claim: Claim
    code: str
    facts: Mapping[str, object]
    level: Level | None = None
    on: date | None = None
    open: Decimal = ZERO
    credit: Decimal = ZERO
    disputed: Decimal = ZERO
    outside: bool = False

    @property
    def outcome(self) -> str:
        """One of send, ride, wait, skip, error."""
        return REASONS[self.code].outcome


@dataclass(frozen=True, slots=True)
class LetterPlan:
    """One letter to one debtor: ``level`` drives it, ``decisions`` are the claims that stand on it.

    ``recipient`` says who at the debtor gets it and why; its channel is ``channel``. None: the debtor itself.
    """

    partner_id: int
    currency: str
    procedure: Procedure
    level: Level
    channel: str
    decisions: tuple[Decision, ...]
    recipient: Recipient | None = None

    def demands(self, decision: Decision, day: date) -> bool:
        """Whether the letter, dated `day`, asks money for a claim on it; others are only listed.

        Nothing is asked of a debtor for a claim that is not due, nor for one about which an earlier letter left him
        time: he would read two dates.
        """
        claim = decision.claim
        if decision.code == "LISTED" and (claim.due_date >= day or (claim.ends and claim.ends > day)):
            return False
        return self.level.demands_all or decision.code == "LETTER"


@dataclass(frozen=True, slots=True)
class Question:
    """Under which circumstances a debtor was decided on; kept, so that the answer can be given again."""

    as_of: date
    automatic_only: bool = False
    house: House = ANY_HOUSE
    procedures: Mapping[int, Procedure] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer for one debtor: a decision for every overdue claim, and the letters that follow from them."""

    decisions: tuple[Decision, ...]
    letters: tuple[LetterPlan, ...]
    question: Question | None = None
