from odoo import fields, models
from odoo.tools import SQL

from ..dunning_money import written


class DunningExpectedPayment(models.Model):
    """What debtors said they would pay, day by day: promises and the instalments of plans, in one calendar."""

    _name = "dunning.expected.payment"
    _description = "Expected payment"
    _inherit = ["dunning.record.mixin"]
    _auto = False
    _order = "date, id"

    kind = fields.Selection([("promise", "Promise"), ("instalment", "Instalment")], readonly=True)
    date = fields.Date(readonly=True)
    case_id = fields.Many2one("dunning.case", string="Debtor", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    open_amount = fields.Monetary(
        compute="_compute_open_amount", string="Still open", help="What has not come in of it, as far as it is booked."
    )
    state = fields.Selection(
        [("open", "Expected"), ("kept", "Kept"), ("broken", "Broken")], string="Status", readonly=True
    )
    promise_id = fields.Many2one("dunning.promise", readonly=True)
    plan_id = fields.Many2one("dunning.payment.plan", readonly=True)
    instalment_id = fields.Many2one("dunning.payment.plan.instalment", readonly=True)
    user_id = fields.Many2one("res.users", string="Agreed by", readonly=True)

    @property
    def _table_query(self):
        """Promises that were not taken back, and the instalments of plans that were agreed."""
        return SQL(
            """
            SELECT p.id * 2 AS id, 'promise' AS kind, p.date, p.case_id, p.partner_id, p.company_id, p.currency_id,
                   p.amount, p.state, p.id AS promise_id, NULL::int AS plan_id, NULL::int AS instalment_id, p.user_id
              FROM dunning_promise p
             WHERE p.state IN ('open', 'kept', 'broken')
             UNION ALL
            SELECT i.id * 2 + 1, 'instalment', i.date, a.case_id, a.partner_id, a.company_id, a.currency_id,
                   i.amount, CASE WHEN a.state = 'active' THEN 'open' ELSE a.state END, NULL, a.id, i.id, a.user_id
              FROM dunning_payment_plan_instalment i JOIN dunning_payment_plan a ON a.id = i.plan_id
             WHERE a.state IN ('active', 'kept', 'broken')
            """
        )

    def _compute_display_name(self):
        """How much and from whom, as a day of the calendar shows it."""
        for payment in self:
            amount = written(self.env, payment.amount, payment.currency_id)
            payment.display_name = f"{amount} · {payment.partner_id.name or ''}"

    def _compute_open_amount(self):
        self.promise_id.mapped("paid_amount")  # of all of them at once
        self.instalment_id.mapped("open_amount")
        for payment in self:
            promise = payment.promise_id
            left = max(promise.amount - promise.paid_amount, 0) if payment.state != "kept" else 0
            payment.open_amount = left if promise else payment.instalment_id.open_amount

    def action_open(self):
        """The promise or the plan itself."""
        self.ensure_one()
        record = self.promise_id or self.plan_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
