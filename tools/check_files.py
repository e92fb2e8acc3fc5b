"""Checks every file of the addon that no Python linter reads; run by `./dev lint`.

    python -m tools.check_files [--pot FRESH.pot]

It looks for what Odoo would only stumble over when it installs, upgrades or translates: XML that does not parse or
breaks Odoo's own schemas, uneven CSV rows, data files the manifest forgot, translations that are missing, stale or have
other placeholders. And for two rules of the house: imports run one way (see ARCHITECTURE.md), and no file names a
package registry or a home folder. Every check is a function that yields messages; the last line counts them.
"""

import argparse
import ast
import csv
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
from lxml import etree

from tools import house, plan
from tools.house import ADDON, ROOT

I18N = ADDON / "i18n"
# Dutch is promised in full; further languages are checked for form only
COMPLETE_LANGUAGES = ("nl",)
LOADED_FOLDERS = ("data", "demo", "report", "security", "views", "wizards")
VIEWS_WITH_SCHEMA = ("activity", "calendar", "graph", "list", "pivot", "search")
ACCESS_COLUMNS = ["id", "name", "model_id:id", "group_id:id", "perm_read", "perm_write", "perm_create", "perm_unlink"]


def short(path: Path) -> str:
    """The path as a reader knows it."""
    return str(path.relative_to(ROOT))


def manifest() -> dict:
    """The addon's manifest."""
    return ast.literal_eval((ADDON / "__manifest__.py").read_text())


# --- XML and CSV ----------------------------------------------------------------------------------------------------


def odoo_folder() -> Path:
    """Where Odoo's own package lies."""
    return Path(importlib.util.find_spec("odoo.release").origin).parent


@cache
def schema(name: str) -> etree.RelaxNG:
    """One of the schemas Odoo brings: for data files, or for a kind of view."""
    return etree.RelaxNG(etree.parse(str(odoo_folder() / name)))


def check_xml() -> Iterator[str]:
    """Every XML file parses; what the manifest loads keeps to Odoo's schemas for data files and for views."""
    loaded = {ADDON / name for name in (*manifest().get("data", ()), *manifest().get("demo", ()))}
    for path in sorted(ADDON.rglob("*.xml")):
        try:
            tree = etree.parse(str(path))
        except etree.XMLSyntaxError as error:
            yield f"{short(path)}: {error}"
            continue
        if path in loaded:
            yield from _broken_rules(path, schema("import_xml.rng"), tree)
            yield from check_views(path, tree)


def check_views(path: Path, tree: etree._ElementTree) -> Iterator[str]:
    """Whole views (not the ones that only change another) against the schema of their kind; words that nobody sees."""
    for text in tree.xpath("//setting/text()[normalize-space()]"):
        where = text.getparent()
        yield f"{short(path)}:{where.sourceline}: Odoo does not show words right below a <setting>: {text.strip()!r}"
    for setting in tree.xpath("//setting[not(@string)][not(field)]"):
        yield f"{short(path)}:{setting.sourceline}: a <setting> whose field lies deeper shows no label without a string"
    views = tree.xpath("//record[@model='ir.ui.view'][not(field[@name='inherit_id'])]/field[@name='arch']/*")
    for view in views:
        if view.tag in VIEWS_WITH_SCHEMA:
            schema_folder = f"addons/base/rng/{view.tag}_view.rng"
            copy = etree.ElementTree(etree.fromstring(etree.tostring(view, with_tail=False)))
            for message in _broken_rules(path, schema(schema_folder), copy):
                yield f"{message} (in view {view.getparent().getparent().get('id')})"


def _broken_rules(path: Path, rules: etree.RelaxNG, tree: etree._ElementTree) -> Iterator[str]:
    if not rules.validate(tree):
        for error in list(rules.error_log)[:5]:
            yield f"{short(path)}:{error.line}: {error.message}"


def check_csv() -> Iterator[str]:
    """Rows as wide as their header, no id twice, and access rights with exactly Odoo's columns."""
    for path in sorted(ADDON.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8") as handle:
            header, *rows = list(csv.reader(handle)) or [[]]
        if path.name == "ir.model.access.csv" and header != ACCESS_COLUMNS:
            yield f"{short(path)}: the columns are {header}, not {ACCESS_COLUMNS}"
        for number, row in enumerate(rows, start=2):
            if len(row) != len(header):
                yield f"{short(path)}:{number}: {len(row)} columns where the header has {len(header)}"
        if header and header[0] == "id":
            ids = [row[0] for row in rows if row]
            yield from (f"{short(path)}: the id {name} stands there twice" for name in {*ids} if ids.count(name) > 1)


def check_manifest() -> Iterator[str]:
    """The manifest lists every data file there is, and there is every file it lists."""
    listed = [*manifest().get("data", ()), *manifest().get("demo", ())]
    yield from (f"__manifest__.py lists {name} twice" for name in sorted({*listed}) if listed.count(name) > 1)
    yield from (
        f"__manifest__.py lists {name}, which does not exist" for name in listed if not (ADDON / name).is_file()
    )
    for folder in LOADED_FOLDERS:
        for path in sorted((ADDON / folder).rglob("*")):
            name = str(path.relative_to(ADDON))
            if path.suffix in (".xml", ".csv") and name not in listed:
                yield f"{short(path)} is not listed in __manifest__.py, so Odoo never loads it"


# --- the house ------------------------------------------------------------------------------------------------------


def check_imports() -> Iterator[str]:
    """Floors and rooms import only what the plan lets them (tools/house.py); law/ and engine/ are plain Python."""
    yield from (f"{short(module.path)}:{line}: {why}" for module, line, why in house.wrong_imports())


def check_plan() -> Iterator[str]:
    """The pictures in ARCHITECTURE.md are those of today's imports."""
    if plan.drawn() != plan.PAGE.read_text(encoding="utf-8"):
        yield f"{short(plan.PAGE)}: the plan of the house is out of date; ./dev lint --fix draws it anew"


# Spelled in pieces, so that this file is not what it looks for.
REGISTRIES = re.compile(
    r"py"
    r"pi\.(?:org|python)|python"
    r"hosted\.|deb\."
    r"debian|security\."
    r"debian|archive\."
    r"ubuntu|snapshot\."
    r"debian"
    r"|registry\."
    r"npmjs|npmjs\."
    r"com|index\."
    r"crates|docker\."
    r"io|ghcr\."
    r"io"
)
HOMES = re.compile(r"(?<![\w.])/(?:home|Users)/[a-z]\w*/|(?<![\w.])/root/[a-z.]\w*/")


def repository_files() -> list[Path]:
    """Every file that is or would be committed; all files outside .dev where git is not at hand."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not {".dev", ".git", "out"} & {*path.parts}]


def check_addresses() -> Iterator[str]:
    """Addresses come from the machine's own configuration, and paths from the checkout."""
    for path in repository_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            for what, pattern in (("a package registry", REGISTRIES), ("somebody's home folder", HOMES)):
                if found := pattern.search(line):
                    yield f"{short(path)}:{number}: names {what}: {found[0]}"


# --- translations ---------------------------------------------------------------------------------------------------

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\d+|\*)?(?:\.\d+)?[diouxXeEfFgGcrsa]|\{\w*[^{}\s]*\}")


def placeholders(text: str) -> list[str]:
    """Where values are put in. Named ones may stand anywhere and twice, bare ones have their order."""
    found = PLACEHOLDER.findall(text.replace("%%", ""))
    named = {name for name in found if name.startswith(("%(", "{"))}
    return sorted(named) + [name for name in found if name not in named]


def _terms(catalogue: polib.POFile) -> dict[tuple, polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}


def _places(entry: polib.POEntry) -> set[str]:
    """The records a term stands on. Odoo translates a record's field only where the file names it."""
    return {f"{path}:{line}" for path, line in entry.occurrences if path.startswith("model")}


def check_catalogue(path: Path, complete: bool) -> Iterator[str]:
    """One PO file by itself: it parses, nothing is fuzzy, stale, empty or short of a placeholder."""
    try:
        catalogue = polib.pofile(str(path), check_for_duplicates=True)
    except (OSError, ValueError) as error:
        yield f"{short(path)}: {error}"
        return
    for entry in catalogue:
        where = f"{short(path)}:{entry.linenum}: {entry.msgid[:60]!r}"
        if entry.obsolete:
            yield f"{where} is stale; ./dev i18n takes it out"
        elif "fuzzy" in entry.flags:
            yield f"{where} is marked fuzzy"
        elif not entry.msgstr and complete:
            yield f"{where} is not translated"
        elif entry.msgstr and placeholders(entry.msgid) != placeholders(entry.msgstr):
            yield f"{where}: placeholders differ: {placeholders(entry.msgid)} and {placeholders(entry.msgstr)}"


def check_against(path: Path, fresh: dict[tuple, polib.POEntry]) -> Iterator[str]:
    """A PO or POT file has exactly the terms of a fresh export, each with all the places it stands in."""
    try:
        known = _terms(polib.pofile(str(path)))
    except (OSError, ValueError):
        return  # reported by check_catalogue
    for term in fresh.keys() - known.keys():
        yield f"{short(path)}: lacks {term[1][:60]!r}; ./dev i18n adds it"
    for term in known.keys() - fresh.keys():
        yield f"{short(path)}: has {term[1][:60]!r}, which the addon no longer says; ./dev i18n takes it out"
    for term in fresh.keys() & known.keys():
        if missing := _places(fresh[term]) - _places(known[term]):
            yield f"{short(path)}: {term[1][:60]!r} lacks the place {min(missing)}; ./dev i18n adds it"


def check_translations(pot: Path | None) -> Iterator[str]:
    """The template is what the addon says today, and each promised language is there in full."""
    template = I18N / f"{ADDON.name}.pot"
    wanted = [template, *(I18N / f"{language}.po" for language in COMPLETE_LANGUAGES)]
    yield from (f"{short(path)} is missing; ./dev i18n makes it" for path in wanted if not path.is_file())
    for path in sorted(I18N.glob("*.po")):
        yield from check_catalogue(path, complete=path.stem in COMPLETE_LANGUAGES)
    if pot:
        fresh = _terms(polib.pofile(str(pot)))
        for path in (path for path in [template, *sorted(I18N.glob("*.po"))] if path.is_file()):
            yield from check_against(path, fresh)


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the addon's views, data and translations.")
    parser.add_argument("--pot", type=Path, help="a template Odoo exported from the addon as it stands")
    options = parser.parse_args()
    checks = (
        check_xml(),
        check_csv(),
        check_manifest(),
        check_imports(),
        check_plan(),
        check_addresses(),
        check_translations(options.pot),
    )
    messages = [message for check in checks for message in check]
    for message in messages:
        print(message)
    print(f"{len(messages)} to mend" if messages else "views, data and PO files are well formed")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
