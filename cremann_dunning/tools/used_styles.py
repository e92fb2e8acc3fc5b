"""The part of a stylesheet that a set of documents can use.

wkhtmltopdf reads all of Odoo's styles anew for every page, and once more for its header and its footer: that is most
of what a letter costs. A rule that asks for a class or an id which nowhere occurs can match nothing, so it is left out.
What is in doubt stays: the page looks the same, to the pixel.
"""

import functools
import re

# What may hold a brace, a comma or a dot that means nothing: comments, strings, addresses without quotes.
OPAQUE = r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|url\([^\"')]*\)"
BRACES = re.compile(rf"{OPAQUE}|[{{}};]", re.DOTALL)
COMMAS = re.compile(rf"{OPAQUE}|[(),]", re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A class inside one of these need not be there for the selector to match; attributes may hold anything.
NOT_ASKED = re.compile(r"\[(?:\"[^\"]*\"|'[^']*'|[^\]\"'])*\]|:[\w-]+\([^()]*(?:\([^()]*\)[^()]*)*\)")
ASKED = re.compile(r"[.#]((?:\\.|[\w-])+)")
NAMES = re.compile(r"\b(?:class|id)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
NESTED = ("@media", "@supports")
FONT = re.compile(r"@font-face\{([^}]*)\}")
FAMILY = re.compile(r"font-family:\s*[\"']?([^;\"'}]+)")
NAMED = re.compile(r"(font-family:\s*(?:\"[^\"]*\"|'[^']*'))(?=\s*[;}])")
SOURCES = re.compile(r"\bsrc:\s*(?:[^;\"'}]|\"[^\"]*\"|'[^']*')*;?")
ORDINARY = re.compile(r"font-weight:\s*400")
ADDRESS = re.compile(r"url\(\s*[\"']?([^\"')]+)")


def used_styles(css, documents, font_file=lambda address: None):
    """The stylesheet without the rules that match nothing, and with fonts from where we have them.

    :param str css: a whole stylesheet, as compiled by Odoo; when braces do not pair it is given back as it is.
    :param documents: the HTML of all pages that it is for, as strings.
    :param font_file: from the address of a font in the stylesheet to a better one, "" when it has gone, nothing when
        it is to stay.
    :return: the rules that are left, in their order, as a string.
    """
    names = {name for html in documents for found in NAMES.findall(html) for name in "".join(found).split()}
    try:
        kept = _kept(_rules(css), names)
    except ValueError:
        return css
    spoken_of = "".join([FONT.sub("", kept), *documents])
    return FONT.sub(lambda rule: _font(rule, spoken_of, font_file), kept)


def system_fonts(css):
    """The stylesheet without fonts of its own: what it names is taken from the system, or a plain one without serifs.

    Unpatched Qt draws the letters of a font that it fetched as curves: nobody can search, copy or hear such a text.
    """
    return NAMED.sub(r"\1,sans-serif", FONT.sub("", css))


def with_bold(css, is_there):
    """The stylesheet with the bold font beside each ordinary one that has one.

    Odoo names only the ordinary ones. Without the bold one Qt draws every bold word twice, a little apart: broader than
    its place, and a program that reads the text finds it twice.

    :param is_there: from the address of a font to whether it is there.
    """

    def pair(rule):
        address = ADDRESS.search(rule[0])
        bold = address and address[1].replace("-Regular.", "-Bold.")
        if not bold or bold == address[1] or not ORDINARY.search(rule[0]) or not is_there(bold):
            return rule[0]
        return rule[0] + ORDINARY.sub("font-weight:700", rule[0]).replace(address[1], bold)

    return FONT.sub(pair, css)


def _font(rule, spoken_of, font_file):
    """A font that is asked for nowhere is left out; one that we have comes from there."""
    family = FAMILY.search(rule[1])
    if family and family[1].strip() not in spoken_of:
        return ""
    sources = "".join(SOURCES.findall(rule[1]))
    ours = [found for found in map(font_file, ADDRESS.findall(sources)) if found is not None]
    if not ours:
        return rule[0]
    best = next(filter(None, ours), None)
    return f"@font-face{{{SOURCES.sub('', rule[1])};src:url({best});}}" if best else ""


def _kept(rules, names):
    parts = []
    for prelude, content in rules:
        if isinstance(content, tuple):
            inner = _kept(content, names)
            if inner:
                parts.append(f"{prelude}{{{inner}}}")
        elif content is None or prelude.startswith("@"):
            parts.append(prelude if content is None else f"{prelude}{{{content}}}")
        else:
            selectors = [text for text, asked in _selectors(prelude) if asked <= names]
            if selectors:
                parts.append(f"{','.join(selectors)}{{{content}}}")
    return "".join(parts)


@functools.lru_cache(maxsize=8)
def _rules(css):
    """The rules of a whole stylesheet, read once for all batches."""
    return _read(css)


def _read(css):
    """A row of ``(prelude, content)``; content is text, or rules again, or nothing behind a line like ``@import``."""
    rules, depth, start, opened, prelude = [], 0, 0, 0, ""
    for token in BRACES.finditer(css):
        if token[0] == "{":
            if not depth:
                prelude, opened = COMMENT.sub("", css[start : token.start()]).strip(), token.end()
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth < 0:
                raise ValueError("a brace too many")
            if not depth:
                content = css[opened : token.start()]
                rules.append((prelude, _read(content) if prelude.startswith(NESTED) else content))
                start = token.end()
        elif token[0] == ";" and not depth:
            rules.append((COMMENT.sub("", css[start : token.end()]).strip(), None))
            start = token.end()
    if depth or COMMENT.sub("", css[start:]).strip():
        raise ValueError("a brace is missing")
    return tuple(rules)


@functools.lru_cache(maxsize=50_000)
def _selectors(prelude):
    """The selectors of a rule, each with the classes and ids without which it cannot match."""
    found, depth, start = [], 0, 0
    for token in COMMAS.finditer(prelude):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if token[0] == "," and not depth:
            found.append(prelude[start : token.start()])
            start = token.end()
    found.append(prelude[start:])
    return tuple((text.strip(), _asked(text)) for text in found)


def _asked(selector):
    plain = NOT_ASKED.sub("", selector)
    return frozenset(name.replace("\\", "") for name in ASKED.findall(plain))
