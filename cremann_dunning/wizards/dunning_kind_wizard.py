from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..engine import kinds

KINDS = [(kinds.BUSINESS, "Business"), (kinds.CONSUMER, "Consumer"), (kinds.PUBLIC, "Public body")]


class DunningKindWizard(models.TransientModel):
    """Asks of any number of debtors whether they are businesses, consumers or public bodies, and shows the evidence."""

    _name = "dunning.kind.wizard"
    _description = "Kind of Debtors"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )  # in which it is told
    line_ids = fields.One2many("dunning.kind.wizard.line", "wizard_id", string="Debtors")
    may_set = fields.Boolean(compute="_compute_may_set")

    @api.model
    def _open_for(self, partners):
        """The window about these debtors, with what their numbers and names show.

        :raises UserError: there is none among them.
        """
        partners = partners.commercial_partner_id
        if not partners:
            raise UserError(self.env._("Choose at least one debtor."))
        partners.check_access("read")
        rows = []
        for partner in partners:
            found = partner._dunning_guess()
            rows.append(
                Command.create(
                    {
                        "partner_id": partner.id,
                        "kind": found.kind,
                        "evidence": format_list(self.env, self._evidence(partner, found.why)) if found.why else False,
                    }
                )
            )
        window = self.create({"line_ids": rows})
        return window._get_records_action(name=self.env._("Kind of debtors"), target="new")

    @api.model
    def _evidence(self, partner, why):
        """What shows the kind of a contact, in words."""
        env = self.env
        words = {
            kinds.PUBLIC_NAME: env._("its name is that of a public body"),
            kinds.LEGAL_FORM: env._("its name has a legal form"),
            kinds.ENTERPRISE: env._("Belgian enterprise number %s", partner.company_registry or partner.vat),
            kinds.KVK: env._("KvK number %s", partner.company_registry),
            kinds.VAT: env._("VAT number %s", partner.vat),
            kinds.REGISTRY: env._("registration number %s", partner.company_registry),
            kinds.COMPANY: env._("marked as a company"),
            kinds.PRIVATE_MAIL: env._("a private e-mail address, and no number"),
        }
        return [words[code] for code in why]

    @api.depends("line_ids.partner_id")
    @api.depends_context("uid")
    def _compute_may_set(self):
        for window in self:
            window.may_set = window.line_ids.partner_id.has_access("write")

    def action_set(self):
        """Set what was chosen; who has no kind chosen stays as he is.

        :raises UserError: nothing is chosen.
        """
        self.ensure_one()
        self.check_access("write")
        chosen = self.line_ids.filtered("kind")
        if not chosen:
            raise UserError(self.env._("Choose a kind for at least one debtor."))
        if not chosen.partner_id.has_access("write"):
            raise UserError(self.env._("You may not change these contacts. Ask somebody who may."))
        for kind, rows in chosen.grouped("kind").items():
            rows.partner_id.with_company(self.company_id).write({"dunning_kind_set": kind})
        left = len(self.line_ids) - len(chosen)
        said = [self.env._("Kind set of %s debtors.", len(chosen))]
        if left:
            said.append(self.env._("Left as they were: %s.", left))
        return self._close_saying(" ".join(said))
