"""What PostgreSQL itself refuses: change or removal of what was written once, whoever asks and by whatever way."""

from odoo.tools import SQL

# Set for one transaction by the erasure of personal values, and by nothing else.
MAY_ERASE = "dunning.may_erase"


def guard(cr, table, erasable=False):
    """Let nobody update, empty or delete rows of this table. Dropping it, as an uninstall does, stays possible.

    :param erasable: rows may be deleted in a transaction that has said so (``MAY_ERASE``).
    """
    cr.execute(
        """
        CREATE OR REPLACE FUNCTION dunning_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND TG_ARGV[0] = 'erasable'
               AND current_setting('dunning.may_erase', true) = 'on' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'What was written in % stays as it was written.', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    kind = SQL("erasable" if erasable else "kept")
    for name, when, each in (
        ("stays", SQL("BEFORE UPDATE OR DELETE"), SQL("ROW")),
        ("stays_whole", SQL("BEFORE TRUNCATE"), SQL("STATEMENT")),
    ):
        cr.execute(
            SQL(
                "CREATE OR REPLACE TRIGGER %s %s ON %s FOR EACH %s EXECUTE FUNCTION dunning_event_stays('%s')",
                SQL.identifier(f"{table}_{name}"),
                when,
                SQL.identifier(table),
                each,
                kind,
            )
        )
