from odoo import api, fields, models
from odoo.fields import Domain

from .dunning_care import GROUP


class DunningCase(models.Model):
    """That a debtor is treated with care, for everybody who follows up; why, for those with a right of its own."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    with_care = fields.Boolean(compute="_compute_with_care", search="_search_with_care")

    @api.depends("partner_id", "company_id")
    def _compute_with_care(self):
        pairs = self.env["dunning.care"]._pairs(self.company_id, self.partner_id)
        for case in self:
            case.with_care = (case.company_id.id, case.partner_id.id) in pairs

    @api.model
    def _search_with_care(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: as dunning.care._pairs
        running = (
            self.env["dunning.care"]
            .sudo()
            .search([("ended_on", "=", False), ("company_id", "in", self.env.companies.ids)])
        )
        cared_for = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("partner_id", "in", found.partner_id.ids)
            for company, found in running.grouped("company_id").items()
        )
        return Domain.OR(cared_for if wanted else ~cared_for for wanted in value)

    def action_care(self):
        """Note that a debtor is to be treated with care; whoever may read why sees what is known of it."""
        self.ensure_one()
        self.check_access("write")
        if self.with_care and self.env.user.has_group(GROUP):
            about = [("company_id", "=", self.company_id.id), ("partner_id", "=", self.partner_id.id)]
            if care := self.env["dunning.care"].search([*about, ("ended_on", "=", False)], limit=1):
                return care._get_records_action()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Treat with care"),
            "res_model": "dunning.care.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }


class ResPartner(models.Model):
    """The same on the contact."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    dunning_with_care = fields.Boolean(
        string="Treated with care",
        compute="_compute_dunning_with_care",
        groups="cremann_dunning.group_dunning_user",
    )

    @api.depends_context("company")
    def _compute_dunning_with_care(self):
        company = self.env.company
        pairs = self.env["dunning.care"]._pairs(company, self)
        for partner in self:
            partner.dunning_with_care = (company.id, partner.commercial_partner_id._origin.id) in pairs
