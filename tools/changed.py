"""Which tests a change can touch: what `./dev test --changed` runs.

    python -m tools.changed       shows the selection

A change is what differs from `main`, files that are not yet added included; on `main` itself from `origin/main`, and
where nothing differs the last commit. From each file it goes

* for Python of the addon: to the files that import it, through others as well; then to the tests of all their rooms,
  the tests that import any of them, and the test classes that name a model of the changed file, as in
  `self.env["dunning.case"]`, or a method that no other file has, or whose file is named after it, as test_posting.py
  after dunning_letter_posting_mixin.py;
* for XML and CSV: to the tests of its room, by its folder or by the models it is about;
* for tests: to the file itself, or to the tests that import what it shares.

That is a quick look, not a proof: a test can reach what changed through others without naming it. The whole suite
decides.
"""

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tools import house

# Whoever changes these changes every test.
EVERYTHING = ("tests/common.py", "tests/conftest.py", "pyproject.toml", "requirements.txt", "requirements-dev.txt")
# A minute each: run when they change themselves, and else left to the whole suite.
TOO_LONG = ("tests/models/test_invariants.py", "tests/faults/test_restart.py")
# Folders that no import and no model leads to; what is not named here or found otherwise needs no test.
TESTS_OF = {
    "controllers": ("tests/models/letter/test_page.py", "tests/browser/test_page.py"),
    "i18n": ("tests/letters/test_dutch.py", "tests/letters/test_texts.py"),
    "migrations": ("tests/faults/test_lifecycle.py",),
    "report": ("tests/letters/test_pdf.py", "tests/letters/test_look.py", "tests/letters/test_printing.py"),
    "security": ("tests/models/test_access.py",),
    "static": ("tests/browser",),
}
NAMES_OF_MODELS = re.compile(r'(?:model|res_model)"?(?:=|>)"?([\w.]+)')


@dataclass
class Unit:
    """A class, function or value at the top of a test file: what it names, and which others it leans on."""

    is_test: bool
    words: set[str]  # attributes and strings: methods and models are among them
    names: set[str]  # what may stand at the top of this file


@dataclass
class TestFile:
    """One file below tests/."""

    path: Path
    units: dict[str, Unit]
    shared: dict[str, tuple[Path, str]]  # name here -> test file and the name there
    files: dict[str, Path]  # name here -> file of the addon or of the tools
    whole: set[Path]  # test files that are imported as a whole

    @property
    def is_test(self) -> bool:
        return self.path.name.startswith("test_")

    @property
    def is_pure(self) -> bool:
        return self.path.parent.name in (*house.PURE, "tools")  # no model there


@dataclass
class Selection:
    """Arguments for pytest with the reason of each, or everything with its reason."""

    everything: str = ""
    chosen: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, why: str) -> None:
        self.chosen.setdefault(what, why)

    def arguments(self) -> list[str]:
        """The arguments in their order, without classes and files of what is chosen as a whole."""
        wholes = [f"{one}{end}" for one in self.chosen for end in ("/", "::")]
        return sorted(one for one in self.chosen if not any(one.startswith(whole) for whole in wholes))


def _top(statement: ast.stmt) -> list[str]:
    """The names that a statement at the top of a file makes."""
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [node.id for target in targets if target for node in ast.walk(target) if isinstance(node, ast.Name)]


def _holds_tests(statement: ast.stmt) -> bool:
    own = [*statement.body, statement] if isinstance(statement, ast.ClassDef) else [statement]
    return any(isinstance(node, ast.FunctionDef) and node.name.startswith("test") for node in own) or (
        isinstance(statement, ast.ClassDef) and statement.name.startswith("Test")
    )


def _words(statement: ast.stmt) -> set[str]:
    """What code says besides plain names."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


class House:
    """The addon and its tests, read once.

    :param root: the checkout; another one than ours in the tests of this file.
    """

    def __init__(self, root: Path = house.ROOT):
        self.root, self.addon = root, root / house.ADDON.name
        self.modules = {module.path: module for module in house.modules(self.addon)}
        self.home = {model: module.path for module in self.modules.values() for model in module.defines}
        paths = sorted((root / "tests").rglob("*.py"))
        self.tests = {path: self._read(path) for path in paths if path.name != "__init__.py"}

    def _read(self, path: Path) -> TestFile:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = TestFile(path, {}, {}, {}, set())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self._imported(found, node)
        for statement in tree.body:
            names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            for name in _top(statement):
                found.units[name] = Unit(_holds_tests(statement), _words(statement), names - {name})
        return found

    def _imported(self, found: TestFile, node: ast.ImportFrom) -> None:
        base = found.path.parents[node.level - 1] if node.level else self.root
        folder = base.joinpath(*(node.module or "").split(".")) if node.module else base
        for alias in node.names:
            name = alias.asname or alias.name
            dotted = (*(node.module or "").split("."), alias.name)
            if not node.level and (target := house.target(dotted, self.addon)):
                found.files[name] = target
            elif (folder / f"{alias.name}.py").is_file():
                if node.level:
                    found.whole.add(folder / f"{alias.name}.py")
                else:
                    found.files[name] = folder / f"{alias.name}.py"
            elif folder.with_suffix(".py").is_file():
                found.shared[name] = (folder.with_suffix(".py"), alias.name)

    @cached_property
    def importers(self) -> dict[Path, set[Path]]:
        """For each file of the addon those that import it; the lists in `__init__.py` are none."""
        back: dict[Path, set[Path]] = {}
        for module in self.modules.values():
            if module.path.name != "__init__.py":
                for _line, target, _place in module.imports:
                    back.setdefault(target, set()).add(module.path)
        return back

    def touched(self, changed: Iterable[Path]) -> set[Path]:
        """These files of the addon, and those that import them, on and on."""
        seen: set[Path] = set()
        ahead = [*changed]
        while ahead:
            if (path := ahead.pop()) not in seen:
                seen.add(path)
                ahead += self.importers.get(path, ())
        return seen

    def words_of(self, paths: Iterable[Path]) -> set[str]:
        """Our models that these files make or add to, and the methods that no other file of the addon has."""
        count = Counter(name for module in self.modules.values() for name in module.methods)
        found: set[str] = set()
        for module in (self.modules[path] for path in paths if path in self.modules):
            found |= {model for model in module.defines | module.extends if model in self.home}
            found |= {name for name in module.methods if count[name] == 1}
        return found

    def units_of(self, path: Path, name: str, seen: set) -> Iterator[tuple[TestFile, Unit]]:
        """A unit and those it leans on, in its file and in others. What tests/common.py shares, every test has."""
        file = self.tests.get(path)
        if not file or (path, name) in seen or path == self.root / "tests" / "common.py":
            return
        seen.add((path, name))
        if unit := file.units.get(name):
            yield file, unit
            for other in unit.names:
                yield from self.units_of(path, other, seen)
        elif name in file.shared:
            yield from self.units_of(*file.shared[name], seen)


def rooms_of(path: Path, of: House) -> set[str]:
    """The folders of tests for a file of the addon, by its folder or by the models it is about."""
    place = house.place_of(path, of.addon)
    parts = path.relative_to(of.addon).parts
    if path.suffix == ".py":
        return {place}
    if parts[0] == "views" and len(parts) > 2:
        return {f"models/{parts[1]}"}
    if path.suffix in (".xml", ".csv") and parts[0] in ("views", "data", "wizards", "report") and path.is_file():
        about = NAMES_OF_MODELS.findall(path.read_text(encoding="utf-8"))
        return {house.place_of(of.home[model], of.addon) for model in about if model in of.home} or {"models"}
    return set()


def _of_place(place: str, of: House) -> list[Path]:
    """The tests of a place: its folder, or for models/ itself the files that stand in tests/models/ itself."""
    folder = of.root / "tests" / place
    if place == "models":
        return [path for path in sorted(folder.glob("test_*.py")) if _shown(path, of) not in TOO_LONG]
    return [folder] if place and folder.is_dir() else []


def _shown(path: Path, of: House) -> str:
    return path.relative_to(of.root).as_posix()


def _of_tests(changed: set[Path], of: House, selection: Selection) -> None:
    """Tests that changed, and those that lean on a test file that did."""
    seen: set[Path] = set()
    ahead = [path for path in changed if path in of.tests]
    while ahead:
        path = ahead.pop()
        if path not in seen:
            seen.add(path)
            ahead += [
                file.path
                for file in of.tests.values()
                if path in file.whole or path in {there for there, _name in file.shared.values()}
            ]
    for path in seen:
        if of.tests[path].is_test:
            why = "changed" if path in changed else "leans on a test file that changed"
            selection.add(_shown(path, of), why)


def _by_use(touched: set[Path], words: set[str], of: House, selection: Selection) -> None:
    """Tests that import a touched file, and classes that say one of these words."""
    for file in of.tests.values():
        for name, unit in file.units.items() if file.is_test else ():
            if not unit.is_test or _shown(file.path, of) in TOO_LONG:
                continue
            reached = list(of.units_of(file.path, name, set()))
            imported = {there.files[one] for there, other in reached for one in other.names if one in there.files}
            said = set() if file.is_pure else {word for _there, other in reached for word in other.words} & words
            if what := [*sorted(said), *(_shown(path, of) for path in sorted(imported & touched))]:
                selection.add(f"{_shown(file.path, of)}::{name}", f"uses {what[0]}")


def select(changed: Iterable[str], of: House) -> Selection:
    """The tests for these files, given as paths from the checkout's top.

    :return: nothing chosen and no reason for everything: no test is concerned.
    """
    selection = Selection()
    paths = {of.root / name for name in changed}
    for name in EVERYTHING:
        if of.root / name in paths:
            return Selection(everything=name)
    _of_tests(paths, of, selection)
    ours = {path for path in paths if of.addon in path.parents}
    ours_in_python = {path for path in ours if path.suffix == ".py"}
    touched = of.touched(ours_in_python)
    for path in sorted(ours | touched):
        for place in rooms_of(path, of):
            for tests in _of_place(place, of):
                selection.add(_shown(tests, of), f"the tests of {place}/")
    for path in sorted(ours):
        for file in of.tests.values():
            if file.is_test and f"_{file.path.stem.removeprefix('test_')}_" in f"_{path.stem}_":
                selection.add(_shown(file.path, of), f"named after {path.name}")
        for tests in TESTS_OF.get(path.relative_to(of.addon).parts[0], ()):
            selection.add(tests, f"looks at {path.relative_to(of.addon).parts[0]}/")
    tools = {path for path in paths if of.root / "tools" in path.parents}
    _by_use(touched | tools, of.words_of(ours_in_python), of, selection)
    if tools:
        selection.add("tests/tools", "the tests of tools/")
    # a test file that is gone was chosen by nobody, but a folder of TESTS_OF may be
    selection.chosen = {what: why for what, why in selection.chosen.items() if (of.root / what.split("::")[0]).exists()}
    return selection


def git(*arguments: str, root: Path = house.ROOT) -> list[str]:
    """The lines that git answers; none when it refuses."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []


def base(root: Path = house.ROOT) -> str:
    """The commit that a change is measured from: where the branch left main, or main left its origin."""
    branch = git("branch", "--show-current", root=root)
    for other in ("origin/main",) if branch == ["main"] else ("main", "origin/main"):
        if found := git("merge-base", "HEAD", other, root=root):
            return found[0]
    return "HEAD"


def changed_files(root: Path = house.ROOT) -> list[str]:
    """Every path that differs, those that are gone included; of the last commit when nothing differs."""
    new = git("ls-files", "--others", "--exclude-standard", root=root)
    named = git("diff", "--name-only", "--no-renames", base(root), root=root)
    if not named and not new:
        named = git("diff", "--name-only", "--no-renames", "HEAD~1", root=root)
    return sorted({*named, *new})


def tell(selection: Selection) -> str:
    """The selection for a person, one line each."""
    if selection.everything:
        return f"{selection.everything} changed, which touches every test: the whole suite"
    arguments = selection.arguments()
    return "\n".join(f"  {one}  ({selection.chosen[one]})" for one in arguments) or "  no test is concerned"


if __name__ == "__main__":
    print(tell(select(changed_files(), House())))
