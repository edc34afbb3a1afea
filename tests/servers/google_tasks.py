"""A double of the Google Tasks API, version 1, from Google's reference and the semantics of its discovery document.

What is unknown in a request is refused by name, what is read only is passed over, as Google's front end does. It keeps
what the reference says of limits, of deleted, hidden and completed tasks, of `updatedMin`, pages and entity tags.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.proxy import DavProxy, Exchange, Reply

Json = dict[str, Any]
Query = dict[str, str]

_WRITABLE = {"title": str, "notes": str, "status": str, "due": str, "completed": str, "deleted": bool}
_READ_ONLY = frozenset(
    (
        "kind",
        "id",
        "etag",
        "updated",
        "selfLink",
        "parent",
        "position",
        "hidden",
        "links",
        "webViewLink",
        "assignmentInfo",
    )
)
_LISTING = frozenset(
    (
        "completedMax", "completedMin", "dueMax", "dueMin", "maxResults", "pageToken", "showAssigned", "showCompleted",
        "showDeleted", "showHidden", "updatedMin",
    )
)  # fmt: skip
_LONGEST = {"title": 1024, "notes": 8192}
_STATUS = ("needsAction", "completed")
_PATHS = (
    ("lists", re.compile(r"/tasks/v1/users/@me/lists")),
    ("tasks", re.compile(r"/tasks/v1/lists/([^/]+)/tasks")),
    ("task", re.compile(r"/tasks/v1/lists/([^/]+)/tasks/([^/]+)")),
)


class Refusal(Exception):
    """An error in the form of Google's APIs."""

    def __init__(self, code: int, message: str, reason: str = "invalid") -> None:
        super().__init__(message)
        self.reply = error(code, message, reason)


def error(code: int, message: str, reason: str) -> Reply:
    told = {"code": code, "message": message, "errors": [{"message": message, "domain": "global", "reason": reason}]}
    return Reply(code, {"Content-Type": "application/json; charset=UTF-8"}, json.dumps({"error": told}).encode())


@dataclass(slots=True)
class TaskList:
    id: str
    title: str
    tasks: dict[str, Json] = field(default_factory=dict)


class GoogleTasks:
    """One user's task lists. `front` is where requests come in, and takes rules for faults. `tokens` are good ones.

    `allowed`: the sign-in covers tasks. `page` is the largest page it gives, whatever is asked for.
    """

    def __init__(self) -> None:
        self.lists = {"MDE": TaskList("MDE", "My Tasks")}
        self.tokens = {"a good token"}
        self.allowed = True
        self.page = 100
        self._numbers = itertools.count(1)
        self._now = datetime(2026, 11, 25, 8, tzinfo=UTC)
        self._lock = threading.Lock()
        # There is no server behind it: every request is answered here.
        self.front = DavProxy("http://127.0.0.1:9/")
        self.front.always(self._answer)

    @property
    def url(self) -> str:
        return self.front.url

    @property
    def tasks(self) -> dict[str, Json]:
        return self.lists["MDE"].tasks

    def stop(self) -> None:
        self.front.stop()

    # --- a person in Google Tasks ------------------------------------------------------------------

    def add(self, title: str, **values: Any) -> str:
        with self._lock:
            return str(self._inserted(self.lists["MDE"], {"title": title, **values})["id"])

    def change(self, task: str, **values: Any) -> None:
        with self._lock:
            self._changed(self.tasks[task], values)

    def clear_completed(self) -> None:
        """Completed tasks are put out of sight."""
        for each in self.tasks.values():
            if each["status"] == "completed":
                self._changed(each, {"hidden": True})

    # --- the API -----------------------------------------------------------------------------------

    def _answer(self, exchange: Exchange) -> Reply:
        url = urlsplit(exchange.path)
        scheme, _, token = exchange.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return error(401, "Invalid Credentials", "authError")
        if not self.allowed:
            return error(403, "Request had insufficient authentication scopes.", "insufficientPermissions")
        try:
            with self._lock:
                return self._routed(exchange, url.path, dict(parse_qsl(url.query)))
        except Refusal as refusal:
            return refusal.reply

    def _routed(self, exchange: Exchange, path: str, query: Query) -> Reply:
        for name, pattern in _PATHS:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            if name == "lists" and exchange.method == "GET":
                _known(query, frozenset(("maxResults", "pageToken")))
                return _told({"kind": "tasks#taskLists", "items": [_list(each) for each in self.lists.values()]})
            tasklist = self.lists.get(unquote(found.group(1))) if name != "lists" else None
            if tasklist is None:
                break
            if name == "tasks":
                return self._many(exchange, tasklist, query)
            return self._one(exchange, tasklist, unquote(found.group(2)))
        raise Refusal(404, "Not Found", "notFound")

    def _many(self, exchange: Exchange, tasklist: TaskList, query: Query) -> Reply:
        if exchange.method == "GET":
            return self._listing(tasklist, query)
        if exchange.method != "POST":
            raise Refusal(405, "Method Not Allowed", "httpMethodNotAllowed")
        _known(query, frozenset(("parent", "previous")))
        return _told(self._inserted(tasklist, _body(exchange)))

    def _one(self, exchange: Exchange, tasklist: TaskList, identity: str) -> Reply:
        task = tasklist.tasks.get(identity)
        if task is None:
            raise Refusal(404, "Not Found", "notFound")
        if exchange.method == "GET":
            return _told(task)
        given = exchange.headers.get("If-Match")
        if given not in (None, "*", task["etag"]):
            raise Refusal(412, "Precondition Failed", "conditionNotMet")
        if exchange.method == "DELETE":
            if task.get("deleted"):
                raise Refusal(404, "Not Found", "notFound")
            self._changed(task, {"deleted": True})
            return Reply(204)
        if exchange.method != "PATCH":
            raise Refusal(405, "Method Not Allowed", "httpMethodNotAllowed")
        self._changed(task, _body(exchange))
        return _told(task)

    def _listing(self, tasklist: TaskList, query: Query) -> Reply:
        _known(query, _LISTING)
        shown = [each for each in tasklist.tasks.values() if _is_shown(each, query)]
        begin = int(query.get("pageToken") or 0)
        size = min(int(query.get("maxResults", "20")), self.page)
        page: Json = {"kind": "tasks#tasks", "etag": '"list"'}
        if shown[begin : begin + size]:
            page["items"] = shown[begin : begin + size]
        if begin + size < len(shown):
            page["nextPageToken"] = str(begin + size)
        return _told(page)

    def _inserted(self, tasklist: TaskList, body: Json) -> Json:
        number = next(self._numbers)
        task: Json = {"kind": "tasks#task", "id": f"task{number:04}", "title": "", "status": "needsAction"}
        task |= {"position": f"{number:020}", "links": [], "selfLink": f"https://www.googleapis.com/tasks/v1/{number}"}
        tasklist.tasks[task["id"]] = task
        self._changed(task, body)
        return task

    def _changed(self, task: Json, body: Json) -> None:
        self._now += timedelta(milliseconds=7)
        stamp = self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for name, value in body.items():
            if value in (None, ""):
                task.pop(name, None)
            elif name == "due":
                # "The due date only records date information; the time portion is discarded."
                task["due"] = f"{value[:10]}T00:00:00.000Z"
            else:
                task[name] = value
        if task["status"] == "completed":
            task.setdefault("completed", stamp)
        task |= {"title": task.get("title", ""), "updated": stamp, "etag": f'"{self._now.timestamp():.3f}"'}


def _is_shown(task: Json, query: Query) -> bool:
    """What a listing leaves out unless it is asked for."""
    if task.get("deleted") and query.get("showDeleted") != "true":
        return False
    if task.get("hidden") and query.get("showHidden") != "true":
        return False
    if task["status"] == "completed" and query.get("showCompleted", "true") != "true":
        return False
    return datetime.fromisoformat(task["updated"]) >= datetime.fromisoformat(
        query.get("updatedMin", "1970-01-01T00:00Z")
    )


def _known(query: Query, names: frozenset[str]) -> None:
    for each in query.keys() - names:
        raise Refusal(400, f'Invalid JSON payload received. Unknown name "{each}": Cannot bind query parameter.')


def _body(exchange: Exchange) -> Json:
    """The writable values of a request. Raises `Refusal` for what is no task."""
    try:
        body = json.loads(exchange.body)
    except ValueError:
        raise Refusal(400, "Parse Error", "parseError") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Invalid JSON payload received.")
    for name, value in body.items():
        if name not in _WRITABLE and name not in _READ_ONLY:
            raise Refusal(400, f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
        if name in _WRITABLE and value is not None and not isinstance(value, _WRITABLE[name]):
            raise Refusal(400, f"Invalid value at '{name}'")
        if isinstance(value, str) and len(value) > _LONGEST.get(name, 100_000):
            raise Refusal(400, f"Invalid value at '{name}': too long")
    if body.get("status", _STATUS[0]) not in _STATUS:
        raise Refusal(400, "Invalid value at 'status'")
    if body.get("due"):
        _moment(body["due"])
    return {name: value for name, value in body.items() if name in _WRITABLE}


def _moment(text: str) -> None:
    try:
        if datetime.fromisoformat(text).tzinfo is None:
            raise ValueError
    except ValueError:
        raise Refusal(400, "Invalid value at 'due': a timestamp of RFC 3339 is due") from None


def _list(tasklist: TaskList) -> Json:
    return {"kind": "tasks#taskList", "id": tasklist.id, "title": tasklist.title, "etag": '"list"'}


def _told(value: Json) -> Reply:
    return Reply(200, {"Content-Type": "application/json; charset=UTF-8"}, json.dumps(value).encode())
