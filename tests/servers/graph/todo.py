"""Microsoft To Do: lists, tasks, linked resources, open extensions ("Use the Microsoft To Do API").

A due date has no hours: the day in the zone it was given in is kept, and written as midnight UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.servers.graph import deltas
from tests.servers.graph.box import Ids, Mailbox, container_id, found, new_key, read_container_id, stamp
from tests.servers.graph.errors import bad_property, bad_request, conflict, not_found
from tests.servers.graph.extended import read_extension, write_extension
from tests.servers.graph.odata import Call, Kind, Row, shaped
from tests.servers.graph.recurrence import read as read_recurrence
from tests.servers.graph.wire import NO_CONTENT, Reply
from tests.servers.graph.zones import Moment

LIST = Kind("graph.todoTaskList", frozenset({"displayName", "wellknownListName"}), frozenset({"displayName"}), 100)
TASK = Kind(
    "graph.todoTask",
    frozenset(
        {"status", "title", "importance", "dueDateTime", "lastModifiedDateTime", "createdDateTime", "completedDateTime"}
    ),
    frozenset({"dueDateTime", "title", "lastModifiedDateTime", "createdDateTime"}),
    100,
)
LINK = Kind("graph.linkedResource", page=100)
EXTENSION = Kind("graph.extension", page=100)
_LINK_NAMES = frozenset({"webUrl", "applicationName", "displayName", "externalId"})
_KEPT = frozenset({"title", "importance", "status", "isReminderOn", "categories"})
_TIMES = frozenset({"dueDateTime", "startDateTime", "completedDateTime", "reminderDateTime"})
_OTHERS = frozenset({"body", "recurrence"})
_DEFAULTS: dict[str, Any] = {
    "importance": "normal", "isReminderOn": False, "status": "notStarted", "title": "", "categories": [],
}  # fmt: skip


@dataclass(slots=True, eq=False)
class TaskList:
    key: str
    name: str
    well_known: str = "none"


@dataclass(slots=True, eq=False)
class Task:
    key: str
    list: str
    created: datetime
    modified: datetime
    version: int
    details: dict[str, Any] = field(default_factory=dict)
    body: dict[str, str] = field(default_factory=lambda: {"content": "", "contentType": "text"})
    body_modified: datetime | None = None
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    extensions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return f'W/"xzyPKP0BiUGgld+lMKXwbQAA{self.version:08X}=="'


def provision(box: Mailbox) -> None:
    for name, known in (("Tasks", "defaultList"), ("Flagged Emails", "flaggedEmails")):
        key = new_key()
        box.lists[key] = TaskList(key, name, known)


# -- lists -----------------------------------------------------------------------------------------------------------


def lists(call: Call) -> Reply:
    return call.many(LIST, [_list_row(kept) for kept in call.box.lists.values()], _context(call, "lists"))


def one_list(call: Call, list: str) -> Reply:
    return call.one(LIST, _list_row(_list(call, list)), _context(call, "lists"))


def create_list(call: Call) -> Reply:
    name = _list_name(call)
    key = new_key()
    call.box.lists[key] = kept = TaskList(key, name)
    _log_list(call.box, kept)
    return call.one(LIST, _list_row(kept), _context(call, "lists"), 201)


def update_list(call: Call, list: str) -> Reply:
    kept = _own_list(call, list)
    kept.name = _list_name(call)
    _log_list(call.box, kept)
    return call.one(LIST, _list_row(kept), _context(call, "lists"))


def delete_list(call: Call, list: str) -> Reply:
    kept = _own_list(call, list)
    for task in [task for task in call.box.tasks.values() if task.list == kept.key]:
        del call.box.tasks[task.key]
    del call.box.lists[kept.key]
    _log_list(call.box, kept)
    return Reply(NO_CONTENT)


def lists_delta(call: Call) -> Reply:
    def render(key: str, options: dict[str, str]) -> deltas.Unit:
        kept = call.box.lists.get(key)
        return [shaped(options, LIST, _list_row(kept))] if kept else []

    tracked = deltas.Tracked(("lists",), LIST, lambda options: [*call.box.lists], render)
    return deltas.answer(call, tracked, "Collection(todoTaskList)", frozenset())


def _list_name(call: Call) -> str:
    given = call.request.entity("graph.todoTaskList")
    for name in given.keys() - {"displayName", "@odata.type"}:
        raise bad_request(f"The property '{name}' cannot be set here.", "invalidRequest")
    if not given.get("displayName"):
        raise bad_request("A task list has a displayName.", "invalidRequest")
    return str(given["displayName"])


def _own_list(call: Call, text: str) -> TaskList:
    kept = _list(call, text)
    if kept.well_known != "none":
        raise bad_request("A built-in list can be neither renamed nor deleted.", "invalidRequest")
    return kept


def _log_list(box: Mailbox, kept: TaskList) -> None:
    box.log(("lists",), kept.key, _ids(kept.key))


def _ids(key: str) -> Ids:
    return Ids(container_id(key), container_id(key))


def _list(call: Call, text: str) -> TaskList:
    return found(call.box.lists, read_container_id(text))


def _list_row(kept: TaskList) -> Row:
    return Row(
        kept,
        {
            "@odata.etag": f'W/"{kept.key}"', "displayName": kept.name, "isOwner": True, "isShared": False,
            "wellknownListName": kept.well_known, "id": container_id(kept.key),
        },
    )  # fmt: skip


# -- tasks -----------------------------------------------------------------------------------------------------------


def tasks(call: Call, list: str) -> Reply:
    kept = [task for task in call.box.tasks.values() if task.list == _list(call, list).key]
    shown = call.box.listed(task.key for task in kept)
    return call.many(TASK, [_row(task) for task in kept if task.key in shown], _context(call, "tasks"))


def one(call: Call, list: str, task: str) -> Reply:
    return call.one(TASK, _row(_find(call, list, task)), _context(call, "tasks"))


def create(call: Call, list: str) -> Reply:
    kept = _list(call, list)
    given = call.request.entity("graph.todoTask")
    links = given.pop("linkedResources", None) or []
    extensions = given.pop("extensions", None) or []
    if not given.get("title"):
        raise bad_request("A task has a title.", "invalidRequest")
    now = call.box.now()
    task = Task(new_key(), kept.key, now, now, 0, dict(_DEFAULTS))
    _apply(task, given, now)
    task.links = {new_key(): _link(link) for link in links}
    task.extensions = dict(map(read_extension, extensions))
    call.box.tasks[task.key] = task
    call.box.hide_for_a_while(task.key)
    _touch(call.box, task)
    return call.one(TASK, _row(task), _context(call, "tasks"), 201)


def update(call: Call, list: str, task: str) -> Reply:
    kept = _find(call, list, task)
    _unchanged(call, kept)
    _apply(kept, call.request.entity("graph.todoTask"), call.box.now())
    _touch(call.box, kept)
    return call.one(TASK, _row(kept), _context(call, "tasks"))


def delete(call: Call, list: str, task: str) -> Reply:
    kept = _find(call, list, task)
    _unchanged(call, kept)
    del call.box.tasks[kept.key]
    call.box.log(("tasks", kept.list), kept.key, _ids(kept.key), gone=True)
    return Reply(NO_CONTENT)


def tasks_delta(call: Call, list: str) -> Reply:
    owner = _list(call, list).key

    def render(key: str, options: dict[str, str]) -> deltas.Unit:
        kept = call.box.tasks.get(key)
        return [shaped(options, TASK, _row(kept))] if kept and kept.list == owner else []

    def current(options: dict[str, str]) -> Any:
        return [task.key for task in call.box.tasks.values() if task.list == owner]

    tracked = deltas.Tracked(("tasks", owner), TASK, current, render)
    return deltas.answer(call, tracked, "Collection(todoTask)", frozenset())


def _apply(task: Task, given: dict[str, Any], now: datetime) -> None:
    for name in given.keys() - _KEPT - _TIMES - _OTHERS:
        if not name.startswith("@"):
            raise bad_request(f"The property '{name}' cannot be set here.", "invalidRequest")
    if "title" in given and not given["title"]:
        raise bad_request("A task has a title.", "invalidRequest")
    task.details.update({name: given[name] for name in given.keys() & _KEPT})
    for name in given.keys() & _TIMES:
        task.details[name] = _time(name, given[name])
    if given.get("body") is not None:
        body = given["body"]
        task.body = {"content": body.get("content") or "", "contentType": body.get("contentType") or "text"}
        task.body_modified = now
    if "recurrence" in given:
        task.details["recurrence"] = _recurrence(task, given["recurrence"])
    _completion(task, given, now)


def _time(name: str, given: dict[str, Any] | None) -> dict[str, str] | None:
    if given is None:
        return None
    moment = Moment.read(given)
    if name == "reminderDateTime":
        return moment.written("UTC", floating=False)
    midnight = moment.local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(midnight, "UTC").written("UTC", floating=True)


def _recurrence(task: Task, given: dict[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    due = task.details.get("dueDateTime")
    if due is None:
        raise bad_property("A task that recurs has a due date.")
    moment = Moment.read(due)
    return read_recurrence(given, moment.local.date(), "UTC")


def _completion(task: Task, given: dict[str, Any], now: datetime) -> None:
    if task.details["status"] != "completed":
        task.details["completedDateTime"] = None
    elif not task.details.get("completedDateTime"):
        task.details["completedDateTime"] = _time(
            "completedDateTime", {"dateTime": now.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}
        )


def _touch(box: Mailbox, task: Task) -> None:
    task.version = box.next_number()
    task.modified = box.now()
    box.log(("tasks", task.list), task.key, _ids(task.key))


def _find(call: Call, list: str, text: str) -> Task:
    task = found(call.box.tasks, read_container_id(text))
    if task.list != _list(call, list).key:
        raise not_found()
    return task


def _unchanged(call: Call, task: Task) -> None:
    if call.request.headers.get("if-match") not in (None, "*", task.etag):
        raise conflict()


def _row(task: Task) -> Row:
    wire = {
        "@odata.etag": task.etag,
        **{name: value for name, value in task.details.items() if value is not None},
        "createdDateTime": stamp(task.created),
        "lastModifiedDateTime": stamp(task.modified),
        "bodyLastModifiedDateTime": stamp(task.body_modified or task.created),
        "hasAttachments": False,
        "id": container_id(task.key),
        "body": task.body,
    }
    row = Row(task, wire)
    row.expansions = {
        "linkedResources": lambda options: [_link_wire(key, link) for key, link in task.links.items()],
        "extensions": lambda options: [write_extension(name, kept) for name, kept in task.extensions.items()],
    }
    return row


# -- what hangs on a task --------------------------------------------------------------------------------------------


def links(call: Call, list: str, task: str) -> Reply:
    rows = [Row(key, _link_wire(key, link)) for key, link in _find(call, list, task).links.items()]
    return call.many(LINK, rows, _context(call, "linkedResources"))


def add_link(call: Call, list: str, task: str) -> Reply:
    kept, key = _find(call, list, task), new_key()
    kept.links[key] = _link(call.request.entity("graph.linkedResource"))
    _touch(call.box, kept)
    return call.one(LINK, Row(key, _link_wire(key, kept.links[key])), _context(call, "linkedResources"), 201)


def update_link(call: Call, list: str, task: str, link: str) -> Reply:
    kept, key = _find(call, list, task), read_container_id(link)
    found(kept.links, key).update(_link(call.request.entity("graph.linkedResource")))
    _touch(call.box, kept)
    return call.one(LINK, Row(key, _link_wire(key, kept.links[key])), _context(call, "linkedResources"))


def one_link(call: Call, list: str, task: str, link: str) -> Reply:
    key = read_container_id(link)
    kept = found(_find(call, list, task).links, key)
    return call.one(LINK, Row(key, _link_wire(key, kept)), _context(call, "linkedResources"))


def delete_link(call: Call, list: str, task: str, link: str) -> Reply:
    kept, key = _find(call, list, task), read_container_id(link)
    found(kept.links, key)
    del kept.links[key]
    _touch(call.box, kept)
    return Reply(NO_CONTENT)


def _link(given: dict[str, Any]) -> dict[str, Any]:
    for name in given.keys() - _LINK_NAMES:
        if not name.startswith("@"):
            raise bad_request(f"The property '{name}' cannot be set here.", "invalidRequest")
    return {name: value for name, value in given.items() if name in _LINK_NAMES}


def _link_wire(key: str, link: dict[str, Any]) -> dict[str, Any]:
    return {**link, "id": container_id(key)}


def add_extension(call: Call, list: str, task: str) -> Reply:
    kept = _find(call, list, task)
    name, members = read_extension(call.request.entity("graph.extension"))
    kept.extensions[name] = members
    _touch(call.box, kept)
    return call.one(EXTENSION, Row(name, write_extension(name, members)), _context(call, "extensions"), 201)


def one_extension(call: Call, list: str, task: str, extension: str) -> Reply:
    name = extension.removeprefix("microsoft.graph.openTypeExtension.")
    members = found(_find(call, list, task).extensions, name)
    return call.one(EXTENSION, Row(name, write_extension(name, members)), _context(call, "extensions"))


def update_extension(call: Call, list: str, task: str, extension: str) -> Reply:
    name = extension.removeprefix("microsoft.graph.openTypeExtension.")
    kept = _find(call, list, task)
    found(kept.extensions, name).update(
        read_extension({"extensionName": name, **call.request.entity("graph.extension")})[1]
    )
    _touch(call.box, kept)
    return one_extension(call, list, task, extension)


def _context(call: Call, name: str) -> str:
    return f"users('{call.box.address.replace('@', '%40')}')/todo/{name}"
