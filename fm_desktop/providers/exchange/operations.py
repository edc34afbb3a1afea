"""The requests of EWS that are used, made by exchangelib's services. Nothing is sent here.

The services of exchangelib know the protocol: names, the order of elements, versions. What an item holds is given to
them as XML (`events`, `tasks`): exchangelib's own items bring values along that nobody asked for, such as a reminder
that is switched off.
Who is mailed, and whether a change may overwrite another one, is said here in every request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from exchangelib.extended_properties import ExtendedProperty
from exchangelib.fields import ExtendedPropertyField, FieldOrder, FieldPath, TextField
from exchangelib.items.base import (
    ALL_OCCURRENCES,
    ID_ONLY,
    MOVE_TO_DELETED_ITEMS,
    NEVER_OVERWRITE,
    SAVE_ONLY,
    SEND_TO_ALL_AND_SAVE_COPY,
    SEND_TO_NONE,
)
from exchangelib.properties import BaseItemId, DistinguishedFolderId, FolderId, ItemId
from exchangelib.services import (
    CreateItem,
    DeleteItem,
    FindFolder,
    FindItem,
    GetFolder,
    GetItem,
    GetStreamingEvents,
    ResolveNames,
    SubscribeToStreaming,
    SyncFolderItems,
    UpdateItem,
)
from exchangelib.services.common import EWSService

from fm_desktop.providers.exchange.xml import Element, at, clean, make
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
_MESSAGE_FIELDS: Final = (
    "item:ItemClass", "item:Subject", "item:Size", "item:DateTimeReceived", "item:DateTimeSent", "item:IsDraft",
    "item:ConversationId", "message:From", "message:Sender", "message:ToRecipients", "message:CcRecipients",
    "message:BccRecipients", "message:ReplyTo", "message:InternetMessageId", "message:References",
)  # fmt: skip
RECEIVED: Final = "item:DateTimeReceived"


@dataclass(frozen=True, slots=True)
class Operation:
    """One request: a service of exchangelib, and the body that it makes."""

    service: type[EWSService]
    payload: Callable[[Any], Element]


class CleanGlobalObjectId(ExtendedProperty):  # type: ignore[misc]
    """PidLidCleanGlobalObjectId (MS-OXPROPS 2.46), which is a UID in another form."""

    distinguished_property_set_id = "Meeting"
    property_id = 35
    property_type = "Binary"


class AttributeHidden(ExtendedProperty):  # type: ignore[misc]
    """PidTagAttributeHidden (MS-OXPROPS): Exchange's own folders."""

    property_tag = 0x10F4
    property_type = "Boolean"


class Identity(ExtendedProperty):  # type: ignore[misc]
    """The property that an item of ours is known by (`outlook/identity`)."""

    property_set_id = PROPERTY_SET
    property_name = PROPERTY_NAME
    property_type = "String"


class _ItemId(ItemId):  # type: ignore[misc]
    """Of any length: a UID of somebody else is looked for as an id, too, and the server says that it is none."""

    ELEMENT_NAME = ItemId.ELEMENT_NAME

    def clean(self, version: object = None) -> None:
        """exchangelib would refuse what is longer than the ids of Exchange."""


class _OwnFolder(DistinguishedFolderId):  # type: ignore[misc]
    """A folder of the mailbox of whoever signs in, which is the one meant where none is named (MS-OXWSFOLD): the
    address somebody signs in with may be another one than the mailbox's."""

    ELEMENT_NAME = DistinguishedFolderId.ELEMENT_NAME

    def clean(self, version: object = None) -> None:
        """exchangelib would refuse it, because no mailbox is named."""


# --- what is asked about -------------------------------------------------------------------------


def path(uri: str) -> FieldPath:
    """A property by its name in EWS (UnindexedFieldURIType)."""
    return FieldPath(field=TextField(uri, field_uri=uri))


def property_path(kind: type[ExtendedProperty]) -> FieldPath:
    return FieldPath(field=ExtendedPropertyField(kind.__name__, value_cls=kind))


EVENT: Final = (*map(path, _EVENT_FIELDS), property_path(Identity))
TASK: Final = (*map(path, _TASK_FIELDS), property_path(Identity))
MESSAGE: Final = tuple(map(path, _MESSAGE_FIELDS))


def compared(comparison: str, what: FieldPath, value: str) -> Element:
    """A condition of a restriction: `IsEqualTo`, `IsGreaterThanOrEqualTo`, ..."""
    return make(f"t:{comparison}", what.to_xml(), make("t:FieldURIOrConstant", make("t:Constant", Value=value)))


def both(first: Element, second: Element) -> Element:
    return make("t:And", first, second)


@dataclass(frozen=True, slots=True)
class _Restriction:
    """As FindItem asks for it."""

    condition: Element

    def to_xml(self, version: object) -> Element:  # noqa: ARG002
        return make("m:Restriction", self.condition)


def item_id(identity: str, change_key: str | None = None) -> ItemId:
    return _ItemId(id=clean(identity), changekey=change_key or None)


def _folder(identity: str) -> FolderId:
    return FolderId(id=clean(identity))


# --- reading -------------------------------------------------------------------------------------


def get_items(ids: Iterable[BaseItemId], fields: Iterable[FieldPath] = ()) -> Operation:
    """Ids, and the fields that are named; a body in the richest form there is."""
    wanted, named = list(ids), list(fields)

    def payload(service: GetItem) -> Element:
        request: Element = service.get_payload(items=wanted, additional_fields=named, shape=ID_ONLY)
        shape = at(request, "m:ItemShape")
        if any(each.field.name == "item:Body" for each in named) and shape is not None:
            shape.insert(1, make("t:BodyType", value="Best"))
        return request

    return Operation(GetItem, payload)


def sync_items(folder: str, state: str, most: int, fields: Iterable[FieldPath] = ()) -> Operation:
    named = list(fields)

    def payload(service: SyncFolderItems) -> Element:
        request: Element = service.get_payload(
            folder=_folder(folder), shape=ID_ONLY, additional_fields=named, sync_state=clean(state),
            ignore=None, max_changes_returned=most, sync_scope=None,
        )  # fmt: skip
        return request

    return Operation(SyncFolderItems, payload)


def find_items(folder: str, condition: Element, offset: int, most: int) -> Operation:
    """A page of the ids of those that meet a condition."""
    return _find_items(folder, offset, most, restriction=_Restriction(condition))


def newest_item(folder: str) -> Operation:
    return _find_items(folder, 0, 1, newest_first=True)


def _find_items(
    folder: str, offset: int, most: int, *, restriction: _Restriction | None = None, newest_first: bool = False
) -> Operation:
    def payload(service: FindItem) -> Element:
        order = [FieldOrder(path(RECEIVED), reverse=True)] if newest_first else None
        request: Element = service.get_payload(
            folders=[_folder(folder)], additional_fields=None, restriction=restriction, order_fields=order,
            query_string=None, shape=ID_ONLY, depth="Shallow", calendar_view=None, page_size=most, offset=offset,
        )  # fmt: skip
        return request

    return Operation(FindItem, payload)


def find_folders(offset: int, most: int, fields: Iterable[FieldPath]) -> Operation:
    """A page of all folders of the mailbox."""
    named = list(fields)

    def payload(service: FindFolder) -> Element:
        request: Element = service.get_payload(
            folders=[_OwnFolder(id="msgfolderroot")], additional_fields=named, restriction=None,
            shape=ID_ONLY, depth="Deep", page_size=most, offset=offset,
        )  # fmt: skip
        return request

    return Operation(FindFolder, payload)


def get_folders(names: Iterable[str]) -> Operation:
    """The ids of folders by their distinguished names."""
    wanted = [_OwnFolder(id=each) for each in names]

    def payload(service: GetFolder) -> Element:
        request: Element = service.get_payload(folders=wanted, additional_fields=None, shape=ID_ONLY)
        return request

    return Operation(GetFolder, payload)


def resolve(name: str) -> Operation:
    def payload(service: ResolveNames) -> Element:
        request: Element = service.get_payload(
            unresolved_entries=[clean(name)], parent_folders=None, return_full_contact_data=True,
            search_scope="ActiveDirectory", contact_data_shape="AllProperties",
        )  # fmt: skip
        return request

    return Operation(ResolveNames, payload)


# --- being told ----------------------------------------------------------------------------------


def subscribe(folder: str) -> Operation:
    """To what comes into a folder."""

    def payload(service: SubscribeToStreaming) -> Element:
        events = ("NewMailEvent", "CreatedEvent", "MovedEvent", "CopiedEvent")
        request: Element = service.get_payload(folders=[_folder(folder)], event_types=events)
        return request

    return Operation(SubscribeToStreaming, payload)


def streaming_events(subscription: str, minutes: int) -> Operation:
    def payload(service: GetStreamingEvents) -> Element:
        request: Element = service.get_payload(subscription_ids=[clean(subscription)], connection_timeout=minutes)
        return request

    return Operation(GetStreamingEvents, payload)


# --- writing -------------------------------------------------------------------------------------


def create_item(folder: str, item: Element) -> Operation:
    """Nobody is invited: without attendees there is nobody, and it is said besides (R27)."""
    return _create(_folder(folder), item)


def create_message(folder: str, item: Element) -> Operation:
    """A message that is kept and never sent. `folder` is a distinguished name."""
    return _create(_OwnFolder(id=folder), item)


def _create(folder: FolderId, item: Element) -> Operation:
    def payload(service: CreateItem) -> Element:
        request: Element = service.get_payload(
            items=(), folder=folder, message_disposition=SAVE_ONLY, send_meeting_invitations=SEND_TO_NONE
        )
        _put(request, "m:Items", item)
        return request

    return Operation(CreateItem, payload)


def update_item(
    target: BaseItemId, changes: Iterable[Element], *, mails: bool, conflicts: str = NEVER_OVERWRITE
) -> Operation:
    """`mails`: whether participants are told."""
    change = make("t:ItemChange", target.to_xml(version=None), make("t:Updates", *changes))

    def payload(service: UpdateItem) -> Element:
        request: Element = service.get_payload(
            items=(), conflict_resolution=conflicts, message_disposition=SAVE_ONLY,
            send_meeting_invitations_or_cancellations=_told(mails), suppress_read_receipts=True,
        )  # fmt: skip
        _put(request, "m:ItemChanges", change)
        return request

    return Operation(UpdateItem, payload)


def delete_item(target: BaseItemId, *, mails: bool) -> Operation:
    """Into the bin. `mails`: whether participants are told; no sender hears that it was not read."""

    def payload(service: DeleteItem) -> Element:
        request: Element = service.get_payload(
            items=[target], delete_type=MOVE_TO_DELETED_ITEMS, send_meeting_cancellations=_told(mails),
            affected_task_occurrences=ALL_OCCURRENCES, suppress_read_receipts=True,
        )  # fmt: skip
        return request

    return Operation(DeleteItem, payload)


def _told(mails: bool) -> str:
    told: str = SEND_TO_ALL_AND_SAVE_COPY if mails else SEND_TO_NONE
    return told


def _put(request: Element, name: str, content: Element) -> None:
    holder = at(request, name)
    assert holder is not None
    holder.append(content)
