"""Events: EWS's XML in the words of Graph's JSON, which describe the same stored item, and back. Pure.

What an event means, and what may be written of it, is decided in one place for both protocols (`graph.events`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import UTC
from typing import Final

from tzlocal.windows_tz import tz_win

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import UTC_NAME, When
from fm_desktop.providers.exchange.recurrence import recurrence_json
from fm_desktop.providers.exchange.xml import Element, all_at, at, attribute, local_name, make, text, to_bytes
from fm_desktop.providers.graph import events
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.graph.people import people_of
from fm_desktop.providers.graph.raw import Json, part
from fm_desktop.providers.graph.series import clock_of_series, is_master
from fm_desktop.providers.graph.times import event_span, moment, offset_moment
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.ical.zones import named_zone
from fm_desktop.providers.outlook.identity import GRAPH_PROPERTY_ID, PROPERTY_NAME, PROPERTY_SET

_RESPONSES: Final = {
    "Accept": "accepted",
    "Decline": "declined",
    "Tentative": "tentativelyAccepted",
    "Organizer": "organizer",
}
_ATTENDEES: Final = {"RequiredAttendees": "required", "OptionalAttendees": "optional", "Resources": "resource"}
_TYPES: Final = {"RecurringMaster": "seriesMaster", "Exception": "exception", "Occurrence": "occurrence"}
# What a restored event takes over as it was, in the order of the schema around what is made anew.
_KEPT_FIRST: Final = ("Subject", "Sensitivity")
_KEPT_THEN: Final = ("Categories", "Importance", "ReminderIsSet", "ReminderMinutesBeforeStart")
_KEPT_LAST: Final = ("LegacyFreeBusyStatus", "Location", "Recurrence")
_WINDOWS_ZONES: Final = frozenset(tz_win.values()) | {UTC_NAME}


def raw_of(items: Iterable[Element]) -> bytes:
    """The master or single item first, then a series' edited occurrences."""
    return to_bytes(make("m:Items", *(deepcopy(each) for each in items)))


def read_event(items: Sequence[Element], context: Context) -> tuple[Item, ...]:
    """Raises `BrokenCalendar`."""
    return events.read_event(event_json(items, context), context)


def event_json(items: Sequence[Element], context: Context) -> Json:
    """The event in Graph's words. Raises `BrokenCalendar`."""
    if not items:
        raise BrokenCalendar("It cannot be read: there is nothing in it.")
    master = items[0]
    event = _one(master, context)
    if is_master(event):
        originals = {
            attribute(at(each, "t:ItemId"), "Id"): text(each, "t:OriginalStart")
            for each in all_at(master, "t:ModifiedOccurrences/t:Occurrence")
        }
        event["exceptionOccurrences"] = [_exception(each, originals, context) for each in items[1:]]
        event["cancelledOccurrences"] = _cancelled(master, event, context)
    return event


def title_of(item: Element) -> str:
    return events.title_of({"subject": text(item, "t:Subject")})


def identity_of(item: Element) -> str:
    return events.identity_of({"singleValueExtendedProperties": _own_identity(item), "iCalUId": text(item, "t:UID")})


def own_identity(item: Element) -> str:
    """The identity that we gave it, '' for what others made."""
    return next((str(each["value"]) for each in _own_identity(item)), "")


def mails_participants(items: Sequence[Element], context: Context) -> bool:
    """Would Exchange have to tell somebody of a change? Only for the user's own meeting, of which the user was asked
    before: `Item.participants` is what the question was made of (R27)."""
    event = event_json(items[:1], context)
    if event["isOrganizer"] is not True or event["isCancelled"] is True:
        return False
    return any(
        each.address not in context.own_addresses for each in people_of(event, context.own_addresses).participants
    )


# --- from XML ------------------------------------------------------------------------------------


def _one(item: Element, context: Context) -> Json:
    response = text(item, "t:MyResponseType")
    is_organizer = text(item, "t:IsMeeting") != "true" or response == "Organizer"
    event: Json = {
        "id": attribute(at(item, "t:ItemId"), "Id"),
        "iCalUId": text(item, "t:UID"),
        "subject": text(item, "t:Subject"),
        "body": body_json(item),
        "start": {"dateTime": text(item, "t:Start")},
        "end": {"dateTime": text(item, "t:End")},
        "originalStart": text(item, "t:OriginalStart"),
        "originalStartTimeZone": _zone_name(item, context.user_zone),
        "isAllDay": text(item, "t:IsAllDayEvent") == "true",
        "isCancelled": text(item, "t:IsCancelled") == "true",
        "isOrganizer": is_organizer,
        "organizer": _organizer(item, context, is_organizer=is_organizer),
        "attendees": _attendees(item),
        "responseStatus": {"response": _RESPONSES.get(response, "none")},
        "sensitivity": text(item, "t:Sensitivity"),
        "location": {"displayName": text(item, "t:Location")},
        "onlineMeetingUrl": text(item, "t:JoinOnlineMeetingUrl"),
        "type": _TYPES.get(text(item, "t:CalendarItemType"), "singleInstance"),
        "singleValueExtendedProperties": _own_identity(item),
    }
    recurrence = at(item, "t:Recurrence")
    return event if recurrence is None else {**event, "recurrence": recurrence_json(recurrence)}


def body_json(item: Element) -> Json:
    kind = attribute(at(item, "t:Body"), "BodyType")
    return {"contentType": kind.lower() or "text", "content": text(item, "t:Body")}


def _zone_name(item: Element, user_zone: str) -> str:
    """The zone it was made in; the user's for one that nobody knows, so that a day without hours has one."""
    name = attribute(at(item, "t:StartTimeZone"), "Id")
    return name if named_zone(name, user_zone) else user_zone


def _organizer(item: Element, context: Context, *, is_organizer: bool) -> Json:
    """Left out where the server says that it is the user, and names an address of theirs that is not known here."""
    found = _recipient(at(item, "t:Organizer"))
    address = str(part(found, "emailAddress").get("address", "")).lower()
    return {} if is_organizer and address not in context.own_addresses else found


def _attendees(item: Element) -> list[Json]:
    return [
        {
            **_recipient(each),
            "type": kind,
            "status": {"response": _RESPONSES.get(text(each, "t:ResponseType"), "none")},
        }
        for name, kind in _ATTENDEES.items()
        for each in all_at(item, f"t:{name}/t:Attendee")
    ]


def _recipient(element: Element | None) -> Json:
    return {
        "emailAddress": {
            "name": text(element, "t:Mailbox/t:Name"),
            "address": text(element, "t:Mailbox/t:EmailAddress"),
        }
    }


def _own_identity(item: Element) -> list[Json]:
    for each in all_at(item, "t:ExtendedProperty"):
        uri = at(each, "t:ExtendedFieldURI")
        if attribute(uri, "PropertySetId").lower() == PROPERTY_SET and attribute(uri, "PropertyName") == PROPERTY_NAME:
            return [{"id": GRAPH_PROPERTY_ID, "value": text(each, "t:Value")}]
    return []


def _exception(item: Element, originals: dict[str, str], context: Context) -> Json:
    event = _one(item, context)
    return {**event, "originalStart": originals.get(str(event["id"])) or event["originalStart"], "recurrence": None}


def _cancelled(master: Element, event: Json, context: Context) -> list[str]:
    """As Graph names them: by their date in the series."""
    span = event_span(event, context.user_zone)
    zone = clock_of_series(event, span, context.user_zone)
    found: list[str] = []
    for each in all_at(master, "t:DeletedOccurrences/t:DeletedOccurrence"):
        start = offset_moment(text(each, "t:Start"))
        if start is None:
            raise BrokenCalendar("One of its removed dates cannot be read.", title_of(master), identity_of(master))
        found.append(start.in_zone(zone).local.date().isoformat())
    return found


# --- to XML --------------------------------------------------------------------------------------


def new_event(value: Projection, uid: str, context: Context) -> Element:
    """Raises `NotPossible`."""
    event = events.new_event(value, uid, context)
    return make(
        "t:CalendarItem",
        make("t:Subject", value=event["subject"]),
        body_element(event["body"]),
        identity_element(uid),
        *_times(event, context),
    )


def change(
    items: Sequence[Element], patch: Patch, recurrence_id: When | None, context: Context
) -> tuple[Element, list[Element]]:
    """The item that is meant, and its fields in their new form. Raises `NotPossible`, `BrokenCalendar`."""
    target, changed = events.change(event_json(items, context), patch, recurrence_id, context)
    meant = next((each for each in items if attribute(at(each, "t:ItemId"), "Id") == target["id"]), items[0])
    fields: list[Element] = []
    if "subject" in changed:
        fields.append(make("t:Subject", value=changed["subject"]))
    if "body" in changed:
        fields.append(body_element(changed["body"]))
    if "start" in changed:
        fields += _times(changed, context)
    return meant, fields


def restored(items: Sequence[Element], uid: str, context: Context) -> Element:
    """Raises `NotPossible`, `BrokenCalendar`."""
    kept = events.restored(event_json(items, context), uid, context)
    times = _times(kept | {"isAllDay": kept.get("isAllDay", False)}, context)
    body = [body_element(part(kept, "body"))] if part(kept, "body") else []
    return make(
        "t:CalendarItem",
        *_copied(items[0], _KEPT_FIRST),
        *body,
        *_copied(items[0], _KEPT_THEN),
        identity_element(uid),
        *times[:3],
        *_copied(items[0], _KEPT_LAST),
        *times[3:],
    )


def _copied(item: Element, names: Iterable[str]) -> list[Element]:
    return [deepcopy(found) for name in names if (found := at(item, f"t:{name}")) is not None]


def body_element(body: Json) -> Element:
    kind = "HTML" if str(body.get("contentType", "")).lower() == "html" else "Text"
    return make("t:Body", value=str(body.get("content", "")), BodyType=kind)


def identity_element(uid: str) -> Element:
    uri = make("t:ExtendedFieldURI", PropertySetId=PROPERTY_SET, PropertyName=PROPERTY_NAME, PropertyType="String")
    return make("t:ExtendedProperty", uri, make("t:Value", value=uid))


def _times(event: Json, context: Context) -> list[Element]:
    """Start, end and whether it is all day; then the zone both are to be shown in."""
    start, end = moment(part(event, "start"), context.user_zone), moment(part(event, "end"), context.user_zone)
    if start is None or end is None:
        raise NotPossible("An event needs a date.")
    name = str(part(event, "start").get("timeZone", ""))
    zone = name if name in _WINDOWS_ZONES else context.clock.name
    stamps = [each.instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for each in (start, end)]
    return [
        make("t:Start", value=stamps[0]),
        make("t:End", value=stamps[1]),
        make("t:IsAllDayEvent", value="true" if event.get("isAllDay") is True else "false"),
        make("t:StartTimeZone", Id=zone),
        make("t:EndTimeZone", Id=zone),
    ]


def applied(item: Element, fields: Sequence[Element], removed: Iterable[str], change_key: str) -> Element:
    """An item after its fields were written, and others taken away."""
    fresh = deepcopy(item)
    for name in (*map(local_name, fields), *removed):
        before = at(fresh, f"t:{name}")
        if before is not None:
            fresh.remove(before)
    fresh.extend(deepcopy(each) for each in fields)
    identity = at(fresh, "t:ItemId")
    if identity is not None and change_key:
        identity.set("ChangeKey", change_key)
    return fresh
