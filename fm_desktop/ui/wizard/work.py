"""Runs a step of the wizard in a thread of its own, with a time-out, and lets go of it when it is cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from shiboken6 import isValid

from fm_desktop.aside import aside
from fm_desktop.errors import ExitCode, Explained
from fm_desktop.onboarding.work import Work
from fm_desktop.ui.jobs import told
from fm_desktop.ui.texts import tr


@dataclass(eq=False, slots=True)
class _Run:
    work: Work[Any]
    then: Callable[[], object]
    failed: Callable[[Explained], object]
    ending: threading.Event = field(default_factory=threading.Event)


class Worker(QObject):
    """One step at a time. Lives in the window's thread, where `then` and `failed` are called.

    A step that hangs in a network call is left alone when it is cancelled: its thread ends when the call does, and
    whatever it brings then is not looked at.
    """

    changed = Signal()
    _ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._run: _Run | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._give_up)
        self._ended.connect(self._deliver)

    @property
    def work(self) -> Work[Any] | None:
        """What is being done."""
        return self._run.work if self._run is not None else None

    def start(self, work: Work[Any], then: Callable[[], object], failed: Callable[[Explained], object]) -> None:
        """Does a step, in place of one that may still be under way."""
        self.cancel()
        run = self._run = _Run(work, then, failed)
        self._timer.start(int(work.patience * 1000))
        future = aside(lambda: work.run(run.ending), f"wizard {work.step}")
        future.add_done_callback(lambda done: self._hand_over(run, done))
        self.changed.emit()

    def cancel(self) -> None:
        if self._run is not None:
            self._leave()
            self.changed.emit()

    def _leave(self) -> None:
        assert self._run is not None
        self._run.ending.set()
        self._run = None
        self._timer.stop()

    def _hand_over(self, run: _Run, done: Future[Any]) -> None:
        """In the step's thread. The window may be gone by now."""
        if isValid(self):
            self._ended.emit(run, done)

    @Slot(object, object)
    def _deliver(self, run: _Run, done: Future[Any]) -> None:
        if run is not self._run:
            return
        self._leave()
        error = done.exception()
        if error is None:
            run.work.take(done.result())
            self.changed.emit()
            run.then()
        else:
            self.changed.emit()
            run.failed(told(error if isinstance(error, Exception) else RuntimeError(str(error))))

    @Slot()
    def _give_up(self) -> None:
        if self._run is None:
            return
        failed = self._run.failed
        self._leave()
        self.changed.emit()
        failed(
            Explained(
                tr("There was no answer for a long time, so it was given up."),
                tr("Check the internet connection and try again."),
                ExitCode.UNREACHABLE,
            )
        )
