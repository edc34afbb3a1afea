"""JSON of ForceManager's API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.crm.account import context_for, find_user
from fm_desktop.crm.agenda import AGENDA, CrmAgenda
from fm_desktop.crm.answers import retry_after, served_at
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.comment import split
from fm_desktop.crm.directory import DirectoryReader, DirectoryState, state_from
from fm_desktop.crm.emails import CrmMailLog
from fm_desktop.crm.rows import Context
from fm_desktop.mailport import LogEntry
from fm_desktop.model.message import Direction
from fm_desktop.model.projection import Patch
from fm_desktop.port import PortError, Resource, Side
from fm_desktop.sync.project import crm_view
from tests.fuzz import bytes_damaged, trees_damaged
from tests.fuzz.budget import fuzzed
from tests.fuzz.trees_damaged import with_id, written
from tests.fuzz.understood import check_all, check_changes, check_write, tried

MOMENT = datetime(2026, 11, 25, 10, tzinfo=UTC)


def row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "subject": f"Visit {number}", "comment": "Bring the contract.\n\n--- From your calendar. Changes below this "
        "line are not kept. ---\nPlace: Calle Mayor 1", "task": False, "completed": False, "allDay": False,
        "startDate": "26/11/25", "startHour": "09:00", "endDate": "26/11/25", "endHour": "10:30", "readOnly": False,
        "salesRepId": {"id": 7, "value": "Emma"}, "contactId": {"id": 3, "value": "Ana"}, "accountId": None, "typeId": {"id": 11},
        "extId": f"fmd1-{number}", "deleted": False, "dateCreated": "2026-11-20T10:00:00.123Z", "dateUpdated": None,
        "dateDeleted": None, "emailTo": ["ana@customer.example"], "type": 1, "date": {"time": "2026-11-25T10:00:00", "timeStamp":
        1795000000, "timeZone": "UTC"}, "body": "Hello", "emailFrom": "ana@customer.example", "attachments": [{"name": "a.pdf",
        "size": 3, "locator": "https://files.example/1"}], "email": "emma@example.com", "name": "Emma", "isActive": True,
        "branches": [{"id": 2}], "timeZoneId": {"id": 5}, "idIanaZone": "Europe/Madrid", "visibleInAgendaActivities": True,
        "order": 1, "branchVisibility": [], "firstName": "Ana", "lastName": "Ruiz", "email2": None, "salesRepId1": {"id": 7},
    } | more  # fmt: skip


PAGES = (
    [row(1), row(2, task=True, endDate="", endHour=None, completed="True"), row(3, allDay=True)],
    [row(1, deleted=True, dateDeleted="2026-11-21T10:00:00Z"), row(2, contactId=-1, startDate="2026-11-25T09:00:00Z")],
    [row(5, id=5, email="emma@example.com", id2=7), row(2)],
    [],
)
ONE = (row(1), {"id": 1, "message": "created"}, {"code": -1, "error": "not exist"}, {"token": "key"})


def client_of(answer: Callable[[httpx2.Request], httpx2.Response]) -> CrmClient:
    def after_signing_in(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"token": "key"}) if request.url.path.endswith("/login") else answer(request)

    now = [0.0]

    def wait(seconds: float, _: object) -> bool:
        now[0] += seconds
        return False

    budget = Budget(None, clock=lambda: now[0], wait=wait)
    transport = httpx2.MockTransport(after_signing_in)
    return CrmClient("https://crm.example/api/v4", "public", "private", budget, transport=transport)


def answering(content: bytes, status: int = 200, **headers: str) -> CrmClient:
    """Every first page, and every record, is this; what is behind a first page is empty."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        behind = request.url.params.get("page", "0") != "0"
        return (
            httpx2.Response(200, content=b"[]") if behind else httpx2.Response(status, content=content, headers=headers)
        )

    return client_of(answer)


def agenda_of(client: CrmClient) -> CrmAgenda:
    return CrmAgenda(client, "crm.example", "emma@example.com", Context(7, "Europe/Madrid"), lambda: date(2026, 11, 25))


answers = st.one_of(
    trees_damaged.damaged(PAGES[:3]).map(written),
    trees_damaged.damaged(ONE).map(written),
    bytes_damaged.damaged([written(each) for each in (*PAGES, *ONE)]),
)


@fuzzed(150)
@given(answers)
def test_an_agenda_is_read_or_told_to_be_unreadable(content: bytes) -> None:
    agenda = agenda_of(answering(content))
    try:
        changes = agenda.changes(AGENDA, None, dict)
        check_changes(changes, Side.CRM)
        check_changes(agenda.changes(AGENDA, changes.cursor, dict), Side.CRM)
        check_all(agenda.find(AGENDA.id, ["fmd1-1"]), Side.CRM)
        found = agenda.fetch(AGENDA.id, ["1", "2"])
    except PortError:
        return
    check_all(found, Side.CRM)
    for each in found:
        assert agenda.parse(each.ref, each.revision, each.raw) == each


@fuzzed(100)
@given(answers, st.sampled_from((200, 201, 400, 404, 429, 500)))
def test_whatever_a_write_is_answered_with_it_is_done_refused_or_unknown(content: bytes, status: int) -> None:
    (before,) = agenda_of(answering(written([row(1)]))).fetch(AGENDA.id, ["1"])
    assert isinstance(before, Resource)
    view = crm_view(before.items[0])
    reads = [written(row(1)), content]
    handed_over: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method != "GET":
            handed_over.append(request.method)
        is_read = request.method == "GET" and len(reads) == 2
        return httpx2.Response(200, content=reads.pop(0)) if is_read else httpx2.Response(status, content=content)

    for write in (
        lambda agenda: agenda.create(AGENDA.id, "fmd1-1", view),
        lambda agenda: agenda.update(before, Patch(title="Other", text="Other")),
        lambda agenda: agenda.delete(before),
        lambda agenda: agenda.mark(before, "fmd1-2"),
    ):
        reads[:] = [written(row(1)), content]
        check_write(partial(write, agenda_of(client_of(answer))), handed_over, Side.CRM)


@fuzzed(150)
@given(st.lists(st.sampled_from(PAGES[0]), min_size=2, max_size=4, unique_by=lambda each: each["id"]), st.data())
def test_one_row_that_cannot_be_understood_hides_no_other(rows: list[Any], data: st.DataObject) -> None:
    victim = with_id(data.draw(trees_damaged.damaged([rows[0]], most=2)), rows[0]["id"])
    found = agenda_of(answering(written([victim, *rows[1:]]))).changes(AGENDA, None, dict)
    there = {each.ref.id: each for each in found.present}
    for each in rows[1:]:
        assert isinstance(there[str(each["id"])], Resource)
    check_changes(found, Side.CRM)


@fuzzed(100)
@given(answers)
def test_people_accounts_and_logged_messages_are_read_or_told_to_be_unreadable(content: bytes) -> None:
    client = answering(content)
    log = CrmMailLog(client, 7)
    entry = LogEntry("m1", Direction.SENT, MOMENT, "s", "b", "a@b.example", ("c@d.example",), "Sent", 3, None)

    def directory() -> None:
        state = DirectoryReader(client, 7).step(DirectoryState())
        state = DirectoryReader(client, 7).step(state)
        text = state.to_text()
        text.encode("utf-8")
        assert state_from(text).directory == state.directory

    for act in (
        directory,
        lambda: log.find(["fmd1-1"]),
        lambda: log.create(entry),
        lambda: log.recent(3, None, 5),
        lambda: context_for(client, find_user(client, "emma@example.com")),
    ):
        tried(act)


@fuzzed(100)
@given(bytes_damaged.damaged([b"Wed, 25 Nov 2026 10:00:00 GMT", b"120", b"Wednesday, 25-Nov-26 10:00:00 GMT"]))
def test_any_header_with_a_time_is_read_or_left_aside(value: bytes) -> None:
    response = httpx2.Response(
        429, headers={b"retry-after": value.replace(b"\n", b" "), b"date": value.replace(b"\r", b"")}
    )
    waited = retry_after(response)
    assert waited is None or 0 <= waited <= 86_400
    moment = served_at(response)
    assert moment is None or moment.tzinfo is not None


@fuzzed(100)
@given(bytes_damaged.damaged([row(1)["comment"].encode(), b"--- Shortened: the first 5,204 of 9,120 characters are shown. "
                              b"The rest is kept in your calendar. ---\n"]))  # fmt: skip
def test_any_comment_is_taken_apart(comment: bytes) -> None:
    assert split(comment.decode("utf-8", "replace")).whole >= 0
