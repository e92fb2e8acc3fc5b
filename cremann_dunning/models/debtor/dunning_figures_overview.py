from odoo import api, models
from odoo.tools import SQL

from .dunning_figures import ITEMS

# What is overdue of some debtors in several companies, each by the date where it is.
OVERDUE = f"""
{ITEMS}
SELECT company_id, partner_id, SUM(amount) AS amount_overdue
  FROM items WHERE amount > 0 AND (due_date < %(today)s) IS NOT FALSE
 GROUP BY company_id, partner_id
"""


class DunningFigures(models.AbstractModel):
    """Figures of whole companies, for whoever looks at many of them."""

    _inherit = "dunning.figures"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _overdue_by_company(self, cases):
        """What is overdue, and of how many debtors, as of now: one row a company.

        What changed since it was kept is read of the ledger, of all companies in one statement.

        :param cases: a query for the cases that count, see ``_search``.
        :return: SQL for rows ``(company_id, amount_overdue, debtor_count, unknown_count)``.
        """
        case = self.env["dunning.case"]
        kept = SQL.identifier(cases.table, "amount_overdue")  # not what _field_to_sql says of now
        amount, now = SQL("k.kept"), SQL()
        if changed := {company: own for company, own in self._changed().items() if own}:
            case_ids = [case_id for own in changed.values() for case_id in own.values()]
            # sudo: sums of debtors, for whoever may read their cases
            overdue = self.sudo()._overdue_of(case_ids, {partner_id for own in changed.values() for partner_id in own})
            now = SQL("LEFT JOIN (%s) n ON n.company_id = k.company_id AND n.partner_id = k.partner_id", overdue)
            amount = SQL("CASE WHEN k.id = ANY(%s) THEN COALESCE(n.amount_overdue, 0) ELSE k.kept END", case_ids)
        return SQL(
            "SELECT o.company_id, SUM(o.amount) AS amount_overdue, COUNT(*) AS debtor_count,"
            " COUNT(*) FILTER (WHERE o.debtor_kind = 'unknown') AS unknown_count"
            " FROM (SELECT k.company_id, k.debtor_kind, %(amount)s AS amount FROM (%(cases)s) k %(now)s) o"
            " WHERE o.amount > 0 GROUP BY o.company_id",
            amount=amount,
            now=now,
            cases=cases.select(
                SQL.identifier(cases.table, "id"),
                *(case._field_to_sql(cases.table, name, cases) for name in ("company_id", "partner_id", "debtor_kind")),
                SQL("%s AS kept", kept),
            ),
        )

    @api.model
    def _overdue_of(self, case_ids, partner_ids):
        """SQL for what is overdue of these cases now: rows ``(company_id, partner_id, amount_overdue)``."""
        companies = self.env["res.company"]
        days = {company.id: day for day, there in companies._dunning_days().items() for company in there}
        places = SQL("SELECT k.company_id, k.partner_id FROM dunning_case k WHERE k.id = ANY(%s)", case_ids)
        return SQL(
            OVERDUE,
            company=SQL("ANY(%s)", list(days)),
            today=companies._dunning_today_of(SQL("company_id")),
            only=SQL("AND (l.company_id, p.commercial_partner_id) IN (%s)", places),
            **self._rest_rows(days, partner_ids),
        )
