from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...engine.facts import Plan
from ...law.amounts import share_cents
from ...law.calendar import add_months
from ..dunning_loose import LooseMany2many
from ..dunning_money import written
from ..event import as_fact

MAX_INSTALMENTS = 120


class DunningPaymentPlan(models.Model):
    """The debtor pays in instalments. As long as each of them comes in, nothing else is asked."""

    _name = "dunning.payment.plan"
    _description = "Payment plan"
    _inherit = ["dunning.payment.agreement.mixin"]
    _order = "id desc"
    _decisive = frozenset({"case_id", "move_ids", "state", "agreed_on"})
    _fixed = frozenset({"case_id", "move_ids", "amount", "currency_id", "instalment_ids"})
    _told = frozenset({"state", "agreed_on", "note"})

    move_ids = LooseMany2many(help="Leave empty when the plan is about everything that is open on that day.")
    agreed_on = fields.Date(
        string="Agreed on",
        copy=False,
        tracking=True,
        help="The day on which the debtor agreed. Payments count from this day on. By agreeing he acknowledges the "
        "debt, which starts a new period of limitation (3:318 BW): keep his agreement in writing here.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("kept", "Kept"), ("broken", "Broken"), ("cancelled", "Cancelled")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Kept or broken follows from the payments, every morning.",
    )
    instalment_ids = fields.One2many("dunning.payment.plan.instalment", "plan_id", string="Instalments", copy=False)
    instalment_count = fields.Integer(
        string="Number of instalments", default=3, help="For the button that divides the amount in equal parts."
    )
    first_date = fields.Date(
        string="First on",
        default=lambda self: add_months(self.env.company._dunning_today(), 1),
        help="For the button that divides the amount: the first day, then the same day of every month.",
    )
    next_date = fields.Date(compute="_compute_next", string="Next instalment on")
    next_amount = fields.Monetary(compute="_compute_next", string="Next instalment", help="What is still open of it.")

    @api.depends("partner_id", "amount", "currency_id")
    def _compute_display_name(self):
        self.display_name = False
        for plan in self.filtered("partner_id"):
            amount = written(self.env, plan.amount, plan.currency_id) if plan.currency_id else ""
            plan.display_name = f"{plan.partner_id.name or ''}: {amount}"

    @api.depends("state", "instalment_ids.date", "instalment_ids.amount")
    def _compute_next(self):
        active = self.filtered(lambda plan: plan.state == "active")
        found = active._next_instalments()
        for plan in self:
            plan.next_date, plan.next_amount = found.get(plan, (False, 0))

    @api.constrains("instalment_count")
    def _check_count(self):
        for plan in self:
            if not 1 <= plan.instalment_count <= MAX_INSTALMENTS:
                raise ValidationError(self.env._("Choose between 1 and %s instalments.", MAX_INSTALMENTS))

    def write(self, vals):
        """What was agreed stays as it is until somebody puts the plan back to draft."""
        if self._fixed & set(vals) and self.filtered(lambda plan: plan.state != "draft"):
            raise UserError(self._locked())
        return super().write(vals)

    @api.model
    def _locked(self):
        return self.env._("What was agreed stays as it is. Put the plan back to draft to change it.")

    def _window(self):
        return self.agreed_on or (self.company_id or self.env.company)._dunning_today(), None

    # -- as events ------------------------------------------------------------------------------------------------

    def _kind_made(self):
        return None  # a draft that nobody has agreed to

    def _kind_changed(self, before):
        """What is changed in a draft is told as a whole once it is agreed."""
        if "state" not in before:
            return None if self.state == "draft" else "agreement.changed"
        turned = {"active": "agreement.plan_agreed", "draft": "agreement.plan_reopened"}
        return turned.get(self.state) or super()._kind_changed(before)

    def _kind_deleted(self):
        return super()._kind_deleted() if self.state != "draft" or self.agreed_on else None

    def _event_facts(self, kind):
        facts, personal = super()._event_facts(kind)
        facts["plan"] = True
        if kind == "agreement.plan_agreed":
            facts["agreed_on"] = as_fact.day(self.agreed_on)
            facts["instalments"] = [
                {**as_fact.day(one.date), **as_fact.money(one.amount, self.currency_id)}
                for one in self.instalment_ids.sorted("date")
            ]
        return facts, personal

    def _event_missing(self, ledger):
        [(date, amount), *_later] = self._unpaid_instalments(ledger)[self] or [(None, 0)]
        return as_fact.known(missing=date and {**as_fact.day(date), **as_fact.money(amount, self.currency_id)})

    # -- making ---------------------------------------------------------------------------------------------------

    def action_make_instalments(self):
        """Divide the amount into equal monthly instalments, exact to the cent, in the place of what stands there."""
        for plan in self:
            plan.instalment_ids = [Command.clear()] + [
                Command.create({"date": day, "amount": amount}) for day, amount in plan._equal_instalments()
            ]
        return True

    def _equal_instalments(self):
        """Dates and amounts (Decimal); the cents that do not divide go to the first ones."""
        self.ensure_one()
        if not self.first_date:
            raise UserError(self.env._("Enter the day of the first instalment."))
        places = self.currency_id.decimal_places
        units = int(self._exact(self.amount).scaleb(places))
        parts = share_cents(units, [1] * self.instalment_count)
        if not all(parts):
            raise UserError(self.env._("The amount is too small for so many instalments."))
        return [
            (add_months(self.first_date, number), Decimal(part).scaleb(-places)) for number, part in enumerate(parts)
        ]

    def action_agree(self):
        """The debtor has agreed: from now on the invoices wait for the instalments."""
        for plan in self:
            if plan.state != "draft":
                raise UserError(self.env._("Only a draft can be agreed on."))
            plan.agreed_on = plan.agreed_on or plan.company_id._dunning_today()
            plan._check_instalments()
            plan.instalment_count = len(plan.instalment_ids)  # as it was agreed, whatever was divided
        self._by_system().write({"state": "active"})
        return True

    def _check_instalments(self):
        self.ensure_one()
        total = sum(self._exact(instalment.amount) for instalment in self.instalment_ids)
        if total != self._exact(self.amount):
            raise UserError(
                self.env._(
                    "The instalments come to %(sum)s and the plan is about %(amount)s. Make them equal.",
                    sum=written(self.env, float(total), self.currency_id),
                    amount=written(self.env, self.amount, self.currency_id),
                )
            )
        early = self.instalment_ids.filtered(lambda instalment: instalment.date < self.agreed_on)
        if early:
            raise UserError(
                self.env._(
                    "The instalment of %(date)s lies before the day of the agreement. Give it a later day.",
                    date=format_date(self.env, early[0].date),
                )
            )

    def action_write(self):
        """Write down for the debtor what was agreed."""
        return self._compose("plan_agreed")

    def action_draft(self):
        """Change what was agreed, for example after a broken instalment. The day of the agreement stays."""
        self._by_system().write({"state": "draft", "decided_on": False})
        return True

    # -- how it goes ----------------------------------------------------------------------------------------------

    def _unpaid_instalments(self, ledger):
        """Per plan the instalments that are not wholly paid, in order: ``(date, open Decimal)``.

        Payments go to the oldest instalment first. Nothing is unpaid when nothing is left to pay on the invoices.
        """
        found = defaultdict(list)
        for plan in self:
            paid, _credited, settled = ledger[plan.id]
            for instalment in plan.instalment_ids.sorted(lambda instalment: (instalment.date, instalment.id)):
                amount = plan._exact(instalment.amount)
                used = max(min(paid, amount), Decimal(0))
                paid -= used
                if used < amount and not settled:
                    found[plan].append((instalment.date, amount - used))
        return found

    def _next_instalments(self):
        """Per plan date and open amount of its first unpaid instalment; plans without one are left out."""
        saved = self._origin
        unpaid = saved._unpaid_instalments(saved._ledger())
        return {plan: unpaid[plan._origin][0] for plan in self if unpaid.get(plan._origin)}

    @api.model
    def _settle(self, company):
        """Decide from the ledger which plans of a company were kept and which were broken; in sets.

        Broken by the first instalment that is unpaid after the days of grace. The responsible hears of it once.
        """
        today = company._dunning_today()
        plans = self.search([("company_id", "=", company.id), ("state", "=", "active")])._cancel_lost(today)
        unpaid = plans._unpaid_instalments(plans._ledger())
        latest = today - timedelta(days=company.dunning_promise_grace_days)
        kept = plans.filtered(lambda plan: not unpaid.get(plan))
        broken = (plans - kept).filtered(lambda plan: unpaid[plan][0][0] < latest)
        kept._settle_as("kept", today)
        broken._remind({plan: unpaid[plan][0] for plan in broken})
        broken._settle_as("broken", today)

    def _reminder(self, env, found):
        date, amount = found
        return env._("Payment plan broken"), env._(
            "The instalment of %(date)s has not come in: %(amount)s is missing. The invoices (%(what)s) are followed "
            "up again.",
            date=format_date(env, date),
            amount=written(env, float(amount), self.currency_id),
            what=self.with_env(env)._of_invoices(),
        )

    @api.model
    def _facts(self, company, partner_ids):
        """Active plans with an unpaid instalment for the engine, in a fixed number of statements.

        :return: per commercial partner id a tuple of ``engine.facts.Plan``.
        """
        about = defaultdict(list)
        self.env.cr.execute(self._about(company, partner_ids, "active"))
        for plan_id, partner_id in self.env.cr.fetchall():
            about[plan_id].append(partner_id)
        plans = self.sudo().browse(sorted(about))  # sudo: facts are gathered for whoever asks; the company is named
        grace = timedelta(days=company.dunning_promise_grace_days)
        facts = defaultdict(tuple)
        for plan, (day, amount) in plans._next_instalments().items():
            named = frozenset(plan._named())
            since = None if named else plan.agreed_on or None
            fact = Plan(day, day + grace, amount, plan.currency_id.name, named, since)
            for partner_id in about[plan.id]:
                facts[partner_id] += (fact,)
        return dict(facts)
