"""`make soak`: one computer over weeks of working days, with what it takes, day by day.

`make soak ARGS="LINKS=50000 MESSAGES=100000 DAYS=10"`; without them a tenth of that.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.soak.life import Life, Load, Size


def main(arguments: Iterable[str]) -> int:
    given = dict(each.split("=", 1) for each in arguments)
    size = Size(int(given.get("LINKS", 5_000)), int(given.get("MESSAGES", 10_000)))
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        life, began = Life(Path(folder), size), time.monotonic()
        cycles = life.first_sync()
        print(f"{size.links} items and {size.messages} messages in step after {cycles} cycles")
        print(f"{'day':>5} {'seconds':>8} {'memory MB':>10} {'files':>6} {'threads':>8} {'state MB':>9} {'links':>7}")
        print(_line("first", life.load(), time.monotonic() - began))
        life.days(
            int(given.get("DAYS", 10)), lambda day: print(_line(str(day + 1), life.load(), time.monotonic() - began))
        )
    return 0


def _line(day: str, load: Load, seconds: float) -> str:
    memory, state = load.resident / 1e6, load.database / 1e6
    links = load.rows["link"]
    return f"{day:>5} {seconds:8.0f} {memory:10.1f} {load.files:6} {load.threads:8} {state:9.1f} {links:7}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
