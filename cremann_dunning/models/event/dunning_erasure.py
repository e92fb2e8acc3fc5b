from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ..dunning_apart import each_apart
from . import as_fact

# Items of debtors that are open in the books.
OPEN_ITEMS = """
SELECT l.id FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id
  JOIN res_partner p ON p.id = l.partner_id
 WHERE l.company_id = %(company)s AND l.reconciled IS NOT TRUE AND l.parent_state = 'posted'
   AND a.account_type = 'asset_receivable' AND %(debtor)s
"""


class DunningErasure(models.AbstractModel):
    """Erases what the record holds about a person when its time is over. The chain goes on fitting."""

    _name = "dunning.erasure"
    _description = "Erasure of Personal Values"

    @api.model
    def _erase_old(self):
        """In every company, also in one that was archived, what its setting says. Called by the cron."""
        companies = self.env["res.company"].with_context(active_test=False).search([("dunning_keep_years", ">", 0)])
        each_apart(companies, self._erase_old_of, "Erasure of personal values")

    @api.model
    def _erase_old_of(self, company):
        until = company._dunning_today() - relativedelta(years=company.dunning_keep_years)
        if debtors := self._debtors_closed_before(company, until):
            self._erase(company, debtors)

    @api.model
    def _debtors_closed_before(self, company, day):
        """Debtors of whom personal values are kept, with nothing open and no event on or after this day.

        One who is part of another by now has his time with that one.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE step AS (
                    SELECT (facts ->> 'from')::int AS old, (facts ->> 'into')::int AS new
                      FROM dunning_event WHERE company_id = %(company)s AND kind = 'debtor.moved'
                ), moved AS (
                    SELECT old, new FROM step
                     UNION
                    SELECT moved.old, step.new FROM moved JOIN step ON step.old = moved.new
                ), closed AS (
                    SELECT e.debtor,
                           BOOL_OR(EXISTS (SELECT FROM dunning_event_personal p WHERE p.event_id = e.id)) AS kept
                      FROM dunning_event e
                     WHERE e.company_id = %(company)s AND e.debtor IS NOT NULL AND NOT EXISTS (%(open)s)
                     GROUP BY e.debtor
                    HAVING MAX(e.happened) < %(day)s
                )
                SELECT c.debtor
                  FROM closed c
                 WHERE c.kept AND NOT EXISTS (SELECT FROM moved m WHERE m.old = c.debtor
                                                 AND m.new NOT IN (SELECT debtor FROM closed))
                """,
                company=company.id,
                day=day,
                open=SQL(OPEN_ITEMS, company=SQL("e.company_id"), debtor=SQL("p.commercial_partner_id = e.debtor")),
            )
        )
        return [debtor for (debtor,) in rows]

    @api.model
    def _erase(self, company, debtors, asked_on=None):
        """Erase what sealed events hold about these debtors (ids), and say so in the chain; the number of events.

        What is not sealed yet is left for the next time, since only a number in the chain can be named.

        :param asked_on: the day on which the debtor asked for it.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT e.debtor, array_agg(e.id ORDER BY s.seq), array_agg(s.seq ORDER BY s.seq)
                  FROM dunning_event e
                  JOIN dunning_event_personal p ON p.event_id = e.id
                  JOIN dunning_event_seal s ON s.event_id = e.id
                 WHERE e.company_id = %s AND e.debtor = ANY(%s)
                 GROUP BY e.debtor
                """,
                company.id,
                debtors,
            )
        )
        self.env["dunning.event.personal"]._erase([event for _debtor, events, _seqs in rows for event in events])
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": "debtor.erased",
                    "company_id": company.id,
                    "debtor": debtor,
                    "facts": {"events": seqs, "count": len(seqs)} | as_fact.known(asked_on=as_fact.day(asked_on)),
                }
                for debtor, _events, seqs in rows
            ]
        )
        return sum(len(seqs) for _debtor, _events, seqs in rows)
