"""Whole messages, on a real Dovecot over TLS."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
from typing import Any

import pytest

from fm_desktop.mailport import MessageRef
from fm_desktop.port import Gone, Unreachable
from fm_desktop.providers.imap import ImapSource
from tests.real.imap.mailbox import INBOX, LONG_AGO, Hands, headings, message, read
from tests.servers.dovecot import MailAccount
from tests.servers.tcp import TcpProxy

MB = 1024 * 1024


class Digest(io.RawIOBase):
    """Takes bytes without keeping them."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.hash.update(data)
        self.size += len(data)
        return len(data)


def large(size: int) -> bytes:
    """A message of exactly so many bytes, all lines ended as on the wire."""
    head = message(1)
    text = b"0123456789abcdef" * 4 + b"\r\n"
    body = text * ((size - len(head)) // len(text))
    return head + body + b"x" * (size - len(head) - len(body) - 2) + b"\r\n"


def test_a_message_is_given_byte_for_byte(account: MailAccount, source: ImapSource) -> None:
    raws = [message(1), large(MB - 1), large(MB), large(MB + 1), large(3 * MB + 17)]
    for raw in raws:
        account.maildir.deliver(raw)
    for raw, each in zip(raws, headings(read(source)), strict=True):
        into = io.BytesIO()
        assert source.download(each.ref, into)
        assert into.getvalue() == raw


def test_a_small_message_is_one_round_trip(account: MailAccount, source: ImapSource) -> None:
    account.maildir.deliver(message(1))
    (found,) = headings(read(source))
    before = source.requests
    source.download(found.ref, io.BytesIO())
    assert source.requests - before == 1


@pytest.mark.parametrize("limit", [0, 10, MB - 1, MB, MB + 1, 2 * MB - 1])
def test_no_more_than_the_limit_and_this_is_said(account: MailAccount, source: ImapSource, limit: int) -> None:
    raw = large(2 * MB)
    account.maildir.deliver(raw)
    (found,) = headings(read(source))
    into = io.BytesIO()
    assert source.download(found.ref, into, limit) is False
    assert into.getvalue() == raw[:limit]


@pytest.mark.parametrize("more", [0, 1, MB])
def test_a_limit_that_is_not_reached_gives_all(account: MailAccount, source: ImapSource, more: int) -> None:
    raw = large(2 * MB)
    account.maildir.deliver(raw)
    (found,) = headings(read(source))
    into = io.BytesIO()
    assert source.download(found.ref, into, len(raw) + more) is True
    assert into.getvalue() == raw


def test_200_mb_in_little_memory(account: MailAccount, source: ImapSource) -> None:
    part = large(MB)
    account.maildir.deliver_parts(part for _ in range(200))
    expected = hashlib.sha256()
    for _ in range(200):
        expected.update(part)
    (found,) = headings(read(source))
    assert found.size == 200 * MB
    into = Digest()
    tracemalloc.start()
    try:
        assert source.download(found.ref, into)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (into.size, into.hash.digest()) == (200 * MB, expected.digest())
    assert peak < 10 * MB


def test_a_message_that_went_is_gone(hands: Hands, source: ImapSource) -> None:
    hands.append([message(1), message(2)])
    first, second = headings(read(source))
    hands.expunge([1])
    for _ in range(2):
        with pytest.raises(Gone, match="not there any more"):
            source.download(first.ref, io.BytesIO())
    into = io.BytesIO()
    assert source.download(second.ref, into)
    assert into.getvalue() == message(2)


@pytest.mark.parametrize("odd", ["", "1", "1.", "x.y", "1.2.3", "1 UID FETCH 1.2", "٣.٤"])
def test_a_reference_that_is_none_is_gone(source: ImapSource, odd: str) -> None:
    with pytest.raises(Gone):
        source.download(MessageRef("INBOX", odd), io.BytesIO())


def test_cut_inside_of_a_literal_goes_on_where_it_was(account: MailAccount, source: ImapSource, line: TcpProxy) -> None:
    raw = large(5 * MB)
    account.maildir.deliver(raw)
    (found,) = headings(read(source))
    line.cut_after(2 * MB + 12_345)
    into = io.BytesIO()
    assert source.download(found.ref, into)
    assert into.getvalue() == raw
    assert len(line.lines) == 2


def test_cut_inside_of_a_literal_again_and_again_is_unreachable(
    account: MailAccount, source: ImapSource, line: TcpProxy
) -> None:
    raw = large(5 * MB)
    account.maildir.deliver(raw)
    (found,) = headings(read(source))
    line.cut_after(MB // 2, times=2)
    with pytest.raises(Unreachable):
        source.download(found.ref, io.BytesIO())
    into = io.BytesIO()
    assert source.download(found.ref, into)
    assert into.getvalue() == raw


def test_a_listing_survives_a_cut(hands: Hands, source: ImapSource, line: TcpProxy) -> None:
    hands.append(message(each) for each in range(1000))
    line.cut_after(200_000)
    found = [each.headers.subject for each in headings(source.new(INBOX, None, LONG_AGO))]
    assert found == [f"Message {each}" for each in range(1000)]
    assert len(line.lines) == 2


def test_a_connection_that_ended_while_it_rested_is_made_again(
    account: MailAccount, source: ImapSource, line: TcpProxy
) -> None:
    account.maildir.deliver(message(1))
    cursor = read(source)[-1].cursor
    line.cut()
    account.maildir.deliver(message(2))
    assert [each.headers.subject for each in headings(read(source, cursor=cursor))] == ["Message 2"]
