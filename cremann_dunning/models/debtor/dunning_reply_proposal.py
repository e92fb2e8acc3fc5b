from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningReply(models.Model):
    """What a debtor proposed on his page waits at the desk: one click accepts it."""

    _inherit = "dunning.reply"  # pylint: disable=consider-merging-classes-inherited

    act_ids = fields.One2many("dunning.page.act", "reply_id", string="Done on the page", readonly=True)
    proposal = fields.Char(compute="_compute_proposal", string="He proposes")

    @api.depends("act_ids.state", "act_ids.proposal")
    @api.depends_context("lang")
    def _compute_proposal(self):
        for reply in self:
            reply.proposal = reply._waiting_act().proposal or False

    def _waiting_act(self):
        """What of it waits for a person, if anything."""
        return self.act_ids.filtered(lambda act: act.state == "waiting")[:1]

    def action_accept_proposal(self):
        """Accept what the debtor proposed; see ``dunning.page.act``."""
        self.ensure_one()
        return self._proposed().action_accept()

    def action_decline_proposal(self):
        """Say no to what the debtor proposed."""
        self.ensure_one()
        return self._proposed().action_decline()

    def _proposed(self):
        """:raises UserError: nothing of it waits."""
        if act := self._waiting_act():
            return act
        raise UserError(self.env._("There is no proposal that waits."))
