"""Records by the thousand: one INSERT for all of them, where the ORM would take a few milliseconds for each.

Only the engine writes this way, and only what it has made itself. Nothing of the ORM runs: no `create` of an addon, no
constraint in Python, no tracking. What the ORM would have filled in comes along all the same: defaults, rounding to the
currency, who and when.
"""

import json
from collections import defaultdict

from odoo import fields
from odoo.tools import SQL

NUMBERS = ("integer", "float", "monetary")


class Unguarded(fields.Many2one):
    """A many2one without a foreign key, for rows that come by the thousand and point at what stays anyway.

    PostgreSQL checks every key of every row by itself, and that took half the time of writing them. For the company and
    the currency the row's invoice or letter has the key already; a user who is deleted shows as nobody.
    """

    def update_db_foreign_key(self, model, column):
        """No key, see above."""


class UnguardedAuthor(Unguarded):
    """Who made or changed a record, filled in as Odoo does."""

    automatic = True


def insert(model, rows, conflict=None):
    """Insert one record per row in one statement; the records, in the order of the rows.

    :param model: the recordset they are of; its user becomes their author.
    :param rows: dicts by field name, with every stored field that the ORM would compute. Values as for ``create``,
        Decimals and dates exact. ``currency_id`` may stand in a row for rounding without being a column.
    :param conflict: an ON CONFLICT clause.
    :raises ValueError: a field that is unknown, a computed one that is missing, a choice that does not exist.
    """
    if not rows:
        return model.browse()
    given = {name: None for row in rows for name in row}
    defaults = _defaults(model, given)
    columns = _columns(model, [*given, *defaults])
    booleans = {name for name, field in columns.items() if field.type == "boolean"}
    records = model.browse(_new_ids(model, len(rows)))
    plain = [
        {"id": id_}
        | defaults
        | {name: None if value is False and name not in booleans else value for name, value in row.items()}
        for id_, row in zip(records._ids, rows, strict=True)
    ]
    _check_choices(model, columns, plain)
    money = any(field.type == "monetary" for field in columns.values())
    types = {name: field.column_type[1] for name, field in columns.items()}
    if money:
        types.setdefault("currency_id", "int4")
    model.env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (id, create_uid, write_uid, create_date, write_date, %(names)s)
            SELECT r.id, %(uid)s, %(uid)s, %(now)s, %(now)s, %(values)s
              FROM json_to_recordset(%(rows)s) AS r (id int4, %(types)s) %(currency)s
            %(conflict)s
            """,
            table=SQL.identifier(model._table),
            names=SQL(", ").join(map(SQL.identifier, columns)),
            uid=model.env.uid,
            now=model.env.cr.now(),
            values=SQL(", ").join(_value(name, field) for name, field in columns.items()),
            rows=to_json(plain),
            types=SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in types.items()),
            currency=SQL("JOIN res_currency c ON c.id = r.currency_id") if money else SQL(),
            conflict=conflict or SQL(),
        )
    )
    return records


def read(model, names, key, ids):
    """What stands in these columns, as a ``reader`` gives it: ``{value of key: [tuple, in the order of ids]}``."""
    model.env.flush_all()
    model.env.cr.execute(
        SQL(
            "SELECT %(key)s, %(names)s FROM %(table)s WHERE %(key)s = ANY(%(ids)s) ORDER BY id",
            key=SQL.identifier(key),
            names=SQL(", ").join(map(SQL.identifier, names)),
            table=SQL.identifier(model._table),
            ids=ids,
        )
    )
    found = defaultdict(list)
    for value, *row in model.env.cr.fetchall():
        found[value].append(tuple(row))
    return found


def reader(model, names):
    """A function: values for ``insert`` as they are read back, a tuple to compare with what ``read`` gives."""
    kinds = [(name, model._fields[name].type) for name in names]
    numbers = frozenset(name for name, kind in kinds if kind in NUMBERS)
    booleans = frozenset(name for name, kind in kinds if kind == "boolean")

    def plain(name, value):
        if name in numbers:
            return float(value or 0)
        return None if value is False and name not in booleans else value

    return lambda values: tuple([plain(name, values.get(name)) for name in names])


def to_json(value):
    """JSON that keeps money and dates exactly, as text; a set becomes a sorted list."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value):
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _new_ids(model, count):
    """Ids of records to come."""
    model.env.cr.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"{model._table}_id_seq", count])
    return [id_ for (id_,) in model.env.cr.fetchall()]


def _defaults(model, given):
    """What the fields that are not given start with."""
    missing = [
        name
        for name, field in model._fields.items()
        if name not in given and field.default and field.store and field.column_type
    ]
    return model.default_get(missing) if missing else {}


def _columns(model, names):
    """The fields behind these names that have a column. :raises ValueError: see ``insert``."""
    unknown = [name for name in names if name not in model._fields]
    forgotten = [
        name
        for name, field in model._fields.items()
        if field.store and field.column_type and field.compute and name not in names
    ]
    if unknown or forgotten:
        raise ValueError(f"{model._name}: unknown fields {unknown}, computed fields without a value {forgotten}")
    return {name: model._fields[name] for name in names if model._fields[name].store and name != "id"}


def _check_choices(model, columns, rows):
    """Only values that a selection knows. :raises ValueError: another one, named."""
    for name, field in columns.items():
        if field.type == "selection":
            wrong = {row.get(name) for row in rows} - {None, *field.get_values(model.env)}
            if wrong:
                raise ValueError(f"Wrong value for {field}: {', '.join(map(repr, wrong))}")


def _value(name, field):
    """SQL for the value of one column: no NULL for a number, money rounded as ``currency.round`` does."""
    value = SQL.identifier("r", name)
    if field.type == "monetary":
        return SQL("ROUND(ROUND(COALESCE(%s, 0) / c.rounding) * c.rounding, c.decimal_places)", value)
    if field.type in NUMBERS:
        return SQL("COALESCE(%s, 0)", value)
    return value
