"""The loop over a profile: what it tells of its cycles."""

import threading

import pytest

from fm_desktop.errors import Busy
from fm_desktop.paths import Paths
from fm_desktop.runner import Headless
from fm_desktop.sync.report import Outcome, Report
from fm_desktop.sync.store import StoreError

WAIT = 20.0


class Recorder:
    def __init__(self) -> None:
        self.told: list[object] = []
        self.over = threading.Event()

    def began(self) -> None:
        self.told.append("began")

    def ended(self, report: Report) -> None:
        self.told.append(report)
        self.over.set()

    def failed(self, error: Exception) -> None:
        self.told.append(error)
        self.over.set()


class OneCycle:
    """Stands for a runner: each cycle gives the same."""

    seen_nudge = None
    watched = None

    def __init__(self, result: Report | Exception) -> None:
        self._result = result
        self.wanted = threading.Event()

    def cycle(self, _ending: threading.Event) -> Report:
        if isinstance(self._result, Exception):
            raise self._result
        return self._result

    def close(self) -> None:
        pass


@pytest.mark.parametrize("result", [Report(Outcome.DONE), Busy("another process"), StoreError("the disk is full")])
def test_each_cycle_is_told_from_beginning_to_end_however_it_ends(tmp_path, result):
    paths = Paths(tmp_path, tmp_path, tmp_path)
    watch = Recorder()
    headless = Headless(paths, OneCycle(result), 3_600, watch)
    thread = threading.Thread(target=headless.run)
    thread.start()
    assert watch.over.wait(WAIT)
    headless.end()
    thread.join(WAIT)
    assert watch.told == ["began", result]
