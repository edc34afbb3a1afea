"""What people have in their two agendas, and do in them: a ForceManager on the sandbox, calendars at a CalDAV server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fm_desktop.sandbox.server import SandboxServer
from tests.servers.account import DavAccount
from tests.servers.command import Computer, event

SOON = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y%m%d")


def empty(sandbox: SandboxServer) -> None:
    """Nothing in anybody's agenda in ForceManager, and nothing the matter with it."""
    for row in sandbox.store.rows("calendar", "deleted = false"):
        sandbox.store.delete("calendar", row["id"])
    sandbox.faults.clear()


def titles(sandbox: SandboxServer) -> list[str]:
    """Of all that is in ForceManager's agenda."""
    return sorted(row["subject"] for row in sandbox.store.rows("calendar", "deleted = false"))


def make(sandbox: SandboxServer, title: str, email: str = "emma@example.com") -> None:
    """A person makes an event in ForceManager, in two days."""
    (user,) = (row for row in sandbox.store.rows("users", "deleted = false") if row["email"] == email)
    kind = sandbox.store.rows("activityTypes", "deleted = false")[0]["id"]
    day = f"{SOON[2:4]}/{SOON[4:6]}/{SOON[6:]}"
    sandbox.store.create(
        "calendar",
        {
            "subject": title, "startDate": day, "startHour": "14:00", "endDate": day, "endHour": "15:00",
            "salesRepId": user["id"], "branchId": user["branches"][0]["id"], "typeId": kind, "allDay": False, "task": False,
        },
    )  # fmt: skip


def add(account: DavAccount, title: str, calendar: str = "work") -> None:
    """A person makes an event in the calendar, in two days."""
    name = title.lower().replace(" ", "-")
    text = event(name, title, f"{SOON}T100000Z", f"{SOON}T110000Z")
    account.put(f"{account.home}{calendar}/", f"{name}.ics", text)


def at_work(home: Path, sandbox: SandboxServer, account: DavAccount) -> Computer:
    """Set up, with one event in the calendar and nothing in ForceManager."""
    account.make_calendar("work", label="Work")
    empty(sandbox)
    computer = Computer(home, sandbox, account)
    add(account, "Lunch")
    computer.set_up()
    return computer


def only_when_asked(computer: Computer) -> None:
    """From its next start on, both sides are looked at only when somebody wants it."""
    settings = computer.home / "settings.toml"
    settings.write_text(settings.read_text().replace("interval_seconds = 10", "interval_seconds = 3600"))
