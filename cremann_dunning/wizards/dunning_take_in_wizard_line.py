from odoo import fields, models
from odoo.exceptions import UserError


class DunningTakeInWizardLine(models.TransientModel):
    """One open item of a journal entry, as its debtor knows it."""

    _name = "dunning.take.in.wizard.line"
    _description = "Claim to Take In"
    _inherit = ["dunning.window.mixin"]

    wizard_id = fields.Many2one("dunning.take.in.wizard", required=True, ondelete="cascade")
    move_line_id = fields.Many2one("account.move.line", string="Journal item", required=True, readonly=True)
    move_id = fields.Many2one(related="move_line_id.move_id", related_sudo=False, string="Entry")
    partner_id = fields.Many2one(related="move_line_id.partner_id", related_sudo=False, string="Debtor")
    currency_id = fields.Many2one(related="move_line_id.currency_id", related_sudo=False)
    amount_open = fields.Monetary(related="move_line_id.amount_residual_currency", related_sudo=False, string="Open")
    number = fields.Char(required=True, help="The number that the debtor knows: letters name it.")
    invoice_date = fields.Date(required=True)
    date_due = fields.Date(string="Due date", required=True)

    def _given(self):
        """What was filled in. :raises UserError: no number, or due before its date."""
        self.ensure_one()
        number = (self.number or "").strip()
        debtor = self.partner_id.display_name
        if not number:
            raise UserError(self.env._("%s: fill in the number that the debtor knows.", debtor))
        if not self.invoice_date or not self.date_due:
            raise UserError(self.env._("%(debtor)s: fill in when %(number)s was due.", debtor=debtor, number=number))
        if self.date_due < self.invoice_date:
            raise UserError(
                self.env._("%(debtor)s: %(number)s cannot be due before its date.", debtor=debtor, number=number)
            )
        return {"number": number, "invoice_date": self.invoice_date, "date_due": self.date_due}
