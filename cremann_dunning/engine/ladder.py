"""Where a claim stands on a ladder that is new to it, when its debtor turned out to be of another kind."""

from collections import Counter
from collections.abc import Iterable, Mapping

from .rules import CALL, LEGAL_FORCE, PRE_DUE, REMINDER


def carry_over(levels: Iterable[tuple[int, str]], done: Mapping[int, str]) -> frozenset[int]:
    """The steps of this ladder that a claim has had, those of other ladders counted for what they were before the law.

    Each step stands for one of its own kind: a statutory notice for one, two reminders for two. What has come further
    is not reminded or called anew, however few reminders the other ladder had; but no step with a force of its own
    counts that was never taken, and none behind it.

    :param levels: id and legal type of the steps, in their order. :param done: legal type by id of the steps taken.
    :return: ids of steps taken; what of other ladders stands for none of this one stays among them.
    """
    levels = list(levels)
    own = {id_ for id_, _kind in levels} & set(done)
    last = max((place for place, (id_, _kind) in enumerate(levels) if id_ in own), default=-1)
    others = {id_: kind for id_, kind in done.items() if id_ not in own}
    left, carried = Counter(others.values()), set(own)
    if not others:
        return frozenset(own)
    for place, (id_, kind) in enumerate(levels):
        if id_ in own or place < last:
            continue
        if left[kind]:
            left[kind] -= 1
        elif kind == PRE_DUE:
            continue
        elif not _is_past(kind, left, others):
            break
        carried.add(id_)
    # of each kind those that were not counted keep their own ids, so that no letter counts twice
    for id_, kind in sorted(others.items()):
        if left[kind]:
            left[kind] -= 1
            carried.add(id_)
    return frozenset(carried)


def _is_past(kind: str, left: Counter, others: Mapping[int, str]) -> bool:
    """Whether a light step is behind what was done already: a heavier one, or for a call a reminder still to count."""
    if kind not in (CALL, REMINDER):
        return False
    return bool(LEGAL_FORCE & set(others.values())) or (kind == CALL and left[REMINDER] > 0)
