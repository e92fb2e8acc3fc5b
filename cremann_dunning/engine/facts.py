"""What the engine knows about one debtor on one day: plain, frozen and free of Odoo.

Amounts are ``Decimal`` in the currency of the claim, dates are the company's.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Hold:
    """A pause set by a person on an invoice, a debtor or both. ``until`` is its last day, None for open ended."""

    until: date | None
    reason: str

    def covers(self, day: date) -> bool:
        """Whether the pause still holds on that day; the last day itself counts."""
        return self.until is None or day <= self.until


@dataclass(frozen=True, slots=True)
class Claim:
    """One open receivable line: an invoice, or one instalment of it.

    ``levels_done`` are the ids of the levels really sent for this line, ``level_sent_on`` the day the last of them
    was sent and ``level_claimable_from`` the first day after the free term that letter gave (None when it gave none).
    ``open_letter`` names a letter that covers this line and is neither sent nor cancelled; ``failed_letter`` one
    that could not be delivered and waits for a person. ``in_payment`` is what payments under way (a direct debit)
    will take off it once the bank shows them, ``payment`` names the last of them.
    """

    line_id: int
    move_id: int
    number: str
    currency: str
    residual: Decimal
    residual_company: Decimal
    due_date: date | None
    procedure: int | None
    kind: str
    levels_done: frozenset[int] = frozenset()
    level_sent_on: date | None = None
    level_claimable_from: date | None = None
    sent: bool = True
    no_followup: bool = False
    hold: Hold | None = None
    open_letter: str | None = None
    failed_letter: str | None = None
    instalment: bool = False
    in_payment: Decimal = ZERO
    payment: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """Money of the debtor that is not matched to an invoice: a credit note or a payment. ``amount`` is positive.

    ``under_way``: a payment that was booked and that the bank has yet to show.
    """

    number: str
    currency: str
    amount: Decimal
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class Debtor:
    """Everything about one debtor of one company that a decision may rest on.

    ``unmatched`` is the sum of bank receipts that name the debtor but are not booked yet, in company currency.
    ``last_letter_on`` is the day of the last letter of any level that was really sent.
    """

    partner_id: int
    name: str
    claims: tuple[Claim, ...]
    credits: tuple[Credit, ...] = ()
    unmatched: Decimal = ZERO
    last_letter_on: date | None = None
    hold: Hold | None = None
    has_email: bool = True
    has_address: bool = True
    extra: dict = field(default_factory=dict, compare=False)
