"""Amounts between the ledger, which keeps floats, and the law, which counts in ``Decimal``."""

from decimal import Decimal

from odoo.tools.misc import get_lang

from ..tools import spelling

# Of entries `m` in journals `j` those that are money which came in or went out, in SQL: no credit note, no correction.
# What a party received for us has come in as well.
IS_MONEY = (
    "(m.origin_payment_id IS NOT NULL OR m.statement_line_id IS NOT NULL OR j.type IN ('bank', 'cash', 'credit')"
    " OR m.dunning_by_party IS TRUE)"
)


def exact(amount, currency):
    """A stored amount as the exact Decimal it stands for.

    :param amount: float, as a monetary field gives it. :param currency: ``res.currency``, one record.
    """
    return Decimal(str(currency.round(amount))).quantize(Decimal(1).scaleb(-currency.decimal_places))


def written(env, amount, currency, lang=None):
    """An amount as its reader writes it: the same in a sentence on a screen, in a mail and on a letter.

    Odoo puts the sign where the currency says, for every language.

    :param amount: ``float`` or ``Decimal``. :param currency: ``res.currency``, one record. :param lang: else that of
        ``env``.
    """
    rounded = currency.round(float(amount)) or 0.0
    return spelling.money(rounded, currency.name, currency.decimal_places, lang or env.lang or get_lang(env).code)
