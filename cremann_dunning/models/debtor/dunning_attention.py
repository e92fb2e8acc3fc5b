from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.reasons import FOR_SOMEBODY
from ..dunning_money import written

SHOWN = 12
# One row a debtor and reason: the decisions in force that need somebody, of what is still open, the most money first.
DECIDED = """
SELECT d.partner_id, d.code, (ARRAY_AGG(d.id ORDER BY l.amount_residual DESC, d.id))[1], COUNT(*),
       SUM(l.amount_residual)
  FROM dunning_decision d
  JOIN account_move_line l ON l.id = d.move_line_id AND l.reconciled IS NOT TRUE AND l.parent_state = 'posted'
 WHERE d.company_id = %(company)s AND d.is_current AND d.code = ANY(%(codes)s)
 GROUP BY d.partner_id, d.code
"""
LATE = """
SELECT d.id, COALESCE(NULLIF(d.amount, 0), c.amount_overdue) FROM dunning_dispute d
  JOIN dunning_case c ON c.id = d.case_id
 WHERE d.company_id = %(company)s AND d.state = 'open' AND d.deadline < %(today)s
"""


class DunningAttention(models.AbstractModel):
    """What needs a person today, the most money first: why in words, who gets it, and one button."""

    _name = "dunning.attention"
    _description = "What Needs Attention"

    @api.model
    def _rows(self, company, limit=SHOWN):
        """The first rows, and how many there are: ``([{key, model, id, method, debtor, case, words, amount, button,
        user, others}], total)``.

        :param limit: rows to make; the rest is only counted.
        """
        self.env.flush_all()
        facts = {"company": company.id, "codes": list(FOR_SOMEBODY), "today": company._dunning_today()}
        found = [
            (amount or 0, "dunning.decision", id_, number)
            for _partner_id, _code, id_, number, amount in self.env.execute_query(SQL(DECIDED, **facts))
        ]
        found += [(case.amount_overdue, "dunning.case", case.id, 1) for case in self._broken(company)]
        found += [
            (amount or 0, "dunning.dispute", id_, 1) for id_, amount in self.env.execute_query(SQL(LATE, **facts))
        ]
        found.sort(key=lambda row: (-row[0], row[1], row[2]))
        return self._told(company, found[:limit]), len(found)

    @api.model
    def _told(self, company, found):
        """These rows in words; each model is read at once."""
        by_model = {}
        for _amount, model, id_, _number in found:
            by_model.setdefault(model, []).append(id_)
        records = {model: self.env[model].browse(ids) for model, ids in by_model.items()}
        debtors = self.env["res.partner"].union(*(own.partner_id for own in records.values()))
        cases = {case.partner_id: case for case in self.env["dunning.case"]._for_partners(debtors, company)}
        rows = []
        for amount, model, id_, number in found:
            record = records[model].browse(id_).with_prefetch(records[model]._prefetch_ids)
            case = cases.get(record.partner_id, self.env["dunning.case"])
            words, button, method = self._words(record)
            rows.append(
                {
                    "key": f"{model},{id_}",
                    "model": model,
                    "id": id_,
                    "method": method,
                    "debtor": record.partner_id.name or "",
                    "case": case.id,
                    "words": words,
                    "others": self.env._("(and %s more)", number - 1) if number > 1 else "",
                    "amount": written(self.env, amount, company.currency_id),
                    "button": button,
                    "user": self._responsible(record, case).name or "",
                }
            )
        return rows

    @api.model
    def _responsible(self, record, case):
        """Who gets it: whoever handles the dispute, the responsible of its invoice, of the debtor, of the company."""
        # sudo: who a colleague is, for whoever may read the case
        record, case = record.sudo(), case.sudo()
        own = record.move_id.dunning_user_id if record._name == "dunning.decision" else record.user_id
        return own or (case and case._responsible()) or self.env["res.users"]

    @api.model
    def _words(self, record):
        """Why, what the button says and what it calls."""
        if record._name == "dunning.decision":
            return record.explanation, record.repair_label, "action_repair"
        if record._name == "dunning.dispute":
            return (
                self.env._("The dispute should have been answered: %s", record.display_name),
                self.env._("Settle the dispute"),
                "get_formview_action",
            )
        return self.env._("A promise was broken, and nothing came of it yet."), self.env._("Call"), "action_log_call"

    @api.model
    def _broken(self, company):
        """The cases whose last promise was broken, and of which nothing else is said."""
        said = Domain("promise_state", "=", "broken") & Domain("reason", "not in", FOR_SOMEBODY)
        return self.env["dunning.case"].search(
            Domain("company_id", "=", company.id) & said & Domain("amount_overdue", ">", 0)
        )
