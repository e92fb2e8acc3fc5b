from odoo import api, fields, models
from odoo.tools import SQL

from ..claim.dunning_claim import WITH_TAKEN_IN

# One row per debtor out of the ledger, the current decisions and the levels reached, put into its case.
REFRESH = f"""
WITH rests AS ( -- what is left of costs and interest, and asked: the ledger knows nothing of it
    SELECT * FROM unnest(%(rest_partners)s::int[], %(rest_items)s::int[], %(rest_moves)s::int[], %(rests)s::numeric[],
                         %(rest_days)s::date[]) AS r (partner_id, item_id, move_id, amount, due_date)
), items AS (
    SELECT p.commercial_partner_id AS partner_id, l.amount_residual AS amount,
           CASE WHEN m.move_type = 'entry' THEN -l.id ELSE l.move_id END AS counts_as,
           COALESCE(t.date_due, l.date_maturity) AS due_date
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_partner p ON p.id = l.partner_id
      JOIN account_move m ON m.id = l.move_id
      {WITH_TAKEN_IN}
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND (l.amount_residual < 0
            OR (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
               AND (COALESCE(t.date_due, l.date_maturity) < %(today)s) IS NOT FALSE) %(only)s
     UNION ALL
    SELECT partner_id, amount, move_id, due_date FROM rests
), figures AS (
    SELECT partner_id, SUM(amount) FILTER (WHERE amount > 0) AS overdue,
           COUNT(DISTINCT counts_as) FILTER (WHERE amount > 0) AS invoices,
           MIN(due_date) FILTER (WHERE amount > 0) AS oldest,
           -COALESCE(SUM(amount) FILTER (WHERE amount < 0), 0) AS credit
      FROM items
     GROUP BY partner_id
), steps AS (
    SELECT DISTINCT ON (p.commercial_partner_id)
           p.commercial_partner_id AS partner_id, d.id AS decision_id, d.level_id, d.next_date
      FROM account_move m
      JOIN dunning_decision d ON d.move_id = m.id AND d.is_current
      JOIN res_partner p ON p.id = d.partner_id
      LEFT JOIN account_move_line i ON i.id = d.move_line_id AND m.move_type = 'entry'
     WHERE m.company_id = %(company)s AND m.state = 'posted'
       AND (CASE WHEN m.move_type = 'entry' THEN m.dunning_is_claim AND i.reconciled IS FALSE
                 ELSE m.payment_state IN ('not_paid', 'partial') END
            %(or_rests)s) %(only)s
     ORDER BY p.commercial_partner_id,
              CASE d.outcome WHEN 'send' THEN 0 WHEN 'ride' THEN 1 WHEN 'error' THEN 2
                             WHEN 'wait' THEN 3 ELSE 4 END,
              d.next_date NULLS LAST, m.invoice_date_due, m.id, d.move_line_id
), reached AS (
    SELECT m.commercial_partner_id AS partner_id, m.dunning_level_id AS level_id
      FROM account_move m
     WHERE m.company_id = %(company)s AND m.state = 'posted' AND m.move_type <> 'entry'
       AND m.payment_state IN ('not_paid', 'partial') AND m.dunning_level_id IS NOT NULL
     UNION ALL
    SELECT t.partner_id, s.level_id
      FROM dunning_claim t
      JOIN account_move m ON m.id = t.move_id AND m.dunning_is_claim
      JOIN account_move_line i ON i.id = t.move_line_id AND i.reconciled IS FALSE AND i.parent_state = 'posted'
     CROSS JOIN LATERAL (%(spoken)s) s
     WHERE t.company_id = %(company)s AND t.is_taken_in
     UNION ALL
    SELECT r.partner_id, s.level_id -- by its own ladder, on which the letters about the invoice are no steps
      FROM rests r
      JOIN dunning_claim t ON t.move_line_id = r.item_id
     CROSS JOIN LATERAL (%(spoken)s) s
      JOIN dunning_level w ON w.id = s.level_id AND w.procedure_id = %(rest_procedure)s
), levels AS (
    SELECT DISTINCT ON (p.commercial_partner_id) p.commercial_partner_id AS partner_id, r.level_id
      FROM reached r
      JOIN dunning_level v ON v.id = r.level_id
      JOIN res_partner p ON p.id = r.partner_id
     WHERE TRUE %(only)s
     ORDER BY p.commercial_partner_id, v.sequence DESC, r.level_id
), fresh AS (
    SELECT f.*, s.decision_id, s.level_id AS next_level_id, s.next_date, v.level_id
      FROM figures f
      LEFT JOIN steps s USING (partner_id)
      LEFT JOIN levels v USING (partner_id)
), written AS (
INSERT INTO dunning_case AS c (
    partner_id, company_id, user_id, active, debtor_kind, country_id, amount_overdue, amount_credit,
    oldest_due_date, days_overdue, invoice_count, level_id, next_level_id, next_date, decision_id,
    refreshed_on, create_uid, write_uid, create_date, write_date)
SELECT f.partner_id, %(company)s, %(user)s, TRUE, p.dunning_debtor_kind, p.country_id,
       COALESCE(f.overdue, 0), f.credit, f.oldest, GREATEST(%(today)s - f.oldest, 0), f.invoices,
       f.level_id, f.next_level_id, f.next_date, f.decision_id,
       %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
  FROM fresh f JOIN res_partner p ON p.id = f.partner_id
 WHERE COALESCE(f.overdue, 0) > 0
    OR EXISTS (SELECT 1 FROM dunning_case k
                WHERE k.partner_id = f.partner_id AND k.company_id = %(company)s)
    ON CONFLICT (partner_id, company_id) DO UPDATE
   SET amount_overdue = EXCLUDED.amount_overdue, amount_credit = EXCLUDED.amount_credit,
       oldest_due_date = EXCLUDED.oldest_due_date, days_overdue = EXCLUDED.days_overdue,
       invoice_count = EXCLUDED.invoice_count, level_id = EXCLUDED.level_id,
       next_level_id = EXCLUDED.next_level_id, next_date = EXCLUDED.next_date,
       decision_id = EXCLUDED.decision_id, refreshed_on = EXCLUDED.refreshed_on,
       active = c.active OR EXCLUDED.amount_overdue > c.amount_overdue -- one that was put away comes back with more
 WHERE (c.amount_overdue, c.amount_credit, c.oldest_due_date, c.days_overdue, c.invoice_count, c.level_id,
        c.next_level_id, c.next_date, c.decision_id)
       IS DISTINCT FROM
       (EXCLUDED.amount_overdue, EXCLUDED.amount_credit, EXCLUDED.oldest_due_date, EXCLUDED.days_overdue,
        EXCLUDED.invoice_count, EXCLUDED.level_id, EXCLUDED.next_level_id, EXCLUDED.next_date, EXCLUDED.decision_id)
RETURNING c.id, c.partner_id
)
SELECT id FROM written
UNION ALL
SELECT k.id FROM fresh f JOIN dunning_case k ON k.partner_id = f.partner_id AND k.company_id = %(company)s
 WHERE NOT EXISTS (SELECT 1 FROM written w WHERE w.partner_id = f.partner_id)
"""


class DunningFigures(models.AbstractModel):
    """What the ledger and the decisions say of a debtor, put into his case: one statement for all cases of a company.

    Instead of stored computes: paying an invoice must not have to lock the debtor's case.
    """

    _name = "dunning.figures"
    _description = "Figures of cases"

    @api.model
    def _refresh(self, company, partner_ids=None):
        """Bring figures, level and next step of all cases of a company up to date in one statement.

        Opens a case for every debtor with something overdue.

        :param partner_ids: commercial partners to limit it to; all when None.
        """
        self.env.flush_all()
        today, now = company._dunning_today(), fields.Datetime.now()
        only = SQL("AND p.commercial_partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                REFRESH,
                company=company.id,
                today=today,
                user=company.dunning_responsible_id.id or None,
                now=now,
                uid=self.env.uid,
                only=only,
                spoken=self.env["dunning.claim"]._levels_of("t"),
                **self._rests(company, today, partner_ids),
            )
        )
        self._settle(company, [case_id for (case_id,) in self.env.cr.fetchall()], partner_ids)
        self.env["dunning.case"].invalidate_model()

    @api.model
    def _rests(self, company, today, partner_ids):
        """What is left of costs and interest of invoices that are paid, and asked on, as parts of the statement."""
        found = self.env["dunning.imputation"]._rests(company, partner_ids or None, today, asked=True)
        rests = [(partner_id, rest) for partner_id, own in found.items() for rest in own]
        return {
            "rest_partners": [partner_id for partner_id, _rest in rests],
            "rest_items": [rest.line_id for _partner_id, rest in rests],
            "rest_moves": [rest.move_id for _partner_id, rest in rests],
            "rests": [rest.residual_company for _partner_id, rest in rests],
            "rest_days": [rest.due_date for _partner_id, rest in rests],
            "rest_procedure": company._dunning_rest_procedure().id or None,
            # where there are none nothing is looked for in them, row by row
            "or_rests": SQL("OR d.move_line_id IN (SELECT item_id FROM rests)") if rests else SQL(),
        }

    @api.model
    def _settle(self, company, alive_ids, partner_ids=None):
        """Empty the cases of debtors with nothing open any more; they keep their history."""
        only = SQL("AND partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dunning_case
                   SET amount_overdue = 0, amount_credit = 0, oldest_due_date = NULL, days_overdue = 0,
                       invoice_count = 0, level_id = NULL, next_level_id = NULL, next_date = NULL, decision_id = NULL
                 WHERE company_id = %(company)s AND NOT (id = ANY(%(alive)s))
                   AND (amount_overdue <> 0 OR amount_credit <> 0 OR decision_id IS NOT NULL) %(only)s
                """,
                company=company.id,
                alive=alive_ids,
                only=only,
            )
        )

    @api.model
    def _open_missing(self, partners, company):
        """A case for each of these partners that has none, in one statement; one that somebody else opens stands."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_case (
                    partner_id, company_id, user_id, active, debtor_kind, country_id,
                    create_uid, write_uid, create_date, write_date)
                SELECT p.id, %(company)s, %(user)s, TRUE, p.dunning_debtor_kind, p.country_id,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM res_partner p
                 WHERE p.id = ANY(%(partners)s)
                   AND NOT EXISTS (SELECT 1 FROM dunning_case c
                                    WHERE c.partner_id = p.id AND c.company_id = %(company)s)
                    ON CONFLICT (partner_id, company_id) DO NOTHING
                """,
                company=company.id,
                user=company.dunning_responsible_id.id or None,
                uid=self.env.uid,
                now=self.env.cr.now(),
                partners=partners.ids,
            )
        )
        if self.env.cr.rowcount:
            self.env["dunning.case"].invalidate_model()
            partners.invalidate_recordset(["dunning_case_ids"])
