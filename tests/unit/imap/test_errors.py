"""What failures mean, and the words a person reads."""

from __future__ import annotations

import imaplib

import pytest

from fm_desktop.port import CollectionGone, OutcomeUnknown, PortError, Throttled, Unreachable
from fm_desktop.providers.imap.errors import Purpose, lost, refusal, said

error, abort = imaplib.IMAP4.error, imaplib.IMAP4.abort


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (error(b"[AUTHENTICATIONFAILED] Authentication failed."), "Authentication failed."),
        (error("b'[ALERT] Please log in via your web browser: https://x.example (Failure)'"), "Please log in via your web browser: https://x.example (Failure)"),
        (error("select failed: [NONEXISTENT] Mailbox doesn't exist: Work (0.001 secs)."), "Mailbox doesn't exist: Work (0.001 secs)."),
        (error("FETCH command error: BAD [b'Error in IMAP command']"), "Error in IMAP command"),
        (error("* BYE Too many connections"), "Too many connections"),
        (abort("command: EXAMINE => [UNAVAILABLE] shutting\r\n down"), "shutting down"),
        (error(), ""),
        (error("x" * 1000), "x" * 300),
    ],
)  # fmt: skip
def test_the_words_of_the_server(raised: Exception, words: str) -> None:
    assert said(raised) == words


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (abort("command: UID => socket error: EOF"), "imap.example ended the connection."),
        (abort("socket error: unterminated line: b'* 1 FET'"), "imap.example ended the connection."),
        (abort("the connection ended inside of a literal"), "imap.example ended the connection."),
        (abort("Logging out for maintenance"), "imap.example ended the connection: “Logging out for maintenance”"),
        (ConnectionRefusedError(111, "refused"), "No connection to imap.example."),
        (TimeoutError("timed out"), "imap.example did not answer in time."),
    ],
)
def test_a_lost_connection(raised: Exception, expected: str) -> None:
    meant = lost(raised, "imap.example", Purpose.READ)
    assert isinstance(meant, Unreachable)
    assert str(meant) == expected
    assert meant.next_step
    assert isinstance(lost(raised, "imap.example", Purpose.WRITE), OutcomeUnknown)


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize(
    "code", ["", "[INUSE]", "[ALERT]", "[NONEXISTENT]", "[UNKNOWN-CODE]", "[OVERQUOTA]", "[CLIENTBUG]"]
)
def test_every_refusal_is_an_error_of_the_port_in_a_sentence(purpose: Purpose, code: str) -> None:
    meant = refusal(error(f"{code} No luck today"), "imap.example", "the folder “Sent”", purpose)
    assert isinstance(meant, PortError)
    assert meant.next_step
    assert str(meant)[0].isupper() or str(meant).startswith("imap.example")


def test_a_name_among_the_words_of_the_server_is_no_reason() -> None:
    raised = error("select failed: [NONEXISTENT] Mailbox doesn't exist: Bandwidth, too many")
    assert isinstance(refusal(raised, "h", "the folder “Bandwidth”", Purpose.OPEN), CollectionGone)


def test_a_limit_at_the_sign_in_is_no_wrong_password() -> None:
    assert isinstance(refusal(error(b"[LIMIT] Too many"), "h", "the mailbox", Purpose.SIGN_IN), Throttled)
