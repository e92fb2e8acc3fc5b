from odoo import models


class ResPartner(models.Model):
    """What is advised about new sales, asked when somebody looks."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def action_dunning_advice(self):
        """Bring the advice about this debtor up to date in the current company, and show it."""
        self.ensure_one()
        self.env["dunning.advice"].check_access("read")
        self.check_access("read")
        debtor = self.commercial_partner_id
        self.env["dunning.prevention"]._bring(self.env.company, debtor)
        action = self.env["ir.actions.act_window"]._for_xml_id("cremann_dunning.dunning_advice_action")
        about = [("partner_id", "=", debtor.id), ("company_id", "=", self.env.company.id)]
        return action | {"domain": about, "context": {}}
