from odoo import fields, models


class DunningSimulationLine(models.TransientModel):
    """The letters of one level on one simulated day."""

    _name = "dunning.simulation.line"
    _description = "Dunning look ahead line"
    _inherit = ["dunning.window.mixin"]
    _order = "date, variant, level_id"

    simulation_id = fields.Many2one("dunning.simulation", required=True, index=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="simulation_id.currency_id", related_sudo=False)
    variant = fields.Selection([("now", "As it is"), ("compare", "In comparison")], required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    procedure_id = fields.Many2one("dunning.procedure", readonly=True)
    level_id = fields.Many2one("dunning.level", required=True, readonly=True, ondelete="cascade")
    letters = fields.Integer(readonly=True)
    invoices = fields.Integer(readonly=True)
    amount_principal = fields.Monetary(string="Principal", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_costs = fields.Monetary(string="Costs", readonly=True)
    amount_costs_announced = fields.Monetary(string="Costs announced", readonly=True)
