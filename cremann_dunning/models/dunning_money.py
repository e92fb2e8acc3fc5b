"""Amounts between the ledger, which keeps floats, and the law, which counts in ``Decimal``."""

from decimal import Decimal


def exact(amount, currency):
    """A stored amount as the exact Decimal it stands for.

    :param amount: float, as a monetary field gives it. :param currency: ``res.currency``, one record.
    """
    return Decimal(str(currency.round(amount))).quantize(Decimal(1).scaleb(-currency.decimal_places))
