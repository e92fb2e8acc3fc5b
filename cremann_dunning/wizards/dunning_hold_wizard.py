from odoo import fields, models
from odoo.exceptions import UserError


class DunningHoldWizard(models.TransientModel):
    """Asks reason and end date once for any number of invoices or debtors."""

    _name = "dunning.hold.wizard"
    _description = "Put on hold"
    _inherit = ["dunning.window.mixin"]

    move_ids = fields.Many2many("account.move", string="Invoices")
    case_ids = fields.Many2many("dunning.case", string="Debtors")
    reason = fields.Char(required=True)
    date_until = fields.Date(
        string="Up to and including",
        default=lambda self: self.env["dunning.hold"]._last_day({}),
        help="Its last day. Only a manager leaves it empty, for a hold without an end.",
    )

    def action_hold(self):
        """Make the holds and tell how many."""
        self.ensure_one()
        if not self.move_ids and not self.case_ids:
            raise UserError(self.env._("There is nothing to put on hold. Choose invoices or debtors first."))
        company = self.move_ids.company_id[:1] or self.case_ids.company_id[:1]
        if self.date_until and self.date_until < company._dunning_today():
            raise UserError(self.env._("The last day of the hold is in the past. Choose today or later."))
        common = {"reason": self.reason, "date_until": self.date_until}
        self.env["dunning.hold"].create(
            [
                {"move_id": move.id, "partner_id": partner.id, "company_id": move.company_id.id} | common
                for move in self.move_ids
                for partner in move._dunning_debtors()
            ]
            + [{"partner_id": case.partner_id.id, "company_id": case.company_id.id} | common for case in self.case_ids]
        )
        return {"type": "ir.actions.act_window_close"}
