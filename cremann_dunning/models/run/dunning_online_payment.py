from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.facts import ZERO
from ..dunning_inside import inside

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
   AND t.dunning_parts IS NULL
   AND t.amount > COALESCE(c.settled, 0) AND COALESCE(t.operation, '') NOT IN ('validation', 'refund')
   AND (t.state IN ('pending', 'authorized') AND v.code NOT IN ('none', 'custom')
        OR t.state = 'done' AND t.payment_id IS NULL AND t.is_post_processed IS NOT TRUE)
 GROUP BY t.id, p.commercial_partner_id, cur.name, c.settled
 ORDER BY t.id
"""
# Of payments that a debtor started on his page: what they pay of which item, as he chose. One that is only a draft
# holds for as long as it takes to pay (`since`), until he, the provider or the clock lets it go. One without an entry
# of its own is counted as any other such payment.
CHOSEN = """
SELECT p.item, t.reference, COALESCE(p.principal, 0)::text, (COALESCE(p.costs, 0) + COALESCE(p.interest, 0))::text
  FROM payment_transaction t
  JOIN payment_provider v ON v.id = t.provider_id
 CROSS JOIN LATERAL jsonb_to_recordset(t.dunning_parts)
       AS p (item int, principal numeric, costs numeric, interest numeric)
 WHERE t.company_id = %(company)s AND t.dunning_parts IS NOT NULL AND p.item = ANY(%(items)s)
   AND COALESCE(t.operation, '') NOT IN ('validation', 'refund')
   AND (t.state IN ('pending', 'authorized') AND v.code NOT IN ('none', 'custom')
        OR t.state = 'draft' AND t.dunning_started_at > %(since)s
        OR t.state = 'done' AND t.payment_id IS NULL AND t.is_post_processed IS NOT TRUE)
 ORDER BY t.id
"""
BUSY = """
SELECT unnest(ARRAY[m.partner_id, m.commercial_partner_id]) AS partner_id
  FROM payment_transaction t
  JOIN account_invoice_transaction_rel r ON r.transaction_id = t.id
  JOIN account_move m ON m.id = r.invoice_id
 WHERE t.company_id = %(company)s
   AND (t.state IN ('pending', 'authorized') OR t.state = 'done' AND t.is_post_processed IS NOT TRUE
        OR t.state = 'draft' AND t.dunning_started_at IS NOT NULL)
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
LETTERS_BEYOND = """
SELECT t.dunning_beyond::text, array_agg(DISTINCT c.move_line_id)
  FROM payment_transaction t
  JOIN payment_provider v ON v.id = t.provider_id
  JOIN dunning_letter_line k ON k.letter_id = t.dunning_letter_id AND k.principal_part
  JOIN dunning_claim c ON c.id = k.claim_id
 WHERE t.company_id = %(company)s AND t.dunning_beyond > 0 AND c.move_line_id = ANY(%(items)s)
   AND (t.state IN ('pending', 'authorized') AND v.code NOT IN ('none', 'custom')
        OR t.state = 'done' AND t.payment_id IS NULL AND t.is_post_processed IS NOT TRUE)
 GROUP BY t.id
 ORDER BY t.id
"""
# So long a payment that was started and of which nothing is heard holds everything else about what it pays.
LASTS = timedelta(minutes=30)


class Chosen(NamedTuple):
    """What payments that a debtor started pay of one item; ``payment`` names the last of them."""

    principal: Decimal = ZERO
    beyond: Decimal = ZERO
    payment: str = ""

    @property
    def total(self):
        return self.principal + self.beyond


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
        found = float(self.env.cr.fetchone()[0])
        for company, own in claims.grouped("company_id").items():
            chosen = self._chosen(company, [{"line_id": item_id} for item_id in own.move_line_id.ids])
            found += float(sum(one.beyond for one in chosen.values()))
        return found

    @api.model
    def _chosen(self, company, rows):
        """What debtors are paying of which items, in payments that they started on their pages.

        :param rows: dicts with the ``line_id`` of items. :return: ``{line id: Chosen}``.
        """
        items = [row["line_id"] for row in rows]
        # for whoever says what can be paid a draft is no payment yet
        since = self._since() if inside(self.env, "dunning_started", True) else fields.Datetime.now() + LASTS
        found = {}
        for item_id, payment, principal, beyond in self.env.execute_query(
            SQL(CHOSEN, company=company.id, items=items, since=since)
        ):
            before = found.get(item_id, Chosen())
            found[item_id] = Chosen(before.principal + Decimal(principal), before.beyond + Decimal(beyond), payment)
        return found

    @api.model
    def _letters_beyond(self, company, items):
        """Costs and interest of letters that are being paid as a whole: ``[(amount, [item id])]``, letter by letter.

        :param items: ids of the items that are asked about.
        """
        rows = self.env.execute_query(SQL(LETTERS_BEYOND, company=company.id, items=list(items)))
        return [(Decimal(amount), own) for amount, own in rows]

    @api.model
    def _since(self):
        """Since when a payment that was started still holds anything."""
        return fields.Datetime.now() - LASTS

    @api.model
    def _let_go_late(self):
        """Payments that debtors started too long ago hold nothing any more; who they are is looked at anew."""
        self.env["payment.transaction"]._dunning_let_go_late(self._since())

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
