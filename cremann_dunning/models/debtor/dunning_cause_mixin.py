from odoo import api, fields, models

from .dunning_cause_route import CAUSES, UNKNOWN

# What an outcome says of the cause, where the debtor named none.
OF_OUTCOME = {
    "disputed": "dissatisfied",
    "refused": "refuses",
    "cannot_pay": "short",
    "instalments": "short",
    "copy": "error",
}
# Outcomes of contacts in which nobody spoke with the debtor: he said nothing.
NOT_SPOKEN = ("not_reached", "wrong_person")


class DunningCauseMixin(models.AbstractModel):
    """Why the debtor does not pay: asked in every contact, and kept with its day. For what has ``case_id`` and
    ``outcome``."""

    _name = "dunning.cause.mixin"
    _description = "Why a debtor does not pay"

    cause = fields.Selection(
        CAUSES,
        string="Why he does not pay",
        compute="_compute_cause",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="What follows from it stands under Configuration, Why customers do not pay.",
    )
    cause_follows = fields.Char(string="What follows from it", compute="_compute_cause_follows")

    @api.depends("outcome")
    def _compute_cause(self):
        """What the outcome says of it; nothing where nobody spoke with the debtor."""
        for record in self:
            if not record.outcome or record.outcome in NOT_SPOKEN:
                record.cause = False
            elif not record.cause or record.cause in (UNKNOWN, *OF_OUTCOME.values()):
                record.cause = OF_OUTCOME.get(record.outcome, UNKNOWN)

    @api.depends("cause", "case_id")
    @api.depends_context("lang")
    def _compute_cause_follows(self):
        routes = self.env["dunning.cause.route"]
        for company, records in self.grouped(lambda record: record.case_id.company_id or self.env.company).items():
            table = routes._in_force(company)
            for record in records:
                record.cause_follows = routes._words(table, record.cause)
