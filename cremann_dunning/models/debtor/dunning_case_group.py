from odoo import fields, models
from odoo.fields import Domain


class DunningCase(models.Model):
    """The customer group of a debtor."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    customer_group_id = fields.Many2one(
        "dunning.customer.group",
        string="Customer group",
        compute="_compute_customer_group_id",
        search="_search_customer_group_id",
    )

    def _compute_customer_group_id(self):
        """By the debtor of today; a few statements for all cases."""
        groups = self.env["dunning.customer.group"]
        for company, cases in self.grouped("company_id").items():
            found, _mates = groups._facts(company, cases.partner_id.ids) if company else ({}, {})
            for case in cases:
                row = found.get(case.partner_id.id)
                case.customer_group_id = row.group.id if row else False

    def _search_customer_group_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        groups = self.env["dunning.customer.group"]
        found = self._of_groups(groups.browse([id_ for id_ in value if id_]).exists())
        if False in value:
            found |= ~self._of_groups(groups.search([("company_id", "in", self.env.companies.ids)]))
        return found

    @staticmethod
    def _of_groups(groups):
        """The domain of the cases of their debtors."""
        own = [
            Domain("company_id", "=", group.company_id.id) & Domain("partner_id", "in", group._debtors().ids)
            for group in groups
        ]
        return Domain.OR(own) if own else Domain.FALSE
