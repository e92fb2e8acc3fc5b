from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningHold(models.Model):
    _name = "dunning.hold"
    _description = "Dunning hold"
    _order = "create_date desc, id desc"
    _inherit = ["dunning.record.mixin"]

    partner_id = fields.Many2one(
        "res.partner",
        string="Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Without an invoice the hold covers everything of this debtor.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('move_type', 'in', ('out_invoice', 'out_receipt')), ('commercial_partner_id', '=', partner_id)]",
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    reason = fields.Char(required=True, help="Shown wherever somebody asks why no letter went out.")
    date_until = fields.Date(string="Up to and including", help="Leave empty for a hold without an end.")
    active = fields.Boolean(default=True)
    released_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    released_on = fields.Datetime(readonly=True, copy=False)
    create_uid = fields.Many2one("res.users", string="Set by", readonly=True)

    @api.depends("partner_id", "move_id", "date_until")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = hold.move_id.name or hold.partner_id.display_name

    @api.constrains("move_id", "partner_id")
    def _check_same_debtor(self):
        for hold in self:
            if hold.move_id and hold.move_id.commercial_partner_id != hold.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Invoice %(invoice)s is not an invoice of %(debtor)s. Choose one of this debtor's invoices.",
                        invoice=hold.move_id.name,
                        debtor=hold.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("move_id") and not vals.get("partner_id"):
                vals["partner_id"] = self.env["account.move"].browse(vals["move_id"]).commercial_partner_id.id
        holds = super().create(vals_list)
        holds._tell_case()
        return holds

    @api.model
    def _running(self, partners):
        """Holds on these debtors that have not ended for sure; the caller compares the end with its own date."""
        return self.search([("partner_id", "child_of", partners.commercial_partner_id.ids)])

    def action_release(self):
        """End the hold now. It stays on record, archived, with who ended it and when."""
        self._by_system().write({"active": False, "released_by_id": self.env.uid, "released_on": fields.Datetime.now()})
        return True

    def _tell_case(self):
        """Leave a line in the debtor's case, so that the pause has an author and a date there too."""
        cases = self.env["dunning.case"]._for_partners(self.partner_id.commercial_partner_id, self.company_id)
        by_key = {(case.partner_id, case.company_id): case for case in cases}
        for hold in self:
            case = by_key.get((hold.partner_id.commercial_partner_id, hold.company_id))
            if case:
                case.message_post(
                    body=self.env._("On hold: %(what)s. %(reason)s", what=hold.display_name, reason=hold.reason)
                )
