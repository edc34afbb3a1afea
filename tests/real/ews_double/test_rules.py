"""Rules that Microsoft documents for Exchange Web Services, asked of the double with raw SOAP."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from lxml import etree

from tests.real.ews_double.conftest import NAMES, Raw, code, identity, meeting, text
from tests.servers.ews import EwsServer, WrongAnswerError, soap
from tests.servers.ews.xml import m

BOB = (
    "<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@partner.test</t:EmailAddress></t:Mailbox>"
    "</t:Attendee></t:RequiredAttendees>"
)
DAILY = (
    "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence>"
    "<t:StartDate>2026-12-01</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
)


def test_a_request_against_the_schema_is_refused_with_a_fault(raw: Raw) -> None:
    response = raw.post("<m:GetFolder><m:FolderIds/></m:GetFolder>")
    assert response.status_code == 500
    fault = etree.fromstring(response.content)
    assert fault.findtext(".//e:ResponseCode", namespaces=NAMES) == "ErrorSchemaValidation"


def test_an_answer_against_the_schema_is_an_error_of_the_double() -> None:
    with pytest.raises(WrongAnswerError):
        soap.envelope("GetFolder", [m("GetFolderResponseMessage", m("NoSuchThing"), ResponseClass="Success")])


def test_an_error_of_the_double_fails_the_test_that_caused_it() -> None:
    server = EwsServer()
    server.__enter__()
    server.errors.append(WrongAnswerError("not in the schema"))
    with pytest.raises(WrongAnswerError):
        server.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        ("<m:CreateItem><m:Items><t:CalendarItem/></m:Items></m:CreateItem>", "ErrorSendMeetingInvitationsRequired"),
        ("<m:CreateItem><m:Items><t:Message/></m:Items></m:CreateItem>", "ErrorMessageDispositionRequired"),
    ],
)
def test_a_create_must_say_who_is_told(raw: Raw, request_: str, refusal: str) -> None:
    assert code(raw.ask(request_)) == refusal


def test_an_update_needs_the_key_of_the_version_it_was_made_for(raw: Raw) -> None:
    item, key = raw.create(meeting())
    assert (
        code(raw.update(item, None, "item:Subject", "<t:Subject>A</t:Subject>"))
        == "ErrorChangeKeyRequiredForWriteOperations"
    )
    changed = raw.update(item, key, "item:Subject", "<t:Subject>A</t:Subject>")
    assert code(changed) == "NoError"
    assert identity(changed)[1] != key
    assert code(raw.update(item, key, "item:Subject", "<t:Subject>B</t:Subject>")) == "ErrorIrresolvableConflict"
    assert text(raw.get(item), "Subject") == "A"
    assert code(raw.update(item, None, "item:Subject", "<t:Subject>C</t:Subject>", "AlwaysOverwrite")) == "NoError"


def test_a_refused_update_leaves_nothing_behind(raw: Raw) -> None:
    item, key = raw.create(meeting())
    answer = raw.update(item, key, "calendar:End", "<t:End>2026-11-01T10:00:00Z</t:End>")
    assert code(answer) == "ErrorCalendarEndDateIsEarlierThanStartDate"
    assert identity(raw.get(item)) == (item, key)
    assert text(raw.get(item), "End") == "2026-12-01T10:00:00Z"


def test_the_organiser_tells_only_when_asked_to(raw: Raw, server: EwsServer) -> None:
    item, key = raw.create(meeting(more=BOB))
    _, key = identity(raw.update(item, key, "item:Subject", "<t:Subject>B</t:Subject>"))
    assert server.sent == []
    raw.update(item, key, "item:Subject", "<t:Subject>C</t:Subject>", sending="SendToAllAndSaveCopy")
    raw.delete(item, 'SendMeetingCancellations="SendToAllAndSaveCopy"')
    assert [(each.kind, each.to) for each in server.sent] == [
        ("MeetingUpdate", ("bob@partner.test",)), ("MeetingCancellation", ("bob@partner.test",)),
    ]  # fmt: skip


def test_deleting_the_meeting_of_somebody_else_declines_it(raw: Raw, server: EwsServer) -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    quiet, loud = (server.invite(name, start, start.replace(hour=10)) for name in ("Quiet", "Loud"))
    assert text(raw.get(quiet.id), "MyResponseType") == "NoResponseReceived"
    assert text(raw.get(quiet.id), "IsMeeting") == "true"
    raw.delete(quiet.id)
    raw.delete(loud.id, 'SendMeetingCancellations="SendOnlyToAll"')
    assert [(each.kind, each.subject, each.to) for each in server.sent] == [("Decline", "Loud", ("paul@partner.test",))]


def test_a_deletion_must_say_who_is_told(raw: Raw) -> None:
    item, _ = raw.create(meeting())
    assert code(raw.delete(item, "")) == "ErrorSendMeetingCancellationsRequired"
    assert code(raw.get(item)) == "NoError"
    task, _ = raw.create("<t:Subject>Call</t:Subject>", kind="Task")
    assert code(raw.delete(task, "")) == "ErrorAffectedTaskOccurrencesRequired"


def test_an_all_day_event_runs_from_midnight_to_midnight_in_its_zone(raw: Raw) -> None:
    zone = '<t:StartTimeZone Id="Romance Standard Time"/><t:EndTimeZone Id="Romance Standard Time"/>'
    item, _ = raw.create(meeting(more=f"<t:IsAllDayEvent>true</t:IsAllDayEvent>{zone}"))
    found = raw.get(item)
    assert (text(found, "Start"), text(found, "End")) == ("2026-11-30T23:00:00Z", "2026-12-01T23:00:00Z")


def test_a_time_without_offset_is_meant_in_the_zone_of_the_request(raw: Raw) -> None:
    header = (
        '<t:RequestServerVersion Version="Exchange2016"/><t:TimeZoneContext>'
        '<t:TimeZoneDefinition Id="Romance Standard Time"/></t:TimeZoneContext>'
    )
    body = meeting(start="2026-12-01T09:00:00", end="2026-12-01T10:00:00")
    made = raw.ask(
        f'<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>{body}</t:CalendarItem></m:Items></m:CreateItem>',
        header,
    )
    assert text(raw.get(identity(made)[0]), "Start") == "2026-12-01T08:00:00Z"


def test_an_html_body_comes_back_as_a_document(raw: Raw) -> None:
    body = "<t:Subject>A</t:Subject><t:Body BodyType='HTML'>&lt;p&gt;Hello&lt;/p&gt;</t:Body>"
    item, _ = raw.create(body, kind="Task")
    assert (text(raw.get(item), "Body") or "").startswith("<html>")


def test_a_series_knows_its_edges_and_loses_single_dates(raw: Raw) -> None:
    item, key = raw.create(meeting(more=DAILY))
    found = raw.get(item)
    assert text(found, "CalendarItemType") == "RecurringMaster"
    last = found.find(".//t:LastOccurrence", NAMES)
    assert last is not None
    assert last.findtext("t:Start", namespaces=NAMES) == "2026-12-05T09:00:00Z"
    gone = last.find("t:ItemId", NAMES)
    assert gone is not None
    raw.delete(str(gone.get("Id")))
    after = raw.get(item)
    assert after.findtext(".//t:DeletedOccurrence/t:Start", namespaces=NAMES) == "2026-12-05T09:00:00Z"
    assert identity(after)[1] != key
    assert code(raw.get(str(gone.get("Id")))) == "ErrorItemNotFound"


def test_an_edited_occurrence_is_an_exception_of_its_master(raw: Raw) -> None:
    item, _ = raw.create(meeting(more=DAILY))
    first = raw.get(item).find(".//t:FirstOccurrence/t:ItemId", NAMES)
    assert first is not None
    raw.update(str(first.get("Id")), first.get("ChangeKey"), "item:Subject", "<t:Subject>Moved</t:Subject>")
    occurrence = raw.get(str(first.get("Id")))
    assert (text(occurrence, "CalendarItemType"), text(occurrence, "Subject")) == ("Exception", "Moved")
    master = raw.get(item)
    assert text(master, "Subject") == "Visit"
    assert (
        master.findtext(".//t:ModifiedOccurrences/t:Occurrence/t:OriginalStart", namespaces=NAMES)
        == "2026-12-01T09:00:00Z"
    )


def test_a_moved_item_has_another_id(raw: Raw) -> None:
    item, _ = raw.create(meeting())
    moved = raw.ask(
        '<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="deleteditems"/></m:ToFolderId>'
        f'<m:ItemIds><t:ItemId Id="{item}"/></m:ItemIds></m:MoveItem>'
    )
    assert identity(moved)[0] != item
    assert code(raw.get(item)) == "ErrorItemNotFound"


def changes(answer: etree._Element) -> list[str]:
    found = answer.find(".//m:Changes", NAMES)
    return [] if found is None else [etree.QName(each).localname for each in found]


def state(answer: etree._Element) -> str:
    return str(answer.findtext(".//m:SyncState", namespaces=NAMES))


def test_synchronisation_comes_in_pages_and_then_in_changes(raw: Raw) -> None:
    items = [raw.create(meeting(f"No {number}")) for number in range(3)]
    first = raw.sync(most=2)
    assert (changes(first), first.findtext(".//m:IncludesLastItemInRange", namespaces=NAMES)) == (
        ["Create"] * 2,
        "false",
    )
    raw.update(*items[2], "item:Subject", "<t:Subject>Changed between pages</t:Subject>")
    second = raw.sync(state(first))
    assert (changes(second), second.findtext(".//m:IncludesLastItemInRange", namespaces=NAMES)) == (["Create"], "true")
    raw.update(*items[0], "item:Subject", "<t:Subject>Later</t:Subject>")
    raw.delete(items[1][0])
    third = raw.sync(state(second))
    assert changes(third) == ["Update", "Delete"]
    assert changes(raw.sync(state(third))) == []


def test_a_state_that_expired_or_is_no_state_is_refused(raw: Raw, server: EwsServer) -> None:
    old = state(raw.sync())
    server.expire_sync_states()
    assert code(raw.sync(old)) == "ErrorInvalidSyncStateData"
    assert code(raw.sync("bm8gc3RhdGU=")) == "ErrorInvalidSyncStateData"
    assert code(raw.sync(state(raw.sync()))) == "NoError"


def test_the_uid_is_the_servers_and_also_an_extended_property(raw: Raw) -> None:
    item, _ = raw.create(meeting())
    uid = text(raw.get(item), "UID")
    path = '<t:ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="35" PropertyType="Binary"/>'
    found = raw.ask(
        f"<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>{path}</t:AdditionalProperties>"
        f'</m:ItemShape><m:ItemIds><t:ItemId Id="{item}"/></m:ItemIds></m:GetItem>'
    )
    assert base64.b64decode(text(found, "Value") or "").hex().upper() == uid
