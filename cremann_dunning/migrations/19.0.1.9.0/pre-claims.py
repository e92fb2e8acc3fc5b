"""What was said about items of the ledger becomes claims, see models/claim/dunning_claim.py.

In sets, before Odoo asks that every line of a letter has its claim. Columns that claims keep now go at the end.
"""

import logging

_logger = logging.getLogger(__name__)

NOTED = ("dunning_dispute", "dunning_promise", "dunning_payment_plan", "dunning_contact")


def migrate(cr, version):
    """Claims from letters, contacts, agreements and holds.

    :raises ValueError: a line of a letter that would have no claim, or another item than before; nothing is changed.
    """
    if not version:
        return
    cr.execute("SELECT COUNT(*), COUNT(move_line_id) FROM dunning_letter_line")
    before = cr.fetchone()
    _make_tables(cr)
    _from_letters(cr)
    cr.execute("SELECT to_regclass('dunning_contact')")
    spoken = cr.fetchone()[0]  # contacts, promises, plans and disputes came together, with 19.0.1.1.0
    if spoken:
        _from_contacts(cr)
    _from_what_was_noted(cr, NOTED if spoken else ())
    cr.execute(
        "SELECT COUNT(*), COUNT(c.move_line_id) FILTER (WHERE c.move_line_id = k.move_line_id)"
        "  FROM dunning_letter_line k JOIN dunning_claim c ON c.id = k.claim_id"
    )
    after = cr.fetchone()
    if before != after:
        raise ValueError(f"Claims: {before} lines of letters (all, with an item) would become {after}.")
    cr.execute(
        "UPDATE dunning_claim c SET item_partner_id = l.partner_id FROM account_move_line l WHERE l.id = c.move_line_id"
    )
    cr.execute("SELECT COUNT(*) FROM dunning_claim")
    _logger.info("Claims: %s made for %s lines of letters", cr.fetchone()[0], before[0])
    cr.execute(
        """
        ALTER TABLE dunning_letter_line DROP COLUMN move_line_id, DROP COLUMN IF EXISTS alike,
              DROP COLUMN IF EXISTS instalments;
        ALTER TABLE IF EXISTS dunning_contact DROP COLUMN told;
        DROP TABLE IF EXISTS account_move_line_dunning_contact_rel
        """
    )


def _make_tables(cr):
    cr.execute(
        """
        CREATE TABLE dunning_claim (
            id serial PRIMARY KEY, create_uid integer, create_date timestamp, write_uid integer, write_date timestamp,
            company_id integer, case_id integer, partner_id integer, currency_id integer, move_id integer,
            move_line_id integer, number varchar, label varchar, customer_ref varchar, invoice_date date, date_due date,
            amount_total numeric, instalment integer, instalments integer, alike integer, ended_on date,
            end_reason varchar, into_id integer, item_partner_id integer);
        CREATE TABLE dunning_claim_dunning_contact_rel (
            dunning_claim_id integer NOT NULL, dunning_contact_id integer NOT NULL,
            PRIMARY KEY (dunning_claim_id, dunning_contact_id));
        ALTER TABLE dunning_letter_line ADD COLUMN claim_id integer, ADD COLUMN is_let_go boolean DEFAULT FALSE,
              ADD COLUMN IF NOT EXISTS customer_ref varchar; -- came with 19.0.1.5.0, which an update may skip
        ALTER TABLE dunning_letter_line ALTER COLUMN is_let_go DROP DEFAULT
        """
    )


def _from_letters(cr):
    """One claim per item that letters are about; and one per debtor, entry, date and amount where the item is gone."""
    cr.execute(
        """
        CREATE TEMPORARY TABLE said ON COMMIT DROP AS
        SELECT k.id, f.company_id, f.case_id, d.partner_id, f.currency_id, k.move_id, k.move_line_id, k.number, k.label,
               k.customer_ref, k.invoice_date, k.date_due, k.amount_total, k.instalments, k.alike,
               DENSE_RANK() OVER (ORDER BY k.move_line_id IS NULL, k.move_line_id,
                   CASE WHEN k.move_line_id IS NULL
                        THEN (f.case_id, k.move_id, k.number, k.date_due, k.amount_total, f.currency_id)::text END
               ) AS place,
               f.state = 'sent' AS sent, COALESCE(f.sent_on, f.date) AS day
          FROM dunning_letter_line k
          JOIN dunning_letter f ON f.id = k.letter_id
          JOIN dunning_case d ON d.id = f.case_id
        """
    )
    cr.execute(
        """
        INSERT INTO dunning_claim (id, create_uid, create_date, write_uid, write_date, company_id, case_id, partner_id,
               currency_id, move_id, move_line_id, number, label, customer_ref, invoice_date, date_due, amount_total,
               instalments, alike, ended_on, end_reason)
        SELECT DISTINCT ON (place) place, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC', company_id, case_id,
               partner_id, currency_id, move_id, move_line_id, number, label, customer_ref, invoice_date, date_due,
               amount_total, COALESCE(instalments, 1), COALESCE(alike, 1),
               CASE WHEN move_line_id IS NULL THEN CURRENT_DATE END,
               CASE WHEN move_line_id IS NULL AND move_id IS NULL THEN 'deleted'
                    WHEN move_line_id IS NULL THEN 'let_go' END
          FROM said ORDER BY place, sent DESC, day DESC, id DESC
        """
    )
    cr.execute("SELECT setval('dunning_claim_id_seq', COALESCE(MAX(id), 0) + 1, FALSE) FROM dunning_claim")
    cr.execute("UPDATE dunning_letter_line k SET claim_id = s.place FROM said s WHERE s.id = k.id")
    cr.execute(
        """
        UPDATE dunning_claim c SET instalment = i.place
          FROM (SELECT l.id, ROW_NUMBER() OVER (PARTITION BY l.move_id, l.partner_id ORDER BY l.date_maturity, l.id)
                           AS place
                  FROM account_move_line l
                  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
                 WHERE l.amount_currency > 0 AND l.move_id IN (SELECT move_id FROM dunning_claim)) i
         WHERE i.id = c.move_line_id
        """
    )
    cr.execute("UPDATE dunning_claim SET instalment = 1 WHERE instalment IS NULL")
    cr.execute("CREATE UNIQUE INDEX dunning_claim_migration_idx ON dunning_claim (move_line_id)")


def _from_contacts(cr):
    """Contacts that counted: their claims are those of the letters, or come into being with what was kept of them."""
    cr.execute(
        """
        CREATE TEMPORARY TABLE spoken ON COMMIT DROP AS
        SELECT c.id AS contact, c.company_id, c.case_id, d.partner_id, u.id AS currency_id, m.id AS move_id, m.name,
               t.line, t.due, t.amount, t.instalments, t.alike
          FROM dunning_contact c
          JOIN dunning_case d ON d.id = c.case_id
         CROSS JOIN LATERAL jsonb_to_recordset(c.told)
                 AS t (move int, line int, due date, amount numeric, currency text, instalments int, alike int)
          JOIN res_currency u ON u.name = t.currency
          LEFT JOIN account_move m ON m.id = t.move
         WHERE c.told IS NOT NULL AND jsonb_typeof(c.told) = 'array'
        """
    )
    cr.execute(
        """
        INSERT INTO dunning_claim (create_uid, create_date, write_uid, write_date, company_id, case_id, partner_id,
               currency_id, move_id, move_line_id, number, date_due, amount_total, instalment, instalments, alike)
        SELECT DISTINCT ON (line) 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC', company_id, case_id,
               partner_id, currency_id, move_id, line, name, due, amount, 1, COALESCE(instalments, 1),
               COALESCE(alike, 1)
          FROM spoken WHERE line IS NOT NULL ORDER BY line, contact DESC
            ON CONFLICT (move_line_id) DO NOTHING
        """
    )
    cr.execute(
        """
        INSERT INTO dunning_claim_dunning_contact_rel (dunning_claim_id, dunning_contact_id)
        SELECT DISTINCT c.id, s.contact FROM spoken s JOIN dunning_claim c ON c.move_line_id = s.line
        """
    )
    cr.execute(
        """
        WITH gone AS (
            SELECT s.*, nextval('dunning_claim_id_seq') AS claim FROM spoken s WHERE s.line IS NULL
        ), ended AS (
            INSERT INTO dunning_claim (id, create_uid, create_date, write_uid, write_date, company_id, case_id,
                   partner_id, currency_id, move_id, number, date_due, amount_total, instalment, instalments, alike,
                   ended_on, end_reason)
            SELECT claim, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC', company_id, case_id, partner_id,
                   currency_id, move_id, name, due, amount, 1, COALESCE(instalments, 1), COALESCE(alike, 1),
                   CURRENT_DATE, CASE WHEN move_id IS NULL THEN 'deleted' ELSE 'let_go' END
              FROM gone
        )
        INSERT INTO dunning_claim_dunning_contact_rel (dunning_claim_id, dunning_contact_id)
        SELECT claim, contact FROM gone
        """
    )


def _from_what_was_noted(cr, tables):
    """Open items of invoices that disputes, promises, plans, contacts and holds name."""
    links = "".join(
        f"SELECT r.account_move_id AS move_id, t.case_id FROM account_move_{table}_rel r"  # names from above
        f" JOIN {table} t ON t.id = r.{table}_id UNION "
        for table in tables
    )
    cr.execute(
        f"""
        WITH named AS (
            {links}
            SELECT h.move_id, d.id AS case_id FROM dunning_hold h
              JOIN res_partner p ON p.id = h.partner_id
              JOIN dunning_case d ON d.partner_id = p.commercial_partner_id AND d.company_id = h.company_id
        ), item AS (
            SELECT l.id, l.move_id, l.company_id, l.currency_id, p.commercial_partner_id AS partner_id, m.name,
                   l.name AS label, COALESCE(m.invoice_date, m.date) AS day, l.date_maturity, l.amount_currency,
                   ROW_NUMBER() OVER own AS place, COUNT(*) OVER entry AS number,
                   COUNT(*) OVER (PARTITION BY l.move_id, l.partner_id, l.date_maturity, l.amount_currency) AS alike
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
              JOIN account_move m ON m.id = l.move_id
              JOIN res_partner p ON p.id = l.partner_id
             WHERE l.amount_currency > 0 AND l.move_id IN (SELECT move_id FROM named)
            WINDOW entry AS (PARTITION BY l.move_id, l.partner_id),
                   own AS (PARTITION BY l.move_id, l.partner_id ORDER BY l.date_maturity, l.id)
        )
        INSERT INTO dunning_claim (create_uid, create_date, write_uid, write_date, company_id, case_id, partner_id,
               currency_id, move_id, move_line_id, number, label, invoice_date, date_due, amount_total, instalment,
               instalments, alike)
        SELECT DISTINCT ON (i.id) 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC', i.company_id, d.id,
               i.partner_id, i.currency_id, i.move_id, i.id, i.name, i.label, i.day, i.date_maturity,
               i.amount_currency, i.place, i.number, i.alike
          FROM item i
          JOIN dunning_case d ON d.partner_id = i.partner_id AND d.company_id = i.company_id
         ORDER BY i.id
            ON CONFLICT (move_line_id) DO NOTHING
        """
    )
    cr.execute("DROP INDEX dunning_claim_migration_idx")
