"""The tray application beside a bare tray program of the same toolkit, on a desktop without a screen."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from fm_desktop.sandbox.server import SandboxServer
from tests.benchmarks import stage
from tests.benchmarks.report import Row
from tests.servers.desktop import Desktop, Panel
from tests.servers.radicale import RadicaleServer

_BARE = """
import sys
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
application = QApplication([])
icon, menu = QSystemTrayIcon(QIcon(sys.argv[1])), QMenu()
menu.addAction("Quit")
icon.setContextMenu(menu)
icon.show()
application.exec()
"""
_ICON = str(Path(__file__).parents[2] / "resources" / "fm-desktop.svg")
TIMES = 5
IDLE_SECONDS = 8.0
TICK = 0.002
LONGEST_START = 60.0


def tray(folder: Path) -> list[Row]:
    """Start to tray icon, and memory once the first sync is over; both programs in turn."""
    with _set_up(folder, 20) as (ours, environment), Desktop(Panel.XEMBED) as desktop:
        bare = [sys.executable, "-c", _BARE, _ICON]
        runs = [(_run(desktop, bare, {}), _run(desktop, ours, environment)) for _ in range(TIMES)]
    starts = [median(each[index][0] for each in runs) for index in (0, 1)]
    memory = [median(each[index][1] for each in runs) for index in (0, 1)]
    return [
        _row("start to tray icon", starts, "s", 1.5),
        _row("memory when idle", memory, "MB", 2.0),
    ]


def heartbeat(folder: Path, count: int) -> list[Row]:
    """The longest time in which the thread that draws did not come round."""
    with _set_up(folder, count) as (_, environment):
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.heartbeat"],
            env={**environment, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            check=True,
        )
    longest = int(done.stdout.split()[-1])
    what = f"longest pause of the thread that draws, first sync of {count:,} events"
    return [Row(what, f"{longest} ms", "", None, "at most 50 ms", longest <= 50)]


@contextmanager
def _set_up(folder: Path, count: int) -> Iterator[tuple[list[str], dict[str, str]]]:
    """(the command, its environment) of a profile with so many events in the calendar and none in the CRM."""
    (folder / "radicale").mkdir(parents=True)
    radicale = RadicaleServer(folder / "radicale")
    try:
        with SandboxServer(rate_limit=None) as sandbox:
            account = radicale.account()
            account.fill(account.make_calendar("work"), stage.events(count))
            desktop = stage.Desktop(folder / "home", sandbox, account)
            yield [sys.executable, "-m", "fm_desktop", "--hidden"], desktop.environment
    finally:
        radicale.stop()


def _run(desktop: Desktop, command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """(seconds until the panel has the icon, megabytes of the program's own memory a while later)."""
    before = desktop.icons()
    began = time.perf_counter()
    process = desktop.start(command, {name: environment[name] for name in environment if name.startswith("FM_")})
    # Not by `until`, whose ticks are as long as what is measured.
    while desktop.icons() <= before and time.perf_counter() - began < LONGEST_START:
        time.sleep(TICK)
    took = time.perf_counter() - began
    time.sleep(IDLE_SECONDS)
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    process.terminate()
    process.wait(timeout=20)
    return took, kilobytes / 1024


def _row(what: str, values: list[float], unit: str, bar: float) -> Row:
    bare, ours = values
    digits = 2 if unit == "s" else 0
    beside = f"{bare:.{digits}f} {unit} (a bare tray program)"
    return Row(what, f"{ours:.{digits}f} {unit}", beside, ours / bare, f"at most {bar}", ours / bare <= bar)
