# Keys and indexes that are no longer asked for, see models/dunning_bulk.py and the fields themselves.
UNGUARDED = ("dunning_claim", "dunning_decision", "dunning_letter_line")
INDEXES = ("dunning_case__partner_id_index", "dunning_case__company_id_index")


def migrate(cr, version):
    """What comes by the thousand names its entry without a foreign key; deleting the entry empties it all the same."""
    for table in UNGUARDED:
        cr.execute(f"ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS {table}_move_id_fkey")
    for index in INDEXES:
        cr.execute(f"DROP INDEX IF EXISTS {index}")
