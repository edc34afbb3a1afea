"""Mail at Graph's double: what is new, what is found, what is downloaded; and notes in the own inbox."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from fm_desktop.mailport import Batch, Folder, Heading, Role
from fm_desktop.port import Gone
from fm_desktop.providers.graph import GraphMail, put_notice
from tests.fakes.real import EMMA
from tests.fakes.tokens import GivenTokens
from tests.real.graph.outlook import Outlook
from tests.servers.graph import GraphServer

NOW = datetime.now(UTC)
SINCE = (NOW - timedelta(days=30)).date()


def letter(subject: str, sender: str = "ana@acme.example", *, days: int = 0, body: str = "Hello") -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = EMMA
    message["Subject"] = subject
    message["Date"] = format_datetime(NOW - timedelta(days=days))
    message["Message-ID"] = f"<{subject}@acme.example>"
    message.set_content(body)
    return message.as_bytes()


def inbox(mail: GraphMail) -> Folder:
    (found,) = (each for each in mail.folders() if each.role is Role.INBOX)
    return found


def subjects(batches: Iterable[Batch]) -> list[str]:
    return [each.headers.subject for batch in batches for each in batch.found if isinstance(each, Heading)]


def test_folders_have_their_roles(mail: GraphMail, outlook: Outlook) -> None:
    outlook.ask("POST", "me/mailFolders/inbox/childFolders", {"displayName": "Customers"})
    outlook.ask("POST", "me/mailFolders/deleteditems/childFolders", {"displayName": "Old"})
    roles = {each.name: each.role for each in mail.folders()}
    found = inbox(mail)
    assert roles[f"{found.name}/Customers"] is Role.OTHER
    assert {Role.INBOX, Role.SENT, Role.DRAFTS, Role.JUNK, Role.TRASH} <= set(roles.values())
    assert next(role for name, role in roles.items() if name.endswith("/Old")) is Role.TRASH
    asked = mail.requests
    mail.folders()
    assert mail.requests == asked + 1


def test_headers_since_a_day_and_then_what_is_new(mail: GraphMail, server: GraphServer) -> None:
    server.deliver(letter("old", days=60))
    server.deliver(letter("first", days=2))
    folder = inbox(mail)
    batches = list(mail.new(folder, None, SINCE))
    assert "first" in subjects(batches)
    cursor = batches[-1].cursor
    asked = mail.requests
    (idle,) = mail.new(folder, cursor, SINCE)
    assert (idle.found, mail.requests) == ((), asked + 1)
    server.deliver(letter("second"))
    (batch,) = mail.new(folder, idle.cursor, SINCE)
    (heading,) = batch.found
    assert isinstance(heading, Heading)
    assert heading.headers.message_id == "second@acme.example"
    assert [each.address for each in heading.headers.sender] == ["ana@acme.example"]
    assert [each.address for each in heading.headers.to] == [EMMA]
    assert heading.received is not None


def test_pages_each_have_their_cursor(mail: GraphMail, server: GraphServer) -> None:
    server.faults.page_size = 2
    for number in range(5):
        server.deliver(letter(f"m{number}"))
    folder = inbox(mail)
    first = next(iter(mail.new(folder, None, SINCE)))
    rest = list(mail.new(folder, first.cursor, SINCE))
    assert sorted(subjects([first, *rest])) == [f"m{number}" for number in range(5)]
    assert not any(each.restarted for each in rest)


def test_lost_state_reads_the_history_again(mail: GraphMail, server: GraphServer) -> None:
    server.deliver(letter("first"))
    folder = inbox(mail)
    batches = list(mail.new(folder, None, SINCE))
    server.expire_deltas()
    again = list(mail.new(folder, batches[-1].cursor, SINCE))
    assert subjects(again) == ["first"]
    assert again[0].restarted


def test_search_and_download(mail: GraphMail, server: GraphServer) -> None:
    server.deliver(letter("hers", body="The offer"))
    server.deliver(letter("other", "x@x.example"))
    folder = inbox(mail)
    today = NOW.date()
    batches = list(mail.search(folder, ["Ana@ACME.example"], SINCE, today + timedelta(days=1)))
    assert subjects(batches) == ["hers"]
    ref = batches[0].found[0].ref
    into = io.BytesIO()
    assert mail.download(ref, into)
    assert b"The offer" in into.getvalue()
    assert not mail.download(ref, io.BytesIO(), 20)


def test_reading_marks_nothing_as_read(mail: GraphMail, server: GraphServer, outlook: Outlook) -> None:
    server.deliver(letter("first"))
    folder = inbox(mail)
    (heading,) = (each for batch in mail.new(folder, None, SINCE) for each in batch.found)
    mail.download(heading.ref, io.BytesIO())
    (message,) = outlook.all("me/mailFolders/inbox/messages")
    assert message["isRead"] is False


def test_message_that_is_not_there_is_gone(mail: GraphMail, server: GraphServer) -> None:
    kept = server.deliver(letter("first"))
    (heading,) = (each for batch in mail.new(inbox(mail), None, SINCE) for each in batch.found)
    with server.lock:
        del server.box.messages[kept.key]
    with pytest.raises(Gone):
        mail.download(heading.ref, io.BytesIO())


def test_waiting_ends_when_something_came(mail: GraphMail, server: GraphServer) -> None:
    folder = inbox(mail)
    server.deliver(letter("first"))
    assert not mail.wait(folder, 0.01)
    server.deliver(letter("second"))
    assert mail.wait(folder, 30)


def test_R25_note_is_in_the_inbox_unread_no_draft_and_nobody_is_mailed(
    mail: GraphMail, server: GraphServer, outlook: Outlook
) -> None:
    note = EmailMessage()
    note["From"] = f"FM Desktop <{EMMA}>"
    note["To"] = EMMA
    note["Subject"] = "New in your calendar: Visit"
    note["Date"] = format_datetime(NOW)
    note["Message-ID"] = "<note@fm-desktop.invalid>"
    note["X-FM-Desktop-Notice"] = "new"
    note.set_content("Tomorrow at nine.")
    put_notice(GivenTokens(lambda: server.token), note.as_bytes(), base=server.url)
    (message,) = outlook.all("me/mailFolders/inbox/messages")
    assert (message["isDraft"], message["isRead"]) == (False, False)
    assert message["subject"] == "New in your calendar: Visit"
    assert (server.sent, server.forbidden) == ([], [])
    (heading,) = (each for batch in mail.new(inbox(mail), None, SINCE) for each in batch.found)
    assert isinstance(heading, Heading)
    assert heading.headers.notice
