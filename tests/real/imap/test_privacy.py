"""Whose mail crosses the line, and how much of it: counted where it does."""

from __future__ import annotations

import io
import os

import pytest

from fm_desktop.providers.imap import ImapSource
from tests.real.imap.mailbox import Hands, headings, message, read
from tests.servers.dovecot import MailAccount
from tests.servers.tcp import TcpProxy

BODY = 20_000
MESSAGES = 1_000
MATCHES = range(0, MESSAGES, 100)


@pytest.fixture
def mailbox(account: MailAccount) -> MailAccount:
    """1 % of the messages are from the customer; their bodies are random, so that nothing makes them smaller."""
    for number in range(MESSAGES):
        sender = "ana@customer.example" if number in MATCHES else f"stranger{number}@elsewhere.example"
        account.maildir.deliver(message(number, sender, body=os.urandom(BODY // 2).hex()))
    return account


def test_R10_bodies_of_strangers_never_cross_the_line(mailbox: MailAccount, source: ImapSource, line: TcpProxy) -> None:
    found = headings(read(source))
    headers_only = line.received
    for each in found:
        if each.headers.sender[0].address == "ana@customer.example":
            source.download(each.ref, io.BytesIO())

    assert len(found) == MESSAGES
    # A heading is some 350 bytes here; one body alone is 20,000.
    assert headers_only < MESSAGES * 500
    assert line.received - headers_only < len(MATCHES) * (BODY + 1_000)


def test_backfill_of_an_address_reads_no_headers_of_others(
    mailbox: MailAccount, hands: Hands, source: ImapSource, line: TcpProxy
) -> None:
    from datetime import date

    source.principal()
    before = line.received
    found = headings(source.search(source.folders()[-1], ["ana@customer.example"], date(2020, 1, 1), date(2035, 1, 1)))
    assert [each.headers.subject for each in found] == [f"Message {number}" for number in MATCHES]
    assert line.received - before < 10_000
