"""``decide``: from the facts of one debtor to one decision per claim and at most one letter per currency.

The order of the gates is the order in which a person would ask: may this claim be chased at all, does it cover
itself, is anything under way, is it time; and only then, in ``letters``, which letter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from .facts import PERSON, ZERO, Care, Claim, Credit, Debtor, Dispute, Promise
from .insolvency import insolvent
from .left_over import earned_discount, is_small_rest
from .letters import make_letters, without_calls_too_soon, without_small_calls
from .outcome import ANY_HOUSE, Decision, Outcome, Question
from .reasons import ERROR, SKIP, WAIT
from .rules import CALL, HANDOVER, MATCH, SEEN, House, Level, Procedure
from .set_off import apply_credits, disputed_parts

# Kept with every decision: which code decided. Raise it whenever the same facts could now give another answer.
VERSION = "13"


def decide(
    debtor: Debtor,
    procedures: Mapping[int, Procedure],
    as_of: date,
    automatic_only: bool = False,
    house: House = ANY_HOUSE,
) -> Outcome:
    """Decide what happens with every overdue claim of one debtor on one day.

    :param debtor: the facts. A claim that is not due yet gets a decision when its procedure has a notice before the
        due date and its day has come, or when a letter lists it.
    :param procedures: the procedures that claims point to, by id.
    :param as_of: the company's date.
    :param automatic_only: True when nobody watches (the daily run): levels that a person must approve wait, and so
        does everything on a day that is no sending day or while the bank is behind.
    :param house: what holds for the company itself.
    :return: one decision per overdue claim, at most one letter per currency.
    """
    question = Question(as_of, automatic_only, house, procedures)
    disputed, covered = taken_off(debtor, procedures, question)
    decided, background = [], []
    for claim in debtor.claims:
        if claim.is_overdue(as_of) or _in_notice_window(procedures, claim, as_of):
            decided.append(_decide_claim(debtor, procedures, claim, disputed, covered, question))
        elif _may_be_listed(procedures, claim):
            background.append(_decide_claim(debtor, procedures, claim, disputed, covered, question))
    decided = without_small_calls(procedures, decided)
    decided = without_calls_too_soon(debtor, decided, question)
    decided, letters = make_letters(debtor, procedures, decided, background, question)
    return Outcome(tuple(decided), tuple(letters), question)


def _in_notice_window(procedures: Mapping[int, Procedure], claim: Claim, as_of: date) -> bool:
    """Whether the day has come on which a claim that is not due yet gets its notice."""
    procedure = procedures.get(claim.procedure)
    notice = procedure and procedure.notice
    return bool(notice) and claim.due_date - timedelta(days=notice.delay_days) <= as_of


def _may_be_listed(procedures: Mapping[int, Procedure], claim: Claim) -> bool:
    """Whether some letter of its procedure shows what is not due yet."""
    procedure = procedures.get(claim.procedure)
    return bool(procedure) and any(level.list_not_due for level in procedure.levels)


# Why a claim is not asked at all at the moment, apart from what people noted: nobody has begun with it, or nobody can.
_NOT_BEGUN = frozenset({"NO_PROCEDURE", "NO_LEVEL", "NOT_SENT", "NOT_ARRIVED", "CHECK_WRONG", "CHECK_FIRST", "BACKLOG"})


def left_alone(debtor: Debtor, procedures: Mapping[int, Procedure], question: Question) -> frozenset[int]:
    """The claims that are not asked at the moment, by line id; a reply to handle holds back all of them alike."""
    found = set()
    for claim in debtor.claims:
        blocked = _blocked(debtor, claim, question.as_of) or _agreed(debtor, claim, question.as_of)
        blocked = blocked or _not_worth_asking(claim, question)
        if blocked or _next_step(procedures, claim, question).code in _NOT_BEGUN:
            found.add(claim.line_id)
    return frozenset(found)


def taken_off(debtor: Debtor, procedures: Mapping[int, Procedure], question: Question):
    """What is not asked of the claims of a debtor: disputed parts, and what his own credits cover.

    :return: per line id ``(amount, dispute)`` and ``(amount, credit)``.
    """
    disputed = disputed_parts(debtor.claims, debtor.disputes)
    alone = left_alone(debtor, procedures, question) if debtor.credits else ()
    claims = (*debtor.claims, *debtor.rests)
    return disputed, apply_credits(claims, debtor.credits, disputed, alone, question.as_of)


def asked_of(debtor: Debtor, procedures: Mapping[int, Procedure], question: Question) -> dict[int, Decimal]:
    """What would be asked for each claim of a debtor on that day, due or not: by line id, as ``Decision.open``."""
    disputed, covered = taken_off(debtor, procedures, question)
    return {claim.line_id: _open(claim, disputed, covered) for claim in debtor.claims}


def _open(claim: Claim, disputed, covered) -> Decimal:
    if earned_discount(claim):
        return ZERO
    credit, part = covered.get(claim.line_id, (ZERO, None))[0], disputed.get(claim.line_id, (ZERO, None))[0]
    return max(claim.residual - min(claim.in_payment, claim.residual) - credit - part, ZERO)


def _decide_claim(debtor, procedures, claim, disputed, covered, question) -> Decision:
    """The decision on one claim alone, before letters are put together."""
    credit, taken_by = covered.get(claim.line_id, (ZERO, None))
    part, dispute = disputed.get(claim.line_id, (ZERO, None))
    open_amount = _open(claim, disputed, covered)
    blocked = (
        _blocked(debtor, claim, question.as_of)
        or _in_dispute(claim, part, dispute)
        or _agreed(debtor, claim, question.as_of)
        or _covered(claim, open_amount, part, credit, taken_by)
        or _under_way(debtor, claim)
        or _caused(debtor, claim, question.as_of)
        or _not_worth_asking(claim, question)
    )
    care = debtor.care if debtor.care and debtor.care.covers(question.as_of) else None
    found = blocked or _next_step(procedures, claim, question, care)
    # what `replace` would do, at a quarter of its cost: this is done for every claim
    return Decision(claim, found.code, found.facts, found.level, found.on, open_amount, credit, part)


def _blocked(debtor: Debtor, claim: Claim, as_of: date) -> Decision | None:
    """Reasons why this claim may not be chased at all."""
    if debtor.insolvencies and (stopped := insolvent(debtor, claim)):
        return stopped
    if claim.handed_over:
        facts = {"party": claim.handed_over.party, "since": claim.handed_over.since}
        return Decision(claim, "HANDED_OVER", facts)
    if claim.no_followup:
        return Decision(claim, "NO_FOLLOWUP", {})
    if earned_discount(claim):
        return Decision(claim, "DISCOUNT", {"amount": claim.residual, "until": claim.discount_until})
    holds = [hold for hold in (claim.hold, debtor.hold) if hold and hold.covers(as_of)]
    if holds:
        hold = max(holds, key=lambda hold: hold.until or date.max)  # the one that ends last is the one that counts
        if hold.until is None:
            return Decision(claim, "HOLD", {"reason": hold.reason})
        facts = {"reason": hold.reason, "until": hold.until}
        return Decision(claim, "HOLD_UNTIL", facts, on=hold.until + timedelta(days=1))
    if debtor.reply_on:
        return Decision(claim, "REPLIED", {"date": debtor.reply_on})
    if claim.due_date is None:
        return Decision(claim, "NO_DUE_DATE", {})
    return None


def _in_dispute(claim: Claim, part: Decimal, dispute: Dispute | None) -> Decision | None:
    """Nothing undisputed is left of it. Only a person ends a dispute, so there is no day on which it goes on."""
    if dispute and part >= claim.residual:
        return Decision(claim, "DISPUTED", {"reason": dispute.reason, "since": dispute.since})
    return None


def _agreed(debtor: Debtor, claim: Claim, as_of: date) -> Decision | None:
    """The debtor pays in instalments, or promised to pay: the claim waits, and once more while he is asked why nothing
    came in. Of several the one that ends last counts."""
    for code, asked, agreements in (
        ("PLAN", "INSTALMENT_ASKED", debtor.plans),
        ("PROMISE", "PROMISE_ASKED", debtor.promises),
    ):
        running = [agreement for agreement in agreements if agreement.covers(claim, as_of)]
        if running:
            last = max(running, key=lambda agreement: agreement.ends)
            waits = as_of <= last.until
            until = last.until if waits else last.ends
            facts = {"amount": last.amount, "date": last.date, "until": until}
            return Decision(claim, code if waits else asked, facts, on=until + timedelta(days=1))
    return None


def agreement(debtor: Debtor, claim: Claim, as_of: date) -> Decision | None:
    """What the promise or plan that keeps a claim back on that day says of it; None for none."""
    return _agreed(debtor, claim, as_of)


def is_agreed(debtor: Debtor, claim: Claim, as_of: date) -> bool:
    """Whether a promise or a plan keeps this claim back on that day."""
    return _agreed(debtor, claim, as_of) is not None


def may_write_about(debtor: Debtor, agreement: Promise, question: Question) -> bool:
    """Whether the debtor may be asked today about an agreement of which the money did not come in: one of its claims is
    open and nothing else stands in the way of asking for it.

    A hold, an insolvency, a reply to handle, a dispute, money that came in and is not booked, a payment under way, own
    credits that cover it: then a letter about it would be wrong, as any other would.
    """
    debtor = replace(debtor, promises=(), plans=())
    disputed, covered = taken_off(debtor, question.procedures, question)
    for claim in debtor.claims:
        part, dispute = disputed.get(claim.line_id, (ZERO, None))
        credit, taken_by = covered.get(claim.line_id, (ZERO, None))
        if agreement.concerns(claim) and not (
            _blocked(debtor, claim, question.as_of)
            or _in_dispute(claim, part, dispute)
            or _covered(claim, _open(claim, disputed, covered), part, credit, taken_by)
            or _under_way(debtor, claim)
        ):
            return True
    return False


def _covered(
    claim: Claim, open_amount: Decimal, part: Decimal, credit: Decimal, taken_by: Credit | None
) -> Decision | None:
    """There is nothing to ask: a payment under way covers it, the debtor's own credit, or these and a dispute together.

    :param part: what is disputed of it.
    """
    if claim.paying or claim.in_payment >= claim.residual:
        amount = max(claim.paying, claim.in_payment)  # who is paying a part is not written to meanwhile
        return Decision(claim, "IN_PAYMENT", {"payment": claim.payment, "amount": amount})
    if open_amount > 0:
        return None
    paying = min(claim.in_payment, claim.residual)
    if part or paying:
        return Decision(claim, "NOTHING_LEFT", {"disputed": part, "paying": paying, "credit": credit})
    if taken_by.under_way:
        return Decision(claim, "IN_PAYMENT", {"payment": taken_by.number, "amount": credit})
    # the invoice of a rest is paid: there is nothing to match with it, and the money is booked as costs and interest
    code = "REST_COVERED" if claim.rest else "NET_CREDIT"
    return Decision(claim, code, {"credit": taken_by.number, "amount": credit})


def _under_way(debtor: Debtor, claim: Claim) -> Decision | None:
    """Something is already happening with it: money that came in or is gone again, a letter not sent yet, one that
    failed."""
    if debtor.unmatched > 0 or debtor.receipts:
        return Decision(claim, "UNMATCHED_PAYMENT", _received(debtor, claim))
    if claim.undone:
        return Decision(claim, "PAYMENT_UNDONE", {"amount": claim.undone.amount, "date": claim.undone.on})
    if claim.failed_letter:
        return Decision(claim, "LETTER_FAILED", {"letter": claim.failed_letter})
    if claim.open_letter:
        return Decision(claim, "LETTER_OPEN", {"letter": claim.open_letter})
    return None


def _caused(debtor: Debtor, claim: Claim, as_of: date) -> Decision | None:
    """The debtor said why he does not pay, and the firm lets something follow from it before the next step."""
    cause = debtor.cause
    if cause is None or not cause.covers(claim, as_of):
        return None
    facts = {"cause": cause.cause, "since": cause.since, "until": cause.until}
    code = "CAUSE_PERSON" if cause.route == PERSON else "CAUSE_WAIT"
    return Decision(claim, code, facts, on=cause.until + timedelta(days=1))


def _received(debtor: Debtor, claim: Claim) -> dict:
    """What came in and is not booked, and the line to be named: one about this claim before those about others."""
    own = sorted(debtor.receipts, key=lambda found: (claim.number not in found.claims, found.on, found.line_id))
    amount = debtor.unmatched or sum(receipt.amount for receipt in own)
    return {"amount": amount, "receipt": own[0] if own else None}


def _not_worth_asking(claim: Claim, question: Question) -> Decision | None:
    """What is left of it is so little that the firm asks for it no more."""
    if is_small_rest(claim, question.house.small_rest, question.as_of):
        return Decision(claim, "SMALL_REST", {"amount": claim.residual})
    return None


def _next_step(
    procedures: Mapping[int, Procedure], claim: Claim, question: Question, care: Care | None = None
) -> Decision:
    """Where the claim stands on its ladder: due for the next level, waiting, or at the end."""
    procedure = procedures.get(claim.procedure)
    if procedure is None:
        return Decision(claim, "NO_PROCEDURE", {})
    if not procedure.levels:
        return Decision(claim, "NO_LEVEL", {"procedure": procedure.name})
    if procedure.require_sent and not claim.sent:
        return Decision(claim, "NOT_SENT", {})
    if claim.not_arrived:
        return Decision(claim, "NOT_ARRIVED", {"message": claim.not_arrived})
    if procedure.check_first and claim.check and claim.check.wrong:
        return Decision(claim, "CHECK_WRONG", {"ground": claim.check.wrong[0]})
    if not claim.is_overdue(question.as_of) and (notice := _notice(procedure, claim, question)):
        return notice
    level = procedure.next_level(claim.levels_done)
    if level is None:
        return Decision(claim, "LAST_LEVEL", {"level": procedure.levels[-1].name})
    return _stopped(procedure, claim, question) or _step(procedure, claim, level, question, care)


def _notice(procedure: Procedure, claim: Claim, question: Question) -> Decision | None:
    """The notice before the due date, unless the claim had it."""
    as_of = question.as_of
    level = procedure.notice
    if level is None or level.id in claim.levels_done or not _in_notice_window({procedure.id: procedure}, claim, as_of):
        return None
    if claim.not_before and claim.not_before >= claim.due_date:
        return None  # by then it is no notice any more
    if wait := _day_set(claim, level, as_of) or _sent_recently(procedure, claim, level, as_of):
        return wait
    if asked := _unchecked(procedure, claim, level):
        return asked
    if not level.has_text:
        return Decision(claim, "NO_TEXT", {"level": level.name}, level=level)
    if by_hand := _by_hand(claim, level, question):
        return by_hand
    facts = {"level": level.name, "due_date": claim.due_date, "days": (claim.due_date - as_of).days}
    return Decision(claim, "NOTICE", facts, level=level, on=as_of)


def _stopped(procedure: Procedure, claim: Claim, question: Question) -> Decision | None:
    """The stop rules of the procedure, and the claims that were left out when dunning began."""
    if procedure.stop_count and (letters := procedure.letters_sent(claim.levels_done)) >= procedure.stop_count:
        return Decision(claim, "STOP_COUNT", {"letters": letters, "maximum": procedure.stop_count})
    if procedure.stop_age and (age := (question.as_of - claim.due_date).days) > procedure.stop_age:
        return Decision(claim, "STOP_AGE", {"days": age, "maximum": procedure.stop_age})
    backlog = question.house.backlog
    if backlog and backlog.holds_for(claim) and backlog.leaves_out(claim) and not claim.returned:
        return Decision(claim, "BACKLOG", {"due_date": claim.due_date, "start": backlog.start})
    return None


def _step(procedure: Procedure, claim: Claim, level: Level, question: Question, care: Care | None) -> Decision:
    """The next level of a claim: due, or the day on which it will be."""
    as_of, backlog = question.as_of, question.house.backlog
    ends = claim.ends
    earliest = procedure.earliest(level, claim.due_date, claim.level_sent_on, ends)
    more = timedelta(days=question.house.care_days if care else 0)
    if day_set := _day_set(claim, level, max(as_of, earliest + more)):
        return day_set
    if care and (later := _later_with_care(procedure, claim, level, earliest, question)):
        return later
    if as_of < earliest:
        earliest = max(earliest, procedure.answered_from(claim.sent_on) or earliest)
        running = ends and as_of < ends and earliest == ends + timedelta(days=procedure.correction_days)
        code = "PERIOD_RUNNING" if running else "NOT_YET"
        facts = {"date": earliest} if running else {"level": level.name, "date": earliest}
        return Decision(claim, code, facts, level=level, on=earliest)
    if recent := _sent_recently(procedure, claim, level, as_of):
        return recent
    if backlog and backlog.rule == MATCH and backlog.holds_for(claim) and not claim.returned and not care:
        level = procedure.matching_level(claim.due_date, as_of, question.house.term_agreed)
    if asked := _unchecked(procedure, claim, level):
        return asked
    if level.legal_type == CALL:
        facts = {"level": level.name, "due_date": claim.due_date, "days": (as_of - claim.due_date).days}
        return Decision(claim, "CALL_DUE", facts, level=level, on=as_of)
    if care and level.is_heavy:
        return Decision(claim, "CARE_PERSON", {"level": level.name}, level=level, on=as_of)
    if level.legal_type == HANDOVER:  # a person hands over; the letter follows from that
        facts = {"level": level.name, "due_date": claim.due_date, "days": (as_of - claim.due_date).days}
        return Decision(claim, "HANDOVER_DUE", facts, level=level, on=as_of)
    if not level.has_text:
        return Decision(claim, "NO_TEXT", {"level": level.name}, level=level)
    if by_hand := _by_hand(claim, level, question):
        return by_hand
    facts = {"level": level.name, "due_date": claim.due_date, "days": (as_of - claim.due_date).days}
    return Decision(claim, "LETTER", facts, level=level, on=as_of)


def _later_with_care(procedure, claim, level, earliest, question) -> Decision | None:
    """A debtor who is treated with care has more time before every step than its procedure gives."""
    day = earliest + timedelta(days=question.house.care_days)
    if question.as_of >= day or not question.house.care_days:
        return None
    day = max(day, procedure.answered_from(claim.sent_on) or day)
    facts = {"level": level.name, "days": question.house.care_days, "date": day}
    return Decision(claim, "CARE_WAIT", facts, level=level, on=day)


def _day_set(claim: Claim, level: Level, otherwise: date) -> Decision | None:
    """A person set a later day for the next step than the one on which it comes otherwise. An earlier one changes
    nothing: no step comes sooner than its procedure has it."""
    if claim.not_before is None or claim.not_before <= otherwise:
        return None
    return Decision(claim, "DAY_SET", {"level": level.name, "date": claim.not_before}, level=level, on=claim.not_before)


def _by_hand(claim: Claim, level: Level, question: Question) -> Decision | None:
    """Somebody wants no letter about it to go by itself. What a person proposes goes as any other."""
    if not (claim.by_hand and question.automatic_only):
        return None
    return Decision(claim, "BY_HAND", {"level": level.name}, level=level, on=question.as_of)


def _unchecked(procedure: Procedure, claim: Claim, level: Level) -> Decision | None:
    """Its first step is due, and nobody answered yet whether the invoice is in order."""
    if procedure.check_first in ("", SEEN) or not (claim.check and claim.check.unknown):
        return None
    facts = {"level": level.name, "ground": claim.check.unknown[0]}
    return Decision(claim, "CHECK_FIRST", facts, level=level)


def _sent_recently(procedure: Procedure, claim: Claim, level: Level, as_of: date) -> Decision | None:
    """The invoice went out, or went out anew, so short ago that its debtor had no time to look at it."""
    day = procedure.answered_from(claim.sent_on)
    if day is None or as_of >= day:
        return None
    facts = {"sent": claim.sent_on, "days": procedure.days_after_sending, "date": day}
    return Decision(claim, "SENT_RECENTLY", facts, level=level, on=day)


# Of the instalments of one invoice, which decision speaks for the invoice: what happens, then what a person has to
# mend, then what waits, then what is passed over. ``dunning.decision._choose_shown`` makes its order of these.
SPEAKS = {"LETTER": 0, "NOTICE": 0, "RIDES_ALONG": 1, "LETTER_FAILED": 2, "LISTED": 3, "CALL_DUE": 3}
SPEAKS_BY_OUTCOME = {ERROR: 2, WAIT: 4, SKIP: 5}


def per_invoice(decisions: Iterable[Decision]) -> dict[int, Decision]:
    """The decision that speaks for each invoice, out of one per instalment; of two that wait the sooner one.

    :return: by the id of the invoice.
    """

    def rank(decision):
        place = SPEAKS.get(decision.code, SPEAKS_BY_OUTCOME.get(decision.outcome))
        return place, decision.on or date.max, decision.claim.line_id

    chosen: dict[int, Decision] = {}
    for decision in decisions:
        held = chosen.get(decision.claim.move_id)
        if held is None or rank(decision) < rank(held):
            chosen[decision.claim.move_id] = decision
    return chosen


def settled(outcome: Outcome, asked: Mapping[int, Decimal]) -> dict[int, Decision | None]:
    """Which claims on a frozen letter are no longer as the letter says.

    :param outcome: the decision of this moment, made with that letter left out of the facts.
    :param asked: per line id the amount that the letter asks for it.
    :return: per claim that changed, the decision that says why; None when the claim is gone (paid, cancelled) or
        its amount is another. Empty when the letter may go.
    """
    now = {decision.claim.line_id: decision for decision in outcome.decisions}
    changed: dict[int, Decision | None] = {}
    for line_id, amount in asked.items():
        decision = now.get(line_id)
        if decision is None or decision.open != amount:
            stopped = decision and decision.outcome in (SKIP, ERROR)
            changed[line_id] = decision if stopped else None
        elif decision.outcome in (SKIP, ERROR):
            changed[line_id] = decision
    return changed
