from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import groupby, ormcache

from ...law.amounts import ZERO
from ..res_partner import DEBTOR_KINDS
from .regime_law import CostLaw, InterestLaw, TermLaw, checked_scale
from .regime_map import RegimeError, RegimeMap


class DunningRegime(models.Model):
    """What the law allows and asks for one country and kind of debtor, from a day on, with its article.

    A change of the law is a new record with a later day; the old one keeps answering for the days before.
    """

    _name = "dunning.regime"
    _description = "Dunning Regime"
    _inherit = ["dunning.law.record.mixin"]
    _order = "country_id, debtor_kind, valid_from desc, id"

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
        [*DEBTOR_KINDS[:-1], ("unknown", "Unknown")],  # a regime protects nobody by that name
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
    interest_start = fields.Selection(
        [
            ("due", "The day after the due date"),
            ("default", "The first day of default"),
            ("notice", "The statutory notice"),
        ],
        string="Interest From",
        required=True,
        default="due",
        help="Default begins the day after an agreed due date; without an agreement, after the term to pay of a first "
        "reminder. From the notice: a small enterprise counts from the day after sending it, others from the end of "
        "its free term.",
    )
    notice_needs_default = fields.Boolean(
        string="Statutory Notice Needs Default",
        help="The statutory notice may go only when the debtor is in default: the due date was agreed, or a reminder "
        "gave a term that has run out.",
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
    instalment_threshold = fields.Monetary(
        string="Instalments Up To",
        help="Instalments of a running contract up to this amount have a tariff of their own. Zero: there is none.",
    )
    instalment_first = fields.Monetary(string="First Instalment", help="Costs of the first unpaid instalment.")
    instalment_next = fields.Monetary(string="Next Instalments", help="Costs of each one after it.")
    instalment_months = fields.Integer(
        string="Months to Look Back", default=6, help="An instalment within so many months after costs is a next one."
    )
    instalment_maximum = fields.Monetary(string="Most Within Those Months")
    free_reminders = fields.Integer(
        string="Free Reminders a Year",
        help="Instalments of a running contract: for so many unpaid due dates of a calendar year the reminder is free.",
    )
    reminder_fee = fields.Monetary(
        string="Highest Reminder Fee", help="What a later reminder may cost at most, the postage apart."
    )
    requirement_ids = fields.One2many("dunning.regime.requirement", "regime_id", string="Letters", copy=True)
    contact_from = fields.Float(default=7.0, help="No mail leaves before this hour.")
    contact_until = fields.Float(help="No mail leaves from this hour on. Zero: at any hour.", default=0.0)
    contact_rest_days = fields.Boolean(
        string="Not on Sundays and Holidays", help="No mail leaves on a Sunday or public holiday of the country."
    )
    limitation_months = fields.Integer(
        string="Limitation in Months",
        help="The shortest period after which a claim on such a debtor may lapse. Zero: nobody is warned.",
    )
    limitation_rule = fields.Selection(
        [
            ("nl", "A written demand that arrived, or a payment, starts a new period"),
            ("be", "Only the debtor, a lawyer or a bailiff interrupts it"),
            ("be_writing", "Only the debtor in writing, a lawyer or a bailiff interrupts it; a payment does not"),
        ],
        string="Interrupted By",
        help="What gives the claim a new period. For the one a letter is enough, for the other it is not.",
    )
    limitation_article = fields.Char(string="Article on Limitation")
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

    _check_instalments = models.Constraint(
        "CHECK(instalment_threshold >= 0 AND instalment_first >= 0 AND instalment_next >= 0 "
        "AND instalment_months >= 0 AND instalment_maximum >= 0 AND free_reminders >= 0 AND reminder_fee >= 0)",
        "The figures for instalments cannot be negative.",
    )
    _check_contact_hours = models.Constraint(
        "CHECK(contact_until = 0 OR (contact_from >= 0 AND contact_from < contact_until AND contact_until <= 24))",
        "The hours of contact run from an earlier to a later hour of one day, between 0 and 24.",
    )
    _check_limitation_months = models.Constraint(
        "CHECK(limitation_months BETWEEN 0 AND 360)", "A period of limitation lies between 0 and 360 months."
    )

    @api.constrains("limitation_months", "limitation_rule")
    def _check_limitation(self):
        for regime in self:
            if regime.limitation_months and not regime.limitation_rule:
                raise ValidationError(
                    self.env._("Regime %(name)s has a limitation: choose what interrupts it.", name=regime.name)
                )

    @api.constrains("debtor_kind")
    def _check_debtor_kind(self):
        if self.filtered(lambda regime: regime.debtor_kind == "unknown"):
            raise ValidationError(
                self.env._("An unknown debtor follows the regime for consumers; it has none of its own.")
            )

    @api.constrains("costs_basis", "cost_scale_id", "fixed_compensation", "currency_id")
    def _check_costs_basis(self):
        for regime in self:
            if regime.costs_basis == "scale" and not regime.cost_scale_id:
                raise ValidationError(
                    self.env._("Regime %(name)s charges costs by a scale: choose the cost scale.", name=regime.name)
                )
            if regime.costs_basis == "scale" and regime.cost_scale_id.currency_id != regime.currency_id:
                raise ValidationError(
                    self.env._(
                        "Regime %(name)s and its cost scale are in different currencies. Choose a scale in the "
                        "currency of the regime.",
                        name=regime.name,
                    )
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
        return CostLaw(self).collection_costs(principal)

    def cost_tiers(self, principal, asked, clause_scale=None):
        """How the costs over a principal come about, step by step.

        :param principal: as in ``collection_costs``. :param asked: the costs in question, ``Decimal``, without VAT.
        :param clause_scale: as in ``lump_sum``.
        :return: ``(tuple of law.scales.Tier, law.scales.CostScale)``; None when no scale explains this amount: a fixed
            sum, a tariff for instalments, or what is left beside an earlier notice.
        """
        return CostLaw(self).tiers(principal, asked, clause_scale)

    def instalment_costs(self, instalment, on, earlier=()):
        """The costs of one unpaid instalment of a running contract after its own statutory notice (art. 2a BIK).

        :param instalment: what is still owed of it. :param on: the day the costs fall due.
        :param earlier: ``(day, amount)`` of the costs charged before for the same contract.
        :return: ``Decimal``; without a tariff for instalments the ordinary costs.
        :raises RegimeError: as ``collection_costs``.
        """
        return CostLaw(self).instalment_costs(instalment, on, earlier)

    def letter_costs(self, claims, on, earlier=()):
        """The costs over the claims of one letter: the scale over their sum, instalments by their own tariff.

        Art. 6:96 lid 7 BW and art. 2a BIK; the lower of the two where both have an answer.

        :param claims: ``(amount, whether it is an instalment)`` pairs. :param on, earlier: as ``instalment_costs``.
        """
        return CostLaw(self).letter_costs(claims, on, earlier)

    def reminder_costs(self, due_date, earlier=(), postage=ZERO):
        """The most that a reminder of an instalment may cost (art. XIX.2 par. 2 WER).

        :param due_date: of the instalment. :param earlier: other unpaid due dates of the contract reminded before.
        :param postage: what this letter costs to send.
        :return: ``Decimal``: 0.00 while reminders are free, and where the law knows no such fee.
        :raises RegimeError: ``ERROR``, an amount or day that makes no sense.
        """
        return CostLaw(self).reminder_costs(due_date, earlier, postage)

    def lump_sum(self, balance, clause_scale=None):
        """What a consumer owes under a clause, never above the cap of this regime (art. XIX.4, 2° WER).

        :param balance: what is still owed. :param clause_scale: what the clause agrees as a ``dunning.cost.scale``;
            empty: the clause follows the caps of the law.
        :raises RegimeError: ``CLAUSE``, the clause asks more than the cap and so counts as unwritten.
        """
        return CostLaw(self).lump_sum(balance, clause_scale)

    def lump_sums(self, balances, clause_scale=None):
        """What a consumer owes under a clause over several debts: the least of per debt and over their sum.

        The cap of art. XIX.4, 2° WER counts per balance due. Parameters and errors as ``lump_sum``.
        """
        self.ensure_one()
        return CostLaw(self).lump_sums(balances, clause_scale)

    def limitation(self, due_date, interruptions=()):
        """Until when a claim can be enforced.

        :param due_date: last payment day. :param interruptions: :class:`..law.limitation.Interruption` values.
        :return: :class:`..law.limitation.Limitation`; None when this regime knows no period.
        :raises RegimeError: ``ERROR``, a day that makes no sense.
        """
        return TermLaw(self).limitation(due_date, interruptions)

    def _contact_hours(self):
        """When mails to such a debtor may leave, as a value of the law functions; None at any hour."""
        return TermLaw(self).contact_hours()

    def interest(self, principal, due_date, until, highest=None):
        """The interest over a principal from the day after `due_date` up to and including `until`.

        Check ``interest_table_id`` first: a regime without a table charges no interest; asking is an error.

        :param principal: ``Decimal``, or Odoo's ``float``. :param due_date: last day without interest.
        :param highest: percentage that the contract agrees and the rates may not exceed; None for the table itself.
        :return: :class:`..law.interest.InterestResult` with ``total``, ``per_day`` and ``segments``.
        :raises RegimeError: ``NO_RATE``, no table or no rate for these days; ``ERROR``, no period or amount.
        """
        return InterestLaw(self).interest(principal, due_date, until, highest)

    def _agreed_rate(self, company):
        """The rate of interest that a company's clause agrees, where this regime asks for one; None without."""
        if not self.interest_needs_clause or not company.dunning_consumer_clause:
            return None
        return Decimal(str(company.dunning_clause_interest)) or None

    def _capped_rate_table(self, highest):
        """The rates of this regime, none above what a contract agrees. :raises RegimeError: ``NO_RATE``."""
        return InterestLaw(self).rates(highest)

    def allocate(self, payments, claim, until, highest=None):
        """What payments pay of one claim, and what is open after them: costs that are due, interest, principal.

        6:44 lid 1 BW, with the rates of this regime. A regime without an interest table charges no interest, so
        payments go to costs and principal only. A consumer's creditor who does not collect interest inside the free
        term says so with ``interest_from``, the day after that term.

        :param payments: ``(day credited, amount)`` in any order, amounts above zero, ``Decimal`` or Odoo's
            ``float``; one later than `until` is left out.
        :param claim: :class:`..law.allocation.Claim`, the principal before any payment.
        :param until: last day of interest, inclusive; the payment of that day counts.
        :param highest: as for ``interest``.
        :return: :class:`..law.allocation.Settlement` with its ``steps`` and what is open; no cent is lost.
        :raises RegimeError: ``NO_RATE``, no rate for these days; ``ERROR``, an amount or day that makes no sense.
        """
        return InterestLaw(self).allocate(payments, claim, until, highest)

    def free_term(self, sent_on, channel, receipt=None, **evidence):
        """The free term that a statutory letter gives: receipt, first day, last day and claimable from.

        :param sent_on: day of sending.
        :param channel: ``email``, ``post`` or ``print``, ``registered``, ``portal``.
        :param receipt: known day of receipt. :param evidence: its ``proof`` and ``bounced``.
        :return: :class:`..law.terms.FreeTerm`; None when this regime knows no free term.
        :raises RegimeError: ``ERROR``, no term has started (bounced, no proof) or the channel is unknown.
        """
        return TermLaw(self).free_term(sent_on, channel, receipt, evidence)

    def _law_scale(self):
        """The cost scale as a value of the law functions. :raises RegimeError: ``NO_SCALE``."""
        self.ensure_one()
        if self.cost_scale_id.sudo().bracket_ids:
            return checked_scale(self, self.cost_scale_id)._law_scale()
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
