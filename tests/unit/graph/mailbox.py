"""A calendar behind the wire, of which a test says what each question is answered with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import httpx2

from fm_desktop.port import Changes, Collection, Resource
from fm_desktop.providers.graph.provider import GraphProvider
from fm_desktop.providers.graph.session import BASE
from tests.unit.graph.samples import MADRID, Json
from tests.unit.graph.wire import Tokens, failed, ok, page

CALENDAR = Collection("calendars/CAL=", "Calendar")
LINK = f"{BASE}/me/calendars/CAL%3D/calendarView/delta?$deltatoken="
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


class Mailbox:
    """`items` are listed and read by id. `rounds` are what the delta tells next, each time it is asked."""

    def __init__(self, *items: Json) -> None:
        self.items: dict[str, Json] = {each["id"]: each for each in items}
        self.unlisted: set[str] = set()
        self.elsewhere: set[str] = set()
        self.refused: set[str] = set()
        self.rounds: list[Any] = []
        self.asked: list[str] = []
        self.sent: list[httpx2.Request] = []
        self.answers: dict[str, httpx2.Response | Exception] = {}
        self.now = NOW
        self._token = 0
        self.provider = GraphProvider(
            Tokens(),
            user_zone=MADRID,
            client=httpx2.Client(transport=httpx2.MockTransport(self._answer)),
            clock=lambda: self.now,
            sleep=lambda _: None,
        )
        self.provider.resume('{"id": "me", "addresses": ["emma@contoso.example"]}')

    def changes(self, cursor: str | None, known: Changes | None = None) -> Changes:
        """The changes, where what an earlier reading showed is known."""
        self.asked.clear()
        revisions = {each.ref.id: each.revision for each in known.present} if known else {}
        return self.provider.changes(CALENDAR, cursor, lambda: revisions)

    def resource(self, identity: str) -> Resource:
        (found,) = self.provider.fetch(CALENDAR.id, [identity])
        assert isinstance(found, Resource)
        return found

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        target = unquote(request.url.path).removeprefix("/v1.0/me/")
        self.asked.append(f"{request.method} {target}")
        if request.method in self.answers:
            self.sent.append(request)
            answer = self.answers[request.method]
            if isinstance(answer, Exception):
                raise answer
            return answer
        if target.endswith("/delta"):
            return self._delta()
        identity = target.removeprefix("calendars/CAL=/events").removeprefix("/")
        if not identity:
            return page(*self._listed(unquote(request.url.query.decode())))
        if identity in self.refused:
            return failed(403, "ErrorAccessDenied")
        return ok(**self.items[identity]) if identity in self.items else failed(404, "ErrorItemNotFound")

    def _listed(self, query: str) -> list[Json]:
        if "iCalUId eq" in query:
            # A question by the UID is answered from what is there, whatever a listing let slip through.
            return [each for each in self.items.values() if each["id"] not in self.elsewhere]
        return [each for name, each in self.items.items() if name not in self.unlisted | self.elsewhere]

    def _delta(self) -> httpx2.Response:
        told = self.rounds.pop(0) if self.rounds else []
        if isinstance(told, httpx2.Response):
            return told
        self._token += 1
        return page(*told, delta=f"{LINK}{self._token}")


def removed(identity: str) -> Json:
    return {"id": identity, "@removed": {"reason": "deleted"}}
