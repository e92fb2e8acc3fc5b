"""Whose turn it is where not all can have one today: limits that hold for several debtors together.

``decide`` answers about one debtor. A customer group has its contacts together, and the firm makes so many a day; so
the answers of one moment are gone through once more, the most urgent first, and whoever comes when the places are
taken is asked again with that among his facts. What comes out rests on facts alone, and is made again from them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from .facts import Debtor, Reached
from .outcome import Outcome
from .pacing import LEGAL_DAY, way_of


def urgency(outcome: Outcome) -> tuple:
    """Sort key of an answer with letters: the most urgent first.

    A letter with which a term of the law begins, then whoever is late the longest (so nobody waits for ever), then the
    larger amount.
    """
    claims = [d for plan in outcome.letters for d in plan.decisions if d.code != "LISTED"]
    legal = any(plan.level.legal_type in LEGAL_DAY for plan in outcome.letters)
    oldest = min((d.claim.due_date for d in claims if d.claim.due_date), default=date.max)
    return not legal, oldest, -sum(d.open for d in claims)


def give(asked: Iterable[tuple[tuple, int, int]], room: int) -> dict[int, int]:
    """How many letters each debtor gets today.

    :param asked: ``(urgency, partner id, number of letters)``. :param room: how many more the firm sends.
    :return: by partner id; who gets none is left out.
    """
    found = {}
    for (waits, *_late), partner_id, number in sorted(asked):
        # what begins with a term of the law goes all the same, and takes its place
        found[partner_id] = min(number, max(room, 0)) if waits else number
        room -= found[partner_id]
    return {partner_id: number for partner_id, number in found.items() if number}


def allot(
    debtors: Sequence[Debtor],
    outcomes: Sequence[Outcome],
    ask: Callable[[Debtor], Outcome],
    room: int | None = None,
) -> tuple[list[Debtor], list[Outcome]]:
    """Give out the places of a day.

    :param debtors, outcomes: the answer about each debtor alone, all of the same day.
    :param ask: the same question once more, about a debtor with other facts.
    :param room: how many more letters the firm sends today; None: there is no limit.
    :return: debtors with the facts that hold, and their answers.
    """
    debtors, outcomes = list(debtors), list(outcomes)
    grouped = any(debtor.group and debtor.group.contacts_max for debtor in debtors)
    if room is None and not grouped:
        return debtors, outcomes
    turns = [(urgency(outcome), index) for index, outcome in enumerate(outcomes) if outcome.letters]
    reached = defaultdict(tuple)
    for _key, index in sorted(turns):
        debtor, outcome = _with_group(debtors[index], outcomes[index], reached, ask)
        if room is not None and len(outcome.letters) > room:
            debtor = replace(debtor, places=max(room, 0))
            outcome = ask(debtor)
        debtors[index], outcomes[index] = debtor, outcome
        room = None if room is None else room - len(outcome.letters)
        if debtor.group:
            day = outcome.question.as_of
            mine = (Reached(way_of(plan.channel), day, debtor.partner_id) for plan in outcome.letters)
            reached[debtor.group.id] += tuple(mine)
    for index, outcome in enumerate(outcomes):
        # nobody is called either whose group has had enough by now
        if not outcome.letters and any(decision.code == "CALL_DUE" for decision in outcome.decisions):
            debtors[index], outcomes[index] = _with_group(debtors[index], outcome, reached, ask)
    return debtors, outcomes


def _with_group(debtor, outcome, reached, ask):
    """The debtor and the answer about him after what others of his group get today."""
    new = reached[debtor.group.id] if debtor.group and debtor.group.contacts_max else ()
    if not new:
        return debtor, outcome
    debtor = replace(debtor, reached=debtor.reached + new)
    return debtor, ask(debtor)
