"""What others chose in a letter: names, numbers, what an invoice was for. It is never judged, and proves nothing.

A hit in a text is data when it lies wholly inside one place where such a value stands: a consumer called *Vandaag*
hides no words of the text itself. ``stands_in`` looks for what a letter has to hold.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# What is looked for. A phrase is of the text itself, a figure (amount, day) is no part of what others wrote, and data
# (a name, a number) is by nature what others chose.
PHRASE, FIGURE, DATA = "phrase", "figure", "data"

# Signs that nobody sees: zero width, direction of writing, soft hyphens, controls.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
NARROW = re.compile(r"(?<=\d)\u202f(?=\d)")  # between thousands in French


def even(text: str) -> str:
    """Text on one line, with plain apostrophes, without signs that nobody sees; the narrow space stays."""
    return " ".join(re.split(r"[^\S\u202f]+", INVISIBLE.sub("", text).replace("’", "'"))).strip()


def plain(text: str) -> str:
    """Text in the form in which phrases are looked up: lower case, every run of white space one space.

    The narrow space that French puts between thousands goes, so that a number stays one word.
    """
    return _closed(text).casefold()


@lru_cache(maxsize=8)
def _both(text: str) -> tuple[str, str]:
    """A text as it is shown and in lower case; every element of a letter is looked for in the same one."""
    shown = _closed(text)
    return shown, shown.casefold()


def _closed(text: str) -> str:
    """``plain`` with its capitals."""
    return " ".join(NARROW.sub("", even(text)).split())


@dataclass(frozen=True, slots=True)
class Others:
    """Values that others chose, as they may stand in a text.

    ``own`` are the words of the text itself, before anything was filled in: they settle whether a wording is its own
    where a value says exactly the same.
    """

    values: tuple[str, ...] = ()
    own: str = ""

    def hold(self, text: str, start: int, end: int, figure: bool = False) -> bool:
        """Whether a hit lies wholly inside one of the values.

        :param text: in the form of ``even`` or ``plain``. :param figure: a value that is the very hit does not count.
        """
        words = text[start:end]
        for way in _ways(self.values):
            if words not in way or (way == words and (figure or _is_in(plain(words), self.own))):
                continue
            if any(begin <= start and end <= stop for begin, stop in _places(way, text)):
                return True
        return False

    def ends_open(self, text: str) -> bool:
        """Whether a text ends with a value that ends in a blank of its own: what follows then stands apart from it."""
        before = text.rstrip()
        values = (even(value) for value in self.values if INVISIBLE.sub("", value)[-1:].isspace())
        return before != text and any(value and before.endswith(value) for value in values)

    def masked(self, text: str, mask: str) -> str:
        """A text with signs in the place of the values, except where one is a part of a figure."""
        for begin, end in self._apart(text):
            text = text[:begin] + mask * (end - begin) + text[end:]
        return text

    def shortened(self, text: str) -> str:
        """A text with one word in the place of each value, to count words."""
        text = even(text)
        for begin, end in sorted(self._apart(text), reverse=True):
            text = f"{text[:begin]}X{text[end:]}"
        return text

    def _apart(self, text: str) -> list[tuple[int, int]]:
        """Where values stand that overlap no longer one."""
        found: list[tuple[int, int]] = []
        for way in sorted(_ways(self.values), key=len, reverse=True):
            for begin, end in _places(way, text):
                glued = re.search(r"\d[.,']?$|[.,']$", text[:begin]) or re.match(r"[.,']?\d", text[end:])
                if not (glued and way[0].isdigit() and way[-1].isdigit()) and not any(
                    begin < stop and start < end for start, stop in found
                ):
                    found.append((begin, end))
        return found


NOBODY = Others()


@lru_cache(maxsize=256)
def _ways(values: tuple[str, ...]) -> tuple[str, ...]:
    """The ways in which a text may show these values: whole and line by line, in capitals, with a capital."""
    shown = {part for value in values if value for part in (value, *value.splitlines())}
    shown |= {way for part in shown for way in (part.upper(), part[:1].upper() + part[1:])}
    forms = {form(way) for way in shown for form in (even, _closed, lambda way: even(way).replace("\u202f", " "))}
    return tuple(sorted(forms - {""}))


def _places(way: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a value stands by itself: Jan is not found in January."""
    at = text.find(way)
    while at >= 0:
        end = at + len(way)
        inside = at and _is_word(way[0]) and _is_word(text[at - 1])
        if not inside and not (end < len(text) and _is_word(way[-1]) and _is_word(text[end])):
            yield at, end
        at = text.find(way, at + 1)


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _finds(phrase: str, text: str) -> Iterator[re.Match]:
    """Where a wording stands by itself: 40,00 is not found in 140,00 or 1.240,00."""
    if phrase not in text:  # a pattern for each number of an invoice takes longer than looking
        return iter(())
    return re.finditer(rf"(?<!\w)(?<!\d[.,]){re.escape(phrase)}(?!\w)", text) if phrase else iter(())


@lru_cache(maxsize=1024)
def _is_in(phrase: str, own: str) -> bool:
    return any(_finds(phrase, plain(own)))


def stands_in(phrases: Iterable[str], text: str, others: Others = NOBODY, kind: str = DATA) -> bool:
    """Whether one of these wordings stands in a text by itself; case, white space and invisible signs do not count.

    :param kind: ``PHRASE`` or ``FIGURE``: one that others wrote does not count; ``DATA``: it does.
    """
    shown, folded = _both(text)
    for phrase in map(plain, phrases):
        for match in _finds(phrase, folded):
            if kind == DATA or not others.values:
                return True
            start, end = _unfolded(shown, folded, *match.span())
            if not others.hold(shown, start, end, figure=kind == FIGURE):
                return True
    return False


def _unfolded(shown: str, folded: str, start: int, end: int) -> tuple[int, int]:
    """A place in lower case as the place in the text itself: one sign may become several."""
    if len(shown) == len(folded):
        return start, end
    at, ends = 0, []
    for sign in shown:
        at += len(sign.casefold())
        ends.append(at)
    return sum(stop <= start for stop in ends), sum(stop < end for stop in ends) + 1
