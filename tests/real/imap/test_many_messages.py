"""A folder of 20,000 messages (the benchmarks have 100,000)."""

from __future__ import annotations

import tracemalloc

import pytest

from fm_desktop.providers.imap import ImapSource, Password, Security, Server
from tests.real.imap.mailbox import INBOX, LONG_AGO, Hands, message
from tests.servers.dovecot import DovecotServer, MailAccount

MANY = 20_000


@pytest.fixture
def crowded(dovecot: DovecotServer) -> MailAccount:
    account = dovecot.account(compact=True)
    with Hands(dovecot, account) as hands:
        hands.append(message(each) for each in range(MANY))
    return account


def test_20_000_messages_are_read_in_little_memory(dovecot: DovecotServer, crowded: MailAccount) -> None:
    source = ImapSource(
        Server("localhost", dovecot.tls_port, Security.TLS, dovecot.ca_file), Password(crowded.user, crowded.password)
    )
    source.principal()
    count, cursor = 0, ""
    peaks: list[int] = []
    tracemalloc.start()
    try:
        for batch in source.new(INBOX, None, LONG_AGO):
            count, cursor = count + len(batch.found), batch.cursor
            if not peaks or count == MANY:
                # In between it is not traced, which makes everything several times slower.
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
            if count == MANY - 500:
                tracemalloc.start()
    finally:
        tracemalloc.stop()
    assert count == MANY
    assert max(peaks) < 8 * 1024 * 1024
    before = source.requests
    (batch,) = source.new(INBOX, cursor, LONG_AGO)
    assert (batch.found, source.requests - before) == ((), 1)
    source.close()
