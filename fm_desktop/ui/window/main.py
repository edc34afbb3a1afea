"""The status window: a way to each page at the left, the page at the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from fm_desktop.errors import Explained
from fm_desktop.ui import texts
from fm_desktop.ui.icons import app_icon
from fm_desktop.ui.language import speak
from fm_desktop.ui.moments import Moments, system_languages
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.snapshot import Snapshot
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone, Type, name_kind, theme
from fm_desktop.ui.widgets import Label, across
from fm_desktop.ui.window.navigation import NavigationButton
from fm_desktop.ui.window.pages.activity import ActivityPage
from fm_desktop.ui.window.pages.calendars import CalendarsPage
from fm_desktop.ui.window.pages.held import HeldPage
from fm_desktop.ui.window.pages.log import LogPage
from fm_desktop.ui.window.pages.overview import OverviewPage
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.pages.people import PeoplePage
from fm_desktop.ui.window.pages.problems import ProblemsPage
from fm_desktop.ui.window.pages.settings import SettingsPage

SMALLEST = QSize(760, 520)
USUAL = QSize(1024, 700)

PAGES: dict[str, Callable[[Tools], Page]] = {
    "overview": OverviewPage,
    "calendars": CalendarsPage,
    "activity": ActivityPage,
    "problems": ProblemsPage,
    "held": HeldPage,
    "people": PeoplePage,
    "settings": SettingsPage,
    "log": LogPage,
}


def _names() -> dict[str, str]:
    return {
        "overview": tr("&Overview"),
        "calendars": tr("Calen&dars"),
        "activity": tr("Ac&tivity"),
        "problems": tr("Proble&ms"),
        "held": tr("&Waiting for you"),
        "people": tr("&Contacts"),
        "settings": tr("S&ettings"),
        "log": tr("&Log"),
    }


class MainWindow(QMainWindow):
    """Pages are made when they are first seen. Closing hides; the application decides whether that ends it."""

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        theme()
        self._tools = tools
        self._desk = tools.desk
        self.setWindowTitle(tr("FM Desktop"))
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL)
        self._build()
        self._desk.snapshot_changed.connect(self._count)
        self._desk.preferences_changed.connect(self._speak)
        close = QShortcut(QKeySequence.StandardKey.Close, self)
        close.activated.connect(self.close)

    # --- what others call ---

    def show_page(self, name: str) -> Page:
        """Raises `KeyError` for a page that there is not."""
        if name not in self.pages:
            page = self.pages[name] = PAGES[name](self._tools)
            page.go.connect(self._go)
            self._stack.addWidget(page)
        page = self.pages[name]
        self.buttons[name].setChecked(True)
        self._stack.setCurrentWidget(page)
        return page

    def show_item(self, link: int) -> None:
        """What was done to one item, and why it is, or is not, on the other side."""
        page = self.show_page("activity")
        assert isinstance(page, ActivityPage)
        page.show_item(link)

    def tell(self, message: str, tone: Tone = Tone.INFO) -> None:
        """A word at the top of the page that is seen."""
        self.current.say(message, tone)

    def tell_error(self, error: Explained) -> None:
        self.current.show_error(error)

    @property
    def current(self) -> Page:
        """The page that is seen."""
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    # --- building ---

    def _build(self) -> None:
        self._language = texts.language()
        self.pages: dict[str, Page] = {}
        self.buttons: dict[str, NavigationButton] = {}
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._sidebar())
        self._stack = QStackedWidget()
        row.addWidget(self._stack, 1)
        self.setCentralWidget(whole)
        self._count(self._desk.snapshot)
        self.show_page("overview")

    def _sidebar(self) -> QWidget:
        sidebar = QWidget()
        sidebar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        name_kind(sidebar, "sidebar")
        column = QVBoxLayout(sidebar)
        column.setContentsMargins(Space.M, Space.L, Space.M, Space.M)
        column.setSpacing(Space.XS)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(24, 24))
        column.addLayout(across(picture, Label("FM Desktop", Type.SECTION, wraps=False)))
        column.addSpacing(Space.M)
        for name, text in _names().items():
            button = NavigationButton(name, text)
            button.clicked.connect(lambda _checked, name=name: self.show_page(name))
            self.buttons[name] = button
            column.addWidget(button)
            if name == "people":
                column.addStretch(1)
        return sidebar

    # --- following ---

    @Slot(object)
    def _count(self, snapshot: Snapshot) -> None:
        status = snapshot.status
        self.buttons["problems"].count(0 if status is None else status.problems)
        self.buttons["held"].count(0 if status is None else status.held)

    @Slot(object)
    def _speak(self, preferences: Preferences) -> None:
        """Another language is spoken at once: the window is built anew, at the page where it was."""
        if speak(preferences.language, *system_languages()) == self._language:
            return
        name = next(name for name, page in self.pages.items() if page is self.current)
        self._tools = replace(self._tools, moments=Moments())
        self.setWindowTitle(tr("FM Desktop"))
        self._build()
        self.show_page(name)

    @Slot(str, object)
    def _go(self, name: str, about: object) -> None:
        if isinstance(about, int):
            self.show_item(about)
        else:
            self.show_page(name)
