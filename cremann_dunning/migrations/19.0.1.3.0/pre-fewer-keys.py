# Keys and indexes that are no longer asked for: what is written by the thousand pays for each, see dunning_bulk.py.
UNGUARDED = {
    "dunning_letter": ("company_id", "create_uid", "write_uid"),
}
INDEXES = ("dunning_decision__code_index", "dunning_letter_line__level_id_index")


def migrate(cr, version):
    """Drop them; Odoo keeps an index that a field no longer names."""
    for table, columns in UNGUARDED.items():
        for column in columns:
            cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_fkey")  # names from above
    for index in INDEXES:
        cr.execute(f"DROP INDEX IF EXISTS {index}")  # as above
