"""Runs the matrix of lying networks and writes docs/reliability-network.md; not where a cell fails or was left out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability-network.md"
ACTS = ("looks", "writes")

Cell = tuple[str, str, str]


class Cells:
    """Which cells were proven, as act, client and fault, and which tests failed."""

    def __init__(self) -> None:
        self.proven: set[Cell] = set()
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        cell = dict(report.user_properties).get("cell")
        if report.failed or report.skipped:
            self.failed.append(report.nodeid)
        elif report.when == "call" and isinstance(cell, tuple):
            self.proven.add(cell)


def main() -> int:
    sys.path.insert(0, str(ROOT))
    cells = Cells()
    # The page may be out of date: that is why it is written.
    arguments = ["-q", str(ROOT / "tests" / "network"), "--deselect", "tests/network/test_network_page.py"]
    code = pytest.main([*arguments, *sys.argv[1:]], plugins=[cells])
    # Not before: pytest rewrites what it imports.
    from tests.network.page import page
    from tests.network.stages import STAGES
    from tests.servers.faults import Fault

    wanted = {(act, stage.name, fault.value) for act in ACTS for stage in STAGES for fault in Fault}
    missing = sorted(wanted - cells.proven)
    if code or cells.failed or missing:
        print("Not written:", *cells.failed, *(f"not tested: {', '.join(each)}" for each in missing), sep="\n  ")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
