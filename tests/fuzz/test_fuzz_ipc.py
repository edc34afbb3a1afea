"""The local socket of the running application, and the web server that waits for the browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from fm_desktop.providers.oauth.receiver import Receiver
from fm_desktop.signing import TEXTS
from fm_desktop.ui.instance import DONE, LONGEST_WORD, SHOW, Instance
from tests.fuzz.budget import fuzzed
from tests.fuzz.bytes_damaged import damaged

WORDS = [SHOW, b"show", b"hide\n", SHOW * 3, b"show\r\n", b"x" * 100_000, b"x" * 100_000 + b"\n"]


@pytest.fixture
def running(qapp, tmp_path: Path) -> Iterator[Instance]:
    made = Instance(tmp_path / "state")
    assert made.is_first()
    made.listen()
    yield made
    made.close()


class Caller:
    """Another process at the socket."""

    def __init__(self, qtbot: QtBot, name: str, word: bytes) -> None:
        self.socket = QLocalSocket()
        self.socket.connectToServer(name)
        assert self.socket.waitForConnected(10_000)
        self.socket.write(word)
        self.socket.flush()
        if b"\n" in word or len(word) > LONGEST_WORD:
            # What is a word, or can become none any more, is answered by hanging up.
            qtbot.waitUntil(self._is_over, timeout=10_000)
        self.heard = bytes(self.socket.readAll().data())

    def _is_over(self) -> bool:
        return self.socket.state() == QLocalSocket.LocalSocketState.UnconnectedState


@fuzzed(60)
@given(word=damaged(WORDS))
def test_whatever_is_said_to_the_socket_the_next_start_is_heard(qtbot: QtBot, running: Instance, word: bytes) -> None:
    """And only the one word shows the window. Who says half of it and stays is in nobody's way."""
    shown: list[bool] = []
    connection = running.shown.connect(lambda: shown.append(True))
    stranger = Caller(qtbot, running._name, word)
    assert len(shown) == word.startswith(SHOW)
    assert Caller(qtbot, running._name, SHOW).heard == DONE
    running.shown.disconnect(connection)
    stranger.socket.abort()


REQUESTS = [
    b"GET /?code=c&state=s HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST /?" + b"a=b&" * 100 + b" HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"OPTIONS * HTTP/9.9\r\n\r\n",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver("127.0.0.1", "a-state-that-nobody-guesses", TEXTS)
    yield made
    made.close()


@fuzzed(60)
@given(request=damaged(REQUESTS))
def test_whatever_knocks_where_the_browser_is_waited_for_the_answer_is_taken_after_it(
    receiver: Receiver, request: bytes
) -> None:
    host, _, port = receiver.host.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while connection.recv(65_536):
                pass
    page = httpx2.get(f"{receiver.redirect}?code=c&state=a-state-that-nobody-guesses", trust_env=False)
    assert TEXTS.done[0] in page.text
