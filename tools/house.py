"""The plan of the house: which rooms the addon has, what stands in each, and who uses whom.

A place is a floor (`law`, `wizards`), or a room below models/ (`models/run`); `models` alone is what lies in models/
itself. Read from the files by `ast`, nothing is imported. `check_files.py` holds the plan, `plan.py` draws it,
`changed.py` asks it what a change can touch.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "cremann_dunning"

BELOW_MODELS = ("tools", "engine", "law")
# The rooms below models/ in their order: each may import all before it. Two more stand side by side on them, and one
# above those.
ROOMS = tuple(f"models/{name}" for name in ("event", "rules", "claim", "money", "run", "letter"))
SIDE_BY_SIDE = ("models/delivery", "models/debtor")
TOP = "models/handover"
# What each place may import besides itself. Whoever stands on the upper floor may import all that is below it.
MAY_IMPORT = {
    "law": (),
    "engine": ("law",),
    "tools": ("engine", "law"),
    "models": BELOW_MODELS,
    **{room: (*reversed(ROOMS[:place]), "models", *BELOW_MODELS) for place, room in enumerate(ROOMS)},
    **{room: (*reversed(ROOMS), "models", *BELOW_MODELS) for room in SIDE_BY_SIDE},
    TOP: (*SIDE_BY_SIDE, *reversed(ROOMS), "models", *BELOW_MODELS),
}
UPPER = ("report", "wizards", "controllers")
PURE = ("law", "engine")


@dataclass
class Module:
    """One Python file of the addon, as far as the plan goes."""

    path: Path
    place: str
    imports: list[tuple[int, Path, str]] = field(default_factory=list)  # line, file, place
    foreign: list[tuple[int, str]] = field(default_factory=list)  # line, package that is not ours
    defines: set[str] = field(default_factory=set)  # models it makes
    extends: set[str] = field(default_factory=set)  # models it adds to, Odoo's or ours
    uses: set[str] = field(default_factory=set)  # models it names in `env[...]`
    methods: set[str] = field(default_factory=set)


def place_of(path: Path, addon: Path = ADDON) -> str:
    """The place of a file or folder of the addon; empty for what lies in the addon itself, as its hooks."""
    parts = path.relative_to(addon).parts
    folders = parts if path.is_dir() else parts[:-1]
    return "/".join(folders[: 2 if folders[:1] == ("models",) else 1])


def _dotted(node: ast.AST, package: tuple[str, ...], addon: Path) -> Iterator[tuple[str, ...]]:
    """What a statement imports, as names from the top; a relative import starts with the addon's name."""
    if isinstance(node, ast.Import):
        yield from (tuple(name.name.split(".")) for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = (addon.name, *package[: len(package) - node.level + 1]) if node.level else ()
        base = (*above, *(node.module.split(".") if node.module else ()))
        yield from ((*base, name.name) for name in node.names)


def target(names: tuple[str, ...], addon: Path = ADDON) -> Path | None:
    """The file of the addon that names lead to: the module, or the one that holds the last name; None when foreign."""
    if names[:2] == ("odoo", "addons"):
        names = names[2:]
    if not names or names[0] != addon.name:
        return None
    found = addon / "__init__.py"
    for depth in range(1, len(names)):
        step = addon.joinpath(*names[1 : depth + 1])
        if (step / "__init__.py").is_file():
            found = step / "__init__.py"
        elif step.with_suffix(".py").is_file():
            return step.with_suffix(".py")
        elif step.is_dir():
            found = step
        else:
            break
    return found


def imports_of(
    tree: ast.AST, package: tuple[str, ...], addon: Path = ADDON
) -> Iterator[tuple[int, tuple, Path | None]]:
    """Line, names and file of every import; the file is None where it is not the addon's."""
    for node in ast.walk(tree):
        for names in _dotted(node, package, addon):
            yield node.lineno, names, target(names, addon)


def _strings(node: ast.AST) -> set[str]:
    values = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def models_named(tree: ast.AST) -> set[str]:
    """The models that code reaches by name: env["..."], registry["..."], and env.ref is none of them."""
    return {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and _is_model(node.slice.value)
    }


def _is_model(value: object) -> bool:
    return isinstance(value, str) and "." in value and value.replace(".", "").replace("_", "").isalnum()


def read(path: Path, addon: Path = ADDON) -> Module:
    """What one file says about itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = Module(path, place_of(path, addon), uses=models_named(tree))
    for line, names, found in imports_of(tree, path.relative_to(addon).parts[:-1], addon):
        if found:
            module.imports.append((line, found, place_of(found, addon)))
        else:
            module.foreign.append((line, names[0]))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            named = {
                statement.targets[0].id: _strings(statement.value)
                for statement in node.body
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
            }
            own = named.get("_name", set())
            module.defines |= own
            module.methods |= {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            module.extends |= named.get("_inherit", set()) - own
    return module


def modules(addon: Path = ADDON) -> list[Module]:
    """Every Python file of the addon that Odoo imports: no migration, and not the demo's scripts."""
    skip = {"migrations", "demo", "static"}
    paths = (path for path in addon.rglob("*.py") if path.relative_to(addon).parts[0] not in skip)
    return [read(path, addon) for path in sorted(paths) if path.name != "__manifest__.py"]


@cache
def sentence(place: str, addon: Path = ADDON) -> str:
    """What a place says of itself: the text at the top of its package."""
    init = addon / place / "__init__.py"
    text = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) if init.is_file() else ""
    return " ".join((text or "").split())


def wrong_imports(addon: Path = ADDON) -> Iterator[tuple[Module, int, str]]:
    """The imports that go against the plan: module, line, and why."""
    for module in modules(addon):
        if module.place in UPPER or not module.place:
            continue
        if module.place not in MAY_IMPORT:
            yield module, 1, f"{module.place}/ is not on the plan; tools/house.py says what it may import"
            continue
        if module.place in PURE:
            for line, package in module.foreign:
                if package in ("odoo", "psycopg2", "werkzeug", "lxml"):
                    yield module, line, f"{module.place}/ is plain Python and imports nothing of {package}"
        # the one file that lists the rooms, so that Odoo loads them
        listing = module.path == addon / "models" / "__init__.py"
        for line, _file, place in module.imports:
            if place != module.place and place not in MAY_IMPORT[module.place]:
                if listing and place.startswith("models/"):
                    continue
                why = f"{module.place}/ imports {place or addon.name}/, which it may not."
                yield module, line, f"{why} {sentence(module.place, addon)}".strip()
