"""Draws the plan of the house into ARCHITECTURE.md, from the imports as they are.

    python -m tools.plan          (`./dev lint --fix` does it as well)

The picture has an arrow for every import between two places, but for those that follow from others; the table has all
of them, and the models that a place reaches by name. It names places only, no files and no numbers: it changes when
the house does, not with every line.
"""

import re
from collections.abc import Iterable

from tools import house

PAGE = house.ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- the plan, drawn by tools/plan.py -->", "<!-- the end of the plan -->"
ORDER = (*reversed(house.UPPER), *reversed(house.MAY_IMPORT))
Edges = dict[str, set[str]]


def edges(modules: Iterable[house.Module]) -> tuple[Edges, Edges]:
    """For each place the places it imports, and those it reaches by the names of their models."""
    modules = [module for module in modules if module.place]
    home = {model: module.place for module in modules for model in module.defines}
    imported: Edges = {place: set() for place in ORDER}
    named: Edges = {place: set() for place in ORDER}
    for module in modules:
        if module.path.name != "__init__.py":  # these only list what lies beside them
            imported[module.place] |= {place for _line, _file, place in module.imports}
            named[module.place] |= {home[model] for model in module.uses if model in home}
    for found in (imported, named):
        for place in found:
            found[place] -= {place, ""}
    return imported, named


def reach(imported: Edges, place: str) -> set[str]:
    """Everything that a place imports, at once or through others."""
    seen: set[str] = set()
    ahead = [*imported[place]]
    while ahead:
        if (one := ahead.pop()) not in seen:
            seen.add(one)
            ahead += imported[one]
    return seen


def reduced(imported: Edges) -> Edges:
    """The arrows that do not follow from others. The plan has no circles: they go against it."""
    return {
        place: {one for one in found if not any(one in reach(imported, other) for other in found - {one})}
        for place, found in imported.items()
    }


def _node(place: str) -> str:
    return place.replace("/", "_")


def _label(place: str) -> str:
    return "models/ itself" if place == "models" else place.rpartition("/")[2]


def _in_order(places: Iterable[str]) -> list[str]:
    return sorted(places, key=ORDER.index)


def picture(imported: Edges) -> str:
    """The plan in Mermaid's words."""
    rooms = [place for place in ORDER if place.split("/")[0] == "models"]
    lines = ["flowchart TD"]
    lines += [f"  {_node(place)}[{_label(place)}]" for place in ORDER if place not in rooms]
    lines += ["  subgraph rooms [models/]"]
    lines += [f"    {_node(place)}[{_label(place)}]" for place in rooms]
    lines += ["  end"]
    arrows = reduced(imported)
    lines += [f"  {_node(place)} --> {_node(one)}" for place in ORDER for one in _in_order(arrows[place])]
    return "\n".join(lines)


def table(imported: Edges, named: Edges) -> str:
    """All imports, and all models reached by name, as a table."""
    lines = ["| place | imports | reaches by the name of a model (`env[…]`) |", "|---|---|---|"]
    for place in ORDER:
        cells = [", ".join(map(_label, _in_order(found[place]))) or "–" for found in (imported, named)]
        lines.append(f"| {_label(place)} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def drawn() -> str:
    """The page with the plan as it is today.

    :raises ValueError: when the page has no place for it.
    """
    imported, named = edges(house.modules())
    plan = f"{BEGIN}\n\n```mermaid\n{picture(imported)}\n```\n\n{table(imported, named)}\n\n{END}"
    page, count = re.subn(
        f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _found: plan, PAGE.read_text(encoding="utf-8"), flags=re.S
    )
    if count != 1:
        raise ValueError(f"{PAGE.name} has {count} places for the plan, between {BEGIN} and {END}")
    return page


if __name__ == "__main__":
    PAGE.write_text(drawn(), encoding="utf-8")
