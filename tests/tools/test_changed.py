"""What `./dev test --changed` runs for a change: in a little house of two rooms, with git, and in our own."""

import subprocess

import pytest

from tools import changed, house

from .support import build

ADDON_FILES = {
    "law/costs.py": "",
    "engine/decide.py": "from ..law import costs\n",
    "models/res_partner.py": (
        'class Partner:\n    _inherit = "res.partner"\n\n    def _dunning_reach(self):\n        pass\n'
    ),
    "models/run/dunning_run.py": (
        "from ...engine import decide\n\n\nclass Run:\n"
        '    _name = "dunning.run"\n\n    def _settle(self):\n        pass\n\n    def write(self):\n        pass\n'
    ),
    "models/debtor/dunning_case.py": (
        "from ..run import dunning_run\n\n\nclass Case:\n"
        '    _name = "dunning.case"\n\n    def write(self):\n        pass\n'
    ),
    "models/debtor/dunning_hold.py": 'class Hold:\n    _name = "dunning.hold"\n',
    "wizards/dunning_hold_wizard.py": 'class Wizard:\n    _name = "dunning.hold.wizard"\n',
    "wizards/dunning_hold_wizard_views.xml": '<odoo><field name="model">dunning.hold</field></odoo>',
    "views/debtor/dunning_case_views.xml": "<odoo/>",
    "data/dunning_run_data.xml": '<odoo><record id="one" model="dunning.run"/></odoo>',
    "data/other_data.xml": '<odoo><record id="one" model="res.partner"/></odoo>',
    "report/dunning_templates.xml": "<odoo/>",
}
TEST_FILES = {
    "common.py": 'class Common:\n    def run(self):\n        return self.env["dunning.run"]._settle()\n',
    "conftest.py": "",
    "law/test_costs.py": "from odoo.addons.cremann_dunning.law import costs\n\n\ndef test_one():\n    costs.one()\n",
    "engine/test_decide.py": (
        "from odoo.addons.cremann_dunning.engine import decide\n\n\ndef test_one():\n    decide.one()\n"
    ),
    "models/test_everywhere.py": (
        "from ..common import Common\nfrom .base_case import Base\n\n\n"
        'class TestCases(Common):\n    def test_one(self):\n        self.env["dunning.case"].write()\n\n\n'
        "class TestHolds(Base):\n    def test_one(self):\n        pass\n\n\n"
        "class TestMethod(Common):\n    def test_one(self):\n        self.partner._dunning_reach()\n\n\n"
        "class TestNothing(Common):\n    def test_one(self):\n        pass\n"
    ),
    "models/base_case.py": (
        'MODEL = "dunning.hold"\n\n\nclass Base:\n    def hold(self):\n        return self.env[MODEL]\n'
    ),
    "models/run/test_run.py": "class TestRun:\n    def test_one(self):\n        pass\n",
    "models/debtor/test_case.py": "class TestCase:\n    def test_one(self):\n        pass\n",
    "letters/test_hold.py": "class TestHoldLetter:\n    def test_one(self):\n        pass\n",
    "letters/test_pdf.py": "class TestPdf:\n    def test_one(self):\n        pass\n",
    "faults/test_direct.py": (
        "from odoo.addons.cremann_dunning.models.debtor.dunning_case import Case\n\n\n"
        "class TestDirect:\n    def test_one(self):\n        Case()\n"
    ),
    "tools/test_house.py": "def test_one():\n    pass\n",
}
EVERYWHERE, DIRECT = "tests/models/test_everywhere.py", "tests/faults/test_direct.py::TestDirect"
# What changed, and everything that is run for it.
CASES = {
    "cremann_dunning/models/debtor/dunning_hold.py": {
        "tests/models/debtor", f"{EVERYWHERE}::TestHolds", "tests/letters/test_hold.py"},
    "cremann_dunning/models/debtor/dunning_case.py": {"tests/models/debtor", f"{EVERYWHERE}::TestCases", DIRECT},
    # its importer is a room further on; what common.py asks of it, every test does
    "cremann_dunning/models/run/dunning_run.py": {"tests/models/run", "tests/models/debtor", DIRECT},
    "cremann_dunning/models/res_partner.py": {EVERYWHERE},
    "cremann_dunning/engine/decide.py": {"tests/engine", "tests/models/run", "tests/models/debtor", DIRECT},
    "cremann_dunning/law/costs.py": {"tests/law", "tests/engine", "tests/models/run", "tests/models/debtor", DIRECT},
    "cremann_dunning/views/debtor/dunning_case_views.xml": {"tests/models/debtor"},
    "cremann_dunning/wizards/dunning_hold_wizard_views.xml": {"tests/models/debtor", "tests/letters/test_hold.py"},
    "cremann_dunning/wizards/dunning_hold_wizard.py": {"tests/letters/test_hold.py"},
    "cremann_dunning/data/dunning_run_data.xml": {"tests/models/run"},
    "cremann_dunning/data/other_data.xml": {EVERYWHERE},
    "cremann_dunning/models/debtor/gone.py": {"tests/models/debtor"},
    "tests/models/run/test_run.py": {"tests/models/run/test_run.py"},
    "tests/models/run/test_gone.py": set(),
    "tests/models/base_case.py": {EVERYWHERE},
    "tools/house.py": {"tests/tools"},
    "README.md": set(),
}  # fmt: skip


@pytest.fixture
def root(tmp_path):
    build(tmp_path, ADDON_FILES)
    for name, text in TEST_FILES.items():
        path = tmp_path / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_one_file(root, name):
    selection = changed.select([name], changed.House(root))
    assert not selection.everything
    assert {*selection.arguments()} == CASES[name]


def test_two_files_are_both_looked_at_and_nothing_is_named_twice(root):
    names = ["cremann_dunning/models/debtor/dunning_hold.py", "tests/models/debtor/test_case.py", EVERYWHERE]
    arguments = changed.select(names, changed.House(root)).arguments()
    assert arguments == ["tests/letters/test_hold.py", "tests/models/debtor", EVERYWHERE]


def test_report(root):
    """A template that names no model of ours: what stands in models/ itself, and what looks at reports and is there."""
    selection = changed.select(["cremann_dunning/report/dunning_templates.xml"], changed.House(root))
    assert selection.arguments() == ["tests/letters/test_pdf.py", EVERYWHERE]


@pytest.mark.parametrize("name", changed.EVERYTHING)
def test_what_touches_everything(root, name):
    selection = changed.select([name, "cremann_dunning/models/debtor/dunning_hold.py"], changed.House(root))
    assert selection.everything == name
    assert "the whole suite" in changed.tell(selection)


def test_reasons_are_told(root):
    told = changed.tell(changed.select(["cremann_dunning/models/debtor/dunning_hold.py"], changed.House(root)))
    assert told.splitlines() == [
        "  tests/letters/test_hold.py  (named after dunning_hold.py)",
        "  tests/models/debtor  (the tests of models/debtor/)",
        f"  {EVERYWHERE}::TestHolds  (uses dunning.hold)",
    ]
    assert changed.tell(changed.select(["README.md"], changed.House(root))) == "  no test is concerned"


@pytest.fixture(scope="module")
def ours():
    return changed.House()


@pytest.mark.parametrize("room", [place for place in house.MAY_IMPORT if place.startswith("models/")])
def test_our_own_rooms(room, ours):
    """A file of a room leads to the tests of that room, and what is chosen is there."""
    for path in sorted((house.ADDON / room).glob("dunning_*.py"))[::4]:  # every fourth: each takes a tenth of a second
        selection = changed.select([str(path.relative_to(house.ROOT))], ours)
        assert f"tests/{room}" in selection.arguments()
        assert all((house.ROOT / one.split("::")[0]).exists() for one in selection.arguments())


def test_what_takes_a_minute_runs_when_it_changed_only(root):
    name = "tests/models/test_invariants.py"
    (root / name).write_text('class TestInvariants:\n    def test_one(self):\n        self.env["dunning.case"]\n')
    for file in ("cremann_dunning/models/debtor/dunning_case.py", "cremann_dunning/models/res_partner.py"):
        assert name not in " ".join(changed.select([file], changed.House(root)).arguments())
    assert changed.select([name], changed.House(root)).arguments() == [name]


def test_the_tables_name_what_is_there():
    named = [one for tests in changed.TESTS_OF.values() for one in tests]
    assert [one for one in (*named, *changed.EVERYTHING, *changed.TOO_LONG) if not (house.ROOT / one).exists()] == []


# -- git ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(root):
    """A repository with one commit on main, and a second one there."""

    def git(*arguments):
        who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "--initial-branch=main")
    git("add", ".")
    git("commit", "-m", "one")
    (root / "second.py").touch()
    git("add", ".")
    git("commit", "-m", "two")
    return root, git


def test_main_without_an_origin_shows_its_last_commit(checkout):
    assert changed.changed_files(checkout[0]) == ["second.py"]


def test_working_tree_on_main(checkout):
    root, git = checkout
    (root / "cremann_dunning/law/costs.py").write_text("# other\n")
    (root / "cremann_dunning/models/new.py").touch()
    (root / "second.py").unlink()
    git("add", "cremann_dunning/law")
    assert changed.changed_files(root) == ["cremann_dunning/law/costs.py", "cremann_dunning/models/new.py", "second.py"]


def test_branch_shows_what_it_changed_and_not_what_main_did_since(checkout):
    root, git = checkout
    git("checkout", "-b", "work")
    git("mv", "second.py", "third.py")
    git("commit", "-am", "three")
    git("checkout", "main")
    (root / "fourth.py").touch()
    git("add", ".")
    git("commit", "-m", "four")
    git("checkout", "work")
    (root / "fifth.py").touch()
    assert changed.changed_files(root) == ["fifth.py", "second.py", "third.py"]


def test_main_ahead_of_its_origin(checkout):
    root, git = checkout
    git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    (root / "third.py").touch()
    git("add", ".")
    git("commit", "-m", "three")
    assert changed.changed_files(root) == ["second.py", "third.py"]
