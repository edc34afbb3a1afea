from __future__ import annotations

import base64
from datetime import date, datetime

import pytest

from fm_desktop.model.items import Answer, Kind, Privacy
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.providers.exchange.events import (
    change,
    event_json,
    mails_participants,
    new_event,
    raw_of,
    read_event,
    restored,
)
from fm_desktop.providers.exchange.shelves import items_of
from fm_desktop.providers.exchange.tasks import change as change_task
from fm_desktop.providers.exchange.tasks import new_task, read_task
from fm_desktop.providers.exchange.uids import clean_global_object_id
from fm_desktop.providers.exchange.xml import Element, at, attribute, local_name, text
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from tests.unit.exchange.samples import IDENTITY, OWN, event, item, meeting

ME = Context("Europe/Madrid", frozenset({OWN}))
WEEKLY = (
    "<t:CalendarItemType>RecurringMaster</t:CalendarItemType><t:Recurrence><t:WeeklyRecurrence><t:Interval>2</t:Interval>"
    "<t:DaysOfWeek>Wednesday</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2026-11-25+01:00"
    "</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
    "<t:ModifiedOccurrences><t:Occurrence><t:ItemId Id='OCC' ChangeKey='K9'/><t:Start>2026-12-09T10:00:00Z</t:Start>"
    "<t:End>2026-12-09T11:00:00Z</t:End><t:OriginalStart>2026-12-09T08:30:00Z</t:OriginalStart></t:Occurrence>"
    "</t:ModifiedOccurrences><t:DeletedOccurrences><t:DeletedOccurrence><t:Start>2026-12-23T08:30:00Z</t:Start>"
    "</t:DeletedOccurrence></t:DeletedOccurrences>"
)


def timed(text_: str, zone: str = "Europe/Madrid") -> Timed:
    return Timed(datetime.fromisoformat(text_), zone)


def names(fields: list[Element]) -> list[str]:
    return [local_name(each) for each in fields]


def test_an_event_is_read_with_text_place_and_privacy() -> None:
    found = read_event(
        [
            event(
                "<t:Body BodyType='HTML'>&lt;p&gt;Hello&lt;/p&gt;</t:Body><t:Sensitivity>Private</t:Sensitivity><t:Location>Room</t:Location>"
            )
        ],
        ME,
    )
    assert [(each.kind, each.uid, each.title, each.text, each.place) for each in found] == [
        (Kind.EVENT, "u1", "Visit", "Hello", "Room")
    ]
    assert found[0].privacy is Privacy.PRIVATE
    assert found[0].span is not None
    assert found[0].span.normal() == Span(timed("2026-11-25T09:30"), timed("2026-11-25T10:30")).normal()


def test_our_own_property_is_the_identity_before_the_uid() -> None:
    assert read_event([event(IDENTITY.format("ours"))], ME)[0].uid == "ours"


@pytest.mark.parametrize("zone", ["Romance Standard Time", "tzone://Microsoft/Custom"])
def test_a_whole_day_is_a_day_of_the_zone_it_was_made_in_or_of_the_users(zone: str) -> None:
    found = read_event(
        [
            event(
                "<t:IsAllDayEvent>true</t:IsAllDayEvent>",
                start="2026-11-24T23:00:00Z",
                end="2026-11-25T23:00:00Z",
                zone=zone,
            )
        ],
        ME,
    )
    assert found[0].span == day_span(date(2026, 11, 25))


def test_a_series_has_its_rule_its_removed_and_its_changed_dates() -> None:
    changed = event(title="Later", identity="OCC", start="2026-12-09T10:00:00Z", end="2026-12-09T11:00:00Z")
    master, override = read_event([event(WEEKLY), changed], ME)
    assert master.recurrence is not None
    assert master.recurrence.rules == ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;WKST=SU;COUNT=5",)
    assert master.recurrence.excluded == (timed("2026-12-23T09:30"),)
    assert (override.title, override.recurrence_id) == ("Later", timed("2026-12-09T09:30"))


def test_R26_an_invitation_carries_the_answer_and_who_is_invited() -> None:
    found = read_event([meeting("boss@example.org", "NoResponseReceived")], ME)[0]
    assert found.answer is Answer.NEEDS_ACTION
    assert found.organiser is not None
    assert found.organiser.address == "boss@example.org"
    assert [(each.address, each.answer) for each in found.participants] == [("ann@example.org", Answer.ACCEPTED)]


def test_R27_participants_are_told_of_changes_to_the_users_own_meeting_alone() -> None:
    assert mails_participants([meeting()], ME)
    assert mails_participants([meeting("emma.alias@example.com")], ME)
    assert not mails_participants([meeting("boss@example.org", "Accept")], ME)
    assert not mails_participants([event()], ME)
    assert not mails_participants([meeting(inside="<t:IsCancelled>true</t:IsCancelled>")], ME)


def test_an_event_without_a_start_is_broken_and_says_what_it_is() -> None:
    with pytest.raises(BrokenCalendar) as told:
        read_event([event(start="")], ME)
    assert (told.value.title, told.value.uid) == ("Visit", "u1")


def test_what_is_read_of_the_raw_form_is_what_was_read_at_first() -> None:
    items = [event(WEEKLY), event(identity="OCC", title="Later")]
    assert read_event(items_of(raw_of(items)), ME) == read_event(items, ME)


def test_a_new_event_is_read_back_as_it_was_meant() -> None:
    value = Projection(Kind.EVENT, "New & <old>\x0b", day_span(date(2026, 7, 1), date(2026, 7, 2)), "One\nTwo")
    found = read_event([new_event(value, "fm-1", ME)], ME)[0]
    assert (found.uid, found.title, found.text, found.span) == ("fm-1", "New & <old>", "One\nTwo", value.span)


def test_a_change_writes_what_it_names_and_nothing_where_it_says_so_already() -> None:
    assert names(change([event()], Patch(title="Other"), None, ME)[1]) == ["Subject"]
    assert change([event()], Patch(title="Visit", text=""), None, ME)[1] == []
    fields = change([event()], Patch(span=Span(timed("2026-11-25T12:00"), timed("2026-11-25T13:00"))), None, ME)[1]
    assert names(fields) == ["Start", "End", "IsAllDayEvent", "StartTimeZone", "EndTimeZone"]
    assert [text(fields[0]), attribute(fields[3], "Id")] == ["2026-11-25T11:00:00Z", "Romance Standard Time"]


def test_a_series_is_not_moved_from_here() -> None:
    with pytest.raises(NotPossible):
        change([event(WEEKLY)], Patch(span=day_span(date(2026, 1, 1))), None, ME)


def test_a_restored_meeting_invites_nobody_and_tells_who_was_there() -> None:
    found = restored([meeting()], "u1", ME)
    assert not {"Organizer", "RequiredAttendees"} & set(names(list(found)))
    assert "ann@example.org" in text(found, "t:Body").lower()
    assert read_event([found], ME)[0].uid == "u1"


def test_a_restored_series_keeps_its_rule() -> None:
    plain = WEEKLY.split("<t:ModifiedOccurrences>", maxsplit=1)[0]
    found = restored([event(plain)], "u1", ME)
    assert read_event([found], ME)[0].recurrence == read_event([event(plain)], ME)[0].recurrence


def test_a_rule_that_nobody_knows_makes_the_series_broken() -> None:
    odd = "<t:CalendarItemType>RecurringMaster</t:CalendarItemType><t:Recurrence><t:LunarRecurrence/><t:NoEndRecurrence/></t:Recurrence>"
    with pytest.raises(BrokenCalendar):
        read_event([event(odd)], ME)


def test_a_uid_of_another_program_is_wrapped_as_exchange_keeps_it() -> None:
    value = base64.b64decode(clean_global_object_id("abc@x"))
    assert value[:16].hex() == "040000008200e00074c5b7101a82e008"
    assert value.endswith(b"vCal-Uid\x01\x00\x00\x00abc@x\x00")
    assert int.from_bytes(value[36:40], "little") == len(value) - 40


def test_the_date_of_an_occurrence_is_no_part_of_its_uid() -> None:
    uid = "040000008200e00074c5b7101a82e008" + "07ea0b19" + "00" * 16 + "10000000" + "ab" * 16
    assert base64.b64decode(clean_global_object_id(uid)).hex()[32:40] == "00000000"


def test_a_task_is_read_and_changed() -> None:
    found = item(
        f"<t:Subject>Call</t:Subject><t:Body BodyType='Text'>Soon</t:Body>{IDENTITY.format('fm-t')}<t:DueDate>2026-11-25T00:00:00Z</t:DueDate><t:Status>InProgress</t:Status>",
        "Task",
    )
    task = read_task([found], ME)[0]
    assert (task.kind, task.uid, task.title, task.text, task.completed) == (Kind.TASK, "fm-t", "Call", "Soon", False)
    assert task.span == day_span(date(2026, 11, 25))
    fields, removed = change_task([found], Patch(completed=True, span=None), ME)
    assert [(local_name(each), text(each)) for each in fields] == [("Status", "Completed")]
    assert removed == ["DueDate"]


def test_a_new_task_is_read_back_as_it_was_meant() -> None:
    made = new_task(Projection(Kind.TASK, "Call", day_span(date(2026, 11, 25)), completed=True), "fm-2", ME)
    found = read_task([made], ME)[0]
    assert (found.uid, found.title, found.span, found.completed) == ("fm-2", "Call", day_span(date(2026, 11, 25)), True)


def test_the_place_of_a_text_in_a_meeting_online_stays() -> None:
    link = "https://meet.example.com/1"
    shown = event(f"<t:Location>Room</t:Location><t:JoinOnlineMeetingUrl>{link}</t:JoinOnlineMeetingUrl>")
    assert read_event([shown], ME)[0].place == f"Room {link}"
    assert at(shown, "t:Location") is not None
    assert event_json([shown], ME)["onlineMeetingUrl"] == link
