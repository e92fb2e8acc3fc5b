"""Leave promises and plans of before as they were made.

Their amount and what it is made of come from one computation: without these columns Odoo would compute both anew, and
with them the amounts that people agreed on.
"""


def migrate(cr, version):
    """Add the columns, empty."""
    if not version:
        return
    for table in ("dunning_promise", "dunning_payment_plan"):
        for column in ("asked_principal", "asked_interest", "asked_costs", "coming_amount"):
            cr.execute(f"ALTER TABLE IF EXISTS {table} ADD COLUMN IF NOT EXISTS {column} numeric")
