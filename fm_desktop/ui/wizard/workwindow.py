"""A window in which something may be under way: Enter goes on, Escape lets go, closing leaves nothing behind."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from fm_desktop.onboarding.work import Step
from fm_desktop.ui.theme import theme
from fm_desktop.ui.wizard.work import Worker


class WorkWindow(QWidget):
    """Deletes itself when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        theme()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.worker = Worker(self)

    def go_on(self) -> None:
        """What Enter does, unless a button has the focus."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keys that the control with the focus has no use for."""
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(focused, QPushButton):
                focused.click()
            else:
                self.go_on()
        elif event.key() == Qt.Key.Key_Escape:
            self.let_go()
        else:
            super().keyPressEvent(event)

    def let_go(self) -> None:
        """Ends what is under way; where nothing is, leaves."""
        if self._is_finishing:
            return
        if self.worker.work is not None:
            self.worker.cancel()
        else:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self._is_finishing:
            event.ignore()
            return
        self.worker.cancel()
        super().closeEvent(event)

    @property
    def _is_finishing(self) -> bool:
        """Is a profile being made? It takes a moment, and with nobody there to hear of it, it would not be used."""
        work = self.worker.work
        return work is not None and work.step is Step.FINISH
