"""What the limitation of open claims is worked out from, and where the answers go: SQL and no more."""

from ..claim.dunning_claim import WITH_TAKEN_IN

# The days on which the debtor of an item agreed to a plan over it. Of one that is no draft any more.
PLANS = """
(SELECT json_agg(json_build_object('id', a.id, 'on', a.agreed_on)) FROM dunning_payment_plan a
   JOIN res_partner w ON w.id = a.partner_id
  WHERE a.company_id = l.company_id AND a.state IN ('active', 'kept', 'broken') AND a.currency_id = l.currency_id
    AND w.commercial_partner_id = p.commercial_partner_id
    AND CASE WHEN a.numbers IS NULL OR a.numbers = '' THEN
             COALESCE(t.invoice_date, m.invoice_date, m.date) <= a.agreed_on
             AND NOT EXISTS (SELECT FROM account_move_dunning_dispute_rel x JOIN dunning_dispute s
                                 ON s.id = x.dunning_dispute_id
                              WHERE x.account_move_id = m.id AND COALESCE(s.amount, 0) = 0
                                AND s.opened_on <= a.agreed_on AND COALESCE(s.closed_on, a.agreed_on) >= a.agreed_on)
             ELSE EXISTS (SELECT FROM account_move_dunning_payment_plan_rel x
                           WHERE x.dunning_payment_plan_id = a.id AND x.account_move_id = m.id) END)
"""
# Letters that demanded payment of an item, with what is known of their arrival.
LETTERS = """
(SELECT json_agg(json_build_object(
            'id', f.id, 'name', f.name, 'on', f.sent_on,
            'proven', LEAST((SELECT MIN(d.delivered_on) FROM dunning_dispatch d
                              WHERE d.letter_id = f.id AND d.delivered_on >= f.sent_on
                                AND d.state NOT IN %(failed)s),
                            (SELECT MIN(o.opened_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Amsterdam')::date
                               FROM dunning_opening o WHERE o.letter_id = f.id)),
            'way', CASE WHEN f.message_id IS NOT NULL OR EXISTS (SELECT FROM dunning_dispatch d
                                 WHERE d.letter_id = f.id AND d.channel = 'email' AND d.state = 'accepted') THEN 'email'
                        WHEN f.channel = 'registered' AND f.on_paper_instead IS NOT TRUE THEN 'registered'
                        ELSE 'post' END))
   FROM dunning_letter_line k JOIN dunning_letter f ON f.id = k.letter_id AND f.state = 'sent'
  WHERE k.claim_id = q.id AND k.principal_part AND k.is_let_go IS NOT TRUE AND f.legal_type IN %(demands)s)
"""
# What the debtor paid of an item. What we set off or wrote off ourselves says nothing about what he acknowledges.
PAYMENTS = """
(SELECT json_agg(json_build_object('id', n.id, 'name', n.name, 'on', r.max_date))
   FROM account_partial_reconcile r
   JOIN account_move_line b ON b.id = r.credit_move_id
   JOIN account_move n ON n.id = b.move_id
  WHERE r.debit_move_id = l.id AND n.move_type = 'entry'
    AND NOT EXISTS (SELECT FROM dunning_write_off w WHERE w.entry_id = n.id)
    AND NOT EXISTS (SELECT FROM dunning_set_off s WHERE s.entry_id = n.id))
"""
# What somebody recorded by hand, with its proof.
RECORDED = """
(SELECT json_agg(json_build_object('id', i.id, 'on', i.date, 'kind', i.kind))
   FROM dunning_interruption i JOIN account_move_dunning_interruption_rel x ON x.dunning_interruption_id = i.id
  WHERE x.account_move_id = m.id AND i.company_id = l.company_id
    AND (m.move_type <> 'entry' OR i.partner_id = p.commercial_partner_id)) -- of an entry others owe parts
"""
# Open claims of one company that were due before today, with what may have interrupted their limitation.
OPEN_CLAIMS = f"""
SELECT l.id AS move_line_id, l.move_id, q.id AS claim_id, p.commercial_partner_id AS partner_id, h.id AS case_id,
       COALESCE(t.date_due, l.date_maturity) AS date_due,
       COALESCE(t.number, m.name) AS number,
       l.amount_residual AS amount_open,
       COALESCE(c.code, %(country)s) AS country,
       COALESCE(m.dunning_kind_set, d.dunning_debtor_kind, 'unknown') AS kind,
       {LETTERS} AS letters, {PAYMENTS} AS payments, {PLANS} AS plans, {RECORDED} AS recorded
  FROM account_move_line l
  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN res_partner p ON p.id = l.partner_id
  JOIN res_partner d ON d.id = p.commercial_partner_id
  LEFT JOIN res_country c ON c.id = d.country_id
  LEFT JOIN dunning_claim q ON q.move_line_id = l.id
  LEFT JOIN dunning_case h ON h.company_id = l.company_id AND h.partner_id = p.commercial_partner_id
  {WITH_TAKEN_IN}
 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
   AND l.amount_residual > 0 AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim)
   AND COALESCE(t.date_due, l.date_maturity) < %(today)s AND %(whose)s
 ORDER BY l.id
"""

# The answers of these debtors in the place of what stood there; what stays as it is, is not written.
KEEP = """
WITH fresh AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
        move_line_id int, move_id int, claim_id int, case_id int, partner_id int, regime_id int, number varchar,
        date_due date, amount_open numeric, debtor_kind varchar, first_last_day date, last_day date, safe_day date,
        stage varchar, interrupted_on date, interrupted_by varchar, ways varchar, acts jsonb)
), gone AS (
    DELETE FROM dunning_limitation_claim x
     WHERE x.company_id = %(company)s AND %(whose)s
       AND NOT EXISTS (SELECT FROM fresh f WHERE f.move_line_id = x.move_line_id)
)
INSERT INTO dunning_limitation_claim AS x (company_id, currency_id, {columns})
SELECT %(company)s, %(currency)s, {columns} FROM fresh
    ON CONFLICT (move_line_id) DO UPDATE SET (company_id, currency_id, {columns})
     = (EXCLUDED.company_id, EXCLUDED.currency_id, {excluded})
 WHERE (x.company_id, x.currency_id, {own}) IS DISTINCT FROM (EXCLUDED.company_id, EXCLUDED.currency_id, {excluded})
"""
COLUMNS = (
    "move_line_id", "move_id", "claim_id", "case_id", "partner_id", "regime_id", "number", "date_due", "amount_open",
    "debtor_kind", "first_last_day", "last_day", "safe_day", "stage", "interrupted_on", "interrupted_by", "ways",
    "acts",
)  # fmt: skip
KEEP = KEEP.format(
    columns=", ".join(COLUMNS),
    excluded=", ".join(f"EXCLUDED.{name}" for name in COLUMNS),
    own=", ".join(f"x.{name}" for name in COLUMNS),
)
