"""pytest's own clock runs while a test holds that of the others still: else durations are in decades."""

import datetime
import time

from _pytest import timing
from freezegun import freeze_time


def test_pytest_measures_on_while_time_stands_still():
    before = timing.Instant()
    with freeze_time("2001-01-01"):
        assert datetime.date.today().year == 2001  # noqa: DTZ011  (the clock of the tests does stand still)
        assert time.gmtime().tm_year == 2001
        elapsed = before.elapsed()
    assert 0 <= elapsed.seconds < 60
    assert 0 <= elapsed.stop.time - before.time < 60
