from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningPaymentPlanInstalment(models.Model):
    _name = "dunning.payment.plan.instalment"
    _description = "Instalment"
    _inherit = ["dunning.record.mixin"]
    _order = "plan_id, date, id"

    plan_id = fields.Many2one("dunning.payment.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, precompute=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date = fields.Date(required=True, help="The day on which it must have come in.")
    amount = fields.Monetary(required=True)
    open_amount = fields.Monetary(
        compute="_compute_open_amount", string="Still open", help="Payments go to the oldest instalment first."
    )

    _amount_positive = models.Constraint("CHECK(amount > 0)", "An instalment must be more than nothing.")
    _one_a_day = models.Constraint("UNIQUE(plan_id, date)", "There is already an instalment on this day.")

    @api.depends("amount", "date", "plan_id.state")
    def _compute_open_amount(self):
        plans = self.plan_id._origin
        unpaid = plans._unpaid_instalments(plans._ledger())
        for instalment in self:
            left = dict(unpaid.get(instalment.plan_id._origin, ()))
            started = instalment.plan_id.state != "draft"
            instalment.open_amount = left.get(instalment.date, 0) if started else instalment.amount

    @api.model_create_multi
    def create(self, vals_list):
        """Nothing is added to what was agreed."""
        instalments = super().create(vals_list)
        instalments._check_draft()
        return instalments

    def write(self, vals):
        """What was agreed stays as it is."""
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_from_drafts_only(self):
        self._check_draft()

    def _check_draft(self):
        if any(instalment.plan_id.state != "draft" for instalment in self):
            raise UserError(self.plan_id._locked())
