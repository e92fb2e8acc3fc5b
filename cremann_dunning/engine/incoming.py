"""A table of claims as people keep them, in text or sheet: which column is what, what its amounts and dates say.

Nothing is guessed. Where a table does not show by itself how it writes amounts or dates, ``Ambiguous`` says so and
somebody is asked.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from datetime import date
from decimal import Decimal

# What a column may be called, in English, Dutch and French; compared without capitals, accents and punctuation.
HEADINGS = {
    "debtor": "debtor, debtor name, customer, customer name, name, company, company name, klant, klantnaam, debiteur, "
    "debiteurnaam, naam, relatie, bedrijf, bedrijfsnaam, client, nom du client, debiteur, nom, societe, raison sociale",
    "reference": "customer number, customer no, debtor number, debtor no, klantnummer, klantnr, klantcode, "
    "debiteurnummer, debiteurnr, debiteurcode, relatienummer, relatiecode, numero client, numero de client, n client, "
    "no client, code client",
    "vat": "vat, vat number, vat no, vat id, btw, btw nummer, btwnummer, btw nr, btw id, tva, numero tva, "
    "numero de tva, n tva, no tva",
    "registry": "kvk, kvk nummer, kvknummer, kvk nr, coc, coc number, chamber of commerce, company registry, "
    "company number, enterprise number, ondernemingsnummer, kbo, kbo nummer, bce, numero bce, numero d entreprise, "
    "n entreprise",
    "email": "email, e mail, mail, email address, e mail address, emailadres, e mailadres, mailadres, courriel, "
    "adresse email, adresse e mail",
    "street": "street, address, straat, adres, straat en huisnummer, straatnaam, rue, adresse",
    "zip": "zip, zip code, postcode, postal code, code postal, cp",
    "city": "city, town, plaats, woonplaats, plaatsnaam, stad, gemeente, ville, localite, commune",
    "country": "country, country code, land, landcode, pays, code pays",
    "number": "number, invoice, invoice number, invoice no, nummer, factuur, factuurnummer, factuurnr, factuur nr, "
    "facture, numero de facture, numero facture, n facture, no facture, numero, document number, documentnummer",
    "date": "date, invoice date, datum, factuurdatum, date de facture, date facture, date de la facture",
    "due": "due, due date, due on, vervaldatum, vervaldag, verval, vervalt op, uiterste betaaldatum, betalen voor, "
    "echeance, date d echeance, date echeance",
    "amount": "amount, total, amount incl vat, total incl vat, bedrag, totaal, factuurbedrag, bedrag incl btw, "
    "totaal incl btw, montant, total ttc, montant ttc",
    "open": "open, open amount, amount open, amount due, balance, outstanding, openstaand, openstaand bedrag, saldo, "
    "nog te betalen, montant ouvert, montant du, solde, reste a payer",
    "currency": "currency, currency code, valuta, valutacode, munt, devise, monnaie",
    "label": "what for, description, label, subject, omschrijving, waarvoor, betreft, onderwerp, libelle, objet",
    "customer_ref": "customer reference, customer ref, your reference, your ref, order, order number, po, po number, "
    "purchase order, referentie klant, klantreferentie, uw referentie, uw kenmerk, bestelling, bestelnummer, "
    "ordernummer, inkoopnummer, reference client, votre reference, commande, bon de commande",
}
SEPARATORS = ";,\t|"
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
# a spreadsheet of more rows is a ledger, and is brought in by Odoo's own import
MOST_ROWS = 5000

ISO_DAY = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")
DAY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
AMOUNT = re.compile(r"(?P<sign>[-+]?)(?P<digits>\d[\d., ]*)(?P<after>-?)")
GROUPED = re.compile(r"\d{1,3}(?:[., ]\d{3})+")


class Refused(Exception):
    """A file of which nothing can be taken. ``code`` says why, ``params`` are for its sentence."""

    def __init__(self, code, **params):
        super().__init__(code)
        self.code, self.params = code, params


class Unreadable(ValueError):
    """A text that is no amount, or no day."""


class Ambiguous(Unreadable):
    """A text that is one of two amounts or days."""


def plain(text):
    """A heading without what differs from file to file."""
    text = unicodedata.normalize("NFKD", str(text or "")).casefold()
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


KNOWN = {heading: column for column, headings in HEADINGS.items() for heading in map(plain, headings.split(","))}


# -- the table ---------------------------------------------------------------------------------------------------------


def decode(content):
    """The text of a file, whatever program wrote it. :raises Refused: it is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content[1:200:2].count(0) > 20 or (content[1:2] == b"\0" and len(content) < 60):
        encoding = "utf-16-le"
    elif content[0:200:2].count(0) > 20:
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise Refused("NO_TEXT") from None
        # what Excel writes in Western Europe; a few bytes mean nothing in it
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Refused("NO_TEXT")
    if not text.strip():
        raise Refused("EMPTY")
    return text


def from_text(text, known=None):
    """The rows of a CSV file, the separator found by its headings: lists of texts, the first one the headings.

    :param known: which heading is which column, by ``plain``; those of claims where None.
    :raises Refused: quotes that do not end, or too many rows.
    """
    head = next(line for line in text.splitlines() if line.strip())
    separator = max(SEPARATORS, key=lambda sign: len(columns(next(csv.reader([head], delimiter=sign), []), known)[0]))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
            if len(rows) > MOST_ROWS + 1:
                raise Refused("TOO_MANY", most=MOST_ROWS)
    except csv.Error:
        raise Refused("QUOTES", row=reader.line_num) from None
    return rows


def columns(header, known=None):
    """``({column: place}, [headings that are not known], [columns that two headings name])``.

    :param known: as for ``from_text``.
    """
    names = [(KNOWN if known is None else known).get(plain(heading)) for heading in header]
    often = [column for column, times in Counter(filter(None, names)).items() if times > 1]
    unknown = [heading.strip() for heading, name in zip(header, names, strict=True) if not name and heading.strip()]
    return {name: place for place, name in enumerate(names) if name}, unknown, often


def table(rows):
    """What the rows of a file say.

    :param rows: ``(row number, [text, ...])``, the headings first.
    :return: ``([{column: text, "row": number, "extra": texts beyond the headings}], [headings that are not known])``.
    :raises Refused: the headings do not say what is needed, or there is nothing below them.
    """
    places, unknown, often = columns(rows[0][1]) if rows else ({}, [], [])
    if often:
        raise Refused("TWICE", columns=often)
    missing = [name for name in ("number", "amount") if name not in places]
    if "open" in places and "amount" in missing:
        missing.remove("amount")
    if not {"debtor", "vat", "registry", "email", "reference"} & set(places):
        missing.insert(0, "debtor")
    if missing:
        raise Refused("MISSING", columns=missing, found=[text.strip() for text in rows[0][1] if text.strip()])
    if len(rows) == 1:
        raise Refused("NO_ROWS")
    found = []
    for number, cells in rows[1:]:
        row = {name: " ".join(cells[place].split()) if place < len(cells) else "" for name, place in places.items()}
        row["extra"] = " ".join("".join(cells[len(rows[0][1]) :]).split())
        found.append(row | {"row": number})
    return found, unknown


# -- amounts -----------------------------------------------------------------------------------------------------------


def _stripped(text):
    """An amount without its currency: ``(text, code of the currency or None)``."""
    text = text.strip().replace("\u2212", "-").replace("\u2013", "-")
    text = re.sub(r"[\u00a0\u202f\u2009' ]+", " ", text).replace("\u2019", " ")
    currency = None
    if found := re.search(r"[€$£]|(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])", text):
        currency = SIGNS.get(found[0], found[0].upper())
        text = text[: found.start()] + text[found.end() :]
    text = re.sub(r"([,.])-{1,2}$", r"\g<1>00", text.strip())  # 12,- for 12,00
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1].strip()}"
    return text.replace("- ", "-").replace("+ ", "+").strip(), currency


def _decimal_mark(digits):
    """Which sign stands before the cents: ``.``, ``,``, empty for none, None where both readings make sense."""
    marks = [sign for sign in digits if sign in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return ""
    before, after = digits.split(marks[0])
    thousands = len(after) == 3 and 1 <= len(before.replace(" ", "")) <= 3 and before.strip("0 ")
    return None if thousands and " " not in before else marks[0]


def decimal_mark(texts):
    """The sign before the cents that all these amounts have; None where they do not say, or do not agree."""
    marks = set()
    for text in texts:
        found = AMOUNT.fullmatch(_stripped(text)[0])
        if found and (mark := _decimal_mark(found["digits"])) is not None:
            digits = found["digits"]
            # 1.234.567 says what is before the cents by what is not
            marks |= {mark} if mark else {"," if "." in digits else "."} if set(digits) & set(".,") else set()
    return marks.pop() if len(marks) == 1 else None


def amount(text, mark=None):
    """``(Decimal, code of the currency or None)`` of an amount as people write it.

    :param mark: the sign before the cents, where the text could be read in two ways.
    :raises Ambiguous: 1.234 without a mark. :raises Unreadable: it is no amount.
    """
    text, currency = _stripped(text)
    found = AMOUNT.fullmatch(text)
    if not found or (found["sign"] and found["after"]):
        raise Unreadable(text)
    digits = found["digits"].strip()
    own = _decimal_mark(digits)
    if own is None and not mark:
        raise Ambiguous(text)
    if own is None:
        own = mark if mark in digits else ""
    whole, _sign, cents = digits.rpartition(own) if own else (digits, "", "")
    if not re.fullmatch(r"\d*", cents) or not (re.fullmatch(r"\d+", whole) or GROUPED.fullmatch(whole)):
        raise Unreadable(text)
    value = Decimal(re.sub(r"\D", "", whole) + "." + (cents or "0"))
    return (-value if "-" in (found["sign"], found["after"]) else value), currency


def decimals(value):
    """How many decimals of a ``Decimal`` say something."""
    return max(0, -value.normalize().as_tuple().exponent)


# -- days --------------------------------------------------------------------------------------------------------------


def day_order(texts):
    """Whether these days put the day or the month first; None where they do not say, or do not agree."""
    orders = set()
    for text in texts:
        found = DAY.fullmatch(text.strip())
        if found and (int(found[1]) > 12) != (int(found[3]) > 12):
            orders.add(DAY_FIRST if int(found[1]) > 12 else MONTH_FIRST)
    return orders.pop() if len(orders) == 1 else None


def day(text, order=None):
    """The day that a text names: 2026-12-31, 31-12-2026, 31/12/2026, 31.12.2026.

    :param order: ``DAY_FIRST`` or ``MONTH_FIRST``, where it could be either.
    :raises Ambiguous: 03/04/2026 without an order. :raises Unreadable: it is no day.
    """
    text = text.strip()
    try:
        if found := ISO_DAY.fullmatch(text):
            return date(int(found[1]), int(found[3]), int(found[4]))
        found = DAY.fullmatch(text)
        first, second, year = (int(found[1]), int(found[3]), int(found[4])) if found else (0, 0, 0)
        if not first or not second:
            raise Unreadable(text)
        if first > 12 or first == second or found[2] == ".":  # nobody writes 12.31.2026
            return date(year, second, first)
        if second > 12:
            return date(year, first, second)
        if not order:
            raise Ambiguous(text)
        return date(year, second, first) if order == DAY_FIRST else date(year, first, second)
    except ValueError as error:
        raise error if isinstance(error, Unreadable) else Unreadable(text) from None
