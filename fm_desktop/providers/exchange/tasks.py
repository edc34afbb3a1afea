"""Tasks: EWS's XML in the words of Graph's To Do, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Final

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.providers.exchange.events import body_element, body_json, identity_element, own_identity
from fm_desktop.providers.exchange.xml import Element, at, attribute, make, text
from fm_desktop.providers.graph import tasks
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.graph.raw import Json
from fm_desktop.providers.ical.errors import BrokenCalendar

_RESTORED_FIRST: Final = (
    "Subject",
    "Sensitivity",
    "Body",
    "Categories",
    "Importance",
    "ReminderDueBy",
    "ReminderIsSet",
)
_RESTORED_LAST: Final = ("DueDate", "PercentComplete", "StartDate", "Status")
_STATES: Final = {"completed": "Completed", "notStarted": "NotStarted"}


def read_task(items: Sequence[Element], context: Context) -> tuple[Item, ...]:
    """Raises `BrokenCalendar`."""
    return tasks.read_task(_json(items), context)


def _json(items: Sequence[Element]) -> Json:
    if not items:
        raise BrokenCalendar("It cannot be read: there is nothing in it.")
    item = items[0]
    own, due = own_identity(item), text(item, "t:DueDate")
    return {
        "id": attribute(at(item, "t:ItemId"), "Id"),
        "title": text(item, "t:Subject"),
        "body": body_json(item),
        "status": text(item, "t:Status"),
        "linkedResources": [{"applicationName": "ForceManager", "externalId": own}] if own else [],
        **({"dueDateTime": {"dateTime": due, "timeZone": "UTC"}} if due else {}),
    }


def identity_of(item: Element) -> str:
    return tasks.identity_of(_json([item]))


def new_task(value: Projection, uid: str, context: Context) -> Element:
    task = tasks.new_task(value, uid, context)
    due = [_due(task["dueDateTime"])] if "dueDateTime" in task else []
    return make(
        "t:Task",
        make("t:Subject", value=task["title"]),
        body_element(task["body"]),
        identity_element(uid),
        *due,
        make("t:Status", value=_STATES[task["status"]]),
    )


def change(items: Sequence[Element], patch: Patch, context: Context) -> tuple[list[Element], list[str]]:
    """Fields in their new form, and names of those that are taken away."""
    changed = tasks.change(_json(items), patch, context)
    fields: list[Element] = []
    removed: list[str] = []
    if "title" in changed:
        fields.append(make("t:Subject", value=changed["title"]))
    if "body" in changed:
        fields.append(body_element(changed["body"]))
    if "dueDateTime" in changed:
        if changed["dueDateTime"] is None:
            removed.append("DueDate")
        else:
            fields.append(_due(changed["dueDateTime"]))
    if "status" in changed:
        fields.append(make("t:Status", value=_STATES[changed["status"]]))
    return fields, removed


def restored(items: Sequence[Element], uid: str) -> Element:
    return make(
        "t:Task",
        *_copied(items[0], _RESTORED_FIRST),
        identity_element(uid),
        *_copied(items[0], _RESTORED_LAST),
    )


def _copied(item: Element, names: Iterable[str]) -> list[Element]:
    return [deepcopy(found) for name in names if (found := at(item, f"t:{name}")) is not None]


def _due(value: Json) -> Element:
    """Kept as a midnight without a zone (MS-OXOTASK 2.2.2.2.5), which EWS shows as one in UTC."""
    return make("t:DueDate", value=f"{str(value['dateTime'])[:10]}T00:00:00Z")
