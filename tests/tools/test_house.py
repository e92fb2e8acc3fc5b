"""What tools/house.py reads from the addon, and that an import against the plan is found with the room's sentence."""

import itertools

import pytest

from tools import house

from .support import build

ROOMS = ("rules", "run", "letter", "delivery", "debtor")
# who may import whom, told once more and otherwise than house.py tells it
FREE = {
    ("run", "rules"),
    *itertools.product(["letter"], ["rules", "run"]),
    *itertools.product(["delivery", "debtor"], ["rules", "run", "letter"]),
}


def found(addon):
    return [(str(module.path.relative_to(addon)), line, why) for module, line, why in house.wrong_imports(addon)]


def test_our_own_house_is_in_order():
    assert found(house.ADDON) == []


def test_our_own_house_was_read():
    """The check above would also pass over nothing at all."""
    read = house.modules()
    assert {module.place for module in read} >= {*house.MAY_IMPORT, *house.UPPER}
    assert {place for module in read for _line, _file, place in module.imports} >= {"law", "engine", "models/rules"}


@pytest.mark.parametrize("importer, imported", itertools.permutations(ROOMS, 2))
def test_rooms(tmp_path, importer, imported):
    addon = build(
        tmp_path,
        {
            f"models/{importer}/__init__.py": f'"""What stands in {importer}.\n\nMay import little."""\n',
            f"models/{importer}/one.py": f"import re\nfrom ..{imported} import other\n",
            f"models/{imported}/other.py": "",
        },
    )
    wrong = found(addon)
    if (importer, imported) in FREE:
        assert wrong == []
    else:
        sentence = f"What stands in {importer}. May import little."
        said = f"models/{importer}/ imports models/{imported}/, which it may not. {sentence}"
        assert wrong == [(f"models/{importer}/one.py", 2, said)]


@pytest.mark.parametrize(
    "statement",
    [
        "from ..run import other",
        "from ..run.other import thing",
        "from .. import run",
        "from ... import models\nfrom ...models.run import other",
        "from odoo.addons.cremann_dunning.models.run import other",
        "import odoo.addons.cremann_dunning.models.run.other",
        "def inside():\n    from ..run import other",
    ],
)
def test_every_way_to_import(tmp_path, statement):
    addon = build(tmp_path, {"models/rules/one.py": statement + "\n", "models/run/other.py": ""})
    assert [name for name, _line, why in found(addon) if "imports models/run/" in why] == ["models/rules/one.py"]


def test_only_the_list_of_rooms_imports_rooms_from_models(tmp_path):
    addon = build(tmp_path, {"models/__init__.py": "from . import rules\n", "models/rules/one.py": ""})
    assert found(addon) == []
    (addon / "models" / "res_company.py").write_text("from .rules import one\n")
    assert [name for name, _line, _why in found(addon)] == ["models/res_company.py"]


@pytest.mark.parametrize(
    "floor, statement, allowed",
    [
        ("engine", "from ..law import costs", True),
        ("law", "from ..engine import decide", False),
        ("law", "from ..models import res_company", False),
        ("engine", "from ..models import res_company", False),
        ("tools", "from ..engine import decide", True),
        ("tools", "from ..models import res_company", False),
        ("models", "from ..tools import page_text", True),
        ("models", "from ..wizards import one_wizard", False),
        ("models/letter", "from ...report import one_report", False),
        ("wizards", "from ..models.run import dunning_run", True),
        ("report", "from ..models.letter import dunning_letter", True),
        ("law", "import odoo", False),
        ("engine", "from odoo import models", False),
        ("engine", "from lxml import etree", False),
        ("tools", "from lxml import etree", True),
        ("law", "import decimal", True),
    ],
)
def test_floors(tmp_path, floor, statement, allowed):
    files = (
        "law/costs.py", "engine/decide.py", "tools/page_text.py", "models/res_company.py", "models/run/dunning_run.py",
        "models/letter/dunning_letter.py", "wizards/one_wizard.py", "report/one_report.py",
    )  # fmt: skip
    addon = build(tmp_path, {**dict.fromkeys(files, ""), f"{floor}/new.py": statement + "\n"})
    assert [name for name, _line, _why in found(addon)] == ([] if allowed else [f"{floor}/new.py"])


def test_a_room_that_is_not_on_the_plan(tmp_path):
    addon = build(tmp_path, {"models/cellar/one.py": ""})
    assert {why for _name, _line, why in found(addon)} == {
        "models/cellar/ is not on the plan; tools/house.py says what it may import"
    }


def test_models_of_a_file(tmp_path):
    text = """
class Case(models.Model):
    _name = "dunning.case"
    _inherit = ["dunning.case", "mail.thread"]

    def one(self):
        return self.env["dunning.run"].search([]) | self.env.ref("dunning.something") | self.table["not_a_model"]
"""
    addon = build(tmp_path, {"models/debtor/dunning_case.py": text})
    module = house.read(addon / "models/debtor/dunning_case.py", addon)
    assert (module.defines, module.extends, module.uses) == ({"dunning.case"}, {"mail.thread"}, {"dunning.run"})
