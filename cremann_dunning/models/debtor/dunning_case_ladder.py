from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL, format_date

# Of the open claims of a debtor: which levels were done and when the last time, and which comes next.
DONE = """
SELECT s.case_id, s.level_id, MAX(s.day)
  FROM (SELECT f.case_id, k.level_id, f.sent_on AS day, k.claim_id
          FROM dunning_letter f JOIN dunning_letter_line k ON k.letter_id = f.id AND k.is_let_go IS NOT TRUE
         WHERE f.case_id = ANY(%(cases)s) AND f.state = 'sent' AND f.is_test IS NOT TRUE
         UNION ALL
        SELECT c.case_id, c.level_id, c.counted_on, r.%(claim)s
          FROM dunning_contact c JOIN %(relation)s r ON r.%(contact)s = c.id
         WHERE c.case_id = ANY(%(cases)s) AND c.counts_as_step AND c.active) s
  JOIN dunning_claim q ON q.id = s.claim_id AND q.ended_on IS NULL
 WHERE s.level_id IS NOT NULL
 GROUP BY s.case_id, s.level_id
"""
NEXT = """
SELECT k.id, d.level_id, MIN(d.next_date)
  FROM dunning_case k
  JOIN dunning_decision d ON d.company_id = k.company_id AND d.partner_id = k.partner_id AND d.is_current
  JOIN account_move_line l ON l.id = d.move_line_id AND l.reconciled IS NOT TRUE AND l.parent_state = 'posted'
 WHERE k.id = ANY(%(cases)s) AND d.level_id IS NOT NULL
 GROUP BY k.id, d.level_id
"""
# How long after what was due, in the months in which something was paid, weighed by the amount.
PAID = """
SELECT x.case_id, date_trunc('month', x.paid)::date AS month,
       ROUND(SUM(x.amount * GREATEST(x.paid - x.due, 0)) / SUM(x.amount))::int, SUM(x.amount)::text
  FROM (SELECT k.id AS case_id, MAX(r.max_date) AS paid, l.date_maturity AS due, ABS(l.balance) AS amount
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
          JOIN account_move m ON m.id = l.move_id AND m.move_type IN ('out_invoice', 'out_receipt')
          JOIN res_partner p ON p.id = l.partner_id
          JOIN dunning_case k ON k.partner_id = p.commercial_partner_id AND k.company_id = l.company_id
          JOIN account_partial_reconcile r ON r.debit_move_id = l.id
         WHERE k.id = ANY(%(cases)s) AND l.parent_state = 'posted' AND l.reconciled AND l.balance <> 0
           AND l.date_maturity IS NOT NULL
         GROUP BY l.id, k.id) x
 WHERE x.paid >= %(since)s
 GROUP BY 1, 2 ORDER BY 1, 2
"""
MONTHS = 12


class DunningCase(models.Model):
    """What the screen of one debtor draws: his steps, how old his debts are, how he paid before."""

    _inherit = "dunning.case"  # pylint: disable=consider-merging-classes-inherited

    ladder = fields.Json(
        string="Steps", compute="_compute_ladder", help="The steps of each procedure that his open claims follow."
    )
    behaviour = fields.Json(
        string="Payment behaviour",
        compute="_compute_behaviour",
        help="How late he paid in the last year, month by month.",
    )
    people_ids = fields.Many2many("res.partner", compute="_compute_people_ids")

    def _compute_ladder(self):
        """``[{procedure, steps: [{name, state, day}]}]``, the state ``done``, ``next`` or ``later``."""
        done, coming = self._steps_done(), self._by_case(NEXT)
        ids = {level_id for steps in (*done.values(), *coming.values()) for level_id in steps}
        # sudo: what the steps are called, for whoever may read the case
        levels = self.env["dunning.level"].sudo().browse(ids).exists()
        for case in self:
            own = done.get(case._origin.id, {}), coming.get(case._origin.id, {})
            case.ladder = case._ladder(levels.filtered(lambda level, own=own: level.id in {*own[0], *own[1]}), *own)

    def _steps_done(self):
        return self._by_case(DONE, **self.env["dunning.contact"]._relation("claim_ids", "contact", "claim"))

    def _by_case(self, query, **facts):
        """``{case id: {level id or month: figures}}``; one statement for all cases."""
        self.env.flush_all()
        found = defaultdict(dict)
        for case_id, key, *figures in self.env.execute_query(SQL(query, cases=self._origin.ids, **facts)):
            found[case_id][key] = figures
        return found

    def _ladder(self, levels, done, coming):
        """:param levels: of both. :param done: ``{level id: [day]}``. :param coming: the same of what comes next."""
        ladders = []
        for procedure in levels.procedure_id.sorted(lambda procedure: (procedure.sequence, procedure.id)):
            steps = []
            for level in procedure.level_ids.sorted(lambda level: (level.sequence, level.id)):
                state = "next" if level.id in coming else "done" if level.id in done else "later"
                [day] = coming.get(level.id) or done.get(level.id) or [None]
                steps.append({"name": level.name, "state": state, "day": format_date(self.env, day) if day else ""})
            ladders.append({"procedure": procedure.name, "steps": steps})
        return ladders

    def _compute_behaviour(self):
        """``{months: [{month, days}], average, promises, kept, disputes, won}``; nothing where nothing was paid or
        said."""
        self.behaviour = False
        for company, cases in self.filtered("company_id").grouped("company_id").items():
            month = fields.Date.start_of(company._dunning_today(), "month")
            months = [fields.Date.subtract(month, months=number) for number in reversed(range(MONTHS))]
            paid = cases._by_case(PAID, since=months[0])
            for case in cases:
                case.behaviour = case._behaviour(months, paid.get(case._origin.id, {}))

    def _behaviour(self, months, paid):
        """:param months: the first day of each. :param paid: ``{month: [days late, amount as text]}``."""
        total = sum(float(amount) for _days, amount in paid.values())
        average = round(sum(days * float(amount) for days, amount in paid.values()) / total) if total else 0
        disputes = self.dispute_ids.filtered(lambda dispute: dispute.state == "closed")
        decided = self.promise_ids.filtered(lambda promise: promise.state in ("kept", "broken"))
        if not (paid or decided or disputes):
            return False
        return {
            "months": [
                {
                    "month": format_date(self.env, month, date_format="MMM yy"),
                    "days": paid[month][0] if month in paid else None,
                }
                for month in months
            ],
            "average": average,
            "promises": len(decided),
            "kept": len(decided.filtered(lambda promise: promise.state == "kept")),
            "disputes": len(disputes),
            "won": len(disputes.filtered(lambda dispute: dispute.outcome == "rejected")),
        }

    def _compute_people_ids(self):
        """Who can be reached at the debtor, whoever gets reminders first."""
        for case in self:
            people = case.partner_id.child_ids.filtered(lambda person: person.email or person.phone)
            case.people_ids = people.sorted(lambda person: (not person.dunning_role, person.name or ""))
