from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.issuer import Period, Registration


class DunningIssuerRegistration(models.Model):
    """That somebody is registered to collect for others: in which country, under which number, from when until when."""

    _name = "dunning.issuer.registration"
    _description = "Registration to Collect for Others"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "issuer_id, country_id, valid_from desc, id"
    _rec_name = "number"

    issuer_id = fields.Many2one("dunning.issuer", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="issuer_id.company_id", store=True, index=True)
    country_id = fields.Many2one("res.country", required=True, ondelete="restrict")
    number = fields.Char(required=True, help="As it stands in the register of that country.")
    valid_from = fields.Date()
    valid_until = fields.Date(help="The last day on which it holds. A Dutch registration lasts one year.")
    checked_on = fields.Date(string="Looked up on", help="When somebody last saw it in the public register.")

    _one_way = models.Constraint(
        "CHECK(valid_until IS NULL OR valid_from IS NULL OR valid_until >= valid_from)",
        "A registration cannot end before it begins.",
    )

    @api.constrains("number")
    def _check_number(self):
        if any(not (registration.number or "").strip() for registration in self):
            raise ValidationError(self.env._("Enter the number of the registration."))

    def _engine_registration(self):
        """As a value of the engine."""
        self.ensure_one()
        period = Period(self.valid_from or None, self.valid_until or None)
        return Registration(self.country_id.code or "", self.number or "", period)
