"""/me/calendars, /me/calendarGroups: the containers of events."""

from __future__ import annotations

from typing import Any

from tests.servers.graph import eventwire
from tests.servers.graph.box import Calendar, Mailbox, container_id, found, new_key, read_container_id
from tests.servers.graph.errors import GraphError, bad_property, bad_request, not_found
from tests.servers.graph.events import remove
from tests.servers.graph.odata import Call, Kind, Row
from tests.servers.graph.wire import NO_CONTENT, Reply

CALENDAR = Kind("graph.calendar", filterable=frozenset({"name", "id"}), sortable=frozenset({"name"}))
GROUP = Kind("graph.calendarGroup", filterable=frozenset({"name"}), sortable=frozenset({"name"}))


def provision(box: Mailbox) -> None:
    """What a new mailbox has: the group "My Calendars" with the default calendar."""
    group = new_key()
    box.groups[group] = "My Calendars"
    add(box, "Calendar", group=group, default=True)


def add(box: Mailbox, name: str, *, group: str | None = None, default: bool = False, **details: Any) -> Calendar:
    made = Calendar(
        new_key(), name, group or next(iter(box.groups)), default, version=box.next_number(),
        **{"owner_name": box.name, "owner_address": box.address, **details},
    )  # fmt: skip
    box.calendars[made.key] = made
    return made


def of(call: Call, text: str | None) -> Calendar:
    """The calendar an id names; None and the default one's path mean the default."""
    if text is None:
        return call.box.default_calendar()
    return found(call.box.calendars, read_container_id(text))


def listed(call: Call, group: str | None = None) -> Reply:
    key = None if group is None else _group(call, group)
    rows = [_row(call, kept) for kept in call.box.calendars.values() if key in (None, kept.group)]
    return call.many(CALENDAR, rows, _context(call, "calendars"))


def one(call: Call, calendar: str | None = None) -> Reply:
    return call.one(CALENDAR, _row(call, of(call, calendar)), _context(call, "calendars"))


def create(call: Call, group: str | None = None) -> Reply:
    given = _writable(call)
    name = given.get("name")
    if not name:
        raise bad_property("A calendar has a name.")
    if any(kept.name.casefold() == name.casefold() for kept in call.box.calendars.values()):
        raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
    key = _group(call, group) if group else None
    made = add(call.box, name, group=key, color=given.get("color") or "auto")
    return call.one(CALENDAR, _row(call, made), _context(call, "calendars"), 201)


def update(call: Call, calendar: str | None = None) -> Reply:
    kept = of(call, calendar)
    given = _writable(call)
    kept.name = given.get("name") or kept.name
    kept.color = given.get("color") or kept.color
    kept.version = call.box.next_number()
    return call.one(CALENDAR, _row(call, kept), _context(call, "calendars"))


def delete(call: Call, calendar: str) -> Reply:
    kept = of(call, calendar)
    if kept.default:
        raise GraphError(400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
    for event in [event for event in call.box.events.values() if event.calendar == kept.key]:
        remove(call.box, event)
    del call.box.calendars[kept.key]
    return Reply(NO_CONTENT)


def groups(call: Call) -> Reply:
    rows = [
        Row(
            key,
            {
                "id": container_id(key),
                "name": name,
                "changeKey": key,
                "classId": "0006f0b7-0000-0000-c000-000000000046",
            },
        )
        for key, name in call.box.groups.items()
    ]
    return call.many(GROUP, rows, _context(call, "calendarGroups"))


def _writable(call: Call) -> dict[str, Any]:
    given = call.request.entity("graph.calendar")
    for name in given.keys() - {"name", "color", "@odata.type"}:
        raise bad_request(f"The property '{name}' cannot be set here.", "ErrorInvalidPropertySet")
    return given


def _group(call: Call, text: str) -> str:
    key = read_container_id(text)
    if key not in call.box.groups:
        raise not_found()
    return key


def _row(call: Call, kept: Calendar) -> Row:
    return Row(kept, eventwire.calendar(call.box, kept.key))


def _context(call: Call, name: str) -> str:
    return f"users('{call.box.address.replace('@', '%40')}')/{name}"
