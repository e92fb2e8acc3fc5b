from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .. import dunning_bulk

MONEY = ("bank", "cash", "credit")
# Ways of paying by which the firm itself fetches the money: what is undone of these came back.
DEBITS = ("sdd", "sepa_direct_debit", "direct_debit", "batch_payment")
# Of receipts that were undone those that came back: an entry reverses them, or money that went out of the bank stands
# against them; of direct debits all. Not those that stand against the same claim again. Of payments without an entry of
# their own, which undo nothing in the ledger, those that the bank rejected.
CAME_BACK = """
(SELECT DISTINCT ON (r.move_line_id, r.credit_line_id)
       r.id, r.move_line_id, COALESCE(b.date, v.date, r.date) AS day, COALESCE(NULLIF(b.payment_ref, ''), v.ref, '')
  FROM dunning_return r
  LEFT JOIN account_move_line c ON c.id = r.credit_line_id
  LEFT JOIN LATERAL (
       SELECT e.date, e.ref FROM account_move e
        WHERE e.reversed_entry_id = c.move_id AND e.state = 'posted' ORDER BY e.id LIMIT 1) v ON TRUE
  LEFT JOIN LATERAL (
       SELECT d.date, s.payment_ref FROM account_partial_reconcile k
         JOIN account_move_line d ON d.id = k.debit_move_id
         JOIN account_bank_statement_line s ON s.move_id = d.move_id AND s.amount < 0
        WHERE k.credit_move_id = c.id ORDER BY k.id LIMIT 1) b ON TRUE
 WHERE r.move_line_id = ANY(%(items)s)
   AND (r.is_debit OR v.date IS NOT NULL OR b.date IS NOT NULL)
   AND NOT EXISTS (SELECT FROM account_partial_reconcile k
                    WHERE k.credit_move_id = r.credit_line_id AND k.debit_move_id = r.move_line_id)
 ORDER BY r.move_line_id, r.credit_line_id, r.id)
 UNION ALL
SELECT NULL, l.id, p.write_date::date, ''
  FROM account_payment p
  JOIN account_move__account_payment q ON q.payment_id = p.id
  JOIN account_move_line l ON l.move_id = q.invoice_id
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
 WHERE p.state = 'rejected' AND p.move_id IS NULL AND l.id = ANY(%(items)s)
 ORDER BY 2, 3
"""


class DunningReturn(models.Model):
    """A receipt that paid a claim and does so no more. Whether it came back is read from the ledger each time.

    Odoo forgets what stood against what once it is undone, so that much is kept here, by value.
    """

    _name = "dunning.return"
    _description = "Receipt Undone"
    _inherit = ["dunning.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True, index=True)  # as its entry has
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True, index=True, ondelete="set null")
    # no key: no record of ours holds an item
    move_line_id = dunning_bulk.Unguarded("account.move.line", string="Journal item", readonly=True, index=True)
    credit_line_id = dunning_bulk.Unguarded("account.move.line", string="Receipt", readonly=True, index=True)
    date = fields.Date(string="Undone on", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    is_debit = fields.Boolean(string="Direct debit", readonly=True)
    came_back_on = fields.Date(
        compute="_compute_came_back",
        string="Came back on",
        help="Empty: it was only undone. A direct debit that is undone came back; any other receipt when an entry "
        "reverses it, or when money that left the bank is matched with it.",
    )
    reason = fields.Char(compute="_compute_came_back", help="What the bank or the entry that reverses it says.")

    @api.depends("move_line_id", "credit_line_id")
    def _compute_came_back(self):
        self.env.flush_all()
        rows = self.env.execute_query(SQL(CAME_BACK, items=self.mapped("move_line_id.id")))
        found = {id_: (day, reason) for id_, _item_id, day, reason in rows}
        for record in self:
            record.came_back_on, record.reason = found.get(record.id, (False, False))

    @api.model
    def _facts(self, item_ids):
        """What came back of these items: ``{item id: ((day, reason), ...)}``, the oldest first."""
        found = defaultdict(tuple)
        if item_ids:
            self.env.cr.execute(SQL(CAME_BACK, items=list(item_ids)))
            for _id, item_id, day, reason in self.env.cr.fetchall():
                found[item_id] += ((day, reason or ""),)
        return found

    @api.model
    def _keep(self, partials):
        """Keep which receipts are undone with these ``account.partial.reconcile``, before they go."""
        rows = []
        for partial in partials:
            claim, receipt = partial.debit_move_id, partial.credit_move_id
            payment = receipt.move_id.origin_payment_id
            is_money = payment or receipt.move_id.statement_line_id or receipt.journal_id.type in MONEY
            is_claim = claim.move_id.is_sale_document(include_receipts=True) or claim.move_id.dunning_is_claim
            if claim.account_type != "asset_receivable" or not is_money or not is_claim:
                continue
            rows.append(
                {
                    "company_id": claim.company_id.id,
                    "move_id": claim.move_id.id,
                    "move_line_id": claim.id,
                    "credit_line_id": receipt.id,
                    "date": claim.company_id._dunning_today(),
                    "currency_id": claim.currency_id.id,
                    "amount": partial.debit_amount_currency,
                    "is_debit": payment.payment_method_code in DEBITS,
                }
            )
        if rows:
            self.sudo().create(rows)  # sudo: evidence is the system's, whoever undoes a receipt
