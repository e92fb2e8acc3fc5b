"""The longest classes go first, and what they took is kept from whole runs only."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from .. import scheduling

ROOT = Path(__file__).resolve().parents[1]


class Node:
    """A worker that takes note of what it is told to run."""

    shutting_down = False
    gateway = SimpleNamespace(id="a worker")

    def __init__(self):
        self.told = []

    def send_runtest_some(self, numbers):
        self.told += numbers

    def shutdown(self):
        self.shutting_down = True


@pytest.fixture
def scheduler(monkeypatch):
    """Two workers, and tests of four classes of which two are known to be long."""
    monkeypatch.setattr("xdist.scheduler.loadscope.parse_tx_spec_config", lambda config: [1, 2])
    config = SimpleNamespace(option=SimpleNamespace(loadscopereorder=True))
    made = scheduling.LongestFirst(config, None, {"a.py::Long": 50.0, "a.py::Middle": 9.0})
    names = [f"a.py::{name}" for name in ("Many::1", "Many::2", "Many::3", "Few::1", "Middle::1", "Long::1")]
    nodes = [Node(), Node()]
    for node in nodes:
        made.add_node(node)
    for node in nodes:
        made.add_node_collection(node, names)
    made.schedule()
    return SimpleNamespace(names=names, nodes=nodes, made=made)


def told(scheduler):
    return [[scheduler.names[number].partition("::")[2] for number in node.told] for node in scheduler.nodes]


def test_longest_first_and_classes_stay_whole(scheduler):
    assert told(scheduler) == [["Long::1", "Many::1", "Many::2", "Many::3"], ["Middle::1", "Few::1"]]
    assert not scheduler.made.workqueue


@pytest.mark.parametrize(
    "arguments, failed, keyword, kept",
    [
        ([str(ROOT)], 0, "", True),
        ([str(ROOT / "tools")], 0, "", False),
        ([str(ROOT), str(ROOT / "tools")], 0, "", False),
        ([f"{ROOT}/tools/test_plan.py::test_edges"], 0, "", False),
        ([str(ROOT)], 1, "", False),
        ([str(ROOT)], 0, "one", False),
    ],
)
def test_what_is_kept(arguments, failed, keyword, kept):
    cache = {}
    keeper = SimpleNamespace(get=cache.get, set=cache.__setitem__)
    config = SimpleNamespace(args=arguments, option=SimpleNamespace(keyword=keyword), cache=keeper)
    watch = scheduling.Stopwatch(config)
    for nodeid, duration in (("a.py::One::x", 1.0), ("a.py::One::y", 2.25), ("b.py::z", 0.5)):
        watch.pytest_runtest_logreport(SimpleNamespace(nodeid=nodeid, duration=duration))
    watch.pytest_sessionfinish(SimpleNamespace(testsfailed=failed))
    expected = {"a.py::One": 3.2, "b.py": 0.5} if kept else {}
    assert cache.get(scheduling.CACHE, {}) == expected
    assert watch.known() == scheduling.SECONDS | expected
