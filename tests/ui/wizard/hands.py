"""A person at the wizard: waits, types, clicks, and sees what a screen reader would be told."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.ui.widgets import Banner
from fm_desktop.ui.wizard.window import WizardWindow

PATIENCE = 60_000


class Hands:
    """At one wizard window. `done` counts how often it said that there is a profile now."""

    def __init__(self, qtbot: QtBot, model: Onboarding) -> None:
        self.bot = qtbot
        self.model = model
        self.done = 0
        self.window = WizardWindow(model, self._done)
        self.window.show()
        qtbot.waitExposed(self.window)

    def _done(self) -> None:
        self.done += 1

    # --- keyboard ---

    def type(self, text: str) -> None:
        """Into what has the focus, in place of what was there."""
        widget = self.focus()
        self.bot.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.bot.keyClick(widget, Qt.Key.Key_Backspace)
        self.bot.keyClicks(widget, text)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.bot.keyClick(self.focus(), key, modifier)

    def focus(self) -> QWidget:
        widget = self.window.focusWidget()
        assert widget is not None
        return widget

    def tab_to(self, widget: QWidget) -> None:
        """With the Tab key alone."""
        for _ in range(60):
            if self.focus() is widget:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never reaches {name_of(widget)!r}")

    # --- mouse ---

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible(), f"{name_of(widget)!r} is not to be seen"
        assert widget.isEnabled(), f"{name_of(widget)!r} cannot be pressed"
        at = QPoint(min(12, widget.width() // 2), widget.height() // 2)
        self.bot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)

    # --- waiting ---

    def wait_for_page(self, page: Page) -> None:
        self.bot.waitUntil(lambda: self.model.page is page and self.window.worker.work is None, timeout=PATIENCE)

    def wait_until_idle(self) -> None:
        self.bot.waitUntil(lambda: self.window.worker.work is None, timeout=PATIENCE)

    def wait_for_message(self) -> Banner:
        self.bot.waitUntil(lambda: bool(self.messages()), timeout=PATIENCE)
        return self.messages()[0]

    def messages(self) -> list[Banner]:
        return [each for each in self.window.findChildren(Banner) if each.isVisible()]


def controls(widget: QWidget) -> Iterator[QWidget]:
    """Everything in it that can be seen and take the focus."""
    for each in widget.findChildren(QWidget):
        if each.isVisibleTo(widget) and each.focusPolicy() != Qt.FocusPolicy.NoFocus and each.isEnabled():
            yield each


def name_of(widget: QWidget) -> str:
    """What a screen reader says of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()
