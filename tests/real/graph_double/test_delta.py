"""The delta of a calendar's window, and its tokens."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.real.graph_double.samples import DECEMBER, daily, default_calendar, got, made, meeting, refused
from tests.servers.graph import GraphServer


def first(http: httpx2.Client, path: str = "/me/calendarView/delta") -> dict[str, Any]:
    return got(http, path, **DECEMBER)


def following(http: httpx2.Client, page: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = http.get(page.get("@odata.nextLink") or page["@odata.deltaLink"], headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("path", ["calendarView/delta", "events/delta", "calendarView/microsoft.graph.delta()"])
def test_a_round_tells_what_is_there_and_the_next_what_changed(http: httpx2.Client, path: str) -> None:
    one, other = made(http, "/me/events", meeting("One")), made(http, "/me/events", meeting("Other"))
    page = first(http, f"/me/calendars/{default_calendar(http)}/{path}")
    assert [event["subject"] for event in page["value"]] == ["One", "Other"]
    assert {event["@odata.type"] for event in page["value"]} == {"#microsoft.graph.event"}
    page = following(http, page)
    assert page["value"] == []
    http.patch(f"/me/events/{one['id']}", json={"subject": "Changed"})
    http.delete(f"/me/events/{other['id']}")
    page = following(http, page)
    assert [event.get("subject") for event in page["value"]] == ["Changed", None]
    assert page["value"][1] == {
        "@odata.type": "#microsoft.graph.event", "id": other["id"], "@removed": {"reason": "deleted"},
    }  # fmt: skip
    assert following(http, page)["value"] == []


def test_a_token_can_be_used_again(http: httpx2.Client) -> None:
    page = first(http)
    made(http, "/me/events", meeting())
    assert following(http, page)["value"] == following(http, page)["value"] != []


def test_what_is_outside_of_the_window_is_told_as_removed(http: httpx2.Client) -> None:
    inside = made(http, "/me/events", meeting())
    page = first(http)
    outside = made(http, "/me/events", meeting("Later", "2027-03-01"))
    moved = {name: meeting(day="2027-02-01")[name] for name in ("start", "end")}
    http.patch(f"/me/events/{inside['id']}", json=moved)
    page = following(http, page)
    assert [(event["id"], event["@removed"]) for event in page["value"]] == [
        (outside["id"], {"reason": "deleted"}),
        (inside["id"], {"reason": "deleted"}),
    ]


def test_pages_have_the_length_that_is_preferred(http: httpx2.Client) -> None:
    for number in range(5):
        made(http, "/me/events", meeting(f"{number}"))
    answer = http.get("/me/calendarView/delta", params=DECEMBER, headers={"Prefer": "odata.maxpagesize=2"})
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=2"
    page = answer.json()
    found = [event["subject"] for event in page["value"]]
    late = made(http, "/me/events", meeting("late"))
    while "@odata.nextLink" in page:
        assert len(page["value"]) == 2
        page = following(http, page, Prefer="odata.maxpagesize=2")
        found += [event["subject"] for event in page["value"]]
    assert found == ["0", "1", "2", "3", "4"]
    assert [event["id"] for event in following(http, page)["value"]] == [late["id"]]


def test_a_series_is_told_with_its_master_and_its_occurrences_in_short(http: httpx2.Client, graph: GraphServer) -> None:
    series = made(http, "/me/events", meeting("Standup", recurrence=daily(3)))
    graph.faults.page_size = 1
    page = first(http)
    assert [event["type"] for event in page["value"]] == ["seriesMaster", "occurrence", "occurrence", "occurrence"]
    assert page["value"][1].keys() == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert page["value"][1]["seriesMasterId"] == series["id"]
    http.patch(f"/me/events/{page['value'][2]['id']}", json={"subject": "Longer"})
    page = following(http, page)
    assert [event.get("subject") for event in page["value"]] == ["Standup", None, "Longer", None]


def test_a_date_taken_out_of_a_series_is_not_told_as_removed(http: httpx2.Client) -> None:
    made(http, "/me/events", meeting("Standup", recurrence=daily(3)))
    page = first(http)
    second = page["value"][2]
    http.delete(f"/me/events/{second['id']}")
    page = following(http, page)
    assert [event["type"] for event in page["value"]] == ["seriesMaster", "occurrence", "occurrence"]
    assert second["id"] not in [event["id"] for event in page["value"]]


def test_other_calendars_are_not_told(http: httpx2.Client) -> None:
    work = made(http, "/me/calendars", {"name": "Work"})
    page = first(http)
    made(http, f"/me/calendars/{work['id']}/events", meeting())
    assert following(http, page)["value"] == []


@pytest.mark.parametrize(
    "option", ["$select=id", "$filter=subject eq 'x'", "$expand=attachments", "$top=5", "$orderby=subject"]
)
def test_a_view_delta_takes_no_other_option(http: httpx2.Client, option: str) -> None:
    window = "&".join(f"{name}={value}" for name, value in DECEMBER.items())
    refused(http.get(f"/me/calendarView/delta?{window}&{option}"), 400, "ErrorInvalidUrlQuery")


def test_a_window_is_needed(http: httpx2.Client) -> None:
    refused(http.get("/me/events/delta"), 400, "ErrorInvalidParameter")


def test_a_token_is_bound_to_its_calendar(http: httpx2.Client) -> None:
    work = made(http, "/me/calendars", {"name": "Work"})
    token = first(http)["@odata.deltaLink"].partition("?")[2]
    refused(http.get(f"/me/calendars/{work['id']}/calendarView/delta?{token}"), 400, "BadRequest")
    refused(http.get("/me/calendarView/delta?$deltatoken=mine"), 400, "BadRequest")
    refused(http.get(f"/me/calendarView/delta?{token}&startDateTime=2026-01-01"), 400, "ErrorInvalidUrlQuery")


@pytest.mark.parametrize("code", ["syncStateNotFound", "resyncRequired"])
def test_expired_tokens_are_gone_and_new_ones_live(http: httpx2.Client, graph: GraphServer, code: str) -> None:
    page = first(http)
    graph.expire_deltas(code)
    answer = http.get(page["@odata.deltaLink"])
    refused(answer, 410, code)
    assert answer.headers["Location"].startswith(graph.url)
    assert following(http, first(http))["value"] == []


def test_ids_are_of_the_form_that_is_preferred_at_each_request(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting())
    page = first(http)
    http.delete(f"/me/events/{event['id']}")
    plain, immutable = following(http, page), following(http, page, Prefer='IdType="ImmutableId"')
    assert plain["value"][0]["id"] == event["id"] != immutable["value"][0]["id"]


def test_what_a_lag_kept_out_of_a_round_is_told_in_the_next(http: httpx2.Client, graph: GraphServer) -> None:
    graph.faults.lag = 1
    before = made(http, "/me/events", meeting("Before the first round"))
    page = first(http)
    assert page["value"] == []
    after = made(http, "/me/events", meeting("Before the second"))
    page = following(http, page)
    assert [event["id"] for event in page["value"]] == [before["id"]]
    page = following(http, page)
    assert [event["id"] for event in page["value"]] == [after["id"]]
    assert following(http, page)["value"] == []


def test_an_event_that_moves_leaves_one_calendar_and_comes_to_the_other(
    http: httpx2.Client, graph: GraphServer
) -> None:
    work = made(http, "/me/calendars", {"name": "Work"})
    event = made(http, "/me/events", meeting())
    here, there = first(http), first(http, f"/me/calendars/{work['id']}/calendarView/delta")
    (kept,) = graph.box.events.values()
    immutable = kept.ids.immutable
    graph.move_event(kept, next(each for each in graph.box.calendars.values() if each.name == "Work"))
    assert [(one["id"], "@removed" in one) for one in following(http, here)["value"]] == [(event["id"], True)]
    arrived = following(http, there, Prefer='IdType="ImmutableId"')["value"]
    assert [(one["id"], one["iCalUId"]) for one in arrived] == [(immutable, event["iCalUId"])]
    refused(http.get(f"/me/events/{event['id']}"), 404, "ErrorItemNotFound")
