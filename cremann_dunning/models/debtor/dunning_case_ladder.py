from odoo import fields, models
from odoo.tools import SQL, format_date

# Of the open claims of a debtor: which levels were done and when the last time, and which comes next.
DONE = """
SELECT s.level_id, MAX(s.day)
  FROM (SELECT k.level_id, f.sent_on AS day, k.claim_id
          FROM dunning_letter f JOIN dunning_letter_line k ON k.letter_id = f.id AND k.is_let_go IS NOT TRUE
         WHERE f.case_id = %(case)s AND f.state = 'sent' AND f.is_test IS NOT TRUE
         UNION ALL
        SELECT c.level_id, c.counted_on, r.%(claim)s
          FROM dunning_contact c JOIN %(relation)s r ON r.%(contact)s = c.id
         WHERE c.case_id = %(case)s AND c.counts_as_step AND c.active) s
  JOIN dunning_claim q ON q.id = s.claim_id AND q.ended_on IS NULL
 WHERE s.level_id IS NOT NULL
 GROUP BY s.level_id
"""
NEXT = """
SELECT d.level_id, MIN(d.next_date)
  FROM dunning_decision d
  JOIN account_move_line l ON l.id = d.move_line_id AND l.reconciled IS NOT TRUE AND l.parent_state = 'posted'
 WHERE d.company_id = %(company)s AND d.partner_id = %(partner)s AND d.is_current AND d.level_id IS NOT NULL
 GROUP BY d.level_id
"""
# How long after what was due, in the months in which something was paid, weighed by the amount.
PAID = """
SELECT date_trunc('month', x.paid)::date AS month,
       ROUND(SUM(x.amount * GREATEST(x.paid - x.due, 0)) / SUM(x.amount))::int, SUM(x.amount)::text
  FROM (SELECT l.id, MAX(r.max_date) AS paid, l.date_maturity AS due, ABS(l.balance) AS amount
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
          JOIN account_move m ON m.id = l.move_id AND m.move_type IN ('out_invoice', 'out_receipt')
          JOIN res_partner p ON p.id = l.partner_id AND p.commercial_partner_id = %(partner)s
          JOIN account_partial_reconcile r ON r.debit_move_id = l.id
         WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled AND l.balance <> 0
           AND l.date_maturity IS NOT NULL
         GROUP BY l.id) x
 WHERE x.paid > %(since)s
 GROUP BY 1 ORDER BY 1
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
        for case in self:
            case.ladder = case._origin and case._origin._ladder()

    def _ladder(self):
        self.env.flush_all()
        relation = self.env["dunning.contact"]._relation("claim_ids", "contact", "claim")
        done = dict(self.env.execute_query(SQL(DONE, case=self.id, **relation)))
        facts = {"company": self.company_id.id, "partner": self.partner_id.id}
        coming = dict(self.env.execute_query(SQL(NEXT, **facts)))
        # sudo: what the steps are called, for whoever may read the case
        levels = self.env["dunning.level"].sudo().browse({*done, *coming}).exists()
        ladders = []
        for procedure in levels.procedure_id.sorted(lambda procedure: (procedure.sequence, procedure.id)):
            steps = []
            for level in procedure.level_ids.sorted(lambda level: (level.sequence, level.id)):
                state = "next" if level.id in coming else "done" if level.id in done else "later"
                day = coming.get(level.id) if state == "next" else done.get(level.id)
                steps.append({"name": level.name, "state": state, "day": format_date(self.env, day) if day else ""})
            ladders.append({"procedure": procedure.name, "steps": steps})
        return ladders

    def _compute_behaviour(self):
        """``{months: [{month, days, amount}], average, promises, kept, disputes, won}``; nothing where nothing was
        paid or said."""
        for case in self:
            case.behaviour = case._origin and case._origin._behaviour()

    def _behaviour(self):
        today = self.company_id._dunning_today()
        since = fields.Date.subtract(fields.Date.start_of(today, "month"), months=MONTHS - 1)
        facts = {"company": self.company_id.id, "partner": self.partner_id.id, "since": since}
        self.env.flush_all()
        rows = self.env.execute_query(SQL(PAID, **facts))
        total = sum(float(amount) for _month, _days, amount in rows)
        average = round(sum(days * float(amount) for _month, days, amount in rows) / total) if total else 0
        promises, disputes = self.promise_ids, self.dispute_ids.filtered(lambda dispute: dispute.state == "closed")
        decided = promises.filtered(lambda promise: promise.state in ("kept", "broken"))
        if not (rows or decided or disputes):
            return False
        months = {month: days for month, days, _amount in rows}
        shown = [fields.Date.add(since, months=number) for number in range(MONTHS)]
        return {
            "months": [
                {"month": format_date(self.env, month, date_format="MMM yy"), "days": months.get(month)}
                for month in shown
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
