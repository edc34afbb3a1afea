"""What went wrong, on the error output."""

from __future__ import annotations

import sys

from fm_desktop.errors import explained


def told(error: Exception) -> int:
    """Prints what a person is to know about an error, and returns its exit code. Raises one that nobody foresaw."""
    known = explained(error)
    if known is None:
        raise error
    complain(known.message, known.next_step)
    return known.exit_code


def complain(message: str, next_step: str) -> None:
    print(f"fm-desktop: {message}", file=sys.stderr)
    if next_step:
        print(next_step, file=sys.stderr)
