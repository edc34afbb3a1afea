"""Waiting for new mail at Exchange by looking: what the server asks for, and when colleagues look."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.port import Throttled, Unreachable
from fm_desktop.providers.outlook import mail
from tests.fakes.clock import own_time

INBOX = Folder("inbox", "Inbox", Role.INBOX)


class Time:
    """A clock that moves only by waiting, and the bell that is waited for."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False


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


class Steps(Time):
    """Keeps how long was waited each time."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return super().wait(seconds)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()
    own_time(monkeypatch, mail, monotonic=made.monotonic)
    return made


def told_watch(steps: Steps, newest: Callable[[Folder], str], is_told: Callable[[], bool]) -> mail.Watch:
    made = mail.Watch(newest, 60.0, is_told)
    made._bell = steps  # type: ignore[assignment]
    return made


def test_a_server_that_tells_of_news_is_looked_at_ten_times_more_seldom(steps: Steps) -> None:
    told_watch(steps, lambda _: "m1", lambda: True).wait(INBOX, 3_000.0)
    assert all(450.0 <= each <= 750.0 for each in steps.waited[:-1])


def test_where_it_tells_no_more_or_a_look_failed_it_is_looked_at_as_ever(steps: Steps) -> None:
    def failing(_folder: Folder) -> str:
        raise Unreachable("no answer")

    told_watch(steps, failing, lambda: True).wait(INBOX, 300.0)
    told_watch(steps, lambda _: "m1", lambda: False).wait(INBOX, 300.0)
    assert max(steps.waited) <= 75.0


def test_a_ring_makes_a_look_and_a_wake_ends_the_wait() -> None:
    newest = ["m1"]
    watching = mail.Watch(lambda _: newest[0], 60.0)
    watching.look()
    watching.wake()
    assert watching.wait(INBOX, 600.0) is False
    newest[0] = "m2"
    watching.look()
    assert watching.wait(INBOX, 600.0) is True
    watching.look()
    assert watching.wait(INBOX, 0.01) is False


def test_colleagues_who_begin_in_one_second_do_not_go_on_looking_in_the_same_seconds(time: Time) -> None:
    fifth: list[float] = []
    for _ in range(100):
        looks: list[float] = []
        time.now = 1_000.0
        watch(time, lambda _folder, looks=looks: str(looks.append(time.now))).wait(INBOX, 600.0)  # type: ignore[misc]
        fifth.append(looks[4])
    assert max(fifth) - min(fifth) > 30.0
