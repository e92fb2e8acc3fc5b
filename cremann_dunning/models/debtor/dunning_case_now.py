from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..dunning_inside import inside
from .dunning_figures import FIGURES


class DunningCase(models.Model):
    """Figures, level and next step of a case as they are at the moment of looking.

    What stands in the case was true when its debtor was last touched. Of those who were since, the ledger itself is
    asked, in the same statement: whoever reads, filters, orders or groups sees a payment of a second ago, and writes
    nothing.
    """

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    def _field_to_sql(self, alias, field_expr, query=None):
        if query is None:
            return super()._field_to_sql(alias, field_expr, query)
        if field_expr == "days_overdue":
            oldest = self._field_to_sql(alias, "oldest_due_date", query)
            today = self.env["res.company"]._dunning_today_of(SQL.identifier(alias, "company_id"))
            return SQL("COALESCE(GREATEST(%s - %s, 0), 0)", today, oldest)
        column = super()._field_to_sql(alias, field_expr, query)
        if field_expr not in FIGURES:
            return column
        changed = self._changed_in(alias, query)
        if not changed:
            return column
        table = query.make_alias(alias, "now")
        return SQL(
            "CASE WHEN %s = ANY(%s) THEN COALESCE(%s, %s) ELSE %s END",
            SQL.identifier(alias, "id"),
            changed,
            SQL.identifier(table, field_expr),
            SQL(FIGURES[field_expr]),
            column,
        )

    def _changed_in(self, alias, query):
        """Ids of the cases that this query has to ask the ledger about, and the ledger among its tables."""
        known = query.__dict__.setdefault("dunning_changed", {})
        if alias not in known:
            changed = self._changed_now()
            known[alias] = [case_id for partners in changed.values() for case_id in partners.values()]
            if changed:
                table = query.make_alias(alias, "now")
                condition = SQL("%s = %s", SQL.identifier(table, "id"), SQL.identifier(alias, "id"))
                now = SQL("(%s)", self.env["dunning.figures"]._now(changed))
                query.add_join("LEFT JOIN", table, now, condition)
        return known[alias]

    @api.model
    def _changed_now(self):
        """As ``dunning.figures._changed``; asked once for what a screen asks at once."""
        look = inside(self.env, "dunning_fresh")
        if look is None:
            return self.env["dunning.figures"]._changed()
        if look.changed is None:
            look.changed = self.env["dunning.figures"]._changed()
        return look.changed

    @api.depends("next_date", "amount_overdue")
    def _compute_is_due(self):
        for company, cases in self.grouped("company_id").items():
            today = company and company._dunning_today()
            for case in cases:
                case.is_due = bool(today and case.next_date and case.next_date <= today and case.amount_overdue > 0)

    @api.model
    def _search_is_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        days = self.env["res.company"]._dunning_by_day(lambda today: Domain("next_date", "<=", today))
        due = days & Domain("amount_overdue", ">", 0)
        return Domain.OR(due if wanted else ~due for wanted in value)
