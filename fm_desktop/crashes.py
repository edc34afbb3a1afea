"""An error that nobody foresaw: its traceback goes to the log and to the error output, both without secrets.

What starts the program at sign-in keeps its error output in files of its own (`.xsession-errors`, the journal).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


@contextmanager
def watched() -> Iterator[None]:
    """Meanwhile no thread fails unseen; nor do Qt's slots, as Qt hands over to `sys.excepthook`."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = _tell_of_main, _tell_of_thread, _tell_of_nobody
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before


def tell(error: BaseException, what: str = "An error that nobody foresaw") -> None:
    # Imported here: the program starts without them.
    import logging
    import traceback

    from fm_desktop.logs import cleaned

    told = "".join(traceback.format_exception(error))
    if sys.stderr is not None:  # a program of Windows without a console has none
        sys.stderr.write(cleaned(told))
    logging.getLogger(__name__).critical("%s\n%s", what, told.rstrip())


def _tell_of_main(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    tell(error)


def _tell_of_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        name = found.thread.name if found.thread is not None else "?"
        tell(found.exc_value, f"An error that nobody foresaw, in the thread {name}")


def _tell_of_nobody(found: sys.UnraisableHookArgs) -> None:
    """Of an error while something was tidied up, which nobody can catch."""
    if found.exc_value is not None:
        tell(found.exc_value, found.err_msg or "An error that could not be raised")
