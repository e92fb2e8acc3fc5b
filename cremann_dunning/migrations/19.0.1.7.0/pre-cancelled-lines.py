"""Lines of letters keep whether their letter was cancelled instead of its whole state."""


def migrate(cr, version):
    """Fill the new column in one statement, and drop the old one with the index that was made on it."""
    if not version:
        return
    cr.execute("ALTER TABLE dunning_letter_line ADD COLUMN IF NOT EXISTS is_cancelled boolean")
    cr.execute(
        """
        UPDATE dunning_letter_line k SET is_cancelled = f.state = 'cancelled'
          FROM dunning_letter f WHERE f.id = k.letter_id
        """
    )
    cr.execute("ALTER TABLE dunning_letter_line DROP COLUMN IF EXISTS state")
