"""An item as an answer shows it: the shape that was asked for, the stored properties, and those the server works out."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.servers.ews import fields, icalendar, mapi, series, zones
from tests.servers.ews.errors import EwsError
from tests.servers.ews.fields import MEETING_SET, ExtendedKey
from tests.servers.ews.mailbox import Attachment, Item, Mailbox
from tests.servers.ews.xml import Element, boolean, children, copy, find, local, t, text, truth

TIMES = frozenset(["Start", "End", "ReminderDueBy", "DueDate", "StartDate", "CompleteDate", "DateTimeStamp"])
_GLOBAL_IDS = {(MEETING_SET, "id 3", "Binary"): False, (MEETING_SET, "id 35", "Binary"): True}


@dataclass(slots=True)
class Shape:
    base: str = "IdOnly"
    uris: list[str] = field(default_factory=list)
    extended: dict[ExtendedKey, Element] = field(default_factory=dict)
    body_type: str = "Best"
    mime: bool = False

    @classmethod
    def read(cls, element: Element) -> Shape:
        made = cls(text(element, "t:BaseShape"), body_type=text(element, "t:BodyType", "Best"))
        made.mime = truth(text(element, "t:IncludeMimeContent"))
        for path in children(find(element, "t:AdditionalProperties")):
            if local(path) == "FieldURI":
                made.uris.append(path.get("FieldURI", ""))
            elif local(path) == "ExtendedFieldURI":
                made.extended[fields.extended_key(path)] = path
        return made

    def names(self, kind: str) -> list[str]:
        named = [name for uri in self.uris if (name := fields.name_of(uri, kind))]
        if self.base == "AllProperties":
            named += [name for name in fields.ORDER[kind] if name not in fields.ONLY_WHEN_NAMED]
        elif self.base == "Default":
            named += fields.default_names(kind)
        return ["ItemId", *named, *(["MimeContent"] if self.mime else [])]

    def refuse(self, names: frozenset[str]) -> None:
        """Properties that the operation cannot return."""
        for uri in self.uris:
            if uri.partition(":")[2] in names:
                raise EwsError("ErrorInvalidPropertyRequest", f"Property is not valid for this operation: {uri}")


@dataclass(frozen=True, slots=True)
class Viewer:
    box: Mailbox
    zone: ZoneInfo | None = None

    def show(self, item: Item, shape: Shape, without: frozenset[str] = frozenset()) -> Element:
        shown = []
        for name in dict.fromkeys(shape.names(item.kind)):
            if name not in without:
                value = self.value(item, name, shape.body_type)
                if value is not None:
                    shown.append(value)
        shown += [made for key, path in shape.extended.items() if (made := self.extended(item, key, path)) is not None]
        return fields.sort_into(item.kind, shown)

    def value(self, item: Item, name: str, body_type: str = "Best") -> Element | None:
        """A property of an item, or None where it has none."""
        worked_out = _GENERAL.get(name) or _KINDS.get(item.kind, {}).get(name)
        if worked_out is not None:
            return worked_out(self, item)
        if name == "Body":
            stored = item.properties.get("Body")
            return None if stored is None else body(stored, body_type)
        stored = item.properties.get(name)
        if stored is None:
            return None
        return self.time(name, zones.read(text(stored))) if name in TIMES else copy(stored)

    def time(self, name: str, moment: datetime) -> Element:
        return t(name, zones.write(moment, self.zone))

    def extended(self, item: Item, key: ExtendedKey, path: Element) -> Element | None:
        clean = _GLOBAL_IDS.get(key)
        if clean is not None and item.kind == "CalendarItem":
            packed = base64.b64encode(series.global_object_id(item, clean)).decode()
            return t("ExtendedProperty", copy(path), t("Value", packed))
        known = mapi.value(item, key, Viewer(self.box).value)
        if known is not None:
            return t("ExtendedProperty", copy(path), mapi.content(known))
        stored = item.extended.get(key)
        return None if stored is None else t("ExtendedProperty", copy(path), *map(copy, children(stored)[1:]))


def body(stored: Element, body_type: str) -> Element:
    """A body in the type asked for. Exchange keeps one form and converts ("Body", "BodyType")."""
    kept, value = stored.get("BodyType", "Text"), text(stored)
    if body_type in ("Best", kept):
        return t("Body", value, BodyType=kept)
    if body_type == "Text":
        return t("Body", plain(value), BodyType="Text")
    lines = html.escape(value, quote=False).replace("\r\n", "\n").replace("\n", "<br>\r\n")
    return t("Body", as_document(f'<div class="PlainText">{lines}</div>'), BodyType="HTML")


def plain(markup: str) -> str:
    without = re.sub(r"(?is)<(head|style|script)\b.*?</\1>", "", markup)
    broken = re.sub(r"(?i)<br\s*/?>\s*|</(p|div|tr)>\s*", "\r\n", without)
    return html.unescape(re.sub(r"<[^>]+>", "", broken)).strip("\r\n ") + "\r\n"


def as_document(markup: str) -> str:
    """HTML as Exchange rewrites it: always a document of its own, with its own META."""
    inner = re.search(r"(?is)<body\b[^>]*>(.*)</body>", markup)
    content = inner[1].strip() if inner else re.sub(r"(?is)</?(html|head)\b[^>]*>|<meta[^>]*>", "", markup).strip()
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    return f"<html>\r\n<head>\r\n{meta}\r\n</head>\r\n<body>\r\n{content}\r\n</body>\r\n</html>\r\n"


def item_id(item: Item) -> Element:
    return t("ItemId", Id=item.id, ChangeKey=item.change_key)


def mailbox(name: str, address: str) -> Element:
    return t("Mailbox", t("Name", name or address), t("EmailAddress", address), t("RoutingType", "SMTP"))


def attachment_info(item: Attachment, content: bool = False) -> Element:
    return t(
        "FileAttachment", t("AttachmentId", Id=item.id), t("Name", item.name), t("ContentType", item.content_type),
        t("ContentId", item.content_id) if item.content_id else None, t("Size", str(len(item.content))),
        t("IsInline", boolean(item.inline)),
        t("Content", base64.b64encode(item.content).decode()) if content else None,
    )  # fmt: skip


def _mime(item: Item) -> Element | None:
    """ "ErrorUnsupportedMimeConversion": messages and events have it, nothing else."""
    if item.kind not in ("Message", "Item", "CalendarItem"):
        raise EwsError("ErrorUnsupportedMimeConversion", "MIME conversion is not supported for this item type.")
    made = item.mime
    if item.kind == "CalendarItem":
        made = icalendar.content(item, _plain_body)
    return t("MimeContent", base64.b64encode(made).decode(), CharacterSet="UTF-8") if made else None


def _plain_body(item: Item) -> str:
    stored = item.properties.get("Body")
    return "" if stored is None else text(body(stored, "Text"))


def _attachments(_: Viewer, item: Item) -> Element | None:
    return t("Attachments", *map(attachment_info, item.attachments)) if item.attachments else None


def _rights(_: Viewer, item: Item) -> Element:
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read", "ViewPrivateItems")
    allowed = ("Delete", "Modify", "Read", "ViewPrivateItems") if item.folder.writable else ("Read",)
    return t("EffectiveRights", *(t(name, boolean(name in allowed)) for name in names))


def _response_objects(viewer: Viewer, item: Item) -> Element | None:
    if item.kind != "CalendarItem" or item.organiser[1].lower() == viewer.box.address.lower():
        return None
    return t("ResponseObjects", t("AcceptItem"), t("TentativelyAcceptItem"), t("DeclineItem"))


def _display(name: str, *lists: str):  # type: ignore[no-untyped-def]
    """The names of a kind of recipients, of attendees as of the mails they get; empty where there are none."""

    def shown(_: Viewer, item: Item) -> Element | None:
        people = [person for each in lists for person in item.properties.get(each, ())]
        found = [each if local(each) == "Mailbox" else find(each, "t:Mailbox") for each in people]
        return t(name, "; ".join(text(each, "t:Name") or text(each, "t:EmailAddress") for each in found))

    return shown


def _calendar_type(item: Item) -> str:
    if item.master is not None:
        return "Exception" if item.original_start in item.master.exceptions else "Occurrence"
    return "RecurringMaster" if "Recurrence" in item.properties else "Single"


def _attendees(name: str):  # type: ignore[no-untyped-def]
    def shown(_: Viewer, item: Item) -> Element | None:
        stored = item.properties.get(name)
        if stored is None or not len(stored):
            return None
        return t(name, *(_attendee(item, each) for each in stored))

    return shown


def _attendee(item: Item, stored: Element) -> Element:
    address = text(stored, "t:Mailbox/t:EmailAddress")
    answer = item.responses.get(address.lower(), "Unknown")
    return t("Attendee", mailbox(text(stored, "t:Mailbox/t:Name"), address), t("ResponseType", answer))


def _edge(name: str, last: bool):  # type: ignore[no-untyped-def]
    def shown(viewer: Viewer, item: Item) -> Element | None:
        if not series.is_series(item):
            return None
        endless = find(item.properties["Recurrence"], "t:NoEndRecurrence") is not None
        if last and endless:
            return None
        found = list(series.living(item)) if last else [next(series.living(item), None)]
        return _occurrence(viewer, name, found[-1]) if found and found[-1] is not None else None

    return shown


def _occurrence(viewer: Viewer, name: str, item: Item) -> Element:
    original = item.original_start or series.start_of(item)
    return t(
        name, item_id(item), viewer.time("Start", series.start_of(item)), viewer.time("End", series.end_of(item)),
        viewer.time("OriginalStart", original),
    )  # fmt: skip


def _modified(viewer: Viewer, item: Item) -> Element | None:
    changed = [series.occurrence(item, each) for each in sorted(item.exceptions)]
    return t("ModifiedOccurrences", *(_occurrence(viewer, "Occurrence", each) for each in changed)) if changed else None


def _deleted(viewer: Viewer, item: Item) -> Element | None:
    gone = [t("DeletedOccurrence", viewer.time("Start", each)) for each in sorted(item.deleted)]
    return t("DeletedOccurrences", *gone) if gone else None


def _original(name: str):  # type: ignore[no-untyped-def]
    return lambda viewer, item: None if item.original_start is None else viewer.time(name, item.original_start)


def _is_organiser(viewer: Viewer, item: Item) -> bool:
    return item.organiser[1].lower() == viewer.box.address.lower()


def _length(item: Item) -> str:
    seconds = int((series.end_of(item) - series.start_of(item)).total_seconds())
    return f"PT{seconds // 3600}H{seconds % 3600 // 60}M"


_GENERAL = {
    "ItemId": lambda _, item: item_id(item),
    "ParentFolderId": lambda _, item: t("ParentFolderId", Id=item.folder.id, ChangeKey=item.folder.change_key),
    "MimeContent": lambda _, item: _mime(item),
    "Attachments": _attachments,
    "HasAttachments": lambda _, item: t("HasAttachments", boolean(any(not each.inline for each in item.attachments))),
    "DisplayTo": _display("DisplayTo", "ToRecipients", "RequiredAttendees"),
    "DisplayCc": _display("DisplayCc", "CcRecipients", "OptionalAttendees"),
    "DisplayBcc": _display("DisplayBcc", "BccRecipients", "Resources"),
    "EffectiveRights": _rights,
    "ResponseObjects": _response_objects,
    "DateTimeCreated": lambda viewer, item: viewer.time("DateTimeCreated", item.created),
    "LastModifiedTime": lambda viewer, item: viewer.time("LastModifiedTime", item.modified),
    "LastModifiedName": lambda viewer, item: t("LastModifiedName", viewer.box.name),
    "Size": lambda _, item: t("Size", str(len(item.mime) or 1024)),
    "TextBody": lambda _, item: (
        t("TextBody", text(body(item.properties["Body"], "Text")), BodyType="Text")
        if "Body" in item.properties
        else None
    ),
}
_KINDS = {
    "CalendarItem": {
        "UID": lambda _, item: t("UID", item.uid),
        "RecurrenceId": _original("RecurrenceId"),
        "OriginalStart": _original("OriginalStart"),
        "IsMeeting": lambda _, item: t("IsMeeting", boolean(series.attendees(item) or item.my_response != "Organizer")),
        "IsCancelled": lambda _, item: t("IsCancelled", boolean(item.cancelled)),
        "IsRecurring": lambda _, item: t("IsRecurring", boolean(item.master is not None)),
        "MeetingRequestWasSent": lambda _, item: t("MeetingRequestWasSent", boolean(item.request_sent)),
        "CalendarItemType": lambda _, item: t("CalendarItemType", _calendar_type(item)),
        "MyResponseType": lambda _, item: t("MyResponseType", item.my_response),
        "Organizer": lambda _, item: t("Organizer", mailbox(*item.organiser)),
        "IsOrganizer": lambda viewer, item: t("IsOrganizer", boolean(_is_organiser(viewer, item))),
        "RequiredAttendees": _attendees("RequiredAttendees"),
        "OptionalAttendees": _attendees("OptionalAttendees"),
        "Resources": _attendees("Resources"),
        "Duration": lambda _, item: t("Duration", _length(item)),
        "AppointmentSequenceNumber": lambda _, item: t("AppointmentSequenceNumber", str(item.sequence)),
        "AppointmentState": lambda viewer, item: t("AppointmentState", str(_state(viewer, item))),
        "FirstOccurrence": _edge("FirstOccurrence", last=False),
        "LastOccurrence": _edge("LastOccurrence", last=True),
        "ModifiedOccurrences": _modified,
        "DeletedOccurrences": _deleted,
        "StartTimeZoneId": lambda _, item: t("StartTimeZoneId", item.properties["StartTimeZone"].get("Id", "UTC")),
        "EndTimeZoneId": lambda _, item: t("EndTimeZoneId", item.properties["EndTimeZone"].get("Id", "UTC")),
        "StartWallClock": lambda _, item: t("StartWallClock", zones.write(series.start_of(item), series.zone_of(item))),
        "EndWallClock": lambda _, item: t("EndWallClock", zones.write(series.end_of(item), series.zone_of(item))),
    },
    "Task": {
        "IsComplete": lambda _, item: t("IsComplete", boolean(text(item.properties.get("Status")) == "Completed")),
        "IsRecurring": lambda _, item: t("IsRecurring", boolean("Recurrence" in item.properties)),
    },
}  # fmt: skip


def _state(viewer: Viewer, item: Item) -> int:
    """PidLidAppointmentStateFlags ([MS-OXOCAL] 2.2.1.10): meeting, received, cancelled."""
    meeting = bool(series.attendees(item)) or item.my_response != "Organizer"
    return meeting * 1 + (meeting and not _is_organiser(viewer, item)) * 2 + item.cancelled * 4
