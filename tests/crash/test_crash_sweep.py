"""kill -9 between any two writes, on real servers: the next start comes to the same end, and nothing is made twice."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fm_desktop.sandbox.server import SandboxServer
from tests.fakes.real import emma
from tests.real.engine.scene import calendar, crm_date, records, stamp, vevent
from tests.servers.account import DavAccount
from tests.servers.radicale import RadicaleServer

ROOT = Path(__file__).parents[2]


class Children:
    """The process whose children are the cycles."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("runner.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def cycle(self, told: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    made = Children()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def crm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crm")


@pytest.fixture(scope="module")
def sandbox(crm_folder: Path) -> Iterator[SandboxServer]:
    with SandboxServer(crm_folder, rate_limit=None) as server:
        yield server


class Stage:
    """One user at both servers, and the cycles of one computer."""

    def __init__(self, folder: Path, sandbox: SandboxServer, account: DavAccount, children: Children) -> None:
        folder.mkdir()
        self.folder, self.sandbox, self.account, self.children = folder, sandbox, account, children
        self.work = account.make_calendar("work", label="Work")
        self.user, self.type = emma(sandbox), sandbox.store.rows("activityTypes")[0]["id"]

    @property
    def state(self) -> Path:
        return self.folder / "state.db"

    def cycle(self, die_after: int = 0, **more: Any) -> dict[str, Any]:
        told = {
            "folder": str(self.folder), "crm": self.sandbox.url, "public_key": self.sandbox.public_key,
            "private_key": self.sandbox.private_key, "user": self.user, "type": self.type, "dav": self.account.url,
            "dav_user": self.account.user, "dav_password": self.account.password, "die_after": die_after, **more,
        }  # fmt: skip
        return self.children.cycle(told)

    # --- people ---

    def event(self, number: int, title: str, *lines: str) -> None:
        when = (f"DTSTART:{stamp(number)}Z", f"DTEND:{stamp(number, '1000')}Z")
        self.account.put(self.work, f"e{number}.ics", calendar(vevent(f"e{number}", title, *lines, when=when)))

    def row(self, title: str, number: int) -> None:
        when = crm_date(number)
        values = {
            "subject": title, "startDate": when, "startHour": "12:00", "endDate": when, "endHour": "13:00",
            "salesRepId": self.user, "branchId": 1, "typeId": self.type, "allDay": False, "task": False,
        }  # fmt: skip
        self.sandbox.store.create("calendar", values)

    def rows(self, *, deleted: bool = False) -> list[dict[str, Any]]:
        return self.sandbox.store.rows("calendar", f"deleted = {str(deleted).lower()} AND salesRepId = {self.user}")

    def row_id(self, title: str) -> int:
        (found,) = [each["id"] for each in self.rows() if each["subject"] == title]
        return int(found)

    def event_named(self, title: str) -> str:
        for name, data in self.account.all(self.work).items():
            if f"SUMMARY:{title}".encode() in data:
                return name
        raise KeyError(title)

    # --- what there is ---

    def end(self) -> tuple[list[str], list[str]]:
        """Titles at both sides."""
        events = [line for data in self.account.all(self.work).values() for line in data.decode().splitlines()]
        return (
            sorted(row["subject"] for row in self.rows()),
            sorted(line.removeprefix("SUMMARY:") for line in events if line.startswith("SUMMARY:")),
        )

    def all_rows_ever(self) -> int:
        return len(self.rows()) + len(self.rows(deleted=True))


def begin(stage: Stage) -> None:
    """What is there before the first sync."""
    for number in (1, 2, 3):
        stage.event(number, f"Meeting {number}")
    stage.row("Visit 4", 4)


def nothing(stage: Stage) -> None:
    """The first sync itself is the scenario."""


def updates(stage: Stage) -> None:
    stage.event(1, "Meeting 1 moved")
    stage.sandbox.store.update("calendar", stage.row_id("Visit 4"), {"subject": "Visit 4 moved"})


def deletions(stage: Stage) -> None:
    stage.account.delete(stage.work, "e1.ics")
    stage.sandbox.store.delete("calendar", stage.row_id("Visit 4"))


def series(stage: Stage) -> None:
    stage.event(2, "Meeting 2", "RRULE:FREQ=DAILY;COUNT=3")


def mixed(stage: Stage) -> None:
    stage.event(6, "Meeting 6")
    stage.row("Visit 7", 7)
    stage.account.delete(stage.work, "e3.ics")
    stage.sandbox.store.update("calendar", stage.row_id("Meeting 1"), {"subject": "Meeting 1 in the CRM"})


SCENARIOS: dict[str, tuple[bool, Callable[[Stage], None]]] = {
    "first sync": (False, nothing),
    "updates": (True, updates),
    "deletions": (True, deletions),
    "series": (True, series),
    "mixed": (True, mixed),
}


MakeStage = Callable[[], Stage]


@pytest.fixture
def make_stage(
    tmp_path: Path, crm_folder: Path, sandbox: SandboxServer, radicale: RadicaleServer, children: Children
) -> Iterator[MakeStage]:
    accounts: list[DavAccount] = []

    def make() -> Stage:
        with closing(records(crm_folder)) as db:
            db.execute("DELETE FROM calendar")
        accounts.append(radicale.account())
        return Stage(tmp_path / str(len(accounts)), sandbox, accounts[-1], children)

    yield make
    for account in accounts:
        account.client.close()


def prepared(make_stage: MakeStage, scenario: str) -> Stage:
    synced, act = SCENARIOS[scenario]
    stage = make_stage()
    begin(stage)
    if synced:
        assert stage.cycle()["outcome"] == "done"
    act(stage)
    return stage


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_any_moment_it_comes_to_the_same_end(make_stage: MakeStage, scenario: str) -> None:
    whole = prepared(make_stage, scenario)
    told = whole.cycle()
    assert told["outcome"] == "done", told
    end, made = whole.end(), whole.all_rows_ever()
    for moment in range(1, told["moments"] + 1):
        stage = prepared(make_stage, scenario)
        assert stage.cycle(die_after=moment) == {"outcome": "died", "status": -signal.SIGKILL}
        after = stage.cycle()
        # A create whose answer was lost is asked about until a lagging list can no longer be to blame.
        if after["unknown"]:
            after = stage.cycle(minutes=2)
        assert (after["outcome"], after["unknown"], after["problems"], after["held"]) == ("done", 0, 0, 0), (
            moment,
            after,
        )
        assert stage.end() == end, moment
        assert stage.all_rows_ever() == made, moment
        assert stage.cycle(minutes=3)["writes"] == 0, moment


@pytest.mark.parametrize("damage", ["random bytes", "cut off"])
def test_a_damaged_state_file_is_set_aside_and_links_are_found_again(make_stage: MakeStage, damage: str) -> None:
    stage = prepared(make_stage, "mixed")
    assert stage.cycle()["outcome"] == "done"
    end, made = stage.end(), stage.all_rows_ever()
    with closing(sqlite3.connect(stage.state)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = stage.state.read_bytes()
    hurt = bytes(7 * number % 251 for number in range(4096))
    stage.state.write_bytes(
        whole[:1000] + hurt + whole[5096:] if damage == "random bytes" else whole[: len(whole) // 2]
    )
    told = stage.cycle()
    assert (told["outcome"], told["set_aside"], told["writes"]) == ("done", True, 0), told
    assert (stage.end(), stage.all_rows_ever()) == (end, made)
    assert len(list(stage.folder.glob("state.db.damaged-*"))) >= 1
    stage.event(1, "Meeting 1 renamed")
    stage.cycle()
    assert "Meeting 1 renamed" in stage.end()[0]


@pytest.mark.parametrize("pages", [0, 1, 2, 4])
def test_a_full_disk_is_told_and_doubles_nothing(make_stage: MakeStage, pages: int) -> None:
    whole = make_stage()
    for number in range(1, 25):
        whole.event(number, f"Meeting {number}", "DESCRIPTION:" + "x" * 3_000)
    told = whole.cycle(max_pages_more=pages)
    assert told["outcome"] == "store", told
    assert "The disk is full" in told["error"]
    after = whole.cycle()
    if after["unknown"]:
        after = whole.cycle(minutes=2)
    assert after["outcome"] == "done", after
    titles = sorted(f"Meeting {number}" for number in range(1, 25))
    assert whole.end() == (titles, titles)
    assert whole.all_rows_ever() == 24
