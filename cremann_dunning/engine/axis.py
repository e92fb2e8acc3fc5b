"""The steps of a procedure on an axis of days, counted from the due date, as they follow each other at the earliest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from .rules import STATUTORY_NOTICE, Level, Procedure


@dataclass(frozen=True, slots=True)
class Stop:
    """One step: ``day`` after the due date, and the day from which nothing that it gave time for is kept waiting.

    ``until`` is None where the letter gives no term. ``by_law``: the term is that of the law, which nobody shortens.
    """

    level: Level
    day: int
    until: int | None = None
    by_law: bool = False


def axis(procedure: Procedure, due: date, term_ends: Callable[[Level, date], date | None]) -> tuple[Stop, ...]:
    """The ladder of a claim that fell due on a day, when nobody pays and every letter goes out at once.

    :param term_ends: a function of a level and its day: the first day after the term that it gives, None for none.
    """
    stops, on, ends = [], None, None
    if notice := procedure.notice:
        stops.append(Stop(notice, -notice.delay_days))
    for level in procedure.levels[1 if procedure.notice else 0 :]:
        on = procedure.earliest(level, due, on, ends)
        ends = term_ends(level, on)
        until = (ends - due).days if ends else None
        stops.append(Stop(level, (on - due).days, until, level.legal_type == STATUTORY_NOTICE and until is not None))
    return tuple(stops)
