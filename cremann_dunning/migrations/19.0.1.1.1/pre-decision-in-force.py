# Keys that are no longer asked for, see models/run/dunning_bulk.py.
UNGUARDED = {
    "dunning_decision": ("company_id", "currency_id", "create_uid", "write_uid"),
    "dunning_letter_line": ("company_id", "create_uid", "write_uid"),
}


def migrate(cr, version):
    """The decision in force is marked in its own table; the three columns it had on the invoices go."""
    for table, columns in UNGUARDED.items():
        for column in columns:
            cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_fkey")  # names from above
    cr.execute(
        "SELECT 1 FROM information_schema.columns "
        "WHERE table_name = 'account_move' AND column_name = 'dunning_decision_id'"
    )
    if not cr.fetchone():
        return
    cr.execute("ALTER TABLE dunning_decision ADD COLUMN IF NOT EXISTS is_current boolean")
    cr.execute(
        "UPDATE dunning_decision d SET is_current = TRUE "
        "FROM account_move m WHERE m.dunning_decision_id = d.id AND m.id = d.move_id"
    )
    cr.execute(
        "ALTER TABLE account_move DROP COLUMN dunning_decision_id, DROP COLUMN dunning_next_level_id, "
        "DROP COLUMN dunning_next_date"
    )
