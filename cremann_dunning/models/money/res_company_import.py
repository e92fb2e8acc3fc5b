from odoo import fields, models

from ..res_company import INSIDE


class ResCompany(models.Model):
    """How claims that come from outside are booked, unless their window says otherwise."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    dunning_import_account_id = fields.Many2one(
        "account.account",
        string="Account of claims from outside",
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable', 'off_balance'))]",
        help="Where the other side of a claim from outside is booked, such as an account for opening balances.",
        groups=INSIDE,
    )
    dunning_import_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of claims from outside",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Empty: the first journal for miscellaneous entries.",
        groups=INSIDE,
    )
