from odoo import api, fields, models
from odoo.exceptions import UserError

MANAGER = "cremann_dunning.group_dunning_manager"


class DunningRunApprovalMixin(models.AbstractModel):
    """Who may let the letters of a run go, as its company wants it."""

    _name = "dunning.run.approval.mixin"
    _description = "Approval of a dunning run"

    proposed_by_id = fields.Many2one(
        "res.users",
        string="Proposed by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Who proposed it last: its letters are what came of that.",
    )
    may_confirm = fields.Boolean(compute="_compute_may_confirm", help="Whether whoever looks may confirm this run.")
    approval_words = fields.Char(string="Waits for", compute="_compute_may_confirm")

    @api.depends("state", "company_id", "user_id", "proposed_by_id")
    @api.depends_context("uid", "lang")
    def _compute_may_confirm(self):
        for run in self:
            refusal = run._approval_refusal()
            run.may_confirm = not refusal
            run.approval_words = run.state == "proposed" and (refusal or run._approval_asked())

    def _proposer(self):
        """Who answers for what stands in the run; whoever made it where it was proposed before that was kept."""
        self.ensure_one()
        return self.proposed_by_id or self.user_id

    def _approval_refusal(self):
        """Why whoever looks may not confirm this run, and what to do; empty where he may."""
        self.ensure_one()
        rule = self.company_id.sudo().dunning_run_approval  # sudo: one word, for whoever sees the run
        if rule == "manager" and not self.env.user.has_group(MANAGER):
            return self.env._(
                "In %s only a manager confirms runs. Ask one to look at the letters and to confirm them.",
                self.company_id.name,
            )
        if rule == "other" and self.env.user == self._proposer():
            return self.env._(
                "You proposed this run, and in %s somebody else confirms it. Ask a colleague to look at the letters "
                "and to confirm them.",
                self.company_id.name,
            )
        return ""

    def _approval_asked(self):
        """What is asked of whoever may confirm it, where its company asks more than the right to."""
        self.ensure_one()
        if self.company_id.sudo().dunning_run_approval == "anybody":  # sudo: as above
            return False
        # sudo: the name of a colleague, who may be archived by now
        return self.env._("%s proposed it and waits for your approval.", self._proposer().sudo().name)

    def _check_approval(self):
        """:raises UserError: whoever asks may not let the letters of this run go."""
        if refusal := self._approval_refusal():
            raise UserError(refusal)
