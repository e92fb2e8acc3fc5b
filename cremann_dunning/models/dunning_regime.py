from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, groupby, ormcache

from ..law import allocation, costs, interest, terms
from ..law.amounts import CENT, ZERO, to_decimal
from ..law.errors import FIRST_YEAR, LawError, RatePeriodError

DEBTOR_KINDS = [
    ("business", "Business"),
    ("consumer", "Consumer"),
    ("public", "Public body"),
    ("unknown", "Unknown"),
]

# Which kinds of regime to try, in order. An unknown debtor gets every protection of a consumer, and a
# consumer never falls back on rules for business.
KIND_CHAIN = {
    "business": ("business",),
    "consumer": ("consumer",),
    "public": ("public", "business"),
    "unknown": ("consumer",),
}

# The words of the law functions.
DAY_COUNTS = {"act_365": "act/365", "act_act": "act/act_interest_year"}
TERM_COUNTRIES = {"nl_14day": "NL", "be_first_reminder": "BE"}

# The rates of a regime that charges no interest.
NO_INTEREST = interest.RateTable.from_rows([(date(FIRST_YEAR, 1, 1), ZERO)], name="none")

# A letter that is printed goes by ordinary post: without proof the law presumes the latest day of receipt.
LAW_CHANNELS = {"print": "post"}


class RegimeError(UserError):
    """The records do not answer what the law says. ``code`` is the reason code of the decision it leads to.

    ``NO_REGIME``, ``NO_SCALE`` and ``NO_RATE`` name what to add; ``ERROR`` is a question that makes no sense.
    """

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


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


class DunningRegime(models.Model):
    """What the law allows and asks for one country and kind of debtor, from a day on, with its article.

    A change of the law is a new record with a later day; the old one keeps answering for the days before.
    """

    _name = "dunning.regime"
    _description = "Dunning Regime"
    _order = "country_id, debtor_kind, valid_from desc, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for every company. A company's own regime goes before a shared one.",
    )
    country_id = fields.Many2one(
        "res.country", help="Country of the debtor. Empty: every country without regimes of its own."
    )
    debtor_kind = fields.Selection(
        DEBTOR_KINDS,
        required=True,
        help="A public body without regimes of its own follows business; an unknown debtor always follows consumer.",
    )
    valid_from = fields.Date(required=True, help="First day of this law. It lasts until the next regime.")
    article = fields.Char(string="Source of Law", help="The article that a decision or letter can quote.")
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.ref("base.EUR"))
    costs_basis = fields.Selection(
        [
            ("none", "No costs"),
            ("scale", "Scale over the principal"),
            ("fixed", "Fixed compensation"),
        ],
        string="Collection Costs",
        required=True,
        default="none",
    )
    cost_scale_id = fields.Many2one("dunning.cost.scale", check_company=True, ondelete="restrict")
    fixed_compensation = fields.Monetary(
        help="Amount that a business owes for being late, without any notice. With a fixed compensation it "
        "is all that is charged; with a scale it is only the part that is due without a formal demand."
    )
    costs_need_statutory_notice = fields.Boolean(
        string="Costs Need a Statutory Notice",
        help="Costs may be charged only after the free term of the statutory letter has run out unpaid.",
    )
    costs_need_clause = fields.Boolean(
        string="Costs Need a Clause",
        help="Costs may be charged only when the contract provides for them; the scale is then the maximum.",
    )
    interest_table_id = fields.Many2one(
        "dunning.interest.table",
        check_company=True,
        ondelete="restrict",
        help="Empty: no interest is charged.",
    )
    interest_is_stale = fields.Boolean(related="interest_table_id.is_stale", string="Interest Table Is Outdated")
    interest_compounding = fields.Selection(
        [("yearly", "Yearly on the anniversary"), ("simple", "Never (simple interest)")],
        string="Interest on Interest",
        required=True,
        default="simple",
    )
    day_count = fields.Selection(
        [("act_365", "Days / 365"), ("act_act", "Days / days of the interest year")],
        required=True,
        default="act_365",
    )
    interest_needs_statutory_notice = fields.Boolean(
        string="Interest Needs a Statutory Notice",
        help="Interest may be charged only after the free term of the statutory letter has run out unpaid.",
    )
    interest_needs_clause = fields.Boolean(
        string="Interest Needs a Clause",
        help="Interest may be charged only when the contract provides for it; the table is the highest rate.",
    )
    free_term_rule = fields.Selection(
        [
            ("nl_14day", "Netherlands: 14 days from the day after receipt"),
            ("be_first_reminder", "Belgium: 14 days after the first reminder"),
            ("none", "None"),
        ],
        required=True,
        default="none",
        help="The days in which the debtor may still pay without costs after the statutory letter.",
    )
    free_term_days = fields.Integer(default=14, help="Length of the free term; the law of both countries says 14.")
    note = fields.Text(translate=True)

    _unique_valid_from = models.UniqueIndex(
        "(debtor_kind, valid_from, COALESCE(country_id, 0), COALESCE(company_id, 0)) WHERE active IS TRUE",
        "There is already a regime for this country, kind of debtor and day. Change that one, or give the "
        "new one a later day.",
    )
    _check_fixed_compensation = models.Constraint(
        "CHECK(fixed_compensation >= 0)", "A fixed compensation cannot be negative."
    )
    _check_free_term_days = models.Constraint("CHECK(free_term_days >= 0)", "A free term cannot be negative.")

    @api.constrains("debtor_kind")
    def _check_debtor_kind(self):
        if self.filtered(lambda regime: regime.debtor_kind == "unknown"):
            raise ValidationError(
                self.env._("An unknown debtor follows the regime for consumers; it has none of its own.")
            )

    @api.constrains("costs_basis", "cost_scale_id", "fixed_compensation")
    def _check_costs_basis(self):
        for regime in self:
            if regime.costs_basis == "scale" and not regime.cost_scale_id:
                raise ValidationError(
                    self.env._("Regime %(name)s charges costs by a scale: choose the cost scale.", name=regime.name)
                )
            if regime.costs_basis == "fixed" and not regime.fixed_compensation:
                raise ValidationError(
                    self.env._("Regime %(name)s charges a fixed compensation: fill in its amount.", name=regime.name)
                )

    @api.constrains(
        "free_term_rule", "free_term_days", "costs_need_statutory_notice", "interest_needs_statutory_notice"
    )
    def _check_free_term(self):
        for regime in self:
            needs_notice = regime.costs_need_statutory_notice or regime.interest_needs_statutory_notice
            if regime.free_term_rule == "none" and needs_notice:
                raise ValidationError(
                    self.env._(
                        "Regime %(name)s asks for a statutory notice: choose the rule for its free term.",
                        name=regime.name,
                    )
                )
            if regime.free_term_rule != "none" and regime.free_term_days < 14:
                raise ValidationError(
                    self.env._("Regime %(name)s: the free term is at least 14 days by law.", name=regime.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Drop the index of regimes that is kept in memory: it is out of date now."""
        regimes = super().create(vals_list)
        self.env.registry.clear_cache()
        return regimes

    def write(self, vals):
        """Drop the index of regimes that is kept in memory: it is out of date now."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Drop the index of regimes that is kept in memory: it is out of date now."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def copy_data(self, default=None):
        """A copy is meant as the next version of the law, so it starts on a day that is still free."""
        default = dict(default or {})
        values = super().copy_data(default=default)
        if "valid_from" not in default:
            today = fields.Date.context_today(self)
            for regime, vals in zip(self, values, strict=True):
                vals["valid_from"] = max(today, regime.valid_from + timedelta(days=1))
        return values

    @api.model
    def for_debtor(self, country_code, debtor_kind, on):
        """The regime in force for a debtor of the current company.

        :param country_code: ISO code of the debtor's country. A country without regimes of its own, or none,
            gets the European minimum: the caller decides which country an address without one belongs to.
        :param debtor_kind: one of :data:`DEBTOR_KINDS`; empty counts as unknown.
        :param on: the day (date or ISO string); the latest regime valid on it answers.
        :raises RegimeError: ``NO_REGIME``.
        """
        return self._regime_map(on).for_debtor(country_code, debtor_kind)

    @api.model
    def _regime_map(self, on):
        """All regimes of one day for the current company, to be asked for many debtors."""
        return RegimeMap(self.env, fields.Date.to_date(on))

    @api.model
    @ormcache("company_id")
    def _dated_index(self, company_id):
        """Every active regime a company may use: ``{(country code, kind): ((valid from, own, id), ...)}``.

        In the order in which they are tried: the company's own before the shared ones, the newest first.
        Kept in memory until a regime changes; searched as superuser so that it does not depend on who asks.
        """
        domain = Domain("company_id", "in", (False, company_id))
        rows = sorted(
            (
                regime.country_id.code or "",
                regime.debtor_kind,
                bool(regime.company_id),
                regime.valid_from,
                regime.id,
            )
            for regime in self.sudo().with_context(active_test=True).search(domain)
        )
        return {
            key: tuple((day, own, regime_id) for _code, _kind, own, day, regime_id in reversed(group))
            for key, group in groupby(rows, key=lambda row: row[:2])
        }

    def collection_costs(self, principal):
        """The collection costs over a principal, before VAT and whether or not they may be charged already.

        Whether they may (statutory notice, clause) is for the gate to say; for a regime that needs a clause
        this is the cap.

        :param principal: what is still owed, in the regime's currency: ``Decimal``, or Odoo's ``float``.
        :return: ``Decimal`` with two places; 0.00 when nothing is owed or the law allows no costs.
        :raises RegimeError: ``NO_SCALE``, or ``ERROR`` for an amount that is none.
        """
        self.ensure_one()
        try:
            principal = self._exact(principal)
            if self.costs_basis == "none" or principal <= 0:
                return ZERO
            if self.costs_basis == "fixed":
                return self._exact(self.fixed_compensation)
            return costs.collection_costs(principal, self._law_scale())
        except LawError as error:
            raise self._question_error(error) from error

    def interest(self, principal, due_date, until):
        """The interest over a principal from the day after `due_date` up to and including `until`.

        Check ``interest_table_id`` first: a regime without a table charges no interest; asking is an error.

        :param principal: ``Decimal``, or Odoo's ``float``. :param due_date: last day without interest.
        :return: :class:`..law.interest.InterestResult` with ``total``, ``per_day`` and ``segments``.
        :raises RegimeError: ``NO_RATE``, no table or no rate for these days; ``ERROR``, no period or amount.
        """
        self.ensure_one()
        try:
            return interest.interest(
                self._exact(principal),
                fields.Date.to_date(due_date),
                fields.Date.to_date(until),
                self._law_rate_table(),
                self.interest_compounding,
                DAY_COUNTS[self.day_count],
            )
        except RatePeriodError as error:
            raise self._no_rate_error() from error
        except LawError as error:
            raise self._question_error(error) from error

    def allocate(self, payments, claim, until):
        """What payments pay of one claim, and what is open after them: costs that are due, interest, principal.

        6:44 lid 1 BW, with the rates of this regime. A regime without an interest table charges no interest, so
        payments go to costs and principal only. A consumer's creditor who does not collect interest inside the free
        term says so with ``interest_from``, the day after that term.

        :param payments: ``(day credited, amount)`` in any order, amounts above zero, ``Decimal`` or Odoo's
            ``float``; one later than `until` is left out.
        :param claim: :class:`..law.allocation.Claim`, the principal before any payment.
        :param until: last day of interest, inclusive; the payment of that day counts.
        :return: :class:`..law.allocation.Settlement` with its ``steps`` and what is open; no cent is lost.
        :raises RegimeError: ``NO_RATE``, no rate for these days; ``ERROR``, an amount or day that makes no sense.
        """
        self.ensure_one()
        try:
            return allocation.settle(
                self._exact(claim.principal),
                fields.Date.to_date(claim.due_date),
                [(fields.Date.to_date(day), self._exact(amount)) for day, amount in payments],
                fields.Date.to_date(until),
                self._law_rate_table() if self.interest_table_id else NO_INTEREST,
                self.interest_compounding,
                DAY_COUNTS[self.day_count],
                costs=[replace(cost, amount=self._exact(cost.amount)) for cost in claim.costs],
                interest_from=claim.interest_from,
            )
        except RatePeriodError as error:
            raise self._no_rate_error() from error
        except LawError as error:
            raise self._question_error(error) from error

    def free_term(self, sent_on, channel, receipt=None, **evidence):
        """The free term that a statutory letter gives: receipt, first day, last day and claimable from.

        :param sent_on: day of sending.
        :param channel: ``email``, ``post`` or ``print``, ``registered``, ``portal``.
        :param receipt: known day of receipt. :param evidence: its ``proof`` and ``bounced``.
        :return: :class:`..law.terms.FreeTerm`; None when this regime knows no free term.
        :raises RegimeError: ``ERROR``, no term has started (bounced, no proof) or the channel is unknown.
        """
        self.ensure_one()
        country = TERM_COUNTRIES.get(self.free_term_rule)
        if not country:
            return None
        rule = replace(terms.FREE_TERM_RULES[country], days=self.free_term_days)
        channel = LAW_CHANNELS.get(channel, channel)
        sent_on, receipt = fields.Date.to_date(sent_on), fields.Date.to_date(receipt) or None
        try:
            return terms.free_term(country, sent_on, channel, receipt, rule=rule, **evidence)
        except LawError as error:
            raise self._question_error(error) from error

    def _law_scale(self):
        """The cost scale as a value of the law functions. :raises RegimeError: ``NO_SCALE``."""
        self.ensure_one()
        if self.cost_scale_id.sudo().bracket_ids:
            return self.cost_scale_id._law_scale()
        raise RegimeError(
            "NO_SCALE",
            self.env._(
                "Regime %(regime)s has no cost scale with brackets. Choose one under Dunning > "
                "Configuration > Regimes, or add brackets to its scale.",
                regime=self.name,
            ),
        )

    def _law_rate_table(self):
        """The interest table as a value of the law functions. :raises RegimeError: ``NO_RATE``."""
        self.ensure_one()
        if self.interest_table_id.sudo().rate_ids:
            return self.interest_table_id._law_rate_table()
        raise RegimeError(
            "NO_RATE",
            self.env._(
                "Regime %(regime)s has no interest table with rates. Choose one under Dunning > "
                "Configuration > Regimes, or add rates to its table.",
                regime=self.name,
            ),
        )

    def _no_rate_error(self):
        table = self.interest_table_id
        return RegimeError(
            "NO_RATE",
            self.env._(
                "Interest table %(table)s has no rate before %(date)s. Add the earlier rates under Dunning > "
                "Configuration > Interest Tables.",
                table=table.display_name,
                date=format_date(self.env, min(table.sudo().rate_ids.mapped("valid_from"))),
            ),
        )

    def _question_error(self, error):
        return RegimeError(
            "ERROR",
            self.env._("Regime %(regime)s cannot answer: %(problem)s", regime=self.name, problem=str(error)),
        )

    @staticmethod
    def _exact(amount):
        """A ``float`` of Odoo as the whole cents it stands for; any other number stays what it is.

        :raises AmountError: not a number, or beyond what a claim can be.
        """
        if not isinstance(amount, float):
            return to_decimal("principal", amount)
        return to_decimal("principal", Decimal(str(amount))).quantize(CENT, rounding=ROUND_HALF_UP)
