"""Where there is no notification service to talk to: the tray's own messages, and a line in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QSystemTrayIcon

from fm_desktop.ui.notify.note import Note


class TrayNotifier:
    """The native notifications of Windows and macOS. They do not say which message was clicked: the last one."""

    def __init__(self, icon: QSystemTrayIcon) -> None:
        self.clicked: Callable[[Note], None] = lambda _note: None
        self._icon = icon
        self._last: Note | None = None
        icon.messageClicked.connect(self._click)

    def show(self, note: Note, otherwise: Callable[[Note], None]) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            otherwise(note)
            return
        self._last = note
        self._icon.showMessage(note.title, note.text, self._icon.icon())

    def close(self) -> None:
        self._icon.messageClicked.disconnect(self._click)

    def _click(self) -> None:
        if self._last is not None:
            self.clicked(self._last)


class BannerNotifier:
    """A line in the status window, whenever that is looked at."""

    def __init__(self, tell: Callable[[Note], object]) -> None:
        self.clicked: Callable[[Note], None] = lambda _note: None
        self._tell = tell

    def show(self, note: Note, otherwise: Callable[[Note], None]) -> None:  # noqa: ARG002 - the last resort
        self._tell(note)

    def close(self) -> None:
        """There is nothing to end."""
