from collections import Counter
from dataclasses import replace
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...engine import rules

OLD = 90  # days overdue from which a friendly first reminder sounds strange
AGES = ((1, 30), (31, 60), (61, OLD), (OLD + 1, None))
# What debtors owe, whatever its day: invoices, and entries that were taken in as claims.
OPEN = """
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN res_partner c ON c.id = l.partner_id
  JOIN res_partner p ON p.id = c.commercial_partner_id
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE AND l.amount_residual > 0
   AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
"""
KINDS = f"SELECT p.dunning_debtor_kind, COUNT(DISTINCT p.id), SUM(l.amount_residual) {OPEN} GROUP BY 1"
UNKNOWN = f"""
SELECT p.id {OPEN} AND COALESCE(p.dunning_debtor_kind, 'unknown') = 'unknown'
 GROUP BY p.id ORDER BY SUM(l.amount_residual) DESC, p.id
"""
OVERDUE = f"""
SELECT %(today)s - l.date_maturity, COUNT(*), SUM(l.amount_residual) {OPEN} AND l.date_maturity < %(today)s GROUP BY 1
"""
# Invoices of before this day of which Odoo does not know that they went to the debtor as they are.
UNSENT = f"""
SELECT DISTINCT m.id {OPEN} AND m.move_type IN ('out_invoice', 'out_receipt') AND m.invoice_date < %(before)s
   AND (m.dunning_sent_how = 'none' OR m.dunning_sent_changed
        OR m.is_move_sent IS NOT TRUE AND m.dunning_sent_how IS NULL)
 ORDER BY m.id
"""


class DunningFirstDay(models.AbstractModel):
    """What a company finds before its first run: its debtors, what they owe, and what a first run would send.

    Only looks; whoever asks has seen to the rights. Figures are of the ledger, in the currency of the company.
    """

    _name = "dunning.first.day"
    _description = "Before the First Run"

    @api.model
    def _ask(self, query, company, **values):
        self.env.flush_all()
        return self.env.execute_query(SQL(query, company=company.id, **values))

    @api.model
    def _kinds(self, company):
        """``{kind: (debtors, amount)}`` of those who owe something."""
        found = Counter(), Counter()
        for kind, number, amount in self._ask(KINDS, company):
            found[0][kind or "unknown"] += number
            found[1][kind or "unknown"] += amount
        return {kind: (number, found[1][kind]) for kind, number in found[0].items()}

    @api.model
    def _unknown(self, company):
        """Those who owe something and of whom nobody knows what they are, who owes most first."""
        return self.env["res.partner"].browse(id_ for (id_,) in self._ask(UNKNOWN, company))

    @api.model
    def _ages(self, company):
        """``[(number, amount)]`` of what is overdue, by ``AGES``."""
        found = [[0, 0.0] for _age in AGES]
        for days, number, amount in self._ask(OVERDUE, company, today=company._dunning_today()):
            row = found[next(i for i, (_from, to) in enumerate(AGES) if to is None or days <= to)]
            row[0] += number
            row[1] += float(amount)
        return [tuple(row) for row in found]

    @api.model
    def _has_old(self, company):
        """Whether anything is so old that a first reminder would sound strange."""
        return bool(self._ages(company)[-1][0])

    @api.model
    def _unsent(self, company, before):
        """The open invoices of before this day that Odoo does not know as sent."""
        return self.env["account.move"].browse(id_ for (id_,) in self._ask(UNSENT, company, before=before))

    # -- what would go out --------------------------------------------------------------------------------------------

    @api.model
    def _tomorrow(self, company, start, days):
        """What a run of tomorrow would send, for each way to begin with old invoices. Nothing is written.

        :param start: the day on which follow-up begins. :param days: of the choice to leave out.
        :return: ``({rule: {"letters": [(level, number)], "left_out", "unsent", "gently"}}, number of invoices)``;
            ``gently`` of them are older than ``OLD`` days and would get a first reminder.
        """
        day = company._dunning_today() + timedelta(days=1)
        drafts = self.env["dunning.letter"].search([("company_id", "=", company.id), ("state", "=", "draft")])
        debtors = self.env["dunning.gather"].facts(company, day, without_letters=drafts, look=False)
        procedures, house = self.env["dunning.engine"]._rules(company, debtors)
        answers = {}
        for rule in (rules.GENTLE, rules.MATCH, rules.LEAVE_OUT):
            begun = replace(house, backlog=rules.Backlog(start, rule, days))
            answers[rule] = self._counted(debtors, procedures, day, begun)
        return answers, sum(len(debtor.claims) for debtor in debtors)

    @api.model
    def _counted(self, debtors, procedures, day, house):
        letters, order, codes, gently = Counter(), {}, Counter(), 0
        decide = self.env["dunning.engine"]._decide
        firsts = {procedure.next_level(()).id for procedure in procedures.values() if procedure.next_level(())}
        for debtor in debtors:
            outcome = decide(debtor, procedures, day, house=house)
            for plan in outcome.letters:
                letters[plan.level.name] += 1
                order[plan.level.name] = max(order.get(plan.level.name, 0), plan.level.sequence)
                if plan.level.id in firsts:
                    gently += sum(self._is_old(row.claim, day) for row in plan.decisions if plan.demands(row, day))
            codes.update(decision.code for decision in outcome.decisions)
        return {
            "letters": sorted(letters.items(), key=lambda row: (order[row[0]], row[0])),
            "left_out": codes["BACKLOG"],
            "unsent": codes["NOT_SENT"],
            "gently": gently,
        }

    @api.model
    def _is_old(self, claim, day):
        """Whether it is older than ``OLD`` days on the day before: what is shown beside it are the ages of today."""
        return bool(claim.due_date) and claim.due_date < day - timedelta(days=OLD + 1)
