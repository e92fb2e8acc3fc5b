"""Words of a person in a rendered letter: where they go, and what stood there before.

A letter begins with how it addresses its reader, goes on with its opening, the blocks (tables, payment), its closing
and the words above the signature. A text that is built in another way has no opening or closing to change.
"""

import re
from dataclasses import dataclass

from lxml import html
from markupsafe import Markup, escape

SIGNATURE = "o_dunning_signature"
# What a person typed bears this class, so that everybody can see what is not of the text itself.
OWN = "o_dunning_own_words"


class NoPlaceError(ValueError):
    """The text has no such place any more. ``place`` is opening or closing."""

    def __init__(self, place: str):
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class Words:
    """What is put into one letter: a paragraph of its own, another opening or closing, and help for its reader."""

    personal: str = ""
    opening: str = ""
    closing: str = ""
    help: str = ""

    def __bool__(self):
        return bool(self.personal or self.opening or self.closing or self.help)


def one_line(text: str | None) -> str:
    """A text for a subject: nothing in it can begin another line of a mail."""
    return " ".join((text or "").split())


def tidy(text: str | None) -> str:
    """What somebody typed, with plain ends of lines and without empty ones at its ends."""
    return "\n".join(
        line.rstrip() for line in (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ).strip()


def paragraphs(text: str) -> Markup:
    """What somebody typed as paragraphs, every sign of it escaped: an empty line begins the next one."""
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", tidy(text)) if part.strip()]
    return Markup("").join(
        Markup('<p class="{}">{}</p>').format(OWN, Markup("<br/>").join(escape(line) for line in part.split("\n")))
        for part in parts
    )


def standing(body: str) -> dict[str, str]:
    """The words that stand in the places of a rendered text: ``opening`` and ``closing``, those that it has."""
    parts = _Parts(body)
    found = {"opening": parts.opening, "closing": parts.closing}
    return {place: "\n\n".join(map(_text, nodes)) for place, nodes in found.items() if nodes}


def placed(body: str, words: Words) -> Markup:
    """A rendered text with these words in their places.

    :raises NoPlaceError: it has no opening or closing to be changed.
    """
    if not words:
        return Markup(body)
    parts = _Parts(body)
    for place, text in (("opening", words.opening), ("closing", words.closing)):
        nodes = getattr(parts, place)
        if text and not nodes:
            raise NoPlaceError(place)
        if text:
            parts.put(text, nodes[0])
            for node in nodes:
                node.drop_tree()
    if words.help:
        parts.put(words.help, parts.sign_off)
    if words.personal:
        parts.put(words.personal, parts.greeting, behind=True)
    return Markup(html.tostring(parts.top, encoding="unicode", method="html"))


def _text(node) -> str:
    for line in node.iter("br"):
        line.tail = "\n" + (line.tail or "")
    return "\n".join(" ".join(line.split()) for line in node.text_content().split("\n")).strip()


class _Parts:
    """A rendered text taken apart."""

    def __init__(self, body: str):
        self.top = html.fragment_fromstring(str(body), create_parent=False) if _is_one(body) else None
        if self.top is None:
            self.top = html.fragment_fromstring(str(body), create_parent="div")
        self.room = self._room(self.top)
        nodes = [node for node in self.room if isinstance(node.tag, str)]
        last = next((at for at, node in enumerate(nodes) if _signs(node)), len(nodes))
        words = nodes[:last]
        self.greeting = words[0] if words and words[0].tag == "p" else None
        # the words above the signature: "Kind regards,"
        self.sign_off = words[-1] if len(words) > 1 and words[-1].tag == "p" and last < len(nodes) else None
        inner = words[1:-1] if self.greeting is not None and self.sign_off is not None else []
        first_block = next((at for at, node in enumerate(inner) if node.tag != "p"), None)
        self.opening = inner[:first_block] if first_block else []
        after = inner[-1:] if first_block is not None else []
        self.closing = [node for node in after if node.tag == "p"]
        if self.sign_off is None:
            self.sign_off = nodes[last] if last < len(nodes) else None

    def put(self, text: str, node, behind=False):
        """Put paragraphs before a paragraph or behind it; at the end, or the beginning, where there is none."""
        found = html.fragments_fromstring(str(paragraphs(text)))
        at = len(self.room) if node is None else self.room.index(node)
        if behind:
            at = 0 if node is None else at + 1
        for place, new in enumerate(found):
            self.room.insert(at + place, new)

    @staticmethod
    def _room(top):
        """The element whose children the paragraphs are."""
        while len(top) == 1 and top[0].tag == "div" and not (top.text or "").strip():
            top = top[0]
        return top


def _is_one(body) -> bool:
    parts = html.fragments_fromstring(str(body))
    return len(parts) == 1 and not isinstance(parts[0], str) and not (parts[0].tail or "").strip()


def _signs(node) -> bool:
    marked = f"contains(concat(' ', normalize-space(@class), ' '), ' {SIGNATURE} ')"
    return bool(node.xpath(f"descendant-or-self::*[{marked}]"))
