"""The requests of EWS that are used, as XML (messages.xsd). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fm_desktop.providers.exchange.xml import Element, make
from fm_desktop.providers.outlook.identity import PROPERTY_NAME, PROPERTY_SET

_EVENT_FIELDS: Final = (
    "item:ItemClass", "item:ParentFolderId", "item:Subject", "item:Sensitivity", "item:Body", "item:Categories",
    "item:Importance",
    "item:ReminderIsSet", "item:ReminderMinutesBeforeStart", "calendar:UID", "calendar:Start", "calendar:End",
    "calendar:OriginalStart", "calendar:IsAllDayEvent", "calendar:LegacyFreeBusyStatus", "calendar:Location",
    "calendar:IsMeeting", "calendar:IsCancelled", "calendar:CalendarItemType", "calendar:MyResponseType",
    "calendar:Organizer", "calendar:RequiredAttendees", "calendar:OptionalAttendees", "calendar:Resources",
    "calendar:Recurrence", "calendar:ModifiedOccurrences", "calendar:DeletedOccurrences", "calendar:StartTimeZone",
    "calendar:EndTimeZone", "calendar:JoinOnlineMeetingUrl",
)  # fmt: skip
_TASK_FIELDS: Final = (
    "item:ItemClass", "item:ParentFolderId", "item:Subject", "item:Sensitivity", "item:Body", "item:Categories",
    "item:Importance",
    "item:ReminderDueBy", "item:ReminderIsSet", "task:DueDate", "task:PercentComplete", "task:StartDate", "task:Status",
)  # fmt: skip
MESSAGE_FIELDS: Final = (
    "item:ItemClass", "item:Subject", "item:Size", "item:DateTimeReceived", "item:DateTimeSent", "item:IsDraft",
    "item:ConversationId", "message:From", "message:Sender", "message:ToRecipients", "message:CcRecipients",
    "message:BccRecipients", "message:ReplyTo", "message:InternetMessageId", "message:References",
)  # fmt: skip


def field(uri: str) -> Element:
    return make("t:FieldURI", FieldURI=uri)


def extended(tag: str, kind: str) -> Element:
    """A property of MAPI by its tag (MS-OXPROPS)."""
    return make("t:ExtendedFieldURI", PropertyTag=tag, PropertyType=kind)


def identity_field() -> Element:
    return make("t:ExtendedFieldURI", PropertySetId=PROPERTY_SET, PropertyName=PROPERTY_NAME, PropertyType="String")


def goid_field() -> Element:
    """PidLidCleanGlobalObjectId (MS-OXPROPS 2.46), which is a UID in another form."""
    return make("t:ExtendedFieldURI", DistinguishedPropertySetId="Meeting", PropertyId="35", PropertyType="Binary")


def item_id(identity: str, change_key: str | None = None) -> Element:
    return make("t:ItemId", Id=identity, **({"ChangeKey": change_key} if change_key else {}))


def folder_id(identity: str) -> Element:
    return make("t:FolderId", Id=identity)


def known_folder(name: str) -> Element:
    return make("t:DistinguishedFolderId", Id=name)


def shape(tag: str, fields: Iterable[Element], *, body: str = "") -> Element:
    """Ids, and the fields that are named."""
    found = make(tag, make("t:BaseShape", value="IdOnly"))
    if body:
        found.append(make("t:BodyType", value=body))
    named = list(fields)
    if named:
        found.append(make("t:AdditionalProperties", *named))
    return found


def event_shape() -> Element:
    return shape("m:ItemShape", [*map(field, _EVENT_FIELDS), identity_field()], body="Best")


def task_shape() -> Element:
    return shape("m:ItemShape", [*map(field, _TASK_FIELDS), identity_field()], body="Best")


def get_items(item_shape: Element, ids: Iterable[Element]) -> Element:
    return make("m:GetItem", item_shape, make("m:ItemIds", *ids))


def sync_items(folder: str, state: str, most: int, item_shape: Element | None = None) -> Element:
    request = make("m:SyncFolderItems", item_shape if item_shape is not None else shape("m:ItemShape", ()))
    request.append(make("m:SyncFolderId", folder_id(folder)))
    if state:
        request.append(make("m:SyncState", value=state))
    request.append(make("m:MaxChangesReturned", value=str(most)))
    return request


def find_items(folder: str, condition: Element, offset: int, most: int, item_shape: Element | None = None) -> Element:
    return make(
        "m:FindItem",
        item_shape if item_shape is not None else shape("m:ItemShape", ()),
        make("m:IndexedPageItemView", MaxEntriesReturned=str(most), Offset=str(offset), BasePoint="Beginning"),
        make("m:Restriction", condition),
        make("m:ParentFolderIds", folder_id(folder)),
        Traversal="Shallow",
    )


def compared(comparison: str, what: Element, value: str) -> Element:
    """A condition of a restriction: `IsEqualTo`, `IsGreaterThanOrEqualTo`, ..."""
    return make(f"t:{comparison}", what, make("t:FieldURIOrConstant", make("t:Constant", Value=value)))


def both(first: Element, second: Element) -> Element:
    return make("t:And", first, second)


def newest_item(folder: str) -> Element:
    order = make("t:FieldOrder", field("item:DateTimeReceived"), Order="Descending")
    return make(
        "m:FindItem",
        shape("m:ItemShape", ()),
        make("m:IndexedPageItemView", MaxEntriesReturned="1", Offset="0", BasePoint="Beginning"),
        make("m:SortOrder", order),
        make("m:ParentFolderIds", folder_id(folder)),
        Traversal="Shallow",
    )


def find_folders(offset: int, most: int, fields: Iterable[Element]) -> Element:
    return make(
        "m:FindFolder",
        shape("m:FolderShape", fields),
        make("m:IndexedPageFolderView", MaxEntriesReturned=str(most), Offset=str(offset), BasePoint="Beginning"),
        make("m:ParentFolderIds", known_folder("msgfolderroot")),
        Traversal="Deep",
    )


def get_folders(names: Iterable[str], fields: Iterable[Element] = ()) -> Element:
    return make("m:GetFolder", shape("m:FolderShape", fields), make("m:FolderIds", *map(known_folder, names)))


def create_item(folder: str, item: Element) -> Element:
    """Nobody is invited: without attendees there is nobody, and it is said besides (R27)."""
    request = make("m:CreateItem", make("m:SavedItemFolderId", folder_id(folder)), make("m:Items", item))
    if item.tag.endswith("}CalendarItem"):
        request.set("SendMeetingInvitations", "SendToNone")
    return request


def create_message(folder: str, item: Element) -> Element:
    """A message that is kept and never sent."""
    return make(
        "m:CreateItem",
        make("m:SavedItemFolderId", known_folder(folder)),
        make("m:Items", item),
        MessageDisposition="SaveOnly",
    )


def update_item(target: Element, changes: Iterable[Element], *, mails: bool | None) -> Element:
    """`mails`: whether participants are told; None for what has none."""
    request = make(
        "m:UpdateItem",
        make("m:ItemChanges", make("t:ItemChange", target, make("t:Updates", *changes))),
        ConflictResolution="NeverOverwrite",
        MessageDisposition="SaveOnly",
    )
    if mails is not None:
        request.set("SendMeetingInvitationsOrCancellations", "SendToAllAndSaveCopy" if mails else "SendToNone")
    return request


def delete_item(target: Element, *, mails: bool | None) -> Element:
    request = make("m:DeleteItem", make("m:ItemIds", target), DeleteType="MoveToDeletedItems")
    if mails is None:
        request.set("AffectedTaskOccurrences", "AllOccurrences")
    else:
        request.set("SendMeetingCancellations", "SendToAllAndSaveCopy" if mails else "SendToNone")
    return request


def resolve(name: str) -> Element:
    return make(
        "m:ResolveNames",
        make("m:UnresolvedEntry", value=name),
        ReturnFullContactData="true",
        SearchScope="ActiveDirectory",
        ContactDataShape="AllProperties",
    )
