"""Exchange tells of news over a connection that stays open, and whatever becomes of it, mail is noticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.providers.exchange import Account, ExchangeMail, streaming
from fm_desktop.providers.exchange.connection import Connection
from fm_desktop.providers.exchange.streaming import Stream
from tests.servers.command import eventually
from tests.servers.ews import EwsServer

LETTER = (
    b"From: Ann <ann@example.org>\r\nTo: emma@example.com\r\nSubject: Offer\r\nMessage-ID: <%d@example.org>\r\n"
    b"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)
STREAMING = "GetStreamingEvents"


@pytest.fixture
def server() -> Iterator[EwsServer]:
    with EwsServer() as made:
        yield made


class Followed:
    """A stream, and how often it told of something."""

    def __init__(self, server: EwsServer) -> None:
        account = Account(server.user, server.password)
        self.connection = Connection(account, server.address, url=server.url, sleep=lambda _: None)
        self.came = threading.Semaphore(0)
        self.looked = threading.Semaphore(0)
        inbox = Folder(server.folder("inbox").id, "Inbox", Role.INBOX)
        self.stream = Stream(
            self.connection.session, inbox, self.came.release, self.looked.release, first_pause=0.01
        )  # fmt: skip
        self.stream.start()

    def is_told(self, heard: threading.Semaphore) -> bool:
        return heard.acquire(timeout=30)

    def end(self) -> bool:
        self.stream.end()
        self.stream.join(30)
        self.connection.close()
        return not self.stream.is_alive()


@pytest.fixture
def followed(server: EwsServer) -> Iterator[Followed]:
    made = Followed(server)
    yield made
    assert made.end()


def test_a_look_is_due_when_it_begins_and_each_message_is_told(server: EwsServer, followed: Followed) -> None:
    assert followed.is_told(followed.looked)
    for number in range(2):
        server.deliver(LETTER % number)
        assert followed.is_told(followed.came)
    assert (server.requests.count("Subscribe"), server.requests.count(STREAMING)) == (1, 1)


def test_what_comes_into_another_folder_is_not_told(server: EwsServer, followed: Followed) -> None:
    assert followed.is_told(followed.looked)
    server.deliver(LETTER % 1, "junkemail")
    server.deliver(LETTER % 2)
    assert followed.is_told(followed.came)
    assert server.state.subscriptions
    (folders, _, _) = next(iter(server.state.subscriptions.values()))
    assert folders == {server.folder("inbox").id}


def test_a_subscription_that_the_server_forgot_is_made_again_and_looked_for_what_was_missed(
    server: EwsServer, followed: Followed
) -> None:
    assert followed.is_told(followed.looked)
    server.state.subscriptions.clear()
    server._front.cut_all()
    assert followed.is_told(followed.looked)
    assert server.requests.count("Subscribe") == 2
    server.deliver(LETTER % 1)
    assert followed.is_told(followed.came)


def test_a_server_without_subscriptions_is_asked_again_later_and_looked_at_meanwhile(server: EwsServer) -> None:
    server.faults.refuse(500, times=1_000_000, operation="Subscribe")
    mail = ExchangeMail(
        Account(server.user, server.password), server.address, url=server.url, look_seconds=0.02, sleep=lambda _: None
    )
    inbox = next(each for each in mail.folders() if each.role is Role.INBOX)
    assert mail.wait(inbox, 0.01) is False
    server.deliver(LETTER % 1)
    assert mail.wait(inbox, 30) is True
    assert STREAMING not in server.requests
    mail.close()


def test_a_server_that_tells_of_news_is_looked_at_less_often(server: EwsServer) -> None:
    mail = ExchangeMail(Account(server.user, server.password), server.address, url=server.url, sleep=lambda _: None)
    inbox = next(each for each in mail.folders() if each.role is Role.INBOX)
    assert not mail._is_told()
    waiting = threading.Thread(target=mail.wait, args=(inbox, 60))
    waiting.start()
    eventually(mail._is_told, "it is told of news")
    mail.close()
    waiting.join(30)
    eventually(lambda: not mail._is_told(), "it is told no more")
    assert not waiting.is_alive()


def test_news_in_a_flood_without_an_end_are_given_up(
    server: EwsServer, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert followed.is_told(followed.looked)
    monkeypatch.setattr(streaming, "_MAX_DOCUMENT_BYTES", 10)
    server._front.cut_all()
    eventually(lambda: server.requests.count("Subscribe") >= 3, "it is tried anew")
    assert not followed.stream.is_live
    monkeypatch.undo()
    server.deliver(LETTER % 1)
    assert followed.is_told(followed.looked)


def test_the_end_cuts_a_connection_on_which_nothing_comes(server: EwsServer) -> None:
    followed = Followed(server)
    assert followed.is_told(followed.looked)
    assert followed.end()
    assert not followed.stream.is_live
