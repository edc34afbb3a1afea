"""What only Google's task lists do: identity in the notes, days without hours, changes by their time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.port import (
    Broken,
    Changes,
    Collection,
    CollectionGone,
    Conflict,
    Gone,
    Malformed,
    OutcomeUnknown,
    Refused,
    Resource,
    SignInNeeded,
    Throttled,
)
from fm_desktop.providers.google.api import TasksApi
from fm_desktop.providers.google.lists import Cursor, TaskLists
from tests.fakes.tokens import GivenTokens
from tests.servers import personality as habits
from tests.servers.google_tasks import GoogleTasks
from tests.servers.personalities.google import limit_reached
from tests.servers.proxy import CUT, Exchange, Reply

UID = "11111111-aaaa-5555-8888-000000000001"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
DAY = date(2026, 11, 25)
LIST = Collection("google-tasks:MDE", "My Tasks", kinds=frozenset({Kind.TASK}))


def task(title: str = "Call back", span: Span | None = None, text: str = "", *, completed: bool = False) -> Projection:
    return Projection(Kind.TASK, title, span, text, completed)


def titles(changes: Changes) -> list[str]:
    return sorted(each.items[0].title for each in changes.present if isinstance(each, Resource))


# --- identity ------------------------------------------------------------------------------------------


def test_R20_our_task_says_in_its_last_line_whose_it_is(google: GoogleTasks, lists: TaskLists) -> None:
    created = lists.create(LIST.id, UID, task(text="About the offer"))
    (stored,) = google.tasks.values()
    assert stored["notes"] == f"About the offer\n\nForceManager: {UID}"
    assert (created.uid, created.items[0].text) == (UID, "About the offer")


def test_a_task_that_was_made_at_google_carries_no_line_and_gets_none(google: GoogleTasks, lists: TaskLists) -> None:
    key = google.add("Call back", notes="About the offer")
    (found,) = lists.changes(LIST, None, dict).present
    assert isinstance(found, Resource)
    assert found.uid == key
    lists.update(found, Patch(text="Another text"))
    assert google.tasks[key]["notes"] == "Another text"


@pytest.mark.parametrize("text", ["", "New", "Two\nlines", "ForceManager: not me\nbut this"])
def test_the_line_stays_when_the_text_is_changed(google: GoogleTasks, lists: TaskLists, text: str) -> None:
    created = lists.create(LIST.id, UID, task(text="Before"))
    updated = lists.update(created, Patch(text=text))
    assert (updated.uid, updated.items[0].text) == (UID, text)
    assert [each.uid for each in lists.find(LIST.id, [UID])] == [UID]


def test_a_task_whose_line_a_person_removed_is_known_by_googles_id(google: GoogleTasks, lists: TaskLists) -> None:
    created = lists.create(LIST.id, UID, task())
    google.change(created.ref.id, notes="")
    (found,) = lists.fetch(LIST.id, [created.ref.id])
    assert found.uid == created.ref.id


def test_an_answer_that_was_lost_is_found_by_identity(google: GoogleTasks, lists: TaskLists) -> None:
    def lost(exchange: Exchange) -> Reply:
        google.front.without_rules(exchange)
        return CUT

    google.front.on("POST").then(lost)
    with pytest.raises(OutcomeUnknown):
        lists.create(LIST.id, UID, task())
    assert [each.uid for each in lists.find(LIST.id, [UID, "nobody"])] == [UID]
    assert len(google.tasks) == 1


def test_a_deleted_task_is_put_back_under_its_identity(google: GoogleTasks, lists: TaskLists) -> None:
    google.add("Call back", notes="About the offer", due="2026-11-25T00:00:00.000Z", status="completed")
    (found,) = lists.changes(LIST, None, dict).present
    assert isinstance(found, Resource)
    lists.delete(found)
    restored = lists.restore(LIST.id, found.raw)
    assert restored.ref != found.ref
    assert restored.uid == found.uid
    assert restored.items == found.items


# --- values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "day"),
    [
        (Timed(datetime(2026, 11, 25, 16, 30), "Europe/Madrid"), DAY),
        # Half past midnight in Madrid is still the day before in UTC.
        (Timed(datetime(2026, 11, 24, 23, 30)), DAY),
        (DAY, DAY),
    ],
)
def test_the_day_is_the_users(google: GoogleTasks, lists: TaskLists, start: Timed | date, day: date) -> None:
    span = Span(start, start) if isinstance(start, Timed) else day_span(start)
    created = lists.create(LIST.id, UID, task(span=span))
    assert created.items[0].span == day_span(day)
    assert google.tasks[created.ref.id]["due"] == f"{day}T00:00:00.000Z"


def test_an_hour_of_the_same_day_is_no_change(google: GoogleTasks, lists: TaskLists) -> None:
    created = lists.create(LIST.id, UID, task(span=day_span(DAY)))
    evening = Timed(datetime(2026, 11, 25, 21), "Europe/Madrid")
    assert lists.update(created, Patch(span=Span(evening, evening), title="Call back")) == created
    assert google.front.count("PATCH") == 0


def test_a_task_taken_up_again_is_not_done_at_a_time(google: GoogleTasks, lists: TaskLists) -> None:
    created = lists.create(LIST.id, UID, task(completed=True))
    assert "completed" in google.tasks[created.ref.id]
    lists.update(created, Patch(completed=False))
    assert "completed" not in google.tasks[created.ref.id]


def test_what_google_would_refuse_is_refused_in_words(lists: TaskLists) -> None:
    with pytest.raises(Refused) as refused:
        lists.create(LIST.id, UID, task(text="x" * 9000))
    assert refused.value.next_step
    with pytest.raises(Refused):
        lists.create(LIST.id, UID, replace(task(span=day_span(DAY)), kind=Kind.EVENT))


def test_one_task_that_cannot_be_read_is_put_aside(google: GoogleTasks, lists: TaskLists) -> None:
    google.add("Good")
    key = google.add("Bad")
    google.tasks[key]["due"] = "tomorrow"
    changes = lists.changes(LIST, None, dict)
    assert titles(changes) == ["Good"]
    (broken,) = (each for each in changes.present if isinstance(each, Broken))
    assert (broken.title, broken.uid) == ("Bad", key)
    assert changes.listed == set(google.tasks)


# --- changes -------------------------------------------------------------------------------------------


def test_pages_are_read_to_their_end(google: GoogleTasks, lists: TaskLists) -> None:
    google.page = 3
    for number in range(10):
        google.add(f"Task {number}")
    changes = lists.changes(LIST, None, dict)
    assert (len(changes.present), len(changes.listed or ())) == (10, 10)
    assert len(lists.find(LIST.id, list(google.tasks))) == 10


def test_pages_without_end_are_no_listing(google: GoogleTasks, lists: TaskLists) -> None:
    endless = json.dumps({"items": [], "nextPageToken": "again"}).encode()
    google.front.on("GET").then(habits.status(200, endless, Content_Type="application/json"))
    with pytest.raises(Malformed):
        lists.changes(LIST, None, dict)


def test_new_changed_completed_and_deleted_tasks_are_told(google: GoogleTasks, lists: TaskLists) -> None:
    keys = [google.add(f"Task {number}") for number in range(4)]
    first = lists.changes(LIST, None, dict)
    known = {each.ref.id: each.revision for each in first.present}
    google.change(keys[0], title="Changed")
    google.change(keys[1], deleted=True)
    google.change(keys[2], status="completed")
    google.clear_completed()
    google.add("New")

    changes = lists.changes(LIST, first.cursor, lambda: known)

    assert titles(changes) == ["Changed", "New", "Task 2"]
    assert (changes.removed, changes.listed) == ((keys[1],), None)


def test_a_look_at_nothing_new_is_one_request(google: GoogleTasks, lists: TaskLists) -> None:
    google.add("Call back")
    first = lists.changes(LIST, None, dict)
    before = lists.requests
    again = lists.changes(LIST, first.cursor, lambda: {each.ref.id: each.revision for each in first.present})
    assert (again.present, again.removed, again.listed) == ((), (), None)
    assert lists.requests == before + 1


@pytest.mark.parametrize("age", [timedelta(days=8), timedelta(days=-1)])
def test_a_cursor_too_old_for_deletions_is_followed_by_a_complete_listing(
    google: GoogleTasks, lists: TaskLists, age: timedelta
) -> None:
    google.add("Call back")
    cursor = Cursor(NOW - age, NOW - age)
    assert lists.changes(LIST, cursor.to_text(), dict).listed == set(google.tasks)


@pytest.mark.parametrize("text", [None, "", "x", "[]", '{"updated": 1, "looked": 2}', '{"kind": "sync", "value": "1"}'])
def test_another_cursor_leads_to_a_complete_listing(google: GoogleTasks, lists: TaskLists, text: str | None) -> None:
    google.add("Call back")
    assert lists.changes(LIST, text, dict).listed == set(google.tasks)


def test_a_list_that_was_deleted_is_gone(google: GoogleTasks, lists: TaskLists) -> None:
    google.lists.clear()
    with pytest.raises(CollectionGone):
        lists.changes(LIST, None, dict)


# --- somebody else's changes, and faults ---------------------------------------------------------------


def test_a_write_over_somebodys_change_is_a_conflict(google: GoogleTasks, lists: TaskLists) -> None:
    created = lists.create(LIST.id, UID, task())
    google.change(created.ref.id, title="Theirs")
    for write in (
        lambda: lists.update(created, Patch(title="Ours"), None),
        lambda: lists.update(replace(created, revision=None), Patch(title="Ours"), None),
        lambda: lists.delete(created),
    ):
        with pytest.raises(Conflict):
            write()
    assert google.tasks[created.ref.id]["title"] == "Theirs"


def test_a_write_to_what_is_away_is_gone_and_brings_nothing_back(google: GoogleTasks, lists: TaskLists) -> None:
    created = lists.create(LIST.id, UID, task())
    google.change(created.ref.id, deleted=True)
    for revision in (created.revision, None):
        with pytest.raises(Gone):
            lists.update(replace(created, revision=revision), Patch(title="Ours"), None)
    lists.delete(created)
    assert google.tasks[created.ref.id]["deleted"]


@pytest.mark.parametrize(
    "reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"]
)
def test_limits_are_no_refusal(google: GoogleTasks, lists: TaskLists, reason: str) -> None:
    google.front.on().then(limit_reached(reason))
    with pytest.raises(Throttled):
        lists.changes(LIST, None, dict)
    with pytest.raises(Throttled):
        lists.create(LIST.id, UID, task())


def test_a_token_that_is_not_taken_needs_a_sign_in(google: GoogleTasks) -> None:
    tokens = GivenTokens(lambda: "an old token")
    lists = TaskLists(TasksApi(tokens, base=google.url), "UTC", clock=lambda: NOW)
    with pytest.raises(SignInNeeded):
        lists.changes(LIST, None, dict)
    assert tokens.refusals == ["an old token"]
    lists.close()


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b'{"items": 1}', b'{"items": [1]}', b"[" * 100_000])
def test_an_answer_that_is_none_takes_nothing(google: GoogleTasks, lists: TaskLists, body: bytes) -> None:
    google.front.on("GET").then(habits.status(200, body, Content_Type="application/json"))
    with pytest.raises(Malformed):
        lists.changes(LIST, None, dict)


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b"{}"])
def test_an_answer_to_a_write_that_is_none_leaves_it_unknown(
    google: GoogleTasks, lists: TaskLists, body: bytes
) -> None:
    google.front.on("POST").then(habits.status(200, body, Content_Type="application/json"))
    with pytest.raises(OutcomeUnknown):
        lists.create(LIST.id, UID, task())


# --- the double itself ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"tittle": "x"},
        {"title": 1},
        {"status": "done"},
        {"due": "2026-11-25"},
        {"due": "tomorrow"},
        {"title": "x" * 1025},
    ],
)
def test_the_double_refuses_what_is_no_task(google: GoogleTasks, body: dict[str, object]) -> None:
    url, signed = f"{google.url}tasks/v1/lists/MDE/tasks", {"Authorization": "Bearer a good token"}
    assert httpx2.post(url, json=body, headers=signed, trust_env=False).status_code == 400
    assert httpx2.get(url, params={"updatedmin": "x"}, headers=signed, trust_env=False).status_code == 400
    assert httpx2.get(url, trust_env=False).status_code == 401
    assert google.tasks == {}
