"""Series: dates, occurrences, exceptions, dates taken out."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.real.graph_double.samples import DECEMBER, MADRID, daily, got, made, meeting, refused
from tests.servers.graph import GraphServer

YEARS = {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2029-01-01T00:00:00Z"}


def starts(page: dict[str, Any]) -> list[str]:
    return [event["start"]["dateTime"][:16] for event in page["value"]]


def recurring(pattern: dict[str, Any], day: str, **span: Any) -> dict[str, Any]:
    limits = {"type": "noEnd", "startDate": day, **span}
    return meeting("Series", day, recurrence={"pattern": {"interval": 1, **pattern}, "range": limits})


@pytest.mark.parametrize(
    ("pattern", "day", "expected"),
    [
        ({"type": "daily", "interval": 3}, "2026-12-01", ["2026-12-01", "2026-12-04", "2026-12-07"]),
        (
            {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "sunday"], "firstDayOfWeek": "monday"},
            "2026-12-07",
            ["2026-12-07", "2026-12-13", "2026-12-21"],
        ),
        ({"type": "absoluteMonthly", "dayOfMonth": 31}, "2026-10-31", ["2026-10-31", "2026-11-30", "2026-12-31"]),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"},
            "2026-10-30",
            ["2026-10-30", "2026-11-27", "2026-12-25"],
        ),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["saturday", "sunday"], "index": "first"},
            "2026-10-03",
            ["2026-10-03", "2026-11-01", "2026-12-05"],
        ),
        (
            {"type": "absoluteYearly", "dayOfMonth": 29, "month": 2},
            "2026-02-28",
            ["2026-02-28", "2027-02-28", "2028-02-29"],
        ),
        (
            {"type": "relativeYearly", "daysOfWeek": ["monday"], "index": "second", "month": 3},
            "2026-03-09",
            ["2026-03-09", "2027-03-08", "2028-03-13"],
        ),
    ],
)
def test_a_pattern_names_its_dates(http: httpx2.Client, pattern: dict[str, Any], day: str, expected: list[str]) -> None:
    series = made(http, "/me/events", recurring(pattern, day))
    found = starts(got(http, f"/me/events/{series['id']}/instances", **YEARS))[:3]
    assert [one[:10] for one in found] == expected


def test_an_occurrence_keeps_its_hour_when_the_clocks_change(http: httpx2.Client) -> None:
    series = made(http, "/me/events", recurring({"type": "daily"}, "2026-10-24", type="endDate", endDate="2026-10-26"))
    assert starts(got(http, f"/me/events/{series['id']}/instances", **YEARS)) == [
        "2026-10-24T08:00", "2026-10-25T09:00", "2026-10-26T09:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "recurrence",
    [
        {"pattern": {"type": "daily", "interval": 1}},
        {"pattern": {"type": "weekly", "interval": 1}, "range": {"type": "noEnd", "startDate": "2026-12-01"}},
        {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2026-12-02"}},
        {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "numbered", "startDate": "2026-12-01"}},
        {
            "pattern": {"type": "daily", "interval": 1},
            "range": {"type": "endDate", "startDate": "2026-12-01", "endDate": "2026-11-01"},
        },
    ],
)
def test_a_recurrence_that_lacks_something_is_refused(http: httpx2.Client, recurrence: dict[str, Any]) -> None:
    refused(http.post("/me/events", json=meeting(recurrence=recurrence)), 400, "ErrorPropertyValidationFailure")


@pytest.fixture
def series(http: httpx2.Client) -> dict[str, Any]:
    return made(http, "/me/events", meeting("Standup", recurrence=daily()))


def instances(http: httpx2.Client, series: dict[str, Any]) -> list[dict[str, Any]]:
    return list(got(http, f"/me/events/{series['id']}/instances", **DECEMBER)["value"])


def test_a_list_has_the_master_and_a_view_its_occurrences(http: httpx2.Client, series: dict[str, Any]) -> None:
    (master,) = got(http, "/me/events")["value"]
    assert (master["id"], master["type"]) == (series["id"], "seriesMaster")
    assert master["recurrence"]["range"] == {
        "type": "numbered", "startDate": "2026-12-01", "endDate": "0001-01-01",
        "recurrenceTimeZone": MADRID, "numberOfOccurrences": 5,
    }  # fmt: skip
    found = got(http, "/me/calendarView", **DECEMBER)["value"]
    assert [(one["type"], one["seriesMasterId"]) for one in found] == [("occurrence", series["id"])] * 5
    assert len({one["iCalUId"] for one in [*found, series]}) == 6
    assert found[1]["originalStart"] == "2026-12-02T09:00:00.0000000Z"


def test_an_edited_occurrence_is_an_exception_that_keeps_what_it_changed(
    http: httpx2.Client, series: dict[str, Any]
) -> None:
    second = instances(http, series)[1]
    edited = http.patch(f"/me/events/{second['id']}", json={"subject": "Longer"}).json()
    assert (edited["id"], edited["type"]) == (second["id"], "exception")
    http.patch(f"/me/events/{series['id']}", json={"subject": "Daily", "location": {"displayName": "Room 2"}})
    found = instances(http, series)
    assert [one["subject"] for one in found] == ["Daily", "Longer", "Daily", "Daily", "Daily"]
    assert {one["location"]["displayName"] for one in found} == {"Room 2"}
    master = got(
        http, f"/me/events/{series['id']}", select="subject,exceptionOccurrences", expand="exceptionOccurrences"
    )
    assert [one["subject"] for one in master["exceptionOccurrences"]] == ["Longer"]


def test_a_moved_occurrence_stays_between_its_neighbours(http: httpx2.Client, series: dict[str, Any]) -> None:
    second = instances(http, series)[1]
    path = f"/me/events/{second['id']}"
    late, next_day = meeting(day="2026-12-02"), meeting(day="2026-12-03")
    late["end"]["dateTime"] = "2026-12-02T19:00:00"
    times = {"start": {"dateTime": "2026-12-02T18:00:00", "timeZone": MADRID}, "end": late["end"]}
    assert http.patch(path, json=times).json()["originalStart"] == "2026-12-02T09:00:00.0000000Z"
    crossing = {name: next_day[name] for name in ("start", "end")}
    refused(http.patch(path, json=crossing), 400, "ErrorOccurrenceCrossingBoundary")


def test_a_date_taken_out_is_gone_from_everything_but_the_masters_list(
    http: httpx2.Client, series: dict[str, Any]
) -> None:
    second = instances(http, series)[1]
    assert http.delete(f"/me/events/{second['id']}").status_code == 204
    refused(http.get(f"/me/events/{second['id']}"), 404, "ErrorItemNotFound")
    assert [one["start"]["dateTime"][8:10] for one in instances(http, series)] == ["01", "03", "04", "05"]
    master = got(http, f"/me/events/{series['id']}", select="cancelledOccurrences")
    assert master["cancelledOccurrences"] == [f"OID.{series['id']}.2026-12-02"]
    assert "cancelledOccurrences" not in got(http, f"/me/events/{series['id']}")
    assert all("cancelledOccurrences" not in one for one in got(http, "/me/events")["value"])


def test_a_new_pattern_forgets_exceptions(http: httpx2.Client, series: dict[str, Any]) -> None:
    http.patch(f"/me/events/{instances(http, series)[1]['id']}", json={"subject": "Longer"})
    http.delete(f"/me/events/{instances(http, series)[2]['id']}")
    http.patch(f"/me/events/{series['id']}", json={"recurrence": daily(4)})
    assert [one["subject"] for one in instances(http, series)] == ["Standup"] * 4


def test_the_series_goes_with_its_master(http: httpx2.Client, graph: GraphServer, series: dict[str, Any]) -> None:
    assert http.delete(f"/me/events/{series['id']}").status_code == 204
    assert got(http, "/me/calendarView", **DECEMBER)["value"] == []
    assert not graph.box.events


def test_only_a_master_has_instances(http: httpx2.Client) -> None:
    single = made(http, "/me/events", meeting())
    refused(http.get(f"/me/events/{single['id']}/instances", params=DECEMBER), 400, "ErrorInvalidRequest")
