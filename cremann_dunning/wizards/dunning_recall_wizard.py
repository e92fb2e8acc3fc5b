from odoo import Command, fields, models


class DunningRecallWizard(models.TransientModel):
    """Asks why claims are taken back from a party, and whether follow-up goes on."""

    _name = "dunning.recall.wizard"
    _description = "Recall a Hand-over"
    _inherit = ["dunning.window.mixin"]

    handover_ids = fields.Many2many("dunning.handover", string="Hand-overs")
    reason = fields.Char(help="The record keeps it.")
    then = fields.Selection(
        [("on", "Follow-up goes on where it stood"), ("ends", "Nobody follows it up any more")],
        string="After that",
        required=True,
        default="on",
    )

    def action_recall(self):
        """Take them back."""
        self.ensure_one()
        self.check_access("write")
        self.handover_ids._recall(self.reason, ends=self.then == "ends")
        return {"type": "ir.actions.act_window_close"}

    def _open_for(self, handovers):
        window = self.create({"handover_ids": [Command.set(handovers.ids)]})
        return window._get_records_action(name=self.env._("Recall"), target="new")
