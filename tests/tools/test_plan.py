"""The drawn plan: which arrows it has, and that it is out of date when an import comes or goes."""

import pytest

from tools import house, plan

from .support import build

FILES = {
    "law/costs.py": "",
    "engine/decide.py": "from ..law import costs\n",
    "models/rules/level.py": "from ...engine import decide\nfrom ...law import costs\n",
    "models/run/run.py": 'from ..rules import level\n\n\ndef go(env):\n    return env["dunning.case"]\n',
    "models/debtor/case.py": 'class Case:\n    _name = "dunning.case"\n',
}


@pytest.fixture
def edges(tmp_path):
    return plan.edges(house.modules(build(tmp_path, FILES)))


def test_edges(edges):
    imported, named = edges
    assert {place: found for place, found in imported.items() if found} == {
        "engine": {"law"},
        "models/rules": {"engine", "law"},
        "models/run": {"models/rules"},
    }
    assert {place: found for place, found in named.items() if found} == {"models/run": {"models/debtor"}}


def test_an_arrow_that_follows_from_others_is_left_out(edges):
    lines = plan.picture(edges[0]).splitlines()
    assert [line.strip() for line in lines if "-->" in line] == [
        "models_run --> models_rules",
        "models_rules --> engine",
        "engine --> law",
    ]


def test_the_table_has_them_all(edges):
    lines = plan.table(*edges).splitlines()
    assert "| rules | engine, law | – |" in lines
    assert "| run | rules | debtor |" in lines


def test_the_page_is_up_to_date():
    assert plan.drawn() == plan.PAGE.read_text(encoding="utf-8")


def test_another_import_puts_the_page_out_of_date(monkeypatch):
    """Take the imports of one place away: the page no longer fits."""
    rest = [module for module in house.modules() if module.place != "engine"]
    monkeypatch.setattr(plan.house, "modules", lambda: rest)
    assert plan.drawn() != plan.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["# no place", f"{plan.BEGIN}{plan.END}\n{plan.BEGIN}{plan.END}"])
def test_a_page_without_one_place_for_it(tmp_path, monkeypatch, page):
    monkeypatch.setattr(plan, "PAGE", tmp_path / "ARCHITECTURE.md")
    plan.PAGE.write_text(page)
    with pytest.raises(ValueError, match="places for the plan"):
        plan.drawn()
