"""What the answers about debtors rest on, as one statement: per debtor a mark that is another one after any change.

PostgreSQL gives a row another xmin or ctid with every change, whoever makes it: xmin names the transaction, ctid the
place of the row, which is a new one when the same transaction writes it again. So a mark is the sum of a
hash of the two over every row that counts; a row that counts no more changes the sum as well.
What decisions and cases say of their debtors is no part of it, since that is what comes of asking.
"""

from odoo.tools import SQL

from ..claim.dunning_claim import WITH_TAKEN_IN
from ..rules.members import MEMBERS
from .dunning_recipient import BOUNCED

# Tables of rules and names that no single debtor owns. A change in one of them is about everybody.
RULES = (
    "dunning_cause_route",
    "dunning_level",
    "dunning_level_channel",
    "dunning_procedure",
    "res_country",
    "res_currency",
)
# Of journals what counts: Odoo writes them while it books.
JOURNALS = """
SELECT string_agg(concat(id, ' ', dunning_periodic, ' ', suspense_account_id, ' ', bank_account_id, ' ', active), ','
                  ORDER BY id)
  FROM account_journal WHERE company_id = %(company)s
"""
RULE = """
SELECT concat({table!r}, COUNT(*), ' ', SUM(hashtextextended(ctid::text, xmin::text::bigint))) FROM {table} {where}
"""


def _mark(*rows):
    """The sum over these rows; sums of bigint are numeric, and so never too large."""
    return " + ".join(f"SUM(hashtextextended({row}.ctid::text, {row}.xmin::text::bigint))" for row in rows)


KNOWN = """
WITH known AS MATERIALIZED (
    SELECT partner_id FROM dunning_decision
     WHERE company_id = %(company)s AND is_current AND partner_id IS NOT NULL %(only)s
     UNION
    SELECT partner_id FROM dunning_freshness WHERE company_id = %(company)s %(only)s
), o AS MATERIALIZED (
    SELECT p.id, p.commercial_partner_id AS partner_id, LOWER(p.email) AS email,
           hashtextextended(p.ctid::text, p.xmin::text::bigint) AS mark
      FROM known JOIN res_partner p ON p.commercial_partner_id = known.partner_id
), items AS MATERIALIZED (
    SELECT o.partner_id, COALESCE(t.date_due, l.date_maturity) AS due_date,
           hashtextextended(l.ctid::text, l.xmin::text::bigint)::numeric
           + hashtextextended(m.ctid::text, m.xmin::text::bigint) AS mark,
           l.amount_residual_currency > 0
           AND (m.move_type IN ('out_invoice', 'out_receipt') OR m.dunning_is_claim) AS is_claim
      FROM o JOIN account_move_line l ON l.partner_id = o.id
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN account_move m ON m.id = l.move_id
      {taken_in}
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND l.amount_residual_currency <> 0
), grouped AS MATERIALIZED (
    SELECT m.group_id, m.partner_id FROM ({members}) m WHERE m.company_id = %(company)s
), dead AS MATERIALIZED (
    SELECT email FROM mail_blacklist WHERE active UNION ALL SELECT b.email FROM ({bounced}) b
)
"""
# Each gives (partner_id, mark) about the contacts `o` of the debtors asked for.
SOURCES = (
    "SELECT partner_id, SUM(mark) FROM o GROUP BY 1",
    "SELECT o.partner_id, SUM(hashtextextended(e.email, 0)) FROM o JOIN dead e ON e.email = o.email GROUP BY 1",
    # a field with more than one address, or with a name
    """
    SELECT o.partner_id, SUM(hashtextextended(e.email, 0)) FROM o JOIN dead e ON strpos(o.email, e.email) > 0
     WHERE o.email ~ '[,;<[:space:]]' GROUP BY 1
    """,
    "SELECT partner_id, SUM(mark) FROM items GROUP BY 1",
    """
    SELECT partner_id, SUM(hashtextextended(concat_ws(' ', payer, by_hand, next_day), id)) FROM dunning_case
     WHERE company_id = %(company)s AND (payer IS NOT NULL OR by_hand OR next_day IS NOT NULL)
       AND partner_id IN (SELECT partner_id FROM known)
     GROUP BY 1
    """,
    # by which number and dates the debtor knows what was taken in; what letters note on claims is no part of it
    """
    SELECT partner_id, SUM(hashtextextended(concat_ws(' ', number, invoice_date, date_due), id)) FROM dunning_claim
     WHERE company_id = %(company)s AND is_taken_in AND move_line_id IS NOT NULL
       AND partner_id IN (SELECT partner_id FROM known)
     GROUP BY 1
    """,
    # what letters ask beyond the principal, and what was booked or waived of it
    f"""
    SELECT c.partner_id, {_mark("h")} + SUM(hashtextextended(COALESCE(c.rest_is_asked, FALSE)::text, c.id))
      FROM dunning_charge h JOIN dunning_claim c ON c.id = h.claim_id
     WHERE h.company_id = %(company)s AND h.state = 'asked' AND c.partner_id IN (SELECT partner_id FROM known)
     GROUP BY 1
    """,
    f"""
    SELECT c.partner_id, {_mark("b")} FROM dunning_charge_booking b JOIN dunning_claim c ON c.id = b.claim_id
     WHERE b.company_id = %(company)s AND c.partner_id IN (SELECT partner_id FROM known)
     GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("f")} FROM o JOIN dunning_letter f ON f.partner_id = o.id
     WHERE f.company_id = %(company)s AND (f.state <> 'cancelled' OR f.sent_on IS NOT NULL)
     GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("h")} FROM o JOIN dunning_hold h ON h.partner_id = o.id
     WHERE h.company_id = %(company)s AND h.active GROUP BY 1
    """,
    # answers about invoices, and credit notes of them that nobody posted yet
    f"""
    SELECT partner_id, {_mark("c")} FROM dunning_check c WHERE company_id = %(company)s AND active GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("m")} FROM account_move m JOIN o ON o.id = m.partner_id
     WHERE m.company_id = %(company)s AND m.reversed_entry_id IS NOT NULL AND m.state = 'draft' GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("i")} FROM o JOIN dunning_insolvency i ON i.partner_id = o.id
     WHERE (i.company_id = %(company)s OR i.company_id IS NULL) AND i.stops GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("c")} FROM o JOIN dunning_care c ON c.partner_id = o.id
     WHERE c.company_id = %(company)s AND c.ended_on IS NULL GROUP BY 1
    """,
    f"""
    SELECT partner_id, {_mark("d")} FROM dunning_dispute d
     WHERE company_id = %(company)s AND state = 'open' GROUP BY 1
    """,
    f"""
    SELECT partner_id, {_mark("d")} FROM dunning_promise d
     WHERE company_id = %(company)s AND state = 'open' GROUP BY 1
    """,
    f"""
    SELECT partner_id, {_mark("d")} FROM dunning_agreement_letter d
     WHERE company_id = %(company)s AND state NOT IN ('failed', 'cancelled') GROUP BY 1
    """,
    f"""
    SELECT d.partner_id, {_mark("d", "i")} FROM dunning_payment_plan d
      JOIN dunning_payment_plan_instalment i ON i.plan_id = d.id
     WHERE d.company_id = %(company)s AND d.state = 'active' GROUP BY 1
    """,
    f"""
    SELECT partner_id, {_mark("c")} FROM dunning_contact c
     WHERE company_id = %(company)s AND active
       AND (counts_as_step OR counted_on > %(recent)s OR cause <> 'unknown') GROUP BY 1
    """,
    # short messages; of whoever belongs to a customer group what was sent to the others, and where its head office is
    f"""
    SELECT o.partner_id, {_mark("x")} FROM o JOIN dunning_dispatch x ON x.partner_id = o.id
     WHERE x.company_id = %(company)s AND x.channel IN ('sms', 'whatsapp') AND x.started_at > %(recent)s GROUP BY 1
    """,
    f"""
    SELECT own.partner_id, {_mark("g", "m")} FROM known JOIN grouped own ON own.partner_id = known.partner_id
      JOIN dunning_customer_group g ON g.id = own.group_id JOIN dunning_customer_group_member m ON m.group_id = g.id
     GROUP BY 1
    """,
    f"""
    SELECT own.partner_id, {_mark("h")} FROM known JOIN grouped own ON own.partner_id = known.partner_id
      JOIN dunning_customer_group g ON g.id = own.group_id JOIN res_partner h ON h.id = g.head_id GROUP BY 1
    """,
    *(
        f"""
        SELECT own.partner_id, {_mark("t")} FROM known JOIN grouped own ON own.partner_id = known.partner_id
          JOIN grouped mate ON mate.group_id = own.group_id AND mate.partner_id <> own.partner_id
          JOIN res_partner p ON p.commercial_partner_id = mate.partner_id JOIN {table} t ON t.partner_id = p.id
         WHERE t.company_id = %(company)s AND {when} GROUP BY 1
        """
        for table, when in (
            ("dunning_letter", "(t.state <> 'cancelled' OR t.sent_on IS NOT NULL) AND t.date > %(recent)s"),
            ("dunning_contact", "t.active AND t.counted_on > %(recent)s"),
            ("dunning_dispatch", "t.channel IN ('sms', 'whatsapp') AND t.started_at > %(recent)s"),
        )
    ),
    f"""
    SELECT partner_id, {_mark("r")} FROM dunning_reply r
     WHERE company_id = %(company)s AND state = 'open' GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("p")} FROM account_payment p JOIN o ON o.id = p.partner_id
     WHERE p.company_id = %(company)s AND p.move_id IS NULL AND p.state IN ('in_process', 'paid') GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("r")} FROM account_payment p JOIN o ON o.id = p.partner_id
      JOIN account_move__account_payment r ON r.payment_id = p.id
     WHERE p.company_id = %(company)s AND p.move_id IS NULL AND p.state IN ('in_process', 'paid') GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("s", "m")} FROM account_bank_statement_line s JOIN o ON o.id = s.partner_id
      JOIN account_move m ON m.id = s.move_id
     WHERE s.company_id = %(company)s AND s.is_reconciled IS NOT TRUE GROUP BY 1
    """,
    # a receipt that points to a claim of his, whether its line names him or not
    f"""
    SELECT o.partner_id,
           {_mark("s", "m")} + SUM(hashtextextended(concat_ws(' ', r.certainty, r.is_shared, c.amount), l.id))
      FROM dunning_receipt r JOIN dunning_receipt_claim c ON c.receipt_id = r.id
      JOIN account_move_line l ON l.id = c.move_line_id JOIN o ON o.id = l.partner_id
      JOIN account_bank_statement_line s ON s.id = r.statement_line_id JOIN account_move m ON m.id = s.move_id
     WHERE r.company_id = %(company)s AND s.is_reconciled IS NOT TRUE AND r.certainty IN ('certain', 'likely')
     GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("t")} FROM payment_transaction t
      JOIN account_invoice_transaction_rel r ON r.transaction_id = t.id
      JOIN account_move m ON m.id = r.invoice_id JOIN o ON o.id = m.partner_id
     WHERE t.company_id = %(company)s
       AND (t.state IN ('pending', 'authorized') OR t.state = 'done' AND t.is_post_processed IS NOT TRUE
            OR t.state = 'draft' AND t.dunning_started_at IS NOT NULL)
     GROUP BY 1
    """,
    f"""
    SELECT o.partner_id, {_mark("n")} FROM account_move m JOIN o ON o.id = m.partner_id
      JOIN mail_notification n ON n.mail_message_id = m.dunning_sent_message_id
     WHERE m.company_id = %(company)s AND n.notification_status IN ('bounce', 'exception') GROUP BY 1
    """,
    # a payment that was undone; whether it came back is in the items, the payments and what a person says here
    f"""
    SELECT o.partner_id, {_mark("r")} FROM dunning_return r JOIN account_move_line l ON l.id = r.move_line_id
      JOIN o ON o.id = l.partner_id
     WHERE r.company_id = %(company)s AND l.reconciled IS NOT TRUE GROUP BY 1
    """,
)
SNAILMAIL = f"""
    SELECT o.partner_id, {_mark("s")} FROM snailmail_letter s
      JOIN account_move m ON m.id = s.res_id JOIN o ON o.id = m.partner_id
     WHERE s.model = 'account.move' AND m.company_id = %(company)s AND s.state <> 'sent' GROUP BY 1
"""
# The invoices that something open was said about stand in a table of their own.
NAMED = """
    SELECT d.partner_id, SUM(hashtextextended(r.ctid::text, r.xmin::text::bigint))
      FROM {table} d JOIN {relation} r ON r.{column} = d.id
     WHERE d.company_id = %(company)s AND d.{open} GROUP BY 1
"""
NAMED_BY = {
    "dunning.dispute": "state = 'open'",
    "dunning.promise": "state = 'open'",
    "dunning.payment.plan": "state = 'active'",
    "dunning.contact": "active AND (d.counts_as_step OR d.cause <> 'unknown')",
}
DIGEST = "rules AS MATERIALIZED (SELECT md5(concat_ws('|', %(house)s, {rules})) AS digest)"
MARKS = """
, {digest}, sums AS (
    SELECT partner_id, SUM(mark) AS mark FROM ({sources}) s (partner_id, mark) GROUP BY 1
), marks AS (
    SELECT k.partner_id, COALESCE(m.mark, 0)::text AS mark, rules.digest AS rules
      FROM known k CROSS JOIN rules LEFT JOIN sums m ON m.partner_id = k.partner_id
)
"""
# Whose mark is not the one that was kept, or whose day has come.
STALE = """
SELECT m.partner_id, m.mark, m.rules
  FROM marks m LEFT JOIN dunning_freshness s ON s.partner_id = m.partner_id AND s.company_id = %(company)s
 WHERE s.mark IS DISTINCT FROM m.mark OR s.rules <> m.rules OR {day}
 ORDER BY 1
"""
# Rows on a screen are as of today; of the whole ledger those are looked at about whom the day alone says something new.
OF_TODAY = "s.day <> %(today)s OR s.turn <= s.day"  # or somebody could not ask, see `_suspect`
HAS_COME = "s.turn <= %(today)s OR s.day > %(today)s"
# About whom something was written that marks rest on, or whose day has come; NULL for everybody.
SUSPECTS = """
SELECT NULL::int AS partner_id FROM rules -- by the ends of an index, however many debtors there are
 WHERE rules.digest <> (SELECT MIN(s.rules) FROM dunning_freshness s WHERE s.company_id = %(company)s)
    OR rules.digest <> (SELECT MAX(s.rules) FROM dunning_freshness s WHERE s.company_id = %(company)s)
 UNION
SELECT p.commercial_partner_id FROM dunning_touch t LEFT JOIN res_partner p ON p.id = t.partner_id
 WHERE COALESCE(t.company_id, %(company)s) = %(company)s AND (t.partner_id IS NULL OR {touched})
 UNION
-- what is sent to one of a customer group counts for all of it
SELECT mate.partner_id FROM dunning_touch t JOIN res_partner p ON p.id = t.partner_id
  JOIN dunning_customer_group_member own ON own.partner_id = p.commercial_partner_id AND own.in_force
  JOIN dunning_customer_group_member mate ON mate.group_id = own.group_id
 WHERE COALESCE(t.company_id, %(company)s) = %(company)s AND own.company_id = %(company)s AND {mates}
 UNION
SELECT s.partner_id FROM dunning_freshness s WHERE s.company_id = %(company)s AND ({day}) {only}
"""
# Of rows on a screen some may never have been kept.
NEVER_KEPT = """
SELECT d.partner_id FROM dunning_decision d
 WHERE d.company_id = %(company)s AND d.is_current AND d.partner_id = ANY(%(partners)s)
   AND NOT EXISTS (SELECT FROM dunning_freshness s WHERE s.company_id = %(company)s AND s.partner_id = d.partner_id)
 UNION
"""
OF_ALL = SUSPECTS.format(touched="p.id IS NOT NULL", mates="TRUE", day=HAS_COME, only="")
OF_ROWS = NEVER_KEPT + SUSPECTS.format(
    touched="p.commercial_partner_id = ANY(%(partners)s)",
    mates="mate.partner_id = ANY(%(partners)s)",
    day=OF_TODAY,
    only="AND s.partner_id = ANY(%(partners)s)",
)


def stale(partner_ids=None):
    """The query after ``marks`` for ``(partner id, mark, digest of the rules)`` of debtors whose answers may be old.

    :param partner_ids: as for ``marks``.
    """
    return STALE.format(day=HAS_COME if partner_ids is None else OF_TODAY)


def marks(env, query, company, partner_ids=None, **facts):
    """What the answers about debtors rest on now, and a query over it.

    :param query: what follows after the tables ``marks`` (``partner_id, mark, rules``) and ``items``
        (``partner_id, due_date, is_claim``).
    :param partner_ids: commercial partners to limit it to; those about whom anything was ever asked when None.
    :param facts: ``house``: what holds for the company, as text; ``recent``: the day after which contacts hold letters
        back; ``today``; and what the query asks for.
    """
    sources = list(SOURCES)
    if "snailmail.letter" in env:
        sources.append(SNAILMAIL)
    for name, is_open in NAMED_BY.items():
        field, table = env[name]._fields["move_ids"], env[name]._table
        sources.append(NAMED.format(table=table, relation=field.relation, column=field.column1, open=is_open))
    text = KNOWN.format(bounced=BOUNCED, taken_in=WITH_TAKEN_IN, members=MEMBERS)
    text += MARKS.format(digest=_digest(), sources=" UNION ALL ".join(sources))
    only = SQL() if partner_ids is None else SQL("AND partner_id = ANY(%s)", list(partner_ids))
    return SQL(text + query, company=company.id, only=only, **facts)


def suspects(company, partner_ids=None, **facts):
    """The query for the debtors of whom answers may be old: their ``partner_id``, NULL for all of them.

    :param partner_ids: as for ``marks``. :param facts: as there.
    """
    query = OF_ALL if partner_ids is None else OF_ROWS
    return SQL(f"WITH {_digest()} {query}", company=company.id, partners=list(partner_ids or ()), **facts)


def _digest():
    """The rules that hold for everybody, as the table ``rules`` with one row."""
    rules = [RULE.format(table=table, where="") for table in RULES]
    rules.append(RULE.format(table="account_account", where="WHERE account_type = 'asset_receivable'"))
    rules.append(RULE.format(table="res_partner_bank", where="WHERE active IS NOT TRUE"))
    rules.append(JOURNALS)
    rules.append("SELECT latest_version FROM ir_module_module WHERE name = 'cremann_dunning'")
    return DIGEST.format(rules=", ".join(f"({rule})" for rule in rules))
