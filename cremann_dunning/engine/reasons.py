"""The one registry of reasons. A decision carries a code from here and the facts its sentence needs.

The sentence in the reader's language is made from the code by ``models/run/dunning_decision.py``; a test holds the two
lists equal. Codes are stored, so a code is never renamed or reused for something else.
"""

from dataclasses import dataclass

SEND = "send"
RIDE = "ride"
WAIT = "wait"
SKIP = "skip"
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: its outcome, the names of the facts that its sentence mentions, and whether nothing follows by itself
    until somebody does something."""

    code: str
    outcome: str
    facts: tuple[str, ...] = ()
    for_somebody: bool = False


_REASONS = (
    Reason("LETTER", SEND, ("level", "due_date", "days")),
    Reason("NOTICE", SEND, ("level", "due_date", "days")),
    Reason("RIDES_ALONG", RIDE, ("level",)),
    Reason("LISTED", RIDE, ("level", "date")),
    Reason("NOT_YET", WAIT, ("level", "date")),
    Reason("PERIOD_RUNNING", WAIT, ("date",)),
    Reason("SENT_RECENTLY", WAIT, ("sent", "days", "date")),
    Reason("TOO_SOON", WAIT, ("last", "days", "date")),
    Reason("SPOKEN_RECENTLY", WAIT, ("spoken", "days", "date")),
    Reason("QUIET", WAIT, ("way", "last", "days", "date")),
    Reason("CAP", WAIT, ("number", "maximum", "days", "date")),
    Reason("GROUP_CAP", WAIT, ("group", "number", "maximum", "days", "date")),
    Reason("FIRM_CAP", WAIT, ("maximum", "date")),
    Reason("OTHER_LETTER", WAIT, ("currency",)),
    Reason("LETTER_OPEN", WAIT, ("letter",)),
    Reason("APPROVAL", WAIT, ("level",), for_somebody=True),
    Reason("BY_HAND", WAIT, ("level",), for_somebody=True),
    Reason("CARE_WAIT", WAIT, ("level", "days", "date")),
    Reason("CARE_PERSON", WAIT, ("level",), for_somebody=True),
    Reason("DAY_SET", WAIT, ("level", "date")),
    Reason("CALL_DUE", WAIT, ("level", "due_date", "days"), for_somebody=True),
    Reason("HANDOVER_DUE", WAIT, ("level", "due_date", "days"), for_somebody=True),
    Reason("NOT_A_SENDING_DAY", WAIT, ("level", "date")),
    Reason("BANK_BEHIND", WAIT, ("journal", "date", "days")),
    Reason("INSOLVENT", SKIP, ("kind", "since")),
    Reason("DISCHARGED", SKIP, ("kind", "ended", "outcome")),
    Reason("ESTATE", SKIP, ("since",)),
    Reason("HANDED_OVER", SKIP, ("party", "since")),
    Reason("HOLD", SKIP, ("reason",)),
    Reason("HOLD_UNTIL", SKIP, ("reason", "until")),
    Reason("REPLIED", SKIP, ("date",), for_somebody=True),
    Reason("DISPUTED", SKIP, ("reason", "since")),
    Reason("PLAN", SKIP, ("amount", "date", "until")),
    Reason("PROMISE", SKIP, ("amount", "date", "until")),
    Reason("INSTALMENT_ASKED", SKIP, ("amount", "date", "until")),
    Reason("PROMISE_ASKED", SKIP, ("amount", "date", "until")),
    Reason("CAUSE_WAIT", WAIT, ("cause", "since", "until")),
    Reason("CAUSE_PERSON", WAIT, ("cause", "since", "until"), for_somebody=True),
    Reason("NO_FOLLOWUP", SKIP, ()),
    Reason("DISCOUNT", SKIP, ("amount", "until")),
    Reason("NOT_SENT", SKIP, ()),
    Reason("NOT_ARRIVED", SKIP, ("message",), for_somebody=True),
    Reason("CHECK_WRONG", SKIP, ("ground",), for_somebody=True),
    Reason("CHECK_FIRST", SKIP, ("level", "ground"), for_somebody=True),
    Reason("NET_CREDIT", SKIP, ("credit", "amount")),
    Reason("REST_COVERED", SKIP, ("credit", "amount")),
    Reason("UNMATCHED_PAYMENT", SKIP, ("amount", "receipt"), for_somebody=True),
    Reason("PAYMENT_UNDONE", SKIP, ("amount", "date"), for_somebody=True),
    Reason("IN_PAYMENT", SKIP, ("payment", "amount")),
    Reason("NOTHING_LEFT", SKIP, ("disputed", "paying", "credit")),
    Reason("SMALL_REST", SKIP, ("amount",)),
    Reason("MIN_AMOUNT", SKIP, ("amount", "minimum")),
    Reason("NO_DUE_DATE", SKIP, (), for_somebody=True),
    Reason("NO_ADDRESS", SKIP, (), for_somebody=True),
    Reason("LETTER_FAILED", SKIP, ("letter",), for_somebody=True),
    Reason("LAST_LEVEL", SKIP, ("level",), for_somebody=True),
    Reason("REFUSED", SKIP, ("message",), for_somebody=True),
    Reason("STOP_COUNT", SKIP, ("letters", "maximum"), for_somebody=True),
    Reason("STOP_AGE", SKIP, ("days", "maximum"), for_somebody=True),
    Reason("BACKLOG", SKIP, ("due_date", "start")),
    Reason("NO_PROCEDURE", ERROR, (), for_somebody=True),
    Reason("NO_LEVEL", ERROR, ("procedure",), for_somebody=True),
    Reason("NO_TEXT", ERROR, ("level",), for_somebody=True),
    Reason("NO_REGIME", ERROR, ("message",), for_somebody=True),
    Reason("NO_RATE", ERROR, ("message",), for_somebody=True),
    Reason("NO_SCALE", ERROR, ("message",), for_somebody=True),
    Reason("CLAUSE", ERROR, ("message",), for_somebody=True),
    Reason("ERROR", ERROR, ("message",), for_somebody=True),
)

REASONS = {reason.code: reason for reason in _REASONS}
# What somebody has to do something about.
FOR_SOMEBODY = tuple(reason.code for reason in _REASONS if reason.for_somebody)
