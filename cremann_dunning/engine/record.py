"""Facts, rules and circumstances as JSON and back, so that a decision can be made again from what was kept.

Every dataclass of the engine is written as ``[name, {field: value}]`` with only the fields that differ from their
default; a field that a later version adds is thereby read from an older record with its default. Values that JSON does
not know are written as ``{"d": "2026-03-16"}`` (date), ``{"n": "12.50"}`` (Decimal) and ``{"s": [...]}`` (frozenset).
A plain list is a tuple: nothing in the facts is changed after it was made.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal

from . import decide, facts, rules


class RecordError(ValueError):
    """A record that this version cannot read: it names something that does not exist here."""


@dataclass(frozen=True)
class Answer:
    """What was decided about a claim, without the words: the part that must come out the same again."""

    code: str
    level: int | None
    on: date | None
    open: Decimal


_KINDS = {
    kind.__name__: kind
    for module in (facts, rules, decide)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
}


def dump(value: object) -> object:
    """A value of the engine as something that JSON keeps exactly.

    :raises RecordError: for a type that is no part of the facts.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, tuple | list):
        return [dump(item) for item in value]
    if isinstance(value, frozenset):
        return {"s": sorted(value)}
    if type(value).__name__ in _KINDS:
        return [type(value).__name__, {name: dump(part) for name, part in _parts(value)}]
    raise RecordError(f"{type(value).__name__} cannot be kept")


# Per kind its fields with their defaults, without those beside the comparison.
_FIELDS = {
    name: tuple((field.name, field.default) for field in fields(kind) if field.compare) for name, kind in _KINDS.items()
}


def _parts(value):
    """The fields of a dataclass that say something: not those at their default."""
    for name, default in _FIELDS[type(value).__name__]:
        part = getattr(value, name)
        if default is MISSING or part != default:
            yield name, part


def load(value: object) -> object:
    """The value that ``dump`` wrote.

    :raises RecordError: it names a kind or a field that this version does not have.
    """
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        return {"n": Decimal, "d": date.fromisoformat, "s": frozenset}[kind](content)
    if not isinstance(value, list):
        return value
    if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict) and value[0] in _KINDS:
        try:
            return _KINDS[value[0]](**{name: load(part) for name, part in value[1].items()})
        except TypeError as error:
            raise RecordError(str(error)) from error
    return tuple(load(item) for item in value)


def text(value: object) -> str:
    """The record as text, the same text for the same value: what ``dump`` gives as JSON, its keys in order.

    Written without the lists and dicts of ``dump`` in between, which took most of the time of keeping a record.
    """
    return _WRITERS.get(type(value), _text_of_dump)(value)


def _text_of_dump(value):
    return json.dumps(dump(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _items_text(value):
    return "[" + ",".join([_WRITERS.get(type(item), _text_of_dump)(item) for item in value]) + "]"


def _kind_text(value):
    written = [
        key + _WRITERS.get(type(part), _text_of_dump)(part)
        for name, default, key in _KEYS[type(value)]
        if (part := getattr(value, name)) is not default and (default is MISSING or part != default)
    ]
    return f'["{type(value).__name__}",{{{",".join(written)}}}]'


# Per kind its fields in the order of their names, each with its default and its key as text.
_KEYS = {
    kind: tuple((name, default, f'"{name}":') for name, default in sorted(_FIELDS[kind.__name__], key=lambda f: f[0]))
    for kind in _KINDS.values()
}

_WRITERS = {
    type(None): lambda _value: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    str: json.encoder.encode_basestring,
    Decimal: lambda value: f'{{"n":"{value}"}}',
    date: lambda value: f'{{"d":"{value.isoformat()}"}}',
    tuple: _items_text,
    list: _items_text,
    **dict.fromkeys(_KINDS.values(), _kind_text),
}


def digest(written: str) -> str:
    """The address of a record: two that are equal have the same one."""
    return hashlib.sha256(written.encode()).hexdigest()


def replay(
    debtor: facts.Debtor, procedures: Mapping[int, rules.Procedure], question: "decide.Question", line_id: int
) -> Answer | None:
    """Decide again from kept facts.

    :param line_id: the claim that the decision was about.
    :return: the answer of today's code; None when it has none for this claim.
    """
    outcome = decide.decide(debtor, procedures, question.as_of, question.automatic_only, question.house)
    for decision in outcome.decisions:
        if decision.claim.line_id == line_id:
            return Answer(decision.code, decision.level.id if decision.level else None, decision.on, decision.open)
    return None
