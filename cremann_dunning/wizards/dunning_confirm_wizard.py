from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dunning_inside import Inside

TABLE = Markup(
    '<table class="table table-sm mb-0"><thead><tr><th>%s</th><th class="text-end">%s</th><th class="text-end">%s</th>'
    "</tr></thead><tbody>%s</tbody><tfoot>%s</tfoot></table>"
)
ROW = Markup('<tr><td>%s</td><td class="text-end">%s</td><td class="text-end">%s</td></tr>')
TOTAL = Markup('<tr class="fw-bold"><td>%s</td><td class="text-end">%s</td><td class="text-end">%s</td></tr>')


class DunningConfirmWizard(models.TransientModel):
    """Asks before letters go out: how many, by which way, what they ask; and whether outdated rates may be charged."""

    _name = "dunning.confirm.wizard"
    _description = "Confirm and Send"
    _inherit = ["dunning.window.mixin"]

    run_ids = fields.Many2many("dunning.run", string="Runs", required=True)
    stamp = fields.Char(help="What stood in the window when it was opened.")
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    number = fields.Integer(string="Letters", compute="_compute_summary")
    test_address = fields.Char(compute="_compute_summary")
    manager_count = fields.Integer(compute="_compute_summary")
    letter_count = fields.Integer(string="Letters With Interest", compute="_compute_rates")
    rates = fields.Char(string="Interest Tables", compute="_compute_rates")

    @api.depends("run_ids")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            answers = [run._confirm_rows() for run in wizard.run_ids]
            wizard.summary = Markup().join(map(wizard._as_table, answers))
            wizard.number = sum(number for _rows, number, _total in answers)
            wizard.test_address = next(filter(None, wizard.run_ids.mapped("test_address")), False)
            wizard.manager_count = sum(wizard.run_ids.mapped("manager_count"))

    def _as_table(self, answer):
        """The ways with their numbers and amounts, and all of them together."""
        rows, number, total = answer
        heads = (self.env._("Way"), self.env._("Letters"), self.env._("To pay"))
        together = TOTAL % (self.env._("Together"), number, total)
        return TABLE % (*heads, Markup().join(ROW % row for row in rows), together)

    @api.depends("run_ids")
    @api.depends_context("lang")
    def _compute_rates(self):
        for wizard in self:
            letters = wizard._letters()
            wizard.letter_count = len(letters)
            wizard.rates = self.env["dunning.stale.rates"]._sentence(letters)

    def action_confirm(self):
        """Send the letters; who agreed to how many, to which amount and to which rates is told.

        :raises UserError: there are other letters than when the window was opened.
        """
        self.ensure_one()
        rates = self.env["dunning.stale.rates"]
        self.run_ids._check_confirm()
        if self.stamp and self.stamp != self.run_ids._stamp():
            raise UserError(
                self.env._("The letters have changed since this window was opened. Close it and look again.")
            )
        agreed = False
        for run in self.run_ids:
            run._tell_agreed()
            agreed = agreed or bool(rates._waiting(run))
        runs = self.run_ids.with_context(dunning_rates_confirmed=Inside()) if agreed else self.run_ids
        answer = runs.action_confirm()
        return answer if isinstance(answer, dict) else {"type": "ir.actions.act_window_close"}

    def _letters(self):
        letters, rates = self.env["dunning.letter"], self.env["dunning.stale.rates"]
        return letters.union(*(rates._waiting(run) for run in self.run_ids))
