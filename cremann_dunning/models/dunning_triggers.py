"""What PostgreSQL does by itself when somebody writes, also in Odoo's own tables."""

# Names and statements of ours, without any value of anybody: pylint: disable=sql-injection


def empty_with(cr, table, column, naming):
    """Rows that name a deleted row of a table let go of it, as with a foreign key ON DELETE SET NULL.

    A key would look at that row for each row that names it, and hold it: those come by the thousand. This does the same
    by whatever way the row is deleted, and costs nothing until then.

    :param column: of the tables in ``naming``.
    """
    body = " ".join(f"UPDATE {name} n SET {column} = NULL FROM gone WHERE n.{column} = gone.id;" for name in naming)
    add(cr, "forget", table, body, ("DELETE",))


def add(cr, name, table, body, statements=(), row=None):
    """A function of PostgreSQL and its triggers on a table, made anew where they stand.

    :param body: statements of PL/pgSQL, ours and with names of our own only.
    :param statements: events after which it runs once for all rows: ``gone`` as they were, ``written`` as they are.
    :param row: an event after which it runs for each row (``OLD``, ``NEW``) that is another one than before.
    """
    function = f"dunning_{name}_of_{table}"
    cr.execute(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $body$"
        f" BEGIN {body} RETURN NULL; END $body$"
    )
    for event in statements:
        seen = {"INSERT": "NEW TABLE AS written", "DELETE": "OLD TABLE AS gone"}
        seen["UPDATE"] = f"{seen['DELETE']} {seen['INSERT']}"
        cr.execute(
            f"CREATE OR REPLACE TRIGGER {function}_{event.lower()} AFTER {event} ON {table} REFERENCING {seen[event]}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    if row:
        cr.execute(
            f"CREATE OR REPLACE TRIGGER {function} AFTER {row} ON {table} FOR EACH ROW"
            f" WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION {function}()"
        )


def is_there(cr, name, table):
    """Whether the function of a table was made."""
    cr.execute("SELECT FROM pg_proc WHERE proname = %s", [f"dunning_{name}_of_{table}"])
    return bool(cr.rowcount)


def remove(cr):
    """Take all functions of ours away, and with them their triggers: those on Odoo's tables would ask for tables that
    are gone."""
    cr.execute(
        "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = current_schema AND p.proname LIKE 'dunning\\_%'"
    )
    for (function,) in cr.fetchall():
        cr.execute(
            f"DROP FUNCTION {function} CASCADE"
        )  # a name that PostgreSQL itself gives, quoted where it has to be
