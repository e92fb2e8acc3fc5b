from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .dunning_payment_plan_dividing import MAX_INSTALMENTS

KINDS = [("business", "Business"), ("consumer", "Consumer"), ("public", "Public body"), ("unknown", "Unknown")]
LONGEST_DAYS = 3650


class DunningPlanLimit(models.Model):
    """Which payment plan a debtor may choose on his page by himself, by his kind. Where there is no row, or he asks
    for more, a person decides."""

    _name = "dunning.plan.limit"
    _description = "Payment plans that debtors may choose"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "company_id, debtor_kind"
    _rec_name = "debtor_kind"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    debtor_kind = fields.Selection(KINDS, string="Kind of debtor", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_max = fields.Monetary(
        string="Largest amount", required=True, help="All that the plan is about, interest and costs among it."
    )
    instalments_max = fields.Integer(string="Most instalments", required=True, default=3)
    first_days = fields.Integer(
        string="First within days", required=True, default=30, help="The first instalment comes within so many days."
    )
    last_days = fields.Integer(
        string="Last within days", required=True, default=100, help="And the last one within so many."
    )

    _once = models.UniqueIndex(
        "(company_id, debtor_kind)", "There is a row for this kind of debtor already. Change it."
    )

    @api.constrains("amount_max", "instalments_max", "first_days", "last_days")
    def _check_bounds(self):
        for limit in self:
            if limit.amount_max <= 0:
                raise ValidationError(self.env._("Enter the largest amount that may be paid in instalments."))
            if not 1 <= limit.instalments_max <= MAX_INSTALMENTS:
                raise ValidationError(self.env._("Choose between 1 and %s instalments.", MAX_INSTALMENTS))
            if not 0 <= limit.first_days <= limit.last_days <= LONGEST_DAYS:
                raise ValidationError(
                    self.env._("The last instalment comes after the first, within %s days.", LONGEST_DAYS)
                )

    @api.model
    def _of(self, company, kind):
        """The row that holds for a debtor of this kind; empty where a person decides."""
        # sudo: what a firm accepts, for the system that asks on behalf of a debtor
        return self.sudo().search([("company_id", "=", company.id), ("debtor_kind", "=", kind or "unknown")], limit=1)

    def _allows(self, currency, amount, days, today):
        """Whether a plan stays inside. :param days: of its instalments, in order."""
        return bool(
            self
            and currency == self.currency_id
            and currency.compare_amounts(amount, self.amount_max) <= 0
            and len(days) <= self.instalments_max
            and (days[0] - today).days <= self.first_days
            and (days[-1] - today).days <= self.last_days
        )
