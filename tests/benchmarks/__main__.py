"""Runs the benchmarks; `--quick` with small sizes, `--only=mail,window` some of them, `--write` keeps the results in
`docs/benchmarks.md`, where rows that were not measured stay as they are."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import attachment, calendar, desktop, mail, planner, report
from tests.benchmarks.report import Row

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main(words: list[str]) -> int:
    many, first, watched = (500, 100, 100) if "--quick" in words else (10_000, 1_000, 5_000)
    steps: list[tuple[str, Callable[[Path], list[Row]]]] = [
        ("calendar", lambda _: planner.planning(10_000)),
        ("calendar", lambda folder: calendar.idle_requests(folder, 100)),
        ("calendar", lambda folder: calendar.first_sync(folder, first)),
        ("calendar", lambda folder: calendar.first_sync_limited(folder, 200, 4.0)),
        ("calendar", lambda folder: calendar.idle_speed(folder, many)),
        ("calendar", lambda folder: calendar.idle_requests(folder, many)),
        ("window", desktop.tray),
        ("window", lambda folder: desktop.heartbeat(folder, watched)),
        ("mail", lambda _: mail.header_rate(many)),
        ("mail", lambda folder: mail.header_rate_beside_mbsync(folder, many)),
        ("mail", lambda _: mail.memory((1_000, many) if many < 10_000 else (1_000, many, 10 * many))),
        ("mail", lambda folder: attachment.added_memory(folder, 100)),
    ]
    only = next((word.removeprefix("--only=").split(",") for word in words if word.startswith("--only=")), None)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="fm-bench-") as temporary:
        for number, (part, step) in enumerate(steps):
            if only is not None and part not in only:
                continue
            for row in step(Path(temporary) / str(number)):
                rows.append(row)
                print(f"{row.what}: {row.ours} {row.beside} {row.ratio or ''} ({row.bar})", flush=True)
    print(f"\n{report.machine()}\n\n{report.table(rows)}")
    if "--write" in words:
        report.write(rows, RESULTS)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
