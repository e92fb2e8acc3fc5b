from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..claim.dunning_claim import WITH_TAKEN_IN

RATE_PAYERS = f"""
WITH paid AS (
    SELECT p.commercial_partner_id AS partner_id,
           GREATEST(MAX(r.max_date) - COALESCE(MAX(t.date_due), l.date_maturity), 0) AS late
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
       AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim AND l.amount_currency > 0)
      JOIN res_partner p ON p.id = l.partner_id
      {WITH_TAKEN_IN}
      JOIN account_partial_reconcile r ON r.debit_move_id = l.id
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled
       AND COALESCE(t.date_due, l.date_maturity) >= %(since)s
     GROUP BY l.id, p.commercial_partner_id
), rated AS (
    SELECT partner_id, ROUND(AVG(late))::int AS days FROM paid GROUP BY partner_id HAVING COUNT(*) >= 3
), fresh AS (
    SELECT k.id, t.days, CASE WHEN t.days > %(slow)s THEN 'slow' WHEN t.days IS NOT NULL THEN 'prompt' END AS payer
      FROM dunning_case k LEFT JOIN rated t ON t.partner_id = k.partner_id
     WHERE k.company_id = %(company)s AND k.level_id IS NULL
)
UPDATE dunning_case k SET payer = f.payer, days_late = f.days
  FROM fresh f
 WHERE k.id = f.id AND (k.payer, k.days_late) IS DISTINCT FROM (f.payer, f.days)
"""


class DunningPayer(models.AbstractModel):
    """How late a debtor pays on average, from what he paid before: a procedure may choose by it."""

    _name = "dunning.payer"
    _description = "Rating of payers"

    @api.model
    def _rate(self, company):
        """Bring up to date how late the debtors of a company pay on average, once a day, in one statement.

        An invoice counts by the day of its last payment, and one that was paid before it was due as paid on time. Who
        has been sent something keeps the rating, and with it the procedure, until all of that is settled.
        """
        today = company._dunning_today()
        if company.dunning_rated_on == today:
            return
        company.dunning_rated_on = today
        self.env.flush_all()
        self.env.cr.execute(
            SQL(RATE_PAYERS, company=company.id, since=today - timedelta(days=365), slow=company.dunning_slow_days)
        )
        self.env["dunning.case"].invalidate_model(["payer", "days_late"])
