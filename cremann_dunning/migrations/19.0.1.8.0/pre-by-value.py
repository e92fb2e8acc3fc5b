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
