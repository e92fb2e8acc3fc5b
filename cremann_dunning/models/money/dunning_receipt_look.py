from decimal import Decimal

from psycopg2.errors import ReadOnlySqlTransaction

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import receipts as engine
from ..claim.dunning_claim import WITH_TAKEN_IN

# What came in on the bank and is not booked; what was reversed again is no receipt. `rest` is what stands on the
# account of the journal for what is not placed yet, in the currency of that item: of one booked in part the rest.
LINES = """
    SELECT s.id, s.ctid AS s_ctid, s.xmin AS s_xmin, m.ctid AS m_ctid, m.xmin AS m_xmin, m.date, s.move_id,
           s.journal_id, s.payment_ref, m.ref, m.narration, s.transaction_details, s.account_number, s.partner_name,
           s.partner_id
      FROM account_bank_statement_line s
      JOIN account_move m ON m.id = s.move_id
     WHERE s.company_id = %(company)s AND s.is_reconciled IS NOT TRUE AND s.amount > 0 AND m.state = 'posted'
       AND NOT EXISTS (SELECT FROM account_move x WHERE x.reversed_entry_id = m.id AND x.state = 'posted')
"""
RECEIPTS = f"""
SELECT s.id, s.date, COALESCE(s.payment_ref, ''), c.id, c.name, r.rest::text,
       concat_ws(' | ', s.payment_ref, s.ref, s.narration,
                 (SELECT string_agg(v #>> '{{}}', ' | ')
                    FROM jsonb_path_query(s.transaction_details, 'strict $.**') v
                   WHERE jsonb_typeof(v) = 'string')),
       COALESCE(s.account_number, ''), COALESCE(s.partner_name, ''), p.commercial_partner_id
  FROM ({LINES}) s
  JOIN account_journal j ON j.id = s.journal_id
  LEFT JOIN res_partner p ON p.id = s.partner_id
 CROSS JOIN LATERAL (
       SELECT l.currency_id,
              -SUM(CASE WHEN a.reconcile THEN l.amount_residual_currency ELSE l.amount_currency END) AS rest
         FROM account_move_line l JOIN account_account a ON a.id = l.account_id
        WHERE l.move_id = s.move_id AND l.account_id = j.suspense_account_id
        GROUP BY l.currency_id) r
  JOIN res_currency c ON c.id = r.currency_id
 WHERE r.rest > 0
 ORDER BY s.id
"""
# What is open, by what its debtor may call it: an entry that was taken in by its own number only, since its name is
# that of all its debtors.
CLAIMS = f"""
    SELECT l.id, p.commercial_partner_id AS partner_id, c.name AS currency, l.amount_residual_currency::text AS amount,
           COALESCE(t.number, CASE WHEN m.move_type <> 'entry' THEN m.name END) AS number,
           CASE WHEN m.move_type <> 'entry' THEN m.payment_reference END AS reference,
           CASE WHEN m.move_type <> 'entry' THEN m.ref END AS customer_ref,
           CASE WHEN m.move_type <> 'entry' THEN m.invoice_origin END AS origin,
           COALESCE(t.date_due, l.date_maturity)::text AS due, FALSE AS is_rest
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
      JOIN res_partner p ON p.id = l.partner_id
      JOIN res_currency c ON c.id = l.currency_id
      {WITH_TAKEN_IN}
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual_currency > 0
       AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
"""
# Of which the principal is paid and costs or interest are not, by what the debtor calls the invoice. What of these
# stands on an invoice of its own is a claim by itself. `amount` is a mark of all that it is reckoned from.
RESTS = """
    SELECT l.id, p.commercial_partner_id AS partner_id, u.name AS currency, concat(h.mark, ' ', b.mark) AS amount,
           c.number, CASE WHEN m.move_type <> 'entry' THEN m.payment_reference END AS reference, c.customer_ref,
           CASE WHEN m.move_type <> 'entry' THEN m.invoice_origin END AS origin, c.date_due::text AS due,
           TRUE AS is_rest
      FROM dunning_claim c
      JOIN account_move_line l ON l.id = c.move_line_id AND l.reconciled AND l.parent_state = 'posted'
      JOIN account_move m ON m.id = l.move_id
      JOIN res_partner p ON p.id = l.partner_id
      JOIN res_currency u ON u.id = l.currency_id
     CROSS JOIN LATERAL (
           SELECT SUM(amount) AS amount, string_agg(concat(id, ' ', amount), ' ' ORDER BY id) AS mark
             FROM dunning_charge WHERE claim_id = c.id AND state = 'asked') h
     CROSS JOIN LATERAL (
           SELECT SUM(k.amount - GREATEST(COALESCE(i.amount_residual_currency, 0), 0)) AS amount,
                  string_agg(concat(k.id, ' ', i.amount_residual_currency), ' ' ORDER BY k.id) AS mark
             FROM dunning_charge_booking k LEFT JOIN account_move_line i ON i.id = k.move_line_id
            WHERE k.claim_id = c.id AND k.is_undone IS NOT TRUE) b
     WHERE c.company_id = %(company)s AND c.ended_on IS NULL AND h.amount > COALESCE(b.amount, 0)
"""
INVOICED = """
SELECT c.move_line_id, SUM(i.amount_residual_currency)::text
  FROM dunning_claim c
  JOIN dunning_charge_booking k ON k.claim_id = c.id AND k.is_undone IS NOT TRUE AND k.amount > 0
  JOIN account_move_line i ON i.id = k.move_line_id AND i.amount_residual_currency > 0
  JOIN account_move m ON m.id = i.move_id AND m.move_type IN ('out_invoice', 'out_receipt')
 WHERE c.move_line_id = ANY(%(items)s)
 GROUP BY 1
"""
PEOPLE = """
    SELECT d.id, d.name, b.numbers
      FROM (SELECT DISTINCT partner_id FROM claims) q
      JOIN res_partner d ON d.id = q.partner_id
      LEFT JOIN (
           SELECT p.commercial_partner_id AS partner_id,
                  array_agg(k.sanitized_acc_number ORDER BY k.id) AS numbers
             FROM res_partner_bank k JOIN res_partner p ON p.id = k.partner_id
            WHERE k.active AND k.sanitized_acc_number IS NOT NULL
              AND (k.company_id IS NULL OR k.company_id = %(company)s)
            GROUP BY 1) b ON b.partner_id = d.id
"""
# Letters that went out about what is still open; whoever had one that was taken back may pay it all the same.
LETTERS = """
    SELECT f.id, c.name AS currency, f.amount_total::text AS total, array_agg(DISTINCT t.move_line_id) AS line_ids,
           COALESCE(f.payment_reference_key, '') AS reference
      FROM claims q
      JOIN dunning_claim t ON t.move_line_id = q.id
      JOIN dunning_letter_line k ON k.claim_id = t.id AND k.principal_part AND k.is_let_go IS NOT TRUE
      JOIN dunning_letter f ON f.id = k.letter_id AND f.state IN ('sent', 'cancelled') AND f.sent_on IS NOT NULL
      JOIN res_currency c ON c.id = f.currency_id
     GROUP BY f.id, c.name
     UNION ALL
    -- what debtors chose to pay on their pages is asked of them as a letter asks
    SELECT -h.id, c.name, h.amount::text, array_agg(DISTINCT q.id), COALESCE(h.payment_reference_key, '')
      FROM claims q
      JOIN dunning_payment_choice h ON h.parts @> jsonb_build_array(jsonb_build_object('item', q.id))
       AND h.partner_id = q.partner_id AND h.company_id = %(company)s
      JOIN res_currency c ON c.id = h.currency_id
     GROUP BY h.id, c.name
"""
OWN = """
SELECT k.sanitized_acc_number FROM res_partner_bank k JOIN res_company c ON c.partner_id = k.partner_id
 WHERE c.id = %(company)s AND k.sanitized_acc_number IS NOT NULL
"""
# One text for all receipts, and one for all that they are looked up in; nothing where nothing is to be looked up. With
# them what they were at the last look.
MARK = f"""
SELECT m.mark, m.number, k.lines, k.against
  FROM (SELECT concat(COUNT(*), ' ', SUM(hashtextextended(concat(s_ctid, m_ctid), 0)::numeric
                                         + hashtextextended(concat(s_xmin, m_xmin), 0))) AS mark, COUNT(*) AS number
          FROM ({LINES}) s) m
  LEFT JOIN dunning_receipt_look k ON k.company_id = %(company)s
"""
OF_CLAIMS = f"WITH claims AS MATERIALIZED ({CLAIMS} UNION ALL {RESTS})"
AGAINST = f"{OF_CLAIMS} SELECT " + " || ' ' || ".join(
    f"(SELECT concat(COUNT(*), ' ', SUM(hashtextextended(q::text, 0)::numeric)) FROM ({query}) q)"
    for query in ("SELECT * FROM claims", PEOPLE, LETTERS, OWN)
)
SEPARATORS = (",", ";", "\n")
LONGEST = 140


class DunningReceiptLook(models.Model):
    """The last look at the receipts of a company that nobody booked: what they were then, and what was open.

    All of them are looked at together as soon as a line, a claim, a debtor, an account or a letter is another one,
    whoever changed it; what each points to stands in ``dunning.receipt``. Rules and reasons: docs/receipts.md.
    """

    _name = "dunning.receipt.look"
    _description = "Look at Receipts"
    _inherit = ["dunning.record.mixin"]
    _log_access = False
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    lines = fields.Char(readonly=True, help="Stands for all receipts that are not booked.")
    against = fields.Char(readonly=True, help="Stands for everything that they were looked up in.")

    _once = models.UniqueIndex("(company_id)", "There is one look in a company.")

    @api.model
    def _bring(self, company, against=True):
        """What receipts point to is true of now, for whoever decides or looks.

        Whoever comes while somebody else is looking takes what was there before.

        :param against: ask as well whether something else than a receipt has changed, which takes a look at all that
            is open; without it, one at the receipts that are not booked.
        :raises ReadOnlySqlTransaction: something changed, and this cursor only reads; Odoo tries again with another.
        """
        self.env.flush_all()
        [(lines, number, *known)] = self._rows(MARK, company)
        if not number and known == [None, None]:
            return
        now = [lines, (self._against(company) if against or known[0] != lines else known[1]) if number else ""]
        if now == known:
            return
        if self.env.cr.readonly:
            raise ReadOnlySqlTransaction("Receipts are looked at anew")
        [(is_free,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('dunning_receipt'), %s)", company.id)
        )
        if is_free:
            # sudo: what is found is the same whoever asks, and nobody writes it
            self.sudo()._look(company, *now)

    @api.model
    def _against(self, company):
        return self._rows(AGAINST, company)[0][0]

    @api.model
    def _rows(self, query, company):
        return self.env.execute_query(SQL(query, company=company.id))

    @api.model
    def _look(self, company, lines, against):
        """Look all receipts up, and write where the answer is another one."""
        receipts, told = [], {}
        for id_, day, label, currency_id, currency, rest, text, number, name, partner_id in self._rows(
            RECEIPTS, company
        ):
            receipts.append(engine.Receipt(id_, currency, Decimal(rest), text, number, name, partner_id))
            told[id_] = (day, " ".join(label.split())[:LONGEST], (name or number)[:LONGEST], currency_id, Decimal(rest))
        found = self._book(company).find_all(receipts) if receipts else {}
        self.env["dunning.receipt"]._keep(company, {id_: (*told[id_], answer) for id_, answer in found.items()})
        self.env.execute_query(
            SQL(
                """
                INSERT INTO dunning_receipt_look AS l (company_id, lines, against) VALUES (%s, %s, %s)
                    ON CONFLICT (company_id) DO UPDATE SET lines = EXCLUDED.lines, against = EXCLUDED.against
                RETURNING l.id
                """,
                company.id,
                lines,
                against,
            )
        )
        self.invalidate_model()

    @api.model
    def _book(self, company):
        """What is open of the debtors of a company, as ``engine.receipts.Book``."""
        rows = self._rows(f"{OF_CLAIMS} SELECT * FROM claims", company)
        rests = self._rests(company, rows)
        claims = [
            engine.Owed(
                id_, partner_id, currency, rests[id_] if is_rest else Decimal(amount),
                _several(number), _several(ref, origin), paid_by, due, is_rest,
            )
            for id_, partner_id, currency, amount, number, paid_by, ref, origin, due, is_rest in rows
            if not is_rest or id_ in rests
        ]  # fmt: skip
        people = [
            engine.Person(id_, (name or "",), tuple(numbers or ()))
            for id_, name, numbers in self._rows(OF_CLAIMS + PEOPLE, company)
        ]
        letters = [
            engine.Asked(currency, Decimal(total), frozenset(line_ids), reference)
            for _id, currency, total, line_ids, reference in self._rows(OF_CLAIMS + LETTERS, company)
        ]
        return engine.Book(claims, people, letters, [number for (number,) in self._rows(OWN, company)])

    @api.model
    def _rests(self, company, rows):
        """What is left of costs and interest of those rows that are rests: ``{item id: amount}``."""
        debtors = {row[1] for row in rows if row[-1]}
        if not debtors:
            return {}
        found = self.env["dunning.imputation"]._rests(company, debtors, company._dunning_today())
        left = {rest.line_id: rest.residual for rests in found.values() for rest in rests}
        for id_, invoiced in self.env.execute_query(SQL(INVOICED, items=list(left))):
            left[id_] -= Decimal(invoiced)
        return {id_: amount for id_, amount in left.items() if amount > 0}


def _several(*texts):
    """The numbers in fields that may hold more than one."""
    found = []
    for text in filter(None, texts):
        for separator in SEPARATORS:
            text = text.replace(separator, SEPARATORS[0])
        found += [part.strip() for part in text.split(SEPARATORS[0]) if part.strip()]
    return tuple(found)
