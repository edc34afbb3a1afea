"""Runs the contract suite and writes what the providers offer into docs/providers.md; not where anything fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "providers.md"


class Outcomes:
    """Which lines of the table were proven at which stage, and which tests failed."""

    def __init__(self) -> None:
        self.proven: set[tuple[str, str]] = set()
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties = dict(report.user_properties)
        if report.failed or report.skipped:
            self.failed.append(report.nodeid)
        elif report.when == "call" and "proves" in properties:
            self.proven.add((str(properties["stage"]), str(properties["proves"])))


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from tests.contract.features import CALENDAR, MAIL
    from tests.contract.stages.registry import CALENDARS, MAILBOXES, all_classes
    from tests.contract.table import table_of

    outcomes = Outcomes()
    # The page may be out of date: that is why it is written.
    arguments = ["-q", str(ROOT / "tests" / "contract"), "--deselect", "tests/contract/test_providers_page.py"]
    code = pytest.main([*arguments, *sys.argv[1:]], plugins=[outcomes])
    wanted = {(stage, each.value) for stage in CALENDARS for each in CALENDAR}
    wanted |= {(stage, each.value) for stage in MAILBOXES for each in MAIL}
    missing = sorted(wanted - outcomes.proven)
    if code or outcomes.failed or missing:
        print(
            "Not written:",
            *outcomes.failed,
            *(f"{stage}: {line} was not tested" for stage, line in missing),
            sep="\n  ",
        )
        return 1
    PAGE.write_text(table_of(*all_classes()), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
