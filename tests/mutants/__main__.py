"""`make mutants`: breaks the engine in one place at a time, and looks whether the simulated world or the sweep notices.

Each defect is put into a copy of the sources; the world runs with the same seeds as in CI, then the crash sweep. Ends
with 1 if one of them was noticed by neither. `--only=TEXT` takes those whose name holds the text.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.defects import DEFECTS, Defect

ROOT = Path(__file__).parents[2]
SUITES = {"simulation": "tests/simulation", "sweep": "tests/crash/test_crash_sweep.py"}
PARTS = ("fm_desktop", "tests", "resources", "pyproject.toml")


def main(arguments: list[str]) -> int:
    wanted = next((each.removeprefix("--only=") for each in arguments if each.startswith("--only=")), "")
    chosen = [each for each in DEFECTS if wanted in each.name]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        caught = list(pool.map(_told, chosen))
    print(f"{sum(caught)} of {len(chosen)} caught")
    return 0 if all(caught) else 1


def _told(defect: Defect) -> bool:
    began = time.monotonic()
    by = caught_by(defect)
    print(f"{by or 'NOT CAUGHT':<12}{time.monotonic() - began:6.0f} s  {defect.name}", flush=True)
    return bool(by)


def caught_by(defect: Defect) -> str:
    """Which suite fails with the defect in place; '' if none does."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for each in PARTS:
            source = ROOT / each
            if source.is_dir():
                shutil.copytree(source, copy / each, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / each)
        path = copy / "fm_desktop" / defect.path
        path.write_text(broken(path.read_text(encoding="utf-8"), defect), encoding="utf-8")
        return next((name for name, tests in SUITES.items() if not _holds(copy, tests)), "")


def broken(source: str, defect: Defect) -> str:
    """The source with the defect in it. Raises `ValueError` where its place is not there, or not the only one."""
    if source.count(defect.before) != 1:
        raise ValueError(f"“{defect.name}”: its place is {source.count(defect.before)} times in {defect.path}")
    return source.replace(defect.before, defect.after)


def _holds(copy: Path, tests: str) -> bool:
    """Whether a suite passes. Anything but a failed test, a copy that cannot be run say, is an error of ours."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", tests],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in (0, 1) or "ImportError" in run.stdout:
        raise RuntimeError(run.stdout + run.stderr)
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
