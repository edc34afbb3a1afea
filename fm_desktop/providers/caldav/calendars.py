"""The user's calendars in a calendar home: which there are, what they take, whether they can be written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fm_desktop.model.items import Kind
from fm_desktop.port import Collection
from fm_desktop.providers.caldav import xml
from fm_desktop.providers.caldav.hrefs import as_folder, canonical
from fm_desktop.providers.caldav.session import DavSession
from fm_desktop.providers.transfer import Purpose

_PROPERTIES: Final = (
    xml.DISPLAY_NAME,
    xml.RESOURCETYPE,
    xml.PRIVILEGES,
    xml.COMPONENTS,
    xml.COLOUR,
    xml.DEFAULT_CALENDAR,
    xml.DELETED_AT,
)
_CALENDAR: Final = xml.caldav("calendar")
# Collections that may say they are calendars too, and are none of the user's.
_OTHERS: Final = frozenset(
    {
        xml.caldav("schedule-inbox"),
        xml.caldav("schedule-outbox"),
        f"{{{xml.CALENDARSERVER}}}notification",
        f"{{{xml.CALENDARSERVER}}}subscribed",
        f"{{{xml.CALENDARSERVER}}}dropbox-home",
        f"{{{xml.NEXTCLOUD}}}deleted-calendar",
        f"{{{xml.NEXTCLOUD}}}trash-bin",
    }
)
_WRITE_PRIVILEGES: Final = frozenset({xml.dav("all"), xml.dav("write"), xml.dav("write-content")})
_KINDS: Final = {"VEVENT": Kind.EVENT, "VTODO": Kind.TASK}


def list_calendars(session: DavSession, homes: tuple[str, ...]) -> tuple[Collection, ...]:
    """All calendars of these homes that hold events or tasks, in the server's order."""
    entries: dict[str, xml.Entry] = {}
    for home in homes:
        answer = session.request(
            "PROPFIND",
            home,
            purpose=Purpose.READ,
            about="the list of calendars",
            body=xml.propfind(_PROPERTIES),
            headers={"Depth": "1", "Content-Type": "application/xml; charset=utf-8"},
        )
        entries.update((each.path, each) for each in xml.multistatus(answer.body).entries)
    default = _default_calendar(entries.values())
    found = (_calendar(each, default) for each in entries.values())
    return tuple(each for each in found if each is not None)


def _default_calendar(entries: Iterable[xml.Entry]) -> str:
    """RFC 6638 section 9.2: the scheduling inbox names the calendar that new invitations go to."""
    for each in entries:
        for href in each.hrefs(xml.DEFAULT_CALENDAR):
            return as_folder(canonical(href))
    return ""


def _calendar(entry: xml.Entry, default: str) -> Collection | None:
    types = entry.children(xml.RESOURCETYPE)
    if _CALENDAR not in types or types & _OTHERS or entry.text(xml.DELETED_AT):
        return None
    kinds = _kinds(entry)
    if not kinds:
        return None
    path = as_folder(entry.path)
    return Collection(
        id=path,
        name=entry.text(xml.DISPLAY_NAME) or path.rstrip("/").rsplit("/", 1)[-1],
        writable=_writable(entry),
        kinds=kinds,
        colour=entry.text(xml.COLOUR)[:7],
        is_default=path == default,
    )


def _kinds(entry: xml.Entry) -> frozenset[Kind]:
    """RFC 4791 section 5.2.3: without the property, the calendar takes every kind."""
    listed = entry.properties.get(xml.COMPONENTS)
    if listed is None:
        return frozenset(Kind)
    names = (str(each.get("name", "")).upper() for each in listed.iter(xml.caldav("comp")))
    return frozenset(_KINDS[name] for name in names if name in _KINDS)


def _writable(entry: xml.Entry) -> bool:
    """RFC 3744 section 5.4. A server that tells nothing is taken at its word when it refuses a write."""
    privileges = entry.properties.get(xml.PRIVILEGES)
    if privileges is None:
        return True
    return any(str(each.tag) in _WRITE_PRIVILEGES for each in privileges.iter())
