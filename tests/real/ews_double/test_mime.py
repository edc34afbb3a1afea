"""The MIME content of an event is iCalendar, which another library reads; a task has none."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime

import icalendar
from lxml import etree

from tests.real.ews_double.conftest import Raw, code, meeting, text

MADRID = '<t:StartTimeZone Id="Romance Standard Time"/><t:EndTimeZone Id="Romance Standard Time"/>'
DAILY = (
    "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence>"
    "<t:StartDate>2026-12-01</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
)


def asked(raw: Raw, item: str) -> etree._Element:
    shape = "<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>"
    return raw.ask(
        f'<m:GetItem><m:ItemShape>{shape}</m:ItemShape><m:ItemIds><t:ItemId Id="{item}"/></m:ItemIds></m:GetItem>'
    )


def calendar(raw: Raw, item: str) -> icalendar.Calendar:
    content = base64.b64decode(text(asked(raw, item), "MimeContent") or "")
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.decode().split("\r\n"))
    return icalendar.Calendar.from_ical(content)


def test_an_event_is_written_with_its_zone_its_times_and_its_text(raw: Raw) -> None:
    words = "<t:Body BodyType='Text'>One, two; three\nfour</t:Body>"
    times = meeting("x", more=f"<t:Location>{'Café ' * 20}</t:Location>{MADRID}").split("</t:Subject>")[1]
    item, _ = raw.create(f"<t:Subject>Visit, with &amp;</t:Subject>{words}{times}")
    (zone,), (event,) = (calendar(raw, item).walk(name) for name in ("VTIMEZONE", "VEVENT"))
    assert str(zone["TZID"]) == "Romance Standard Time"
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == ("Visit, with &", "One, two; three\nfour")
    assert str(event["LOCATION"]).strip() == ("Café " * 20).strip()
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert event["DTSTART"].params["TZID"] == "Romance Standard Time"
    assert str(event["UID"]) == text(raw.get(item), "UID")


def test_a_series_is_written_with_its_changed_and_removed_dates(raw: Raw) -> None:
    item, _ = raw.create(meeting(more=DAILY))
    found = raw.get(item)
    first, last = (found.find(f".//{{*}}{name}/{{*}}ItemId") for name in ("FirstOccurrence", "LastOccurrence"))
    assert first is not None
    assert last is not None
    raw.update(str(first.get("Id")), first.get("ChangeKey"), "item:Subject", "<t:Subject>Moved</t:Subject>")
    raw.delete(str(last.get("Id")))
    master, changed = calendar(raw, item).walk("VEVENT")
    assert master["RRULE"] == {"FREQ": ["DAILY"], "INTERVAL": [1], "COUNT": [5]}
    assert [each.dt.date() for each in master["EXDATE"].dts] == [date(2026, 12, 5)]
    assert (str(changed["SUMMARY"]), changed["RECURRENCE-ID"].dt.date()) == ("Moved", date(2026, 12, 1))


def test_whole_days_are_days(raw: Raw) -> None:
    item, _ = raw.create(meeting(more=f"<t:IsAllDayEvent>true</t:IsAllDayEvent>{MADRID}"))
    (event,) = calendar(raw, item).walk("VEVENT")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 1), date(2026, 12, 2))


def test_a_task_has_no_mime_content_and_an_event_is_not_made_of_it_here(raw: Raw) -> None:
    task, _ = raw.create("<t:Subject>Call</t:Subject>", kind="Task")
    assert code(asked(raw, task)) == "ErrorUnsupportedMimeConversion"
    made = raw.ask(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:MimeContent>QkVHSU4=</t:MimeContent>'
        "</t:CalendarItem></m:Items></m:CreateItem>"
    )
    assert code(made) == "ErrorMimeContentConversionFailed"
