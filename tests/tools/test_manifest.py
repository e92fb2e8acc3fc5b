"""What the addon needs beside Odoo is named in its manifest, and nothing that Odoo brings itself."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

from tools.house import ADDON


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def imported():
    """The packages that files of the addon import, without the standard library and Odoo."""
    names = set()
    for file in ADDON.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"odoo"}


def brought_by_odoo():
    """The packages that Odoo itself requires, as requirements.txt lists them; Odoo's addons declare none of these."""
    lines = (
        (ADDON.parent / "requirements.txt").read_text().split("# Odoo's own list\n")[1].split("\n\n")[0].splitlines()
    )
    return {canonical(re.split(r"[\s;<>=!~\[]", line, maxsplit=1)[0]) for line in lines}


def test_what_is_imported_comes_with_odoo_or_is_declared():
    known, own = packages_distributions(), brought_by_odoo()
    declared = ast.literal_eval((ADDON / "__manifest__.py").read_text())["external_dependencies"]["python"]
    beside = {"chain"}  # what lies beside the check of a file of claims when it runs by itself
    needed = {canonical(package) for name in imported() - beside for package in known.get(name, [name])}
    assert "python-stdnum" in needed & own
    assert needed - own == {canonical(name) for name in declared}
