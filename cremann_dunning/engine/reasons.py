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
    """A reason: its outcome and the names of the facts that its sentence mentions."""

    code: str
    outcome: str
    facts: tuple[str, ...] = ()


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
    Reason("OTHER_LETTER", WAIT, ("currency",)),
    Reason("LETTER_OPEN", WAIT, ("letter",)),
    Reason("APPROVAL", WAIT, ("level",)),
    Reason("CALL_DUE", WAIT, ("level", "due_date", "days")),
    Reason("NOT_A_SENDING_DAY", WAIT, ("level", "date")),
    Reason("BANK_BEHIND", WAIT, ("journal", "date", "days")),
    Reason("INSOLVENT", SKIP, ("kind", "since")),
    Reason("DISCHARGED", SKIP, ("kind", "ended", "outcome")),
    Reason("ESTATE", SKIP, ("since",)),
    Reason("HOLD", SKIP, ("reason",)),
    Reason("HOLD_UNTIL", SKIP, ("reason", "until")),
    Reason("REPLIED", SKIP, ("date",)),
    Reason("DISPUTED", SKIP, ("reason", "since")),
    Reason("PLAN", SKIP, ("amount", "date", "until")),
    Reason("PROMISE", SKIP, ("amount", "date", "until")),
    Reason("NO_FOLLOWUP", SKIP, ()),
    Reason("DISCOUNT", SKIP, ("amount", "until")),
    Reason("NOT_SENT", SKIP, ()),
    Reason("NOT_ARRIVED", SKIP, ("message",)),
    Reason("NET_CREDIT", SKIP, ("credit", "amount")),
    Reason("REST_COVERED", SKIP, ("credit", "amount")),
    Reason("UNMATCHED_PAYMENT", SKIP, ("amount", "receipt")),
    Reason("PAYMENT_UNDONE", SKIP, ("amount", "date")),
    Reason("IN_PAYMENT", SKIP, ("payment", "amount")),
    Reason("NOTHING_LEFT", SKIP, ("disputed", "paying", "credit")),
    Reason("SMALL_REST", SKIP, ("amount",)),
    Reason("MIN_AMOUNT", SKIP, ("amount", "minimum")),
    Reason("NO_DUE_DATE", SKIP, ()),
    Reason("NO_ADDRESS", SKIP, ()),
    Reason("LETTER_FAILED", SKIP, ("letter",)),
    Reason("LAST_LEVEL", SKIP, ("level",)),
    Reason("REFUSED", SKIP, ("message",)),
    Reason("STOP_COUNT", SKIP, ("letters", "maximum")),
    Reason("STOP_AGE", SKIP, ("days", "maximum")),
    Reason("BACKLOG", SKIP, ("due_date", "start")),
    Reason("NO_PROCEDURE", ERROR, ()),
    Reason("NO_LEVEL", ERROR, ("procedure",)),
    Reason("NO_TEXT", ERROR, ("level",)),
    Reason("NO_REGIME", ERROR, ("message",)),
    Reason("NO_RATE", ERROR, ("message",)),
    Reason("NO_SCALE", ERROR, ("message",)),
    Reason("CLAUSE", ERROR, ("message",)),
    Reason("ERROR", ERROR, ("message",)),
)

REASONS = {reason.code: reason for reason in _REASONS}
