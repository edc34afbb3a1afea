"""Idle and first cycles beside vdirsyncer and beside the bare requests."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from threading import Event, Thread

import httpx2

from fm_desktop.sandbox.server import SandboxServer
from tests.benchmarks.report import Row
from tests.benchmarks.stage import Desktop, Vdirsyncer, events, middle, timed
from tests.fakes.agenda import empty
from tests.fakes.real import RealWorld, emma
from tests.servers.account import DavAccount
from tests.servers.radicale import RadicaleServer
from tests.servers.xandikos import XandikosServer

_SYNC = (
    b'<?xml version="1.0"?><D:sync-collection xmlns:D="DAV:"><D:sync-token>%s</D:sync-token>'
    b"<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
)
_TOKEN = b'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:sync-token/></D:prop></D:propfind>'


@contextmanager
def _sandbox(rate: float | None = None) -> Iterator[SandboxServer]:
    with SandboxServer(rate_limit=rate) as sandbox:
        empty(sandbox)
        yield sandbox


@contextmanager
def _radicale(folder: Path) -> Iterator[RadicaleServer]:
    folder.mkdir(parents=True)
    server = RadicaleServer(folder)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def _xandikos(folder: Path) -> Iterator[XandikosServer]:
    folder.mkdir(parents=True)
    server = XandikosServer(folder)
    try:
        yield server
    finally:
        server.stop()


def _filled(server: RadicaleServer, count: int, *, warm: bool = True) -> DavAccount:
    """A new user's calendar with so many events; `warm`: the server has read them once already."""
    account = server.account()
    calendar = account.make_calendar("work")
    account.fill(calendar, events(count))
    if warm:
        account.client.timeout = 600.0
        account.list(calendar)
    return account


def _git_filled(server: XandikosServer, folder: Path, count: int) -> DavAccount:
    """The same in Xandikos, whose store is a git repository: files and one commit."""
    account = server.account()
    store = folder / "store" / account.user / "calendars" / "calendar"
    for name, data in events(count).items():
        (store / name).write_bytes(data)
    author = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    subprocess.run(["git", *author, "add", "-A"], cwd=store, check=True, capture_output=True)
    subprocess.run(["git", *author, "commit", "-q", "-m", "fill"], cwd=store, check=True, capture_output=True)
    return account


def _bare_report(account: DavAccount, calendar: str) -> float:
    """The one request an idle cycle cannot do without, by a plain client."""
    with httpx2.Client(auth=(account.user, account.password), trust_env=False, timeout=120.0) as client:
        headers = {"Depth": "0", "Content-Type": "application/xml", "Accept-Encoding": "identity"}
        found = client.request("PROPFIND", account.address(calendar), content=_TOKEN, headers=headers).text
        token = found.split("sync-token>")[1].split("<")[0].encode()
        body = _SYNC % token

        def report() -> None:
            assert client.request("REPORT", account.address(calendar), content=body, headers=headers).status_code == 207

        report()
        return middle(report, 7)


def idle_requests(folder: Path, count: int) -> list[Row]:
    """Requests and writes of an idle cycle, as a whole process."""
    with _sandbox() as sandbox, _radicale(folder / "radicale") as radicale:
        desktop = Desktop(folder / "home", sandbox, _filled(radicale, count))
        report = desktop.sync()
        while report["state"] == "incomplete":
            report = desktop.sync()
        report = desktop.sync()
        writes = sum(sum(report[side].values()) for side in ("crm", "provider"))
        seen = f"{report['requests']['provider']} and {report['requests']['crm']} requests, {writes} writes"
        good = report["requests"] == {"crm": 1, "provider": 1} and writes == 0
        return [Row(f"idle cycle, {count:,} events, 1 calendar", seen, "", None, "1 and 1 requests, 0 writes", good)]


def idle_speed(folder: Path, count: int) -> list[Row]:
    rows = []
    with _sandbox() as sandbox, _radicale(folder / "radicale") as radicale:
        account = _filled(radicale, count)
        world = _in_step(folder / "a", sandbox, account)
        ours = middle(world.sync, 7)
        bare = _bare_report(account, f"{account.home}work/")
        world.close()
        rows.append(
            Row(f"idle cycle, {count:,} events on Radicale", f"{ours:.3f} s", f"bare sync-collection {bare:.3f} s",
                ours / bare, "at most 1.2", ours / bare <= 1.2)
        )  # fmt: skip
    with _sandbox() as sandbox, _xandikos(folder / "xandikos") as xandikos:
        account = _git_filled(xandikos, folder / "xandikos", count)
        world = _in_step(folder / "b", sandbox, account)
        ours = middle(world.sync, 7)
        world.close()
        peer = Vdirsyncer(folder / "peer", account)
        peer.sync()
        theirs = middle(peer.sync, 3)
        rows.append(
            Row(f"idle cycle, {count:,} events on Xandikos", f"{ours:.3f} s", f"vdirsyncer {theirs:.3f} s",
                ours / theirs, "at most 0.2", ours / theirs <= 0.2)
        )  # fmt: skip
    return rows


def _in_step(folder: Path, sandbox: SandboxServer, account: DavAccount) -> RealWorld:
    folder.mkdir(parents=True)
    world = RealWorld(folder, sandbox, account, writes_per_cycle=100_000)
    world.sync()
    # Minutes later: the CRM is read with an overlap that right after a large import holds part of it.
    for _ in range(2):
        sandbox.clock_offset += 300
        world.offset += timedelta(seconds=300)
        world.sync()
    return world


def first_sync(folder: Path, count: int) -> list[Row]:
    """A new calendar of so many events, both ways, beside vdirsyncer on the same server; whole processes."""
    down, down_peer, up, up_peer = [], [], [], []
    with _radicale(folder / "radicale") as radicale:
        for turn in range(3):
            with _sandbox() as sandbox:
                desktop = Desktop(folder / f"down{turn}", sandbox, _filled(radicale, count, warm=False), rate=1_000.0)
                down.append(timed(desktop.sync))
            peer = Vdirsyncer(folder / f"down-peer{turn}", _filled(radicale, count, warm=False))
            down_peer.append(timed(peer.sync))
        for turn in range(1):
            with _sandbox() as sandbox:
                sandbox.store.load("calendar", [_row(sandbox, number) for number in range(count)])
                desktop = Desktop(folder / f"up{turn}", sandbox, _filled(radicale, 0), rate=1_000.0)
                up.append(timed(desktop.sync))
            peer = Vdirsyncer(folder / f"up-peer{turn}", _filled(radicale, 0))
            peer.fill(events(count))
            up_peer.append(timed(peer.sync))
    return [
        _beside("calendar to CRM; the peer: calendar to folder", count, down, down_peer),
        _beside("CRM to calendar; the peer: folder to calendar", count, up, up_peer),
    ]


def _beside(what: str, count: int, ours: list[float], theirs: list[float]) -> Row:
    mine, peers = median(ours), median(theirs)
    name = f"first sync, {count:,} events on Radicale, {what}"
    return Row(name, f"{mine:.1f} s", f"vdirsyncer {peers:.1f} s", mine / peers, "at most 1.0", mine / peers <= 1.0)


def _row(sandbox: SandboxServer, number: int) -> dict[str, object]:
    """An event of the user's in the CRM, as its API stores it."""
    day = date.today() + timedelta(days=number % 300)
    hour = 8 + number % 9
    return {
        "subject": f"Visit {number}", "comment": "Bring the offer", "task": False, "allDay": False,
        "startDate": f"{day:%y/%m/%d}", "startHour": f"{hour:02}:00", "endDate": f"{day:%y/%m/%d}",
        "endHour": f"{hour:02}:45", "salesRepId": emma(sandbox), "branchId": 1,
        "typeId": sandbox.store.rows("activityTypes")[0]["id"],
    }  # fmt: skip


def first_sync_limited(folder: Path, count: int, rate: float) -> list[Row]:
    """How well the CRM's limit is used, and how soon this week is there."""
    with _sandbox(rate) as sandbox, _radicale(folder / "radicale") as radicale:
        desktop = Desktop(folder / "home", sandbox, _filled(radicale, count), rate=rate)
        sandbox.requests.reset()
        done = Event()
        week: list[float] = []
        began = time.perf_counter()
        watch = Thread(target=_watch_week, args=(sandbox, began, done, week))
        watch.start()
        report = desktop.sync()
        done.set()
        watch.join()
        used = sandbox.requests.total / report["seconds"] / rate
        per_row = sandbox.requests.total / report["crm"]["created"]
        return [
            Row(f"first sync at {rate:g} requests a second, {count} events", f"{used:.0%} of the rate used", "", None,
                "at least 95 %", used >= 0.95),
            Row("requests per row created", f"{per_row:.3f}", "", None, "at most 1.05", per_row <= 1.05),
            Row("this week's events in ForceManager", f"after {week[0]:.1f} s" if week else "never", "", None,
                "within 10 s", bool(week) and week[0] <= 10.0),
        ]  # fmt: skip


def _watch_week(sandbox: SandboxServer, began: float, done: Event, week: list[float]) -> None:
    """Notes when the events of the next seven days (the first seven of the calendar) are all there."""
    wanted = {f"Meeting {number}" for number in range(7)}
    while not done.wait(0.1):
        titles = {row["subject"] for row in sandbox.store.rows("calendar", "deleted = false")}
        if wanted <= titles:
            week.append(time.perf_counter() - began)
            return
