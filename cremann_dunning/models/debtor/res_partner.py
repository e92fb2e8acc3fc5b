from odoo import api, fields, models

INSIDE = "cremann_dunning.group_dunning_user"


class ResPartner(models.Model):
    """A contact that is insolvent."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    dunning_insolvency_text = fields.Char(string="Insolvency", compute="_compute_dunning_insolvency", groups=INSIDE)

    @api.depends_context("lang", "company")
    def _compute_dunning_insolvency(self):
        """What is known of it in the current company, of the debtor to whom the contact belongs."""
        found = self.env["dunning.insolvency"]._of(self.commercial_partner_id, self.env.company)
        by_debtor = found.grouped(lambda insolvency: insolvency.partner_id.commercial_partner_id)
        for partner in self:
            last = by_debtor.get(partner.commercial_partner_id._origin, found.browse())[:1]
            partner.dunning_insolvency_text = last._sentence() if last else False
