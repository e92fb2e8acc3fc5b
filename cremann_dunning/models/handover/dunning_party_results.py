from odoo import api, fields, models


class DunningParty(models.Model):
    """What became of what was handed over to it."""

    _inherit = "dunning.party"  # pylint: disable=consider-merging-classes-inherited

    handover_count = fields.Integer(compute="_compute_handover_count", string="Number of hand-overs")

    @api.depends("handover_ids")
    def _compute_handover_count(self):
        found = dict(
            self.env["dunning.handover"]._read_group([("party_id", "in", self.ids)], ["party_id"], ["__count"])
        )
        for party in self:
            party.handover_count = found.get(party._origin, 0)

    def action_handovers(self):
        """Its hand-overs."""
        return self._opened("cremann_dunning.dunning_handover_action")

    def action_results(self):
        """What it received, kept and needed days for."""
        return self._opened("cremann_dunning.dunning_party_overview_action")

    def _opened(self, xmlid):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return action | {"domain": [("party_id", "in", self.ids)], "context": {}}

    def action_looked_up(self):
        """Note that somebody saw its registration in the public register today."""
        self.check_access("write")
        for party in self:
            party.checked_on = (party.company_id or self.env.company)._dunning_today()
        return True
