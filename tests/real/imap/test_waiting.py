"""Waiting for mail: IDLE on a real Dovecot, and servers that have none or let go of a connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from fm_desktop.mailport import Folder, Role
from fm_desktop.port import CollectionGone, SignInNeeded
from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from fm_desktop.providers.imap.connection import Connection
from fm_desktop.providers.imap.waiting import Waiter
from tests.real.imap.mailbox import INBOX, Hands, message, read, subjects
from tests.servers.command import eventually
from tests.servers.dovecot import DovecotServer, MailAccount
from tests.servers.imap_script import ImapScript, Talk
from tests.servers.tcp import TcpProxy

PATIENCE = 60.0


class Waiting(threading.Thread):
    """A `wait` in a thread of its own, as the program has it."""

    def __init__(self, source: ImapSource | Waiter, folder: Folder = INBOX, seconds: float = PATIENCE) -> None:
        super().__init__(daemon=True)
        self._source, self._folder, self._seconds = source, folder, seconds
        self.result: bool | None = None
        self.start()

    def run(self) -> None:
        self.result = self._source.wait(self._folder, self._seconds)

    def done(self) -> bool | None:
        self.join(PATIENCE)
        assert not self.is_alive(), "it still waits"
        return self.result


def idling(line: TcpProxy) -> None:
    """Returns when the server has answered all that was sent, IDLE included."""
    looks: list[tuple[int, int, int]] = []

    def at_rest() -> bool:
        looks.append((len(line.lines), sum(each.sent for each in line.lines), line.received))
        return looks[-1][1] > 0 and len(looks) > 8 and len(set(looks[-8:])) == 1

    eventually(at_rest, "the line comes to rest")


def test_a_delivery_ends_the_waiting(account: MailAccount, source: ImapSource, line: TcpProxy) -> None:
    cursor = read(source)[-1].cursor
    waiting = Waiting(source)
    idling(line)

    account.maildir.deliver(message(1))

    assert waiting.done() is True
    assert subjects(read(source, cursor=cursor)) == ["Message 1"]


def test_what_came_before_the_waiting_began_is_not_missed(account: MailAccount, source: ImapSource) -> None:
    read(source)
    account.maildir.deliver(message(1))
    assert source.wait(INBOX, PATIENCE) is True


def test_what_has_been_read_ends_no_waiting(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1))
    read(source)
    assert source.wait(INBOX, 0.3) is False


def test_flags_and_deletions_end_no_waiting(
    account: MailAccount, hands: Hands, source: ImapSource, line: TcpProxy
) -> None:
    for number in range(3):
        account.maildir.deliver(message(number))
    read(source)
    waiting = Waiting(source)
    idling(line)
    before = line.received

    hands.client.select_folder("INBOX")
    hands.client.add_flags([1], [rb"\Seen"])
    hands.expunge([2])

    until(lambda: line.received > before + 20)
    assert waiting.is_alive()
    account.maildir.deliver(message(4))
    assert waiting.done() is True


def test_waking_ends_it_at_once(source: ImapSource, line: TcpProxy) -> None:
    read(source)
    waiting = Waiting(source)
    idling(line)
    source.wake()
    assert waiting.done() is False


def test_waking_before_the_waiting_is_not_lost(source: ImapSource) -> None:
    read(source)
    for _ in range(3):
        source.wake()
    assert source.wait(INBOX, PATIENCE) is False
    assert source.wait(INBOX, 0.2) is False  # and it counts once


def test_closing_ends_it(dovecot: DovecotServer, account: MailAccount, source: ImapSource, line: TcpProxy) -> None:
    read(source)
    waiting = Waiting(source)
    idling(line)
    source.close()
    assert waiting.done() is False


def test_after_closing_nobody_waits(source: ImapSource) -> None:
    source.close()
    assert source.wait(INBOX, PATIENCE) is False
    source.wake()
    source.close()


def test_reading_goes_on_while_somebody_waits(account: MailAccount, source: ImapSource, line: TcpProxy) -> None:
    account.maildir.deliver(message(1))
    read(source)
    waiting = Waiting(source)
    idling(line)
    assert subjects(read(source)) == ["Message 1"]
    assert waiting.is_alive()
    source.wake()
    assert waiting.done() is False


def test_a_cut_while_waiting_loses_no_message(account: MailAccount, source: ImapSource, line: TcpProxy) -> None:
    read(source)
    waiting = Waiting(source)
    idling(line)
    line.cut()
    account.maildir.deliver(message(1))
    assert waiting.done() is True


def test_idle_is_issued_anew_before_it_grows_old(dovecot: DovecotServer, account: MailAccount, line: TcpProxy) -> None:
    with waiter(
        Server("localhost", line.port, Security.TLS, dovecot.ca_file),
        Password(account.user, account.password),
        reissue_seconds=0.05,
    ) as quick:
        quick.wait(INBOX, 0.01)
        waiting = Waiting(quick)
        until(lambda: quick.requests > 20)
        assert len(line.lines) == 1
        account.maildir.deliver(message(1))
        assert waiting.done() is True


def test_a_folder_that_is_gone_is_told(source: ImapSource) -> None:
    with pytest.raises(CollectionGone, match="“Nowhere”"):
        source.wait(Folder("Nowhere", "Nowhere", Role.OTHER), PATIENCE)


def test_a_password_that_is_wrong_is_told(dovecot: DovecotServer, account: MailAccount) -> None:
    server = Server("localhost", dovecot.tls_port, Security.TLS, dovecot.ca_file)
    with waiter(server, Password(account.user, "wrong")) as wrong, pytest.raises(SignInNeeded):
        wrong.wait(INBOX, PATIENCE)


# --- scripted -------------------------------------------------------------------------------------


@contextmanager
def waiter(server: Server, password: Password, **how: float) -> Iterator[Waiter]:
    made = Waiter(Connection(server, password), **how)
    yield made
    made.close()


def until(condition: Callable[[], object]) -> None:
    eventually(condition, "what is waited for", tick=0.01)


@pytest.mark.parametrize("order", ["before", "with"])
def test_a_message_that_comes_together_with_the_answer_to_idle(
    script: ImapScript, scripted: ImapSource, order: str
) -> None:
    def idle(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        lines = (b"* 1 EXISTS", b"+ idling") if order == "before" else (b"+ idling", b"* 1 EXISTS")
        talk.send(*lines)
        talk.line()
        return (b"TAG OK done",)

    script.on(b"^IDLE", idle)
    assert scripted.wait(INBOX, PATIENCE) is True


def test_a_message_that_comes_while_idle_is_ended(script: ImapScript, scripted: ImapSource) -> None:
    def idle(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        talk.send(b"+ idling", b"* OK Still here")
        talk.line()
        return (b"* 1 EXISTS", b"TAG OK done")

    script.on(b"^IDLE", idle)
    waiting = Waiting(scripted)
    until(lambda: script.count(b"^IDLE"))
    scripted.wake()
    assert waiting.done() is True


def test_a_line_that_comes_in_two_parts(script: ImapScript, scripted: ImapSource) -> None:
    go_on = threading.Event()

    def idle(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        talk.send(b"+ idling")
        talk.connection.sendall(b"* 1 EXI")
        go_on.wait(PATIENCE)
        talk.connection.sendall(b"STS\r\n")
        talk.line()
        return (b"TAG OK done",)

    script.on(b"^IDLE", idle)
    waiting = Waiting(scripted)
    until(lambda: script.count(b"^IDLE"))
    go_on.set()
    assert waiting.done() is True


def test_without_idle_it_asks_from_time_to_time(script: ImapScript) -> None:
    script.capabilities = b"IMAP4rev1 AUTH=PLAIN"
    server = Server("127.0.0.1", script.port, Security.NONE)
    with waiter(server, Password("emma", "secret"), poll_seconds=0.05) as polling:
        waiting = Waiting(polling)
        until(lambda: script.count(b"^EXAMINE") >= 3)
        assert waiting.is_alive()
        script.inbox(next_uid=2, count=1)
        assert waiting.done() is True
        assert script.count(b"IDLE") == 0


def test_without_idle_waking_ends_it_at_once(script: ImapScript, scripted: ImapSource) -> None:
    script.capabilities = b"IMAP4rev1 AUTH=PLAIN"
    waiting = Waiting(scripted)
    until(lambda: script.count(b"^EXAMINE"))
    scripted.wake()
    assert waiting.done() is False


def test_a_server_that_says_goodbye_is_asked_again(script: ImapScript, scripted: ImapSource) -> None:
    def goodbye(command: bytes, talk: Talk) -> None:
        script.inbox(next_uid=2, count=1)
        talk.send(b"+ idling", b"* BYE going down")

    script.on(b"^IDLE", goodbye, times=1)
    assert scripted.wait(INBOX, PATIENCE) is True
    assert script.connections == 2


def test_a_server_that_is_away_is_not_besieged_and_waking_still_works(script: ImapScript) -> None:
    script.on(b"^EXAMINE", (b"TAG NO [UNAVAILABLE] later",))
    with waiter(Server("127.0.0.1", script.port, Security.NONE), Password("emma", "secret")) as patient:
        assert patient.wait(INBOX, 0.5) is False
        assert patient.wait(INBOX, 0.2) is False  # the pause holds over several calls
        assert script.count(b"^EXAMINE") == 1
        waiting = Waiting(patient)
        until(lambda: script.count(b"^EXAMINE") == 2)
        patient.wake()
        assert waiting.done() is False


def test_closing_does_not_wait_for_a_server_that_is_silent(script: ImapScript, scripted: ImapSource) -> None:
    let_go = threading.Event()

    def silent(command: bytes, talk: Talk) -> tuple[bytes, ...]:
        let_go.wait(PATIENCE)
        return (b"TAG NO [UNAVAILABLE] after all",)

    script.on(b"^EXAMINE", silent)
    waiting = Waiting(scripted)
    until(lambda: script.count(b"^EXAMINE"))
    scripted.close()
    assert waiting.is_alive()
    let_go.set()
    assert waiting.done() is False


def test_a_server_that_bears_no_idle_is_not_besieged(script: ImapScript, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fm_desktop.providers.imap.waiting._FIRST_PAUSE_SECONDS", 0.01)
    script.on(b"^IDLE", None)
    with waiter(Server("127.0.0.1", script.port, Security.NONE), Password("emma", "secret")) as patient:
        waiting = Waiting(patient)
        until(lambda: script.count(b"^IDLE") == 5)
        until(lambda: patient._pause >= 0.01 * 2**5)  # opening the folder in between is no success
        patient.wake()
        assert waiting.done() is False
