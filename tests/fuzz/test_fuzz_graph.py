"""JSON of Microsoft Graph and of Google's Tasks API."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.mailport import Batch, Folder, Role
from fm_desktop.port import Collection, Resource
from fm_desktop.providers.google.api import TasksApi
from fm_desktop.providers.google.lists import TaskLists
from fm_desktop.providers.graph.mail import GraphMail
from fm_desktop.providers.graph.provider import GraphProvider
from fm_desktop.providers.graph.session import BASE
from tests.fuzz import bytes_damaged, trees_damaged
from tests.fuzz.budget import fuzzed
from tests.fuzz.trees_damaged import with_id, written
from tests.fuzz.understood import check_all, check_batch, check_changes, check_writes, tried
from tests.unit.graph.mailbox import CALENDAR
from tests.unit.graph.samples import answered, event, own, person, task, weekly
from tests.unit.graph.wire import Tokens

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
TASKS = Collection("todo/lists/L=", "Tasks")
INBOX = Folder("inbox", "Inbox", Role.INBOX)
PEOPLE = event(
    id="PEOPLE=", attendees=[answered("ana@customer.example", "accepted", name="Ana"), answered("room@x.example", "none", "resource")],
    organizer=person("Boss@x.example", "Boss"), isOrganizer=False, responseStatus={"response": "notResponded"},
    onlineMeeting={"joinUrl": "https://teams.microsoft.com/l/meetup-join/19"}, isAllDay=True, singleValueExtendedProperties=own("u1"),
)  # fmt: skip
MESSAGE = {
    "id": "M1=", "internetMessageId": "<1@x.example>", "conversationId": "C", "subject": "Offer", "from": person("a@x.example"),
    "sender": person("a@x.example"), "toRecipients": [person("emma@contoso.example", "Emma")], "ccRecipients": [],
    "bccRecipients": [], "replyTo": [], "receivedDateTime": "2026-11-25T08:00:00Z", "sentDateTime": "2026-11-25T08:00:00Z",
    "isDraft": False,
}  # fmt: skip
CALENDARS = {"id": "CAL=", "name": "Calendar", "hexColor": "", "color": "lightBlue", "canEdit": True, "isDefaultCalendar": True,
             "owner": {"address": "emma@contoso.example"}, "displayName": "Tasks", "wellknownListName": "defaultList",
             "mail": "emma@contoso.example", "otherMails": [], "proxyAddresses": ["SMTP:e@x.example"], "childFolderCount": 0}  # fmt: skip
GOOGLE = {"id": "T1", "etag": '"1"', "title": "Call Ana", "notes": "About the offer\n\nForceManager: u1", "status": "needsAction",
          "due": "2026-11-25T00:00:00.000Z", "updated": "2026-11-20T10:00:00.000Z", "deleted": False, "hidden": False}  # fmt: skip
ITEMS = (event(), weekly(), PEOPLE, task(id="T="), MESSAGE, CALENDARS)


def page(*entries: Any) -> dict[str, Any]:
    return {"value": list(entries), "@odata.deltaLink": f"{BASE}/me/calendars/CAL%3D/calendarView/delta?$deltatoken=1"}


PAGES = (
    *tuple(page(each, event(id="OTHER=")) for each in ITEMS),
    page({"id": "X=", "@removed": {"reason": "deleted"}}),
)
answers = st.one_of(
    trees_damaged.damaged([*PAGES, *ITEMS]).map(written),
    bytes_damaged.damaged([written(each) for each in (*PAGES, weekly())]),
)


def client_of(*contents: bytes, status: int = 200, handed_over: list[str] | None = None) -> httpx2.Client:
    """Answers one after the other; the last one is repeated. Requests that write are noted."""
    left = list(contents)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if handed_over is not None and request.method != "GET":
            handed_over.append(request.method)
        return httpx2.Response(status, content=left.pop(0) if len(left) > 1 else left[0])

    return httpx2.Client(transport=httpx2.MockTransport(answer))


def provider_of(client: httpx2.Client) -> GraphProvider:
    provider = GraphProvider(
        Tokens(), user_zone="Europe/Madrid", client=client, clock=lambda: NOW, sleep=lambda _: None
    )
    provider.resume('{"id": "me", "addresses": ["emma@contoso.example"]}')
    return provider


@fuzzed(150)
@given(answers, answers)
def test_a_calendar_or_a_list_is_read_or_told_to_be_unreadable(first: bytes, second: bytes) -> None:
    for collection in (CALENDAR, TASKS):
        provider = provider_of(client_of(first, second))
        for act in (
            lambda p, c: check_changes(p.changes(c, None, dict)),
            lambda p, c: check_all(p.fetch(c.id, ["AAMkAGI1AAA=", "MASTER="])),
            lambda p, c: check_all(p.find(c.id, ["u1"])),
            lambda p, _: [each.name.encode() + each.id.encode() for each in p.collections()],
            lambda p, _: p.connect(),
        ):
            tried(act, provider, collection)


@fuzzed(150)
@given(st.lists(st.sampled_from(ITEMS[:3]), min_size=2, max_size=3, unique_by=lambda each: each["id"]), st.data())
def test_one_event_that_cannot_be_understood_hides_no_other(events: list[Any], data: st.DataObject) -> None:
    victim = with_id(data.draw(trees_damaged.damaged([events[0]], most=2)), events[0]["id"])
    there = {each["id"]: each for each in (victim, *events[1:])}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/delta"):
            return httpx2.Response(200, content=written(page()))
        asked = next((each for name, each in there.items() if request.url.path.endswith(name)), None)
        return httpx2.Response(200, content=written(page(*there.values()) if asked is None else asked))

    found = provider_of(httpx2.Client(transport=httpx2.MockTransport(answer))).changes(CALENDAR, None, dict)
    check_changes(found)
    by_id = {each.ref.id: each for each in found.present}
    assert by_id.keys() == there.keys()
    assert all(isinstance(by_id[each["id"]], Resource) for each in events[1:])


@fuzzed(80)
@given(answers, st.sampled_from((200, 201, 400, 409, 412, 429, 503)))
def test_whatever_a_write_is_answered_with_it_is_done_refused_or_unknown(content: bytes, status: int) -> None:
    (before,) = provider_of(client_of(written(event()))).fetch(CALENDAR.id, ["AAMkAGI1AAA="])
    assert isinstance(before, Resource)
    handed_over: list[str] = []
    provider = provider_of(client_of(content, status=status, handed_over=handed_over))
    check_writes(provider, CALENDAR.id, before, handed_over)


@fuzzed(100)
@given(answers, answers)
def test_a_mailbox_is_read_or_told_to_be_unreadable(first: bytes, second: bytes) -> None:
    for act in (
        lambda mail: list(mail.new(INBOX, None, date(2026, 11, 1))),
        lambda mail: list(mail.search(INBOX, ["a@x.example"], date(2026, 11, 1), date(2026, 11, 26))),
        lambda mail: mail.folders(),
        lambda mail: mail.principal(),
    ):
        mail = GraphMail(Tokens(), client=client_of(first, second), sleep=lambda _: None)
        for batch in tried(act, mail) or ():
            if isinstance(batch, Batch):
                check_batch(batch)


google_answers = st.one_of(
    trees_damaged.damaged([{"items": [GOOGLE, {**GOOGLE, "id": "T2"}]}, GOOGLE, {"items": []}]).map(written),
    bytes_damaged.damaged([written({"items": [GOOGLE]})]),
)


@fuzzed(150)
@given(google_answers)
def test_googles_tasks_are_read_or_told_to_be_unreadable(content: bytes) -> None:
    lists = TaskLists(TasksApi(Tokens(), client=client_of(content)), "Europe/Madrid", lambda: NOW)
    collection = "google-tasks:L"

    def changes() -> None:
        found = lists.changes(Collection(collection, "L"), None, dict)
        check_changes(found)
        check_changes(lists.changes(Collection(collection, "L"), found.cursor, dict))

    for act in (
        changes,
        lambda: check_all(lists.fetch(collection, ["T1", "T2"])),
        lambda: check_all(lists.find(collection, ["u1"])),
        lists.collections,
    ):
        tried(act)


def test_the_seeds_are_understood() -> None:
    """Else what is damaged would show nothing."""
    for each in (*ITEMS[:3],):
        (found,) = provider_of(client_of(written(copy.deepcopy(each)))).fetch(CALENDAR.id, [each["id"]])
        assert isinstance(found, Resource)
