"""Which regime answers for a debtor, and how a regime says that it cannot."""

from odoo.exceptions import UserError
from odoo.tools import format_date

# Which kinds of regime to try, in order. An unknown debtor gets every protection of a consumer, and a
# consumer never falls back on rules for business.
KIND_CHAIN = {
    "business": ("business",),
    "consumer": ("consumer",),
    "public": ("public", "business"),
    "unknown": ("consumer",),
}


class RegimeError(UserError):
    """The records do not answer what the law says. ``code`` is the reason code of the decision it leads to.

    ``NO_REGIME``, ``NO_SCALE`` and ``NO_RATE`` name what to add, ``CLAUSE`` a clause that asks too much; ``ERROR`` is a
    question that makes no sense. ``REFUSED``: the gate stops the letter.
    """

    def __init__(self, code, message, lines=frozenset()):
        super().__init__(message)
        self.code = code
        self.lines = lines


class RegimeMap:
    """The regimes in force on one day for one company, resolved without a query per debtor.

    A run builds one and asks it for every debtor.
    """

    def __init__(self, env, on):
        self.env = env
        self.on = on
        self._index = env["dunning.regime"]._dated_index(env.company.id)
        ids = [regime_id for rows in self._index.values() for _day, _own, regime_id in rows]
        # One prefetch for all, so that the first field read loads every regime.
        self._regimes = {regime.id: regime for regime in env["dunning.regime"].browse(ids)}
        self._countries = {country for country, _kind in self._index if country}

    def find(self, country_code, debtor_kind):
        """The regime in force, or an empty recordset.

        A country with regimes of its own is never an "other country": when none of them covers the day or the
        kind of debtor, the European minimum would be the wrong law.
        """
        country = (country_code or "").upper()
        if country not in self._countries:
            country = ""
        for kind in KIND_CHAIN.get(debtor_kind or "unknown", ()):
            for valid_from, _own, regime_id in self._index.get((country, kind), ()):
                if valid_from <= self.on:
                    return self._regimes[regime_id]
        return self.env["dunning.regime"]

    def for_debtor(self, country_code, debtor_kind):
        """The regime in force. :raises RegimeError: ``NO_REGIME``, there is none."""
        regime = self.find(country_code, debtor_kind)
        if not regime:
            raise RegimeError("NO_REGIME", self._no_regime_message(country_code, debtor_kind))
        return regime

    def _no_regime_message(self, country_code, debtor_kind):
        kinds = dict(self.env["dunning.regime"].fields_get(["debtor_kind"])["debtor_kind"]["selection"])
        return self.env._(
            "No regime holds on %(date)s for debtors of kind %(kind)s in country %(country)s. Add one under "
            "Dunning > Configuration > Regimes, or set the day from which an existing one is valid.",
            date=format_date(self.env, self.on),
            kind=kinds.get(debtor_kind or "unknown", debtor_kind),
            country=(country_code or "").upper() or self.env._("(none)"),
        )
