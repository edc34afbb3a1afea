"""Properties by MAPI's names, and searching by them, as Microsoft documents both."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from tests.real.ews_double.conftest import NAMES, Raw, code, meeting, text
from tests.servers.ews import EwsServer

MAIL = (
    b"From: Paul <paul@partner.test>\r\nTo: emma@example.com\r\nSubject: Offer %d\r\nMessage-ID: <%d@partner.test>\r\n"
    b"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)
FLAGS = '<t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/>'
NUMBER = '<t:ExtendedFieldURI PropertyTag="0x0E23" PropertyType="Integer"/>'
OURS = (
    '<t:ExtendedFieldURI PropertySetId="C11FF724-AA03-4555-9952-8FA248A11C3E" PropertyName="External ID" '
    'PropertyType="String"/>'
)
RECURRING = '<t:ExtendedFieldURI DistinguishedPropertySetId="Appointment" PropertyId="33315" PropertyType="Boolean"/>'
DAILY = (
    "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence>"
    "<t:StartDate>2026-12-01</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
)


def find(raw: Raw, folder: str, restriction: str, order: str = "", also: str = "") -> etree._Element:
    asked = f"<m:Restriction>{restriction}</m:Restriction>" if restriction else ""
    sort = f'<m:SortOrder><t:FieldOrder Order="Descending">{order}</t:FieldOrder></m:SortOrder>' if order else ""
    named = f'<t:FieldURI FieldURI="item:Subject"/>{also}'
    return raw.ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>'
        f"{named}</t:AdditionalProperties></m:ItemShape>{asked}{sort}"
        f'<m:ParentFolderIds><t:DistinguishedFolderId Id="{folder}"/></m:ParentFolderIds></m:FindItem>'
    )


def subjects(answer: etree._Element) -> list[str | None]:
    assert code(answer) == "NoError", etree.tostring(answer)
    return [each.text for each in answer.iterfind(".//t:Subject", NAMES)]


def compared(how: str, path: str, constant: str) -> str:
    return f'<t:{how}>{path}<t:FieldURIOrConstant><t:Constant Value="{constant}"/></t:FieldURIOrConstant></t:{how}>'


def save(raw: Raw, flags: str = "", folder: str = "inbox") -> str:
    """A message that is kept and never sent; its id."""
    mime = base64.b64encode(MAIL % (1, 1)).decode()
    answer = raw.ask(
        f'<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="{folder}"/>'
        f"</m:SavedItemFolderId><m:Items><t:Message><t:MimeContent>{mime}</t:MimeContent>{flags}</t:Message></m:Items></m:CreateItem>"
    )
    assert code(answer) == "NoError"
    found = answer.find(".//t:ItemId", NAMES)
    assert found is not None
    return str(found.get("Id"))


def with_flags(value: str) -> str:
    return f"<t:ExtendedProperty>{FLAGS}<t:Value>{value}</t:Value></t:ExtendedProperty>"


def test_a_saved_message_is_a_draft_unless_its_flags_say_otherwise_before_the_first_save(raw: Raw) -> None:
    shown = {flags: raw.get(save(raw, with_flags(flags) if flags else "")) for flags in ("", "0", "1", "8")}
    drafts = {flags: text(each, "IsDraft") for flags, each in shown.items()}
    assert drafts == {"": "true", "0": "false", "1": "false", "8": "true"}
    assert [text(shown[flags], "IsRead") for flags in ("0", "1")] == ["false", "true"]


def test_when_a_saved_message_came_can_be_said(raw: Raw) -> None:
    moment = (
        '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x0E06" PropertyType="SystemTime"/>'
        "<t:Value>2026-11-20T08:00:00Z</t:Value></t:ExtendedProperty>"
    )
    assert text(raw.get(save(raw, with_flags("0") + moment)), "DateTimeReceived") == "2026-11-20T08:00:00Z"


def test_the_flags_of_a_message_follow_its_state(raw: Raw, server: EwsServer) -> None:
    message = server.deliver(MAIL % (1, 1))
    unread = find(raw, "inbox", f'<t:Excludes>{FLAGS}<t:Bitmask Value="0x1"/></t:Excludes>', also=FLAGS)
    assert (subjects(unread), text(unread, "Value")) == (["Offer 1"], "2")
    raw.update(message.id, message.change_key, "message:IsRead", "<t:IsRead>true</t:IsRead>", kind="Message")
    assert subjects(find(raw, "inbox", f'<t:Excludes>{FLAGS}<t:Bitmask Value="1"/></t:Excludes>')) == []


def test_messages_are_numbered_within_their_folder_and_sorted_as_numbers(raw: Raw, server: EwsServer) -> None:
    for number in range(12):
        server.deliver(MAIL % (number, number))
    answer = find(raw, "inbox", "", NUMBER, also=NUMBER)
    assert subjects(answer) == [f"Offer {number}" for number in reversed(range(12))]
    numbers = [int(each.text or "") for each in answer.iterfind(".//t:Value", NAMES)]
    assert numbers == sorted(set(numbers), reverse=True)
    above = find(raw, "inbox", compared("IsGreaterThan", NUMBER, str(numbers[3])))
    assert len(subjects(above)) == 3


@pytest.mark.parametrize(
    ("restriction", "found"),
    [
        (compared("IsEqualTo", OURS, "fm-1"), ["Ours"]),
        (f"<t:Exists>{OURS}</t:Exists>", ["Ours"]),
        (f"<t:Not><t:Exists>{OURS}</t:Exists></t:Not>", ["Daily", "Plain"]),
        (compared("IsEqualTo", RECURRING, "true"), ["Daily"]),
        (compared("IsEqualTo", RECURRING, "0"), ["Ours", "Plain"]),
        (compared("IsEqualTo", '<t:ExtendedFieldURI PropertyTag="0x36" PropertyType="Integer"/>', "2"), ["Plain"]),
        (compared("IsLessThan", '<t:FieldURI FieldURI="calendar:Start"/>', "2026-12-02T00:00:00Z"), ["Daily", "Ours"]),
        (compared("IsGreaterThan", '<t:FieldURI FieldURI="item:ReminderMinutesBeforeStart"/>', "9"), ["Daily", "Ours", "Plain"]),
    ],
)  # fmt: skip
def test_items_are_searched_by_typed_properties(raw: Raw, restriction: str, found: list[str]) -> None:
    ours = f"<t:ExtendedProperty>{OURS}<t:Value>fm-1</t:Value></t:ExtendedProperty>"
    raw.create(f"<t:Subject>Ours</t:Subject>{ours}{meeting().split('</t:Subject>')[1]}")
    raw.create(meeting("Daily", more=DAILY))
    private = "<t:Subject>Plain</t:Subject><t:Sensitivity>Private</t:Sensitivity>"
    raw.create(f"{private}<t:Start>2026-12-03T09:00:00Z</t:Start><t:End>2026-12-03T10:00:00Z</t:End>")
    assert sorted(map(str, subjects(find(raw, "calendar", restriction)))) == found


@pytest.mark.parametrize(
    ("restriction", "refusal"),
    [
        (compared("IsEqualTo", NUMBER, "many"), "ErrorInvalidValueForProperty"),
        (compared("IsGreaterThan", '<t:FieldURI FieldURI="item:DateTimeCreated"/>', "true"), "ErrorInvalidValueForProperty"),
        (f'<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">{NUMBER}<t:Constant Value="1"/></t:Contains>', "ErrorContainsFilterWrongType"),
        ('<t:Excludes><t:FieldURI FieldURI="item:Subject"/><t:Bitmask Value="1"/></t:Excludes>', "ErrorUnsupportedPathForQuery"),
        (compared("IsEqualTo", '<t:FieldURI FieldURI="calendar:UID"/>', "x"), "ErrorUnsupportedPathForQuery"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused(raw: Raw, server: EwsServer, restriction: str, refusal: str) -> None:
    server.deliver(MAIL % (1, 1))
    raw.create(meeting())
    folder = "calendar" if "calendar:" in restriction else "inbox"
    assert code(find(raw, folder, restriction)) == refusal
