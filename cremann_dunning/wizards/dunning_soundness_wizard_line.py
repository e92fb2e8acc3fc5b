from odoo import fields, models

from ..engine.soundness import ODD, STOPS, WEAK


class DunningSoundnessWizardLine(models.TransientModel):
    """One thing that is wrong with a procedure."""

    _name = "dunning.soundness.wizard.line"
    _description = "One Thing That Is Wrong"
    _inherit = ["dunning.window.mixin"]
    _order = "sequence, id"

    wizard_id = fields.Many2one("dunning.soundness.wizard", required=True, ondelete="cascade")
    sequence = fields.Integer(readonly=True)
    level_id = fields.Many2one("dunning.level", readonly=True, ondelete="cascade")
    gravity = fields.Selection(
        [(STOPS, "Stops letters"), (WEAK, "Weakens them"), (ODD, "Odd")],
        required=True,
        readonly=True,
        string="What it does",
    )
    sentence = fields.Char(string="What is wrong", required=True, readonly=True)
    article = fields.Char(readonly=True, string="Source of law")

    def action_open(self):
        """The level to put right."""
        self.ensure_one()
        self.check_access("read")
        return self.level_id._get_records_action(name=self.level_id.display_name, target="new")
