from odoo import api, fields, models

INSIDE = "base.group_user"

# The account for bad debts in the charts of Odoo, by the country of the company.
BY_CHART = {"NL": "4550", "BE": "a642"}
# Where the money of claims is booked, in all settings about that.
PLACES = (
    "dunning_bad_debt_account_id",
    "dunning_write_off_journal_id",
    "dunning_costs_account_id",
    "dunning_interest_account_id",
    "dunning_charges_journal_id",
    "dunning_import_account_id",
    "dunning_import_journal_id",
    "dunning_difference_account_id",
)


class ResCompany(models.Model):
    """Where a company books what is not paid."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_bad_debt_account_id = fields.Many2one(
        "account.account",
        string="Account for bad debts",
        check_company=True,
        ondelete="set null",
        domain="[('account_type', 'in', ('expense', 'expense_other', 'expense_direct_cost', 'income', 'income_other', "
        "'asset_current', 'liability_current'))]",
        help="Claims that are written off are booked here. Empty: 4550 in the Dutch chart, 642 in the Belgian one.",
        groups=INSIDE,
    )
    dunning_write_off_journal_id = fields.Many2one(
        "account.journal",
        string="Journal for write-offs",
        check_company=True,
        ondelete="set null",
        domain="[('type', '=', 'general')]",
        help="Empty: the first journal for miscellaneous operations.",
        groups=INSIDE,
    )

    @api.constrains(*PLACES)
    def _check_dunning_places(self):
        """No account or journal of another company: Odoo looks at that by itself for records of companies only."""
        self._check_company(PLACES)

    def _dunning_bad_debt_account(self):
        """The account for bad debts: that of the settings, else that of the chart; empty where there is neither."""
        self.ensure_one()
        if self.dunning_bad_debt_account_id:
            return self.dunning_bad_debt_account_id
        # sudo: an account of the chart, for whoever may write off
        chart = self.env["account.chart.template"].sudo().with_company(self)
        name = BY_CHART.get(self.account_fiscal_country_id.code or self.country_code)
        found = name and chart.ref(name, raise_if_not_found=False)
        return (found or self.env["account.account"]).with_env(self.env)

    def _dunning_write_off_journal(self):
        """The journal for write-offs: that of the settings, else the first one for miscellaneous operations."""
        self.ensure_one()
        if self.dunning_write_off_journal_id:
            return self.dunning_write_off_journal_id
        apart = (self.currency_exchange_journal_id | self.tax_cash_basis_journal_id).ids
        return self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "parent_of", self.id), ("id", "not in", apart)], limit=1
        )
