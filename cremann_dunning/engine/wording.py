"""How a letter reads: checks on the rendered text of one letter, beside what the law wants in it.

``check`` looks for what a careful colleague would see: an empty place, an amount that the record does not know, a day
in a letter that may name none, words that do not belong in it, a text that is too long or only half translated. Plain
values in, findings out. A red finding stops the letter, see ``gate``; the others are advice. Nothing here knows a
language: words, separators and names of months come in as data.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

from .facts import ZERO
from .figures import SC, Form, amounts_in, day_of, day_pattern
from .others import NOBODY, PHRASE, Others, even, stands_in
from .rules import PRE_DUE, REMINDER, STATUTORY_NOTICE

# Where a piece of the text stands. Prose is read, a table is looked up in, a signature is only looked at for gaps.
PROSE, TABLE, SIGNATURE = "prose", "table", "signature"
SUBJECT = "subject"

# Where the words of a list are looked for.
IN_SUBJECT, IN_TEXT, EVERYWHERE = "subject", "text", "all"

# Letters without legal force: nothing in them may threaten or sound like a lawyer.
FRIENDLY = frozenset({PRE_DUE, REMINDER})

MASK = "§"  # stands for what is passed over while a text is searched


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
    currency is written and ``digits`` its decimals. ``names`` are texts that others chose (names, numbers, what an
    invoice was for): they are not judged, ``own`` are the words of the text itself, see ``Others``. ``days`` may stand
    in a statutory notice though they lie ahead. ``untranslated`` holds ``subject`` or ``body`` where the text has no
    words of its own in this language. ``free``: it asks and announces no costs.
    ``protected``: a consumer, or treated as one. ``article``: of its rules.
    """

    legal_type: str
    language: str
    on: date
    amounts: frozenset[Decimal] = frozenset()
    total: Decimal = ZERO
    signs: tuple[str, ...] = ("€", "EUR")
    digits: int = 2
    names: tuple[str, ...] = ()
    own: str = ""
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
    others = Others(record.names, record.own)
    pieces = _pieces(written, others)
    found = [
        *_residue(pieces, written.empty),
        *_amounts(pieces, record, form),
        *_days(pieces, record, form),
        *_words(pieces, record, lists),
        *_language(record),
        *_capitals(pieces, record),
        *_lengths(written, limits or Limits(), others),
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


def sentence_with(blocks: Iterable[Block], phrases: Iterable[str], others: Others = NOBODY, kind: str = PHRASE) -> str:
    """The sentence (or cell) that holds one of these wordings, to show where it was found; empty when none does.

    :param kind: what is looked for, as in ``others.stands_in``.
    """
    wanted = tuple(phrase for phrase in phrases if phrase and phrase.strip())
    for block in blocks:
        if stands_in(wanted, block.text, others, kind):
            parts = sentences(block.text)
            own = (part for part in parts if stands_in(wanted, part, others, kind))
            return next(own, None) or next((p for p in parts if stands_in(wanted, p)), flat(block.text))
    return ""


# -- pieces ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A block as it is searched: on one line. ``others`` says what in it is not ours to judge."""

    text: str
    kind: str
    others: Others

    def sentence(self, start: int) -> str:
        """The sentence around a place."""
        begin = max((end for end in self._ends if end <= start), default=0)
        stop = re.compile(r"[.?!](?=\s|$)").search(self.text, start)
        return flat(self.text[begin : stop.end() if stop else len(self.text)])

    @cached_property
    def _ends(self) -> list[int]:
        return [match.end() for match in re.finditer(r"[.?!]\s+(?=\S)", self.text)]

    def is_data(self, match: re.Match, figure: bool = False) -> bool:
        """Whether a hit lies wholly inside what others chose."""
        return self.others.hold(self.text, *match.span(), figure=figure)

    def hits(self, pattern: re.Pattern) -> Iterator[re.Match]:
        """Where a pattern stands in words of our own; what starts inside a name may go on behind it."""
        at = 0
        while match := pattern.search(self.text, at):
            data = self.is_data(match)
            at = match.start() + 1 if data else match.end()
            if not data:
                yield match


def _pieces(written: Written, others: Others) -> list[Piece]:
    """The subject and the blocks, each on one line; the narrow space stays, because it holds an amount together."""
    whole = ((written.subject, SUBJECT), *((block.text, block.kind) for block in written.blocks))
    return [Piece(even(text), kind, others) for text, kind in whole]


# -- empty places ------------------------------------------------------------------------------------------------------

CODE = re.compile(r"\{\{|\}\}|\$\{|\bt-(?:out|if|else|elif|esc|field|foreach|att\w*)\b|\bobject\.\w+|</?t\b|%\(\w+\)s")
NOTHING = re.compile(r"\bFalse\b|\bNone\b(?! of\b)")
GAP = re.compile(r"(?<=\s)[,.](?=\s|$)|\(\s*\)|“\s*”|«\s*»|‘\s*’|\"\s*\"")
DOTS = re.compile(r"(?<!\S)(?:…|\.{3,}|_{3,}|[Xx]{3,})(?!\w)")
LETTER = r"[^\W\d_]"
LETTERS_BEFORE = "".join(rf"(?<!\d{blank}{LETTER * many})" for blank in ("", r"\s") for many in (0, 1, 2, 3))
NO_FIGURE = re.compile(rf"{LETTERS_BEFORE}[{SC}](?!\s?[-−]?\d|[A-Z]{{2}}(?![^\W\d_]))")


def _residue(pieces: Iterable[Piece], empty: int) -> Iterator[Finding]:
    """Template code that was not filled in, and places where a fact should be and nothing is."""
    for piece in pieces:
        anywhere = (CODE, NOTHING, NO_FIGURE)
        patterns = anywhere if piece.kind in (TABLE, SIGNATURE) else (*anywhere, GAP, DOTS)
        for match in (found for pattern in patterns for found in piece.hits(pattern)):
            if match.re is GAP and piece.others.ends_open(piece.text[: match.start()]):
                continue
            yield Finding("TEXT_RESIDUE", True, (match[0].strip(),), piece.sentence(match.start()))
    if empty:
        yield Finding("TEXT_RESIDUE", True, ("<strong></strong>",), count=empty)


# -- amounts -----------------------------------------------------------------------------------------------------------


def _amounts(pieces: Iterable[Piece], record: Record, form: Form) -> Iterator[Finding]:
    """Every amount is one of the record, and what is demanded is among those of the body."""
    known = {abs(amount) for amount in record.amounts} | {abs(record.total)}
    final = record.protected or record.legal_type == STATUTORY_NOTICE
    named = set()
    for piece in pieces:
        for match, value in amounts_in(piece.text, form, record.signs, record.digits):
            cell = value in known and match[0] == piece.text  # nothing longer stands there
            if not cell and piece.is_data(match, figure=value in known):
                continue
            read = {value} if value in known else _read_again(piece, match, value, record, form)
            if not read <= known or not read:
                yield Finding("TEXT_AMOUNT", True, (flat(match[0]),), piece.sentence(match.start()), final=final)
            elif piece.kind != SUBJECT:
                named |= read
    if record.total and abs(record.total) not in named:
        yield Finding("TEXT_TOTAL", True)


def _read_again(
    piece: Piece, wrong: re.Match, value: Decimal | None, record: Record, form: Form
) -> set[Decimal | None]:
    """The amounts at a place where none of the record was read, in the other ways of reading it.

    In "invoice 2026 €12.00" and "23 November 2026 €12.00" the sign belongs to the second figure, and the figures of an
    invoice are no part of an amount beside them. Empty, or with something unknown in it, when it is wrong in all ways.
    """
    known = {abs(amount) for amount in record.amounts} | {abs(record.total)}
    masked = piece.others.masked(piece.text, MASK)
    ways = [(masked, False, None), (piece.text, True, None), (masked, True, None)]
    if value is None and form.group.isspace():  # a year before it is no thousand
        ways += [(piece.text, False, False), (piece.text, True, False)]
    for text, second, spaced in ways:
        hits = amounts_in(text, form, record.signs, record.digits, second, spaced)
        read = {value for match, value in hits if match.start() < wrong.end() and wrong.start() < match.end()}
        if read and read <= known:
            return read
    return set()


# -- days --------------------------------------------------------------------------------------------------------------


def _days(pieces: Iterable[Piece], record: Record, form: Form) -> Iterator[Finding]:
    """A statutory notice names no day ahead: its term runs from receipt, and too early a day makes it void."""
    if record.legal_type != STATUTORY_NOTICE:
        return
    for piece in pieces:
        for match in piece.hits(day_pattern(form)):
            day = day_of(match, form, record.on)
            if day and day > record.on and day not in record.days:
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
                for start, word in _hits(piece, words):
                    found.setdefault(piece.sentence(start), []).append(word)
        final = words.red and record.legal_type == STATUTORY_NOTICE
        for sentence, hits in found.items():
            unique = tuple(dict.fromkeys(hits))
            yield Finding("TEXT_WORDS", words.red, unique, sentence, words.article, words.name, final)


def _hits(piece: Piece, words: WordList) -> list[tuple[int, str]]:
    """Where words of a list stand in our own words; what the list allows is passed over."""
    pattern, fine = _list_pattern(words.words), _list_pattern(words.allowed)
    if not pattern:
        return []
    text = piece.text.replace("\u202f", " ")
    allowed = [match.span() for match in fine.finditer(text)] if fine else []
    found = Piece(text, piece.kind, piece.others).hits(pattern)
    return [
        (match.start(), match[0])
        for match in found
        if not any(start < match.end() and match.start() < end for start, end in allowed)
    ]


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
            for match in piece.hits(CAPITALS):
                yield Finding("TEXT_CAPITALS", False, (match[0],), piece.sentence(match.start()))


def _lengths(written: Written, limits: Limits, others: Others) -> Iterator[Finding]:
    """The words of the body and of its longest sentence, against the limits of the level; a name counts as one word."""
    prose = [block.text for block in written.blocks if block.kind == PROSE]
    if limits.words and sum(map(count_words, prose)) > limits.words:
        count = sum(count_words(others.shortened(text)) for text in prose)
        if count > limits.words:
            yield Finding("TEXT_LENGTH", False, count=count, most=limits.words)
    if not limits.sentence:
        return
    for sentence in (part for text in prose for part in sentences(text)):
        if count_words(sentence) > limits.sentence:
            length = count_words(others.shortened(sentence))
            if length > limits.sentence:
                yield Finding("TEXT_SENTENCE", False, sentence=sentence, count=length, most=limits.sentence)
