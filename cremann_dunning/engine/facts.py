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
class Insolvency:
    """A procedure over all the debts of the debtor: what he owed before ``since`` is asked of nobody but its trustee.

    ``kind`` and ``outcome`` are codes of ``dunning.insolvency``. ``ended`` is the day on which it ended, of one after
    which what is left of those debts is no longer asked either; None while it runs. ``estate``: the debtor may pay
    nobody himself, so what he comes to owe from that day on is the trustee's to pay as well (a bankruptcy).
    """

    kind: str
    since: date
    ended: date | None = None
    outcome: str = ""
    estate: bool = False

    def covers(self, claim: "Claim") -> bool:
        """Whether the claim is older than the procedure. It works from the first hour of its day on (23 Fw; in Belgium
        too), so what is dated on that day came after it; of a claim without a date nobody can say that."""
        return claim.dated is None or claim.dated < self.since


@dataclass(frozen=True, slots=True)
class Notice:
    """The last valid statutory notice of a claim: its letter, when it went, the day after its free term, and the costs
    that it announced for all its claims together: with VAT, the VAT in them, and its percentage."""

    letter_id: int
    sent_on: date
    claimable_from: date
    announced: Decimal = ZERO
    vat: Decimal = ZERO
    vat_rate: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Charged:
    """What sent letters asked of a claim beyond its principal, as it stands: what the last of them asked.

    ``costs`` with VAT, over ``base``, to be claimed from ``costs_from`` on; ``interest`` up to the day of its letter.
    Of both what was received and what was waived. ``receipts`` are what was received on them, with the day of each.
    """

    costs: Decimal = ZERO
    costs_received: Decimal = ZERO
    costs_waived: Decimal = ZERO
    costs_from: date | None = None
    base: Decimal = ZERO
    interest: Decimal = ZERO
    interest_received: Decimal = ZERO
    interest_waived: Decimal = ZERO
    receipts: tuple[tuple[date, Decimal], ...] = ()

    def costs_due(self, on: date) -> bool:
        """Whether the costs can be claimed on that day; while a free term runs they absorb nothing (6:96(6) BW)."""
        return self.costs_from is not None and self.costs_from <= on

    def costs_left(self, on: date) -> Decimal:
        """What of the costs can be claimed on that day and is neither received nor waived."""
        return max(self.costs - self.costs_received - self.costs_waived, ZERO) if self.costs_due(on) else ZERO

    @property
    def interest_left(self) -> Decimal:
        """What of the interest that was asked is neither received nor waived."""
        return max(self.interest - self.interest_received - self.interest_waived, ZERO)

    def left(self, on: date) -> Decimal:
        """What of it can be claimed on that day."""
        return self.costs_left(on) + self.interest_left


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The claim is with a party since a day: that one asks for it, and we do not. ``party`` is its name."""

    party: str
    since: date


@dataclass(frozen=True, slots=True)
class Returned:
    """Payments of a claim that came back and of which no letter told its debtor yet: ids of ``dunning.return``.

    ``procedure`` and ``levels_done`` are those of the ladder on which the claim goes on once he was told.
    """

    payments: tuple[int, ...]
    procedure: int | None = None
    levels_done: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Undone:
    """A payment of a claim that is in the books no more: how much, and the day on which that was done."""

    amount: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked of an invoice before its first letter, as codes of ``dunning.check``: ``wrong`` is not in order as
    it stands, ``unknown`` nobody can say yet. Both in the order of the questions."""

    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One open receivable line: an invoice, or one instalment of it.

    ``levels_done`` are the ids of the levels really sent for this line, ``level_sent_on`` the day the last of them
    was sent and ``level_claimable_from`` the first day after the free term that letter gave (None when it gave none).
    ``open_letter`` names a letter that covers this line and is neither sent nor cancelled; ``failed_letter`` one
    that could not be delivered and waits for a person. ``regime`` is the regime of the first statutory notice of this
    claim, which it keeps; ``notice`` its last valid one; ``default_from`` the first day after the term to pay that a
    reminder gave; ``periodic`` says that it is an instalment of a running contract. ``in_payment`` is what payments
    under way (a direct debit) will take off it once the bank shows them, ``payment`` names the last of them.
    ``term_ends`` is the first day after every term that a letter gave this claim, whatever its legal type: the last of
    the days it printed, and of those from which it put the debtor in default.
    ``sent_on`` is the day on which the invoice went to the debtor as it is now (where nobody knows, its own date),
    ``not_arrived`` what the network or the post said when it came to nothing after all. ``addressee`` is the contact
    below the debtor that the invoice names (None: the debtor itself). ``dated`` is the day of the invoice.
    ``taken_in``: the item of a journal entry that somebody took in; beside it others may stand, of other debtors or of
    other invoices. ``receipts`` are what came in on it, with the day of each. ``charged`` is what letters asked beyond
    it, None when they asked nothing. ``rest``: its principal is paid, and what was asked beyond it is all that is left.
    ``discount``: the cash discount that the terms grant for money that comes in up to and including ``discount_until``.
    ``percent`` is the yearly interest that it bears, where the debtor has credits and claims under several laws.
    ``returned``: payments of it came back that its debtor was not told of; ``procedure`` is then the one for that.
    ``undone``: a payment of it does not pay it any more, and nobody said yet whether the bank took it back.
    ``by_hand``: somebody wants no letter about it to go by itself. ``not_before``: the day that somebody set for its
    next step, on the invoice or on its debtor; of two the later one. ``check``: what is not in order with an invoice of
    which no letter was sent, or not known of it. ``paying``: what its debtor is paying of it at this moment, costs and
    interest among it, in a payment that he started on his page and ``payment`` names. ``handed_over``: a party asks for
    it now.
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
    regime: int | None = None
    notice: Notice | None = None
    default_from: date | None = None
    periodic: bool = False
    in_payment: Decimal = ZERO
    payment: str = ""
    term_ends: date | None = None
    sent_on: date | None = None
    not_arrived: str = ""
    addressee: int | None = None
    dated: date | None = None
    taken_in: bool = False
    receipts: tuple[tuple[date, Decimal], ...] = ()
    charged: Charged | None = None
    rest: bool = False
    discount: Decimal = ZERO
    discount_until: date | None = None
    percent: Decimal = ZERO
    returned: Returned | None = None
    undone: Undone | None = None
    by_hand: bool = False
    not_before: date | None = None
    check: Check | None = None
    paying: Decimal = ZERO
    handed_over: HandedOver | None = None

    @property
    def ends(self) -> date | None:
        """First day on which no term runs any more that a letter gave; None when none did."""
        return max(filter(None, (self.level_claimable_from, self.term_ends)), default=None)

    def is_overdue(self, as_of: date) -> bool:
        """Whether it was due before that day; one without a due date counts as late, so that somebody looks at it."""
        return self.due_date is None or self.due_date < as_of


@dataclass(frozen=True, slots=True)
class Credit:
    """Money of the debtor that is not matched to an invoice: a credit note or a payment. ``amount`` is positive.

    ``under_way``: a payment that was booked and that the bank has yet to show. ``moves``: ids of the invoices that it
    is for, where it says so itself (a credit note of an invoice, a payment of which another part paid an invoice).
    ``received``: it is money that came in, which pays costs and interest as well; a credit note pays no costs.
    ``line_id`` is its item in the ledger (0 in records from before it was kept).
    """

    number: str
    currency: str
    amount: Decimal
    under_way: bool = False
    moves: frozenset[int] = frozenset()
    received: bool = False
    line_id: int = 0


@dataclass(frozen=True, slots=True)
class Dispute:
    """An open dispute over the invoices in ``moves`` (ids, never empty) since ``since``.

    ``amount`` is the part that is disputed, over all of them together; None when they are disputed as a whole.
    ``reason`` is a code of ``dunning.dispute``.
    """

    reason: str
    since: date
    moves: frozenset[int]
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """An open promise to pay ``amount`` on ``date``; what it covers is left alone up to and including ``until``.

    ``moves`` are ids of invoices; empty for everything of the debtor in that currency that was there when it was made,
    on ``since`` (None: nobody knows any more). An invoice of a later day is not what the debtor spoke of.
    ``asked_until``: when the money did not come in, the debtor is asked about it first, and what it covers is left
    alone up to and including that day. None: nobody is asked.
    """

    date: date
    until: date
    amount: Decimal
    currency: str
    moves: frozenset[int] = frozenset()
    since: date | None = None
    asked_until: date | None = None

    @property
    def ends(self) -> date:
        """The last day on which it keeps anything back."""
        return max(self.until, self.asked_until or self.until)

    def covers(self, claim: Claim, day: date) -> bool:
        """Whether the claim waits for it on that day; the last day itself counts."""
        return day <= self.ends and self.concerns(claim)

    def concerns(self, claim: Claim) -> bool:
        """Whether it is about this claim, on whatever day."""
        return claim.currency == self.currency and self._is_about(claim)

    def _is_about(self, claim: Claim) -> bool:
        if self.moves:
            return claim.move_id in self.moves
        return not (self.since and claim.dated and claim.dated > self.since)


@dataclass(frozen=True, slots=True)
class Plan(Promise):
    """An active payment plan, known by its first instalment that is not paid: ``amount`` on ``date``."""


# What follows from why a debtor says that he does not pay: the next step as always, nothing for some days, or whatever
# a person decides.
GO_ON, WAIT_DAYS, PERSON = "go_on", "wait", "person"
LONGEST_ROUTE = 90  # days: after them the ladder goes on, whatever was said


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the debtor does not pay, as he last said it on ``since``, and what the table of the firm lets follow.

    ``cause`` is a code of ``dunning.contact``, ``route`` one of ``WAIT_DAYS`` and ``PERSON``; it routes up to and
    including ``until``, and then the ladder goes on. ``moves`` are ids of the invoices that were spoken of; empty for
    all that were there on that day.
    """

    cause: str
    route: str
    since: date
    until: date
    moves: frozenset[int] = frozenset()

    def covers(self, claim: Claim, day: date) -> bool:
        """Whether it routes this claim on that day; the last day itself counts."""
        if day > self.until or (self.moves and claim.move_id not in self.moves):
            return False
        return bool(self.moves) or claim.dated is None or claim.dated <= self.since


@dataclass(frozen=True, slots=True)
class Care:
    """The debtor is treated with care since ``since``: every step comes later, and no step that threatens goes unless a
    person writes it. Why he is, is no fact of a decision."""

    since: date

    def covers(self, day: date) -> bool:
        """Whether it holds on that day; its first day counts."""
        return day >= self.since


@dataclass(frozen=True, slots=True)
class Received:
    """Money on the bank that nobody booked and that stops letters: it names the debtor, or points to claims of his.

    ``on`` and ``text`` are those of the line, ``amount`` what is not booked of it, in company currency. ``claims`` are
    the numbers that it points to. ``shared``: it may as well be of another debtor, so it stops and pays nothing.
    """

    line_id: int
    on: date
    text: str
    amount: Decimal
    claims: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at the debtor to whom letters may go. ``role`` is reminder, addressee (an invoice names him), invoice,
    debtor (the debtor itself), or head: the head office of his customer group.

    ``mail_problem`` says why no mail reaches him: none (he has no address), blacklisted, bounced (the last letter to
    that address came back); empty when mail does reach him. ``has_address``: letters on paper reach him. ``place`` is
    the invoice address that he belongs to: he gets letters about invoices to that place. None: about all of them.
    """

    id: int
    role: str
    mail_problem: str = ""
    has_address: bool = True
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A contact that was made: ``way`` is one of letter, mail, call, message. ``partner_id`` names another debtor of
    the customer group who got it; 0: the debtor himself."""

    way: str
    on: date
    partner_id: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The customer group of a debtor, with the most contacts that all its debtors together get in so many days (0: as
    many as there are)."""

    id: int
    name: str
    contacts_max: int = 0
    contacts_days: int = 0


@dataclass(frozen=True, slots=True)
class Debtor:
    """Everything about one debtor of one company that a decision may rest on.

    ``insolvencies`` are those that still keep something from being asked. ``unmatched`` is the sum of bank receipts
    that are the debtor's but are not booked yet, in company currency; ``receipts`` are these and those that may be his.
    ``last_letter_on`` is the day of the last letter of any level that was really sent, ``spoken_on`` the day on which
    somebody last spoke with the debtor, as far as that was logged. ``reply_on`` is the day of the
    oldest reply of the debtor that nobody has handled yet. ``contacts`` are those who come before the debtor itself as
    addressee, in their order; ``has_email``, ``mail_problem`` and ``has_address`` are of the debtor itself (in records
    from before there were contacts, of whoever would have got the letter). ``rests`` are claims of which the principal
    is paid, and costs or interest that letters asked are not: receipts pay these too. ``cause`` is why he does not pay,
    where the firm lets something follow from it. ``reached`` are the contacts of late, as far back as a limit looks.
    ``head`` is the head office of his ``group`` where it gets the letters of all of them. ``places``: so many letters
    the firm still sends him today, where it has no more of them to give.
    ``care``: he is treated with care.
    """

    partner_id: int
    name: str
    claims: tuple[Claim, ...]
    credits: tuple[Credit, ...] = ()
    unmatched: Decimal = ZERO
    receipts: tuple[Received, ...] = ()
    last_letter_on: date | None = None
    hold: Hold | None = None
    disputes: tuple[Dispute, ...] = ()
    promises: tuple[Promise, ...] = ()
    plans: tuple[Plan, ...] = ()
    has_email: bool = True
    has_address: bool = True
    mail_problem: str = ""
    contacts: tuple[Contact, ...] = ()
    reply_on: date | None = None
    spoken_on: date | None = None
    rests: tuple[Claim, ...] = ()
    insolvencies: tuple[Insolvency, ...] = ()
    cause: Cause | None = None
    reached: tuple[Reached, ...] = ()
    group: Group | None = None
    head: Contact | None = None
    places: int | None = None
    care: Care | None = None
    extra: dict = field(default_factory=dict, compare=False)
