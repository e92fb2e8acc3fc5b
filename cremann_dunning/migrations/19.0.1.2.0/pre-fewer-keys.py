# Keys that are no longer asked for, see models/run/dunning_bulk.py.
UNGUARDED = {
    "dunning_decision_run_rel": ("decision_id", "run_id"),
    "dunning_letter_line": ("move_id",),
    "dunning_snapshot": ("company_id", "create_uid", "write_uid"),
}


def migrate(cr, version):
    """Links that are written by the thousand go without foreign keys."""
    for table, columns in UNGUARDED.items():
        for column in columns:
            # names from above; 19.0.1.0.0 had no snapshots
            cr.execute(f"ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS {table}_{column}_fkey")
