"""How a letter reads: checks on the rendered text of one letter, beside what the law wants in it.

``check`` looks for what a careful colleague would see: an empty place, an amount that the record does not know, a day
in a letter that may name none, words that do not belong in it, a text that is too long or only half translated. Plain
values in, findings out. A red finding stops the letter, see ``gate``; the others are advice. Nothing here knows a
language: words, separators and names of months come in as data.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from .facts import ZERO
from .rules import PRE_DUE, REMINDER, STATUTORY_NOTICE

# Where a piece of the text stands. Prose is read, a table is looked up in, a signature is only looked at for gaps.
PROSE, TABLE, SIGNATURE = "prose", "table", "signature"
SUBJECT = "subject"

# Where the words of a list are looked for.
IN_SUBJECT, IN_TEXT, EVERYWHERE = "subject", "text", "all"

# Letters without legal force: nothing in them may threaten or sound like a lawyer.
FRIENDLY = frozenset({PRE_DUE, REMINDER})

MASK = "§"  # stands for a name while a text is searched


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a line of one, or a cell of a table."""

    text: str
    kind: str = PROSE


@dataclass(frozen=True, slots=True)
class Written:
    """The rendered text. ``empty`` counts the marks (bold, italic) with nothing in them."""

    subject: str
    blocks: tuple[Block, ...]
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """How the language of the letter writes figures and days. ``months``: every name and abbreviation, lower case."""

    decimal: str
    group: str
    months: Mapping[str, int]
    day_first: bool = True


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that do not belong in letters of some legal types, in one language.

    ``language`` is the first two letters of its code. A word that ends (starts) in ``*`` stands for every word that
    starts (ends) so. ``allowed``: wordings with such a word in it that are fine. ``only_free``: looked for only in
    letters that ask and announce no costs.
    """

    name: str
    language: str
    words: tuple[str, ...]
    legal_types: frozenset[str]
    red: bool = False
    article: str = ""
    place: str = IN_TEXT
    only_free: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What the record of the letter knows, to measure its text against.

    ``amounts`` are all amounts that may stand in it and ``total`` what it demands; ``signs`` are the ways in which its
    currency is written. ``names`` are texts that others chose (names, numbers, what an invoice was for): they are not
    judged. ``days`` may stand in a statutory notice though they lie ahead. ``untranslated`` holds ``subject`` or
    ``body`` where the text has no words of its own in this language. ``free``: it asks and announces no costs.
    ``protected``: a consumer, or treated as one. ``article``: of its rules.
    """

    legal_type: str
    language: str
    on: date
    amounts: frozenset[Decimal] = frozenset()
    total: Decimal = ZERO
    signs: tuple[str, ...] = ("€", "EUR")
    names: tuple[str, ...] = ()
    days: frozenset[date] = frozenset()
    untranslated: frozenset[str] = frozenset()
    free: bool = True
    protected: bool = True
    article: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the level: the most words in the body and in a sentence; zero sets none."""

    words: int = 0
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the text: a code of :data:`CODES`, the offending words and the sentence they stand in.

    ``red`` stops the letter; ``final`` and nobody may override it. ``title`` is the name of a word list; ``count`` and
    ``most`` are figures of lengths.
    """

    code: str
    red: bool
    words: tuple[str, ...] = ()
    sentence: str = ""
    article: str = ""
    title: str = ""
    final: bool = False
    count: int = 0
    most: int = 0


# The red ones are codes of the gate as well, and are stored: never renamed or reused.
RED_CODES = ("TEXT_RESIDUE", "TEXT_AMOUNT", "TEXT_TOTAL", "TEXT_DATE", "TEXT_WORDS", "TEXT_LANGUAGE")
CODES = (*RED_CODES, "TEXT_CAPITALS", "TEXT_LENGTH", "TEXT_SENTENCE")


def check(
    written: Written, record: Record, form: Form, lists: Iterable[WordList] = (), limits: Limits | None = None
) -> tuple[Finding, ...]:
    """Return everything that is to be said of a text, what stops it first."""
    pieces = _pieces(written, record.names)
    found = [
        *_residue(pieces, written.empty),
        *_amounts(pieces, record, form),
        *_days(pieces, record, form),
        *_words(pieces, record, lists),
        *_language(record),
        *_capitals(pieces, record),
        *_lengths(written, limits or Limits()),
    ]
    return tuple(sorted(found, key=lambda finding: (not finding.red, CODES.index(finding.code))))


def flat(text: str) -> str:
    """Text on one line with plain spaces and apostrophes."""
    return " ".join(text.replace("\u202f", " ").replace("’", "'").split())


def sentences(text: str) -> list[str]:
    """The sentences of a text; what follows a colon is one of its own."""
    return [part for part in re.split(r"(?<=[.?!])\s+(?=[A-ZÀ-Ü‘“«€§\"'(])|:\s", flat(text)) if part]


def count_words(text: str) -> int:
    """Words, not figures."""
    return sum(bool(re.search(r"[^\W\d]", word)) for word in text.split())


def body_words(written: Written) -> int:
    """Words of the body: greeting and prose, without tables and signature."""
    return sum(count_words(block.text) for block in written.blocks if block.kind == PROSE)


def sentence_with(blocks: Iterable[Block], phrases: Iterable[str]) -> str:
    """The sentence (or cell) that holds one of these wordings, to show where it was found; empty when none does."""
    wanted = [_flat_phrase(phrase) for phrase in phrases if phrase and phrase.strip()]
    patterns = [re.compile(rf"(?<!\w)(?<!\d[.,]){re.escape(phrase)}(?!\w)") for phrase in wanted]
    for block in blocks:
        if any(pattern.search(_flat_phrase(block.text)) for pattern in patterns):
            parts = [part for part in sentences(block.text) if any(p.search(_flat_phrase(part)) for p in patterns)]
            return parts[0] if parts else flat(block.text)
    return ""


def _flat_phrase(text: str) -> str:
    return " ".join(re.sub(r"(?<=\d)\u202f(?=\d)", "", text).casefold().split())


# -- names -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A block as it is searched: on one line, the names in it masked. ``shown`` has them, at the same places."""

    text: str
    shown: str
    kind: str

    def sentence(self, start: int) -> str:
        """The sentence around a place."""
        ends = [match.end() for match in re.finditer(r"[.?!]\s+(?=\S)", self.text)]
        begin = max((end for end in ends if end <= start), default=0)
        stop = re.compile(r"[.?!](?=\s|$)").search(self.text, start)
        return flat(self.shown[begin : stop.end() if stop else len(self.shown)])


def _pieces(written: Written, names: Iterable[str]) -> list[Piece]:
    """The subject and the blocks without what others chose: a cell that is a name goes, in a sentence it is masked."""
    known = sorted({flat(name) for name in names if name and len(name.strip()) > 2}, key=len, reverse=True)
    whole = {name.casefold() for name in known}
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)") if known else None
    pieces = []
    for text, kind in ((written.subject, SUBJECT), *((block.text, block.kind) for block in written.blocks)):
        if kind != SUBJECT and flat(text).casefold() in whole:
            continue
        # one line; the narrow space stays, because it holds an amount together
        shown = " ".join(re.split(r"[^\S\u202f]+", text.replace("’", "'"))).strip()
        masked = pattern.sub(lambda match: MASK * len(match[0]), shown) if pattern else shown
        pieces.append(Piece(masked, shown, kind))
    return pieces


# -- empty places ------------------------------------------------------------------------------------------------------

CODE = re.compile(r"\{\{|\}\}|\$\{|\bt-(?:out|if|else|elif|esc|field|foreach|att\w*)\b|\bobject\.\w+|</?t\b|%\(\w+\)s")
NOTHING = re.compile(r"\bFalse\b|\bNone\b(?! of\b)")
GAP = re.compile(r"(?<=\s)[,.](?=\s|$)|\(\s*\)|“\s*”|«\s*»|‘\s*’|\"\s*\"")
DOTS = re.compile(r"(?<!\S)(?:…|\.{3,}|_{3,}|[Xx]{3,})(?!\w)")
NO_FIGURE = re.compile(r"(?<!\d)(?<!\d\s)[€$£](?!\s?[-−]?\d|US)")


def _residue(pieces: Iterable[Piece], empty: int) -> Iterator[Finding]:
    """Template code that was not filled in, and places where a fact should be and nothing is."""
    for piece in pieces:
        anywhere = (CODE, NOTHING, NO_FIGURE)
        patterns = anywhere if piece.kind in (TABLE, SIGNATURE) else (*anywhere, GAP, DOTS)
        for match in (found for pattern in patterns for found in pattern.finditer(piece.text)):
            yield Finding("TEXT_RESIDUE", True, (match[0].strip(),), piece.sentence(match.start()))
    if empty:
        yield Finding("TEXT_RESIDUE", True, ("<strong></strong>",), count=empty)


# -- amounts -----------------------------------------------------------------------------------------------------------

SIGN = r"\$US|US\$|[€$£]|(?<!\w)(?:EUR|USD|GBP|CHF|euros?)(?!\w)"


@lru_cache(maxsize=8)
def _money_pattern(spaced: bool) -> re.Pattern:
    """Figures with a currency before or after them, whatever their form. ``spaced``: thousands stand apart."""
    groups = r"|[\u202f\xa0 ]\d{3}(?!\d)" if spaced else ""
    figures = rf"[-−]?\d(?:[.,']?\d{groups})*"
    before, after = (
        rf"(?P<before>{SIGN})\s?(?P<first>{figures})",
        rf"(?P<last>(?<![\w.,]){figures})\s?(?P<after>{SIGN})",
    )
    return re.compile(f"{before}|{after}", re.IGNORECASE)


def amounts_in(text: str, form: Form, signs: Iterable[str]) -> list[tuple[re.Match, Decimal | None]]:
    """Every amount of money in a text, exactly; None for one in another form or currency than the letter's."""
    own = {sign.casefold() for sign in signs}
    found = []
    for match in _money_pattern(form.group.isspace()).finditer(text):
        sign, figures = match["before"] or match["after"], match["first"] or match["last"]
        found.append((match, _figure(figures, form.decimal, form.group) if sign.casefold() in own else None))
    return found


def _figure(figures: str, decimal: str, group: str) -> Decimal | None:
    """A number in the form of one language, else None: 1,210 is a thousand here and a bit more than one there."""
    space = group.isspace()
    groups = r"[\u202f\xa0 ]" if space else re.escape(group)
    form = rf"[-−]?(\d{{1,3}}(?:{groups}\d{{3}})+|\d+)(?:{re.escape(decimal)}(\d{{2}}))?"
    match = re.fullmatch(form, figures)
    if not match:
        return None
    return Decimal(re.sub(r"\D", "", match[1]) + "." + (match[2] or "00"))


def _amounts(pieces: Iterable[Piece], record: Record, form: Form) -> Iterator[Finding]:
    """Every amount is one of the record, and what is demanded is among those of the body."""
    known = {abs(amount) for amount in record.amounts} | {abs(record.total)}
    final = record.protected or record.legal_type == STATUTORY_NOTICE
    named = set()
    for piece in pieces:
        for match, value in amounts_in(piece.text, form, record.signs):
            if value not in known:
                yield Finding("TEXT_AMOUNT", True, (flat(match[0]),), piece.sentence(match.start()), final=final)
            elif piece.kind != SUBJECT:
                named.add(value)
    if record.total and abs(record.total) not in named:
        yield Finding("TEXT_TOTAL", True)


# -- days --------------------------------------------------------------------------------------------------------------


def days_in(text: str, form: Form, near: date) -> list[tuple[re.Match, date]]:
    """Every day in a text; one without a year is the one nearest to ``near``."""
    found = []
    for match in _day_pattern(tuple(sorted(form.months))).finditer(text):
        parts = match.groupdict()
        word = parts["month"] or parts["month2"]
        if word and word.casefold() == "may" and not word[0].isupper():
            continue
        if day := _as_date(parts, word, form, near):
            found.append((match, day))
    return found


@lru_cache(maxsize=32)
def _day_pattern(months: tuple[str, ...]) -> re.Pattern:
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True)) or "(?!)"
    return re.compile(
        r"(?<![\w/.-])(?:"
        r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
        r"|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{4}|\d{2})"
        rf"|(?P<day>\d{{1,2}})(?:er|e|st|nd|rd|th)?\s(?:of\s|de\s)?(?P<month>{names})\b\.?(?:,?\s(?P<year>\d{{4}}))?"
        rf"|(?P<month2>{names})\b\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year2>\d{{4}}))?"
        r")(?![\w/-])",
        re.IGNORECASE,
    )


def _as_date(parts: Mapping[str, str | None], word: str | None, form: Form, near: date) -> date | None:
    try:
        if parts["iso"]:
            return date(*map(int, parts["iso"].split("-")))
        if parts["a"]:
            first, second, year = int(parts["a"]), int(parts["b"]), int(parts["c"])
            day, month = (first, second) if form.day_first or first > 12 else (second, first)
            return date(year if year > 99 else 2000 + year, month, day)
        day, year = int(parts["day"] or parts["day2"]), parts["year"] or parts["year2"]
        month = form.months[word.casefold()]
        if year:
            return date(int(year), month, day)
        this = date(near.year, month, day)
    except ValueError:  # 31-02, or a number with dashes that is no day
        return None
    return this if this >= near - timedelta(days=183) else date(near.year + 1, month, day)


def _days(pieces: Iterable[Piece], record: Record, form: Form) -> Iterator[Finding]:
    """A statutory notice names no day ahead: its term runs from receipt, and too early a day makes it void."""
    if record.legal_type != STATUTORY_NOTICE:
        return
    for piece in pieces:
        for match, day in days_in(piece.text, form, record.on):
            if day > record.on and day not in record.days:
                yield Finding("TEXT_DATE", True, (match[0],), piece.sentence(match.start()), record.article, final=True)


# -- words -------------------------------------------------------------------------------------------------------------


SEARCHED = {
    IN_SUBJECT: {SUBJECT},
    IN_TEXT: {SUBJECT, PROSE},
    EVERYWHERE: {SUBJECT, PROSE, TABLE, SIGNATURE},
}


@lru_cache(maxsize=512)
def _list_pattern(words: tuple[str, ...]) -> re.Pattern | None:
    """One pattern for all words of a list, the longest first, so that a phrase goes before its parts."""
    forms = []
    for word in sorted({flat(word) for word in words if word.strip(" *")}, key=len, reverse=True):
        core = r"\s+".join(re.escape(part) for part in word.strip("*").split())
        forms.append(("\\w*" if word.startswith("*") else "") + core + ("\\w*" if word.endswith("*") else ""))
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE) if forms else None


def _words(pieces: list[Piece], record: Record, lists: Iterable[WordList]) -> Iterator[Finding]:
    """The words of every list that holds for this letter: one finding a list and sentence.

    Red ones in a statutory notice are final, as forbidden elements are: such a notice has no effect.
    """
    for words in lists:
        fits = words.language == record.language and record.legal_type in words.legal_types
        if not fits or (words.only_free and not record.free):
            continue
        found: dict[str, list[str]] = {}
        for piece in pieces:
            if piece.kind in SEARCHED[words.place]:
                for start, word in _hits(flat(piece.text), words):
                    found.setdefault(piece.sentence(start), []).append(word)
        final = words.red and record.legal_type == STATUTORY_NOTICE
        for sentence, hits in found.items():
            unique = tuple(dict.fromkeys(hits))
            yield Finding("TEXT_WORDS", words.red, unique, sentence, words.article, words.name, final)


def _hits(text: str, words: WordList) -> list[tuple[int, str]]:
    """Where words of a list stand in a text; what the list allows is passed over."""
    pattern, fine = _list_pattern(words.words), _list_pattern(words.allowed)
    if not pattern:
        return []
    if fine:
        text = fine.sub(lambda match: MASK * len(match[0]), text)
    return [(match.start(), match[0]) for match in pattern.finditer(text)]


def _language(record: Record) -> Iterator[Finding]:
    """Half a text in another language is a slip and stops; a whole one may be meant."""
    if record.untranslated:
        half = len(record.untranslated) == 1
        yield Finding("TEXT_LANGUAGE", half, tuple(sorted(record.untranslated)), title=record.language)


# -- form --------------------------------------------------------------------------------------------------------------

CAPITALS = re.compile(r"\b[A-ZÀ-Þ]{3,}(?:[\s-]+[A-ZÀ-Þ]{3,})+\b|\b[A-ZÀ-Þ]{8,}\b")


def _capitals(pieces: Iterable[Piece], record: Record) -> Iterator[Finding]:
    """Shouting. The subject of a letter with legal force may be its title in capitals."""
    looked_at = {SUBJECT, PROSE} if record.legal_type in FRIENDLY else {PROSE}
    for piece in pieces:
        if piece.kind in looked_at:
            for match in CAPITALS.finditer(piece.text):
                yield Finding("TEXT_CAPITALS", False, (match[0],), piece.sentence(match.start()))


def _lengths(written: Written, limits: Limits) -> Iterator[Finding]:
    """The words of the body and of its longest sentence, against the limits of the level."""
    count = body_words(written)
    if limits.words and count > limits.words:
        yield Finding("TEXT_LENGTH", False, count=count, most=limits.words)
    if not limits.sentence:
        return
    for sentence in (part for block in written.blocks if block.kind == PROSE for part in sentences(block.text)):
        if (length := count_words(sentence)) > limits.sentence:
            yield Finding("TEXT_SENTENCE", False, sentence=sentence, count=length, most=limits.sentence)
