from odoo import api, fields, models
from odoo.fields import Domain

LONGEST = 30
# Where nobody made a row for a reason.
DEFAULT_DAYS, DEFAULT_MANAGER_DAYS = 2, 3


class DunningDeskTerm(models.Model):
    """Within how many days what comes in is answered, by what it is about, and by whom: a table that each firm tunes.

    A row of a company goes before the shared one of the same reason.
    """

    _name = "dunning.desk.term"
    _description = "How soon a debtor has his answer"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, id"
    _rec_name = "reason"

    sequence = fields.Integer(default=10)
    reason = fields.Selection(
        lambda self: self.env["dunning.reply"]._fields["reason"]._description_selection(self.env),
        required=True,
        string="About",
    )
    days = fields.Integer(
        string="Answered within days",
        default=DEFAULT_DAYS,
        required=True,
        help="Working days, counted from the day on which it came in; 0: on that day. After its last day whoever has "
        "it is told, once.",
    )
    manager_days = fields.Integer(
        string="The manager hears after days more",
        default=DEFAULT_MANAGER_DAYS,
        required=True,
        help="Counted from the last day to answer. Told once, like the first time.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Goes to",
        ondelete="set null",
        help="Who gets what is about this. Empty: whoever works on the debtor, or else the responsible of the company.",
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    _once = models.UniqueIndex(
        "(reason, COALESCE(company_id, 0))", "There is a row for this reason already. Change it."
    )
    _days_in_bounds = models.Constraint(
        f"CHECK(days BETWEEN 0 AND {LONGEST} AND manager_days BETWEEN 0 AND {LONGEST})",
        f"Enter between 0 and {LONGEST} days.",
    )

    @api.model
    def _in_force(self, company):
        """``{reason: row}`` of a company; one statement. A reason without one has no row."""
        # sudo: what a firm does is no secret of its manager, for whoever answers there
        rows = self.sudo().search(Domain("company_id", "in", (False, company.id)))
        return {row.reason: row for row in rows.sorted(lambda row: bool(row.company_id))}
