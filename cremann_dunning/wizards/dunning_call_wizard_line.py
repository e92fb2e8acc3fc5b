from odoo import fields, models


class DunningCallWizardLine(models.TransientModel):
    """One debtor to call, and what came of it."""

    _name = "dunning.call.wizard.line"
    _description = "Debtor to Call"
    _inherit = ["dunning.window.mixin"]
    _order = "sequence, id"

    wizard_id = fields.Many2one("dunning.call.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer(string="No.", readonly=True)
    case_id = fields.Many2one("dunning.case", string="Debtor", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    was_overdue = fields.Boolean(readonly=True)
    state = fields.Selection(
        [("waiting", "To call"), ("called", "Called"), ("skipped", "Skipped"), ("ended", "Nothing to call about")],
        string="Status",
        default="waiting",
        required=True,
        readonly=True,
    )
    result = fields.Char(string="What came of it", readonly=True)

    def action_open_case(self):
        """The case of this debtor."""
        self.ensure_one()
        self.check_access("read")
        return self.case_id._get_records_action()
