from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.facts import ZERO, Received
from ...engine.receipts import STOPS
from ...engine.rules import PRE_DUE
from ..claim.dunning_claim import WITH_TAKEN_IN
from ..dunning_money import IS_MONEY
from .dunning_recipient import ADDRESSES, BOUNCED, CONTACTS, MAIL_PROBLEM

CENT = Decimal("0.01")

OPEN = """SIGN(l.amount_residual_currency)::int AS amount_sign, l.amount_residual_currency::text AS amount,
           l.amount_residual::text AS residual_company"""
# Of what is left beyond a principal that is paid the ledger knows nothing, see ``dunning.imputation``.
REST = """1 AS amount_sign, '0' AS amount,
           COALESCE(l.balance / NULLIF(l.amount_currency, 0), 1)::text AS residual_company"""
# Which claims may have such a rest, of these debtors.
ANY_REST = """partner_id = ANY(%(partners)s) AND EXISTS (
    SELECT FROM dunning_charge h WHERE h.claim_id = dunning_claim.id AND h.state = 'asked')"""
LINES = """SELECT l.id AS line_id, l.move_id, COALESCE(t.number, m.name) AS number, m.move_type,
           NULLIF(m.partner_id, p.commercial_partner_id) AS addressee,
           p.commercial_partner_id AS partner_id, {amounts}, cur.name AS currency,
           COALESCE(t.date_due, l.date_maturity) AS due_date,
           COALESCE(l.no_followup, FALSE) AS no_followup,
           m.move_type = 'entry' OR (COALESCE(m.is_move_sent, FALSE) OR m.dunning_sent_how IS NOT NULL)
           AND m.dunning_sent_how IS DISTINCT FROM 'none' AND m.dunning_sent_changed IS NOT TRUE AS sent,
           CASE WHEN m.move_type <> 'entry' THEN COALESCE(m.dunning_sent_on, m.invoice_date) END AS sent_on,
           {own} AS own_procedure, m.dunning_kind_set AS own_kind, m.dunning_by_hand, m.dunning_next_day,
           %(periodic)s OR COALESCE(j.dunning_periodic, FALSE) AS periodic,
           CASE WHEN l.discount_date IS NOT NULL
                THEN (l.amount_currency - l.discount_amount_currency)::text END AS discount,
           l.discount_date, l.amount_currency::text AS billed,
           {rest} AS is_rest, pay.id IS NOT NULL AS under_way, m.reversed_entry_id AS credited,
           l.amount_residual_currency <> l.amount_currency AS is_partly,
           {is_money} AS is_money,
           COALESCE(t.invoice_date, m.invoice_date, m.date) AS dated, m.move_type = 'entry' AS taken_in,
           CASE WHEN m.move_type = 'entry' THEN 1 ELSE COUNT(*) OVER (PARTITION BY l.move_id) END AS instalments
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
      JOIN account_journal j ON j.id = m.journal_id
      JOIN res_currency cur ON cur.id = l.currency_id
      JOIN res_partner p ON p.id = l.partner_id
      {taken_in}
      LEFT JOIN account_payment pay
             ON pay.id = m.origin_payment_id AND pay.state = 'in_process'
            AND pay.is_matched IS NOT TRUE"""
# The open receivable lines of debtors with something due, claims and credits together, with what the debtor is.
ITEMS = f"""
WITH lines AS (
    {LINES.format(rest="FALSE", own="m.dunning_procedure_id", amounts=OPEN, taken_in=WITH_TAKEN_IN, is_money=IS_MONEY)}
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual_currency <> 0 %(only)s
       -- what was written off and is matched no more is no money of the debtor
       AND (l.amount_residual_currency < 0 AND NOT EXISTS (SELECT FROM dunning_write_off w WHERE w.entry_id = m.id)
            OR (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
               AND (COALESCE(t.date_due, l.date_maturity) < %(listed)s) IS NOT FALSE)
     UNION ALL
    {LINES.format(rest="TRUE", own="%(rests)s::int", amounts=REST, taken_in=WITH_TAKEN_IN, is_money=IS_MONEY)}
     WHERE l.reconciled AND l.parent_state = 'posted' %(only)s AND l.id IN (
           SELECT move_line_id FROM dunning_claim
            WHERE company_id = %(company)s AND %(which_rests)s AND ended_on IS NULL)
), overdue AS (
    SELECT partner_id,
           COALESCE(array_agg(DISTINCT addressee) FILTER (WHERE addressee IS NOT NULL), '{{}}') AS named
      FROM lines WHERE amount_sign > 0
     GROUP BY partner_id HAVING bool_or(due_date IS NULL OR due_date < %(seen)s)
), bounced AS MATERIALIZED ({BOUNCED}
), debtors AS MATERIALIZED (
    SELECT d.id AS partner_id, d.dunning_debtor_kind AS partner_kind,
           (d.dunning_procedure_id ->> %(company_key)s)::int AS partner_procedure,
           COALESCE(d.country_id, %(country)s) AS country_id, d.name AS partner_name, d.lang,
           c.contacts, c.langs, c.escalation, f.payer, f.by_hand AS partner_by_hand, f.next_day AS partner_next_day,
           {MAIL_PROBLEM.format(emails=ADDRESSES.format(text="d.email"))} AS mail_problem,
           TRIM(d.street) <> '' AND TRIM(d.city) <> '' AS has_address
      FROM overdue
      JOIN res_partner d ON d.id = overdue.partner_id
      LEFT JOIN dunning_case f ON f.partner_id = d.id AND f.company_id = %(company)s
     CROSS JOIN LATERAL ({CONTACTS.format(named="overdue.named")}) c
)
SELECT lines.*, debtors.*, COALESCE(lines.own_kind, debtors.partner_kind, 'unknown') AS kind,
       COALESCE(lines.dunning_by_hand OR debtors.partner_by_hand, FALSE) AS by_hand,
       GREATEST(lines.dunning_next_day, debtors.partner_next_day) AS not_before
  FROM lines JOIN debtors ON debtors.partner_id = lines.partner_id
 ORDER BY lines.due_date, lines.line_id
"""

# Receipts that nobody booked, with what is not booked of them and why they are a debtor's. `share` is how much of it
# is: all, but where a receipt points to claims of several debtors.
RECEIPTS = f"""
WITH named AS (
    SELECT s.id AS line_id, p.commercial_partner_id AS partner_id
      FROM res_partner p JOIN account_bank_statement_line s ON s.partner_id = p.id
     WHERE p.commercial_partner_id IN %(partners)s AND s.company_id = %(company)s AND s.is_reconciled IS NOT TRUE
), pointing AS (
    SELECT r.statement_line_id AS line_id, p.commercial_partner_id AS partner_id, r.is_shared,
           array_agg(COALESCE(t.number, m.name) ORDER BY c.id) AS claims, SUM(c.amount) AS part,
           (SELECT SUM(w.amount) FROM dunning_receipt_claim w WHERE w.receipt_id = r.id) AS whole
      FROM res_partner p
      JOIN account_move_line l ON l.partner_id = p.id AND l.company_id = %(company)s AND l.parent_state = 'posted'
      JOIN dunning_receipt_claim c ON c.move_line_id = l.id
       AND (l.reconciled IS NOT TRUE OR EXISTS ( -- of a rest the principal is paid
           SELECT FROM dunning_claim q JOIN dunning_charge h ON h.claim_id = q.id AND h.state = 'asked'
            WHERE q.move_line_id = l.id AND q.ended_on IS NULL))
      JOIN dunning_receipt r ON r.id = c.receipt_id AND r.certainty IN %(stops)s
      JOIN account_move m ON m.id = l.move_id
      {WITH_TAKEN_IN}
     WHERE p.commercial_partner_id IN %(partners)s
     GROUP BY r.id, p.commercial_partner_id
), about AS (
    SELECT COALESCE(n.partner_id, p.partner_id) AS partner_id, COALESCE(n.line_id, p.line_id) AS line_id, p.claims,
           CASE WHEN n.line_id IS NOT NULL OR p.is_shared OR p.whole = 0 THEN 1 ELSE p.part / p.whole END AS share,
           n.line_id IS NULL AND p.is_shared AS is_shared, n.line_id IS NOT NULL AS is_named
      FROM named n FULL JOIN pointing p ON p.line_id = n.line_id AND p.partner_id = n.partner_id
)
SELECT b.partner_id, s.id, m.date, s.payment_ref, r.rest::text, b.claims, b.share::text,
       b.is_shared OR NOT b.is_named AND s.partner_id IS NOT NULL
  FROM about b
  JOIN account_bank_statement_line s ON s.id = b.line_id
  JOIN account_move m ON m.id = s.move_id
  JOIN account_journal j ON j.id = m.journal_id
 CROSS JOIN LATERAL (
       SELECT -SUM(CASE WHEN a.reconcile THEN l.amount_residual ELSE l.balance END) AS rest
         FROM account_move_line l JOIN account_account a ON a.id = l.account_id
        WHERE l.move_id = m.id AND l.account_id = j.suspense_account_id) r
 WHERE m.state = 'posted' AND s.is_reconciled IS NOT TRUE AND s.amount > 0 AND r.rest > 0 AND m.date >= %(since)s
 ORDER BY m.date, s.id
"""
LONGEST = 80
# Debtors with something due, how many claims they have, and a mark of all that is open on their account.
DIGESTS = f"""
WITH lines AS (
    SELECT p.commercial_partner_id AS partner_id, l.id,
           COALESCE(t.date_due, l.date_maturity) AS date_maturity,
           hashtextextended(l.ctid::text, l.xmin::text::bigint)::numeric
           + hashtextextended(m.ctid::text, m.xmin::text::bigint) AS state,
           l.amount_residual_currency > 0
           AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim) AS is_claim
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
      JOIN res_partner p ON p.id = l.partner_id
      {WITH_TAKEN_IN}
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual_currency <> 0 %(only)s
     UNION ALL
    -- what is left beyond a principal that is paid, and asked
    SELECT p.commercial_partner_id, c.id, c.date_due,
           hashtextextended(c.ctid::text, c.xmin::text::bigint)::numeric
           + hashtextextended(l.ctid::text, l.xmin::text::bigint), TRUE
      FROM dunning_claim c
      JOIN account_move_line l ON l.id = c.move_line_id AND l.reconciled
      JOIN res_partner p ON p.id = l.partner_id
     WHERE c.company_id = %(company)s AND c.rest_is_asked AND c.ended_on IS NULL %(only)s
)
SELECT partner_id, COUNT(*) FILTER (WHERE is_claim), SUM(state)::text
  FROM lines
 GROUP BY partner_id
HAVING bool_or(is_claim AND (date_maturity IS NULL OR date_maturity < %(seen)s))
 ORDER BY MIN(date_maturity) FILTER (WHERE is_claim), MIN(id) FILTER (WHERE is_claim)
"""
# Inbound payments without an entry of their own, and whether they may pay rests.
PAYMENTS = """
SELECT p.name, q.commercial_partner_id, cur.name, p.amount::text,
       p.amount_company_currency_signed::text, array_remove(array_agg(r.invoice_id), NULL),
       p.state = 'in_process' OR COALESCE(bool_or(t.dunning_beyond = t.amount), FALSE)
  FROM account_payment p
  LEFT JOIN payment_transaction t ON t.id = p.payment_transaction_id
  JOIN res_partner q ON q.id = p.partner_id
  JOIN res_currency cur ON cur.id = p.currency_id
  LEFT JOIN account_move__account_payment r ON r.payment_id = p.id
 WHERE p.company_id = %s AND p.payment_type = 'inbound' AND p.partner_type = 'customer'
   AND p.move_id IS NULL AND p.state IN ('in_process', 'paid') AND q.commercial_partner_id IN %s
 GROUP BY p.id, q.commercial_partner_id, cur.name
HAVING p.state = 'in_process' OR COUNT(r.invoice_id) > 0
 ORDER BY COUNT(r.invoice_id) = 0, p.id
"""


class DunningLedger(models.AbstractModel):
    """What the ledger of one company holds of its debtors: open items, payments under way, receipts not booked.

    Amounts are read as text and become ``Decimal``: Odoo's cursor would turn them into floats.
    """

    _name = "dunning.ledger"
    _description = "Ledger of debtors"

    @api.model
    def _horizons(self, company, as_of, until=None):
        """Up to which due date claims are of interest: ``(to have a debtor looked at, to be listed on a letter)``.

        Both are `as_of` where no level looks ahead, so that nobody reads more than he needs.
        """
        levels = self.env["dunning.level"].sudo()  # rules, whoever asks
        levels = levels.search(
            [
                ("procedure_id.active", "=", True),
                ("company_id", "in", (False, company.id)),
                "|",
                ("legal_type", "=", PRE_DUE),
                ("list_not_due", "=", True),
            ]
        )
        notices = levels.filtered(lambda level: level.legal_type == PRE_DUE).mapped("delay_days")
        start = max(as_of, until or as_of)
        seen = start + timedelta(days=max(notices) + 1) if notices else start
        return seen, date.max if any(levels.mapped("list_not_due")) else seen

    @api.model
    def _digests(self, company, as_of, partner_ids=None):
        """The commercial partners that ``dunning.gather.facts`` tells of, by oldest claim; arguments as there.

        For whoever takes the facts in batches: what a batch holds in memory does not grow with the ledger.

        :return: ``{partner id: (number of claims, digest of all that is open)}``. The digest is another one as soon as
            a line or its entry was written, whoever did that.
        """
        if partner_ids is not None and not partner_ids:
            return {}
        self.env.flush_all()
        seen, _listed = self._horizons(company, as_of)
        only = SQL("AND p.commercial_partner_id IN %s", tuple(partner_ids)) if partner_ids is not None else SQL()
        self.env.cr.execute(SQL(DIGESTS, company=company.id, seen=seen, only=only))
        return {partner_id: (claims, digest) for partner_id, claims, digest in self.env.cr.fetchall()}

    @api.model
    def _items(self, company, seen, listed, partner_ids, all_rests=False):
        """Open receivable lines of debtors with something due before `seen`, claims and credits together, as dicts.

        Claims, as far as due before `listed`, are invoices and receipts, and journal entries that somebody took in as
        claims (which the debtor got in another way, so they count as sent), with the number and dates that were given
        then; a credit is any open receivable line the other way: credit note, payment, entry.

        :param all_rests: rests also where nobody said that they are asked; of these debtors only, who have to be named.
        """
        only = SQL("AND p.commercial_partner_id IN %s", tuple(partner_ids)) if partner_ids is not None else SQL()
        self.env.cr.execute(
            SQL(
                ITEMS,
                company=company.id,
                company_key=str(company.id),
                country=company.country_id.id or None,
                seen=seen,
                listed=listed,
                only=only,
                periodic=company.dunning_periodic,
                rests=company._dunning_rest_procedure().id or None,
                which_rests=SQL(ANY_REST, partners=list(partner_ids)) if all_rests else SQL("rest_is_asked"),
            )
        )
        names = [column.name for column in self.env.cr.description]
        return [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]

    @api.model
    def _in_payment(self, company, partners, rows, chosen=None):
        """Per receivable line what payments under way will take off it: ``(amount, name of the payment)``.

        A direct debit or another inbound payment without an entry of its own leaves the ledger as it is until the
        bank shows it. It counts for the invoices it was made for, oldest first, or else for any of the debtor's. One
        that is only a draft was not started. What was paid online and is not booked yet comes first.

        A rest is paid by what was made for it: a payment without an entry that Odoo calls paid is the one of its
        principal.

        :param chosen: what the debtor said himself that he pays of which item, see ``dunning.online.payment._chosen``.
        """
        payments = self.env.execute_query(SQL(PAYMENTS, company.id, partners))
        online = self.env["dunning.online.payment"]._under_way(company, partners)
        payments = [(*payment, True) for payment in online] + payments
        return self._shared_out(payments, rows, chosen or {}) if payments or chosen else {}

    @api.model
    def _shared_out(self, payments, rows, chosen):
        """What payments take off the claims that they are for, see ``_in_payment``."""
        claims, found = defaultdict(list), {}
        for row in rows:
            if own := chosen.get(row["line_id"]):
                part = own.total if row["is_rest"] else own.principal
                found[row["line_id"]] = (min(part, Decimal(row["amount"])), own.payment)
        for row in rows:
            if row["amount_sign"] > 0:
                claims["move", row["move_id"]].append(row)
                claims["partner", row["partner_id"]].append(row)
        for name, partner_id, currency, amount, in_company, move_ids, for_rests in payments:
            left, rate = Decimal(amount), Decimal(in_company) / (Decimal(amount) or 1)
            keys = [("move", move_id) for move_id in move_ids] or [("partner", partner_id)]
            meant = [row for key in keys for row in claims[key] if for_rests or not row["is_rest"]]
            for row in sorted(meant, key=lambda row: (row["due_date"] or date.max, row["line_id"])):
                before = found.get(row["line_id"], (ZERO, ""))[0]
                claim_rate = Decimal(row["residual_company"]) / Decimal(row["amount"])
                # how much of the payment one unit of the claim takes
                unit = 1 if row["currency"] == currency or not rate or not claim_rate else claim_rate / rate
                part = min((left / unit).quantize(CENT), Decimal(row["amount"]) - before)
                if part > 0:
                    left -= part * unit
                    found[row["line_id"]] = (before + part, name or "")
        return found

    @api.model
    def _receipts(self, company, partners, since=None):
        """Per debtor the bank receipts that are not booked and are or may be his: ``engine.facts.Received``, in order.

        Those whose line names him, and those that point to claims of his (``dunning.receipt``). Of a receipt of which a
        part was booked only the rest: what still stands on the account of the journal for what is not placed yet. That
        account is in the currency of the company, whatever that of the journal. What points to claims of several
        debtors is shared out as it points; what names one and points to another may be of either.

        :param since: only what came in on this day or later.
        """
        rows = self.env.execute_query(
            SQL(RECEIPTS, company=company.id, partners=partners, since=since or date.min, stops=tuple(STOPS))
        )
        found = defaultdict(list)
        for partner_id, line_id, on, text, rest, claims, share, shared in rows:
            amount = (Decimal(rest) * Decimal(share)).quantize(CENT)
            text = " ".join((text or "").split())[:LONGEST]
            found[partner_id].append(Received(line_id, on, text, amount, tuple(claims or ()), shared))
        return {partner_id: tuple(receipts) for partner_id, receipts in found.items()}

    @api.model
    def _unmatched(self, company, partners, since=None):
        """Per debtor what is his of bank receipts that are not booked yet, in company currency; see ``_receipts``."""
        return self._sums(self._receipts(company, partners, since))

    @api.model
    def _sums(self, receipts):
        """What these receipts are together, without those that may be of another debtor; nothing is left out."""
        sums = {
            partner_id: sum((receipt.amount for receipt in own if not receipt.shared), ZERO)
            for partner_id, own in receipts.items()
        }
        return {partner_id: amount for partner_id, amount in sums.items() if amount}
