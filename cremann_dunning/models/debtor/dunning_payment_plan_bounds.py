from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.agreed import owed_for
from ..dunning_money import written


class DunningPaymentPlan(models.Model):
    """What a plan may not be: over more than is owed, over a claim that is in another one, of a day to come."""

    _inherit = "dunning.payment.plan"  # pylint: disable=consider-merging-classes-inherited

    def _check_agreed_on(self):
        today = self.company_id._dunning_today()
        if self.agreed_on > today:
            raise UserError(
                self.env._(
                    "Nobody can have agreed on %s yet. Enter the day on which the debtor agreed.",
                    format_date(self.env, self.agreed_on),
                )
            )

    def _check_owed(self):
        """No fee for the plan itself, nor anything else that is not owed: neither Dutch nor Belgian law knows one
        (6:96 BW with its decree, book XIX WER)."""
        ledger = self._ledger()
        for company, plans in self.grouped("company_id").items():
            asked = self.env["dunning.asked"]._parts(company, plans.partner_id.ids)
            for plan in plans:
                parts = asked.get(plan.partner_id.id, ())
                since = None if plan._named() else plan.agreed_on
                owed = owed_for(parts, plan.currency_id.name, plan.move_ids.ids, since)
                if owed is None:
                    continue  # what is not open any more says nothing about the day of the agreement
                came = ledger[plan.id].paid + ledger[plan.id].credited
                stood = plan.asked_principal + plan.asked_interest + plan.asked_costs + plan.coming_amount
                limit = max(owed + came, plan._exact(stood))
                if plan._exact(plan.amount) > limit:
                    raise UserError(plan._beyond_owed(limit))

    def _beyond_owed(self, owed):
        return self.env._(
            "The plan is about %(amount)s, and no more than %(owed)s is owed: invoices, interest and costs as the law "
            "has them. A plan may not cost the debtor anything beyond it.",
            amount=written(self.env, self.amount, self.currency_id),
            owed=written(self.env, float(Decimal(owed)), self.currency_id),
        )

    def _check_no_other(self):
        """A claim is in one plan at a time: a payment would otherwise count for both."""
        for company, plans in self.grouped("company_id").items():
            running = self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "active"),
                    ("currency_id", "in", plans.currency_id.ids),
                    "|",
                    ("partner_id.commercial_partner_id", "in", plans.partner_id.commercial_partner_id.ids),
                    ("move_ids", "in", plans.move_ids.ids),
                ]
            )
            for plan in plans:
                others = (running | plans) - plan
                if other := next((other for other in others if plan._overlaps(other)), None):
                    raise UserError(
                        self.env._(
                            "%(what)s is in another payment plan already, agreed on %(date)s. End that one first, or "
                            "choose other invoices.",
                            what=plan._of_invoices(),
                            date=format_date(self.env, other.agreed_on),
                        )
                    )

    def _overlaps(self, other):
        """Whether a claim could be in both; of one about everything see ``_covers_move``."""
        if self.currency_id != other.currency_id:
            return False
        if self._named() and other._named():
            return bool(self.move_ids & other.move_ids)
        if self.partner_id.commercial_partner_id != other.partner_id.commercial_partner_id:
            return False
        if not self._named() and not other._named():
            return True
        named, whole = (self, other) if self._named() else (other, self)
        return any(whole._covers_move(move) for move in named.move_ids)

    def _covers_move(self, move):
        """Whether a plan about everything is about this invoice: one of a later day is not."""
        dated = move.invoice_date or move.date
        return not dated or dated <= self.agreed_on
