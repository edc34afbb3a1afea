"""The command `fm-desktop`: parse, call, print. What is done is in `fm_desktop.app` and below it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from fm_desktop.cli.grammar import parser
from fm_desktop.cli.telling import told
from fm_desktop.errors import ExitCode

__all__ = ["main", "parser", "told"]


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Runs one command and returns its exit code: 0 done, 1 done with problems or failed, 2 usage or settings,
    3 sign-in needed, 4 unreachable."""
    options = parser().parse_args(arguments)
    options.environment = environment
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (`| head`) has had enough; the rest must not go into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - one that nobody foresaw is raised again
        return told(error)
