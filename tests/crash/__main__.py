"""`make crashes`: cuts every scenario short at each of its moments, and writes docs/reliability-crashes.md.

Ends with 1 if anything came out differently. `--only=TEXT` takes the scenarios whose name holds the text, the other
lines of the page stay; `--every=N` each N-th moment only. `--jobs=N` runs so many at a time, one for each server.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.crash.share import ALL, swept


def main(arguments: list[str]) -> int:
    only, every = _given(arguments, "--only=", ""), int(_given(arguments, "--every=", "1"))
    jobs = int(_given(arguments, "--jobs=", str(os.cpu_count() or 1)))
    pairs = [each for each in ALL if only in each[0]]
    places = sorted({place for _, place in pairs}, key=lambda place: -sum(place == each[1] for each in pairs))
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(swept, [each for each in pairs if each[1] == place], every) for place in places]
        found = [each for part in parts for each in part.result()]
    differences = sum(len(each.differences) for each in found)
    print(f"{sum(each.crashes for each in found)} crashes, {differences} differences")
    return 1 if differences else 0


def _given(arguments: list[str], name: str, default: str) -> str:
    return next((each.removeprefix(name) for each in arguments if each.startswith(name)), default)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
