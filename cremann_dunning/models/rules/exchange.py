from decimal import ROUND_DOWN, Decimal

from odoo.tools import format_date

from ..dunning_money import exact
from .regime_map import RegimeError

CENT = Decimal("0.01")


class Exchange:
    """Between the currency of a letter and the one in which the law names its amounts, at the rate of a day.

    :param company: whose rates are used. :param on: the day. :param letter, law: ``res.currency``.
    :param known: a dict that the letters of a batch share: rates that were looked up already.
    """

    def __init__(self, company, on, letter, law, known):
        self.company, self.on, self.letter, self.law, self._known = company, on, letter, law, known

    def to_law(self, amount):
        """An amount of the letter in the currency of the law, in whole cents. :raises RegimeError: ``NO_RATE``."""
        if self.letter == self.law:
            return amount
        return (amount * self._rate()).quantize(CENT, ROUND_DOWN)

    def from_law(self, amount):
        """An amount of the law in the currency of the letter, rounded down. :raises RegimeError: ``NO_RATE``."""
        if self.letter == self.law or not amount:
            return amount
        unit = Decimal(str(self.letter.rounding))
        return (amount / self._rate() / unit).to_integral_value(ROUND_DOWN) * unit

    def as_stored(self, amount):
        """An amount of the letter as its record keeps it: in the smallest unit of the currency."""
        return exact(float(amount), self.letter)

    def _rate(self):
        """How much of the currency of the law one unit of the currency of the letter is."""
        key = "rate", self.letter.id, self.law.id, self.on
        if key not in self._known:
            self._known[key] = self._look_up()
        return self._known[key]

    def _look_up(self):
        own = self.company.currency_id
        for currency in (self.letter, self.law):
            if currency != own and not self._has_rate(currency):
                env = self.company.env
                raise RegimeError(
                    "NO_RATE",
                    env._(
                        "There is no rate of exchange for %(currency)s on %(date)s, so the costs cannot be reckoned. "
                        "Add one under Accounting > Configuration > Currencies.",
                        currency=currency.name,
                        date=format_date(env, self.on),
                    ),
                )
        return Decimal(repr(self.letter._get_conversion_rate(self.letter, self.law, self.company, self.on)))

    def _has_rate(self, currency):
        # sudo: whether there is a rate, whoever makes the letter
        rates = self.company.env["res.currency.rate"].sudo()
        usable = [("currency_id", "=", currency.id), ("company_id", "in", (False, self.company.root_id.id))]
        return bool(rates.search_count([*usable, ("name", "<=", self.on)], limit=1))
