"""Mail over EWS at a double that checks every message against Microsoft's schema."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import pytest

from fm_desktop.mailport import Folder, Heading, Role
from fm_desktop.providers.exchange import Account, ExchangeMail, put_notice
from tests.servers.ews import EwsServer
from tests.servers.ews.xml import text

LETTER = (
    b"From: Ann <ann@example.org>\r\nTo: emma@example.com\r\nSubject: Offer %d\r\nMessage-ID: <%d@example.org>\r\n"
    b"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)
SINCE = date(2026, 1, 1)


@pytest.fixture
def server() -> Iterator[EwsServer]:
    with EwsServer() as made:
        yield made


@pytest.fixture
def mail(server: EwsServer) -> Iterator[ExchangeMail]:
    account = Account(server.user, server.password)
    made = ExchangeMail(account, server.address, url=server.url, look_seconds=0.02, sleep=lambda _: None)
    yield made
    made.close()


def inbox(mail: ExchangeMail) -> Folder:
    return next(each for each in mail.folders() if each.role is Role.INBOX)


def ids(mail: ExchangeMail, cursor: str | None) -> tuple[list[str], str]:
    batches = list(mail.new(inbox(mail), cursor, SINCE))
    found = [each.headers.message_id for batch in batches for each in batch.found if isinstance(each, Heading)]
    return found, batches[-1].cursor


def test_the_folders_say_what_they_are_for(mail: ExchangeMail) -> None:
    assert {Role.INBOX, Role.SENT, Role.DRAFTS, Role.JUNK, Role.TRASH} <= {each.role for each in mail.folders()}


def test_new_mail_comes_once_and_a_dead_state_brings_it_again(server: EwsServer, mail: ExchangeMail) -> None:
    server.deliver(LETTER % (1, 1))
    found, cursor = ids(mail, None)
    assert found == ["1@example.org"]
    assert ids(mail, cursor)[0] == []
    server.deliver(LETTER % (2, 2))
    found, following = ids(mail, cursor)
    assert found == ["2@example.org"]
    server.expire_sync_states()
    assert sorted(ids(mail, following)[0]) == ["1@example.org", "2@example.org"]


def test_short_pages_bring_every_message(server: EwsServer, mail: ExchangeMail) -> None:
    for number in range(5):
        server.deliver(LETTER % (number, number))
    server.short_pages(2)
    assert sorted(ids(mail, None)[0]) == [f"{number}@example.org" for number in range(5)]


def test_mail_with_an_address_is_found_in_its_span(server: EwsServer, mail: ExchangeMail) -> None:
    server.deliver(LETTER % (1, 1))
    span = (date(2000, 1, 1), date(2100, 1, 1))
    assert sum(len(each.found) for each in mail.search(inbox(mail), ["ann@example.org"], *span)) == 1
    assert list(mail.search(inbox(mail), ["bob@example.org"], *span)) == []


def test_a_message_is_read_as_it_is_stored_and_stays_unread(server: EwsServer, mail: ExchangeMail) -> None:
    raw = LETTER % (1, 1) + b"x" * 1_000_003
    server.deliver(raw)
    (batch,) = mail.new(inbox(mail), None, SINCE)
    into = io.BytesIO()
    assert mail.download(batch.found[0].ref, into)
    assert into.getvalue() == raw
    begin = io.BytesIO()
    assert not mail.download(batch.found[0].ref, begin, 100)
    assert begin.getvalue() == raw[:100]
    assert {"UpdateItem", "MarkAllItemsAsRead", "DeleteItem"}.isdisjoint(server.requests)


def test_R25_a_note_is_in_the_inbox_unread_and_no_draft_and_nobody_is_mailed(server: EwsServer) -> None:
    put_notice(Account(server.user, server.password), server.address, LETTER % (1, 1), url=server.url)
    (note,) = server.items("inbox")
    flags = {name: text(note.properties[name]) for name in ("IsDraft", "IsRead")}
    assert flags == {"IsDraft": "false", "IsRead": "false"}
    assert text(note.properties["DateTimeReceived"]) == "2026-11-25T10:00:00Z"
    assert server.sent == []


def test_waking_ends_a_wait(mail: ExchangeMail) -> None:
    mail.wake()
    assert mail.wait(inbox(mail), 600) is False
