from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_date

from ...engine.facts import ZERO, Plan
from ..dunning_money import written

REST_DUE, GOES_ON = "rest_due", "goes_on"


class DunningPaymentPlan(models.Model):
    """What becomes of a plan: kept, or ended as it was agreed when an instalment does not come in."""

    _inherit = "dunning.payment.plan"  # pylint: disable=consider-merging-classes-inherited

    on_missed = fields.Selection(
        [
            (REST_DUE, "The whole rest is due at once"),
            (GOES_ON, "Only that instalment is late, the plan goes on"),
        ],
        string="When an instalment is missed",
        default=REST_DUE,
        required=True,
        tracking=True,
        help="As it is agreed and told to the debtor. The whole rest is due at once: the plan ends when a missed "
        "instalment has not come in after the reminder either, and the invoices are followed up again. The plan goes "
        "on: each missed instalment is reminded of, the responsible hears of it, and the invoices are followed up when "
        "something is still open after the last instalment.",
    )
    letter_ids = fields.One2many("dunning.agreement.letter", "plan_id", string="Letters about it")

    def _ends_on(self, unpaid, patience, letters):
        """Up to and including which day this plan keeps letters back.

        :param unpaid: its instalments that are not wholly paid, see ``_unpaid_instalments``.
        :param patience: ``engine.agreed.Patience``. :param letters: reminders of it that stand.
        """
        self.ensure_one()
        counts = unpaid[0][0] if self.on_missed == REST_DUE else unpaid[-1][0]
        given = letters.filtered(lambda letter: letter.instalment_on >= counts).mapped("deadline")
        return patience.ends(counts, min(given, default=None), booked=True)

    @api.model
    def _settle(self, company):
        """Decide from the ledger which plans of a company were kept and which were broken; in sets.

        A missed instalment is reminded of first, where the firm does that. What follows is what was agreed. The
        responsible hears of it once.
        """
        today, patience = company._dunning_today(), company._dunning_patience("instalment")
        plans = self.search([("company_id", "=", company.id), ("state", "=", "active")])._cancel_lost(today)
        unpaid = plans._unpaid_instalments(plans._ledger())
        reminders = self.env["dunning.agreement.letters"]._standing(plans)
        kept = plans.filtered(lambda plan: not unpaid.get(plan))
        broken = (plans - kept).filtered(lambda plan: plan._ends_on(unpaid[plan], patience, reminders[plan]) < today)
        kept._settle_as("kept", today)
        broken._settle_as("broken", today)
        broken._remind({plan: unpaid[plan][0] for plan in broken})
        running = plans - kept - broken
        missed = {
            plan: [part for part in unpaid[plan] if patience.until(part[0]) < today]
            for plan in running
            if patience.until(unpaid[plan][0][0]) < today
        }
        waits = {plan for plan in missed if plan._was_reminded(unpaid[plan], reminders[plan])}
        self._tell_still_missing(missed, patience, reminders, today)
        if patience.answer is not None:
            self.env["dunning.agreement.letters"]._remind(
                company, {plan: parts for plan, parts in missed.items() if plan not in waits}
            )

    def _was_reminded(self, unpaid, reminders):
        """Whether the plan ends by a reminder that stands: another one would only give more time."""
        return self.on_missed == REST_DUE and any(one.instalment_on >= unpaid[0][0] for one in reminders)

    def _missing_amounts(self):
        """Per plan a function of a day: what is open of the instalments up to it (Decimal)."""
        unpaid = self._unpaid_instalments(self._ledger())

        def missing_of(parts):
            return lambda day: sum((amount for date, amount in parts if date <= day), ZERO)

        return {plan: missing_of(unpaid.get(plan, ())) for plan in self}

    @api.model
    def _tell_still_missing(self, missed, patience, reminders, today):
        """Tell the responsible of instalments that did not come in after their reminder, of plans that go on; once."""
        found, told = {}, self.env["dunning.agreement.letter"]
        for plan, parts in missed.items():
            late = reminders[plan].filtered(
                lambda letter, parts=parts: (
                    not letter.told_on
                    and letter.instalment_on in dict(parts)
                    and patience.ends(letter.instalment_on, letter.deadline, booked=True) < today
                )
            )
            if late and plan.on_missed == GOES_ON:
                found[plan] = parts[0]
                told |= late
        self.browse().union(*found)._remind(found)
        told.sudo().told_on = today  # sudo: letters are written by the system

    def _reminder(self, env, found):
        date, amount = found
        values = {
            "date": format_date(env, date),
            "amount": written(env, float(amount), self.currency_id),
            "what": self.with_env(env)._of_invoices(),
        }
        if self.state == "active":
            return env._("Instalment still missing"), env._(
                "The instalment of %(date)s has not come in: %(amount)s is missing. The debtor was reminded of it. The "
                "plan (%(what)s) goes on as agreed; cancel it to follow up the invoices.",
                **values,
            )
        return env._("Payment plan broken"), env._(
            "The instalment of %(date)s has not come in: %(amount)s is missing. The invoices (%(what)s) are followed "
            "up again.",
            **values,
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
        if not about:
            return {}
        plans = self.sudo().browse(sorted(about))  # sudo: facts are gathered for whoever asks; the company is named
        patience = company._dunning_patience("instalment")
        reminders = plans.env["dunning.agreement.letters"]._standing(plans)
        facts = defaultdict(tuple)
        for plan, unpaid in plans._unpaid_instalments(plans._ledger()).items():
            fact = plan._fact(unpaid, patience, reminders[plan])
            for partner_id in about[plan.id]:
                facts[partner_id] += (fact,)
        return dict(facts)

    def _fact(self, unpaid, patience, reminders):
        """This plan as the engine knows it; see ``_ends_on``."""
        day, amount = unpaid[0]
        named = frozenset(self._named())
        until, ends = patience.until(day), self._ends_on(unpaid, patience, reminders)
        return Plan(
            day,
            until,
            amount,
            self.currency_id.name,
            named,
            None if named else self.agreed_on or None,
            ends if ends > until else None,
        )
