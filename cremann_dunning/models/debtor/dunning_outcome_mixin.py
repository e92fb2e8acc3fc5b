from odoo import Command, api, fields, models

from .dunning_dispute import EXTENTS

# Outcomes after which something of their own is asked: when and how much, or why and what of it.
ASKED = ("promise_date", "promise_amount", "dispute_reason", "dispute_extent", "dispute_amount")


class DunningOutcomeMixin(models.AbstractModel):
    """What is asked when a debtor promises to pay or does not agree, so that it is noted where he was spoken to.

    For what has ``case_id``, ``move_ids``, ``currency_id`` and ``outcome``.
    """

    _name = "dunning.outcome.mixin"
    _description = "What came of a contact"

    currency_id = fields.Many2one("res.currency")  # which amounts are in; whoever has them says how it comes about
    promise_date = fields.Date(string="Will be paid on", default=lambda self: self._promise_day(self.env.company))
    promise_amount = fields.Monetary(
        string="Promised amount",
        compute="_compute_promise_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Filled in with what a letter of today asks, see promises to pay.",
    )
    dispute_reason = fields.Selection(selection="_dispute_reasons", string="Why the debtor does not agree")
    dispute_extent = fields.Selection(EXTENTS, string="What is disputed", default="whole")
    dispute_amount = fields.Monetary(string="Disputed part")

    @api.model
    def _dispute_reasons(self):
        return list(self.env["dunning.dispute"]._reasons().items())

    @api.model
    def _promise_day(self, company):
        """The day that a promise is offered for: a week from today, and then a day on which banks work."""
        return self.env["dunning.call.queue"]._working_day(company, 7)

    @api.depends("case_id", "move_ids", "currency_id", "outcome")
    def _compute_promise_amount(self):
        """What is asked today, as the promise itself would be filled in."""
        for record in self:
            asked = record.case_id and record.outcome in ("promised", "instalments")
            record.promise_amount = record._asked_today() if asked else 0

    def _asked_today(self):
        self.ensure_one()
        case = self.case_id._origin
        about = {
            "case_id": case.id,
            "move_ids": [Command.set(self.move_ids._origin.ids)],
            "currency_id": self.currency_id.id,
        }
        return self.env["dunning.promise"].with_company(case.company_id).new(about).amount

    @api.onchange("outcome")
    def _onchange_outcome(self):
        """What is disputed or sent again is the only invoice that is open, where there is but one."""
        if self.outcome in ("disputed", "copy") and not self.move_ids:
            self.move_ids = self.case_id._sole_open_move()
