"""What PostgreSQL does by itself with Odoo's own tables: once a statement, for all its rows together."""

from odoo.tools import SQL


def empty_with(cr, table, column, naming):
    """Rows that name a deleted row of a table let go of it, as with a foreign key ON DELETE SET NULL.

    A key would look at that row for each row that names it, and hold it: those come by the thousand. This does the same
    by whatever way the row is deleted, and costs nothing until then.

    :param column: of the tables in ``naming``.
    """
    updates = SQL(" ").join(
        SQL(
            "UPDATE %(names)s n SET %(column)s = NULL FROM gone WHERE n.%(column)s = gone.id;",
            names=SQL.identifier(names),
            column=SQL.identifier(column),
        )
        for names in naming
    )
    function = SQL.identifier(f"dunning_empty_with_{table}")
    cr.execute(
        SQL(
            "CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s RETURN NULL; END $$",
            function,
            updates,
        )
    )
    cr.execute(
        SQL(
            "CREATE OR REPLACE TRIGGER %s AFTER DELETE ON %s REFERENCING OLD TABLE AS gone"
            " FOR EACH STATEMENT EXECUTE FUNCTION %s()",
            SQL.identifier(f"dunning_empty_with_{table}"),
            SQL.identifier(table),
            function,
        )
    )


def remove(cr):
    """Take all functions of ours away, and with them their triggers: those on Odoo's tables would ask for tables that
    are gone."""
    cr.execute(
        "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = current_schema AND p.proname LIKE 'dunning\\_%'"
    )
    for (function,) in cr.fetchall():
        cr.execute(f"DROP FUNCTION {function} CASCADE")  # a name that PostgreSQL itself gives, quoted where it has to be
