"""Which letter follows from what was decided about every claim of a debtor alone, or why that letter waits."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from .facts import ZERO
from .outcome import Decision, LetterPlan
from .pacing import cap_gate, firm_gate, quiet_gate
from .recipient import choose
from .rules import PRE_DUE, STATUTORY_NOTICE, Procedure


def without_small_calls(procedures: Mapping[int, Procedure], decided: list[Decision]) -> list[Decision]:
    """Nobody is called about less than the minimum for which a letter would go out."""
    groups = defaultdict(list)
    for decision in decided:
        if decision.code == "CALL_DUE":
            groups[decision.claim.currency, decision.claim.procedure].append(decision)
    small = {}
    for (_currency, procedure), group in groups.items():
        total = sum((_in_company_currency(d) for d in group), ZERO)
        minimum = procedures[procedure].minimum_amount
        if total < minimum:
            facts = {"amount": total, "minimum": minimum}
            small |= {d.claim.line_id: replace(d, code="MIN_AMOUNT", facts=facts, on=None) for d in group}
    return [small.get(d.claim.line_id, d) for d in decided]


def without_calls_too_soon(debtor, decided: list[Decision], question) -> list[Decision]:
    """Nobody is called in the days in which nothing follows a contact, or after as many contacts as are enough."""
    calls = [d for d in decided if d.code == "CALL_DUE"]
    stop = calls and _contact_gate(debtor, calls, question)
    if not stop:
        return decided
    stopped = _stopped(calls, stop)
    return [stopped.get(d.claim.line_id, d) for d in decided]


def make_letters(debtor, procedures, decided, background, question):
    """Put the claims that are due on one letter per currency, or say why that letter waits.

    Notices before the due date come after all other letters: they never stand in the way of one. ``background`` are
    decisions on claims that are not due yet; only those that a letter lists come back.
    """
    groups, notices = defaultdict(list), defaultdict(list)
    for decision in decided:
        kind = {"LETTER": groups, "NOTICE": notices}.get(decision.code)
        if kind is not None:
            kind[decision.claim.currency, decision.claim.procedure, decision.claim.rest].append(decision)
    under_way = {claim.currency for claim in debtor.claims if claim.open_letter}
    answers, letters = {}, []
    for currency in sorted({currency for currency, *_ladder in (*groups, *notices)}):
        # One letter per debtor and currency: none beside one that has not gone out yet, and of two ladders the one
        # with the oldest claim goes first. A ladder whose own letter has to wait stands in nobody's way.
        taken = currency in under_way
        for procedure_id, group in _rivals(groups, currency) + _rivals(notices, currency):
            procedure = procedures[procedure_id]
            group = [decision for decision in group if decision.claim.line_id not in answers]
            if taken:
                answers.update(_after_other_letter(procedure, currency, group, currency in under_way, question.as_of))
                continue
            if not group:
                continue
            made = len(letters)
            letter, changed = _one_letter(debtor, procedure, currency, group, decided + background, question, made)
            answers.update(changed)
            if letter:
                letters.append(letter)
                taken = True
    listed = [answers[d.claim.line_id] for d in background if d.claim.line_id in answers]
    return [answers.get(d.claim.line_id, d) for d in decided] + listed, letters


def _rivals(groups, currency):
    """The ladders that have a letter ready in a currency, the one with the oldest claim first.

    What is left of invoices that are paid has letters of its own, also on a ladder that others follow: they say why it
    is owed. These come after all others, since it is older than what is unpaid and no term runs by it.
    """
    rivals = [(*key[1:], group) for key, group in groups.items() if key[0] == currency]
    rivals.sort(key=lambda rival: (rival[1], min(d.claim.due_date for d in rival[2]), rival[0]))
    return [(procedure_id, group) for procedure_id, _rest, group in rivals]


def _after_other_letter(procedure, currency, group, under_way, as_of):
    """These claims wait for another letter; when that one leaves is not known while it is still under way."""
    day = None if under_way else as_of + timedelta(days=max(procedure.minimum_interval, 1))
    return {d.claim.line_id: replace(d, code="OTHER_LETTER", facts={"currency": currency}, on=day) for d in group}


def _one_letter(debtor, procedure, currency, group, decided, question, made=0):
    """The letter for one currency and procedure, or why its claims wait.

    What stops one step (nobody can be reached by its ways, a person has to approve it) holds back the claims that have
    come to that step; the others go without them.

    :param made: how many letters of today he gets already, in other currencies.
    :return: the plan or None, and the decisions that changed, by line id.
    """
    waiting = {}
    while group:
        # The furthest step that is due drives; of claims on the same step the oldest.
        driver = max(group, key=lambda d: (procedure.position((d.level.id,)), -d.claim.due_date.toordinal()))
        beside = _beside(decided, driver, currency, question.as_of)
        # who is asked for it all; what is not due yet and only shown says nothing about that
        late = [d.claim for d in group + beside if d.claim.is_overdue(question.as_of)]
        recipient = choose(debtor, driver.level, question.house, late or [d.claim for d in group])
        if stop := _shared_gate(debtor, procedure, group, question, made):
            return None, waiting | _stopped(group, stop)
        stop = _step_gate(driver.level, recipient, question)
        if not (stop := stop or firm_gate(debtor, procedure, driver.level, question, made)):
            break
        waiting |= _stopped([d for d in group if d.level.id == driver.level.id], stop)
        group = [d for d in group if d.claim.line_id not in waiting]
    else:
        return None, waiting
    if stop := _calendar_gate(procedure, driver.level, question):
        return None, waiting | _stopped(group, stop)
    later = question.as_of + timedelta(days=max(procedure.minimum_interval, 1))
    riders = [_on_letter(d, driver, later) for d in group]
    # Overdue claims that only wait for their own step are shown as well, so that the debtor sees one total;
    # their level stays where it is.
    listed = [
        replace(d, code="LISTED", facts={"level": driver.level.name, "date": day}, on=day)
        for d, day in ((d, later if d.code == "NOTICE" else d.on) for d in beside)
    ]
    decisions = sorted(riders + listed, key=lambda d: (d.claim.due_date, d.claim.line_id))
    plan = LetterPlan(
        debtor.partner_id, currency, procedure, driver.level, recipient.channel, tuple(decisions), recipient
    )
    return plan, waiting | {d.claim.line_id: d for d in decisions}


def _beside(decided, driver, currency, as_of):
    """What a letter shows besides the claims that have come to a step, see ``_is_listed``."""
    return [
        d
        for d in decided
        if d.claim.currency == currency
        and d.claim.procedure == driver.claim.procedure
        and d.claim.rest == driver.claim.rest
        and d.open > 0
        and _is_listed(d, driver, as_of)
    ]


def _stopped(group, stop):
    """These claims wait, for the reason ``(code, facts, day)``; by line id."""
    code, facts, on = stop
    return {d.claim.line_id: replace(d, code=code, facts=facts, on=on) for d in group}


def _is_listed(decision, driver, as_of):
    """Whether a letter shows a claim that does not move by it; one that is not due yet only if the level says so.

    Of a claim whose free term runs another letter says nothing: the words of the notice stand by themselves.
    """
    claim = decision.claim
    if driver.level.legal_type == PRE_DUE or (claim.level_claimable_from and claim.level_claimable_from > as_of):
        return False
    if claim.is_overdue(as_of):
        return decision.code in ("NOT_YET", "PERIOD_RUNNING", "CARE_WAIT")
    return driver.level.list_not_due and decision.code in ("NOT_YET", "NOTICE")


def _on_letter(decision, driver, later):
    """How a claim that is due itself stands on the letter that another claim drives.

    It moves only by a letter that asks for it. A statutory notice is a letter of its own besides. Otherwise it is shown
    and keeps its turn for ``later``, or it would pass a step that it never had.
    """
    if decision.level.id == driver.level.id:
        return decision
    if driver.level.demands_all and decision.level.legal_type != STATUTORY_NOTICE:
        return replace(decision, code="RIDES_ALONG", facts={"level": driver.level.name})
    return replace(decision, code="LISTED", facts={"level": driver.level.name, "date": later}, on=later)


def _shared_gate(debtor, procedure, group, question, made):
    """Why no letter about these claims may go yet, whatever its step: ``(code, facts, day)`` or None."""
    as_of = question.as_of
    if debtor.last_letter_on:
        days = max(procedure.minimum_interval, 1)  # never two on one day
        free = debtor.last_letter_on + timedelta(days=days)
        if as_of < free:
            return "TOO_SOON", {"last": debtor.last_letter_on, "days": days, "date": free}, free
    if stop := _contact_gate(debtor, group, question, made):
        return stop
    total = sum((_in_company_currency(d) for d in group), ZERO)
    if total < procedure.minimum_amount:
        return "MIN_AMOUNT", {"amount": total, "minimum": procedure.minimum_amount}, None
    return None


def _contact_gate(debtor, decisions, question, made=0):
    """Why the debtor is left in peace for now: what was said or written is to have its time, or it was enough.

    Of two reasons the one that ends last. :return: ``(code, facts, day)`` or None.
    """
    kinds = {decision.claim.kind for decision in decisions}
    stops = [stop for stop in (quiet_gate(debtor, kinds, question), cap_gate(debtor, question, made)) if stop]
    return max(stops, key=lambda stop: stop[2], default=None)


def _step_gate(level, recipient, question):
    """Why a letter of this step may not go, though one of another step may: ``(code, facts, day)`` or None."""
    if recipient is None:
        return "NO_ADDRESS", {}, None
    if question.automatic_only and not level.automatic:
        return "APPROVAL", {"level": level.name}, question.as_of
    return None


def _calendar_gate(procedure, level, question):
    """What holds back a letter that goes by itself: the day, and a bank that is not booked far enough."""
    if question.automatic_only or question.house.keep_days:
        day = procedure.sending_day(question.as_of)
        if day != question.as_of:
            return "NOT_A_SENDING_DAY", {"level": level.name, "date": day}, day
    behind = question.automatic_only and question.house.bank_behind(question.as_of)
    if behind:
        facts = {"journal": behind[0], "date": behind[1], "days": question.house.bank_days}
        return "BANK_BEHIND", facts, None
    return None


def _in_company_currency(decision: Decision) -> Decimal:
    """The open part of a claim in company currency, at the rate the ledger holds for it."""
    claim = decision.claim
    if not claim.residual:
        return ZERO
    return (decision.open * claim.residual_company / claim.residual).quantize(Decimal("0.01"))
