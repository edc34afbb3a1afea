"""A mailbox at Microsoft 365: folders, what is new, what is found, what is downloaded."""

from __future__ import annotations

import io
import json
import threading
from datetime import UTC, date, datetime
from typing import Any

import httpx2
import pytest

from fm_desktop.mailport import Batch, Broken, Folder, Heading, MessageRef, Role
from fm_desktop.port import CollectionGone, Gone, Malformed, OutcomeUnknown, Refused, SignInNeeded
from fm_desktop.providers.graph.mail import GraphMail
from fm_desktop.providers.graph.notices import put_notice
from fm_desktop.providers.graph.session import BASE
from tests.unit.graph.samples import Json, person
from tests.unit.graph.wire import Tokens, failed, in_pieces, ok, page

INBOX = Folder("INBOX=", "Inbox", Role.INBOX)
SINCE = date(2026, 11, 1)
DELTA = f"{BASE}/me/mailFolders/INBOX%3D/messages/delta?$deltatoken="
NOTICE = b"""From: FM Desktop <emma@contoso.example>
To: emma@contoso.example
Subject: =?utf-8?q?New_in_your_calendar=3A_Caf=C3=A9?=
Date: Wed, 25 Nov 2026 10:00:00 +0100
Message-ID: <one@fm-desktop.invalid>
Auto-Submitted: auto-generated
X-FM-Desktop-Notice: new
Content-Type: text/plain; charset="utf-8"

Tomorrow at nine.
"""


class Service:
    """Answers in turn; the last answer is repeated."""

    def __init__(self, *answers: httpx2.Response) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []
        self.client = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        self.mail = GraphMail(Tokens(), client=self.client, look_seconds=0.01, sleep=lambda _: None)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def new(self, cursor: str | None = None) -> list[Batch]:
        self.asked.clear()
        return list(self.mail.new(INBOX, cursor, SINCE))


def message(identity: str, day: int = 20, **more: Any) -> Json:
    return {
        "id": identity,
        "internetMessageId": f"<{identity}@acme.example>",
        "conversationId": "CONV=",
        "subject": "  Offer\r\n 17 ",
        "from": person("Ana@ACME.example", "'Ana'"),
        "sender": person("assistant@acme.example"),
        "toRecipients": [person("emma@contoso.example"), person("/o=ExchangeLabs/cn=x", "Internal")],
        "ccRecipients": [],
        "bccRecipients": [],
        "replyTo": [],
        "receivedDateTime": f"2026-11-{day:02}T08:00:05Z",
        "sentDateTime": f"2026-11-{day:02}T08:00:00Z",
        "isDraft": False,
    } | more


def headings(batches: list[Batch]) -> list[str]:
    return [each.ref.id for batch in batches for each in batch.found]


# --- headers -------------------------------------------------------------------------------------


def test_heading() -> None:
    (batch,) = Service(page(message("m1"), delta=f"{DELTA}1")).new()
    (found,) = batch.found
    assert isinstance(found, Heading)
    assert found.headers.message_id == "m1@acme.example"
    assert found.headers.subject == "Offer 17"
    assert [(each.address, each.name) for each in found.headers.sender] == [("ana@acme.example", "Ana")]
    assert [each.address for each in found.headers.to] == ["emma@contoso.example"]
    assert found.headers.date == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert found.received == datetime(2026, 11, 20, 8, 0, 5, tzinfo=UTC)
    assert (found.key, found.roles, found.headers.notice) == ("", frozenset(), False)


def test_message_without_a_writer_is_the_senders_and_a_draft_says_so() -> None:
    (batch,) = Service(page(message("m1", **{"from": None, "isDraft": True}), delta=f"{DELTA}1")).new()
    (found,) = batch.found
    assert isinstance(found, Heading)
    assert [each.address for each in found.headers.sender] == ["assistant@acme.example"]
    assert found.roles == frozenset({Role.DRAFTS})


def test_messages_of_one_conversation_have_something_in_common() -> None:
    (batch,) = Service(page(message("m1"), message("m2"), delta=f"{DELTA}1")).new()
    threads = {each.headers.thread for each in batch.found if isinstance(each, Heading)}
    assert len(threads) == 1
    assert threads != {()}


# --- what is new ---------------------------------------------------------------------------------


def test_history_is_read_page_by_page_each_with_its_cursor() -> None:
    following = f"{BASE}/me/mailFolders/INBOX%3D/messages/delta?$skiptoken=2"
    service = Service(
        page(message("m3", 22), message("m2", 21), link=following), page(message("m1"), delta=f"{DELTA}1")
    )
    first, second = service.new()
    assert headings([first]) == ["m2", "m3"]
    assert headings([second]) == ["m1"]
    query = str(service.asked[0].url.query, "ascii")
    assert "receivedDateTime%20ge%202026-11-01T00:00:00Z" in query
    assert "body" not in query
    # Interrupted between the two: it goes on where it was.
    service.answers = [page(message("m1"), delta=f"{DELTA}1")]
    assert headings(service.new(first.cursor)) == ["m1"]
    assert str(service.asked[0].url) == following


def test_nothing_new_is_one_request() -> None:
    service = Service(page(delta=f"{DELTA}1"))
    (first,) = service.new()
    service.answers = [page(delta=f"{DELTA}2")]
    (again,) = service.new(first.cursor)
    assert (again.found, again.restarted, len(service.asked)) == ((), False, 1)
    assert again.cursor != first.cursor


def test_removed_and_moved_messages_are_none() -> None:
    entries = ({"id": "m1", "@removed": {"reason": "deleted"}}, message("m2"))
    assert headings(Service(page(*entries, delta=f"{DELTA}1")).new()) == ["m2"]


def test_change_told_in_part_is_read_whole() -> None:
    service = Service(page({"id": "m1", "isDraft": False}, delta=f"{DELTA}1"), httpx2.Response(200, json=message("m1")))
    assert headings(service.new()) == ["m1"]
    service = Service(page({"id": "m1"}, delta=f"{DELTA}1"), failed(404, "ErrorItemNotFound"))
    assert headings(service.new()) == []
    service = Service(page({"id": "m1"}, delta=f"{DELTA}1"), failed(403, "ErrorAccessDenied"))
    assert isinstance(service.new()[0].found[0], Broken)


@pytest.mark.parametrize(
    "lost", [failed(410, "SyncStateNotFound"), failed(400, "resyncRequired"), failed(400, "BadRequest")]
)
def test_lost_cursor_reads_the_history_again(lost: httpx2.Response) -> None:
    service = Service(page(delta=f"{DELTA}1"))
    (first,) = service.new()
    service.answers = [lost, page(message("m1"), delta=f"{DELTA}2")]
    (again,) = service.new(first.cursor)
    assert (headings([again]), again.restarted) == (["m1"], True)


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", "{}", '{"then": "x", "since": "soon"}'])
def test_cursor_of_another_kind_reads_the_history_again(cursor: str) -> None:
    (batch,) = Service(page(message("m1"), delta=f"{DELTA}1")).new(cursor)
    assert batch.restarted


def test_history_beyond_what_a_delta_shows_is_read_all_the_same() -> None:
    many = [message(f"n{number}", 20) for number in range(4_950)]
    listing = f"{BASE}/me/mailFolders/INBOX%3D/messages?$skip=1"
    answers = [page(*many, delta=f"{DELTA}1"), page(message("o2", 10), link=listing), page(message("o1", 5))]
    service = Service(*answers)
    batches = service.new()
    assert headings(batches)[-2:] == ["o2", "o1"]
    assert "le%202026-11-20T08:00:05Z" in str(service.asked[1].url.query, "ascii")
    # Interrupted before the older ones: they are read, and then what is new.
    service.answers = answers[1:]
    assert headings(service.new(batches[0].cursor)) == ["o2", "o1"]
    service.answers = [page(message("m9"), delta=f"{DELTA}2")]
    assert headings(service.new(batches[-1].cursor)) == ["m9"]
    assert str(service.asked[0].url) == f"{DELTA}1"


def test_folder_that_is_away_and_an_answer_that_is_none() -> None:
    with pytest.raises(CollectionGone):
        Service(failed(404, "ErrorItemNotFound")).new()
    for wrong in (page(message("m1")), ok(value=3), page({"subject": "no id"}, delta=f"{DELTA}1")):
        with pytest.raises(Malformed):
            Service(wrong).new()


def test_pages_in_a_circle_come_to_an_end() -> None:
    with pytest.raises(Malformed):
        Service(page(message("m1"), link=f"{DELTA}x")).new()


# --- search, download, waiting -------------------------------------------------------------------


def test_search_finds_whoever_is_on_a_message() -> None:
    found = page(
        message("from"),
        message("other", **{"from": person("x@x.example"), "toRecipients": []}),
        message("cc", **{"from": person("x@x.example"), "ccRecipients": [person("ANA@acme.example")]}),
    )
    service = Service(found)
    batches = list(service.mail.search(INBOX, ["Ana@Acme.example"], SINCE, date(2026, 11, 21)))
    assert headings(batches) == ["from", "cc"]
    assert [each.cursor for each in batches] == [""]
    assert "ge%202026-10-31T00:00:00Z%20and%20receivedDateTime%20lt%202026-11-22" in str(service.asked[0].url)


def test_download_up_to_a_limit() -> None:
    service = Service(in_pieces(b"Subject: x\r\n", b"\r\nbody"))
    into = io.BytesIO()
    assert service.mail.download(MessageRef(INBOX.id, "m/1="), into)
    assert into.getvalue() == b"Subject: x\r\n\r\nbody"
    assert service.asked[0].url.raw_path == b"/v1.0/me/messages/m%2F1%3D/$value"
    service = Service(in_pieces(b"Subject: x\r\n", b"\r\nbody"))
    assert not service.mail.download(MessageRef(INBOX.id, "m1"), io.BytesIO(), 5)
    with pytest.raises(Gone):
        Service(failed(404, "ErrorItemNotFound")).mail.download(MessageRef(INBOX.id, "m1"), io.BytesIO())


def test_waiting_ends_with_a_new_message() -> None:
    service = Service(page({"id": "m1"}), page({"id": "m1"}), failed(500), failed(500), failed(500), page({"id": "m2"}))
    assert service.mail.wait(INBOX, 60)


def test_waiting_ends_with_its_time() -> None:
    assert not Service(page({"id": "m1"})).mail.wait(INBOX, 0.05)


@pytest.mark.parametrize("end", ["wake", "close"])
def test_waiting_is_ended_from_another_thread(end: str) -> None:
    service = Service(page({"id": "m1"}))
    threading.Timer(0.05, getattr(service.mail, end)).start()
    assert not service.mail.wait(INBOX, 60)


def test_waiting_tells_what_the_user_has_to_see_to() -> None:
    with pytest.raises(SignInNeeded):
        Service(failed(401)).mail.wait(INBOX, 60)


# --- folders -------------------------------------------------------------------------------------


def folder(identity: str, name: str, parent: str = "ROOT", **more: Any) -> Json:
    return {"id": identity, "displayName": name, "parentFolderId": parent, **more}


KNOWN = [ok(id=each) for each in ("I", "S")] + [failed(404, "ErrorItemNotFound")] + [ok(id=each) for each in "DOJT"]
LINK = f"{BASE}/me/mailFolders/delta?$deltatoken=1"


def test_folders_have_their_roles_and_paths_and_are_asked_for_once() -> None:
    tree = page(
        folder("I", "Posteingang"),
        folder("C", "Kunden", "I"),
        folder("T", "Deleted Items"),
        folder("X", "Old customers", "T"),
        folder("H", "Sync", isHidden=True),
        folder("F", "Unread", **{"@odata.type": "#microsoft.graph.mailSearchFolder"}),
        delta=LINK,
    )
    service = Service(*KNOWN, tree)
    assert service.mail.folders() == (
        Folder("I", "Posteingang", Role.INBOX),
        Folder("C", "Posteingang/Kunden", Role.OTHER),
        Folder("T", "Deleted Items", Role.TRASH),
        Folder("X", "Deleted Items/Old customers", Role.TRASH),
    )
    service.asked.clear()
    service.answers = [page(folder("N", "New", "C"), {"id": "X", "@removed": {"reason": "deleted"}}, delta=LINK)]
    assert [each.name for each in service.mail.folders()] == [
        "Posteingang", "Posteingang/Kunden", "Deleted Items", "Posteingang/Kunden/New",
    ]  # fmt: skip
    assert [str(each.url) for each in service.asked] == [LINK]


def test_lost_state_of_the_folders_lists_them_again() -> None:
    service = Service(*KNOWN, page(folder("I", "Inbox"), folder("X", "Gone"), delta=LINK))
    service.mail.folders()
    service.answers = [failed(410, "SyncStateNotFound"), failed(403)]
    with pytest.raises(Refused):
        service.mail.folders()
    service.answers = [page(folder("I", "Inbox"), delta=LINK)]
    assert [each.name for each in service.mail.folders()] == ["Inbox"]
    service.answers = [failed(400, "BadRequest"), page(folder("I", "Inbox"), folder("N", "New"), delta=LINK)]
    assert [each.name for each in service.mail.folders()] == ["Inbox", "New"]


# --- notices -------------------------------------------------------------------------------------


def test_R25_note_lies_in_the_inbox_as_received_and_unread_and_is_never_sent() -> None:
    service = Service(httpx2.Response(201, json={"id": "n1", "isDraft": False}))
    put_notice(Tokens(), NOTICE, client=service.client)
    (request,) = service.asked
    assert (request.method, request.url.path) == ("POST", "/v1.0/me/mailFolders/inbox/messages")
    sent = json.loads(request.content)
    assert sent["subject"] == "New in your calendar: Café"
    assert sent["body"] == {"contentType": "text", "content": "Tomorrow at nine.\n"}
    assert sent["from"] == {"emailAddress": {"name": "FM Desktop", "address": "emma@contoso.example"}}
    assert sent["isRead"] is False
    assert sent["internetMessageId"] == "<one@fm-desktop.invalid>"
    assert sent["internetMessageHeaders"] == [{"name": "X-FM-Desktop-Notice", "value": "new"}]
    properties = {each["id"]: each["value"] for each in sent["singleValueExtendedProperties"]}
    assert properties["SystemTime 0x0E06"] == "2026-11-25T09:00:00Z"
    assert not int(properties["Integer 0x0E07"]) & (0x8 | 0x1)


def test_note_is_known_as_ours() -> None:
    (batch,) = Service(page(message("n", internetMessageId="<one@fm-desktop.invalid>"), delta=f"{DELTA}1")).new()
    (found,) = batch.found
    assert isinstance(found, Heading)
    assert found.headers.notice


def test_note_that_became_a_draft_is_taken_away_again() -> None:
    service = Service(httpx2.Response(201, json={"id": "n1", "isDraft": True}), httpx2.Response(204))
    with pytest.raises(Refused):
        put_notice(Tokens(), NOTICE, client=service.client)
    assert [each.method for each in service.asked] == ["POST", "DELETE"]


def test_note_without_an_answer_may_be_there() -> None:
    service = Service(failed(504))
    with pytest.raises(OutcomeUnknown):
        put_notice(Tokens(), NOTICE, client=service.client)
    assert len(service.asked) == 1
