"""Exchange tells of news over a connection that stays open, and whatever becomes of it, mail is noticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.providers.exchange import Account, ExchangeMail, streaming
from fm_desktop.providers.exchange.connection import Connection
from fm_desktop.providers.exchange.streaming import Stream
from tests.servers.command import eventually
from tests.servers.ews import EwsServer, Item

LETTER = (
    b"From: Ann <ann@example.org>\r\nTo: emma@example.com\r\nSubject: Offer\r\nMessage-ID: <%d@example.org>\r\n"
    b"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
STREAMING = "GetStreamingEvents"
PATIENCE = 30.0
FOR_EVER = 1_000_000


@pytest.fixture
def server() -> Iterator[EwsServer]:
    with EwsServer() as made:
        yield made


def deliver(server: EwsServer, number: int, folder: str = "inbox") -> Item:
    """One message after another, a minute between them: they are looked for by the minute that they came in."""
    return server.deliver(LETTER % number, folder, received=NOON + timedelta(minutes=number))


class Followed(Stream):
    """A stream of which it is heard that it wants a look, and that it stands before its gate."""

    def __init__(self, server: EwsServer) -> None:
        account = Account(server.user, server.password)
        self.connection = Connection(account, server.address, url=server.url, sleep=lambda _: None)
        self.looked = threading.Semaphore(0)
        self.at_the_gate = threading.Semaphore(0)
        self.pauses: list[float] = []
        inbox = Folder(server.folder("inbox").id, "Inbox", Role.INBOX)
        super().__init__(self.connection.session, inbox, self.looked.release, first_pause=0.001)

    def _may_connect(self) -> bool:
        self.pauses.append(self._pause)
        self.at_the_gate.release()
        return super()._may_connect()

    def waits_at_the_gate(self) -> bool:
        return self.at_the_gate.acquire(timeout=PATIENCE)

    def wants_a_look(self) -> bool:
        return self.looked.acquire(timeout=PATIENCE)

    def connects(self) -> bool:
        """Let through its gate it comes to be told of news."""
        assert self.waits_at_the_gate()
        self.allow()
        return self.wants_a_look()

    def has_ended(self) -> bool:
        self.end()
        self.join(PATIENCE)
        self.connection.close()
        return not (self.is_alive() or self.is_live)


@pytest.fixture
def stream(server: EwsServer) -> Iterator[Followed]:
    made = Followed(server)
    made.start()
    yield made
    assert made.has_ended()


def test_a_look_is_due_when_it_begins_and_for_each_message(server: EwsServer, stream: Followed) -> None:
    assert stream.connects()
    assert stream.is_live
    for number in range(2):
        deliver(server, number)
        assert stream.wants_a_look()
    assert (server.requests.count("Subscribe"), server.requests.count(STREAMING)) == (1, 1)


def test_nothing_is_asked_before_a_look_went_well(server: EwsServer, stream: Followed) -> None:
    """A password that was changed is tried by the looks alone: a few more sign-ins that fail may lock an account."""
    assert stream.waits_at_the_gate()
    assert server.requests == []
    stream.at_the_gate.release()
    assert stream.connects()
    server.change_password("another one")
    assert stream.wants_a_look()
    assert stream.waits_at_the_gate()
    assert not stream.is_live
    assert server.requests.count(STREAMING) == 1


def test_a_look_of_before_it_was_cut_is_none_of_after(server: EwsServer, stream: Followed) -> None:
    assert stream.connects()
    stream.allow()
    server._front.cut_all()
    assert stream.wants_a_look()
    assert stream.waits_at_the_gate()
    assert not stream._allowed.is_set()
    stream.at_the_gate.release()
    assert stream.connects()


def test_what_comes_into_another_folder_is_not_told(server: EwsServer, stream: Followed) -> None:
    assert stream.connects()
    deliver(server, 1, "junkemail")
    deliver(server, 2)
    assert stream.wants_a_look()
    assert not stream.looked.acquire(blocking=False)


def test_a_subscription_outlasts_a_connection_that_was_cut(server: EwsServer, stream: Followed) -> None:
    assert stream.connects()
    server._front.cut_all()
    assert stream.wants_a_look()
    assert stream.connects()
    deliver(server, 1)
    assert stream.wants_a_look()
    assert (server.requests.count("Subscribe"), server.requests.count(STREAMING)) == (1, 2)


def test_a_subscription_that_the_server_forgot_is_made_again(server: EwsServer, stream: Followed) -> None:
    assert stream.connects()
    server.state.subscriptions.clear()
    server._front.cut_all()
    assert stream.wants_a_look()
    assert stream.waits_at_the_gate()
    stream.allow()
    assert stream.connects()
    assert server.requests.count("Subscribe") == 2


@pytest.mark.parametrize(("status", "times"), [(401, 2), (403, 1), (500, 1), (503, 1)])
def test_a_refusal_that_passes_does_not_end_it(server: EwsServer, stream: Followed, status: int, times: int) -> None:
    """Exchange answers 401 also when it has too much to do; NTLM signs in anew once by itself."""
    server.faults.refuse(status, times, operation="Subscribe")
    assert stream.waits_at_the_gate()
    stream.allow()
    assert stream.connects()
    assert server.requests.count("Subscribe") == times + 1


def test_connections_that_do_not_last_are_made_later_and_later(server: EwsServer, stream: Followed) -> None:
    server.state.stopped = True  # it closes each as soon as it has begun
    for _ in range(4):
        assert stream.connects()
        assert stream.wants_a_look()
    assert stream.waits_at_the_gate()
    assert stream.pauses == [0.001, 0.002, 0.004, 0.008, 0.016]
    assert server.requests.count("Subscribe") == 1


def test_an_envelope_without_an_end_is_given_up(
    server: EwsServer, stream: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_MAX_DOCUMENT_BYTES", 10)
    assert stream.waits_at_the_gate()
    stream.allow()
    assert stream.waits_at_the_gate()
    assert not stream.is_live
    monkeypatch.undo()
    stream.at_the_gate.release()
    assert stream.connects()


def test_the_end_cuts_a_connection_on_which_nothing_comes(server: EwsServer) -> None:
    stream = Followed(server)
    stream.start()
    assert stream.connects()
    assert stream.has_ended()


class Waiting(threading.Thread):
    """A wait for mail in a thread of its own, as the program has it."""

    def __init__(self, mail: ExchangeMail, folder: Folder, seconds: float = 2 * PATIENCE) -> None:
        super().__init__(daemon=True)
        self.result: bool | None = None
        self._what = (mail, folder, seconds)
        self.start()

    def run(self) -> None:
        mail, folder, seconds = self._what
        self.result = mail.wait(folder, seconds)

    def outcome(self) -> bool | None:
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.result


@pytest.fixture
def mail(server: EwsServer) -> Iterator[ExchangeMail]:
    account = Account(server.user, server.password)
    made = ExchangeMail(account, server.address, url=server.url, sleep=lambda _: None)
    yield made
    made.close()


def folder(mail: ExchangeMail, role: Role = Role.INBOX) -> Folder:
    return next(each for each in mail.folders() if each.role is role)


def test_a_server_without_subscriptions_is_looked_at_as_ever(server: EwsServer) -> None:
    server.faults.refuse(500, times=FOR_EVER, operation="Subscribe")
    mail = ExchangeMail(
        Account(server.user, server.password), server.address, url=server.url, look_seconds=0.02, sleep=lambda _: None
    )
    assert mail.wait(folder(mail), 0.01) is False
    deliver(server, 1)
    assert mail.wait(folder(mail), PATIENCE) is True
    assert STREAMING not in server.requests
    mail.close()


def test_what_is_moved_away_is_no_news(server: EwsServer, mail: ExchangeMail) -> None:
    old = deliver(server, 1)
    deliver(server, 2)
    waiting = Waiting(mail, folder(mail))
    eventually(mail._is_told, "it is told of news")
    eventually(lambda: server.requests.count("FindItem") == 2, "it looked")
    with server.box.changed:
        server.box.move(old, server.folder("deleteditems"))
    eventually(lambda: server.requests.count("FindItem") == 3, "it looked again")
    assert waiting.is_alive()
    deliver(server, 3)
    assert waiting.outcome() is True


def test_another_folder_is_followed_in_its_place_and_the_first_one_again(server: EwsServer, mail: ExchangeMail) -> None:
    inbox, junk = folder(mail), folder(mail, Role.JUNK)
    for number, (each, name) in enumerate(((inbox, "inbox"), (junk, "junkemail"), (inbox, "inbox"))):
        waiting = Waiting(mail, each)
        eventually(lambda each=each: mail._stream and mail._stream.folder == each and mail._is_told(), "it is told")
        deliver(server, number, name)
        assert waiting.outcome() is True


def test_where_nobody_waits_any_more_nobody_listens(mail: ExchangeMail) -> None:
    waiting = Waiting(mail, folder(mail))
    eventually(mail._is_told, "it is told of news")
    stream = mail._stream
    assert stream is not None
    mail.wake()
    assert waiting.outcome() is False
    stream.join(PATIENCE)
    assert not stream.is_alive()
    assert not mail._is_told()


def test_a_wait_that_was_called_off_listens_to_nobody(mail: ExchangeMail) -> None:
    mail.wake()
    assert mail.wait(folder(mail), PATIENCE) is False
    assert mail._stream is None


def test_a_wait_after_the_end_listens_to_nobody(mail: ExchangeMail) -> None:
    inbox = folder(mail)
    mail.close()
    assert mail.wait(inbox, PATIENCE) is False
    assert mail._stream is None
