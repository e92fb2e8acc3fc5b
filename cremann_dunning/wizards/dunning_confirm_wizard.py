from odoo import api, fields, models

from ..models.dunning_inside import Inside


class DunningConfirmWizard(models.TransientModel):
    """Asks before letters charge interest from a table that may lack a newer rate."""

    _name = "dunning.confirm.wizard"
    _description = "Confirm With Outdated Rates"
    _inherit = ["dunning.window.mixin"]

    run_ids = fields.Many2many("dunning.run", string="Runs", required=True)
    letter_count = fields.Integer(string="Letters With Interest", compute="_compute_rates")
    rates = fields.Char(string="Interest Tables", compute="_compute_rates")

    @api.depends("run_ids")
    @api.depends_context("lang")
    def _compute_rates(self):
        for wizard in self:
            letters = wizard._letters()
            wizard.letter_count = len(letters)
            wizard.rates = self.env["dunning.stale.rates"]._sentence(letters)

    def action_confirm(self):
        """Send the letters at the rates there are; who agreed to that stays on the run."""
        self.ensure_one()
        rates = self.env["dunning.stale.rates"]
        self.run_ids._check_confirm()
        for run in self.run_ids:
            if waiting := rates._waiting(run):
                run.message_post(
                    body=self.env._(
                        "Confirmed by %(user)s although the rates may be out of date: %(tables)s.",
                        user=self.env.user.name,
                        tables=rates._sentence(waiting),
                    )
                )
        self.run_ids.with_context(dunning_rates_confirmed=Inside()).action_confirm()
        return {"type": "ir.actions.act_window_close"}

    def _letters(self):
        letters, rates = self.env["dunning.letter"], self.env["dunning.stale.rates"]
        return letters.union(*(rates._waiting(run) for run in self.run_ids))
