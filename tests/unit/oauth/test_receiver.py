"""Whatever knocks at the port that waits for the browser: one answer is taken, nothing else ends the sign-in."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fm_desktop.providers.oauth.receiver import Callback, Receiver, callback_of
from fm_desktop.signing import TEXTS

STATE = "a-state-that-nobody-guesses"
ISSUER = "https://acme.example"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver("127.0.0.1", STATE, TEXTS)
    yield made
    made.close()


def said(receiver: Receiver, sent: bytes) -> bytes:
    """What comes back for these bytes, to the end of the connection."""
    host, _, port = receiver.host.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        received = bytearray()
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received += part
        except TimeoutError:
            raise
        except OSError:
            pass  # a server may hang up on noise: reset, or not connected any more when this end says that it is done
    return bytes(received)


def request(receiver: Receiver, query: str) -> httpx2.Response:
    return httpx2.get(f"http://{receiver.host}/?{query}", trust_env=False)


def test_the_answer_is_taken_once_and_its_page_can_be_loaded_again(receiver: Receiver) -> None:
    for _ in range(2):
        page = request(receiver, f"code=c&state={STATE}")
        assert page.status_code == 200
        assert TEXTS.done[0] in page.text
    assert receiver.wait(5) == Callback(code="c")
    assert receiver.wait(0) is None


def test_a_second_answer_is_none(receiver: Receiver) -> None:
    request(receiver, f"code=first&state={STATE}")
    page = request(receiver, f"code=second&state={STATE}")
    assert page.status_code == 400
    assert TEXTS.done[0] not in page.text
    assert receiver.wait(5) == Callback(code="first")
    assert receiver.wait(0) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=80).map(lambda noise: b"GET /" + noise + b" HTTP/1.1\r\n\r\n"),
    st.binary(max_size=80).map(lambda noise: b"GET /?code=c&state=" + noise + b" HTTP/1.1\r\nHost: " + noise + b"\r\n\r\n"),
))  # fmt: skip
def test_no_bytes_of_a_stranger_end_the_sign_in(receiver: Receiver, noise: bytes) -> None:
    said(receiver, noise)
    assert receiver.wait(0) is None
    assert request(receiver, "code=c&state=guessed").status_code == 400


@pytest.mark.parametrize(
    "line",
    [
        b"PATCH /<b>x</b> HTTP/1.1",
        b"<b>x</b> / HTTP/1.1",
        b"GET http://[<b>x</b> HTTP/1.1",
        b"GET /<b>x</b> HTTP/1.1",
        b"GET /?error=<b>x</b>&state=s HTTP/1.1",
        b"GET / <b>x</b> HTTP/9.9",
    ],
)
def test_nothing_that_was_sent_is_shown(receiver: Receiver, line: bytes) -> None:
    answer = said(receiver, line + b"\r\nHost: " + receiver.host.encode() + b"\r\n\r\n")
    assert TEXTS.foreign[0].encode() in answer
    assert b"x</b>" not in answer
    assert b"x&lt;" not in answer
    assert receiver.wait(0) is None


def test_of_a_line_that_is_far_too_long_nothing_is_shown(receiver: Receiver) -> None:
    """It is hung up on with most of it unread, which may cut the answer anywhere."""
    answer = said(receiver, b"GET /" + b"<b>x</b>" * 10_000 + b" HTTP/1.1\r\nHost: " + receiver.host.encode())
    assert b"x</b>" not in answer
    assert b"x&lt;" not in answer
    assert receiver.wait(0) is None
    assert request(receiver, f"code=c&state={STATE}").status_code == 200


@pytest.mark.parametrize("hosts", [[], ["rebound.example"], ["own", "own"], ["own", "rebound.example"]])
def test_only_a_request_to_this_very_address_counts(receiver: Receiver, hosts: list[str]) -> None:
    lines = "".join(f"Host: {receiver.host if each == 'own' else each}\r\n" for each in hosts)
    answer = said(receiver, f"GET /?code=c&state={STATE} HTTP/1.1\r\n{lines}\r\n".encode())
    assert answer.startswith(b"HTTP/1.0 404")
    assert receiver.wait(0) is None


def test_an_answer_of_another_service_is_none() -> None:
    """RFC 9207 2.4."""
    query = "code=c&state=s"
    assert callback_of(f"{query}&iss=https%3A%2F%2Facme.example", "s", ISSUER) == Callback(code="c")
    for other in ("", "&iss=", "&iss=https%3A%2F%2Facme.example%2F", f"&iss={ISSUER}&iss=https://evil.example"):
        assert callback_of(query + other, "s", ISSUER) is None
