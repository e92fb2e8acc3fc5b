from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dunning_figures import FIGURES, KEPT

WORDS = {"priority_words", "signals", "explanation"}  # what a row says that is made of its figures


class DunningCase(models.Model):
    """Figures, level and next step of a case as they are at the moment of looking.

    What stands in the case was true when its debtor was last touched. Of those who were since, the ledger itself is
    asked, in the same statement: whoever reads, filters, orders or groups sees a payment of a second ago, and writes
    nothing.
    """

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _dunning_freshen(self, places):
        """Whoever looks at a list of cases writes nothing; one who opens a case brings its answers up to date."""
        if None in places.values():
            return self.env["dunning.glance"].sudo()._over(places)  # sudo: as in the mixin
        return super()._dunning_freshen(places)

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """As in Odoo; the figures that words are made of in the same statement, since they are read of the ledger."""
        if field_names is not None and not WORDS.isdisjoint(field_names):
            field_names = dict.fromkeys((*field_names, *FIGURES))
        return super().search_fetch(domain, field_names, offset=offset, limit=limit, order=order)

    def _field_to_sql(self, alias, field_expr, query=None):
        if query is None:
            return super()._field_to_sql(alias, field_expr, query)
        if field_expr == "days_overdue":
            oldest = self._field_to_sql(alias, "oldest_due_date", query)
            today = self.env["res.company"]._dunning_today_of(SQL.identifier(alias, "company_id"))
            return SQL("COALESCE(GREATEST(%s - %s, 0), 0)", today, oldest)
        column = super()._field_to_sql(alias, field_expr, query)
        if field_expr not in KEPT:
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
            SQL(KEPT[field_expr]),
            column,
        )

    def _changed_in(self, alias, query):
        """Ids of the cases that this query has to ask the ledger about, and the ledger among its tables."""
        known = query.__dict__.setdefault("dunning_changed", {})
        if alias not in known:
            changed = self.env["dunning.figures"]._changed()
            known[alias] = [case_id for partners in changed.values() for case_id in partners.values()]
            if known[alias]:
                table = query.make_alias(alias, "now")
                condition = SQL("%s = %s", SQL.identifier(table, "id"), SQL.identifier(alias, "id"))
                now = SQL("(%s)", self.env["dunning.figures"]._now(changed))
                query.add_join("LEFT JOIN", table, now, condition)
        return known[alias]

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
