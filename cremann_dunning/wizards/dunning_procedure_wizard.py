from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningProcedureWizard(models.TransientModel):
    """Asks which procedure a debtor, or only one of his invoices, follows."""

    _name = "dunning.procedure.wizard"
    _description = "Choose a Procedure"
    _inherit = ["dunning.window.mixin"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", required=True, readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    whole = fields.Selection(
        [("debtor", "Everything of this debtor"), ("invoice", "Only this invoice")],
        string="For",
        required=True,
        default="debtor",
    )
    procedure_id = fields.Many2one("dunning.procedure", domain="[('company_id', 'in', (False, company_id))]")
    may_write = fields.Boolean(compute="_compute_may_write")

    @api.model
    def _open_for(self, company, partner, move):
        """The window about an invoice of a debtor."""
        window = self.create(
            {
                "company_id": company.id,
                "partner_id": partner.id,
                "move_id": move.id,
                "procedure_id": move.dunning_procedure_id.id or partner.with_company(company).dunning_procedure_id.id,
            }
        )
        return window._get_records_action(name=self.env._("Choose a procedure"), target="new")

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_may_write(self):
        for window in self:
            window.may_write = window.partner_id.has_access("write")

    def action_choose(self):
        """Set the procedure, decide anew, and say what comes of it.

        :raises UserError: none is chosen, it is another company's, or the user may not change the contact.
        """
        self.ensure_one()
        self.check_access("write")
        if not self.procedure_id or self.procedure_id.company_id not in (self.company_id, self.env["res.company"]):
            raise UserError(self.env._("Choose a procedure of this company."))
        if self.whole == "invoice" and self.move_id:
            self.move_id.dunning_procedure_id = self.procedure_id
        elif not self.may_write:
            raise UserError(self.env._("You may not change this contact. Choose it for this invoice only."))
        else:
            self.partner_id.with_company(self.company_id).dunning_procedure_id = self.procedure_id
        # sudo: decisions are written by the engine only
        self.env["dunning.engine"].sudo()._redecide(self.company_id, self.partner_id)
        return self._close_saying(self.env._("Followed up by: %s.", self.procedure_id.display_name))
