"""The tray application: puts together what is on the screen, and lives until it is quit.

What is heavy is imported when it is first needed: the icon is there before the engine is.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from fm_desktop.paths import APP, Paths
from fm_desktop.ui.bridge import Bridge
from fm_desktop.ui.garbage import Collector, is_watched
from fm_desktop.ui.icons import app_icon
from fm_desktop.ui.instance import Instance
from fm_desktop.ui.menu import Entry, Wish
from fm_desktop.ui.signals import EndingSignals
from fm_desktop.ui.snapshot import Snapshot, Stage
from fm_desktop.ui.tray import Tray
from fm_desktop.ui.web import open_link
from fm_desktop.ui.windows import Windows

if TYPE_CHECKING:
    from fm_desktop.ui.notify.courier import Courier
    from fm_desktop.ui.notify.note import Note, Notifier

_log = logging.getLogger(__name__)

# A panel starts after us at sign-in; a window that pops up meanwhile is what nobody wants then.
WAIT_FOR_PANEL_MS: Final = 20_000
# Together under three seconds, whatever the network does; the journal makes leaving safe.
ENGINE_ENDS_SECONDS: Final = 2.0

# To draw a window takes Python's lock dozens of times. While the engine works, each of them has to be waited for, and
# the engine gives it back this soon (Python's default are 5 ms).
LOCK_WAIT_SECONDS: Final = 0.0005

# An icon is on a panel after some messages between processes; imports of the engine would hold them up.
ICON_IS_FIRST_MS: Final = 50

NO_SCREEN: Final = "There is no screen for the window of FM Desktop here."
WITHOUT_SCREEN: Final = "Without one, keep both sides in step with: fm-desktop sync"


def run(environment: Mapping[str, str], *, hidden: bool) -> int:
    """The application until it is quit; returns its exit code. Raises `UsageError` where there is no screen or a
    running instance does not answer, and `OSError`."""
    if not _has_screen(environment):
        from fm_desktop.errors import UsageError

        raise UsageError(NO_SCREEN, WITHOUT_SCREEN)
    qt = QApplication([APP])
    qt.setApplicationName(APP)
    qt.setApplicationDisplayName("FM Desktop")
    qt.setDesktopFileName(APP)
    qt.setQuitOnLastWindowClosed(False)
    instance = Instance(Paths.of(environment).state)
    if not instance.is_first():
        instance.raise_other()
        return 0
    application = Application(qt, environment, instance, hidden=hidden)
    code = qt.exec()
    if not application.end():
        # A thread still waits for an answer, and a normal exit would wait for that thread.
        logging.shutdown()
        os._exit(code)
    return code


class Application(QObject):
    """Connects the parts; decides what is shown when."""

    def __init__(self, qt: QApplication, environment: Mapping[str, str], instance: Instance, *, hidden: bool) -> None:
        super().__init__(qt)
        sys.setswitchinterval(LOCK_WAIT_SECONDS)
        self._qt = qt
        self._instance = instance
        self.bridge = Bridge(environment, self)
        self.tray = Tray(self)
        self.windows = Windows(self.bridge, environment, self)
        self._courier: Courier | None = None
        self._signals = EndingSignals(self)
        Collector(self, lambda: self.bridge.snapshot.syncing or is_watched(qt))
        self._connect()
        self.tray.start()
        if not hidden:
            self.windows.open_main()
        else:
            QTimer.singleShot(WAIT_FOR_PANEL_MS, self, self._open_without_panel)
        QTimer.singleShot(ICON_IS_FIRST_MS, self, self._begin)

    def end(self) -> bool:
        """Ends everything. False if a thread still waits for an answer."""
        if self._courier is not None:
            self._courier.close()
        self.windows.close()
        self.tray.close()
        at_rest = self.bridge.end(ENGINE_ENDS_SECONDS)
        self._instance.close()
        self._signals.close()
        return at_rest

    def _connect(self) -> None:
        bridge, tray = self.bridge, self.tray
        bridge.changed.connect(tray.show)
        bridge.changed.connect(self._follow)
        bridge.opened.connect(self._speak)
        bridge.preferred.connect(self._speak)
        tray.wished.connect(self._carry_out)
        tray.appeared.connect(self._tray_appeared)
        tray.vanished.connect(self._tray_vanished)
        self._instance.shown.connect(self.windows.open_main)
        self._signals.received.connect(self._qt.quit)
        self.windows.quit_wanted.connect(self._qt.quit)
        self._qt.lastWindowClosed.connect(self._last_window_closed)
        # The desktop's session ends: what is under way is given the moment it needs.
        self._qt.commitDataRequest.connect(self._qt.quit)

    @Slot()
    def _begin(self) -> None:
        """Everything the icon need not wait for."""
        from fm_desktop.ui.network import NetworkHint
        from fm_desktop.ui.notify.courier import Courier

        self._instance.listen()
        self._speak()
        self._courier = Courier(
            self._notifiers(), lambda: self.bridge.preferences, self.bridge.mark_shown, self._note_clicked, self
        )
        self.bridge.noticed.connect(self._courier.offer)
        self.bridge.open()
        QGuiApplication.setWindowIcon(app_icon())
        network = NetworkHint(self)
        network.is_back.connect(self.bridge.network_is_back)
        network.start()

    def _notifiers(self) -> list[Notifier]:
        from fm_desktop.ui.notify.desk import BannerNotifier

        banner = BannerNotifier(self.bridge.banner.emit)
        try:
            return [self._desktops_notifier(), banner]
        except Exception:  # noqa: BLE001 - nobody foresaw it
            # Whatever is wrong with it, the icon is to open something and the engine is to begin.
            _log.exception("The notifications of this desktop cannot be used.")
            return [banner]

    def _desktops_notifier(self) -> Notifier:
        if sys.platform in {"win32", "darwin"}:
            from fm_desktop.ui.notify.desk import TrayNotifier

            return TrayNotifier(self.tray.icon)
        from fm_desktop.resources import path_of
        from fm_desktop.ui.notify.dbus import DBusNotifier

        return DBusNotifier(path_of("fm-desktop.svg"), self)

    # --- what happens ---

    @Slot(object)
    def _follow(self, snapshot: Snapshot) -> None:
        if snapshot.stage is Stage.BROKEN or (snapshot.status is None and snapshot.failure is not None):
            self.windows.follow(snapshot.failure)
        elif snapshot.stage is not Stage.OPENING:
            self.windows.follow(None)
        if snapshot.stage is Stage.NOT_SET_UP:
            self.windows.open_wizard()

    @Slot()
    def _speak(self) -> None:
        """The language a person chose, before that of the system."""
        from fm_desktop.ui.language import speak
        from fm_desktop.ui.moments import system_languages

        # Before there is a profile nobody has chosen, and to ask would import what reads the choice.
        chosen = () if self.bridge.profile is None else (self.bridge.preferences.language,)
        speak(*chosen, *system_languages())
        self.tray.show(self.bridge.snapshot)

    @Slot()
    def _tray_appeared(self) -> None:
        self.bridge.has_tray = True

    @Slot()
    def _tray_vanished(self) -> None:
        """Without a tray the window is the only way to us."""
        self.bridge.has_tray = False
        QTimer.singleShot(WAIT_FOR_PANEL_MS, self, self._open_without_panel)

    @Slot()
    def _open_without_panel(self) -> None:
        if not self.bridge.has_tray:
            self.windows.open_main()

    @Slot()
    def _last_window_closed(self) -> None:
        """Closing the window of an application that has no icon means to quit it."""
        if not self.bridge.has_tray and not self.windows.is_busy:
            self._qt.quit()

    def _note_clicked(self, note: Note) -> None:
        if note.link is None:
            self.windows.open_main("activity")
        else:
            self.bridge.open_item.emit(note.link)

    @Slot(object)
    def _carry_out(self, entry: Entry) -> None:
        bridge, windows = self.bridge, self.windows
        match entry.wish:
            case Wish.SYNC_NOW:
                bridge.sync_now()
            case Wish.PAUSE:
                bridge.pause(entry.minutes)
            case Wish.RESUME:
                bridge.resume()
            case Wish.START:
                bridge.resume(entry.channel)
            case Wish.STOP if entry.channel is not None:
                windows.ask_to_stop(entry.channel)
            case Wish.OPEN_WINDOW:
                windows.open_main()
            case Wish.OPEN_SETTINGS:
                windows.open_main("settings")
            case Wish.SET_UP:
                windows.open_wizard()
            case Wish.OPEN_CRM | Wish.OPEN_MAIL:
                self._open_page(entry.wish)
            case Wish.QUIT:
                self._qt.quit()

    def _open_page(self, wish: Wish) -> None:
        from fm_desktop.ui.pages import crm_page, mail_page

        profile = self.bridge.profile
        if profile is None:
            return
        settings = profile.settings
        page = crm_page(settings.crm.url)
        if wish is Wish.OPEN_MAIL:
            page = mail_page(settings.provider.address, settings.provider.name)
        open_link(page)


def _has_screen(environment: Mapping[str, str]) -> bool:
    """Qt ends the process with a core dump where it finds no screen."""
    if sys.platform in {"win32", "darwin"} or environment.get("QT_QPA_PLATFORM"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
