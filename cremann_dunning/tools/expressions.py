"""What a text of a letter says in its expressions, read without running any of it.

A text that a dunning manager writes runs later with the rights of the system. So it may name fields, compare them with
constants and show them, and no more: no call but a few that only spell, no arithmetic, nothing of Python besides.
"""

import ast
import re
from functools import lru_cache
from typing import NamedTuple

from lxml import html

QWEB, INLINE = "qweb", "inline_template"
# What a text may do, and in which attribute an expression may stand besides.
DIRECTIVES = {"t-if", "t-elif", "t-out", "t-esc", "t-foreach", "t-att-href"}
BESIDE = {"t-else", "t-as"}
ROOTS = {"object", "user"}
SPELLING = {"format_amount": (), "format_date": ("date_format", "lang_code"), "len": ()}
COUNTERS = ("_index", "_first", "_last", "_size")
PLACEHOLDER = re.compile(r"\{\{(.+?)(?:\|\|\|.*?)?\}\}")  # as Odoo finds them
NAME = re.compile(r"[a-z][a-z0-9_]*")


class OutsideError(ValueError):
    """An expression that no text of a letter may have; its words are the expression."""


class Path(NamedTuple):
    """A chain of fields from one of the roots, with the expression that it stands in."""

    names: tuple
    expression: str


@lru_cache(maxsize=512)
def paths(source, engine):
    """The chains of fields that a text names.

    :param source: the text as it is stored. :param engine: ``qweb`` or ``inline_template``.
    :return: a tuple of ``Path``. :raises OutsideError: an expression is more than a text may say.
    """
    found = []
    if engine == INLINE:
        for expression in PLACEHOLDER.findall(source):
            found += _read(expression, {})
        return tuple(found)
    _walk(html.fragment_fromstring(source, create_parent="div"), {}, found)
    return tuple(found)


def _walk(node, loops, found):
    if not isinstance(node.tag, str):
        if node.tag is not html.etree.Comment:
            raise OutsideError(html.etree.tostring(node, encoding="unicode").strip())
        return
    directives = {name: value for name, value in node.attrib.items() if name.startswith("t-")}
    for name, value in directives.items():
        if name not in DIRECTIVES | BESIDE:
            raise OutsideError(f'{name}="{value}"')
    if "t-foreach" in directives:
        loops = _loop(directives, loops)
    for name in DIRECTIVES & set(directives):
        found += _read(directives[name], loops)
    for child in node:
        _walk(child, loops, found)


def _loop(directives, loops):
    """The names that stand for records inside a repeated element."""
    over, name = directives["t-foreach"], directives.get("t-as", "")
    chain = _chain(_parsed(over), loops)
    if not chain or not NAME.fullmatch(name) or name in ROOTS | set(SPELLING):
        raise OutsideError(f't-foreach="{over}" t-as="{name}"')
    return {**loops, name: chain}


def _read(expression, loops):
    """The paths of one expression. :raises OutsideError:"""
    names = []
    _check(_parsed(expression), loops, names, expression)
    return [Path(chain, expression.strip()) for chain in names]


def _parsed(expression):
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise OutsideError(expression.strip()) from error


def _chain(node, loops):
    """The names of ``object.company_id.name`` from its root on, a loop's name replaced; nothing for another node."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ()
    root = loops.get(node.id) or ((node.id,) if node.id in ROOTS else ())
    return root and (*root, *reversed(names))


def _check(node, loops, names, expression):
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | None):
        return
    if isinstance(node, ast.Name) and any(node.id == f"{name}{end}" for name in loops for end in COUNTERS):
        return
    if chain := _chain(node, loops):
        names.append(chain)
        return
    for part in _parts(node, loops, names, expression):
        _check(part, loops, names, expression)


def _parts(node, loops, names, expression):
    """What a node is made of, for those that a text may have."""
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        return [node.operand]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.IfExp):
        return [node.test, node.body, node.orelse]
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    if isinstance(node, ast.Call):
        return _call(node, loops, names, expression)
    raise OutsideError(expression.strip())


def _call(node, loops, names, expression):
    """A call that spells something, or ``', '.join(object.move_ids.mapped('name'))``."""
    function = node.func
    named = SPELLING.get(function.id) if isinstance(function, ast.Name) else None
    if named is not None and all(keyword.arg in named for keyword in node.keywords):
        return [*node.args, *(keyword.value for keyword in node.keywords)]
    joined = isinstance(function, ast.Attribute) and function.attr == "join" and _is_text(function.value)
    if joined and len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.Call):
        inner = node.args[0]
        mapped = isinstance(inner.func, ast.Attribute) and inner.func.attr == "mapped" and not inner.keywords
        chain = mapped and _chain(inner.func.value, loops)
        if chain and len(inner.args) == 1 and _is_text(inner.args[0]):
            names.append((*chain, *inner.args[0].value.split(".")))
            return []
    raise OutsideError(expression.strip())


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
