"""Real servers with the engine between them: the sandbox CRM and a CalDAV server, both over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fm_desktop.crm.agenda import CrmAgenda
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.rows import Context
from fm_desktop.port import CalendarService, Side
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sync.cycle import Directory, Engine, Setting
from fm_desktop.sync.policy import Options
from fm_desktop.sync.report import Report
from fm_desktop.sync.store import Store
from tests.fakes.memory import MemoryDirectory
from tests.servers.account import DavAccount

EMMA = "emma@example.com"
ZONE = "Europe/Madrid"


def emma(sandbox: SandboxServer) -> int:
    """The CRM's id of the user whose calendar this is."""
    (row,) = sandbox.store.rows("users", f"email = '{EMMA}'")
    return int(row["id"])


class RealWorld:
    """`crm` is the sandbox, `account` the user's calendars by plain HTTP; `sync()` runs a cycle."""

    def __init__(
        self, folder: Path, sandbox: SandboxServer, account: DavAccount | None, url: str = "", **options: Any
    ) -> None:
        self.folder = folder
        self.crm = sandbox
        self.account = account
        self.url = url or account.url
        self.user = emma(sandbox)
        self.options = Options(tenant="sandbox", user=str(self.user), zone=ZONE, **options)
        self.type = sandbox.store.rows("activityTypes")[0]["id"]
        self.directory: Directory = MemoryDirectory()
        self._open: list[Any] = []
        self.offset = timedelta(0)
        self.engine = self.open("state")

    @property
    def crm_url(self) -> str:
        """Where the program looks for the CRM."""
        return self.crm.url

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def open(self, name: str) -> Engine:
        """An engine with a state file of its own name: the same computer's, or another's."""
        store = Store.open(self.folder / f"{name}.db")
        with store.transaction():
            store.run("INSERT OR IGNORE INTO account (id, tenant, crm_user, address) VALUES (1, 'sandbox', '1', '')")
        budget = Budget(1000.0, wait=lambda seconds, cancel: False)  # asked to wait, it goes on at once
        client = CrmClient(self.crm_url, self.crm.public_key, self.crm.private_key, budget)
        context = Context(self.user, ZONE, branch_id=1, event_type_id=self.type, task_type_id=self.type)
        calendars = self.provider()
        calendars.connect()
        ports = {Side.CRM: CrmAgenda(client, "sandbox", EMMA, context), Side.PROVIDER: calendars}
        setting = Setting(1, self.options, frozenset({EMMA}))
        engine = Engine(store, setting, ports, self.directory, self.clock)
        self._open += [engine, calendars, client, store]
        self.store = store
        self.calendars = calendars
        self.client = client
        return engine

    def provider(self) -> CalendarService:
        """The calendars as the engine has them. Other protocols have worlds of their own."""
        return CalDavProvider(self.url, self.account.user, self.account.password, user_zone=ZONE, own_addresses=[EMMA])

    def close(self) -> None:
        for each in self._open:
            each.close()

    def sync(self, engine: Engine | None = None) -> Report:
        report = (engine or self.engine).cycle()
        assert report.error is None, report.error
        return report

    def quiet(self) -> None:
        """Proves that another cycle writes nothing and costs one request a calendar and one to the CRM."""
        report = self.sync()
        assert report.crm.total == report.provider.total == 0, report
        calendars = sum(each.takes_part for each in self.engine.calendars.all())
        assert report.requests == {Side.CRM: 1, Side.PROVIDER: calendars}

    # --- a person in the CRM ---

    def rows(self) -> list[dict[str, Any]]:
        return self.crm.store.rows("calendar", f"deleted = false AND salesRepId = {self.user}")

    def titles(self) -> list[str]:
        return sorted(row["subject"] for row in self.rows())

    def row(self, title: str) -> dict[str, Any]:
        found = [row for row in self.rows() if row["subject"] == title]
        assert len(found) == 1, f"{len(found)} rows titled {title!r}: {self.titles()}"
        return found[0]

    def add(self, title: str, date: str = "26/11/26", start: str = "10:00", end: str = "11:00", **more: Any) -> int:
        """A person creates an event or task on the CRM's page."""
        values = {
            "subject": title, "startDate": date, "startHour": start, "endDate": date, "endHour": end,
            "salesRepId": self.user, "branchId": 1, "typeId": self.type, "allDay": False, "task": False, **more,
        }  # fmt: skip
        created = self.crm.store.create("calendar", values)
        return int(created if isinstance(created, int) else created["id"])
