from odoo import api, fields, models

from ..engine import kinds
from .res_company import TONES

DEBTOR_KINDS = [
    ("business", "Business"),
    ("consumer", "Consumer"),
    ("public", "Public body"),
    ("unknown", "Unknown (protected as a consumer)"),
]


class ResPartner(models.Model):
    _inherit = "res.partner"

    dunning_kind_set = fields.Selection(
        [kind for kind in DEBTOR_KINDS if kind[0] != "unknown"],
        string="Debtor kind set by hand",
        help="Leave empty to let the evidence decide: a company, a VAT number or a registration number makes a "
        "business. Whoever shows none of them is unknown and gets every protection of a consumer.",
        groups="base.group_user",
    )
    dunning_debtor_kind = fields.Selection(
        DEBTOR_KINDS,
        string="Debtor kind",
        compute="_compute_dunning_debtor_kind",
        store=True,
        groups="base.group_user",
    )
    dunning_kind_evidence = fields.Char(
        string="Evidence",
        compute="_compute_dunning_kind_evidence",
        groups="base.group_user",
    )
    dunning_procedure_id = fields.Many2one(
        "dunning.procedure",
        string="Dunning procedure",
        company_dependent=True,
        domain="[('company_id', 'in', (False, current_company_id))]",
        groups="cremann_dunning.group_dunning_user",
        help="Leave empty to choose by company, country and kind of debtor.",
    )
    dunning_tone = fields.Selection(
        TONES,
        string="Tone of letters",
        company_dependent=True,
        groups="cremann_dunning.group_dunning_user",
        help="How letters address this debtor. Leave empty to follow the company's own setting.",
    )
    dunning_role = fields.Selection(
        [("reminder", "Reminder contact"), ("escalation", "Escalation contact")],
        string="Role in follow-up",
        groups="cremann_dunning.group_dunning_user",
        help="The reminder contact gets the payment reminders and letters of this debtor, instead of the invoice "
        "address; of several, all get the mails, and paper goes to the first. One below an invoice address gets what "
        "is about invoices to that address only. The escalation contact gets a copy of the mails of those steps that "
        "say so. Leave empty for neither.",
    )
    dunning_recipient = fields.Char(
        string="Reminders go to",
        compute="_compute_dunning_recipient",
        groups="cremann_dunning.group_dunning_user",
        help="First the reminder contact, then the contact whom all the invoices on a letter name, then the invoice "
        "address, then the debtor itself: the first of them who can be reached. Give a contact its role on its own "
        "form.",
    )
    dunning_allow_sms = fields.Boolean(
        string="Agrees to short messages",
        groups="cremann_dunning.group_dunning_user",
        help="A consumer gets a text message or WhatsApp about an invoice only after saying yes to that. A firm may "
        "get them without.",
    )
    dunning_case_ids = fields.One2many(
        "dunning.case", "partner_id", string="Dunning cases", groups="cremann_dunning.group_dunning_user"
    )

    @api.depends("dunning_kind_set", "is_company", "vat", "company_registry")
    def _compute_dunning_debtor_kind(self):
        """A sole trader is a person with a number: it shows that he trades, and 6:96(5) BW looks at the capacity."""
        for partner in self:
            evidence = partner.is_company or partner._dunning_number(partner.vat) or partner.company_registry
            partner.dunning_debtor_kind = partner.dunning_kind_set or ("business" if evidence else "unknown")

    @api.depends("dunning_kind_set", "is_company", "vat", "company_registry")
    def _compute_dunning_kind_evidence(self):
        for partner in self:
            found = []
            if partner.dunning_kind_set:
                found.append(self.env._("set by hand"))
            if partner.is_company:
                found.append(self.env._("is a company"))
            if partner._dunning_number(partner.vat):
                found.append(self.env._("VAT number %s", partner.vat))
            if partner.company_registry:
                found.append(self.env._("registration number %s", partner.company_registry))
            partner.dunning_kind_evidence = ", ".join(found) or self.env._("no evidence of a business")

    @api.depends("child_ids.dunning_role", "child_ids.email", "child_ids.type", "email", "street", "city")
    @api.depends_context("company", "lang")
    def _compute_dunning_recipient(self):
        debtors = self.commercial_partner_id
        texts = self.env["dunning.recipient"]._to_whom(self.env.company, debtors)
        for partner in self:
            partner.dunning_recipient = texts.get(partner.commercial_partner_id._origin.id)

    @api.model
    def _dunning_number(self, vat):
        """The VAT number, or nothing for the "/" by which Odoo users mark that there is none."""
        return vat if vat and vat.strip("/ -") else False

    def write(self, vals):
        """A contact that comes to belong to another debtor, or to none, takes along what was said about its claims."""
        if not {"parent_id", "is_company", "commercial_partner_id"} & set(vals):
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = self.filtered(lambda partner: partner.commercial_partner_id != before[partner])
        if moved:
            debtors = moved.union(moved.commercial_partner_id, *(before[partner] for partner in moved))
            self.env["dunning.moving"]._follow(partners=debtors)
        return result

    def unlink(self):
        """Who owes nothing and never got a letter may go, with what we noted about him."""
        self.env["dunning.case"].sudo()._let_go(self)  # sudo: whoever deletes a contact need not know of dunning
        self.env["dunning.decision.register"]._forget(self)
        return super().unlink()

    def action_open_dunning_case(self):
        """Open the debtor's case in the current company, making it if this is the first look."""
        self.ensure_one()
        self.env["dunning.case"].check_access("read")
        case = self.env["dunning.case"]._for_partners(self.commercial_partner_id, self.env.company, create=True)
        return case._get_records_action()

    def action_dunning_kind(self):
        """Say of these contacts whether they are businesses, consumers or public bodies."""
        self.env["dunning.case"].check_access("read")
        return self.env["dunning.kind.wizard"]._open_for(self)

    def _dunning_guess(self):
        """What name, numbers and address show of the kind of a contact, see ``engine.kinds``."""
        self.ensure_one()
        return kinds.guess(self.name, self.is_company, self.vat, self.company_registry, self.email)

    def _dunning_belonging(self):
        """The contacts that belong to these debtors, archived ones too, as a query for a domain."""
        # sudo: whose contacts they are; what is found of them is read with the rights of the reader
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)
        return contacts._search([("commercial_partner_id", "in", self.ids)])
