"""What a party says of claims that were handed over to it, as it comes in a file: ``status.json`` or a table in CSV.

Nothing is guessed, and nothing half read: a file that is cut off, or that does not count what it says it counts, is
refused as a whole. What is wrong with one row is said of that row, in ``Row.problems``.
"""

import datetime
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal

from . import incoming
from .facts import ZERO
from .incoming import Refused

FORMAT, VERSION = "dunning-status", 1
LARGEST = 5 * 2**20
LONGEST = {"id": 80, "handover": 64, "claim": 64, "reference": 80, "note": 1000}
# Beyond it an amount is no amount of ours, and no column holds it.
MOST = Decimal("9999999999.99")

# What a party may say, in the order in which a file goes through it.
STATUSES = (
    "received", "in_progress", "agreement", "summons", "judgment", "execution", "paid", "uncollectable", "closed",
    "returned",
)  # fmt: skip
AMOUNTS = ("received", "fees", "costs")

# What a column may be called, in English, Dutch and French; compared as ``incoming.plain`` has it.
HEADINGS = {
    "id": "id, unique id, key, volgnummer, regelnummer, kenmerk regel, identifiant",
    "handover": "handover, hand over, hand over number, handover number, your reference, overdracht, overdrachtnummer, "
    "uw kenmerk, uw referentie, cession, remise, numero de remise, votre reference",
    "date": "date, datum, op, date du statut",
    "status": "status, state, stand, stand van zaken, statut, etat",
    "received": "received, amount received, paid, ontvangen, ontvangen bedrag, betaald, recu, montant recu, encaisse",
    "fees": "fees, fee, commission, honorarium, provisie, commissie, honoraires",
    "costs": "costs, disbursements, kosten, verschotten, griffierecht, frais, debours",
    "currency": "currency, currency code, valuta, munt, devise, monnaie",
    "claim": "claim, invoice, invoice number, factuur, factuurnummer, vordering, facture, numero de facture",
    "reference": "reference, our reference, file number, file, dossier, dossiernummer, ons kenmerk, notre reference, "
    "numero de dossier",
    "note": "note, notes, remark, comment, opmerking, toelichting, remarque, commentaire",
}
KNOWN = {heading: column for column, names in HEADINGS.items() for heading in map(incoming.plain, names.split(","))}
SAID = {
    "received": "received, file received, accepted, ontvangen, dossier ontvangen, aangenomen, recu, dossier recu",
    "in_progress": "in progress, in behandeling, lopend, en cours, en traitement",
    "agreement": "agreement, payment plan, regeling, betalingsregeling, afbetalingsplan, plan de paiement, accord",
    "summons": "summons, dagvaarding, gedagvaard, citation, assignation",
    "judgment": "judgment, judgement, title, vonnis, titel, jugement, titre",
    "execution": "execution, enforcement, executie, tenuitvoerlegging, beslag, saisie",
    "paid": "paid, payment, betaald, betaling, paye, paiement",
    "uncollectable": "uncollectable, uncollectible, irrecoverable, oninbaar, irrecouvrable",
    "closed": "closed, gesloten, afgesloten, clos, cloture",
    "returned": "returned, given back, retour, teruggegeven, rendu, renvoye",
}
SPOKEN = {
    incoming.plain(word): status
    for status, words in SAID.items()
    for word in (*words.split(","), status.replace("_", " "))
}


@dataclass(frozen=True)
class Row:
    """One thing that a party says. ``place``: where it stands in the file. ``claims``: which invoices the money is
    for, as ``((number, amount), ...)``; empty where the party does not say. ``problems``: ``((code, params), ...)``."""

    place: int
    id: str = ""
    handover: str = ""
    date: datetime.date | None = None
    status: str = ""
    received: Decimal = ZERO
    fees: Decimal = ZERO
    costs: Decimal = ZERO
    currency: str = ""
    claims: tuple[tuple[str, Decimal], ...] = ()
    reference: str = ""
    note: str = ""
    problems: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    nth: int = 0  # of rows that say the same and have no id

    @property
    def content(self) -> str:
        """A digest of all that it says, the same from whatever format it came."""
        said = [
            self.handover.upper(), str(self.date), self.status, *(_plain(getattr(self, name)) for name in AMOUNTS),
            self.currency, sorted([number.upper(), _plain(amount)] for number, amount in self.claims),
            self.reference, self.note,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()

    @property
    def key(self) -> str:
        """What makes it once: the party's own id of it, or else what it says and how many times before it."""
        own = f"id:{self.id}" if self.id else f"said:{self.content}:{self.nth}"
        return hashlib.sha256(own.encode()).hexdigest()


@dataclass(frozen=True)
class Told:
    """A whole file: ``party`` and ``creditor`` are what it says of these, as far as it does."""

    rows: tuple[Row, ...]
    party: dict = field(default_factory=dict)
    creditor: dict = field(default_factory=dict)
    unknown: tuple[str, ...] = ()  # headings that say nothing to us


def _plain(amount):
    return f"{amount:.2f}"


def _shown(value):
    """What stands in a file, short enough and without signs that nobody sees, for a sentence."""
    return "".join(sign for sign in str(value)[:40] if sign.isprintable())


def read(name: str, content: bytes) -> Told:
    """All that a file says. :raises incoming.Refused: nothing of it can be used, with why."""
    if not content:
        raise Refused("EMPTY")
    if len(content) > LARGEST:
        raise Refused("TOO_BIG", megabytes=LARGEST // 2**20)
    text = incoming.decode(content)
    is_json = text.lstrip()[:1] in "{[" or name.lower().endswith(".json")
    told = _from_json(text) if is_json else _from_csv(text)
    return replace(told, rows=_counted(told.rows))


def _counted(rows):
    """With how many rows before each say the same, and with what two rows of one file may not have in common."""
    seen, ids = Counter(), Counter(row.id for row in rows if row.id)
    found = []
    for row in rows:
        row = replace(row, nth=seen[row.content])
        seen[row.content] += 1
        if ids[row.id] > 1:
            row = _with(row, "SAME_ID", id=row.id)
        found.append(row)
    return tuple(found)


def _with(row, code, **params):
    return replace(row, problems=(*row.problems, (code, tuple(sorted(params.items())))))


# -- status.json -------------------------------------------------------------------------------------------------------

_DASHED = re.compile(r"\d{1,2}-\d{1,2}-\d{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY = re.compile(r"[0-9]{1,10}\.[0-9]{2}")
_TOP = ("format", "version", "party", "creditor", "made_on", "count", "received", "rows")
_OF_ROW = ("id", "handover", "date", "status", *AMOUNTS, "currency", "claims", "reference", "note")


def _no_twins(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused("TWIN_KEYS")
    return found


def _no_number(_text):
    raise Refused("BROKEN_JSON", line=0)


def _loaded(text):
    try:
        return json.loads(
            text.lstrip("\ufeff"), object_pairs_hook=_no_twins, parse_constant=_no_number, parse_float=Decimal
        )
    except json.JSONDecodeError as error:
        # what ends in the middle was cut off on its way
        ends = not text.rstrip().endswith(("}", "]"))
        raise Refused("CUT_OFF" if ends else "BROKEN_JSON", line=error.lineno) from None
    except (RecursionError, ValueError):  # nested without end, a number of a million digits
        raise Refused("BROKEN_JSON", line=0) from None


def _from_json(text):
    data = _loaded(text)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Refused("NO_STATUS")
    if data.get("version") != VERSION or isinstance(data["version"], bool):
        raise Refused("VERSION", version=_shown(data.get("version")), known=VERSION)
    if unknown := [key for key in data if key not in _TOP]:
        raise Refused("UNKNOWN_KEY", key=_shown(unknown[0]))
    rows, party, creditor = data.get("rows"), data.get("party"), data.get("creditor", {})
    if not isinstance(rows, list) or not _is_named(party) or not (creditor == {} or _is_named(creditor)):
        raise Refused("NO_STATUS")
    if len(rows) > incoming.MOST_ROWS:
        raise Refused("TOO_MANY", most=incoming.MOST_ROWS)
    if type(data.get("count")) is not int or data["count"] != len(rows):
        raise Refused("COUNT", said=_shown(data.get("count")), found=len(rows))
    if not rows:
        raise Refused("NO_ROWS")
    found = tuple(_json_row(place, row) for place, row in enumerate(rows, 1))
    if "received" in data:
        total = sum((row.received for row in found), ZERO)
        if not _is_money(data["received"]) or Decimal(data["received"]) != total:
            raise Refused("TOTAL", said=_shown(data["received"]), found=_plain(total))
    return Told(found, party=party, creditor=creditor)


def _is_named(value):
    """Whether that says who somebody is: texts under known names, and a name among them."""
    names = ("name", "registration", "company_number", "vat")
    return (
        isinstance(value, dict)
        and bool(value.get("name"))
        and all(
            key in names and isinstance(text, str) and len(text) <= 200 and text.isprintable()
            for key, text in value.items()
        )
    )


def _is_money(value):
    return isinstance(value, str) and bool(_MONEY.fullmatch(value))


def _json_row(place, data):
    row = Row(place)
    if not isinstance(data, dict):
        return _with(row, "NO_ROW")
    for key in [key for key in data if key not in _OF_ROW][:1]:
        row = _with(row, "UNKNOWN_KEY", key=_shown(key))
    row = _texts(row, {name: data.get(name, "") for name in ("id", "handover", "reference", "note")})
    if not row.id and not row.problems:
        row = _with(row, "NO_ID")
    row = _day(row, data.get("date"))
    row = _status(row, data.get("status"), {status: status for status in STATUSES})
    for name in AMOUNTS:
        value = data.get(name, "0.00")
        row = replace(row, **{name: Decimal(value)}) if _is_money(value) else _with(row, "AMOUNT", column=name)
    row = _currency(row, data.get("currency", ""))
    return _of_claims(row, data.get("claims", []))


def _of_claims(row, claims):
    if not isinstance(claims, list) or len(claims) > incoming.MOST_ROWS:
        return _with(row, "CLAIMS")
    found = []
    for claim in claims:
        good = isinstance(claim, dict) and set(claim) == {"number", "received"} and _is_money(claim["received"])
        if not good or not _is_text(claim["number"], "claim") or not claim["number"].strip():
            return _with(row, "CLAIMS")
        found.append((" ".join(claim["number"].split()), Decimal(claim["received"])))
    if found and sum((amount for _number, amount in found), ZERO) != row.received:
        return _with(row, "CLAIMS_SUM")
    return replace(row, claims=tuple(found))


# -- CSV ---------------------------------------------------------------------------------------------------------------


def _from_csv(text):
    rows = incoming.from_text(text, KNOWN)
    places, unknown, often = incoming.columns(rows[0][1], KNOWN)
    if often:
        raise Refused("TWICE", columns=often)
    if missing := [name for name in ("handover", "date", "status") if name not in places]:
        raise Refused("MISSING", columns=missing, found=[text.strip() for text in rows[0][1] if text.strip()])
    if len(rows) == 1:
        raise Refused("NO_ROWS")
    cells = [
        (number, {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}, len(row))
        for number, row in rows[1:]
    ]
    mark = incoming.decimal_mark([row.get(name, "") for _number, row, _wide in cells for name in AMOUNTS])
    order = incoming.day_order([row["date"] for _number, row, _wide in cells])
    wide = len(rows[0][1])
    found = tuple(_csv_row(number, row, mark, order, width, wide) for number, row, width in cells)
    return Told(found, unknown=tuple(unknown))


def _csv_row(place, data, mark, order, width, wanted):
    row = Row(place)
    if width != wanted:  # cut off in the middle, or a separator within a text
        row = _with(row, "WIDTH", found=str(width), wanted=str(wanted))
    row = _texts(row, {name: data.get(name, "") for name in ("id", "handover", "reference", "note")})
    row = _day(row, data["date"], order, is_table=True)
    row = _status(row, incoming.plain(data["status"]), SPOKEN)
    row, coded = _amounts(row, data, mark)
    row = _currency(row, data.get("currency", "").upper() or coded)
    if coded and row.currency not in ("", coded):
        row = _with(row, "CURRENCY")
    claim = " ".join(data.get("claim", "").split())
    if claim and not _is_text(claim, "claim"):
        return _with(row, "TEXT", column="claim")
    return replace(row, claims=((claim, row.received),)) if claim and row.received else row


def _amounts(row, data, mark):
    coded = ""
    for name in AMOUNTS:
        if not data.get(name):
            continue
        try:
            value, code = incoming.amount(data[name], mark)
        except incoming.Unreadable as error:
            known = "AMOUNT_TWO_WAYS" if isinstance(error, incoming.Ambiguous) else "AMOUNT"
            row = _with(row, known, column=name)
            continue
        coded = code or coded
        if value < 0 or value > MOST or incoming.decimals(value) > 2:
            row = _with(row, "NEGATIVE" if value < 0 else "AMOUNT", column=name)
        else:
            row = replace(row, **{name: value.quantize(Decimal("0.01"))})
    return row, coded


# -- what both have ----------------------------------------------------------------------------------------------------


def _is_text(value, name):
    return (
        isinstance(value, str)
        and len(value) <= LONGEST[name]
        and all(sign.isprintable() or sign in "\n\t\r" for sign in value)
    )


def _texts(row, values):
    for name, value in values.items():
        if _is_text(value, name):
            row = replace(row, **{name: value.strip() if name == "note" else " ".join(value.split())})
        else:
            row = _with(row, "TEXT", column=name)
    if not row.handover and ("TEXT", (("column", "handover"),)) not in row.problems:
        row = _with(row, "NO_HANDOVER")
    return row


def _day(row, text, order=None, is_table=False):
    try:
        if not isinstance(text, str) or (not is_table and not _DAY.fullmatch(text)):
            raise incoming.Unreadable(str(text))
        if not order and _DASHED.fullmatch(text):  # nobody writes the month first and dashes between
            order = incoming.DAY_FIRST
        return replace(row, date=incoming.day(text, order))
    except incoming.Unreadable as error:
        return _with(row, "DATE_TWO_WAYS" if isinstance(error, incoming.Ambiguous) else "DATE")


def _status(row, text, known):
    status = known.get(text) if isinstance(text, str) else None
    return replace(row, status=status) if status else _with(row, "STATUS", text=_shown(text))


def _currency(row, code):
    if code and not (isinstance(code, str) and re.fullmatch(r"[A-Z]{3}", code)):
        return _with(row, "CURRENCY")
    return replace(row, currency=code or "")
