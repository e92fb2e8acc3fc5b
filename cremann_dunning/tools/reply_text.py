"""A mail as it came, as the plain words that its writer wrote himself.

Odoo marks what quotes (``data-o-mail-quote``) while it cleans a mail; what it does not know, such as the head that
Outlook puts above the mail it answers, is found in the text, see ``engine.written``.
"""

import lxml.html
from lxml import etree

from odoo.tools.mail import html2plaintext, html_sanitize

from ..engine import written

# What stands on a line of its own and of which Odoo makes none.
BLOCKS = ("div", "li", "blockquote", "pre", "table")


def whole_text(body):
    """Everything that a mail says, as plain text. :param body: its HTML, as it came."""
    return _as_text(_parsed(str(html_sanitize(body or "", silent=True))))


def own_text(body):
    """What its writer wrote himself; an empty text where it was nothing but a quote or a signature."""
    root = _parsed(str(html_sanitize(body or "", silent=True)))
    for node in root.xpath("//*[@data-o-mail-quote='1']"):
        if node.getparent() is not None:
            node.drop_tree()  # what follows it stays
    return written.own_words(_as_text(root))


def _parsed(cleaned):
    try:
        return lxml.html.fragment_fromstring(cleaned, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError):
        root = etree.Element("div")
        root.text = cleaned
        return root


def _as_text(root):
    for node in root.iter(*BLOCKS):
        etree.SubElement(node, "br")
    return html2plaintext(etree.tostring(root, encoding="unicode"), include_references=False).strip()
