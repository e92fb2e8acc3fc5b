from odoo import fields, models


class DunningSimulationLine(models.TransientModel):
    """The letters of one level on one simulated day."""

    _name = "dunning.simulation.line"
    _description = "Dunning look ahead line"
    _inherit = ["dunning.window.mixin"]
    _order = "date, variant, level_id"
    _rec_name = "level_id"

    simulation_id = fields.Many2one("dunning.simulation", required=True, index=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="simulation_id.currency_id", related_sudo=False)
    variant = fields.Selection([("now", "As it is"), ("compare", "In comparison")], required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    procedure_id = fields.Many2one("dunning.procedure", readonly=True)
    level_id = fields.Many2one("dunning.level", required=True, readonly=True, ondelete="cascade")
    letters = fields.Integer(readonly=True)
    invoices = fields.Integer(readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Debtors", readonly=True)
    amount_principal = fields.Monetary(string="Principal", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_costs = fields.Monetary(string="Costs", readonly=True)
    amount_costs_announced = fields.Monetary(string="Costs announced", readonly=True)

    def action_open_debtors(self):
        """The cases of those who get these letters."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_case_action")
        company = self.simulation_id.company_id
        domain = [("company_id", "=", company.id), ("partner_id", "in", self.partner_ids.ids)]
        return action | {"domain": domain, "context": {}, "name": self.display_name}
