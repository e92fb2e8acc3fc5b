# Keys that are no longer asked for, see models/dunning_bulk.py.
UNGUARDED = {
    "dunning_case": ("create_uid", "write_uid"),
    "dunning_decision": ("partner_id", "level_id"),
    "dunning_letter": ("currency_id", "level_id", "procedure_id"),
    "dunning_letter_line": ("level_id",),
}


def migrate(cr, version):
    """Rows that come by the thousand go without foreign keys."""
    if not version:
        return
    for table, columns in UNGUARDED.items():
        for column in columns:
            cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_fkey")  # names from above
