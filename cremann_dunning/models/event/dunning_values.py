"""Values of records as an event keeps them."""

import hashlib

from ..dunning_money import exact

# So many records of a list are named.
NAMED = 100


def shown(record, name):
    """The value of a field as a fact: see ``dunning_event_words.sentence`` for the forms. Text and numbers as text."""
    field, value = record._fields[name], record[name]
    if field.type in ("many2one", "many2many", "one2many"):
        found = [named(other) for other in value.sudo()[:NAMED]]  # sudo: how it is called
        return found if field.type != "many2one" else found[0] if found else None
    if value is False and field.type != "boolean":
        return None
    if field.type == "selection":
        return {"choice": [record._name, name, value]}
    if field.type == "monetary":
        return money(value, record[field.get_currency_field(record)])
    if field.type == "float":
        return f"{value:.10g}"
    if field.type == "date":
        return {"date": value}
    if field.type == "binary":
        return hashlib.sha256(value).hexdigest()
    return value if isinstance(value, bool | int | dict | list) else str(value)


def named(record):
    """A record as a fact: where it stands, and how it is called now."""
    return {"record": [record._name, record.id], "name": record.display_name}


def money(amount, currency):
    """An amount as a fact. :param amount: float of the ledger, or Decimal."""
    if not currency:
        return str(amount)
    return {"amount": str(exact(float(amount), currency)), "currency": currency.name}
