from collections import defaultdict
from decimal import Decimal
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..dunning_loose import LooseMany2many
from ..dunning_money import written
from ..event import as_fact


class DunningPaymentPlan(models.Model):
    """The debtor pays in instalments. As long as each of them comes in, nothing else is asked."""

    _name = "dunning.payment.plan"
    _description = "Payment plan"
    _inherit = ["dunning.payment.agreement.mixin"]
    _order = "id desc"
    _decisive = frozenset({"case_id", "move_ids", "state", "agreed_on"})
    _fixed = frozenset({"case_id", "move_ids", "amount", "currency_id", "instalment_ids", "on_missed"})
    _told = frozenset({"state", "agreed_on", "on_missed", "note"})

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
    instalments_html = fields.Html(
        compute="_compute_instalments_html",
        sanitize=False,
        help="Each instalment with its day, the account and the reference, for texts.",
    )
    next_date = fields.Date(compute="_compute_next", string="Next instalment on")
    next_amount = fields.Monetary(compute="_compute_next", string="Next instalment", help="What is still open of it.")

    @api.depends("partner_id", "amount", "currency_id")
    def _compute_display_name(self):
        self.display_name = False
        for plan in self.filtered("partner_id"):
            amount = written(self.env, plan.amount, plan.currency_id) if plan.currency_id else ""
            plan.display_name = f"{plan.partner_id.name or ''}: {amount}"

    def _compute_instalments_html(self):
        for plan in self:
            lang = plan.reader_lang
            values = {
                "parts": plan.instalment_ids.sorted("date"),
                "bank": plan.bank_account_id.sudo(),  # sudo: what every letter prints
                "reference": plan.payment_reference,
                "money": partial(written, self.env, currency=plan.currency_id, lang=lang),
                "day": partial(format_date, self.env, lang_code=lang, date_format="d MMMM y"),
            }
            qweb = self.env["ir.qweb"].with_context(lang=lang)
            plan.instalments_html = qweb._render("cremann_dunning.agreement_instalments", values)

    @api.depends("state", "instalment_ids.date", "instalment_ids.amount")
    def _compute_next(self):
        active = self.filtered(lambda plan: plan.state == "active")
        found = active._next_instalments()
        for plan in self:
            plan.next_date, plan.next_amount = found.get(plan, (False, 0))

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

    # -- agreeing -------------------------------------------------------------------------------------------------

    def action_agree(self):
        """The debtor has agreed: from now on the invoices wait for the instalments."""
        for plan in self:
            if plan.state != "draft":
                raise UserError(self.env._("Only a draft can be agreed on."))
            plan.agreed_on = plan.agreed_on or plan.company_id._dunning_today()
            plan._check_agreed_on()
            plan._check_instalments()
            plan.instalment_count = len(plan.instalment_ids)  # as it was agreed, whatever was divided
        self._check_owed()
        self._check_no_other()
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
