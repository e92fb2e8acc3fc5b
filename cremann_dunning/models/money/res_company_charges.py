from odoo import api, fields, models
from odoo.exceptions import UserError

from .dunning_charge import COSTS, INTEREST

INSIDE = "base.group_user"
# Where accountants usually put them, by chart of accounts: codes begin so. Dutch: other income and other interest
# income; Belgian: miscellaneous operating income and miscellaneous financial income.
USUAL = {
    "nl": {COSTS: "4950", INTEREST: "4795"},
    "be_comp": {COSTS: "743", INTEREST: "756"},
    "be_asso": {COSTS: "743", INTEREST: "756"},
}
INCOME = ("income", "income_other", "expense")


class ResCompany(models.Model):
    """How a company books what debtors pay beyond their invoices, and how it asks what is left of it."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_costs_account_id = fields.Many2one(
        "account.account",
        string="Collection costs received",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other', 'expense'))]",
        help="Where collection costs that debtors pay are booked. They are damages: no VAT is owed over them. "
        "Accountants usually take other income. Empty: 4950 of the Dutch chart, 743 of the Belgian one.",
        groups=INSIDE,
    )
    dunning_interest_account_id = fields.Many2one(
        "account.account",
        string="Interest received",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other', 'expense'))]",
        help="Where interest that debtors pay is booked. Accountants usually take interest income. Empty: 4795 of the "
        "Dutch chart, 756 of the Belgian one.",
        groups=INSIDE,
    )
    dunning_charges_journal_id = fields.Many2one(
        "account.journal",
        string="Journal for costs and interest",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Empty: the first miscellaneous journal.",
        groups=INSIDE,
    )
    dunning_charges_mode = fields.Selection(
        [("received", "When they are received"), ("asked", "When a letter asks them")],
        string="Costs and interest become income",
        default="received",
        required=True,
        help="When received, as most accountants do it: they are uncertain until somebody pays them. When asked: each "
        "letter that is sent makes one entry on the account of the debtor, and taking it back takes that back.",
        groups=INSIDE,
    )
    dunning_book_charges = fields.Selection(
        [("certain", "By itself where there is no doubt"), ("offered", "When somebody says so")],
        string="Book costs and interest received",
        default="certain",
        required=True,
        help="Of a payment that covers an invoice with exactly the costs and interest that letters asked for it, the "
        "part for those is booked by itself. Everything else is offered on the case.",
        groups=INSIDE,
    )

    dunning_rest_procedure_id = fields.Many2one(
        "dunning.procedure",
        string="Procedure for rests",
        domain="[('company_id', 'in', (False, id))]",
        help="By which steps costs and interest are asked on that are left after the invoice was paid, where somebody "
        "says so. Empty: the procedure that comes with the addon.",
        groups=INSIDE,
    )

    @api.constrains("dunning_charges_mode", "dunning_costs_account_id", "dunning_interest_account_id")
    def _check_dunning_charge_accounts(self):
        """Whoever has letters booked needs to have where: said in the settings, and not when a letter leaves."""
        for company in self.filtered(lambda company: company.dunning_charges_mode == "asked"):
            company._dunning_charge_journal()
            for kind in (COSTS, INTEREST):
                company._dunning_charge_account(kind)

    def _dunning_rest_procedure(self):
        """The ladder for costs and interest that are left after the invoice was paid; empty where there is none."""
        self.ensure_one()
        shipped = self.env.ref("cremann_dunning.dunning_procedure_rest", raise_if_not_found=False)
        found = self.dunning_rest_procedure_id or shipped or self.env["dunning.procedure"]
        return found.filtered("active")

    def _dunning_charge_account(self, kind):
        """The account on which costs or interest that came in are booked.

        :param kind: ``costs`` or ``interest``.
        :raises UserError: none is set and the chart of accounts has no usual one.
        """
        self.ensure_one()
        own = self.dunning_costs_account_id if kind == COSTS else self.dunning_interest_account_id
        if own:
            return own
        usual = USUAL.get(self.root_id.chart_template, {}).get(kind)
        accounts = self.env["account.account"].with_company(self)
        domain = [*accounts._check_company_domain(self), ("code", "=like", f"{usual}%"), ("account_type", "in", INCOME)]
        found = accounts.search(domain, limit=1) if usual else accounts
        if not found:
            raise UserError(
                self.env._(
                    "No account is set for the costs and interest that %s receives. Choose them under Invoicing, "
                    "Configuration, Settings, Follow-up.",
                    self.name,
                )
            )
        return found

    def _dunning_charge_journal(self):
        """The journal of entries about costs and interest. :raises UserError: there is no miscellaneous journal."""
        self.ensure_one()
        journals = self.env["account.journal"]
        general = [*journals._check_company_domain(self), ("type", "=", "general")]
        if found := self.dunning_charges_journal_id or journals.search(general, limit=1):
            return found
        raise UserError(
            self.env._("%s has no miscellaneous journal. Make one under Invoicing, Configuration.", self.name)
        )
