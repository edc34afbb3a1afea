"""Work in a thread of its own that nobody has to wait for: not its caller, and not the end of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T], name: str = "aside") -> Future[T]:
    """Starts `work` and returns where its result or its error will be.

    The thread is a daemon: what hangs in a network call holds up neither a cancelled wait nor quitting.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed on whole to whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
