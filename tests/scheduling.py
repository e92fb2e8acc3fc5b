"""Which class a worker gets next: the one that takes longest. pytest-xdist itself gives out those with the most tests
first, so that a class with one long test came last, and one worker waited minutes for the other."""

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

# Seconds of the longest classes (a file's name stands for the functions in it), for a checkout in which no suite has
# run yet. Afterwards what the last runs took is known, see Stopwatch.
SECONDS = {
    "tests/models/test_invariants.py::TestInvariants": 50,
    "tests/faults/test_restart.py::TestProcesses": 50,
    "tests/faults/test_lifecycle.py": 35,
    "tests/browser/test_screens.py::TestScreens": 25,
    "tests/browser/test_recipient.py::TestRecipient": 25,
    "tests/browser/test_preview.py::TestPreviewScreen": 20,
    "tests/browser/test_page.py::TestPageOnScreen": 15,
}
EACH = 0.2  # seconds of a test that nothing is known about
CACHE = "cremann_dunning/seconds"


def scope_of(nodeid: str) -> str:
    """The class of a test, or its file: what stays together on one worker."""
    return nodeid.rsplit("::", 1)[0]


class LongestFirst(LoadScopeScheduling):
    """Classes stay whole, and the longest that waits goes first."""

    def __init__(self, config, log, seconds):
        super().__init__(config, log)
        self.seconds = seconds

    def weight(self, scope: str) -> float:
        """About how many seconds a class takes."""
        return self.seconds.get(scope, EACH * len(self.workqueue[scope]))

    def _assign_work_unit(self, node):
        self.workqueue.move_to_end(max(self.workqueue, key=self.weight), last=False)
        super()._assign_work_unit(node)


class Stopwatch:
    """Adds up what each class takes and keeps it for the next run; a plugin of the process that gives out the tests."""

    def __init__(self, config):
        self.config, self.took = config, {}

    def pytest_runtest_logreport(self, report):
        scope = scope_of(report.nodeid)
        self.took[scope] = self.took.get(scope, 0) + report.duration

    def known(self) -> dict[str, float]:
        """Seconds of each class, as far as they are known."""
        return {**SECONDS, **self.config.cache.get(CACHE, {})}

    def pytest_sessionfinish(self, session):
        whole = [Path(one).resolve() for one in self.config.args] == [Path(__file__).resolve().parent]
        if not whole or session.testsfailed or self.config.option.keyword:
            return  # classes of which a part ran say nothing
        kept = self.config.cache.get(CACHE, {}) | {scope: round(took, 1) for scope, took in self.took.items()}
        self.config.cache.set(CACHE, kept)
