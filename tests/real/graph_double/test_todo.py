"""To Do lists and tasks of the double."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.real.graph_double.samples import MADRID, got, made, refused
from tests.servers.graph import GraphServer

FRIDAY = {"dateTime": "2026-12-04T17:00:00", "timeZone": MADRID}
EXTENSION = {"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "com.example.fm", "link": "42"}


@pytest.fixture
def tasks(http: httpx2.Client) -> str:
    (known, _) = got(http, "/me/todo/lists")["value"]
    return f"/me/todo/lists/{known['id']}/tasks"


def test_a_mailbox_has_two_built_in_lists_that_stay(http: httpx2.Client) -> None:
    lists = got(http, "/me/todo/lists")["value"]
    assert [(one["displayName"], one["wellknownListName"]) for one in lists] == [
        ("Tasks", "defaultList"), ("Flagged Emails", "flaggedEmails"),
    ]  # fmt: skip
    refused(http.delete(f"/me/todo/lists/{lists[0]['id']}"), 400, "invalidRequest")
    own = made(http, "/me/todo/lists", {"displayName": "Sales"})
    assert http.patch(f"/me/todo/lists/{own['id']}", json={"displayName": "CRM"}).json()["displayName"] == "CRM"
    assert http.delete(f"/me/todo/lists/{own['id']}").status_code == 204
    refused(http.get(f"/me/todo/lists/{own['id']}"), 404, "ErrorItemNotFound")


def test_a_task_is_made_with_its_defaults_and_a_day_without_hours(http: httpx2.Client, tasks: str) -> None:
    task = made(
        http, tasks, {"title": "Call Ann", "dueDateTime": FRIDAY, "body": {"content": "x", "contentType": "text"}}
    )
    assert (task["status"], task["importance"], task["isReminderOn"]) == ("notStarted", "normal", False)
    assert task["dueDateTime"] == {"dateTime": "2026-12-04T00:00:00.0000000", "timeZone": "UTC"}
    assert task["body"] == {"content": "x", "contentType": "text"}
    assert "completedDateTime" not in task


def test_a_completed_task_says_when_until_it_is_opened_again(http: httpx2.Client, tasks: str) -> None:
    path = f"{tasks}/{made(http, tasks, {'title': 'Call'})['id']}"
    done = http.patch(path, json={"status": "completed"}).json()
    assert done["completedDateTime"]["timeZone"] == "UTC"
    assert "completedDateTime" not in http.patch(path, json={"status": "inProgress"}).json()


def test_a_due_date_can_be_taken_away(http: httpx2.Client, tasks: str) -> None:
    path = f"{tasks}/{made(http, tasks, {'title': 'Call', 'dueDateTime': FRIDAY})['id']}"
    assert "dueDateTime" not in http.patch(path, json={"dueDateTime": None}).json()


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": "x", "subject": "y"}, {"title": "x", "id": "mine"}])
def test_a_wrong_task_is_refused(http: httpx2.Client, graph: GraphServer, tasks: str, body: dict[str, Any]) -> None:
    assert http.post(tasks, json=body).status_code == 400
    assert not graph.box.tasks


def test_a_write_on_an_old_version_is_refused(http: httpx2.Client, tasks: str) -> None:
    task = made(http, tasks, {"title": "Call"})
    path, old = f"{tasks}/{task['id']}", {"If-Match": task["@odata.etag"]}
    assert http.patch(path, json={"title": "Phone"}, headers=old).status_code == 200
    refused(http.patch(path, json={"title": "Ring"}, headers=old), 412, "ErrorIrresolvableConflict")


def test_linked_resources_hang_on_a_task(http: httpx2.Client, tasks: str) -> None:
    link = {"applicationName": "ForceManager", "externalId": "fm-1", "displayName": "Task 1"}
    task = made(http, tasks, {"title": "Call", "linkedResources": [link]})
    path = f"{tasks}/{task['id']}/linkedResources"
    (kept,) = got(http, path)["value"]
    assert {name: kept[name] for name in link} == link
    assert got(http, f"{tasks}/{task['id']}", expand="linkedResources")["linkedResources"] == [kept]
    assert http.patch(f"{path}/{kept['id']}", json={"externalId": "fm-2"}).json()["externalId"] == "fm-2"
    assert http.delete(f"{path}/{kept['id']}").status_code == 204
    assert made(http, path, link)["externalId"] == "fm-1"


def test_open_extensions_hang_on_a_task(http: httpx2.Client, tasks: str) -> None:
    task = made(http, tasks, {"title": "Call", "extensions": [EXTENSION]})
    path = f"{tasks}/{task['id']}"
    assert got(http, path, expand="extensions")["extensions"][0]["link"] == "42"
    kept = got(http, f"{path}/extensions/com.example.fm")
    assert (kept["id"], kept["link"]) == ("microsoft.graph.openTypeExtension.com.example.fm", "42")
    changed = http.patch(f"{path}/extensions/com.example.fm", json={**EXTENSION, "link": "43"}).json()
    assert changed["link"] == "43"


def test_the_delta_of_a_list_tells_changes(http: httpx2.Client, tasks: str) -> None:
    task = made(http, tasks, {"title": "Call"})
    page = got(http, f"{tasks}/delta")
    assert [one["title"] for one in page["value"]] == ["Call"]
    http.patch(f"{tasks}/{task['id']}", json={"title": "Phone"})
    page = http.get(page["@odata.deltaLink"]).json()
    assert [one["title"] for one in page["value"]] == ["Phone"]
    http.delete(f"{tasks}/{task['id']}")
    page = http.get(page["@odata.deltaLink"]).json()
    assert [(one["id"], one["@removed"]) for one in page["value"]] == [(task["id"], {"reason": "deleted"})]


def test_the_delta_of_the_lists_tells_lists(http: httpx2.Client) -> None:
    page = got(http, "/me/todo/lists/delta")
    assert len(page["value"]) == 2
    own = made(http, "/me/todo/lists", {"displayName": "Sales"})
    page = http.get(page["@odata.deltaLink"]).json()
    assert [one["id"] for one in page["value"]] == [own["id"]]
    http.delete(f"/me/todo/lists/{own['id']}")
    assert "@removed" in http.get(page["@odata.deltaLink"]).json()["value"][0]


def test_tasks_are_filtered_and_ordered(http: httpx2.Client, tasks: str) -> None:
    made(http, tasks, {"title": "B", "dueDateTime": FRIDAY})
    made(http, tasks, {"title": "A", "status": "completed"})
    assert [one["title"] for one in got(http, tasks, orderby="title")["value"]] == ["A", "B"]
    assert [one["title"] for one in got(http, tasks, filter="status ne 'completed'")["value"]] == ["B"]
    late = "dueDateTime/dateTime lt '2026-12-05T00:00:00'"
    assert [one["title"] for one in got(http, tasks, filter=late)["value"]] == ["B"]
