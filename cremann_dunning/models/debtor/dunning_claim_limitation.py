from odoo import fields, models


class DunningClaim(models.Model):
    """Until when a claim can be enforced, as its row of ``dunning.limitation.claim`` says."""

    _inherit = "dunning.claim"  # pylint: disable=consider-merging-classes-inherited

    limitation_ids = fields.One2many("dunning.limitation.claim", "claim_id", readonly=True)
    limitation_day = fields.Date(related="limitation_ids.last_day", string="Lapses after", related_sudo=False)
    limitation_act_by = fields.Date(related="limitation_ids.safe_day", string="Act by", related_sudo=False)
    limitation_stage = fields.Selection(related="limitation_ids.stage", related_sudo=False)
    limitation_interrupted_on = fields.Date(related="limitation_ids.interrupted_on", related_sudo=False)
    limitation_interrupted_by = fields.Selection(related="limitation_ids.interrupted_by", related_sudo=False)
    limitation_ways = fields.Html(related="limitation_ids.ways_text", related_sudo=False)
    limitation_acts = fields.Html(related="limitation_ids.acts_text", related_sudo=False)
