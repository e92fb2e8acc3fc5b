"""Whether a letter that was made before still says what is true when it leaves: every line, the debtor, the days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .decide import settled
from .facts import Debtor
from .outcome import Decision, Outcome
from .rules import protection


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the letter: the receivable line, what stands open on it, and whether the letter demands it.

    ``procedure`` is that of the step to which the line moves; None where it moves by none, or where a person chose it.
    """

    line_id: int
    open: Decimal
    demanded: bool
    due_date: date | None
    procedure: int | None = None


def changed(debtor: Debtor, outcome: Outcome, lines: Iterable[Line], as_of: date) -> dict[int, Decision | None]:
    """Which lines are no longer as the letter says, demanded or only listed.

    :param debtor, outcome: facts and decisions of this moment, with the letter left out of them.
    :return: per line id the decision that says why, None when the claim is gone or its amount is another.
    """
    lines = tuple(lines)
    decided = {line.line_id: line.open for line in lines if line.demanded or not line.due_date or line.due_date < as_of}
    found = settled(outcome, decided)
    known = {claim.line_id: claim for claim in debtor.claims}
    for line in lines:
        claim = known.get(line.line_id)
        if line.line_id not in decided and (claim is None or claim.residual < line.open):
            found[line.line_id] = None
    return found


def is_for_another(debtor: Debtor, lines: Iterable[Line], kind: str) -> bool:
    """Whether the letter was made for another kind of debtor, or by another procedure than holds for its claims now.

    :param kind: of debtor, as the letter was made.
    """
    known = {claim.line_id: claim for claim in debtor.claims}
    pairs = [(line, known[line.line_id]) for line in lines if line.line_id in known]
    if any(line.procedure and claim.procedure != line.procedure for line, claim in pairs):
        return True
    return bool(pairs) and min(protection(claim.kind) for _line, claim in pairs) != protection(kind)


def is_overtaken(dated: date, deadline: date | None, today: date) -> bool:
    """Whether too little is left of the days to pay that the letter names: less than half of them.

    A mail that waits for the hour or the weekend still leaves; one that lay for a week would ask too much.
    """
    return bool(deadline) and (deadline - today).days * 2 < (deadline - dated).days
