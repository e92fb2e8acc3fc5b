"""What the HTML of a paper needs for wkhtmltopdf: words that keep their distance, rows and closings that stay together.

wkhtmltopdf places pieces of text by the widths of a screen and draws them with those of paper. Over a long piece the
difference eats the blank before the next one, so each word beside a bold one becomes a piece of its own. And it keeps
a row of a table or a block in one piece, but knows nothing of rows that belong together.
"""

import re

import lxml.html
from markupsafe import Markup

SIGNATURE = "o_dunning_signature"
MARKS = {"b", "strong", "em", "i", "u", "a", "span", "font", "small"}
INSIDE_A_LINE = MARKS | {"br", "img"}
WORD = re.compile(r"(?<=[ \t\r\n])(?=[^ \t\r\n])")  # a blank that does not break stays inside

CLOSING = 2  # paragraphs that stay with the signature
TAIL = 2  # rows that stay with the total
WHOLE = 4  # a table of no more rows needs no care
NO_BREAK = "page-break-inside:avoid;"
# How wide letters are, in em: generous, because the font is the company's.
WIDTHS = ((re.compile(r"[A-Z€$£%@]"), 0.76), (re.compile(r"\d"), 0.63), (re.compile(r"[a-zà-ÿ]"), 0.65))
OTHER_WIDTH = 0.4
PADDING = 1.2
# Columns that do not break, in em: below this the others get the rest, below that a share, above it they have no room.
ROOMY, FULL = 40, 70
WORDS = 14  # em of the others in such a share
MANY = 15  # rows; a shorter table keeps the widths that suit its words
NOWRAP = re.compile(r"white-space:\s*nowrap")


def on_paper(html, cuts_rows=False):
    """A whole page of HTML as it is to be printed, marked as safe as it was.

    :param str html: a document with ``html`` and ``body``.
    :param cuts_rows: unpatched Qt keeps blocks in one piece, but no rows, and never repeats the head of a table.
    """
    root = lxml.html.document_fromstring(html)
    for signature in root.find_class(SIGNATURE):
        _keep_closing(signature)
    for table in list(root.iter("table")):
        _keep_tail(table, cuts_rows)
    for block in _blocks_with_marks(root):
        _part(block)
    return Markup(lxml.html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>"))


# -- what stays together -----------------------------------------------------------------------------------------------


def _keep_closing(signature):
    """The last paragraphs and the signature in one block that is not cut."""
    together, before = [signature], signature.getprevious()
    while before is not None and before.tag == "p" and len(together) <= CLOSING:
        together.insert(0, before)
        before = before.getprevious()
    block = lxml.html.Element("div", style=NO_BREAK)
    together[0].addprevious(block)
    block.extend(together)


def _keep_tail(table, cuts_rows):
    """The last rows of a long table and its total in a table of their own that is not cut, so that none stands alone.

    It stands in a row of the first one, below its repeated head, or behind it. The columns of both get the same widths.
    A table where some cell spans two rows, or whose columns leave no room, stays as it is.
    """
    head, body = table.find("thead/tr"), table.find("tbody")
    rows = body.findall("tr") if body is not None else []
    if head is None or len(rows) <= WHOLE or any(cell.get("rowspan") for cell in table.iter("td", "th")):
        return
    widths = _widths([head, *rows], len(head))
    if not widths:
        return
    kept = rows[-TAIL - bool(_is_total(rows[-1])) :]
    style = f"{table.get('style') or ''};table-layout:fixed;"
    inner = lxml.html.Element("table", {"class": table.get("class") or ""})
    inner.extend([_columns(widths), lxml.html.Element("tbody")])
    inner[-1].extend(kept)
    table.insert(0, _columns(widths))
    if cuts_rows:
        block = lxml.html.Element("div", style=NO_BREAK)
        block.append(inner)
        inner.set("style", f"{style}margin-top:0;")
        table.set("style", f"{style}margin-bottom:0;")
        block.tail, table.tail = table.tail, None
        table.addnext(block)
        return
    inner.set("style", f"{style}margin:0;font-size:1em;")
    table.set("style", style)
    row = lxml.html.Element("tr", style=NO_BREAK)
    row.append(lxml.html.Element("td", colspan=str(len(head)), style="padding:0;border:0;"))
    row[0].append(inner)
    body.append(row)


def _is_total(row):
    return any(cell.get("colspan") for cell in row)


def _columns(widths):
    group = lxml.html.Element("colgroup")
    group.extend([lxml.html.Element("col", {"style": f"width:{width};"} if width else {}) for width in widths])
    return group


def _widths(rows, count):
    """Per column its width, as in a stylesheet, and nothing for those whose words may break; empty without room."""
    found, breaking = [0.0] * count, [False] * count
    for number, row in enumerate(rows):
        place = 0
        for cell in row:
            span = int(cell.get("colspan") or 1)
            if span == 1 and place < count:
                text = " ".join(cell.text_content().split(" "))
                stays = NOWRAP.search(cell.get("style") or "")
                breaking[place] |= bool(number and text.strip() and not stays)
                pieces = [text.strip()] if stays else text.split()
                found[place] = max([found[place], *map(_width, pieces)])
            place += span
    found = [width + PADDING for width in found]
    kept = sum(width for may, width in zip(breaking, found, strict=True) if not may)
    if kept < ROOMY and any(breaking):
        return [not may and f"{width:.1f}em" for may, width in zip(breaking, found, strict=True)]
    shares = [WORDS / sum(breaking) if may else width for may, width in zip(breaking, found, strict=True)]
    fits = not any(breaking) or (kept < FULL and len(rows) > MANY)
    return [f"{share / sum(shares):.1%}" for share in shares] if fits else []


def _width(text):
    return sum(next((width for kind, width in WIDTHS if kind.match(sign)), OTHER_WIDTH) for sign in text)


# -- words that keep their distance ------------------------------------------------------------------------------------


def _blocks_with_marks(root):
    """The elements that hold lines of text in which some words are marked, each once."""
    found = {}
    for mark in root.iter(*MARKS):
        block = mark.getparent()
        while block is not None and block.tag in MARKS:
            block = block.getparent()
        if block is not None and block.tag not in ("head", "html"):
            found[block] = True
    return found


def _part(element):
    """Every word in the lines of an element as a piece of its own, parted by comments that nobody sees."""
    children = list(element)
    for child in children:
        if child.tag in MARKS:
            _part(child)
        words = WORD.split(child.tail or "")
        child.tail = words[0]
        at = child
        for word in words[1:]:
            at.addnext(_piece(word))
            at = at.getnext()
    words = WORD.split(element.text or "")
    element.text = words[0]
    for number, word in enumerate(words[1:]):
        element.insert(number, _piece(word))


def _piece(word):
    piece = lxml.html.HtmlComment("")
    piece.tail = word
    return piece
