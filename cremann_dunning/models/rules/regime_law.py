"""A regime's figures as values of the law functions, and the questions that those answer.

Whoever wants an answer asks the ``dunning.regime``: its methods say what goes in, what comes out and what it raises.
"""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

from odoo import fields
from odoo.tools import format_date

from ...law import allocation, calendar, costs, interest, limitation, scales, terms
from ...law.amounts import CENT, ZERO, to_decimal
from ...law.errors import FIRST_YEAR, LawError, RatePeriodError
from .regime_map import RegimeError

# The words of the law functions.
DAY_COUNTS = {"act_365": "act/365", "act_act": "act/act_interest_year"}
TERM_COUNTRIES = {"nl_14day": "NL", "be_first_reminder": "BE"}

# The rates of a regime that charges no interest.
NO_INTEREST = interest.RateTable.from_rows([(date(FIRST_YEAR, 1, 1), ZERO)], name="none")

# A letter that is printed goes by ordinary post: without proof the law presumes the latest day of receipt.
LAW_CHANNELS = {"print": "post", "snailmail": "post"}


def exact(amount):
    """A ``float`` of Odoo as the whole cents it stands for; any other number stays what it is.

    :raises AmountError: not a number, or beyond what a claim can be.
    """
    if not isinstance(amount, float):
        return to_decimal("principal", amount)
    return to_decimal("principal", Decimal(str(amount))).quantize(CENT, rounding=ROUND_HALF_UP)


def clock(hour):
    """A float of Odoo's time widget as a time of the day; 24 is the last moment of it."""
    minutes = min(round(hour * 60), 24 * 60 - 1)
    return time(minutes // 60, minutes % 60)


class RegimeLaw:
    """What the laws of a regime share: the record, and how an answer that cannot be given is said."""

    def __init__(self, regime):
        regime.ensure_one()
        self.regime = regime

    @contextmanager
    def _asking(self):
        """What the law functions cannot answer is said in words that name the regime or its table."""
        try:
            yield
        except RatePeriodError as error:
            raise self._no_rate_error() from error
        except LawError as error:
            env = self.regime.env
            message = env._("Regime %(regime)s cannot answer: %(problem)s", regime=self.regime.name, problem=str(error))
            raise RegimeError("ERROR", message) from error

    def _no_rate_error(self):
        env, table = self.regime.env, self.regime.interest_table_id
        return RegimeError(
            "NO_RATE",
            env._(
                "Interest table %(table)s has no rate before %(date)s. Add the earlier rates under Dunning > "
                "Configuration > Interest Tables.",
                table=table.display_name,
                date=format_date(env, min(table.sudo().rate_ids.mapped("valid_from"))),
            ),
        )


def checked_scale(regime, scale):
    """A cost scale in the currency of its regime. :raises RegimeError: ``NO_SCALE``, it is in another one."""
    currency = scale.sudo().currency_id  # sudo: the answer does not depend on who asks
    if currency == regime.currency_id:
        return scale
    raise RegimeError(
        "NO_SCALE",
        regime.env._(
            "Cost scale %(scale)s is in %(other)s and regime %(regime)s in %(own)s. Choose a scale in the currency of "
            "the regime.",
            scale=scale.display_name,
            other=currency.name,
            regime=regime.name,
            own=regime.currency_id.name,
        ),
    )


class CostLaw(RegimeLaw):
    """What a late debtor owes beside principal and interest."""

    def collection_costs(self, principal):
        """Over a principal, by scale or as a fixed amount."""
        regime = self.regime
        with self._asking():
            principal = exact(principal)
            if regime.costs_basis == "none" or principal <= 0:
                return ZERO
            if regime.costs_basis == "fixed":
                return exact(regime.fixed_compensation)
            return costs.collection_costs(principal, regime._law_scale())

    def tiers(self, principal, asked, clause_scale):
        """How costs come about by the scale: ``(tiers, scale)``; None when they do not follow it alone."""
        regime = self.regime
        if regime.costs_basis != "scale":
            return None
        with self._asking():
            principal = exact(principal)
            scale = checked_scale(regime, clause_scale)._law_scale() if clause_scale else regime._law_scale()
            if principal <= 0 or costs.collection_costs(principal, scale) != asked:
                return None
            return scales.tiers(principal, scale), scale

    def instalment_costs(self, instalment, on, earlier):
        """Of one instalment of a running contract."""
        rule = self._tariff()
        if rule is None:
            return self.collection_costs(instalment)
        with self._asking():
            earlier = [(fields.Date.to_date(day), exact(amount)) for day, amount in earlier]
            day = fields.Date.to_date(on)
            return costs.instalment_costs(exact(instalment), day, earlier, self.regime._law_scale(), rule)

    def letter_costs(self, claims, on, earlier):
        """Of the claims of one letter together."""
        claims = [(exact(amount), periodic) for amount, periodic in claims]
        whole = self.collection_costs(sum((amount for amount, _periodic in claims), ZERO))
        rule = self._tariff()
        instalments = [amount for amount, periodic in claims if periodic]
        if not instalments or rule is None:
            return whole
        with self._asking():
            own = costs.letter_instalment_costs(instalments, on, earlier, self.regime._law_scale(), rule)
        rest = self.collection_costs(sum((amount for amount, periodic in claims if not periodic), ZERO))
        return min(whole, own + rest)

    def reminder_costs(self, due_date, earlier, postage):
        """The most that a reminder of an instalment may cost."""
        regime = self.regime
        if not regime.reminder_fee:
            return ZERO
        with self._asking():
            return costs.reminder_fee_cap(
                fields.Date.to_date(due_date),
                [fields.Date.to_date(day) for day in earlier],
                exact(postage),
                exact(regime.reminder_fee),
                regime.free_reminders,
            )

    def lump_sum(self, balance, clause_scale):
        """Under a clause, never above the cap."""
        return self.lump_sums([balance], clause_scale) if clause_scale else self.collection_costs(balance)

    def lump_sums(self, balances, clause_scale):
        """Under a clause, over several debts: never above the cap of each, nor above that of their sum."""
        regime = self.regime
        if regime.costs_basis != "scale":
            return self.collection_costs(sum(map(exact, balances), ZERO))
        with self._asking():
            cap = regime._law_scale()
            agreed = checked_scale(regime, clause_scale)._law_scale() if clause_scale else cap
            found = costs.consumer_lump_sums([exact(balance) for balance in balances], agreed, cap)
        if found.reason != "above_cap":
            return found.amount
        raise RegimeError(
            "CLAUSE",
            regime.env._(
                "The compensation of your clause (%(clause)s) is above the maximum of the law (%(article)s), so "
                "the consumer owes none at all. Lower the amounts of that scale and change your terms.",
                clause=clause_scale.display_name,
                article=regime.article,
            ),
        )

    def _tariff(self):
        """The tariff for instalments, a departure from the scale; None without one."""
        regime = self.regime
        if not regime.instalment_threshold or regime.costs_basis != "scale":
            return None
        return costs.InstalmentRule(
            threshold=exact(regime.instalment_threshold),
            first=exact(regime.instalment_first),
            next=exact(regime.instalment_next),
            months=regime.instalment_months,
            maximum=exact(regime.instalment_maximum),
        )


class InterestLaw(RegimeLaw):
    """What being late costs a day, and what a payment pays first."""

    def interest(self, principal, due_date, until, highest):
        """Over a principal, day by day."""
        regime = self.regime
        with self._asking():
            return interest.interest(
                exact(principal),
                fields.Date.to_date(due_date),
                fields.Date.to_date(until),
                self.rates(highest),
                regime.interest_compounding,
                DAY_COUNTS[regime.day_count],
            )

    def allocate(self, payments, claim, until, highest=None):
        """What payments pay of one claim."""
        regime = self.regime
        with self._asking():
            return allocation.settle(
                exact(claim.principal),
                fields.Date.to_date(claim.due_date),
                [(fields.Date.to_date(day), exact(amount)) for day, amount in payments],
                fields.Date.to_date(until),
                self.rates(highest) if regime.interest_table_id else NO_INTEREST,
                regime.interest_compounding,
                DAY_COUNTS[regime.day_count],
                costs=[replace(cost, amount=exact(cost.amount)) for cost in claim.costs],
                interest_from=claim.interest_from,
            )

    def rates(self, highest=None):
        """The rates of the table, none above the one that a contract agrees. :raises RegimeError: ``NO_RATE``."""
        table = self.regime._law_rate_table()
        return table if highest is None else table.at_most(highest)


class TermLaw(RegimeLaw):
    """Which days and hours a debtor is given, and until when a claim can be enforced."""

    def free_term(self, sent_on, channel, receipt, evidence):
        """After a statutory letter; None where the law gives none."""
        country = TERM_COUNTRIES.get(self.regime.free_term_rule)
        if not country:
            return None
        rule = replace(terms.FREE_TERM_RULES[country], days=self.regime.free_term_days)
        channel = LAW_CHANNELS.get(channel, channel)
        sent_on, receipt = fields.Date.to_date(sent_on), fields.Date.to_date(receipt) or None
        with self._asking():
            return terms.free_term(country, sent_on, channel, receipt, rule=rule, **evidence)

    def limitation(self, due_date, interruptions):
        """Of a claim; None where no period is known."""
        regime = self.regime
        if not regime.limitation_months:
            return None
        rule = regime.limitation_rule.upper()
        country = rule[:2]
        period = limitation.Period(regime.limitation_months, regime.limitation_article or "", rule)
        with self._asking():
            return limitation.limitation(country, "", fields.Date.to_date(due_date), interruptions, period=period)

    def contact_hours(self):
        """In which mails may leave; None at any hour."""
        regime = self.regime
        if not regime.contact_until:
            return None
        start, end = (clock(hour) for hour in (regime.contact_from, regime.contact_until))
        return calendar.ContactHours(start, end, regime.contact_rest_days)
