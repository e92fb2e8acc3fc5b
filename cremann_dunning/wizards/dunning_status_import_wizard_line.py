from odoo import fields, models

from ..models.handover.dunning_handover_status import STATUSES
from ..models.handover.dunning_handover_status_reading import BAD, GOOD, KNOWN, WAITS


class DunningStatusImportWizardLine(models.TransientModel):
    """One row of a status file, and what becomes of it."""

    _name = "dunning.status.import.wizard.line"
    _description = "Row of a Status File"
    _inherit = ["dunning.window.mixin"]
    _order = "place, id"

    wizard_id = fields.Many2one("dunning.status.import.wizard", required=True, ondelete="cascade", readonly=True)
    place = fields.Integer(string="Row", readonly=True)
    number = fields.Char(string="Hand-over", readonly=True)
    handover_id = fields.Many2one("dunning.handover", readonly=True)
    date = fields.Date(readonly=True)
    status = fields.Selection(STATUSES, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_received = fields.Monetary(string="Received", readonly=True)
    amount_fees = fields.Monetary(string="Fees", readonly=True)
    amount_costs = fields.Monetary(string="Costs", readonly=True)
    state = fields.Selection(
        [(GOOD, "Will be taken in"), (KNOWN, "Known already"), (WAITS, "Waits"), (BAD, "Cannot be taken in")],
        readonly=True,
    )
    remark = fields.Text(readonly=True)
