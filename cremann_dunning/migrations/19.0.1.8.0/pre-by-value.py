"""No foreign key of ours holds an entry, an item or a contact person; what was said about them stays by value.

The keys that are only asked for differently (SET NULL) Odoo makes anew by itself. The others are dropped here, and the
new columns filled in sets.
"""

# Links of records to what they name in the ledger, as Odoo called table and column.
LINKS = {
    "account_move_dunning_dispute_rel": "account_move_id",
    "account_move_dunning_promise_rel": "account_move_id",
    "account_move_dunning_payment_plan_rel": "account_move_id",
    "account_move_dunning_contact_rel": "account_move_id",
    "account_move_line_dunning_contact_rel": "account_move_line_id",
}


def migrate(cr, version):
    """Drop the keys, add the columns, fill them."""
    if not version:
        return
    _drop_keys(cr)
    _fill_lines(cr)
    _fill_contacts(cr)
    cr.execute("ALTER TABLE dunning_decision ADD COLUMN IF NOT EXISTS number varchar")
    cr.execute(
        "UPDATE dunning_decision d SET number = m.name FROM account_move m WHERE m.id = d.move_id AND d.number IS NULL"
    )
    cr.execute("ALTER TABLE dunning_letter ADD COLUMN IF NOT EXISTS contact_name varchar")
    cr.execute(
        """
        UPDATE dunning_letter f SET contact_name = COALESCE(NULLIF(p.complete_name, ''), p.name)
          FROM res_partner p WHERE p.id = f.contact_id AND f.state <> 'draft' AND f.contact_name IS NULL
        """
    )


def _drop_keys(cr):
    for table, column in {"dunning_letter_line": "move_line_id", **LINKS}.items():
        cr.execute(f"ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS {table}_{column}_fkey")  # names from above
    for table, columns in {
        "dunning_letter_line": ("move_id", "move_line_id"),
        "dunning_letter": ("contact_id",),
        "dunning_decision": ("move_id", "partner_id"),
    }.items():
        for column in columns:
            cr.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")  # names from above


def _fill_lines(cr):
    """Number and place among the claims of the entry: until now every line kept its item."""
    cr.execute(
        """
        ALTER TABLE dunning_letter_line ADD COLUMN IF NOT EXISTS number varchar,
              ADD COLUMN IF NOT EXISTS instalments integer, ADD COLUMN IF NOT EXISTS alike integer
        """
    )
    cr.execute(
        "UPDATE dunning_letter_line k SET move_id = NULL WHERE NOT EXISTS (SELECT FROM account_move m"
        " WHERE m.id = k.move_id)"
    )
    cr.execute(
        """
        WITH claims AS (
            SELECT l.id, m.name AS number,
                   COUNT(*) OVER (PARTITION BY l.move_id, l.partner_id) AS instalments,
                   COUNT(*) OVER (PARTITION BY l.move_id, l.partner_id, l.date_maturity, l.amount_currency) AS alike
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
              JOIN account_move m ON m.id = l.move_id
             WHERE l.amount_currency > 0 AND l.move_id IN (SELECT move_id FROM dunning_letter_line)
        )
        UPDATE dunning_letter_line k
           SET number = c.number, instalments = c.instalments, alike = c.alike
          FROM claims c WHERE c.id = k.move_line_id
        """
    )
    cr.execute(
        """
        UPDATE dunning_letter_line k SET number = COALESCE(k.number, m.name),
               instalments = COALESCE(k.instalments, 1), alike = COALESCE(k.alike, 1)
          FROM account_move m WHERE m.id = k.move_id AND (k.number IS NULL OR k.instalments IS NULL)
        """
    )


def _fill_contacts(cr):
    """Which claims contacts moved that counted; before what comes later reads it, also where versions are skipped."""
    cr.execute("SELECT to_regclass('dunning_contact')")
    if not cr.fetchone()[0]:  # before 19.0.1.1.0
        return
    cr.execute("ALTER TABLE dunning_contact ADD COLUMN IF NOT EXISTS told jsonb")
    cr.execute(
        """
        WITH claims AS (
            SELECT l.id AS line, l.move_id AS move, l.date_maturity AS due, l.amount_currency AS amount,
                   u.name AS currency,
                   COUNT(*) OVER (PARTITION BY l.move_id, l.partner_id) AS instalments,
                   COUNT(*) OVER (PARTITION BY l.move_id, l.partner_id, l.date_maturity, l.amount_currency) AS alike
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
              JOIN res_currency u ON u.id = l.currency_id
             WHERE l.amount_currency > 0 AND l.move_id IN (
                   SELECT i.move_id FROM account_move_line_dunning_contact_rel r
                     JOIN account_move_line i ON i.id = r.account_move_line_id)
        ), told AS (
            SELECT r.dunning_contact_id AS id, jsonb_agg(to_jsonb(c)) AS told
              FROM account_move_line_dunning_contact_rel r JOIN claims c ON c.line = r.account_move_line_id
             GROUP BY 1
        )
        UPDATE dunning_contact d SET told = t.told FROM told t WHERE t.id = d.id AND d.told IS NULL
        """
    )
