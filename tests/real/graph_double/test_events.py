"""Events by themselves: what is kept, how it is written, versions, ids, extended properties, filters."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.real.graph_double.samples import DECEMBER, MADRID, MARK, got, made, meeting, refused
from tests.servers.graph import GraphServer, find_schema

EXPAND = f"singleValueExtendedProperties($filter=id eq '{MARK}')"


def marked(subject: str, value: str) -> dict[str, Any]:
    return meeting(subject, singleValueExtendedProperties=[{"id": MARK, "value": value}])


def test_an_event_comes_back_in_utc_with_its_defaults(http: httpx2.Client, graph: GraphServer) -> None:
    event = made(http, "/me/events", meeting())
    assert event["start"] == {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "UTC"}
    assert (event["originalStartTimeZone"], event["originalEndTimeZone"]) == (MADRID, MADRID)
    assert (event["type"], event["isOrganizer"], event["showAs"], event["sensitivity"]) == (
        "singleInstance", True, "busy", "normal",
    )  # fmt: skip
    assert event["responseStatus"] == {"response": "organizer", "time": "0001-01-01T00:00:00Z"}
    assert event["organizer"]["emailAddress"]["address"] == graph.address
    assert event["@odata.etag"] == f'W/"{event["changeKey"]}"'
    assert graph.sent == []


def test_times_are_written_in_the_zone_that_is_preferred(http: httpx2.Client) -> None:
    made(http, "/me/events", meeting())
    (event,) = got(http, "/me/events", prefer='outlook.timezone="Eastern Standard Time"')["value"]
    assert event["start"] == {"dateTime": "2026-12-01T04:00:00.0000000", "timeZone": "Eastern Standard Time"}


def test_an_all_day_event_is_the_same_days_everywhere(http: httpx2.Client) -> None:
    days = {"start": {"dateTime": "2026-12-01T00:00:00", "timeZone": MADRID}, "end": {"dateTime": "2026-12-02T00:00:00", "timeZone": MADRID}}  # fmt: skip
    event = made(http, "/me/events", {"subject": "Fair", "isAllDay": True, **days})
    assert event["start"] == {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "UTC"}
    refused(http.post("/me/events", json=meeting(isAllDay=True)), 400, "ErrorInvalidRequest")


def test_text_is_kept_as_html_and_given_as_text_only_on_demand(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting(body={"contentType": "text", "content": "1 < 2\nsecond"}))
    assert event["body"]["contentType"] == "html"
    assert "<body>" in event["body"]["content"]
    assert "1 &lt; 2<br>" in event["body"]["content"]
    assert event["bodyPreview"] == "1 < 2\r\nsecond"
    text = got(http, f"/me/events/{event['id']}", prefer='outlook.body-content-type="text"')["body"]
    assert text == {"contentType": "text", "content": "1 < 2\r\nsecond"}


def test_html_is_rewritten(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting(body={"contentType": "HTML", "content": "<p>Hi</p><script>x()</script>"}))
    assert event["body"]["content"].startswith("<html>\r\n<head>")
    assert "script" not in event["body"]["content"]


def test_an_online_meeting_lives_by_its_block_in_the_body(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting(isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness"))
    link = event["onlineMeeting"]["joinUrl"]
    assert link in event["body"]["content"]
    kept = {"contentType": "html", "content": event["body"]["content"].replace("</body>", "<p>More</p></body>")}
    path = f"/me/events/{event['id']}"
    assert http.patch(path, json={"body": kept}).json()["isOnlineMeeting"] is True
    lost = http.patch(path, json={"body": {"contentType": "text", "content": "only text"}}).json()
    assert (lost["isOnlineMeeting"], lost["onlineMeeting"]) == (False, None)


REFUSED_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"iCalUId": "mine"}, "ErrorInvalidPropertySet"),
    ({"changeKey": "mine"}, "ErrorInvalidPropertySet"),
    ({"start": {"dateTime": "tomorrow", "timeZone": "UTC"}}, "ErrorInvalidParameter"),
    ({"start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Nowhere"}}, "TimeZoneNotSupportedException"),
    ({"end": {"dateTime": "2026-11-01T10:00:00", "timeZone": "UTC"}}, "ErrorPropertyValidationFailure"),
    ({"attendees": [{"emailAddress": {"name": "Nobody"}}]}, "ErrorPropertyValidationFailure"),
    ({"singleValueExtendedProperties": [{"id": "String fm", "value": "x"}]}, "ErrorInvalidExtendedProperty"),
]
if find_schema() is not None:  # these are for the schema to refuse; its absence is told in the header of the run
    REFUSED_BODIES += [
        ({"showas": "busy"}, "RequestBodyRead"),
        ({"showAs": "away"}, "RequestBodyRead"),
        ({"isAllDay": 1}, "RequestBodyRead"),
        ({"start": {"dateTime": None, "timeZone": "UTC"}}, "RequestBodyRead"),
        ({"categories": "red"}, "RequestBodyRead"),
        ({"location": {"name": "Room"}}, "RequestBodyRead"),
    ]


@pytest.mark.parametrize(("change", "code"), REFUSED_BODIES)
def test_a_wrong_body_is_refused_and_nothing_is_kept(
    http: httpx2.Client, graph: GraphServer, change: dict[str, Any], code: str
) -> None:
    refused(http.post("/me/events", json={**meeting(), **change}), 400, code)
    assert not graph.box.events
    event = made(http, "/me/events", meeting())
    refused(http.patch(f"/me/events/{event['id']}", json=change), 400, code)
    assert got(http, f"/me/events/{event['id']}")["changeKey"] == event["changeKey"]


def test_a_write_on_an_old_version_is_refused(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting())
    path, old = f"/me/events/{event['id']}", {"If-Match": event["@odata.etag"]}
    changed = http.patch(path, json={"subject": "New"}, headers=old).json()
    assert changed["@odata.etag"] != event["@odata.etag"]
    refused(http.patch(path, json={"subject": "Newer"}, headers=old), 412, "ErrorIrresolvableConflict")
    refused(http.delete(path, headers=old), 412, "ErrorIrresolvableConflict")
    assert http.delete(path, headers={"If-Match": changed["@odata.etag"]}).status_code == 204
    refused(http.delete(path), 404, "ErrorItemNotFound")


def test_a_transaction_makes_one_event(http: httpx2.Client, graph: GraphServer) -> None:
    event = made(http, "/me/events", meeting(transactionId="t-1"))
    assert event["transactionId"] == "t-1"
    refused(http.post("/me/events", json=meeting(transactionId="t-1")), 409, "ErrorDuplicateTransactionId")
    graph.faults.repeated_transaction_returns_event = True
    assert made(http, "/me/events", meeting(transactionId="t-1"))["id"] == event["id"]
    refused(http.patch(f"/me/events/{event['id']}", json={"transactionId": "t-2"}), 400, "ErrorInvalidPropertySet")
    assert len(graph.box.events) == 1


def test_an_extended_property_is_found_and_shown_where_asked_for(http: httpx2.Client) -> None:
    made(http, "/me/events", marked("One", "a'b"))
    made(http, "/me/events", marked("Two", "c"))
    made(http, "/me/events", meeting("Three"))
    upper = MARK.replace("66f5a359", "66F5A359")
    found = got(
        http, "/me/events", expand=EXPAND,
        filter=f"singleValueExtendedProperties/any(ep: ep/id eq '{upper}' and ep/value eq 'a''b')",
    )["value"]  # fmt: skip
    assert [(event["subject"], event["singleValueExtendedProperties"]) for event in found] == [
        ("One", [{"id": MARK, "value": "a'b"}])
    ]
    everything = got(http, "/me/events", expand=EXPAND)["value"]
    assert [("singleValueExtendedProperties" in event) for event in everything] == [True, True, False]
    refused(http.get("/me/events?$expand=singleValueExtendedProperties"), 400, "ErrorInvalidExtendedProperty")


def test_an_extended_property_is_changed_and_taken_away(http: httpx2.Client) -> None:
    path = f"/me/events/{made(http, '/me/events', marked('One', 'a'))['id']}"
    http.patch(path, json={"singleValueExtendedProperties": [{"id": MARK, "value": "b"}]})
    assert got(http, path, expand=EXPAND)["singleValueExtendedProperties"] == [{"id": MARK, "value": "b"}]
    http.patch(path, json={"singleValueExtendedProperties": [{"id": MARK, "value": None}]})
    assert "singleValueExtendedProperties" not in got(http, path, expand=EXPAND)


def test_an_event_is_found_by_its_uid(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting("One"))
    made(http, "/me/events", meeting("Two"))
    found = got(http, "/me/events", filter=f"iCalUId eq '{event['iCalUId']}'", select="subject")["value"]
    assert [(one["id"], one["subject"]) for one in found] == [(event["id"], "One")]
    assert found[0].keys() == {"@odata.etag", "id", "subject"}


def test_the_two_forms_of_an_id_name_the_same_event(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting())
    (immutable,) = got(http, "/me/events", prefer='IdType="ImmutableId"')["value"]
    assert immutable["id"] != event["id"]
    assert got(http, f"/me/events/{immutable['id']}")["id"] == event["id"]


def test_a_view_has_what_is_in_the_window(http: httpx2.Client) -> None:
    made(http, "/me/events", meeting("In December"))
    made(http, "/me/events", meeting("In January", "2027-01-15"))
    assert [event["subject"] for event in got(http, "/me/calendarView", **DECEMBER)["value"]] == ["In December"]
    touching = {"startDateTime": "2026-12-01T10:00:00Z", "endDateTime": "2026-12-01T11:00:00Z"}
    assert got(http, "/me/calendarView", **touching)["value"] == []
    assert (
        len(got(http, "/me/calendarView", **{**touching, "startDateTime": "2026-12-01T10:59:00+01:00"})["value"]) == 1
    )


def test_files_hang_on_an_event(http: httpx2.Client) -> None:
    event = made(http, "/me/events", meeting())
    path = f"/me/events/{event['id']}/attachments"
    file = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentBytes": "YQ=="}
    kept = made(http, path, file)
    assert [(one["name"], one["contentBytes"], one["size"]) for one in got(http, path)["value"]] == [
        ("a.txt", "YQ==", 1)
    ]
    assert got(http, f"/me/events/{event['id']}")["hasAttachments"] is True
    assert http.delete(f"{path}/{kept['id']}").status_code == 204
    assert got(http, path)["value"] == []


def test_an_open_extension_is_kept_with_the_event(http: httpx2.Client) -> None:
    extension = {"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "com.example.fm", "link": "42"}
    event = made(http, "/me/events", meeting(extensions=[extension]))
    (kept,) = got(http, f"/me/events/{event['id']}", expand="extensions")["extensions"]
    assert (kept["extensionName"], kept["link"]) == ("com.example.fm", "42")
