"""The windows there are, each made when it is first opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QWidget

from fm_desktop.paths import Paths
from fm_desktop.ui.bridge import Bridge
from fm_desktop.ui.icons import app_icon
from fm_desktop.ui.jobs import told as explain
from fm_desktop.ui.notify.note import Note
from fm_desktop.ui.snapshot import Stage, channel_name
from fm_desktop.ui.texts import tr
from fm_desktop.ui.told import prepare, told

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMessageBox

    from fm_desktop.app import Profile
    from fm_desktop.errors import Explained
    from fm_desktop.logs import Redactor
    from fm_desktop.sync.control import Channel
    from fm_desktop.ui.trouble import TroubleWindow
    from fm_desktop.ui.window.main import MainWindow

NOTE_MS: Final = 15_000


class Windows(QObject):
    """What can be opened depends on how far the application is: `open_main` opens the one that helps now."""

    quit_wanted = Signal()

    def __init__(self, bridge: Bridge, environment: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._environment = environment
        self._main: MainWindow | None = None
        self._trouble: TroubleWindow | None = None
        self._wizard: QWidget | None = None
        self._troubled_by: Explained | None = None
        self._waiting: str | None = None
        # Without a parent a box is gone as soon as nobody holds it.
        self._failure: QMessageBox | None = None
        bridge.opened.connect(self._opened)
        bridge.open_item.connect(self.open_item)
        bridge.banner.connect(self.show_note)
        bridge.failed.connect(self.show_failure)

    @property
    def is_busy(self) -> bool:
        """Is one window about to make room for another?"""
        return self._waiting is not None or self._bridge.snapshot.stage is Stage.OPENING

    @Slot()
    def open_main(self, page: str = "") -> None:
        """The status window at a page, '' where it was; before there is anything to show, what leads there."""
        stage = self._bridge.snapshot.stage
        if stage is Stage.OPENING:
            self._waiting = page
        elif stage is Stage.NOT_SET_UP:
            self.open_wizard()
        elif stage is Stage.BROKEN:
            self.open_trouble(self._bridge.snapshot.failure)
        else:
            self._with_main(lambda window: self._show(window, page))

    @Slot(int)
    def open_item(self, link: int) -> None:
        """The status window at an item."""
        if self._bridge.snapshot.stage is Stage.WORKING:
            self._with_main(lambda window: self._show_item(window, link))
        else:
            self.open_main("activity")

    @Slot(object)
    def show_note(self, note: Note) -> None:
        """A line at the foot of the window, for a notification that nothing else can show."""
        if self._main is not None:
            self._main.statusBar().showMessage(f"{note.title}: {' '.join(note.text.split())}", NOTE_MS)

    @Slot(object)
    def show_failure(self, why: Explained) -> None:
        """What a person asked for could not be done."""
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QMessageBox

        window = self._main if self._main is not None and self._main.isVisible() else None
        box = QMessageBox(QMessageBox.Icon.Warning, tr("FM Desktop"), told(why.message), parent=window)
        box.setInformativeText(told(why.next_step))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.finished.connect(box.deleteLater)
        self._failure = box
        box.open()

    def open_trouble(self, why: Explained | None) -> None:
        """Why the application cannot start. It goes by itself once it can."""
        from fm_desktop.ui.trouble import TroubleWindow

        if why is None:
            return
        self._troubled_by = why
        if self._trouble is None:
            self._trouble = TroubleWindow(self._bridge.open, self._open_folder, self.quit_wanted.emit)
        self._trouble.tell(why)
        _raise(self._trouble)

    def follow(self, why: Explained | None) -> None:
        """Nothing can be shown because of this, or what was in the way is gone. Told once: who has closed the
        window has read it."""
        if why is None:
            self._troubled_by = None
            if self._trouble is not None:
                self._trouble.hide()
        elif why != self._troubled_by:
            self.open_trouble(why)

    @Slot()
    def open_wizard(self) -> None:
        """The wizard; what it set up is worked with at once."""
        if self._wizard is None:
            from fm_desktop.ui.wizard import open_wizard

            self._wizard = open_wizard(self._environment, self._wizard_done, self._redactor)
            self._wizard.destroyed.connect(self._wizard_gone)
        _raise(self._wizard)

    @Slot(str)
    def open_sign_in(self, which: str) -> None:
        """The way to renew one secret that was refused; what it signs in to is worked with at once."""
        if self._wizard is None:
            from fm_desktop.credentials import Which
            from fm_desktop.ui.wizard import open_sign_in

            try:
                self._wizard = open_sign_in(
                    self._environment, Which(which), lambda _settings: self._bridge.reopen(), self._redactor
                )
            except Exception as error:  # noqa: BLE001 - settings that cannot be read by now, say
                self.show_failure(explain(error))
                return
            self._wizard.destroyed.connect(self._wizard_gone)
        _raise(self._wizard)

    def ask_to_stop(self, channel: Channel) -> None:
        """The question whether the sign-in is kept, over the status window."""

        def question(window: MainWindow) -> None:
            from fm_desktop.ui.stopping import ask_to_stop

            self._show(window, "")
            name = channel_name(channel).capitalize()
            ask_to_stop(window, name, lambda forget: self._bridge.stop(channel, forget_credentials=forget))

        self._with_main(question)

    def close(self) -> None:
        for each in (self._main, self._trouble, self._wizard):
            if each is not None:
                each.close()

    # --- inside ---

    def _with_main(self, do: Callable[[MainWindow], object]) -> None:
        """Does something with the status window. The first time its modules are imported in another thread: they
        take longer than an icon may fail to answer."""
        profile = self._bridge.profile
        if profile is None:
            return
        if self._main is not None:
            do(self._main)
            return

        def open_it(_none: None) -> None:
            # Some 15 ms each; drawing it unseen lays it out.
            _in_turns(
                self,
                lambda: QFontMetrics(QGuiApplication.font()).horizontalAdvance("x"),
                lambda: self._made(profile),
                lambda: self._made(profile).grab(),
                lambda: do(self._made(profile)),
            )

        self._bridge.jobs.ask(_import_window, open_it, self.show_failure, self)

    def _made(self, profile: Profile) -> MainWindow:
        if self._main is None:
            from fm_desktop.ui.moments import Moments
            from fm_desktop.ui.window.desk import Desk
            from fm_desktop.ui.window.main import MainWindow
            from fm_desktop.ui.window.pages.page import Tools
            from fm_desktop.ui.window.profile_records import ProfileRecords

            bridge = self._bridge
            desk = Desk(ProfileRecords(lambda: profile, self._environment), bridge.jobs, self)
            desk.show(bridge.snapshot)
            bridge.changed.connect(desk.show)
            desk.sync_wanted.connect(bridge.sync_now)
            desk.decided.connect(bridge.look_now)
            desk.preferences_changed.connect(bridge.use_preferences)
            desk.settings_changed.connect(lambda _settings: bridge.reopen())
            desk.sign_in_wanted.connect(self.open_sign_in)
            desk.set_up_wanted.connect(self.open_wizard)
            self._main = MainWindow(Tools(desk, Moments()))
            self._main.setWindowIcon(app_icon())
        return self._main

    def _show(self, window: MainWindow, page: str) -> None:
        if page:
            window.show_page(page)
        _raise(window)

    def _show_item(self, window: MainWindow, link: int) -> None:
        window.show_item(link)
        _raise(window)

    @Slot()
    def _opened(self) -> None:
        if self._trouble is not None:
            self._trouble.hide()
        if self._waiting is not None:
            page, self._waiting = self._waiting, None
            self.open_main(page)

    def _wizard_done(self) -> None:
        self._waiting = ""
        self._bridge.reopen()

    @property
    def _redactor(self) -> Redactor | None:
        """That of the log, if there is one: it knows a secret that is typed in before it is used."""
        profile = self._bridge.profile
        return None if profile is None else profile.connector.redactor

    @Slot()
    def _wizard_gone(self) -> None:
        self._wizard = None

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Paths.of(self._environment).config)))


def _import_window() -> None:
    for name in ("fm_desktop.ui.window.main", "fm_desktop.ui.window.profile_records", "fm_desktop.ui.stopping"):
        import_module(name)
    prepare()


def _in_turns(owner: QObject, *steps: Callable[[], object]) -> None:
    """Each in a turn of the event loop of its own, so that together they hold up nothing."""
    if steps:
        steps[0]()
        QTimer.singleShot(0, owner, lambda: _in_turns(owner, *steps[1:]))


def _raise(window: QWidget) -> None:
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    window.activateWindow()
