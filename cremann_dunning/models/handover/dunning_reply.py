from odoo import api, models


class DunningReply(models.Model):
    """Of what a debtor writes about claims that are with a party, the party hears that he wrote."""

    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """Tell the parties of what came in and has a debtor."""
        replies = super().create(vals_list)
        # sudo: what is told is the system's to gather, whoever it came in by
        self.env["dunning.handover.telling"].sudo()._of_replies(replies.sudo())
        return replies

    def write(self, vals):
        """Of what is placed later they hear then."""
        placed = self.filtered(lambda reply: not reply.case_id) if vals.get("case_id") else self.browse()
        result = super().write(vals)
        if placed:
            self.env["dunning.handover.telling"].sudo()._of_replies(placed.sudo())  # sudo: as above
        return result
