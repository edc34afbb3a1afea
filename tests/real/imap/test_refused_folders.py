"""A folder that does not open, and a connection that the server ends: said in the errors of the port. Scripted."""

from __future__ import annotations

import time

import pytest

from fm_desktop.port import CollectionGone, Malformed, PortError, Refused, Throttled, Unreachable
from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from tests.real.imap.mailbox import read
from tests.servers.imap_script import ImapScript, Talk


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"NO [NONEXISTENT] No such mailbox", CollectionGone),
        (b"NO [INUSE] Locked by another session", Throttled),
        (b"NO [LIMIT] Rate limit hit", Throttled),
        (b"NO [OVERQUOTA] Account exceeded command or bandwidth limits", Throttled),
        (b"NO [THROTTLED] Slow down", Throttled),
        (b"NO [UNAVAILABLE] Backend is down", Unreachable),
        (b"NO [SERVERBUG] Internal error", Unreachable),
        (b"NO Cannot open now", Unreachable),
        (b"NO [NOPERM] Not yours", Refused),
        (b"BAD Command syntax", Malformed),
        (b"BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", Throttled),
    ],
)
def test_what_a_folder_that_does_not_open_means(
    script: ImapScript, scripted: ImapSource, answer: bytes, error: type[PortError]
) -> None:
    script.on(b"^EXAMINE", (b"TAG " + answer,))
    with pytest.raises(error) as caught:
        read(scripted)
    if b"Backoff" in answer:
        assert isinstance(caught.value, Throttled)
        assert caught.value.retry_after == 92.415
    assert script.count(b"^EXAMINE") == 1
    assert script.connections == 1


def test_a_folder_that_old_servers_only_say_no_to_is_looked_for_in_the_list(
    script: ImapScript, scripted: ImapSource
) -> None:
    script.on(b"^EXAMINE", (b"TAG NO Mailbox does not exist",))
    script.on(b"^LIST", (b'* LIST () "/" "Other"', b"TAG OK done"))
    with pytest.raises(CollectionGone):
        read(scripted)


# --- connections that end -------------------------------------------------------------------------


def test_a_session_that_has_expired_is_begun_anew(script: ImapScript, scripted: ImapSource) -> None:
    read(scripted)

    def expired(command: bytes, talk: Talk) -> None:
        talk.send(b"* BYE Session expired, please login again.")

    script.on(b"^EXAMINE", expired, times=1)
    assert read(scripted)
    assert (script.connections, script.count(b"^AUTHENTICATE")) == (2, 2)


def test_goodbye_on_every_connection_is_unreachable(script: ImapScript, scripted: ImapSource) -> None:
    script.on(b"^EXAMINE", lambda command, talk: talk.send(b"* BYE going down for maintenance"))
    with pytest.raises(Unreachable, match="“going down for maintenance”"):
        read(scripted)
    assert script.connections == 1  # a connection that has never served is not made again at once


def test_goodbye_because_of_a_limit_is_left_in_peace(script: ImapScript, scripted: ImapSource) -> None:
    read(scripted)
    script.on(b"^EXAMINE", lambda command, talk: talk.send(b"* BYE [OVERQUOTA] Account exceeded bandwidth limits"))
    with pytest.raises(Throttled):
        read(scripted)
    assert script.connections == 1


def test_a_server_that_does_not_answer_is_given_up(script: ImapScript) -> None:
    def silent(command: bytes, talk: Talk) -> None:
        talk.line()

    script.on(b"^EXAMINE", silent)
    server = Server("127.0.0.1", script.port, Security.NONE, read_seconds=0.1)
    source = ImapSource(server, Password("emma", "secret"))
    for _ in range(2):
        with pytest.raises(Unreachable, match="did not answer in time"):
            read(source)
    source.close()


def test_a_connection_that_rested_long_is_not_trusted(
    script: ImapScript, scripted: ImapSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(scripted)
    read(scripted)
    assert script.connections == 1
    now = time.time()
    monkeypatch.setattr("fm_desktop.providers.imap.connection.time.time", lambda: now + 3600)
    assert read(scripted)
    assert script.connections == 2
