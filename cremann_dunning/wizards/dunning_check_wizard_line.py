from odoo import fields, models

from ..models.claim.dunning_check import ANSWERS, GROUNDS, QUESTIONS


class DunningCheckWizardLine(models.TransientModel):
    """One question about one invoice, what Odoo knows of it, and what a person answers."""

    _name = "dunning.check.wizard.line"
    _description = "Question About an Invoice"
    _inherit = ["dunning.window.mixin"]

    wizard_id = fields.Many2one("dunning.check.wizard", required=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", string="Invoice", required=True, readonly=True)
    partner_id = fields.Many2one(related="move_id.commercial_partner_id", related_sudo=False, string="Debtor")
    question = fields.Selection(QUESTIONS, required=True, readonly=True)
    ground = fields.Selection(GROUNDS, readonly=True)
    known = fields.Char(string="What Odoo knows", readonly=True)
    is_open = fields.Boolean(readonly=True)
    answer = fields.Selection(ANSWERS)
    note = fields.Char(string="In words")

    def action_open(self):
        """The invoice itself."""
        self.ensure_one()
        self.move_id.check_access("read")
        return self.move_id._get_records_action(name=self.move_id.display_name)
