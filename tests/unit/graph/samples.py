"""Answers of Microsoft Graph in their documented form, written for these tests."""

from __future__ import annotations

from typing import Any

from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.outlook.identity import GRAPH_PROPERTY_ID

Json = dict[str, Any]

MADRID = "Europe/Madrid"
CONTEXT = Context(MADRID, frozenset({"emma@contoso.example"}))
JOIN = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_N/0?context=%7b%22Tid%22%3a%22c6%22%7d&anon=true"


def at(stamp: str, zone: str = "UTC") -> Json:
    return {"dateTime": f"{stamp}.0000000", "timeZone": zone}


def person(address: str, name: str = "", **more: Any) -> Json:
    return {"emailAddress": {"address": address, "name": name}, **more}


def answered(address: str, response: str, kind: str = "required", name: str = "") -> Json:
    return person(address, name, type=kind, status={"response": response, "time": "2026-11-20T08:00:00Z"})


def event(**more: Any) -> Json:
    """A meeting of the user's own, in Madrid, without anybody else."""
    return {
        "@odata.etag": 'W/"key1"',
        "id": "AAMkAGI1AAA=",
        "changeKey": "key1",
        "iCalUId": "040000008200E00074C5B7101A82E008",
        "subject": "Visit to Acme",
        "body": {"contentType": "html", "content": "<html><body><div>Bring the offer</div></body></html>"},
        "start": at("2026-11-25T08:30:00"),
        "end": at("2026-11-25T09:30:00"),
        "originalStartTimeZone": "Romance Standard Time",
        "originalEndTimeZone": "Romance Standard Time",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "sensitivity": "normal",
        "showAs": "busy",
        "type": "singleInstance",
        "location": {"displayName": "Calle Mayor 1", "locationType": "default"},
        "organizer": person("emma@contoso.example", "Emma"),
        "attendees": [],
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "recurrence": None,
        "singleValueExtendedProperties": [],
    } | more


def own(uid: str) -> list[Json]:
    return [{"id": GRAPH_PROPERTY_ID, "value": uid}]


def weekly(**more: Any) -> Json:
    """Wednesdays at 09:00 in Madrid, from 7 October 2026: one changed, two removed, and a DST night in between."""
    recurrence = {
        "pattern": {
            "type": "weekly",
            "interval": 1,
            "month": 0,
            "dayOfMonth": 0,
            "daysOfWeek": ["wednesday"],
            "firstDayOfWeek": "monday",
            "index": "first",
        },
        "range": {
            "type": "endDate",
            "startDate": "2026-10-07",
            "endDate": "2026-11-18",
            "recurrenceTimeZone": "Romance Standard Time",
            "numberOfOccurrences": 0,
        },
    }
    return event(
        id="MASTER=",
        type="seriesMaster",
        subject="Weekly",
        start=at("2026-10-07T07:00:00"),
        end=at("2026-10-07T08:00:00"),
        recurrence=recurrence,
        cancelledOccurrences=["OID.MASTER=.2026-10-14", "OID.MASTER=.2026-10-28"],
        exceptionOccurrences=[
            event(
                id="EXCEPTION=",
                type="exception",
                subject="Weekly, later",
                seriesMasterId="MASTER=",
                originalStart="2026-11-04T08:00:00Z",
                start=at("2026-11-04T15:00:00"),
                end=at("2026-11-04T16:00:00"),
            )
        ],
    ) | dict(more)


def task(**more: Any) -> Json:
    return {
        "@odata.etag": 'W/"t1"',
        "id": "AQMkADAwATM0=",
        "title": "Call Ana",
        "body": {"contentType": "text", "content": "About the offer"},
        "status": "notStarted",
        "importance": "normal",
        "isReminderOn": False,
        "dueDateTime": at("2026-11-25T00:00:00"),
        "linkedResources": [],
    } | more
