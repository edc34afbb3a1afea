"""New mail is waited for beside the loop, wherever it says, until it ends."""

import threading

import pytest

from fm_desktop.arrivals import Arrivals, Watched
from fm_desktop.mailport import Folder, Role
from fm_desktop.port import SignInNeeded

INBOX = Folder("INBOX", "Inbox", Role.INBOX)
PATIENCE = 20.0


class Source:
    """A mailbox in which each `deliver` ends one wait."""

    def __init__(self) -> None:
        self._news = threading.Semaphore(0)
        self._woken = threading.Event()
        self.errors: list[Exception] = []
        self.waits = threading.Semaphore(0)

    def wait(self, folder: Folder, seconds: float) -> bool:
        self.waits.release()
        if self.errors:
            raise self.errors.pop(0)
        while not self._woken.is_set():
            if self._news.acquire(timeout=0.01):
                return True
        return False

    def wake(self) -> None:
        self._woken.set()

    def deliver(self) -> None:
        self._news.release()


@pytest.fixture
def heard():
    return threading.Semaphore(0)


def started(watched, heard) -> Arrivals:
    arrivals = Arrivals(watched, heard.release)
    arrivals.start()
    return arrivals


def test_each_arrival_is_told_and_the_end_ends_a_waiting(heard):
    source = Source()
    arrivals = started(lambda: Watched(source, INBOX), heard)
    for _ in range(2):
        source.deliver()
        assert heard.acquire(timeout=PATIENCE)
    arrivals.stop()
    assert not [each for each in threading.enumerate() if each.name == "arrivals"]


def test_where_to_wait_may_become_known_later(heard):
    source, known = Source(), []
    arrivals = started(lambda: known[0] if known else None, heard)
    known.append(Watched(source, INBOX))
    source.deliver()
    assert heard.acquire(timeout=PATIENCE)
    arrivals.stop()


def test_a_mailbox_that_is_closed_under_the_waiting_ends_nothing(heard):
    source = Source()
    source.errors.append(OSError("closed"))
    arrivals = started(lambda: Watched(source, INBOX), heard)
    source.deliver()
    assert heard.acquire(timeout=PATIENCE)
    arrivals.stop()


def test_an_error_of_the_mailbox_is_no_arrival_and_is_not_asked_again_at_once(heard):
    source = Source()
    source.errors.append(SignInNeeded("No."))
    arrivals = started(lambda: Watched(source, INBOX), heard)
    assert source.waits.acquire(timeout=PATIENCE)
    arrivals.stop()
    assert not heard.acquire(blocking=False)
    assert not source.waits.acquire(blocking=False)
