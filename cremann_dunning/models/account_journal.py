from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    dunning_periodic = fields.Boolean(
        string="Periodic instalments",
        help="Invoices in this journal are instalments of running contracts, such as rent or a subscription. "
        "Consumers in the Netherlands then owe at most 40 in collection costs for the first unpaid one and 20 for "
        "each next one within six months.",
    )
