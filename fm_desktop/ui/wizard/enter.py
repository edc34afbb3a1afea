"""Enter leads on from every control of a page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class _LetThrough(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.ignore()  # stopped here and ignored: Qt offers it to the widget above
            return True
        return super().eventFilter(watched, event)


def let_enter_through(control: QWidget) -> None:
    """Leaves Enter to the window. On GNOME and Xfce a choice, a check box and a list would keep it to themselves."""
    control.installEventFilter(_LetThrough(control))
