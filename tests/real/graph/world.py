"""The sandbox CRM, the engine and Graph's double, with a person at each end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from fm_desktop.port import CalendarService
from fm_desktop.providers.graph import GraphProvider
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sync.report import Report
from tests.fakes.real import EMMA, ZONE, RealWorld
from tests.fakes.tokens import GivenTokens
from tests.real.graph.outlook import Outlook
from tests.servers.graph import GraphServer
from tests.servers.graph.events import touch


class GraphWorld(RealWorld):
    """`outlook` is the person at Outlook."""

    def __init__(self, folder: Path, sandbox: SandboxServer, server: GraphServer, **options: Any) -> None:
        self.server = server
        self.outlook = Outlook(server.url, server.new_token())
        super().__init__(folder, sandbox, None, server.url, **options)

    def provider(self) -> CalendarService:
        tokens = GivenTokens(lambda: self.server.token)
        return GraphProvider(
            tokens, user_zone=ZONE, own_addresses=[EMMA], base=self.url, clock=self.clock, sleep=lambda _: None
        )

    def close(self) -> None:
        super().close()
        self.outlook.close()

    def later(self, minutes: float = 2) -> Report:
        """A cycle so much later."""
        self.offset += timedelta(minutes=minutes)
        return self.sync()

    def settle(self) -> None:
        """A cycle, and proof that the one after it has nothing to do."""
        self.later()
        self.quiet()

    def move(self, title: str, calendar: str) -> None:
        """A person drags an event into another calendar, which Outlook can and Graph cannot."""
        box = self.server.box
        with self.server.lock:
            event = next(each for each in box.events.values() if each.details["subject"] == title)
            box.log(event.scope, event.key, event.ids, gone=True)
            event.calendar = next(each.key for each in box.calendars.values() if each.name == calendar)
            event.moved += 1
            touch(box, event)

    def edit(self, title: str, **fields: Any) -> None:
        self.crm.store.update("calendar", self.row(title)["id"], fields)

    def drop(self, title: str) -> None:
        self.crm.store.delete("calendar", self.row(title)["id"])

    def starts(self, title: str) -> list[str]:
        """`26/11/25 09:00` of every living row of that title, in order; all-day rows without an hour."""
        rows = [row for row in self.rows() if row["subject"] == title]
        return sorted(row["startDate"] + ("" if row["allDay"] else f" {row['startHour']}") for row in rows)

    def messages(self) -> list[str]:
        return [problem.message for problem in self.engine.state.problems.open()]
