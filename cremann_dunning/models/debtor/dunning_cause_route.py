from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.facts import GO_ON, LONGEST_ROUTE, PERSON, WAIT_DAYS, Cause
from ..dunning_counted import days

# Why a customer does not pay, as he says it. Of the last nobody knows, and nothing follows from it.
UNKNOWN = "unknown"
CAUSES = [
    ("forgot", "Forgot it"),
    ("error", "Something went wrong on the way"),
    ("short", "Short of money"),
    ("dissatisfied", "Is not satisfied"),
    ("refuses", "Does not want to pay"),
    (UNKNOWN, "Nobody knows"),
]
# What was said last by each debtor, with the invoices that were spoken of where somebody named them, and whether a
# promise, a dispute or a plan was made of it.
SAID = """
SELECT DISTINCT ON (p.commercial_partner_id) p.commercial_partner_id, c.id, c.cause, c.counted_on,
       ARRAY(SELECT r.%(move)s FROM %(relation)s r WHERE r.%(contact)s = c.id),
       COALESCE(c.promise_id, c.dispute_id, c.plan_id) IS NOT NULL
  FROM dunning_contact c JOIN res_partner p ON p.id = c.partner_id
 WHERE c.company_id = %(company)s AND c.active AND c.cause <> 'unknown' AND p.commercial_partner_id = ANY(%(partners)s)
 ORDER BY p.commercial_partner_id, c.counted_on DESC, c.id DESC
"""
READ = ["active", "cause", "counted_on", "partner_id", "company_id", "move_ids", "promise_id", "dispute_id", "plan_id"]


class DunningCauseRoute(models.Model):
    """What follows when a debtor says why he does not pay: a table that each firm tunes.

    A row of a company goes before the shared one of the same cause.
    """

    _name = "dunning.cause.route"
    _description = "What follows from a cause"
    _inherit = ["dunning.record.mixin", "dunning.told.mixin"]
    _order = "sequence, id"
    _rec_name = "cause"

    sequence = fields.Integer(default=10)
    cause = fields.Selection(CAUSES[:-1], required=True, string="Why the debtor does not pay")
    route = fields.Selection(
        [
            (GO_ON, "The next step, as always"),
            (WAIT_DAYS, "Nothing for some days"),
            (PERSON, "Somebody decides; nothing goes meanwhile"),
        ],
        required=True,
        default=GO_ON,
        string="What follows",
    )
    days = fields.Integer(
        string="For so many days",
        help="Counted from the day on which he said it. After them the ladder goes on by itself, whatever was decided: "
        "nothing is forgotten.",
    )
    advice = fields.Char(
        translate=True,
        string="What to do",
        help="One line for whoever speaks with the debtor, shown where the cause is noted.",
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")

    _once = models.UniqueIndex("(cause, COALESCE(company_id, 0))", "There is a row for this cause already. Change it.")
    _days_in_bounds = models.Constraint(
        f"CHECK(days BETWEEN 0 AND {LONGEST_ROUTE})", f"Enter between 0 and {LONGEST_ROUTE} days."
    )

    @api.constrains("route", "days")
    def _check_days(self):
        for route in self:
            if route.route != GO_ON and not route.days:
                raise ValidationError(
                    self.env._("Enter for how many days; after them the ladder goes on. Or let the next step follow.")
                )

    @api.model
    def _in_force(self, company):
        """The rows that hold in a company: ``{cause: record}``, one statement."""
        # sudo: what a firm does is no secret of its manager, for whoever asks about one of its debtors
        rows = self.sudo().search(Domain("company_id", "in", (False, company.id)))
        return {row.cause: row for row in rows.sorted(lambda row: bool(row.company_id))}

    @api.model
    def _said(self, company, partner_ids):
        """What each debtor said last about why he does not pay; one statement.

        :return: ``{commercial partner id: (contact id, cause, day, invoice ids, whether something was agreed of it)}``.
        """
        contacts = self.env["dunning.contact"]
        contacts.flush_model(READ)
        about = {"company": company.id, "partners": list(partner_ids)}
        rows = self.env.execute_query(SQL(SAID, **about, **contacts._relation("move_ids", "contact", "move")))
        return {partner_id: tuple(found) for partner_id, *found in rows}

    @api.model
    def _facts(self, company, partner_ids):
        """For the engine: ``{commercial partner id: engine.facts.Cause}`` of those from whom something follows.

        Where a promise, a dispute or a plan was made of what he said, that is what follows.
        """
        said, found = self._said(company, partner_ids), {}
        table = self._in_force(company) if said else {}
        for partner_id, (_contact_id, cause, day, moves, is_agreed) in said.items():
            row = table.get(cause)
            if row and row.route != GO_ON and not is_agreed:
                found[partner_id] = Cause(cause, row.route, day, day + timedelta(days=row.days), frozenset(moves))
        return found

    @api.model
    def _words(self, table, cause):
        """What follows from a cause and what to do, for whoever notes it; False where nothing does.

        :param table: see ``_in_force``.
        """
        row = table.get(cause)
        if not row:
            return False
        follows = {
            GO_ON: self.env._("The next step follows as always."),
            WAIT_DAYS: self.env._("Nothing follows for %s.", days(self.env, row.days)),
            PERSON: self.env._(
                "Somebody decides what follows; after %s it goes on by itself.", days(self.env, row.days)
            ),
        }[row.route]
        return " ".join(filter(None, (follows, row.advice)))
