"""Whether a page of a PDF shows some text, found quickly in what wkhtmltopdf writes.

A PDF library reads every line that a page draws, which takes it as long as printing the letter. wkhtmltopdf writes its
text in one way only: a font, then one glyph after another, and a table per font of what the glyphs mean. Where the text
is not found like that the library has the last word.
"""

import io
import re

from odoo.tools.pdf import PdfFileReader

SHOWN = re.compile(rb"/([\w.+-]+)\s+[\d.]+\s+Tf\b|<([0-9A-Fa-f\s]*)>\s*Tj\b")
# `<first glyph> <last glyph> [<meaning> <meaning> ...]`
MEANINGS = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<[0-9A-Fa-f]{4}>\s*\[([^\]]*)\]")
ONE_MEANING = re.compile(rb"<([0-9A-Fa-f]+)>")
GLYPH = 4  # hexadecimal digits


def shows(content, text):
    """Whether the first page of a PDF shows a text, blanks apart.

    :param bytes content: the PDF.
    :param str text: for instance the number of a letter.
    """
    page, wanted = PdfFileReader(io.BytesIO(content)).getPage(0), "".join(text.split())
    return wanted in _quickly(page) or wanted in "".join(page.extractText().split())


def _quickly(page):
    """The text of a page that wkhtmltopdf wrote; of another PDF some of it, or nothing."""
    fonts = {name[1:].encode(): _meanings(font.getObject()) for name, font in _fonts(page).items()}
    meanings, parts = {}, []
    for font, glyphs in SHOWN.findall(_data(page.getContents())):
        if font:
            meanings = fonts.get(font, {})
        digits = b"".join(glyphs.split()).upper()
        parts += [meanings.get(digits[at : at + GLYPH], "") for at in range(0, len(digits), GLYPH)]
    return "".join("".join(parts).split())


def _fonts(page):
    resources = page.get("/Resources")
    return (resources.getObject().get("/Font") or {}) if resources else {}


def _data(stream):
    """What a stream holds. It is a dictionary as well, and often an empty one, so its truth says nothing."""
    return b"" if stream is None else stream.getObject().getData()


def _meanings(font):
    """What the glyphs of a font mean: ``{hexadecimal digits of a glyph: text}``."""
    found = {}
    for first, row in MEANINGS.findall(_data(font.get("/ToUnicode"))):
        for glyph, meaning in enumerate(ONE_MEANING.findall(row), start=int(first, 16)):
            found[b"%04X" % glyph] = bytes.fromhex(meaning.decode()).decode("utf-16-be", "replace")
    return found
