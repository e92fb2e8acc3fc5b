from odoo import api, fields, models
from odoo.tools import SQL

# What a debtor paid online and the ledger does not show yet, per transaction: pending at the provider, authorized and
# waiting for its capture, or done and waiting for Odoo to book it. A transaction of which parts were captured or let go
# counts for the rest: those parts are transactions of their own, booked each by itself.
#
# What does not count: a draft is a page that somebody opened; `custom` (bank transfer, cash on delivery) is a choice
# that the debtor made and no money on its way, which Odoo takes the same way and lets him pay again; what was booked
# once is in the ledger's hands, also when its payment was taken back since.
UNDER_WAY = """
SELECT t.reference, p.commercial_partner_id, cur.name, t.currency_id,
       (t.amount - COALESCE(c.settled, 0))::text, array_agg(m.id ORDER BY m.id)
  FROM payment_transaction t
  JOIN payment_provider v ON v.id = t.provider_id
  JOIN res_currency cur ON cur.id = t.currency_id
  JOIN account_invoice_transaction_rel r ON r.transaction_id = t.id
  JOIN account_move m ON m.id = r.invoice_id
  JOIN res_partner p ON p.id = m.commercial_partner_id
  LEFT JOIN LATERAL (
       SELECT SUM(k.amount) AS settled FROM payment_transaction k
        WHERE k.source_transaction_id = t.id AND k.operation IS NOT DISTINCT FROM t.operation
          AND (k.state = 'cancel' OR k.state = 'done' AND (k.payment_id IS NOT NULL OR k.is_post_processed))) c ON TRUE
 WHERE t.company_id = %(company)s AND p.commercial_partner_id IN %(partners)s AND m.state = 'posted'
   AND t.amount > COALESCE(c.settled, 0) AND COALESCE(t.operation, '') NOT IN ('validation', 'refund')
   AND (t.state IN ('pending', 'authorized') AND v.code NOT IN ('none', 'custom')
        OR t.state = 'done' AND t.payment_id IS NULL AND t.is_post_processed IS NOT TRUE)
 GROUP BY t.id, p.commercial_partner_id, cur.name, c.settled
 ORDER BY t.id
"""
BUSY = """
SELECT unnest(ARRAY[m.partner_id, m.commercial_partner_id]) AS partner_id
  FROM payment_transaction t
  JOIN account_invoice_transaction_rel r ON r.transaction_id = t.id
  JOIN account_move m ON m.id = r.invoice_id
 WHERE t.company_id = %(company)s
   AND (t.state IN ('pending', 'authorized') OR t.state = 'done' AND t.is_post_processed IS NOT TRUE)
"""
# Of such payments, and of those without an entry of their own that the bank has yet to show, how much is for costs and
# interest that letters about these claims ask. Odoo calls a payment without an entry paid as soon as it is made: it is
# on its way for as long as its invoices are open in the ledger, or for good when it is for costs and interest alone, of
# which no more is counted than is left.
BEYOND = """
SELECT COALESCE(SUM(t.dunning_beyond), 0)::text
  FROM payment_transaction t
  JOIN payment_provider v ON v.id = t.provider_id
  LEFT JOIN account_payment p ON p.id = t.payment_id
 WHERE t.dunning_beyond > 0 AND t.dunning_letter_id IN (
       SELECT letter_id FROM dunning_letter_line WHERE principal_part AND claim_id = ANY(%s))
   AND (t.state IN ('pending', 'authorized') AND v.code NOT IN ('none', 'custom')
        OR t.state = 'done' AND t.payment_id IS NULL AND t.is_post_processed IS NOT TRUE
        OR t.state = 'done' AND p.move_id IS NULL AND (
           p.state = 'in_process' OR p.state = 'paid' AND (t.dunning_beyond = t.amount OR EXISTS (
               SELECT 1 FROM account_move__account_payment r JOIN account_move m ON m.id = r.invoice_id
                WHERE r.payment_id = p.id AND m.amount_residual > 0))))
"""


class DunningOnlinePayment(models.AbstractModel):
    """Online payments between their start and their entry in the books."""

    _name = "dunning.online.payment"
    _description = "Online Payments under Way"

    @api.model
    def _under_way(self, company, partners):
        """What comes in online for invoices of these debtors: rows as ``dunning.gather`` has them of payments.

        :return: list of ``(reference, commercial partner id, currency, amount, amount in company currency, move ids)``
            with the amounts as text.
        """
        self.env.cr.execute(SQL(UNDER_WAY, company=company.id, partners=partners))
        rows, rates = self.env.cr.fetchall(), {}
        for currency_id in {row[3] for row in rows}:
            currency = self.env["res.currency"].browse(currency_id)
            rates[currency_id] = self._rate(currency, company)
        return [
            (reference, partner_id, name, amount, str(float(amount) * rates[currency_id]), move_ids)
            for reference, partner_id, name, currency_id, amount, move_ids in rows
        ]

    @api.model
    def _beyond_under_way(self, claims):
        """How much of the costs and interest of these claims was paid online and does not stand in the ledger yet."""
        self.env.flush_all()
        self.env.cr.execute(SQL(BEYOND, claims.ids))
        return float(self.env.cr.fetchone()[0])

    @api.model
    def _rate(self, currency, company):
        """What one unit of a currency is in that of the company today."""
        if currency == company.currency_id:
            return 1.0
        today = fields.Date.to_date(company._dunning_today())
        return self.env["res.currency"]._get_conversion_rate(currency, company.currency_id, company, today)

    @api.model
    def _busy(self, company):
        """The partners with such a payment, as SQL."""
        return SQL(BUSY, company=company.id)
