from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, date_utils, format_date

from ..dunning_money import written
from .dunning_case_sums import KEPT_AGED

AGED = ("aged_30", "aged_60", "aged_90", "aged_more")
COMING = {"letters": "letter_on", "calls": "call_on", "somebody": "person_on"}
READ = (
    "active", "partner_id", "phase", "amount_phase", "amount_overdue", "reason", "kept_until", *KEPT_AGED,
    *COMING.values(),
)  # fmt: skip
# One row a phase. What was put away is in no phase; what it owes is in the ledger like anything else.
STANDING = f"""
SELECT CASE WHEN active THEN phase END AS phase, COUNT(*) AS number, SUM(amount_phase) AS amount,
       SUM(amount_overdue) AS overdue, BOOL_OR(amount_phase > 0) AS is_open,
       COUNT(*) FILTER (WHERE amount_overdue > 0 AND reason IS NULL) AS unasked,
       SUM(amount_overdue) FILTER (WHERE reason IS NULL) AS unasked_amount,
       {", ".join(f"COUNT(*) FILTER (WHERE {day} <= %(tomorrow)s) AS {name}" for name, day in COMING.items())},
       {", ".join(f"SUM({name}) FILTER (WHERE (kept_until < %(today)s) IS NOT TRUE) AS {name}" for name in KEPT_AGED)},
       ARRAY_AGG(partner_id) FILTER (WHERE kept_until < %(today)s) AS older
  FROM (%(cases)s) k
 GROUP BY 1
"""
# Debtors about whom something was written and who have no case yet.
WITHOUT_CASE = """
SELECT DISTINCT p.commercial_partner_id FROM dunning_touch t JOIN res_partner p ON p.id = t.partner_id
 WHERE COALESCE(t.company_id, %(company)s) = %(company)s
   AND NOT EXISTS (SELECT FROM dunning_case c
                    WHERE c.company_id = %(company)s AND c.partner_id = p.commercial_partner_id)
"""


class DunningToday(models.AbstractModel):
    """Where all debtors stand, how old that is, and what a run of tomorrow finds: one statement over their cases.

    They keep what it takes, see ``dunning_case_sums``; the ledger is only asked about whom it has changed.
    """

    _inherit = "dunning.today"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _standing(self, company):
        """What of the page is counted over all debtors: ``{phases, total, aged, unasked, tomorrow}``."""
        today = company._dunning_today()
        tomorrow = date_utils.add(today, days=1)
        self.env.cr.execute(SQL(STANDING, cases=self._cases(company), today=today, tomorrow=tomorrow))
        rows = self.env.cr.dictfetchall()
        return {
            **self._phases(company, rows),
            "aged": self._aged(company, rows),
            "unasked": self._unasked(company, rows),
            "tomorrow": self._tomorrow(company, tomorrow, rows),
        }

    @api.model
    def _cases(self, company):
        """A query for what ``STANDING`` reads of the cases of a company, as it is now, for the reader."""
        cases = self.env["dunning.case"].with_context(active_test=False)
        query = cases._search(Domain("company_id", "=", company.id))
        return query.select(
            *(SQL("%s AS %s", cases._field_to_sql(query.table, name, query), SQL.identifier(name)) for name in READ)
        )

    @api.model
    def _phases(self, company, rows):
        """Number and amount of each phase that somebody is in."""
        found = {row["phase"]: row for row in rows if row["phase"]}
        total = sum(row["overdue"] or 0 for row in found.values())
        return {
            "phases": [
                {
                    "key": phase,
                    "label": label,
                    "number": found[phase]["number"],
                    "amount": written(self.env, found[phase]["amount"] or 0, company.currency_id),
                }
                for phase, label in self.env["dunning.case"]._fields["phase"]._description_selection(self.env)
                if phase in found and phase != "settled"
            ],
            "total": written(self.env, total, company.currency_id),
        }

    @api.model
    def _aged(self, company, rows):
        """``[{label, amount}]`` of what is overdue, by its age; nothing where nothing is open."""
        # sudo: sums of the ledger, for whoever may read all cases of the company
        figures = self.env["dunning.figures"].sudo()
        if self.env["res.company"] in figures._changed():  # everybody, those without a case among them
            sums = list(figures._aged(company.sudo()).values())
        else:
            sums = [tuple(row[name] or 0 for name in KEPT_AGED) for row in rows if row["is_open"]]
            about = [partner_id for row in rows for partner_id in row["older"] or ()]
            about += [id_ for (id_,) in self.env.execute_query(SQL(WITHOUT_CASE, company=company.id))]
            sums += figures._aged(company.sudo(), about).values() if about else ()
        fields = self.env["dunning.case"]._fields
        labels = [fields[name]._description_string(self.env) for name in AGED]
        return [
            {"label": label, "amount": written(self.env, amount, company.currency_id)}
            for label, amount in zip(labels, map(sum, zip(*sums, strict=True)), strict=False)
        ]

    @api.model
    def _unasked(self, company, rows):
        """Debtors with something overdue about whom nobody ever asked what is to be done."""
        own = [row for row in rows if row["phase"]]
        number, amount = (sum(row[name] or 0 for row in own) for name in ("unasked", "unasked_amount"))
        return number and {"number": number, "amount": written(self.env, amount, company.currency_id)}

    @api.model
    def _tomorrow(self, company, day, rows):
        """What a run of the next day finds, by the answers in force; whether it comes by itself, and at which hour."""
        return {
            "day": format_date(self.env, day, date_format="EEEE d MMMM"),
            "hour": f"{company.dunning_send_hour:02d}:00" if company.dunning_automatic else False,
            **{name: sum(row[name] for row in rows) for name in COMING},
        }
