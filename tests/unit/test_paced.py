"""Answers that trickle are given up; a connection that rests is not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import truststore

from fm_desktop import paced
from tests.servers.faults import Fault, Papers

HOST = "mail.example"
PIECE = b"x" * 100


class Clock:
    """Time passes while something is read, and between two reads."""

    def __init__(self, reading: float, resting: float) -> None:
        self._now = 0.0
        self._steps = (resting, reading)
        self._calls = 0

    def monotonic(self) -> float:
        self._now += self._steps[self._calls % 2]
        self._calls += 1
        return self._now


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"), (HOST,))


@pytest.fixture(params=["standard", "truststore"])
def line(request: pytest.FixtureRequest, papers: Papers, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A client's end of a TLS connection, by the standard library's trust or by the system's; the other end repeats
    what is said."""
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.file))
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=_repeat, args=(theirs, papers.shown(None)))
    thread.start()
    context = ssl.create_default_context()
    if request.param == "truststore":
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with paced.paced(context).wrap_socket(ours, server_hostname=HOST) as client:
        yield client
        client.shutdown(socket.SHUT_RDWR)
    thread.join()


def _repeat(plain: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(plain, server_side=True) as server:
        while data := server.recv(65536):
            server.sendall(data)


def read_in_pieces(line: socket.socket, count: int) -> bytes:
    line.sendall(PIECE)
    return b"".join(line.recv(1) for _ in range(count))


def test_what_trickles_is_given_up(line: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "time", SimpleNamespace(monotonic=Clock(reading=10.0, resting=0.0).monotonic))
    with pytest.raises(TimeoutError):
        read_in_pieces(line, 10)


def test_the_time_until_an_answer_begins_is_left_to_the_time_outs(
    line: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paced, "time", SimpleNamespace(monotonic=Clock(reading=250.0, resting=0.0).monotonic))
    assert read_in_pieces(line, 1) == b"x"


def test_a_connection_may_rest_between_what_is_read(line: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """As IDLE does: it is read from when there is something."""
    monkeypatch.setattr(paced, "time", SimpleNamespace(monotonic=Clock(reading=0.0, resting=100.0).monotonic))
    assert read_in_pieces(line, 100) == PIECE


def test_an_answer_that_tells_of_things_as_they_happen_may_take_its_time_and_the_next_one_not(
    line: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paced, "time", SimpleNamespace(monotonic=Clock(reading=40.0, resting=0.0).monotonic))
    line.sendall(PIECE)
    paced.let_rest(SimpleNamespace(raw=SimpleNamespace(connection=SimpleNamespace(sock=line))))  # type: ignore[arg-type]
    assert b"".join(line.recv(1) for _ in range(100)) == PIECE
    with pytest.raises(TimeoutError):
        read_in_pieces(line, 10)


def test_each_request_begins_anew(line: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "time", SimpleNamespace(monotonic=Clock(reading=30.0, resting=0.0).monotonic))
    buffer = bytearray(1)
    for _ in range(10):
        line.sendall(b"x")
        assert line.recv_into(buffer) == 1


def test_the_old_server_of_the_tests_does_speak_tls_1_1(papers: Papers) -> None:
    """So that it is refused for its age, and not because it says nothing."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=_repeat, args=(theirs, papers.shown(Fault.OLD_TLS)))
    thread.start()
    context = ssl.create_default_context(cafile=str(papers.file))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with context.wrap_socket(ours, server_hostname=HOST) as client:
        assert client.version() == "TLSv1.1"
        client.shutdown(socket.SHUT_RDWR)
    thread.join()
