from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ...engine.returned import UNTOLD, reason_code
from .. import dunning_bulk
from ..event import as_fact

_lt = LazyTranslate(__name__)

MONEY = ("bank", "cash", "credit")
COUNTS = ("in_process", "paid")
BACK, KEPT, ASK = "back", "kept", "ask"
ANSWERED = {BACK: "ledger.came_back", KEPT: "ledger.corrected"}
STATES = [(ASK, "To be answered"), (BACK, "Came back"), (KEPT, "Did not come back")]
# What became of payments that were taken off a claim. It pays it again: nothing came back. Then what a person said.
# Then what the books say: the bank took it back where money that left the bank stands against it, where an entry
# reverses it, or where Odoo calls the payment rejected. One that is in the books no more, and not made good by another
# one since, may have come back or may have been a mistake: that is asked. One that is still there was only unmatched.
WHAT_BECAME = """
SELECT r.id, r.move_line_id, r.amount::text, r.date,
       CASE WHEN again.is_so THEN 'kept'
            WHEN r.answer IS NOT NULL THEN r.answer
            WHEN b.day IS NOT NULL OR v.day IS NOT NULL OR p.state = 'rejected' THEN 'back'
            WHEN (r.entry_id IS NULL OR e.state IS DISTINCT FROM 'posted')
                 AND (r.payment_id IS NULL OR r.entry_id IS NOT NULL OR p.state IS NULL
                      OR p.state NOT IN ('in_process', 'paid'))
                 AND COALESCE(good.amount, 0) < r.amount THEN 'ask'
            ELSE 'kept' END,
       COALESCE(b.day, v.day, r.date), COALESCE(b.text, v.text, '')
  FROM dunning_return r
  LEFT JOIN account_move e ON e.id = r.entry_id
  LEFT JOIN account_payment p ON p.id = r.payment_id
  LEFT JOIN LATERAL (
       SELECT (r.entry_id IS NULL AND p.state IN ('in_process', 'paid')) IS TRUE OR EXISTS (
              SELECT FROM account_partial_reconcile k JOIN account_move_line c ON c.id = k.credit_move_id
               WHERE k.debit_move_id = r.move_line_id AND c.move_id = r.entry_id) AS is_so) again ON TRUE
  LEFT JOIN LATERAL (
       SELECT SUM(k.debit_amount_currency) AS amount FROM account_partial_reconcile k
        WHERE k.debit_move_id = r.move_line_id AND k.id > r.partial_id) good ON TRUE
  LEFT JOIN LATERAL (
       SELECT w.date AS day, COALESCE(w.ref, '') AS text FROM account_move w
        WHERE w.reversed_entry_id = r.entry_id AND w.state = 'posted' ORDER BY w.id LIMIT 1) v ON TRUE
  LEFT JOIN LATERAL (
       SELECT d.date AS day, concat_ws(' ', s.payment_ref, s.transaction_type, w.ref) AS text
         FROM account_move_line c
         JOIN account_partial_reconcile k ON k.credit_move_id = c.id
         JOIN account_move_line d ON d.id = k.debit_move_id
         JOIN account_move w ON w.id = d.move_id AND w.move_type = 'entry' AND w.origin_payment_id IS NULL
         JOIN account_journal j ON j.id = w.journal_id AND j.type = 'bank'
         LEFT JOIN account_bank_statement_line s ON s.move_id = w.id
        WHERE c.move_id = r.entry_id AND w.dunning_is_claim IS NOT TRUE
        ORDER BY k.id LIMIT 1) b ON TRUE
"""
# Of which of them a letter that was sent told the debtor.
TOLD = """
SELECT unnest(string_to_array(k.returned, ' '))::int
  FROM dunning_claim c
  JOIN dunning_letter_line k ON k.claim_id = c.id AND k.returned IS NOT NULL AND k.is_let_go IS NOT TRUE
  JOIN dunning_letter f ON f.id = k.letter_id AND f.state = 'sent'
 WHERE c.move_line_id = ANY(%s) AND f.id NOT IN %s
"""
# What the codes of banks say, as a letter may say it to the payer.
WORDS = {
    "AC01": _lt("the account number is not right"),
    "AC04": _lt("the account was closed"),
    "AC06": _lt("the account is blocked"),
    "AC13": _lt("the account takes no direct debits of this kind"),
    "AG01": _lt("the account takes no direct debits"),
    "AM04": _lt("there was not enough money on the account"),
    "AM05": _lt("it was collected twice"),
    "MD01": _lt("the bank knows no mandate for it"),
    "MD02": _lt("something is missing in the mandate"),
    "MD06": _lt("it was asked back"),
    "MS02": _lt("it was refused"),
    "SL01": _lt("the account does not let us collect"),
}


class DunningReturn(models.Model):
    """A payment that was taken off a claim. Whether it came back is read from the books each time, or said by a person.

    Odoo forgets what stood against what once it is undone, so that much is kept here, by value.
    """

    _name = "dunning.return"
    _description = "Payment Undone"
    _inherit = ["dunning.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "move_id"

    company_id = dunning_bulk.Unguarded("res.company", required=True, readonly=True, index=True)  # as its entry has
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True, index=True, ondelete="set null")
    # no keys: no record of ours holds an item, an entry or a payment; one that is gone is found by no join
    move_line_id = dunning_bulk.Unguarded("account.move.line", string="Journal item", required=True, readonly=True)
    entry_id = dunning_bulk.Unguarded("account.move", string="Entry of the payment", readonly=True)
    payment_id = dunning_bulk.Unguarded("account.payment", string="Payment in Odoo", readonly=True)
    partial_id = fields.Integer(readonly=True, help="What was matched with the claim later has a higher number.")
    partner_id = fields.Many2one("res.partner", string="Debtor", compute="_compute_partner_id")
    payment = fields.Char(readonly=True, help="What it was called.")
    date = fields.Date(string="Undone on", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    answer = fields.Selection(
        [(BACK, "The bank took it back"), (KEPT, "It was corrected")],
        readonly=True,
        help="What a person said. Empty: the books say it.",
    )
    user_id = fields.Many2one("res.users", string="Answered by", readonly=True, ondelete="set null")
    state = fields.Selection(
        STATES,
        string="What became of it",
        compute="_compute_state",
        search="_search_state",
        help="It came back where money that left the bank is matched with it, where an entry reverses it, where Odoo "
        "calls it rejected, or where somebody says so. One that is still in the books was only unmatched.",
    )
    came_back_on = fields.Date(compute="_compute_state", string="Came back on")
    reason = fields.Char(compute="_compute_state", string="The bank says", help="The text of the bank or of the entry.")
    reason_words = fields.Char(compute="_compute_reason_words", string="In words")

    _once = models.UniqueIndex(
        "(move_line_id, COALESCE(entry_id, 0), COALESCE(payment_id, 0))", "A payment is taken off a claim once."
    )

    @api.depends("move_line_id")
    def _compute_partner_id(self):
        # sudo: whose item it is, which its invoice tells as well
        found = {item.id: item.partner_id.commercial_partner_id for item in self.sudo().move_line_id.exists()}
        for record in self:
            debtor = found.get(record.move_line_id.id, self.env["res.partner"])
            record.partner_id = debtor.with_env(self.env)

    @api.depends("answer")
    def _compute_state(self):
        found = {row[0]: row[4:] for row in self._what_became(SQL("r.id = ANY(%s)", self._origin.ids))}
        for record in self:
            state, day, text = found.get(record._origin.id, (False, False, False))
            record.state = state
            record.came_back_on = day if state == BACK else False
            record.reason = text

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        rows = self._what_became(SQL("r.company_id = ANY(%s)", self.env.companies.ids))
        return Domain("id", "in", [row[0] for row in rows if row[4] in value])

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_reason_words(self):
        for record in self:
            record.reason_words = self._words(record.reason)

    @api.model
    def _what_became(self, which):
        """``(id, item id, amount as text, undone on, state, came back on, text)`` per record, the oldest first."""
        self.env.flush_all()
        return self.env.execute_query(SQL("%s WHERE %s ORDER BY 6, r.id", SQL(WHAT_BECAME), which))

    @api.model
    def _words(self, text):
        """What the bank says about it, as its debtor may read it; empty where nothing is known or to be told."""
        code = reason_code(text)
        words = WORDS.get(code) if code not in UNTOLD else None
        return f"{self.env._(words)} ({code})" if words else ""

    # -- for the engine -------------------------------------------------------------------------------------------

    @api.model
    def _facts(self, item_ids, without=(0,)):
        """What came back of these items and no letter told of, and what has to be asked about.

        :param without: ids of letters to leave out of what was told.
        :return: ``{item id: ((id, ...) the oldest first, (amount as text, day) or None)}``.
        """
        if not item_ids:
            return {}
        items = list(item_ids)
        rows = self._what_became(SQL("r.move_line_id = ANY(%s)", items))
        if not rows:
            return {}
        told = {id_ for (id_,) in self.env.execute_query(SQL(TOLD, items, tuple(without)))}
        found = {}
        for id_, item_id, amount, on, state, _day, _text in rows:
            back, undone = found.get(item_id, ((), None))
            if state == BACK and id_ not in told:
                back += (id_,)
            elif state == ASK:
                undone = undone or (amount, on)
            found[item_id] = back, undone
        return found

    # -- what is kept ---------------------------------------------------------------------------------------------

    @api.model
    def _keep(self, partials):
        """Keep which payments are undone with these ``account.partial.reconcile``, before they go."""
        rows = {}
        for partial in partials:
            item, paid = partial.debit_move_id, partial.credit_move_id
            entry, payment = paid.move_id, paid.move_id.origin_payment_id
            is_money = payment or entry.statement_line_id or entry.journal_id.type in MONEY
            is_claim = item.move_id.is_sale_document(include_receipts=True) or item.move_id.dunning_is_claim
            if item.account_type != "asset_receivable" or not is_money or not is_claim or entry.is_invoice(True):
                continue
            name = payment.name or entry.statement_line_id.payment_ref or entry.ref or entry.name
            row = rows.setdefault((item.id, entry.id), self._row(item, entry, payment, name))
            row["amount"] += partial.debit_amount_currency
            row["partial_id"] = max(row["partial_id"], partial.id)
        self._write_down(list(rows.values()))

    @api.model
    def _keep_payments(self, payments):
        """Keep which of these payments have no entry and count no more for the invoices that they were made for."""
        rows = []
        for payment in payments:
            left = payment.amount
            for item in payment.invoice_ids.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable" and line.amount_residual_currency > 0
            ).sorted("date_maturity"):
                if item.currency_id != payment.currency_id or left <= 0:
                    continue
                part = min(left, item.amount_residual_currency)
                left -= part
                rows.append(self._row(item, self.env["account.move"], payment, payment.name) | {"amount": part})
        self._write_down(rows)

    @api.model
    def _row(self, item, entry, payment, name):
        return {
            "company_id": item.company_id.id,
            "move_id": item.move_id.id,
            "move_line_id": item.id,
            "entry_id": entry.id,
            "payment_id": payment.id,
            "partial_id": 0,
            "payment": name,
            "date": item.company_id._dunning_today(),
            "currency_id": item.currency_id.id,
            "amount": 0.0,
            "answer": False,
            "user_id": False,
        }

    @api.model
    def _write_down(self, rows):
        """Write these down; of what was undone before nothing that was said then still holds."""
        if not rows:
            return
        records = self.sudo()  # sudo: evidence is the system's, whoever undoes a payment
        known = {
            (record.move_line_id.id, record.entry_id.id, record.payment_id.id): record
            for record in records.search([("move_line_id", "in", [row["move_line_id"] for row in rows])])
        }
        fresh = []
        for row in rows:
            if before := known.get((row["move_line_id"], row["entry_id"], row["payment_id"])):
                before.write({name: row[name] for name in ("date", "amount", "partial_id", "answer", "user_id")})
            else:
                fresh.append(row)
        records.create(fresh)

    # -- what a person says ---------------------------------------------------------------------------------------

    def action_came_back(self):
        """The bank took it back: its debtor is told of that first."""
        self._answer(BACK)

    def action_corrected(self):
        """It was a mistake of the bookkeeping: the claim goes on as if the payment had never been there."""
        self._answer(KEPT)

    def _answer(self, answer):
        self.check_access("read")
        for record in self:
            if not record.move_id:
                raise UserError(self.env._("The invoice of this payment was deleted. There is nothing to answer."))
            # sudo: evidence is the system's; whoever sees a payment of his company may say what became of it
            record.sudo().write({"answer": answer, "user_id": self.env.uid})
        self.sudo()._tell_answers(answer)  # sudo: what is told is the system's to gather
        self.move_id._dunning_redecide()

    def _tell_answers(self, answer):
        """That a person said what became of these payments is an event of their claims."""
        claims = self.env["dunning.ledger.told"]._claims(self.move_line_id.ids)
        self.env["dunning.event"]._tell(
            [
                {
                    "kind": ANSWERED[answer],
                    "company_id": record.company_id.id,
                    "debtor": record.partner_id.id,
                    "claims": [claims[record.move_line_id.id][0]] if record.move_line_id.id in claims else None,
                    "facts": {
                        "of": as_fact.record(record),
                        "entries": record.move_id.ids,
                        "numbers": record.move_id.name,
                        "amount": as_fact.money(record.amount, record.currency_id),
                        "on": as_fact.day(record.date),
                    },
                    "personal": {"payment": record.payment},
                }
                for record in self
            ]
        )
