"""The loop over a profile: what it tells of its cycles."""

import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

from fm_desktop.errors import Busy
from fm_desktop.paths import Paths
from fm_desktop.port import Throttled, Unreachable
from fm_desktop.runner import Attention, Headless, impression
from fm_desktop.sync.nudge import nudge
from fm_desktop.sync.pace import Impression
from fm_desktop.sync.report import Outcome, Report
from fm_desktop.sync.store import Store, StoreError

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


TOO_MANY, AWAY = Throttled("Later.", 90.0), Unreachable("Nobody is there.")


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (Report(Outcome.DONE), Impression()),
        (Report(Outcome.DONE, emails_logged=1, crowded=True), Impression(changed=True, crowded=True)),
        # A pause that still runs, or what a mail server said, is no word of the limit that colleagues share.
        (Report(Outcome.THROTTLED, error=TOO_MANY), Impression(trouble=True, retry_after=90.0)),
        (
            Report(Outcome.THROTTLED, error=TOO_MANY, crowded=True),
            Impression(trouble=True, crowded=True, retry_after=90.0),
        ),
        (Report(Outcome.UNREACHABLE, error=AWAY), Impression(trouble=True, away=True)),
        (Report(Outcome.UNREACHABLE, error=AWAY, also=TOO_MANY), Impression(trouble=True, retry_after=90.0)),
        (Report(Outcome.THROTTLED, error=TOO_MANY, only_mail=True), Impression()),
    ],
)
def test_what_a_cycle_came_upon_decides_about_the_pace(report, expected):
    assert impression(report) == expected


def test_what_the_program_would_like_waits_while_a_side_asks_for_less_and_a_persons_wish_does_not(tmp_path):
    paths = Paths(tmp_path, tmp_path, tmp_path)
    runner = OneCycle(Report(Outcome.DONE))
    runner.seen_nudge = ""
    slowed = [True]
    attention = Attention(paths, runner, lambda: slowed[0])
    runner.wanted.set()
    assert not attention()
    slowed[0] = False
    assert attention()
    runner.wanted.clear()
    assert not attention()
    slowed[0] = True
    with closing(Store.open(paths.store_file)) as store:
        nudge(store, datetime.now(UTC))
    assert attention()
    assert attention._store is not None
    attention._store.close()
