from odoo import api, fields, models

INSIDE = "cremann_dunning.group_dunning_user"


class ResPartner(models.Model):
    """What a contact shows of follow-up: what he has overdue, and that he is insolvent."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    dunning_insolvency_text = fields.Char(string="Insolvency", compute="_compute_dunning_insolvency", groups=INSIDE)
    dunning_currency_id = fields.Many2one(
        "res.currency", string="Currency of the company", compute="_compute_dunning_overdue", groups=INSIDE
    )
    dunning_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_dunning_overdue",
        currency_field="dunning_currency_id",
        help="What is overdue in the company that you work in, as its case shows it.",
        groups=INSIDE,
    )

    @api.depends_context("company")
    def _compute_dunning_overdue(self):
        """Of the debtor to whom the contact belongs; one search for all of them."""
        company = self.env.company
        cases = self.env["dunning.case"].search(
            [("company_id", "=", company.id), ("partner_id", "in", self.commercial_partner_id.ids)]
        )
        overdue = {case.partner_id: case.amount_overdue for case in cases}
        self.dunning_currency_id = company.currency_id
        for partner in self:
            partner.dunning_overdue = overdue.get(partner.commercial_partner_id._origin, 0.0)

    @api.depends_context("lang", "company")
    def _compute_dunning_insolvency(self):
        """What is known of it in the current company, of the debtor to whom the contact belongs."""
        found = self.env["dunning.insolvency"]._of(self.commercial_partner_id, self.env.company)
        by_debtor = found.grouped(lambda insolvency: insolvency.partner_id.commercial_partner_id)
        for partner in self:
            last = by_debtor.get(partner.commercial_partner_id._origin, found.browse())[:1]
            partner.dunning_insolvency_text = last._sentence() if last else False
