"""The command `fm-desktop`, installed or as `python -m fm_desktop`."""

import os
import sys


def main() -> int:
    """The tray application where nothing else is asked for, else the command line (`fm_desktop.cli`)."""
    if set(sys.argv[1:]) - {"--hidden"}:
        from fm_desktop.cli import main as command_line

        return command_line()
    try:
        # Not by way of the command line: the icon would wait for what only its commands need.
        from fm_desktop.ui.application import run

        return run(os.environ, hidden="--hidden" in sys.argv)
    except Exception as error:  # noqa: BLE001 - one that nobody foresaw is raised again
        from fm_desktop.cli import told

        return told(error)


if __name__ == "__main__":
    sys.exit(main())
