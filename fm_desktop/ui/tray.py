"""The tray icon: draws what the snapshot says, in whatever tray there is, whenever there is one."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from fm_desktop.ui.icons import tray_icon
from fm_desktop.ui.menu import Entry, Wish, menu
from fm_desktop.ui.snapshot import Face, Snapshot, face, tooltip

# A panel may start after us (at sign-in it often does), and may be started anew.
LOOK_FOR_PANEL_MS: Final = 1_000
# Most cycles find nothing and are over sooner; the icon does not flicker for them.
SYNCING_SHOWS_AFTER_MS: Final = 700
# "tomorrow 08:00" becomes "08:00" without anything happening.
REFRESH_MS: Final = 60_000


class Tray(QObject):
    """Made in the window's thread, before or without any panel."""

    wished = Signal(object)
    """The `Entry` a person chose."""
    appeared = Signal()
    """There is a panel with a tray, for the first time or again."""
    vanished = Signal()
    """The panel is gone."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_there = False
        self.icon = QSystemTrayIcon(self)
        self.menu = QMenu()
        self._snapshot = Snapshot()
        self._face: Face | None = None
        self._actions: dict[str, QAction] = {}
        self._build(self.menu, menu(self._snapshot, _now()))
        self.menu.aboutToShow.connect(self._refresh)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self._syncing = QTimer(self, singleShot=True, interval=SYNCING_SHOWS_AFTER_MS)
        self._syncing.timeout.connect(self._draw)
        self._panel = QTimer(self, interval=LOOK_FOR_PANEL_MS)
        self._panel.timeout.connect(self.look_for_panel)
        self._clock = QTimer(self, interval=REFRESH_MS)
        self._clock.timeout.connect(self._refresh)

    def start(self) -> None:
        """Shows the icon, or does so once there is a panel."""
        self._refresh()
        self._draw()
        self.look_for_panel()
        self._panel.start()
        self._clock.start()

    @Slot(object)
    def show(self, snapshot: Snapshot) -> None:
        """How things stand from now on."""
        self._snapshot = snapshot
        self._refresh()
        shown = face(snapshot)
        if shown is Face.SYNCING and self._face is Face.OK:
            if not self._syncing.isActive():
                self._syncing.start()
            return
        self._syncing.stop()
        self._draw()

    @Slot()
    def look_for_panel(self) -> None:
        # isVisible says nothing about it: it is true without any panel.
        available = QSystemTrayIcon.isSystemTrayAvailable()
        if available == self.is_there:
            return
        self.is_there = available
        if available:
            # Hidden first: a panel that was started anew knows nothing of an icon shown before.
            self.icon.hide()
            self.icon.show()
            self.appeared.emit()
        else:
            self.vanished.emit()

    def close(self) -> None:
        for each in (self._panel, self._clock, self._syncing):
            each.stop()
        self.icon.hide()
        self.menu.deleteLater()

    # --- drawing ---

    def _draw(self) -> None:
        shown = face(self._snapshot)
        if shown is not self._face:
            self._face = shown
            self.icon.setIcon(tray_icon(shown))

    @Slot()
    def _refresh(self) -> None:
        now = _now()
        self.icon.setToolTip(_plain(tooltip(self._snapshot, now)))
        self._update(menu(self._snapshot, now))

    def _build(self, target: QMenu, entries: tuple[Entry, ...]) -> None:
        for each in entries:
            if each.entries:
                submenu = target.addMenu(each.text)
                self._build(submenu, each.entries)
                action = submenu.menuAction()
            elif each.text:
                action = target.addAction(each.text)
                action.triggered.connect(self._triggered)
            else:
                action = target.addSeparator()
            action.setObjectName(each.name)
            self._actions[each.name] = action
            if each.default:
                target.setDefaultAction(action)

    def _update(self, entries: tuple[Entry, ...]) -> None:
        for each in entries:
            action = self._actions[each.name]
            if not action.isSeparator():
                action.setText(each.text)
            action.setVisible(each.visible)
            action.setEnabled(each.enabled)
            self._update(each.entries)

    # --- hearing ---

    @Slot()
    def _triggered(self) -> None:
        chosen = _find(menu(self._snapshot, _now()), self.sender().objectName())
        if chosen is not None:
            self.wished.emit(chosen)

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # On macOS a click shows the menu, and nothing else may happen.
        clicked = reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}
        if clicked and sys.platform != "darwin":
            self.wished.emit(Entry("open-window", wish=Wish.OPEN_WINDOW))


def _find(entries: tuple[Entry, ...], name: str) -> Entry | None:
    for each in entries:
        found = each if each.name == name else _find(each.entries, name)
        if found is not None:
            return found
    return None


def _plain(text: str) -> str:
    """Some panels show what looks like markup as markup, others show escapes as they are."""
    return text.replace("<", "‹").replace(">", "›")


def _now() -> datetime:
    return datetime.now(UTC)
