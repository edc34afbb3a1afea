"""A window that has become garbage goes in the thread it was made in; a long collection waits for a good moment."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication

from fm_desktop.ui.garbage import LIMITS, LONGEST_WAIT, Collector


class Knot:
    """Garbage that only a collection finds; tells in which thread it went."""

    def __init__(self, seen: list[int]) -> None:
        self.seen, self.me = seen, self

    def __del__(self) -> None:
        self.seen.append(threading.get_ident())


class Scene:
    """`busy`: would somebody notice? `now` is the time in seconds."""

    def __init__(self) -> None:
        self.busy, self.now = False, 0.0
        app = QCoreApplication.instance()
        assert app is not None
        self.collector = Collector(app, lambda: self.busy, lambda: self.now)


@pytest.fixture
def scene(qtbot) -> Iterator[Scene]:
    made = Scene()
    gc.collect()
    yield made
    made.collector.deleteLater()


def allocate() -> None:
    kept = [[] for _ in range(50 * LIMITS[0])]
    assert kept


def make_old(seen: list[int]) -> None:
    """Garbage that has survived two collections while it was none, so that only a whole one finds it."""
    knot = Knot(seen)
    gc.collect(0)
    gc.collect(1)
    del knot


def make_whole_one_due() -> None:
    for _ in range(LIMITS[2] + 1):
        gc.collect(1)


def test_garbage_goes_in_the_thread_that_draws(qtbot, scene):
    seen: list[int] = []
    Knot(seen)
    other = threading.Thread(target=allocate)
    other.start()
    other.join()
    assert seen == []
    keep = [[] for _ in range(2 * LIMITS[0])]
    qtbot.waitUntil(lambda: len(seen) == 1, timeout=10_000)
    assert seen == [threading.get_ident()]
    assert keep


def test_a_whole_collection_waits_while_it_would_be_noticed(scene):
    scene.busy = True
    seen: list[int] = []
    make_old(seen)
    make_whole_one_due()
    scene.collector.collect()
    assert seen == []
    scene.busy = False
    scene.collector.collect()
    assert len(seen) == 1


def test_it_does_not_wait_for_ever(scene):
    scene.busy = True
    scene.now = LONGEST_WAIT - 1
    seen: list[int] = []
    make_old(seen)
    make_whole_one_due()
    scene.collector.collect()
    assert seen == []
    scene.now = LONGEST_WAIT
    scene.collector.collect()
    assert len(seen) == 1
