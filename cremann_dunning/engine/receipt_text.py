"""What a bank passes on of a payment, taken apart: references, numbers, accounts and words of a name."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stdnum.iso7064 import mod_97_10

from .references import found_in

# How much a number says: a short one only with the exact amount, a middling one alone nearly, a strong one by itself.
SHORT, MEDIUM, STRONG = 0, 1, 2
SHORTEST, MIDDLING, LONG = 3, 6, 9  # digits of a number without letters
STRONG_SIGNS, STRONG_DIGITS = 5, 3  # of a number with letters
LONGEST_TEXT, LONGEST_KEY, RUNS = 4000, 40, 10
SHORTEST_IBAN = 15  # Norway's

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
RUN = re.compile(r"[A-Z]+|[0-9]+")
WORD = re.compile(r"[A-Z0-9]+")
LETTERS = re.compile(r"[A-Z]{2,}")
IBAN = re.compile(r"\b(?!RF)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")
DATE = re.compile(r"(?:20[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-3][0-9])?|[0-3][0-9](?:0[1-9]|1[0-2])(?:20)?[0-9]{2})")
# What joins letters and figures to one number, and the words that may stand before one all the same.
GLUE = frozenset({"", "/", "-", "_", ".", "#"})
LEADS = frozenset(
    (
        "FACTUUR", "FACTUURNR", "FACTUURNUMMER", "FACT", "FAC", "FACTURE", "FACTURENR", "INVOICE", "INVOICENR", "NR",
        "NRS", "NO", "NUMMER", "NUMERO", "NUM", "REF", "KENMERK", "OMSCHRIJVING", "BETREFT", "BETALING", "PAIEMENT",
        "PAYMENT", "REMI", "EREF", "USTD", "USTRD", "STRD", "CUR",
    )
)  # fmt: skip
# What says how a firm is set up, or how somebody is addressed: no part of a name.
NO_NAME = frozenset(
    (
        "BV", "NV", "VOF", "CV", "BVBA", "SPRL", "SRL", "SA", "SC", "SCRL", "CVBA", "ASBL", "VZW", "GMBH", "AG", "KG",
        "LTD", "LLC", "INC", "EN", "ET", "AND", "DE", "HET", "VAN", "DER", "DEN", "TEN", "TER", "LA", "LE", "DU", "DES",
        "HR", "MW", "DHR", "MEVR", "HEER", "MEVROUW", "MR", "MRS", "MME", "EO", "CS", "HOLDING", "GROUP", "GROEP",
    )
)  # fmt: skip


def plain(text: str | None) -> str:
    """In capitals without accents, tags or signs of full width."""
    text = (text or "")[:LONGEST_TEXT]
    if "<" in text or "&" in text:
        text = html.unescape(TAG.sub(" ", text))
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return text.upper()


def account(number: str | None) -> str:
    """The number of an account without blanks and signs."""
    return "".join(WORD.findall(plain(number)))


def reference_key(text: str | None) -> str:
    """The key of a reference with check digits (Belgian, or ISO 11649); empty of anything else."""
    return min(found_in(text), default="")


def name_words(name: str | None) -> frozenset[str]:
    """The words of a name that tell it from others; empty where they would be too little to know anybody by."""
    words = frozenset(_words(plain(name)))
    return words if sum(map(len, words)) >= STRONG_SIGNS else frozenset()


def _words(text):
    return (word for word in LETTERS.findall(text) if word not in NO_NAME)


def keys_of(number: str | None) -> Iterator[tuple[str, int]]:
    """The keys by which a number may be called in a text, each with how much it says."""
    runs = RUN.findall(plain(number))
    digits = "".join(run for run in runs if run.isdigit())
    whole = "".join(runs)
    if not digits or len(whole) > LONGEST_KEY:
        return
    if whole != digits and len(whole) >= STRONG_SIGNS and len(digits) >= STRONG_DIGITS:
        yield whole, STRONG
        yield _short_form(runs), STRONG
    elif whole == digits and len(digits) >= LONG:
        yield whole, STRONG
    if len(digits) >= SHORTEST:
        yield digits, MEDIUM if len(digits) >= MIDDLING else SHORT


def _short_form(runs):
    """A number as people copy it, without the zeros that fill it up: ``INV.2026.12``."""
    return ".".join(run.lstrip("0") or "0" if run.isdigit() else run for run in runs)


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in the text of a receipt: keys of references and of numbers, accounts, words of names."""

    references: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    accounts: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    @property
    def looks_dated(self) -> bool:
        """Whether a number that was found could as well be a date."""
        return any(DATE.fullmatch(number) for number in self.numbers)


class Reading:
    """Reads texts with a set of keys to look for."""

    def __init__(self, keys: Iterable[str]):
        self._keys = frozenset(keys)
        self._starts = frozenset(key[:end] for key in self._keys for end in range(1, len(key)))

    def taken_apart(self, text: str | None) -> Text:
        """A text taken apart. What is an account is no number as well."""
        text, accounts = _without_accounts(plain(text))
        return Text(
            tuple(sorted(found_in(text))),
            tuple(dict.fromkeys(self._numbers_in(text))),
            frozenset(accounts),
            frozenset(_words(text)),
        )

    def _numbers_in(self, text):
        """The keys that stand in the text; of those that begin at one place the longest."""
        places = list(RUN.finditer(text))
        runs = [place.group() for place in places]
        past = 0
        for start in range(len(runs)):
            if start < past or not _may_begin(text, places, start):
                continue
            best = None
            for key, end in self._from(runs, start):
                # figures that only stand beside each other are no number, unless it is a long one
                if _may_end(places, end) and (end - start == 1 or not key.isdigit() or len(key) >= LONG):
                    best = key, end
            if best:
                yield best[0]
                past = best[1]

    def _from(self, runs, start):
        """``(key, end)`` of every key that begins with this run, as it is or without the zeros that fill it up."""
        whole = short = ""
        for end in range(start, min(start + RUNS, len(runs))):
            run = runs[end]
            part = run.lstrip("0") or "0" if run.isdigit() else run
            whole = None if whole is None else whole + run
            short = None if short is None else f"{short}.{part}" if end > start else part
            if whole in self._keys:
                yield whole, end + 1
            elif end > start and short in self._keys:
                yield short, end + 1
            whole = whole if whole in self._starts else None
            short = short if short in self._starts else None
            if whole is None and short is None:
                return


def _without_accounts(text):
    """``(the text without IBANs, these)``."""
    accounts = set()

    def take(match):
        words = match.group().split(" ")
        for end in range(len(words), 0, -1):  # what follows it may look like more of it
            number = "".join(words[:end])
            if len(number) >= SHORTEST_IBAN and mod_97_10.is_valid(number[4:] + number[:4]):
                accounts.add(number)
                return " | " + " ".join(words[end:])
        return match.group()

    return IBAN.sub(take, text), accounts


def _may_begin(text, places, start):
    """Figures begin a number where no letters belong to them: ``FACT.2026/12`` is ``2026/12``, ``BILL/2026/12`` not."""
    if not start or not places[start].group().isdigit():
        return True
    before = places[start - 1]
    return text[before.end() : places[start].start()] not in GLUE or before.group() in LEADS


def _may_end(places, end):
    """A number ends where its word does, or a word is glued to its figures: ``857239PERIOD``."""
    if end == len(places) or places[end - 1].end() < places[end].start():
        return True
    return places[end - 1].group().isdigit() and len(places[end].group()) > 2
