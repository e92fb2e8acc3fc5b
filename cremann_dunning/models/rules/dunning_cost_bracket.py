from odoo import fields, models


class DunningCostBracket(models.Model):
    """One step of a cost scale: from an amount up to the next step.

    Only the lower bound is stored, so that steps can neither overlap nor leave a gap.
    """

    _name = "dunning.cost.bracket"
    _description = "Cost Bracket"
    _inherit = ["dunning.law.record.mixin"]
    _order = "scale_id, above"

    scale_id = fields.Many2one("dunning.cost.scale", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="scale_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="scale_id.currency_id")
    above = fields.Monetary(
        string="Principal Above",
        help="The bracket covers the part of the principal above this amount, up to the next bracket.",
    )
    percent = fields.Float(digits=(9, 2), help="Percentage over the part of the principal in this bracket.")
    has_base = fields.Boolean(
        string="Starts Afresh",
        help="On: the costs at the lower bound are the fixed amount beside this box. "
        "Off: they continue where the bracket before ended.",
    )
    base = fields.Monetary(string="Fixed Amount", help="Costs at the lower bound when the bracket starts afresh.")

    _unique_above = models.Constraint(
        "UNIQUE(scale_id, above)",
        "Two brackets of one scale start at the same amount. Change or delete one of them.",
    )
    _check_above = models.Constraint("CHECK(above >= 0)", "A bracket cannot start below zero.")
    _check_percent = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "The percentage of a bracket lies between 0 and 100."
    )
    _check_base = models.Constraint("CHECK(base >= 0)", "The fixed amount of a bracket cannot be negative.")
