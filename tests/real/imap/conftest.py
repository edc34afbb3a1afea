"""Fixtures of the tests of reading mail: a real Dovecot over TLS, and a scripted server for what it never does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from tests.real.imap.mailbox import Hands
from tests.servers.dovecot import DovecotServer, MailAccount
from tests.servers.imap_script import ImapScript
from tests.servers.tcp import TcpProxy


@pytest.fixture
def account(dovecot: DovecotServer) -> MailAccount:
    """A new user with an empty mailbox."""
    return dovecot.account()


@pytest.fixture
def line(dovecot: DovecotServer) -> Iterator[TcpProxy]:
    """The line to Dovecot, counted and cut where a test says."""
    proxy = TcpProxy(dovecot.tls_port)
    yield proxy
    proxy.stop()


@pytest.fixture
def source(dovecot: DovecotServer, account: MailAccount, line: TcpProxy) -> Iterator[ImapSource]:
    """The new user's mailbox, read over TLS through the proxy."""
    server = Server("localhost", line.port, Security.TLS, dovecot.ca_file)
    source = ImapSource(server, Password(account.user, account.password))
    yield source
    source.close()


@pytest.fixture
def hands(dovecot: DovecotServer, account: MailAccount) -> Iterator[Hands]:
    """The user's own hands, at another mail program."""
    with Hands(dovecot, account) as hands:
        yield hands


@pytest.fixture
def script() -> Iterator[ImapScript]:
    server = ImapScript()
    yield server
    server.stop()


@pytest.fixture
def scripted(script: ImapScript) -> Iterator[ImapSource]:
    """The mailbox at the scripted server."""
    source = ImapSource(Server("127.0.0.1", script.port, Security.NONE), Password("emma", "secret"))
    yield source
    source.close()
