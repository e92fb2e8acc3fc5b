from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.addresses import addresses

ADDRESS = ("email", "phone", "street", "street2", "zip", "city", "country_id")


class DunningAddressWizard(models.TransientModel):
    """Asks the address at which a debtor or one of his contacts can be reached, and says to whom letters go with it."""

    _name = "dunning.address.wizard"
    _description = "Complete an Address"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    debtor_id = fields.Many2one("res.partner", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Address of",
        required=True,
        domain="['|', ('id', '=', debtor_id), ('commercial_partner_id', '=', debtor_id)]",
        help="The debtor itself, or one of its contacts.",
    )
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    street = fields.Char()
    street2 = fields.Char(string="Street 2")
    zip = fields.Char(string="Postcode")
    city = fields.Char()
    country_id = fields.Many2one("res.country")
    recipient = fields.Char(compute="_compute_recipient", string="Letters go to now")
    may_write = fields.Boolean(compute="_compute_may_write")

    @api.model
    def _open_for(self, company, debtor):
        """The window about a debtor, with what is known of him filled in."""
        window = self.create({"company_id": company.id, "debtor_id": debtor.id, "partner_id": debtor.id})
        window._fill()
        return window._get_records_action(name=self.env._("Complete the address"), target="new")

    def _fill(self):
        for name in ADDRESS:
            self[name] = self.partner_id[name]

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Another contact: what is known of him."""
        self._fill()

    @api.depends("debtor_id", "company_id")
    @api.depends_context("lang")
    def _compute_recipient(self):
        for window in self:
            window.recipient = window._to_whom()

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_may_write(self):
        for window in self:
            window.may_write = window.partner_id.has_access("write")

    def _to_whom(self):
        """Where the next letter to the debtor would go, in words, by the channels of its step."""
        case = self.env["dunning.case"]._for_partners(self.debtor_id, self.company_id)
        # sudo: where letters go, for whoever may work on the case
        texts = (
            self.env["dunning.recipient"]
            .sudo()
            ._to_whom(self.company_id, self.debtor_id, {self.debtor_id.id: case.next_level_id})
        )
        return texts.get(self.debtor_id.id)

    def action_save(self):
        """Write the address on the contact, and say to whom letters go now.

        :raises UserError: it is no contact of this debtor, its address cannot be one, or the user may not change it.
        """
        self.ensure_one()
        self.check_access("write")
        if self.partner_id.commercial_partner_id != self.debtor_id.commercial_partner_id:
            raise UserError(self.env._("Choose the debtor or one of its contacts."))
        if not self.partner_id.has_access("write"):
            raise UserError(self.env._("You may not change this contact. Ask somebody who may."))
        if self.email and not addresses(self.email):
            raise UserError(self.env._("%s is no e-mail address.", self.email))
        changed = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in ADDRESS
            if self[name] != self.partner_id[name]
        }
        if changed:
            self.partner_id.write(changed)
        # sudo: decisions are written by the engine only
        self.env["dunning.engine"].sudo()._redecide(self.company_id, self.debtor_id)
        self.env.invalidate_all()
        return self._close_saying(self.env._("Saved. Letters go to: %s", self._to_whom() or ""))
