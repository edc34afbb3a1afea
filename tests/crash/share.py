"""What one process of `make crashes` does."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from tests.crash import rotation
from tests.crash.figures import Figures
from tests.crash.scenarios import SCENARIOS
from tests.crash.servers import Servers
from tests.crash.sweep import each_nth
from tests.crash.table import PAGE, figures_of, page, row

Pair = tuple[str, str]
ALL: Sequence[Pair] = (
    *((each.name, place) for each in SCENARIOS for place in each.places),
    (rotation.NAME, rotation.PLACE),
)


def swept(pairs: Sequence[Pair], every: int) -> list[Figures]:
    found = []
    with Servers() as servers:
        for pair in pairs:
            found.append(_figures(servers, pair, every))
            record(found[-1])
            print("\n".join([row(found[-1]), *(f"    {each}" for each in found[-1].differences)]), flush=True)
    return found


def record(figures: Figures) -> None:
    """Puts a line into the page, in place of the one it has."""
    with FileLock(Path(tempfile.gettempdir()) / "fm-crashes.lock"):
        known = figures_of(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else []
        found = {(each.scenario, each.place): each for each in (*known, figures)}
        PAGE.write_text(page([found[each] for each in ALL if each in found], _today()), encoding="utf-8")


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), {platform.system()}"


def _figures(servers: Servers, pair: Pair, every: int) -> Figures:
    name, place = pair
    if name == rotation.NAME:
        return servers.rotation()
    (scenario,) = (each for each in SCENARIOS if each.name == name)
    return servers.sweep(scenario, place, each_nth(every))
