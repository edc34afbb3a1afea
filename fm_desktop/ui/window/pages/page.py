"""What all pages do alike: a head, a place for notices, asking the desk, and saying what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from fm_desktop.errors import Explained
from fm_desktop.ui.moments import Moments
from fm_desktop.ui.theme import Space, Tone, name_kind
from fm_desktop.ui.widgets import Banner, Busy, ErrorPanel, GrowingList, PageHeader, empty_layout
from fm_desktop.ui.window.desk import Desk
from fm_desktop.ui.window.records import Records

T = TypeVar("T")

PATIENCE_MILLISECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Tools:
    """What a page works with. `now` is aware; tests and pictures stop the clock."""

    desk: Desk
    moments: Moments
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Page(QWidget):
    """A page asks anew whenever it comes into sight. `go(key, about)` is a wish to see another page."""

    go = Signal(str, object)

    def __init__(self, tools: Tools, title: str, sentence: str, *, scrolls: bool = True) -> None:
        super().__init__()
        name_kind(self, "page")
        self.tools = tools
        self.desk = tools.desk
        self.header = PageHeader(title, sentence)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(Space.S)
        self.busy = Busy()
        self.busy.hide()
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.M)
        inner = _scrolled(self) if scrolls else QVBoxLayout(self)
        inner.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        inner.setSpacing(Space.L)
        inner.addWidget(self.header)
        inner.addLayout(self._notices)
        inner.addWidget(self.busy)
        inner.addLayout(self.body, 0 if scrolls else 1)
        if scrolls:
            inner.addStretch(1)
        self._asked: dict[str, object] = {}
        # Most answers are there before anybody would read that one has to wait.
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self.busy.show)

    def refresh(self) -> None:
        """Asks the desk for what the page shows."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self.refresh()

    # --- asking ---

    @property
    def is_waiting(self) -> bool:
        """Is an answer still on its way, or are rows still to come?"""
        return bool(self._asked) or any(each.is_growing for each in self.findChildren(GrowingList))

    def ask(self, what: str, work: Callable[[Records], T], then: Callable[[T], object], *resting: QWidget) -> None:
        """Asks for something by name; of several questions of one name only the last answer counts. Controls
        named as `resting` cannot be used before it is there."""
        token = self._asked[what] = object()
        if not self._patience.isActive():
            self._patience.start()
        _rest(resting)

        def answered(show: Callable[[], object]) -> None:
            _wake(resting)
            if self._asked.get(what) is token:
                del self._asked[what]
                if not self._asked:
                    self._patience.stop()
                    self.busy.hide()
                show()

        self.desk.ask(
            work,
            lambda answer: answered(lambda: then(answer)),
            lambda error: answered(lambda: self.show_error(error, lambda: self.ask(what, work, then, *resting))),
            self,
        )

    def decide(self, work: Callable[[Records], T], then: Callable[[T], object], *resting: QWidget) -> None:
        """Has something decided, once: the controls named rest until there is an answer."""
        self.clear_notices()
        _rest(resting)

        def done(answer: T) -> None:
            _wake(resting)
            then(answer)

        def failed(error: Explained) -> None:
            _wake(resting)
            self.show_error(error, lambda: self.decide(work, then, *resting))

        self.desk.decide(work, done, failed, self)

    # --- saying ---

    def show_error(self, error: Explained, again: Callable[[], object] | None = None) -> None:
        """What went wrong, and the next step; what the page showed before stays."""
        self.clear_notices()

        def retry() -> None:
            self.clear_notices()
            if again is not None:
                again()

        self._announce(ErrorPanel(error.message, error.next_step, retry if again is not None else None))

    def say(self, message: str, tone: Tone = Tone.OK) -> None:
        """A word on what was done, until the next one."""
        self.clear_notices()
        self._announce(Banner(tone, message))

    def _announce(self, banner: Banner) -> None:
        """Shows it, and has a screen reader say it: it may be far from where the focus is."""
        self._notices.addWidget(banner)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, banner.accessibleName()))

    def clear_notices(self) -> None:
        empty_layout(self._notices)

    def fill(self, *widgets: QWidget) -> None:
        """Shows these below the head, instead of what was there. The focus stays at the same place of the list, all of
        which is made at once then."""
        focus = QApplication.focusWidget()
        place = _reachable(self.body).index(focus) if focus in _reachable(self.body) else None
        empty_layout(self.body)
        for each in widgets:
            self.body.addWidget(each)
        if place is None:
            return
        for each in self.findChildren(GrowingList):
            each.finish()
        if after := _reachable(self.body):
            after[min(place, len(after) - 1)].setFocus()


def _reachable(layout: QLayout) -> list[QWidget]:
    """What the Tab key reaches inside of a layout, in order."""
    found: list[QWidget] = []
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget = None if item is None else item.widget()
        if widget is not None:
            inside = [each for each in widget.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
            found += [each for each in inside if each.isEnabled()]
    return found


def _rest(controls: tuple[QWidget, ...]) -> None:
    for each in controls:
        each.setEnabled(False)


def _wake(controls: tuple[QWidget, ...]) -> None:
    """Answers come late: a row may be gone by then."""
    for each in controls:
        if isValid(each):
            each.setEnabled(True)


def _scrolled(page: QWidget) -> QVBoxLayout:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    name_kind(area, "page")
    inner = QWidget()
    name_kind(inner, "page-body")
    area.setWidget(inner)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(area)
    return QVBoxLayout(inner)
