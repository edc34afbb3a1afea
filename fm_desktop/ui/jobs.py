"""Work off the window's thread, its answer on it.

A call to the keychain blocks for as long as its unlock dialog is open, and a full or slow disk blocks too: the
thread that draws makes neither.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

from fm_desktop.ui.texts import tr

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from fm_desktop.errors import Explained

_log = logging.getLogger(__name__)

T = TypeVar("T")

# A keychain's open dialog holds one thread; the others go on.
THREADS = 4


@dataclass(frozen=True, slots=True)
class _Answer:
    call: Callable[[Any], object]
    value: Any
    owner: QObject | None


class Jobs(QObject):
    """Runs functions in threads of its own. Belongs to the thread it was made in, which gets the answers."""

    _answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool: ThreadPoolExecutor | None = None
        self._open: set[Future[None]] = set()
        self._ended = False
        self._answered.connect(self._deliver)

    def ask(
        self,
        work: Callable[[], T],
        then: Callable[[T], object],
        failed: Callable[[Explained], object],
        owner: QObject | None = None,
    ) -> None:
        """Runs `work` elsewhere and calls `then` with its result here, or `failed` with what to tell a person.
        Neither is called once `owner` is gone."""
        if self._ended:
            return
        future = self._threads().submit(self._run, work, then, failed, owner)
        self._open.add(future)
        future.add_done_callback(self._open.discard)

    def end(self, seconds: float) -> bool:
        """Takes no more work and waits a moment for what runs. False if something still does."""
        from concurrent.futures import wait

        self._ended = True
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        return not wait(set(self._open), timeout=seconds).not_done

    def _threads(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor

        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="job")
        return self._pool

    def _run(
        self,
        work: Callable[[], T],
        then: Callable[[T], object],
        failed: Callable[[Explained], object],
        owner: QObject | None,
    ) -> None:
        try:
            answer = _Answer(then, work(), owner)
        except Exception as error:  # noqa: BLE001 - whatever it is, a person waits for an answer
            answer = _Answer(failed, told(error), owner)
        if not self._ended:
            self._answered.emit(answer)

    @Slot(object)
    def _deliver(self, answer: _Answer) -> None:
        if answer.owner is None or isValid(answer.owner):
            answer.call(answer.value)


def told(error: Exception) -> Explained:
    """What a person is told about an error; one that nobody foresaw is written to the log whole."""
    from fm_desktop.errors import ExitCode, Explained, explained

    known = explained(error)
    if known is not None:
        return known
    _log.error("Something nobody foresaw", exc_info=error)
    return Explained(
        tr("Something went wrong that nobody foresaw: {error}.", error=str(error) or type(error).__name__),
        tr("Try again. If it happens again, send a support bundle: it is made under “Log”."),
        ExitCode.PROBLEMS,
    )
