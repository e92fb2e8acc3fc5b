"""Where a person's words go in a rendered letter, without a database."""

import pytest

from odoo.addons.cremann_dunning.tools.own_words import (
    NoPlaceError,
    Words,
    one_line,
    paragraphs,
    placed,
    standing,
    tidy,
)

LETTER = """
<div>
    <p>Dear Jan,</p>
    <p>The invoice is <strong>open</strong>.</p><p>It may have<br/>slipped.</p>
    <table><tr><td class="o_dunning_qr"></td></tr></table>
    <p>Did you pay? Then do nothing.</p>
    <p>Is something not right?</p>
    <p>Kind regards,</p>
    <p class="x o_dunning_signature">Ann</p>
</div>"""


def order(body, *words):
    places = [body.index(word) for word in words]
    assert places == sorted(places), (words, places)


def test_standing():
    assert standing(LETTER) == {
        "opening": "The invoice is open.\n\nIt may have\nslipped.",
        "closing": "Is something not right?",
    }


def test_untouched():
    assert placed(LETTER, Words()) == LETTER


def test_each_in_its_place():
    body = placed(LETTER, Words("Thank you for your call.", "We miss it.", "Call me.", "Help is free."))
    order(body, "Dear Jan", "Thank you", "We miss it", "<table", "Did you pay", "Call me", "Help is", "Kind", "Ann")
    assert "slipped" not in body
    assert "not right" not in body
    assert '<td class="o_dunning_qr"></td>' in body, "no element is closed in itself: mail programs read HTML"


@pytest.mark.parametrize(
    "bad", ["<script>alert(1)</script>", "<b onclick='x'>a</b>", "a & b < c", '"><img src=x>', "{{ 7*7 }}"]
)
def test_escaped(bad):
    body = placed(LETTER, Words(bad, bad, bad, bad))
    for mark in ("<script", "<b ", "<img"):
        assert mark not in body
    assert standing(body)["closing"] == " ".join(bad.split()), "read back as it was typed"


def test_paragraphs():
    assert paragraphs("a\r\nb\n\n\n \nc\n") == (
        '<p class="o_dunning_own_words">a<br/>b</p><p class="o_dunning_own_words">c</p>'
    )
    assert paragraphs(" \n ") == ""


def test_tidy():
    assert tidy(" a  \r\n b\r\r") == "a\n b"
    assert one_line("a\r\nBcc: x@y.z\tb") == "a Bcc: x@y.z b"
    assert tidy(None) == one_line(None) == ""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>Dear Jan,</p><p>One.</p><table></table><p>Two.</p><p>Bye,</p><p class='o_dunning_signature'>A</p>",
         {"opening": "One.", "closing": "Two."}),
        ("<div><p>Hello</p></div>", {}),
        ("Just words", {}),
        ("<div><p>Dear,</p><table></table><p>Bye,</p><p class='o_dunning_signature'>A</p></div>", {}),
        ("<div><table></table><p>Two.</p><p>Bye,</p><p class='o_dunning_signature'>A</p></div>", {}),
        ("<div><p>Dear,</p><p>All in one.</p><p>Bye,</p><p class='o_dunning_signature'>A</p></div>", {}),
        ("<div><div><p>D,</p><p>One.</p><hr><p>B,</p><div><p class='o_dunning_signature'>A</p></div></div></div>",
         {"opening": "One."}),
    ],
)  # fmt: skip
def test_other_texts(body, found):
    assert standing(body) == found
    assert "Hello you" in placed(body, Words(personal="Hello you", help="Help"))
    for place in {"opening", "closing"} - set(found):
        with pytest.raises(NoPlaceError):
            placed(body, Words(**{place: "x"}))
