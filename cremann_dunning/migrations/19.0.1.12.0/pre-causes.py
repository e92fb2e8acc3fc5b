"""Contacts of before are left as they are: nobody asked then why the debtor does not pay."""


def migrate(cr, version):
    """Make the column, so that it is not filled in from the outcome."""
    if version:
        cr.execute("ALTER TABLE dunning_contact ADD COLUMN IF NOT EXISTS cause varchar")
