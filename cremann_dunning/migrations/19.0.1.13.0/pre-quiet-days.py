"""Companies that follow up already keep what they had: only what was said to somebody has days of quiet, the same for
every kind of debtor. The days after letters, mails and short messages begin with new companies."""

NONE = ("letter", "letter_consumer", "mail", "mail_consumer", "message", "message_consumer")


def migrate(cr, version):
    """Make the columns before the defaults of new companies would fill them in."""
    if not version:
        return
    for name in NONE:
        cr.execute(f"ALTER TABLE res_company ADD COLUMN IF NOT EXISTS dunning_quiet_{name} integer DEFAULT 0")
        cr.execute(f"ALTER TABLE res_company ALTER COLUMN dunning_quiet_{name} DROP DEFAULT")
    cr.execute("ALTER TABLE res_company ADD COLUMN IF NOT EXISTS dunning_quiet_days_consumer integer")
    cr.execute(
        "UPDATE res_company SET dunning_quiet_days_consumer = dunning_quiet_days"
        " WHERE dunning_quiet_days_consumer IS NULL"
    )
