"""The command `fm-desktop`, installed or as `python -m fm_desktop`."""

import os
import sys
from collections.abc import Mapping

from fm_desktop import crashes
from fm_desktop.credentials import taken_from


def main() -> int:
    """The tray application where nothing else is asked for, else the command line (`fm_desktop.cli`)."""
    with crashes.watched():
        try:
            return _run(taken_from(os.environ))
        except Exception as error:  # noqa: BLE001 - nobody foresaw it
            crashes.tell(error)
            return 1


def _run(environment: Mapping[str, str]) -> int:
    if set(sys.argv[1:]) - {"--hidden"}:
        from fm_desktop.cli import main as command_line

        return command_line(environment=environment)
    try:
        # Not by way of the command line: the icon would wait for what only its commands need.
        from fm_desktop.ui.binding import leave_sources_unread

        leave_sources_unread()
        from fm_desktop.ui.application import run

        return run(environment, hidden="--hidden" in sys.argv)
    except Exception as error:  # noqa: BLE001 - one that nobody foresaw is raised again
        from fm_desktop.cli import told

        return told(error)


if __name__ == "__main__":
    sys.exit(main())
