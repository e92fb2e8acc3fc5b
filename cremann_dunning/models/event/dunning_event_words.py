"""What events say to whoever reads them: one sentence per kind, with its facts, in his language."""

from odoo.tools import LazyTranslate, format_date, format_datetime

from ..dunning_money import written
from .kind import Kind
from .kinds_chain import CHAIN
from .kinds_debtor import DEBTOR
from .kinds_dossier import DOSSIERS
from .kinds_handover import HANDOVERS
from .kinds_letter import LETTER
from .kinds_money import MONEY
from .kinds_rules import RULES
from .kinds_status import STATUSES

_lt = LazyTranslate(__name__)

KINDS: dict[str, Kind] = {**LETTER, **DEBTOR, **MONEY, **RULES, **CHAIN, **HANDOVERS, **DOSSIERS, **STATUSES}

# So much of a value is shown in a sentence; the event holds all of it.
LONGEST = 80

# What people type need not end as a sentence does.
ENDED = (".", "!", "?", "…")

# Kinds by what stands before the dot.
FAMILIES = [
    ("letter", "Letters"),
    ("answer", "Replies"),
    ("agreement", "Agreements"),
    ("dispute", "Disputes"),
    ("contact", "Contacts by telephone"),
    ("hold", "Holds and decisions of a person"),
    ("charge", "Costs and interest"),
    ("ledger", "Payments and credits"),
    ("end", "Hand-over and write-off"),
    ("handover", "Hand-overs"),
    ("rules", "Rules and settings"),
    ("debtor", "The debtor himself"),
    ("chain", "The record itself"),
]


def currencies(env):
    """All currencies by their names, for ``sentence``."""
    return {currency.name: currency for currency in env["res.currency"].with_context(active_test=False).search([])}


def sentence(env, kind, facts, personal=None, known_currencies=None):
    """The event in the words of its reader. What was erased, or was never kept, shows as dots.

    :param facts: as kept; an amount is ``{"amount", "currency"}``, a day ``{"date"}``, a moment in UTC
        ``{"moment"}``, a choice ``{"choice": [model, field, value]}``, a record ``{"record": [model, id], "name"}``, so
        many of a kind ``{"of", "count"}``.
    """
    if kind not in KINDS:  # of a later version
        return kind
    known = KINDS[kind]
    money = known_currencies if known_currencies is not None else currencies(env)
    values = {**facts, **(personal or {})}
    words = _Words({name: _word(env, value, money) for name, value in values.items()})
    tails = (text for name, text in known.tails.items() if values.get(name) and words[name])
    # what is no more than the value itself is a plain text
    said = [text if isinstance(text, str) else env._(text) for text in (known.sentence, *tails)]
    *parts, last = (text % words for text in said)
    return " ".join([*(part if part.endswith(ENDED) else f"{part}." for part in parts), last])


def _word(env, value, money):
    """One fact as its reader writes it."""
    if isinstance(value, list):
        return ", ".join(_word(env, part, money) for part in value)
    if isinstance(value, dict):
        return _of_its_kind(env, value, money)
    if isinstance(value, bool) or value is None:
        return (env._("yes") if value else env._("no")) if value is not None else ""
    return str(value)


def _of_its_kind(env, value, money):
    if "amount" in value:
        amount = _amount(env, value, money)
        return f"{format_date(env, value['date'])}: {amount}" if value.get("date") else amount
    if "date" in value:
        return format_date(env, value["date"]) if value["date"] else ""
    if "moment" in value:
        return format_datetime(env, value["moment"])
    if "choice" in value:
        model, name, code = value["choice"]
        field = env[model]._fields.get(name) if model in env else None
        return dict(field._description_selection(env)).get(code, str(code)) if field else str(code)
    if "record" in value:
        return _thing(env, value)
    if "of" in value:
        return f"{_word(env, value['of'], money)}: {value['count']}"
    if "field" in value:
        return _change(env, value, money)
    return ", ".join(f"{name}: {_word(env, part, money)}" for name, part in value.items())


def _amount(env, value, money):
    currency = money.get(value["currency"])
    return written(env, float(value["amount"]), currency) if currency else f"{value['currency']} {value['amount']}"


def _thing(env, value):
    """A record by its name, and what it is where its name alone does not say so."""
    (model, id_), name = value["record"], value.get("name") or "…"
    if model == "res.users" and not value.get("name"):  # by his name of today, as the author is
        return env[model].sudo().browse(id_).exists().name or name  # sudo: a name
    if "kind" not in value:
        label = env[model]._label(id_) if model == "dunning.level" else "…"  # in the language of the reader
        return name if label == "…" else label
    # sudo: what Odoo calls such a thing
    return f"{env['ir.model'].sudo()._get(model).name or value['kind']} “{name}”"


def _change(env, value, money):
    """A field with what it was and what it is, where that was kept."""
    model, name = value["field"]
    field = env[model]._fields.get(name) if model in env else None
    label = field._description_string(env) if field else name
    if "after" not in value:
        return label
    nothing = env._("nothing")
    was, now = (_short(_word(env, value.get(side), money)) or nothing for side in ("before", "after"))
    return env._("%(field)s: from %(before)s to %(after)s", field=label, before=was, after=now)


def _short(text):
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


class _Words(dict):
    def __missing__(self, key):
        return "…"
