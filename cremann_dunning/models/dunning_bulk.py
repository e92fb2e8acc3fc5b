"""Records by the thousand: one INSERT for all of them, where the ORM would take a few milliseconds for each.

Only the engine writes this way, and only what it has made itself. Nothing of the ORM runs: no `create` of an addon, no
constraint in Python, no tracking. What the ORM would have filled in comes along all the same: defaults, rounding to the
currency, who and when.
"""

import json
from collections import defaultdict
from operator import itemgetter

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


class UnguardedMany2many(fields.Many2many):
    """Links without foreign keys, for the same reason. One to a record that is gone is found by nobody: whoever reads
    links joins what they lead to, and no id comes twice."""

    def update_db_foreign_keys(self, model):
        """No keys, see above."""


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
    values = _turned(rows)
    defaults = _defaults(model, values)
    columns = _columns(model, [*values, *defaults])
    values |= {name: [value] * len(rows) for name, value in defaults.items()}
    _check_choices(model, columns, values)
    records = model.browse(_new_ids(model, len(rows)))
    money = any(field.type == "monetary" for field in columns.values())
    # what the rows bring: a column each, and the currency to round to where that is none
    brought = columns | ({"currency_id": model._fields["currency_id"]} if money else {})
    kinds = {name: SQL(field.column_type[1] if field.column_type else "int4") for name, field in brought.items()}
    # what is the same in all rows stands once in the statement, and neither in Python nor in PostgreSQL by the row
    plain = [name for name, field in brought.items() if field.type != "json"]  # in which 1 would pass for true
    same = {name: values[name][0] for name in plain if values[name].count(values[name][0]) == len(rows)}
    arrays = {name: _array(brought[name], values[name]) for name in brought if name not in same}
    given = {name: SQL.identifier("r", name) for name in arrays}
    given |= {name: SQL("%s::%s", _spelled(brought[name], value), kinds[name]) for name, value in same.items()}
    model.env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (id, %(log)s %(columns)s)
            SELECT r.id, %(logged)s %(values)s
              FROM unnest(%(arrays)s) AS r (%(names)s) %(currency)s
            %(conflict)s
            """,
            table=SQL.identifier(model._table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            log=SQL("create_uid, write_uid, create_date, write_date,") if model._log_access else SQL(),
            logged=SQL("%(u)s, %(u)s, %(t)s, %(t)s,", u=model.env.uid, t=model.env.cr.now())
            if model._log_access
            else SQL(),
            values=SQL(", ").join(_value(given[name], field) for name, field in columns.items()),
            arrays=SQL(", ").join(
                [SQL("%s", list(records._ids)), *(SQL("%s::%s[]", text, kinds[name]) for name, text in arrays.items())]
            ),
            names=SQL(", ").join(map(SQL.identifier, ("id", *arrays))),
            currency=SQL("JOIN res_currency c ON c.id = %s", given["currency_id"]) if money else SQL(),
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
    kinds = [(name, kind in NUMBERS, kind == "boolean") for name, kind in kinds]

    def read_back(values):
        return tuple(
            [
                float(value or 0) if number else None if value is False and not boolean else value
                for value, number, boolean in [(values.get(name), number, boolean) for name, number, boolean in kinds]
            ]
        )

    return read_back


def to_json(value):
    """JSON that keeps money and dates exactly, as text; a set becomes a sorted list."""
    return _ENCODER.encode(value)


def _turned(rows):
    """Rows as columns: ``{field: [a value per row]}``, None where a row says nothing."""
    names = list(rows[0])
    if all(row.keys() == rows[0].keys() for row in rows):  # as nearly always, and three times as fast
        return dict(zip(names, map(list, zip(*map(_values_of(names), rows), strict=True)), strict=True))
    names = {name: None for row in rows for name in row}
    return {name: [row.get(name) for row in rows] for name in names}


def _values_of(names):
    """A function from a row to its values in this order."""
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


def _plain(value):
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


_ENCODER = json.JSONEncoder(default=_plain, ensure_ascii=False)


def _array(field, values):
    """The values of one column as an array of PostgreSQL in its own notation, NULL for what is not there.

    Read twice as fast as JSON, and quicker to write: each value is spelled by the type of its column, known beforehand.
    """
    if field.type == "boolean":
        written = ["NULL" if value is None else "t" if value else "f" for value in values]
    elif field.type in NUMBERS or field.type == "many2one":
        written = ["NULL" if value is None or value is False else str(value) for value in values]
    else:
        spell = to_json if field.type == "json" else str
        written = ["NULL" if value is None or value is False else _quoted(spell(value)) for value in values]
    return "{" + ",".join(written) + "}"


def _quoted(text):
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _spelled(field, value):
    """One value as PostgreSQL reads it for a column of this type, None for what is not there."""
    if value is None or (value is False and field.type != "boolean"):
        return None
    return to_json(value) if field.type == "json" else str(value)


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


def _check_choices(model, columns, values):
    """Only values that a selection knows. :raises ValueError: another one, named."""
    for name, field in columns.items():
        if field.type == "selection":
            wrong = set(values[name]) - {None, False, *field.get_values(model.env)}
            if wrong:
                raise ValueError(f"Wrong value for {field}: {', '.join(map(repr, wrong))}")


def _value(value, field):
    """SQL for the value of one column: no NULL for a number, money rounded as ``currency.round`` does."""
    if field.type == "monetary":
        return SQL("ROUND(ROUND(COALESCE(%s, 0) / c.rounding) * c.rounding, c.decimal_places)", value)
    if field.type in NUMBERS:
        return SQL("COALESCE(%s, 0)", value)
    return value
