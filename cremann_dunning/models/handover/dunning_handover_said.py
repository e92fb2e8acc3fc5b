from odoo import api, fields, models


class DunningHandover(models.Model):
    """What the party said of a hand-over, and what it received and kept."""

    _inherit = "dunning.handover"  # pylint: disable=consider-merging-classes-inherited

    status_ids = fields.One2many("dunning.handover.status", "handover_id", string="What the party said", readonly=True)
    amount_received = fields.Monetary(compute="_compute_said", string="Received by the party")
    amount_kept = fields.Monetary(compute="_compute_said", string="Fees and costs of the party")

    @api.depends("status_ids.amount_received")
    def _compute_said(self):
        for handover in self:
            said = handover.status_ids
            handover.amount_received = sum(said.mapped("amount_received"))
            handover.amount_kept = sum(said.mapped("amount_fees")) + sum(said.mapped("amount_costs"))

    def action_dunning_status(self):
        """Enter what the party says of it."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What the party says"),
            "res_model": "dunning.status.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_handover_id": self.id, "default_reference": self.party_reference},
        }
