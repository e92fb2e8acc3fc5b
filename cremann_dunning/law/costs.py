"""Collection costs: what a creditor may add to a claim for collecting it out of court.

Sources: art. 6:96 BW and the Besluit vergoeding voor buitengerechtelijke incassokosten ("BIK") for the
Netherlands; art. XIX.2 and XIX.4 WER for Belgian consumers; the law of 2 August 2002 for Belgian
business; Directive 2011/7/EU for the rest. The shipped constants are the figures in force; dated records
may replace them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from . import amounts
from .amounts import ZERO, from_cents, not_negative, to_cents, to_percent
from .calendar import add_months
from .errors import ScaleError, check_count, check_date
from .scales import (
    BE_CONSUMER_CAP,
    NL_SCALE,  # noqa: F401  (callers know it by this module as well)
    Bracket,  # noqa: F401  (as above)
    CostScale,
)

# Art. 6:96 lid 4 BW; art. 6 law of 2-8-2002; art. 6 Directive 2011/7/EU.
INDEMNITY = Decimal("40.00")


def _costs(principal: int, scale: CostScale) -> Decimal:
    if not isinstance(scale, CostScale):
        raise ScaleError("scale", f"expected a CostScale, got {scale!r}")
    return from_cents(scale.costs_in_cents(principal)) if principal > 0 else ZERO


def collection_costs(principal: Decimal, scale: CostScale) -> Decimal:
    """Return the collection costs over one principal (art. 2 BIK; art. XIX.4, 2° WER).

    :param principal: euro in whole cents: what is still owed of the invoices, VAT on them included,
        without interest and costs.
    :param scale: e.g. :data:`NL_SCALE` or :data:`BE_CONSUMER_CAP`.
    :return: euro, two decimals, rounded as the scale says, without VAT. A principal of zero or less owes
        nothing: 0.00, not the minimum.
    :raises AmountError: `principal` is no exact amount.
    :raises ScaleError: no scale.
    """
    return _costs(to_cents("principal", principal), scale)


def consolidated_costs(principals: Iterable[Decimal], scale: CostScale) -> Decimal:
    """Return the costs over several claims on one debtor: the scale over their sum (art. 6:96 lid 7 BW).

    :param principals: euro amounts; a credit note counts as a negative one.
    :return: euro, two decimals; 0.00 when the sum is zero or less.
    """
    return _costs(sum(to_cents("principals", principal) for principal in principals), scale)


def costs_after_part_payment(principal: Decimal, paid_in_time: Decimal, scale: CostScale) -> Decimal:
    """Return the costs when part was paid inside the free term: over what stayed unpaid only (HR 2016:2704).

    :param principal: sum of the principals in the letter, euro.
    :param paid_in_time: credited to the creditor's account on or before the last free day (6:114 lid 2
        BW), euro, not negative.
    :return: euro, two decimals; 0.00 when all, or more, was paid.
    """
    return _costs(to_cents("principal", principal) - not_negative("paid_in_time", paid_in_time), scale)


@dataclass(frozen=True)
class CostsWithVat:
    """Costs without VAT, the VAT on them and their sum, euro."""

    excluded: Decimal
    vat: Decimal
    included: Decimal


def with_vat(costs: Decimal, rate: Decimal, third_party: bool, not_deductible: bool, declared: bool) -> CostsWithVat:
    """Add VAT to collection costs, only under all three conditions of art. 2 lid 3 BIK.

    :param costs: euro without VAT.
    :param rate: percentage, 21 in the Netherlands.
    :param third_party: the creditor pays VAT to an agency, bailiff or lawyer for the collection.
    :param not_deductible: the creditor cannot set that VAT off.
    :param declared: the creditor expressly declares both in the letter.
    :return: VAT rounded half up on the rounded costs; 0.00 when a condition fails.
    """
    excluded = not_negative("costs", costs)
    percent = to_percent("rate", rate)
    vat = amounts.percentage(excluded, percent) if third_party and not_deductible and declared else 0
    return CostsWithVat(from_cents(excluded), from_cents(vat), from_cents(excluded + vat))


def indemnity(principal: Decimal, due_date: date, on: date, amount: Decimal = INDEMNITY) -> Decimal:
    """Return the fixed sum a business owes without any notice from the day after the last payment day.

    Art. 6:96 lid 4 BW, art. 6 of the law of 2-8-2002, art. 6 Directive 2011/7/EU.

    :param principal: what is still owed, euro.
    :param due_date: last payment day.
    :param on: the day asked about.
    :return: `amount` (40.00) from ``due_date + 1`` on, 0.00 before or when nothing is owed.
    """
    owed = to_cents("principal", principal) > 0
    late = check_date("on", on) > check_date("due_date", due_date)
    return from_cents(not_negative("amount", amount)) if owed and late else ZERO


@dataclass(frozen=True)
class InstalmentRule:
    """The figures of art. 2a BIK (since 1-10-2024): recurring payments such as rent or a subscription.

    The wording was not seen; the reading below never charges more than the sources agree on.

    :ivar threshold: instalments up to and including this follow the rule, higher ones the ordinary scale.
    :ivar first: costs of the first unpaid instalment.
    :ivar next: of a following one inside the look-back.
    :ivar months: the look-back.
    :ivar maximum: the most that may be charged within it.
    """

    threshold: Decimal = Decimal("266.67")
    first: Decimal = Decimal("40.00")
    next: Decimal = Decimal("20.00")
    months: int = 6
    maximum: Decimal = Decimal("140.00")


INSTALMENT_RULE = InstalmentRule()


def instalment_costs(
    instalment: Decimal,
    on: date,
    earlier: Iterable[tuple[date, Decimal]],
    scale: CostScale,
    rule: InstalmentRule = INSTALMENT_RULE,
) -> Decimal:
    """Return the costs of one unpaid instalment after its own valid 14-day letter (art. 2a BIK).

    40 when nothing was charged for the same contract in the six months before, else 20, and together at
    most 140 per six months. A month seven that follows on six charged ones stays at 20, the lower
    reading.

    :param instalment: what is still owed of the instalment, euro.
    :param on: the day the costs fall due.
    :param earlier: (day, euro) of the costs charged before for the same contract. The day exactly six
        months before still counts, later days than `on` do not.
    :return: euro, two decimals. Instalments above the threshold: :func:`collection_costs`.
    """
    owed = to_cents("instalment", instalment)
    ordinary = to_cents("scale", _costs(owed, scale))
    if owed <= 0 or owed > to_cents("threshold", rule.threshold):
        return from_cents(ordinary)
    since = add_months(check_date("on", on), -rule.months)
    recent = [(check_date("earlier", day), not_negative("earlier", fee)) for day, fee in earlier]
    charged = sum(fee for day, fee in recent if since <= day <= on)
    own = to_cents("next" if charged else "first", rule.next if charged else rule.first)
    room = max(0, to_cents("maximum", rule.maximum) - charged)
    return from_cents(min(own, room, ordinary))


def bundled_instalment_costs(
    instalments: Sequence[Decimal], scale: CostScale, rule: InstalmentRule = INSTALMENT_RULE
) -> Decimal:
    """Return the costs when one letter covers instalments that had no letter of their own (art. 2a BIK).

    Only the highest amount that would be due for one instalment, and never more than the scale over the
    sum of them all (art. 6:96 lid 7). Instalments above the threshold follow the scale over their sum.

    :param instalments: what is still owed of each, euro.
    :return: euro, two decimals.
    """
    owed = [to_cents("instalments", instalment) for instalment in instalments]
    threshold = to_cents("threshold", rule.threshold)
    small = [cents for cents in owed if 0 < cents <= threshold]
    large = sum(cents for cents in owed if cents > threshold)
    single = max((min(_costs(cents, scale), rule.first) for cents in small), default=ZERO)
    return min(single + _costs(large, scale), _costs(sum(owed), scale))


def letter_instalment_costs(
    instalments: Sequence[Decimal],
    on: date,
    earlier: Iterable[tuple[date, Decimal]],
    scale: CostScale,
    rule: InstalmentRule = INSTALMENT_RULE,
) -> Decimal:
    """Return the costs that one 14-day letter over unpaid instalments of one contract may announce (art. 2a BIK).

    The highest amount that is due for a single one of them after the costs charged before, together with the scale
    over the instalments above the threshold, and never more than the scale over the sum (art. 6:96 lid 7).

    :param instalments: what is still owed of each, euro; one is the ordinary case.
    :param on: the day the costs fall due.
    :param earlier: as in :func:`instalment_costs`.
    :return: euro, two decimals.
    """
    check_date("on", on)
    earlier = list(earlier)
    threshold = to_cents("threshold", rule.threshold)
    owed = [(amount, to_cents("instalments", amount)) for amount in instalments]
    small = [amount for amount, cents in owed if 0 < cents <= threshold]
    large = sum(cents for _amount, cents in owed if cents > threshold)
    single = max((instalment_costs(amount, on, earlier, scale, rule) for amount in small), default=ZERO)
    return min(single + _costs(large, scale), _costs(sum(cents for _amount, cents in owed), scale))


@dataclass(frozen=True)
class LumpSum:
    """The Belgian lump sum that may be claimed, and why that much.

    :ivar amount: euro.
    :ivar reason: ``"clause"`` (as agreed), ``"capped"`` (an old clause brought down to the cap),
        ``"no_clause"``, ``"above_cap"``, ``"forfeited"`` or ``"nothing_owed"``; the last four mean 0.00.
    """

    amount: Decimal
    reason: str


def consumer_lump_sum(
    balance: Decimal,
    clause: CostScale | None,
    cap: CostScale = BE_CONSUMER_CAP,
    forfeited: bool = False,
    old_clause: bool = False,
) -> LumpSum:
    """Return the lump sum a Belgian consumer owes after the first reminder ran out (art. XIX.4, 2° WER).

    :param balance: what is still owed, euro: a part payment before the clause applies lowers it.
    :param clause: what the contract promises, ``None`` when it has no clause: then nothing is due.
    :param cap: :data:`BE_CONSUMER_CAP` or a later indexation.
    :param forfeited: XIX.2, XIX.4 or XIX.5 was breached: the consumer is free of the whole clause
        (XIX.15).
    :param old_clause: contract from before 1-9-2023, not changed or renewed since: a clause above the cap
        is brought down to it (law of 5-11-2023). Any other clause above the cap is deemed unwritten.
    """
    owed = to_cents("balance", balance)
    if owed <= 0:
        return LumpSum(ZERO, "nothing_owed")
    if forfeited:
        return LumpSum(ZERO, "forfeited")
    if clause is None:
        return LumpSum(ZERO, "no_clause")
    agreed, highest = _costs(owed, clause), _costs(owed, cap)
    if agreed <= highest:
        return LumpSum(agreed, "clause")
    return LumpSum(highest, "capped") if old_clause else LumpSum(ZERO, "above_cap")


def consumer_lump_sums(
    balances: Iterable[Decimal],
    clause: CostScale | None,
    cap: CostScale = BE_CONSUMER_CAP,
    forfeited: bool = False,
    old_clause: bool = False,
) -> LumpSum:
    """Return the lump sum that a Belgian consumer owes over several debts together (art. XIX.4, 2° WER).

    The maximum counts per balance due, and a cent above it frees the consumer from the clause. The scale over the sum
    is the lower one where small debts each meet the first step of it: the consumer owes the least of the two.

    :param balances: what is still owed of each debt, euro. The others are as for :func:`consumer_lump_sum`.
    """
    owed = [balance for balance in balances if to_cents("balance", balance) > 0]
    if not owed:
        return LumpSum(ZERO, "nothing_owed")
    each = [consumer_lump_sum(amount, clause, cap, forfeited, old_clause) for amount in owed]
    whole = consumer_lump_sum(sum(owed, ZERO), clause, cap, forfeited, old_clause=True)
    if void := next((found for found in each if found.reason not in ("clause", "capped")), None):
        return void
    total = sum((found.amount for found in each), ZERO)
    reason = "capped" if any(found.reason == "capped" for found in each) else "clause"
    return LumpSum(min(total, whole.amount), reason)


# Art. XIX.2 par. 2 WER: free reminders per calendar year of a contract for regular delivery, and the highest
# cost of a further one, to which the postage at the time of sending is added.
FREE_REMINDERS_PER_YEAR = 3
REMINDER_FEE = Decimal("7.50")


def reminder_is_free(due_date: date, earlier: Iterable[date], free: int = FREE_REMINDERS_PER_YEAR) -> bool:
    """Tell whether the reminder for an unpaid due date of a Belgian periodic contract is free (XIX.2 par.
    2).

    The first three unpaid due dates of a calendar year (1 January to 31 December, not rolling) are.

    :param due_date: of the instalment reminded.
    :param earlier: the other unpaid due dates of the contract that were reminded before; the same day
        twice counts once.
    """
    check_date("due_date", due_date)
    days = {check_date("earlier", day) for day in earlier} - {due_date}
    return len([day for day in days if day.year == due_date.year]) < free


def reminder_fee_cap(
    due_date: date,
    earlier: Iterable[date],
    postage: Decimal,
    fee: Decimal = REMINDER_FEE,
    free: int = FREE_REMINDERS_PER_YEAR,
) -> Decimal:
    """Return the most a reminder of a Belgian periodic contract may cost (art. XIX.2 par. 2 WER).

    :param postage: euro, what the letter costs to send at the time of sending; 0 for e-mail.
    :return: euro: 0.00 while reminders are free, then 7.50 plus the postage.
    """
    check_count("free", free, 0)
    total = not_negative("fee", fee) + not_negative("postage", postage)
    return ZERO if reminder_is_free(due_date, earlier, free) else from_cents(total)
