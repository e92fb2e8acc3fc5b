"""Terms: until when a debtor may pay free of costs, and from when default and interest run.

The rule behind every date here: never a day too early under the evidence there is. A letter claimed upon
too early loses all its costs (NL: the court tests it of its own motion) or the whole clause (BE: art.
XIX.15 WER).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from . import calendar
from .calendar import DAY, DeliveryDays
from .errors import DateError, NoTermError, check_choice, check_count, check_date

CHANNELS = ("email", "portal", "post", "registered")

# What a known day of receipt says. SEEN: the debtor had the message on that day at the latest (opened, portal
# view, answer), so it may have come earlier. DELIVERED: it arrived on that very day (carrier's or mail
# server's record), also when that is later than the law presumes.
SEEN, DELIVERED = "seen", "delivered"
PROOFS = (SEEN, DELIVERED)

# On what the start of a term rests.
PRESUMED, PROVEN, STATUTORY = "presumed", "proven", "statutory"

DeliveryTable = DeliveryDays | int | Iterable[tuple[date, int]] | None


@dataclass(frozen=True)
class FreeTerm:
    """A term inside which the debtor may pay without costs.

    :ivar country: whose law and holidays apply.
    :ivar channel: how the letter went.
    :ivar sent_on: day of sending.
    :ivar receipt: the day the letter counts as received; always the day before `first_day`. In Belgium
        the law fixes the first day itself, so there it is only that day before.
    :ivar first_day: day 1.
    :ivar counted_last_day: the last day before an extension.
    :ivar last_day: last free day; never Saturday, Sunday or a public holiday. A payment credited on it is
        in time.
    :ivar claimable_from: the first day on which costs may be claimed.
    :ivar evidence: ``"proven"`` (receipt proven), ``"presumed"`` (case law presumes it; the debtor may
        contest) or ``"statutory"`` (the law counts from sending).
    """

    country: str
    channel: str
    sent_on: date
    receipt: date
    first_day: date
    counted_last_day: date
    last_day: date
    claimable_from: date
    evidence: str

    def paid_in_time(self, credited_on: date) -> bool:
        """Tell whether money credited to the creditor's account on that day is in time (6:114 lid 2 BW)."""
        return check_date("credited_on", credited_on) <= self.last_day


@dataclass(frozen=True)
class FreeTermRule:
    """How a country counts its free term, as data.

    :ivar days: length in calendar days, day 1 included.
    :ivar from_receipt: True: from the day after receipt (NL). False: from sending (BE).
    :ivar post_working_days: from sending by post: on which working day after it day 1 falls.
    """

    days: int
    from_receipt: bool
    post_working_days: int = 3


# NL: 6:96 lid 6 BW. BE: art. XIX.2 par. 1 WER.
FREE_TERM_RULES = {
    "NL": FreeTermRule(days=14, from_receipt=True),
    "BE": FreeTermRule(days=14, from_receipt=False),
}


def free_term(
    country: str,
    sent_on: date,
    channel: str,
    receipt: date | None = None,
    delivery_days: DeliveryTable = None,
    *,
    proof: str | None = None,
    bounced: bool = False,
    extra_holidays: Collection[date] = (),
    rule: FreeTermRule | None = None,
) -> FreeTerm:
    """Return the term of the Dutch 14-day letter or the Belgian first reminder to a consumer.

    Netherlands (6:96 lid 6 BW; HR 25-11-2016 ECLI:NL:HR:2016:2704): fourteen full days from the day after
    receipt. Receipt is, by ordinary post, the presumed delivery day; by e-mail the day of sending; by
    registered post and on the portal only the proven day. Belgium (art. XIX.2 par. 1 WER): fourteen
    calendar days from the third working day after posting, or from the calendar day after electronic
    sending, whenever it arrived. In both a last day on a Saturday, Sunday or holiday moves to the next
    working day (art. 1 Algemene termijnenwet; for these terms the safe reading).

    :param country: ``"NL"`` or ``"BE"``.
    :param channel: ``"post"``, ``"registered"``, ``"email"``, ``"portal"``.
    :param sent_on: day on which it really went out.
    :param receipt: known day of receipt, if any.
    :param delivery_days: a :class:`.calendar.DeliveryDays`, rows for one, a number, or ``None`` for
        :data:`.calendar.POST_DELIVERY_DAYS`. Dutch ordinary post only.
    :param proof: what `receipt` says: ``"seen"`` (at the latest then) can only shorten a presumed term,
        never lengthen it; ``"delivered"`` (on that very day) also rebuts the presumption when it is
        later. Default: delivered for registered post, else seen. Neither changes the Belgian statutory
        start.
    :param bounced: it came back: no presumption is left, only a proven receipt starts a term.
    :param extra_holidays: days equated with a holiday by decree.
    :raises NoTermError: field ``receipt``: no valid term has started (bounced, or proof is needed and
        missing).
    :raises DateError: receipt before sending.
    :raises ChoiceError: unknown country, channel or proof.
    """
    if rule is None:
        rule = FREE_TERM_RULES[check_choice("country", country, FREE_TERM_RULES)]
    check_choice("channel", channel, CHANNELS)
    check_date("sent_on", sent_on)
    if receipt is not None and check_date("receipt", receipt) < sent_on:
        raise DateError("receipt", f"{receipt} lies before the day of sending {sent_on}")
    proof = check_choice("proof", proof or (DELIVERED if channel == "registered" else SEEN), PROOFS)
    expected = _expected_receipt(country, sent_on, channel, rule, delivery_days, extra_holidays)
    received, evidence = _receipt(expected, receipt, proof, bounced, rule)
    return _term(country, channel, sent_on, received, rule.days, evidence, extra_holidays)


def notice_term(
    country: str,
    sent_on: date,
    channel: str,
    days: int,
    receipt: date | None = None,
    delivery_days: DeliveryTable = None,
    *,
    proof: str | None = None,
    bounced: bool = False,
    extra_holidays: Collection[date] = (),
) -> FreeTerm:
    """Return the reasonable term of a notice of default (6:82 BW).

    `days` full days from the day after receipt; seven for a business and fourteen for a consumer are usual.
    Counted like the Dutch letter in every country, because a demand works when it arrives (3:37 lid 3 BW).

    :param days: one or more. The other parameters and errors: :func:`free_term`.
    """
    check_count("days", days, 1)
    return free_term(
        country,
        sent_on,
        channel,
        receipt,
        delivery_days,
        proof=proof,
        bounced=bounced,
        extra_holidays=extra_holidays,
        rule=FreeTermRule(days=days, from_receipt=True),
    )


def _expected_receipt(
    country: str,
    sent_on: date,
    channel: str,
    rule: FreeTermRule,
    delivery_days: DeliveryTable,
    extra: Collection[date],
) -> date | None:
    """The day of receipt by law or presumption, ``None`` where only proof counts."""
    if channel == "portal":  # Lying on a portal is not reaching the debtor.
        return None
    if channel == "email":
        return sent_on
    if not rule.from_receipt:
        return calendar.add_working_days(country, sent_on, rule.post_working_days, extra) - DAY
    if channel == "registered":  # Handed over in person or not at all: no presumption.
        return None
    return calendar.add_delivery_days(country, sent_on, calendar.delivery_days_on(sent_on, delivery_days), extra)


def _receipt(
    expected: date | None, known: date | None, proof: str, bounced: bool, rule: FreeTermRule
) -> tuple[date, str]:
    """Weigh what the law expects against what is known; return the day of receipt and on what it rests."""
    if known is None and (bounced or expected is None):
        raise NoTermError("receipt", "nothing shows that the letter arrived, so no term has started")
    if known is None or (expected is not None and not rule.from_receipt and not bounced):
        return expected, PRESUMED if rule.from_receipt else STATUTORY
    if bounced or expected is None:
        # A start that the law fixes is a minimum also for a message that came back and was seen elsewhere.
        return (known if rule.from_receipt or expected is None else max(known, expected)), PROVEN
    if proof == SEEN and known > expected:
        return expected, PRESUMED
    return known, PROVEN


def _term(
    country: str,
    channel: str,
    sent_on: date,
    receipt: date,
    days: int,
    evidence: str,
    extra: Collection[date],
) -> FreeTerm:
    counted = receipt + timedelta(days)
    last_day = calendar.next_working_day(country, counted, extra)
    return FreeTerm(country, channel, sent_on, receipt, receipt + DAY, counted, last_day, last_day + DAY, evidence)


def clause_interest_from(term: FreeTerm, small_enterprise: bool) -> date:
    """Return the first day over which a Belgian clause may reckon interest (art. XIX.2 par. 4 WER).

    Only once the term ran out unpaid; then an SME (art. 1:24 par. 1 WVV) reckons back to the calendar day
    after sending, any other creditor from the day after the term.
    """
    return term.sent_on + DAY if small_enterprise else term.claimable_from


@dataclass(frozen=True)
class PaymentTerm:
    """When an invoice should be paid.

    :ivar last_payment_day: the last day in time.
    :ivar first_interest_day: the day after it.
    :ivar rule: ``"agreed"``, ``"invoice"``, ``"performance"`` or ``"acceptance"``: from what the term was
        counted.
    """

    last_payment_day: date
    first_interest_day: date
    rule: str


# Art. 6:119a lid 2 BW; art. 4 law of 2-8-2002; art. 3 Directive 2011/7/EU.
DEFAULT_PAYMENT_DAYS = 30


def payment_term(
    agreed_due_date: date | None = None,
    invoice_received: date | None = None,
    performance_received: date | None = None,
    acceptance_ended: date | None = None,
    days: int = DEFAULT_PAYMENT_DAYS,
) -> PaymentTerm:
    """Return the last payment day and the first day of trade interest; no notice is needed.

    Art. 6:119a lid 1-2 BW, art. 4 of the law of 2-8-2002, art. 3 of Directive 2011/7/EU: the agreed last
    payment day; without one 30 days after the day following receipt of the invoice, of the performance
    when that came later (or the day of the invoice is unknown), or of the end of an acceptance or
    verification when that came later. The days are calendar days; an interest term is not extended for a
    weekend.

    :raises DateError: nothing is known to count from.
    """
    check_count("days", days, 0)
    if agreed_due_date is not None:
        last_day = check_date("agreed_due_date", agreed_due_date)
        return PaymentTerm(last_day, last_day + DAY, "agreed")
    starts = [
        (check_date(name, day), rule)
        for name, day, rule in (
            ("invoice_received", invoice_received, "invoice"),
            ("performance_received", performance_received, "performance"),
            ("acceptance_ended", acceptance_ended, "acceptance"),
        )
        if day is not None
    ]
    if not starts:
        raise DateError("invoice_received", "no agreed day and no day of receipt to count from")
    start, rule = max(starts, key=lambda item: item[0])
    last_day = start + timedelta(days)
    return PaymentTerm(last_day, last_day + DAY, rule)


@dataclass(frozen=True)
class AgreedDays:
    """Whether an agreed payment term holds.

    :ivar allowed: it does.
    :ivar days: the term that counts.
    :ivar reason: ``"allowed"``, ``"above_maximum"``, ``"needs_ground"`` (longer only if express and not
        grossly unfair, or objectively justified) or ``"void_large_debtor"``.
    :ivar article: the source.
    """

    allowed: bool
    days: int
    reason: str
    article: str


# 6:119a lid 6 BW: 30 days for contracts from the first day on, and for all contracts from the second.
LARGE_DEBTOR_NEW, LARGE_DEBTOR_ALL = date(2022, 7, 1), date(2023, 7, 1)
# Art. 4 law of 2-8-2002 as changed: a clause above 60 days is unwritten.
BE_MAXIMUM_FROM = date(2022, 2, 1)
MAXIMUM_DAYS = 60


def agreed_payment_days(
    country: str,
    days: int,
    on: date,
    public_debtor: bool = False,
    large_debtor: bool = False,
    small_creditor: bool = False,
    contract_date: date | None = None,
) -> AgreedDays:
    """Tell whether a payment term agreed between businesses holds, and which term counts if not.

    NL: 60 days, longer only if express and not grossly unfair (6:119a lid 5 BW); 30 when the debtor is
    large and the creditor an SME (lid 6: a longer term is void); a public body 30, 60 if justified
    (6:119b lid 5). BE: 60, a longer clause is unwritten and 30 applies (law of 2-8-2002 art. 4).
    Elsewhere as Directive 2011/7/EU.

    :param days: agreed, zero or more.
    :param on: the day the term is used.
    :param contract_date: defaults to `on`.
    """
    check_count("days", days, 0)
    check_date("on", on)
    concluded = check_date("contract_date", contract_date or on)
    article = {"NL": "6:119a BW", "BE": "art. 4 wet 2-8-2002"}.get(country, "art. 3 Directive 2011/7/EU")
    if public_debtor:
        article = {"NL": "6:119b BW"}.get(country, article)
        return _within(days, DEFAULT_PAYMENT_DAYS, MAXIMUM_DAYS, article)
    ban_in_force = on >= LARGE_DEBTOR_ALL or concluded >= LARGE_DEBTOR_NEW
    if country == "NL" and large_debtor and small_creditor and ban_in_force and days > DEFAULT_PAYMENT_DAYS:
        return AgreedDays(False, DEFAULT_PAYMENT_DAYS, "void_large_debtor", article)
    hard_maximum = MAXIMUM_DAYS if country == "BE" and concluded >= BE_MAXIMUM_FROM else None
    return _within(days, MAXIMUM_DAYS, hard_maximum, article)


def _within(days: int, free_to_agree: int, maximum: int | None, article: str) -> AgreedDays:
    if days <= free_to_agree:
        return AgreedDays(True, days, "allowed", article)
    if maximum is not None and days > maximum:
        return AgreedDays(False, DEFAULT_PAYMENT_DAYS, "above_maximum", article)
    return AgreedDays(True, days, "needs_ground", article)


def default_from(due_date: date, term_agreed: bool, notice: FreeTerm | None = None) -> date | None:
    """Return the first day of default (verzuim), or ``None`` when default has not been brought about.

    An agreed term is fatal: default the day after it (6:83 a BW). A day the creditor only printed on the
    invoice is not: default begins after the reasonable term of a written notice (6:82 BW). Trade interest
    needs neither.

    :param due_date: last payment day on the invoice.
    :param notice: see :func:`notice_term`.
    :raises DateError: a notice sent on or before the last payment day puts nobody in default.
    """
    check_date("due_date", due_date)
    if term_agreed:
        return due_date + DAY
    if notice is None:
        return None
    if notice.sent_on <= due_date:
        raise DateError("notice", f"sent on {notice.sent_on}, before the debtor was late ({due_date})")
    return notice.claimable_from
