"""The user's calendars and To Do lists. A collection's id is its path below `me`, which tells one from the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fm_desktop.model.items import Kind
from fm_desktop.model.text import normal_title
from fm_desktop.port import Collection, Refused
from fm_desktop.providers.graph.people import address_of
from fm_desktop.providers.graph.raw import Json, part, text
from fm_desktop.providers.graph.session import Call, GraphSession, segment
from fm_desktop.providers.transfer import Purpose

_CALENDARS: Final = "calendars/"
_LISTS: Final = "todo/lists/"
_FIELDS: Final = "id,name,color,hexColor,canEdit,isDefaultCalendar,owner"
# calendarColor, for calendars whose colour is one of the named ones.
_COLOURS: Final = {
    "lightblue": "#a6d1f5", "lightgreen": "#87d28e", "lightorange": "#fcab73", "lightgray": "#c0c0c0",
    "lightyellow": "#f5e48f", "lightteal": "#90d3cf", "lightpink": "#f5b5cf", "lightbrown": "#cfb8a3",
    "lightred": "#f5a3a3",
}  # fmt: skip


def holds_tasks(collection: str) -> bool:
    return collection.startswith(_LISTS)


def items_path(collection: str) -> str:
    """Where the items of a collection are."""
    prefix, inside = (_LISTS, "tasks") if holds_tasks(collection) else (_CALENDARS, "events")
    return f"me/{prefix}{segment(collection.removeprefix(prefix))}/{inside}"


def changes_path(collection: str) -> str:
    """Where the changes of a collection are told."""
    if holds_tasks(collection):
        return f"{items_path(collection)}/delta"
    return f"{items_path(collection).removesuffix('events')}calendarView/delta"


def list_collections(session: GraphSession) -> tuple[tuple[Collection, ...], frozenset[str]]:
    """All of them, calendars first, and the addresses that own the default calendar: the user's."""
    own: set[str] = set()
    found: list[Collection] = []
    for each in _listed(session, "me/calendars", "the list of calendars", {"$select": _FIELDS}):
        found.append(_calendar(each))
        if each.get("isDefaultCalendar") is True:
            own.add(address_of(part(each, "owner")))
    return (*found, *_task_lists(session)), frozenset(own - {""})


def _task_lists(session: GraphSession) -> tuple[Collection, ...]:
    """None where the account has no To Do, or the company keeps it from us: the calendars are there all the same."""
    try:
        listed = list(_listed(session, "me/todo/lists", "the To Do lists", {}))
    except Refused:
        return ()
    # Flagged e-mails are shown as tasks there, and cannot be made there.
    return tuple(_task_list(each) for each in listed if text(each, "wellknownListName") != "flaggedEmails")


def _listed(session: GraphSession, target: str, about: str, params: dict[str, str]) -> Iterator[Json]:
    call = Call("GET", target, Purpose.READ, about, {**params, "$top": "100"})
    for page in session.pages(call):
        yield from (each for each in page["value"] if isinstance(each, dict) and text(each, "id"))


def _calendar(calendar: Json) -> Collection:
    colour = text(calendar, "hexColor")
    return Collection(
        id=_CALENDARS + text(calendar, "id"),
        name=normal_title(text(calendar, "name")),
        writable=calendar.get("canEdit") is not False,
        kinds=frozenset({Kind.EVENT}),
        colour=colour[:7] if colour.startswith("#") else _COLOURS.get(text(calendar, "color").lower(), ""),
        is_default=calendar.get("isDefaultCalendar") is True,
    )


def _task_list(found: Json) -> Collection:
    return Collection(
        id=_LISTS + text(found, "id"),
        name=normal_title(text(found, "displayName")),
        kinds=frozenset({Kind.TASK}),
        is_default=text(found, "wellknownListName") == "defaultList",
    )
