from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..dunning_money import exact

INSIDE = "base.group_user"
# Where accountants usually put payment differences, by chart of accounts: codes begin so.
DIFFERENCES = {"nl": "4930", "be_comp": "6571", "be_asso": "6571"}


class ResCompany(models.Model):
    """What of its claims a company does not ask: earned discounts, small rests, what it owes the same debtor."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_discount_by_itself = fields.Boolean(
        string="Write off earned cash discounts",
        help="What is left of an invoice that was paid in time less its cash discount is written off by the daily job, "
        "as Odoo does it when the payment is registered there. Left off, it is offered on the decision.",
        groups=INSIDE,
    )
    dunning_set_off_by_itself = fields.Boolean(
        string="Set off by itself",
        help="What a debtor owes and what you owe him, such as vendor bills, is set off by the daily job once both are "
        "due, and somebody is asked to tell him. Not what is disputed, on hold, promised or in a plan.",
        groups=INSIDE,
    )
    dunning_small_rest = fields.Monetary(
        string="Smallest rest",
        currency_field="currency_id",
        help="What is left of an invoice that was paid in part is not asked up to and including this amount, and "
        "proposed to be written off. A whole invoice is always asked. 0: every rest is asked.",
        groups=INSIDE,
    )
    dunning_difference_account_id = fields.Many2one(
        "account.account",
        string="Payment differences",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_other', 'income_other'))]",
        help="Where small rests are written off. Empty: 4930 of the Dutch chart, 6571 of the Belgian one.",
        groups=INSIDE,
    )

    @api.constrains("dunning_small_rest")
    def _check_dunning_small_rest(self):
        if any(company.dunning_small_rest < 0 for company in self):
            raise ValidationError(self.env._("The smallest rest cannot be below zero."))

    def _dunning_house(self):
        """With the rests that the company does not ask."""
        house = super()._dunning_house()
        return replace(house, small_rest=exact(self.dunning_small_rest, self.currency_id))

    def _dunning_difference_account(self):
        """The account on which small rests are written off.

        :raises UserError: none is set, and the chart has no usual one.
        """
        self.ensure_one()
        if self.dunning_difference_account_id:
            return self.dunning_difference_account_id
        usual = DIFFERENCES.get(self.root_id.chart_template)
        accounts = self.env["account.account"].with_company(self)
        domain = [*accounts._check_company_domain(self), ("code", "=like", f"{usual}%")]
        if found := accounts.search(domain, limit=1) if usual else None:
            return found
        raise UserError(
            self.env._(
                "No account is set for the payment differences of %s. Choose one under Invoicing, Configuration, "
                "Settings, Follow-up.",
                self.name,
            )
        )
