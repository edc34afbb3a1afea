"""The Google Tasks API, version 1: its requests, and nothing about what they mean to us."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, urlencode

import httpx2

from fm_desktop.port import Gone, Malformed, OutcomeUnknown
from fm_desktop.providers.caldav.bearer import Bearer
from fm_desktop.providers.caldav.session import DavSession
from fm_desktop.providers.graph.raw import Json, text
from fm_desktop.providers.tokens import AccessTokens
from fm_desktop.providers.transfer import Answer, Purpose
from fm_desktop.untrusted import json_of

BASE: Final = "https://tasks.googleapis.com/"
SERVICE: Final = "Google Tasks"
_MAX_PAGES: Final = 2_000
# The largest pages there are ("Use Tasks parameters").
_LISTS_AT_ONCE, _TASKS_AT_ONCE = "1000", "100"
_JSON: Final = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}


class TasksApi:
    """Requests for one user. Safe to use from several threads. `base` is for tests on this computer."""

    def __init__(self, tokens: AccessTokens, *, base: str = BASE, client: httpx2.Client | None = None) -> None:
        self._base = base
        self._session = DavSession(base, Bearer(tokens), client=client)

    @property
    def requests(self) -> int:
        return self._session.requests

    def close(self) -> None:
        self._session.close()

    def lists(self) -> list[Json]:
        parameters = {"maxResults": _LISTS_AT_ONCE}
        return list(self._pages("users/@me/lists", parameters, "the task lists"))

    def tasks(self, tasklist: str, updated_min: str = "") -> list[Json]:
        """All tasks of a list, or those changed since a moment with what was deleted. Raises `CollectionGone`.

        What was completed in Google's own programs is hidden, so that both have to be asked for.
        """
        parameters = {"maxResults": _TASKS_AT_ONCE, "showCompleted": "true", "showHidden": "true"}
        if updated_min:
            parameters |= {"updatedMin": updated_min, "showDeleted": "true"}
        found = list(self._pages(f"lists/{_segment(tasklist)}/tasks", parameters, "the task list"))
        if not all(text(each, "id") for each in found):
            # Left out it would count as removed.
            raise Malformed(f"{SERVICE} listed something that is no task.")
        return found

    def task(self, tasklist: str, task: str) -> Json | None:
        """One task; None if it is not there."""
        try:
            return self._entity("GET", _member(tasklist, task), Purpose.READ_ITEM, "the task")
        except Gone:
            return None

    def insert(self, tasklist: str, body: Json, about: str) -> Json:
        return self._entity("POST", f"lists/{_segment(tasklist)}/tasks", Purpose.CREATE, about, body)

    def patch(self, tasklist: str, task: str, body: Json, etag: str, about: str) -> Json:
        return self._entity("PATCH", _member(tasklist, task), Purpose.WRITE, about, body, etag)

    def delete(self, tasklist: str, task: str, etag: str, about: str) -> None:
        self._session.request(
            "DELETE",
            self._address(_member(tasklist, task)),
            purpose=Purpose.WRITE,
            about=about,
            headers={**_JSON, "If-Match": etag},
        )

    # --- inside ----------------------------------------------------------------------------------

    def _pages(self, path: str, parameters: Mapping[str, str], about: str) -> Iterator[Json]:
        seen: set[str] = set()
        token = ""
        for _ in range(_MAX_PAGES):
            query = {**parameters, **({"pageToken": token} if token else {})}
            page = self._entity("GET", f"{path}?{urlencode(query)}", Purpose.READ, about)
            # An empty list may have no `items` at all.
            items = page.get("items", [])
            if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
                raise Malformed(f"{SERVICE} answered something else than {about}.")
            yield from items
            token = page.get("nextPageToken") or ""
            if not token:
                return
            if not isinstance(token, str) or token in seen:
                break
            seen.add(token)
        raise Malformed(f"{SERVICE} does not come to the end of {about}.")

    def _entity(
        self, method: str, path: str, purpose: Purpose, about: str, body: Json | None = None, etag: str = ""
    ) -> Json:
        answer = self._session.request(
            method,
            self._address(path),
            purpose=purpose,
            about=about,
            body=b"" if body is None else json.dumps(body).encode(),
            headers={**_JSON, **({"If-Match": etag} if etag else {})},
        )
        return _object(answer, purpose, about)

    def _address(self, path: str) -> str:
        return f"{self._base}tasks/v1/{path}"


def _object(answer: Answer, purpose: Purpose, about: str) -> Json:
    try:
        value = json_of(answer.body)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    if purpose.writes:
        raise OutcomeUnknown(
            f"{SERVICE} gave no usable answer, so it is not known whether {about} was stored.",
            "Nothing to do: it is checked by itself before anything else is written.",
        )
    raise Malformed(f"{SERVICE} answered something else than {about}.")


def _segment(identity: str) -> str:
    return quote(identity, safe="")


def _member(tasklist: str, task: str) -> str:
    return f"lists/{_segment(tasklist)}/tasks/{_segment(task)}"
