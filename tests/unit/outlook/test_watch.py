"""Waiting for new mail at Exchange by looking: what the server asks for, and when colleagues look."""

from __future__ import annotations

import itertools
import queue
from collections.abc import Callable

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.port import Throttled
from fm_desktop.providers.outlook import mail
from tests.fakes.clock import own_time

INBOX = Folder("inbox", "Inbox", Role.INBOX)


class Time:
    """A clock that moves only by waiting, and the bell that is waited for."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def get(self, timeout: float) -> object:
        self.now += timeout
        raise queue.Empty


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    own_time(monkeypatch, mail, monotonic=made.monotonic)
    return made


def watch(time: Time, newest: Callable[[Folder], str]) -> mail.Watch:
    made = mail.Watch(newest, 60.0)
    made._bell = time  # type: ignore[assignment]
    return made


def test_a_server_that_asks_to_be_left_alone_is_not_looked_at_before_also_by_the_next_wait(time: Time) -> None:
    looks: list[float] = []

    def busy(_folder: Folder) -> str:
        looks.append(time.now)
        raise Throttled("later", 900.0)

    watching = watch(time, busy)
    for _ in range(4):
        assert not watching.wait(INBOX, 600.0)
    assert len(looks) == 3
    assert all(later - earlier >= 900.0 for earlier, later in itertools.pairwise(looks))


def test_colleagues_who_begin_in_one_second_do_not_go_on_looking_in_the_same_seconds(time: Time) -> None:
    fifth: list[float] = []
    for _ in range(100):
        looks: list[float] = []
        time.now = 1_000.0
        watch(time, lambda _folder, looks=looks: str(looks.append(time.now))).wait(INBOX, 600.0)  # type: ignore[misc]
        fifth.append(looks[4])
    assert max(fifth) - min(fifth) > 30.0
