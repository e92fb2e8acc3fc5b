"""What a text of a letter may say, and what it may not: read, never run."""

import pytest

from odoo.addons.cremann_dunning.tools.expressions import INLINE, QWEB, OutsideError, paths

GOOD = {
    '<p t-if="object.a and not object.b"><t t-out="object.name"/></p>': [("a",), ("b",), ("name",)],
    '<t t-if="object.kind == \'x\' or object.n &gt;= 3">a</t><t t-else="">b</t>': [("kind",), ("n",)],
    "<t t-out=\"format_date(object.date, date_format='d MMMM y')\"/>": [("date",)],
    '<t t-out="format_amount(object.amount, object.currency_id)"/>': [("amount",), ("currency_id",)],
    "<t t-out=\"', '.join(object.move_ids.mapped('name'))\"/>": [("move_ids", "name")],
    '<a t-att-href="object.pay_url">pay</a>': [("pay_url",)],
    '<li t-foreach="object.lines" t-as="part"><t t-out="part.label"/><t t-if="not part_last">,</t></li>': [
        ("lines",),
        ("lines", "label"),
    ],
    "<t t-if=\"object.kind in ('a', 'b')\"><!-- a note --></t>": [("kind",)],
    '<t t-out="object.a if len(object.lines) > 1 else object.b"/>': [("a",), ("lines",), ("b",)],
    "<p>no expression</p>": [],
}
BAD = [
    '<t t-out="env.user"/>',
    '<t t-out="object.env"/>'.replace("object.env", "object.env['res.users']"),
    '<t t-out="object.sudo()"/>',
    "<t t-out=\"object.write({'name': 'x'})\"/>",
    "<t t-out=\"object['name']\"/>",
    '<t t-out="object.a + object.b"/>',
    "<t t-out=\"'x' * 1000000000\"/>",
    '<t t-out="[x for x in object.lines]"/>',
    '<t t-out="(lambda: 1)()"/>',
    "<t t-out=\"f'{object.name}'\"/>",
    '<t t-out="object.lines.filtered(len)"/>',
    "<t t-out=\"', '.join(object.lines.mapped(len))\"/>",
    "<t t-out=\"object.name.join(object.lines.mapped('name'))\"/>",
    '<t t-out="hasattr(object, object.name)"/>',
    '<t t-out="len(*object.lines)"/>',
    '<t t-out="format_date(object.date, **object.name)"/>',
    '<t t-set="x" t-value="object"/>',
    '<t t-call="base.layout"/>',
    '<t t-raw="object.name"/>',
    '<p t-att="object.name"/>',
    '<p t-att-onclick="object.name"/>',
    '<p t-attf-style="{{ object.name }}"/>',
    "<p t-field=\"object.name\" t-options=\"{'widget': 'x'}\"/>",
    '<t t-foreach="object.lines" t-as="object"><t t-out="object.x"/></t>',
    '<t t-foreach="object.lines" t-as="env"/><t t-out="env.x"/>',
    '<t t-foreach="[1, 2]" t-as="part"/>',
    '<t t-out="part.label"/>',
    '<t t-out="object.("/>',
    '<t t-out="ctx"/>',
    '<t t-debug="pdb"/>',
    "<?php x ?>",
]
INLINE_BAD = [
    "{{ env }}",
    "a {{ object.name }} {{ object.sudo() }}",
    "{{ object.name\n {{ env.user }}",
    "{{ ''' ||| }}",
]


@pytest.mark.parametrize("source", GOOD)
def test_what_a_text_may_say(source):
    found = [path.names[1:] for path in paths(source, QWEB)]
    assert sorted(found) == sorted(GOOD[source])


@pytest.mark.parametrize("source", BAD)
def test_what_a_text_may_not_say(source):
    with pytest.raises(OutsideError):
        paths(source, QWEB)


def test_placeholders():
    assert [path.names for path in paths("Pay {{ object.amount }} ||| {{ user.name ||| us }}", INLINE)] == [
        ("object", "amount"),
        ("user", "name"),
    ]
    assert paths("nothing } of { it", INLINE) == ()


@pytest.mark.parametrize("source", INLINE_BAD)
def test_placeholders_that_may_not_be(source):
    with pytest.raises(OutsideError):
        paths(source, INLINE)


def test_the_refusal_names_the_expression():
    with pytest.raises(OutsideError, match=r"^object\.sudo\(\)\.name$"):
        paths('<p><t t-out="object.sudo().name"/></p>', QWEB)


def test_loops_end_with_their_element():
    inside = '<t t-foreach="object.lines" t-as="part"><t t-out="part.label"/></t>'
    assert len(paths(inside, QWEB)) == 2
    with pytest.raises(OutsideError):
        paths(inside + '<t t-out="part.label"/>', QWEB)
