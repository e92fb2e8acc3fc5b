from odoo import api, fields, models
from odoo.fields import Domain

# A debtor has his answer within a month, whatever the reason: in Belgium the clause stands still after it (XIX.9 WER).
LONGEST = 30
# Where nobody made a row for a reason.
DEFAULT_DAYS, DEFAULT_MANAGER_DAYS = 7, 7


class DunningDisputeTerm(models.Model):
    """Within how many days a dispute is answered, by its reason: a table that each firm tunes.

    A row of a company goes before the shared one of the same reason.
    """

    _name = "dunning.dispute.term"
    _description = "How soon a dispute is answered"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, id"
    _rec_name = "reason"

    sequence = fields.Integer(default=10)
    reason = fields.Selection(
        lambda self: self.env["dunning.dispute"]._fields["reason"]._description_selection(self.env),
        required=True,
        string="What is disputed",
    )
    days = fields.Integer(
        string="Answered within days",
        default=DEFAULT_DAYS,
        required=True,
        help="Counted from the day on which it was noted. After its last day whoever handles it is told, once.",
    )
    manager_days = fields.Integer(
        string="The manager hears after days more",
        default=DEFAULT_MANAGER_DAYS,
        required=True,
        help="Counted from the last day to answer. Told once, like the first time.",
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    _once = models.UniqueIndex(
        "(reason, COALESCE(company_id, 0))", "There is a row for this reason already. Change it."
    )
    _days_in_bounds = models.Constraint(
        f"CHECK(days BETWEEN 1 AND {LONGEST} AND manager_days BETWEEN 1 AND {LONGEST})",
        f"Enter between 1 and {LONGEST} days.",
    )

    @api.model
    def _in_force(self, company):
        """``{reason: (days to answer, days more until the manager hears)}`` of a company; one statement."""
        # sudo: what a firm does is no secret of its manager, for whoever notes a dispute there
        rows = self.sudo().search(Domain("company_id", "in", (False, company.id)))
        return {row.reason: (row.days, row.manager_days) for row in rows.sorted(lambda row: bool(row.company_id))}
