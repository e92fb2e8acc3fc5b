"""``simulate``: the letters of days to come, by the same ``decide`` with another clock.

What it assumes, and what a reader of its figures has to know:

* nobody pays, nothing is credited, no invoice is added; what falls due on the way is in the facts already;
* every letter is confirmed and goes out on the day on which it is due, levels that a person must approve as well;
* letters go out on the sending days of their procedure only, and the bank is never behind;
* a hold ends on its last day; one without an end stays, and so does every other reason that no date lifts
  (a letter that lies ready and was not sent, a missing address);
* what the firm may send in a day, and a customer group may get in some days, is given out as a run does; calls and
  short messages of days to come are not known and take no place;
* a debtor stays in the procedure that was chosen for him, whatever his total comes to;
* a letter that cannot be made (a rate is missing) takes its claims out of the simulation.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from .decide import decide
from .facts import Claim, Debtor, Notice, Reached
from .outcome import ANY_HOUSE, LetterPlan
from .pacing import way_of
from .rules import PRE_DUE, House, Procedure
from .turns import allot

DAY = timedelta(days=1)
MOVES = ("LETTER", "NOTICE", "RIDES_ALONG")


@dataclass(frozen=True, slots=True)
class Made:
    """What the caller makes of a plan: ``content`` is his own (sums, a draft). The rest is what the letter does to the
    claims that it demands (``demanded``, line ids): ``notice`` and ``regime`` of a statutory notice with a free term,
    ``default_from`` the first day after the term to pay of another letter, ``term_ends`` that after all its terms."""

    content: object = None
    notice: Notice | None = None
    regime: int | None = None
    default_from: date | None = None
    demanded: frozenset[int] = frozenset()
    term_ends: date | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter of the simulation, with what was made of it."""

    day: date
    debtor: Debtor
    plan: LetterPlan
    content: object


Maker = Callable[[Debtor, LetterPlan, date], Made | None]


def simulate(
    debtors: Iterable[Debtor],
    procedures: Mapping[int, Procedure],
    start: date,
    end: date,
    house: House = ANY_HOUSE,
    make: Maker = lambda _debtor, _plan, _day: Made(),
    used: int = 0,
) -> Iterator[Sent]:
    """All letters from `start` up to and including `end`, debtor by debtor and each in the order of its days.

    :param debtors: the facts of `start`, with the claims that fall due before `end`.
    :param procedures: the procedures that claims point to, by id.
    :param house: what holds for the company; its sending days are kept and its bank is not looked at.
    :param make: called for every letter with the facts of that moment; None when it cannot be made.
    :param used: how many of the contacts that the firm makes in a day were made on `start` already.
    """
    house = replace(house, bank=(), keep_days=True)
    debtors = [replace(debtor, places=None) for debtor in debtors]
    if house.firm_max or any(debtor.group and debtor.group.contacts_max for debtor in debtors):
        yield from _together(debtors, procedures, start, end, house, make, used)
        return
    for debtor in debtors:
        yield from _one_debtor(debtor, procedures, start, end, house, make)


def _together(debtors, procedures, start, end, house, make, used):
    """All debtors from day to day, where a limit holds for several of them; the letters come in the same order."""
    now, found, mates = list(debtors), [[] for _debtor in debtors], defaultdict(list)
    for place, debtor in enumerate(now):
        if debtor.group:
            mates[debtor.group.id].append(place)
    turns = defaultdict(set, {start: set(range(len(now)))})
    while turns and (day := min(turns)) <= end:
        places = sorted(turns.pop(day))
        room = max(house.firm_max - (used if day == start else 0), 0) if house.firm_max else None
        ask = partial(decide, procedures=procedures, as_of=day, house=house)
        before = [now[place] for place in places]
        asked, outcomes = allot(before, [ask(debtor) for debtor in before], ask, room)
        for place, debtor, outcome in zip(places, asked, outcomes, strict=True):
            if not outcome.letters:
                if later := _next_event(debtor, procedures, house, outcome, day):
                    turns[later].add(place)
                continue
            for plan in outcome.letters:
                made = make(now[place], plan, day)
                if made:
                    found[place].append(Sent(day, now[place], plan, made.content))
                    _tell_mates(now, place, mates, plan, day)
                now[place] = _after(now[place], plan, day, made)
            turns[day + DAY].add(place)
    for letters in found:
        yield from letters


def _tell_mates(now, place, mates, plan, day):
    """A letter to one debtor of a customer group is a contact with the group."""
    group = now[place].group
    told = (Reached(way_of(plan.channel), day, plan.partner_id),)
    for other in mates[group.id] if group else ():
        if other != place:
            now[other] = replace(now[other], reached=now[other].reached + told)


def _one_debtor(debtor, procedures, start, end, house, make):
    """One debtor from day to day. Days on which nothing can happen are passed over: between two of them no answer of
    `decide` changes, which a test holds against going there on every single day."""
    day = start
    while day is not None and day <= end:
        outcome = decide(debtor, procedures, day, house=house)
        if not outcome.letters:
            day = _next_event(debtor, procedures, house, outcome, day)
            continue
        for plan in outcome.letters:
            made = make(debtor, plan, day)
            if made:
                yield Sent(day, debtor, plan, made.content)
            debtor = _after(debtor, plan, day, made)
        day += DAY


def _next_event(debtor, procedures, house, outcome, day) -> date | None:
    """The next day on which the answer may be another one; None when nothing will ever change."""
    days = [decision.on for decision in outcome.decisions if decision.on]
    for claim in debtor.claims:
        days += _own_days(claim, procedures.get(claim.procedure), house)
    return min((later for later in days if later > day), default=None)


def _own_days(claim: Claim, procedure: Procedure | None, house: House) -> Iterator[date]:
    """The days on which the answer about a claim changes by itself, whatever was answered before."""
    if claim.due_date is None:
        return
    yield claim.due_date + DAY
    if procedure is None:
        return
    if procedure.notice:
        yield claim.due_date - timedelta(days=procedure.notice.delay_days)
    if procedure.stop_age:
        yield claim.due_date + timedelta(days=procedure.stop_age + 1)
    if house.backlog and house.backlog.holds_for(claim):
        yield from (on for _level, on in procedure.matching_days(claim.due_date, house.term_agreed))


def _after(debtor: Debtor, plan: LetterPlan, day: date, made: Made | None) -> Debtor:
    """The debtor as the ledger would have it after this letter went out, or without its claims if it could not."""
    levels = {decision.claim.line_id: decision for decision in plan.decisions if decision.code in MOVES}
    claims = []
    for claim in debtor.claims:
        decision = levels.get(claim.line_id)
        if made:
            claim = _demanded(claim, made) if claim.line_id in made.demanded else claim
            claims.append(_moved(claim, decision, plan, day) if decision else claim)
        elif decision is None:
            claims.append(claim)
    if not made:
        return replace(debtor, claims=tuple(claims))
    reached = (*debtor.reached, Reached(way_of(plan.channel), day))
    return replace(debtor, claims=tuple(claims), last_letter_on=day, reached=reached)


def _moved(claim, decision, plan, day):
    """A claim after its letter. A notice before the due date is no step that anything is counted from."""
    done = claim.levels_done | {decision.level.id}
    if back := claim.returned:  # its debtor is told; it goes on where it was
        return replace(claim, procedure=back.procedure, levels_done=back.levels_done, returned=None, level_sent_on=day)
    if plan.level.legal_type == PRE_DUE:
        return replace(claim, levels_done=done)
    return replace(claim, levels_done=done, level_sent_on=day)


def _demanded(claim, made):
    """A claim after a letter asked for it: its term to pay, or its free term with the rules that it keeps."""
    first = min(filter(None, (claim.default_from, made.default_from)), default=None)
    ends = max(filter(None, (claim.term_ends, made.term_ends)), default=None)
    if not made.notice:
        return replace(claim, default_from=first, term_ends=ends, regime=claim.regime or made.regime)
    return replace(
        claim,
        default_from=first,
        term_ends=ends,
        regime=claim.regime or made.regime,
        notice=made.notice,
        level_claimable_from=max(filter(None, (claim.level_claimable_from, made.notice.claimable_from))),
    )
