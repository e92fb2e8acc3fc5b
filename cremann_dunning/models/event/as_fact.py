"""Values of records as facts of an event: exact, without a language, and sorted by whether they could name a person."""

import hashlib

from ..dunning_money import exact

# Records that are persons, or lead to one.
PEOPLE = ("res.partner", "res.users", "res.partner.bank")
FREE_TEXT = ("char", "text", "html")
NUMBERS = ("integer", "float", "monetary")


def money(amount, currency):
    """An amount, exact, in a currency. :param amount: float of the ledger, or Decimal."""
    return {"amount": str(exact(float(amount), currency)), "currency": currency.name} if currency else str(amount)


def day(value):
    """A date, None where there is none."""
    return {"date": value.isoformat()} if value else None


def moment(value):
    """A moment in UTC, to the second; None where there is none."""
    return {"moment": value.replace(microsecond=0).isoformat(sep=" ")} if value else None


def choice(record, name):
    """What is chosen in a selection of a record, None where nothing is."""
    return {"choice": [record._name, name, record[name]]} if record[name] else None


def named(record, name=None):
    """A record by its number, with its name as it is today, or another; None for none."""
    return {"record": [record._name, record.id], "name": name or record.display_name or ""} if record else None


def entry(move):
    """An entry of the ledger by its number; None for none."""
    return {"record": [move._name, move.id], "name": move.name or "/"} if move else None


def record(found):
    """Where a record stands, without its name: that says who the debtor is."""
    return {"record": [found._name, found.id], "name": ""}


def known(**facts):
    """Those of these facts that there are."""
    return {name: value for name, value in facts.items() if value is not None and value is not False and value != ""}


def value(record, name):
    """What stands in any field of a record; None for nothing. A number is always one, also where it is zero."""
    field, found = record._fields[name], record[name]
    if field.type == "boolean":
        return bool(found)
    if field.type in NUMBERS:
        return _number(record, field, found)
    if not found:
        return None
    if field.type == "date":
        return day(found)
    if field.type == "selection":
        return choice(record, name)
    if field.type == "many2one":
        return named(found)
    if field.relational:
        return ", ".join(one[one._rec_name or "id"] or "" for one in found)  # of an entry without its reference
    return hashlib.sha256(found).hexdigest() if field.type == "binary" else str(found)


def _number(record, field, found):
    if field.type == "monetary":
        return money(found, record[field.get_currency_field(record)])
    return found if field.type == "integer" else f"{found:.10g}"


def values(record, names):
    """These fields of a record: ``{name: fact}``."""
    return {name: value(record, name) for name in names}


def changes(record, before, after, free_text=FREE_TEXT):
    """What changed between two answers of ``values``.

    :param free_text: types of fields in which somebody may have written about a person.
    :return: facts and personal values, ``changes`` in the former, ``texts`` in the latter; empty where nothing changed.
    """
    facts, texts = [], []
    for name in sorted(before):
        if before[name] != after[name]:
            field = record._fields[name]
            personal = field.type in free_text or (field.relational and field.comodel_name in PEOPLE)
            told = {"field": [record._name, name], "before": before[name], "after": after[name]}
            (texts if personal else facts).append(told)
    return known(changes=facts or None), known(texts=texts or None)
