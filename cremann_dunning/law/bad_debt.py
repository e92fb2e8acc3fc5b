"""When the VAT on a claim that is not paid comes back, and how much of what is lost is VAT.

Netherlands: art. 29 leden 1 and 2 Wet OB 1968. The VAT comes back as soon as it is certain that nothing will be paid,
and in any case one year after the claim fell due. Belgium: art. 77 § 1, 7° WBTW with art. 3 KB nr. 4. The right arises
when the loss is certain, which has to be proved; in a bankruptcy on the day of the judgment that opens it. It lapses
at the end of the third calendar year after the year in which it arose (art. 82bis WBTW). Of another country nothing is
known here: a day is given only where somebody says that the loss is certain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .amounts import CENT, WIDE, ZERO, to_decimal
from .calendar import add_months
from .errors import check_date

# What the day rests on: a year after the due date, a loss that is certain, the judgment that opened a bankruptcy, a
# proof that has yet to come, or nothing that is known here.
YEAR, CERTAIN, JUDGMENT, PROOF, UNKNOWN = "year", "certain", "judgment", "proof", "unknown"

Amounts = tuple[Decimal, Decimal]  # base and VAT

YEAR_IN_MONTHS = 12
BE_YEARS_LEFT = 3


@dataclass(frozen=True, slots=True)
class VatBack:
    """``day`` is the first on which the VAT can be asked back (None: not known yet), ``until`` the last (None: no such
    day is known here), ``basis`` what it rests on."""

    day: date | None
    basis: str
    until: date | None = None


def vat_back(
    country: str, due_date: date | None, certain_on: date | None = None, bankrupt_on: date | None = None
) -> VatBack:
    """When the VAT on a lost claim comes back.

    :param country: in which the creditor owes the VAT, as ``NL``.
    :param certain_on: the day on which it became certain that nothing will be paid, as somebody says and can prove.
    :param bankrupt_on: the day of the judgment by which the debtor went bankrupt, where the claim is older.
    :raises DateError: a day is no ``date``.
    """
    for field, day in (("due_date", due_date), ("certain_on", certain_on), ("bankrupt_on", bankrupt_on)):
        if day is not None:
            check_date(field, day)
    if country == "NL":
        return _dutch(due_date, certain_on)
    if country == "BE":
        return _belgian(certain_on, bankrupt_on)
    return VatBack(certain_on, CERTAIN if certain_on else UNKNOWN)


def _dutch(due_date, certain_on):
    latest = due_date and add_months(due_date, YEAR_IN_MONTHS)
    if certain_on and (latest is None or certain_on < latest):
        return VatBack(certain_on, CERTAIN)
    return VatBack(latest, YEAR if latest else UNKNOWN)


def _belgian(certain_on, bankrupt_on):
    day = bankrupt_on or certain_on
    if day is None:
        return VatBack(None, PROOF)
    return VatBack(day, JUDGMENT if bankrupt_on else CERTAIN, date(day.year + BE_YEARS_LEFT, 12, 31))


def lost_parts(lost: Decimal, total: Decimal, taxes: Iterable[Amounts]) -> list[Amounts]:
    """What of a loss is VAT: what was paid before paid base and VAT of every rate in proportion.

    :param lost: what is written off of a claim. :param total: what the whole claim was, with VAT; both in one currency.
    :param taxes: per rate its base and VAT in the whole claim.
    :return: per rate its base and VAT in the loss, to the cent.
    :raises AmountError: an amount is no ``Decimal``.
    """
    lost, total = to_decimal("lost", lost), to_decimal("total", total)
    return [(_part(base, lost, total), _part(vat, lost, total)) for base, vat in taxes]


def _part(amount, lost, total):
    amount = to_decimal("amount", amount)
    if not total:
        return ZERO
    return WIDE.divide(WIDE.multiply(amount, lost), total).quantize(CENT, ROUND_HALF_UP, WIDE)
