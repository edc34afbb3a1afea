"""Events as they are answered."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from tests.servers.graph import bodies
from tests.servers.graph.box import Mailbox, container_id, found, item_ids, stamp
from tests.servers.graph.events import Attachment, Event
from tests.servers.graph.extended import expansion, write_extension
from tests.servers.graph.odata import Kind, Row
from tests.servers.graph.wire import Prefer

EVENT = Kind(
    "graph.event",
    filterable=frozenset(
        {
            "id", "iCalUId", "subject", "start", "end", "isAllDay", "isCancelled", "isOrganizer", "type", "showAs",
            "importance", "sensitivity", "categories", "createdDateTime", "lastModifiedDateTime", "seriesMasterId",
            "hasAttachments", "singleValueExtendedProperties", "organizer", "transactionId",
        }
    ),
    sortable=frozenset({"start", "end", "subject", "createdDateTime", "lastModifiedDateTime"}),
)  # fmt: skip
NO_PLACE: dict[str, Any] = {
    "displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": {}, "coordinates": {},
}  # fmt: skip
DEFAULTS: dict[str, Any] = {
    "subject": "", "importance": "normal", "sensitivity": "normal", "showAs": "busy", "isReminderOn": True,
    "reminderMinutesBeforeStart": 15, "responseRequested": True, "allowNewTimeProposals": True, "hideAttendees": False,
    "categories": [], "location": NO_PLACE, "locations": [], "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
}  # fmt: skip


def row(box: Mailbox, event: Event, prefer: Prefer) -> Row:
    made = Row(event, wire(event, prefer))
    made.expansions = {
        "singleValueExtendedProperties": expansion(event.extended),
        "extensions": lambda options: [write_extension(name, kept) for name, kept in event.extensions.items()],
        "attachments": lambda options: [attachment(kept) for kept in event.attachments.values()],
        "calendar": lambda options: calendar(box, event.calendar),
    }
    if event.kind == "seriesMaster":
        made.expansions["exceptionOccurrences"] = _exceptions(event, prefer)
        master = event.ids.pick(prefer.immutable_ids)
        made.on_select["cancelledOccurrences"] = [f"OID.{master}.{day.isoformat()}" for day in sorted(event.deleted)]
    return made


def _exceptions(event: Event, prefer: Prefer) -> Callable[[dict[str, str]], list[dict[str, Any]]]:
    return lambda options: [wire(event.exceptions[day], prefer) for day in sorted(event.exceptions)]


def wire(event: Event, prefer: Prefer) -> dict[str, Any]:
    details = {**DEFAULTS, **event.details}
    made = {
        "@odata.etag": event.etag,
        "id": event.ids.pick(prefer.immutable_ids),
        "createdDateTime": stamp(event.created),
        "lastModifiedDateTime": stamp(event.modified),
        "changeKey": event.change_key,
        "originalStartTimeZone": event.start.zone,
        "originalEndTimeZone": event.end.zone,
        "iCalUId": event.global_uid,
        **details,
        "bodyPreview": bodies.preview(event.body),
        "body": bodies.written(event.body, prefer.body_type),
        "hasAttachments": bool(event.attachments),
        "isAllDay": event.all_day,
        "isCancelled": event.cancelled,
        "isOrganizer": event.mine,
        "isDraft": False,
        "seriesMasterId": event.master.ids.pick(prefer.immutable_ids) if event.master else None,
        "type": event.kind,
        "webLink": f"https://outlook.office365.com/owa/?itemid={event.ids.plain}&exvsurl=1&path=/calendar/item",
        "onlineMeetingUrl": None,
        "onlineMeeting": event.online,
        "responseStatus": {"response": event.response, "time": event.response_time},
        "start": event.start.written(prefer.time_zone, event.all_day),
        "end": event.end.written(prefer.time_zone, event.all_day),
        "recurrence": event.recurrence,
        "attendees": event.attendees,
        "organizer": event.organizer,
    }
    if event.transaction is not None:
        made["transactionId"] = event.transaction
    if event.master is not None and event.day is not None:
        original = event.master.start.shifted(event.day - event.master.start.local.date())
        made["originalStart"] = stamp(original.instant)
    return made


def short(event: Event, prefer: Prefer) -> dict[str, Any]:
    """An occurrence in a delta says only where it belongs and when it is (microsoft-graph-docs-contrib, issue 34)."""
    whole = wire(event, prefer)
    return {name: whole[name] for name in ("@odata.etag", "id", "seriesMasterId", "type", "start", "end")}


def attachment(kept: Attachment, *, content: bool = True) -> dict[str, Any]:
    made = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "@odata.mediaContentType": kept.content_type,
        "id": item_ids(kept.key, 0).plain,
        "lastModifiedDateTime": stamp(kept.modified),
        "name": kept.name,
        "contentType": kept.content_type,
        "size": len(kept.content),
        "isInline": kept.inline,
        "contentId": kept.content_id,
        "contentLocation": None,
    }
    if content:
        made["contentBytes"] = base64.b64encode(kept.content).decode()
    return made


def calendar(box: Mailbox, key: str) -> dict[str, Any]:
    kept = found(box.calendars, key)
    return {
        "id": container_id(kept.key),
        "name": kept.name,
        "color": kept.color,
        "hexColor": "",
        "isDefaultCalendar": kept.default,
        "changeKey": f"nfZyf7VcrEKLNoU37KWlkQAA{kept.version:08X}==",
        "canShare": kept.owner_address == box.address,
        "canViewPrivateItems": kept.owner_address == box.address,
        "canEdit": kept.can_edit,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": kept.default,
        "isRemovable": not kept.default,
        "owner": {"name": kept.owner_name, "address": kept.owner_address},
    }
