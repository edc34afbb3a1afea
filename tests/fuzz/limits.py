"""Work that may cost so much memory and time at most, in a process of its own: `python -m tests.fuzz.limits MODULE`.

What a bomb costs is bounded where the process lives through it: the operating system gives it no more memory than its
bound (RLIMIT_AS), and ends it when it has worked for longer (RLIMIT_CPU). So nothing is timed, and a busy machine fails
no test.
"""

from __future__ import annotations

import importlib
import resource
import subprocess
import sys
from pathlib import Path

MEGABYTE = 1024 * 1024
_MEMORY = 400 * MEGABYTE
_SECONDS = 60


def survived(module: str) -> list[str]:
    """The bombs of a module, functions named `bomb_...`, that a limited process lived through, and how it ended."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.fuzz.limits", module],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [
        *done.stdout.splitlines(),
        *([] if done.returncode == 0 else [f"ended with {done.returncode}: {done.stderr[-2_000:]}"]),
    ]


def bombs_of(module: str) -> list[str]:
    return [name for name in vars(importlib.import_module(module)) if name.startswith("bomb_")]


def _main(module: str) -> None:
    bombs = importlib.import_module(module)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    bound = pages * resource.getpagesize() + _MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    for name in bombs_of(module):
        vars(bombs)[name]()
        print(name, flush=True)


if __name__ == "__main__":
    _main(sys.argv[1])
