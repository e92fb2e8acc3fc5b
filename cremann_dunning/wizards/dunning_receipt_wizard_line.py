from odoo import fields, models


class DunningReceiptWizardLine(models.TransientModel):
    """One open item in the window, and what of the receipt goes to it."""

    _name = "dunning.receipt.wizard.line"
    _description = "Claim That a Receipt Pays"
    _inherit = ["dunning.window.mixin"]

    wizard_id = fields.Many2one("dunning.receipt.wizard", required=True, ondelete="cascade")
    move_line_id = fields.Many2one("account.move.line", string="Claim", required=True, readonly=True)
    number = fields.Char(readonly=True)
    partner_id = fields.Many2one(related="move_line_id.partner_id", related_sudo=False, string="Debtor")
    currency_id = fields.Many2one(related="move_line_id.currency_id", related_sudo=False)
    date_due = fields.Date(related="move_line_id.date_maturity", related_sudo=False, string="Due date")
    amount_open = fields.Monetary(related="move_line_id.amount_residual_currency", related_sudo=False, string="Open")
    amount = fields.Monetary(string="Pays")
