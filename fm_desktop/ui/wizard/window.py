"""The window of the wizard: the steps at the side, one page, what is being done or went wrong, and the way on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from fm_desktop.errors import Explained
from fm_desktop.onboarding.draft import Page
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.onboarding.work import Step, Work
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone, name_kind
from fm_desktop.ui.web import copy_text, open_web_page
from fm_desktop.ui.widgets import Banner, Busy, Button, Label, Line, Weight, across, empty_layout
from fm_desktop.ui.wizard.fields import PageLink
from fm_desktop.ui.wizard.pages.calendars import CalendarsPage
from fm_desktop.ui.wizard.pages.channels import ChannelsPage
from fm_desktop.ui.wizard.pages.direction import DirectionPage
from fm_desktop.ui.wizard.pages.forcemanager import ForceManagerPage
from fm_desktop.ui.wizard.pages.page import WizardPage
from fm_desktop.ui.wizard.pages.preview import PreviewPage
from fm_desktop.ui.wizard.pages.provider import ProviderPage
from fm_desktop.ui.wizard.pages.sign_in import SignInPage
from fm_desktop.ui.wizard.progress import WIDTH, Progress
from fm_desktop.ui.wizard.words import browser_texts, doing, page_name
from fm_desktop.ui.wizard.workwindow import WorkWindow

_log = logging.getLogger(__name__)

_SIZE: Final = (900, 660)
# Narrower than this, at 300 % say, the steps give their room to the page and are told in one line.
_ROOM_FOR_STEPS: Final = WIDTH + 460


class WizardWindow(WorkWindow):
    """`on_done` is called once the profile is there, before the window closes."""

    def __init__(self, model: Onboarding, on_done: Callable[[], object]) -> None:
        super().__init__()
        self.model = model
        model.texts = browser_texts()
        self._on_done = on_done
        self.setWindowTitle(tr("Set up FM Desktop"))
        self.worker.changed.connect(self._show_state)
        self.pages: dict[Page, WizardPage] = {
            Page.FORCEMANAGER: ForceManagerPage(model),
            Page.DIRECTION: DirectionPage(model),
            Page.CHANNELS: ChannelsPage(model),
            Page.PROVIDER: ProviderPage(model),
            Page.SIGN_IN: SignInPage(model, open_web_page, self._copy),
            Page.CALENDARS: CalendarsPage(model),
            Page.PREVIEW: PreviewPage(model),
        }
        self._build()
        self._fit_screen()
        model.resume()
        self._show_page()
        if model.trouble is not None:
            self._say(Tone.WARNING, str(model.trouble), model.trouble.next_step)
        elif model.was_left:
            self._say(
                Tone.INFO,
                tr("You left the set-up here the last time. What you entered is still there."),
                tr("Keys and passwords are not kept before the end, so they are asked for again."),
            )

    @property
    def page(self) -> WizardPage:
        return self.pages[self.model.page]

    # --- going on ---

    def go_on(self) -> None:
        """What “Next” does: looks at the page, does what it needs, and leads on."""
        if self.worker.work is not None:
            return
        self._quiet()
        if not self._is_right() or self.model.is_refused:
            return
        work = self.model.pending()
        if work is not None:
            self._start(work, self._looked)
        elif self.model.page is Page.PREVIEW:
            self.worker.start(self.model.finish_work(), self._finished, self._failed)
        else:
            self.model.forward()
            self._show_page()

    def _start(self, work: Work[Any], then: Callable[[], object]) -> None:
        self.worker.start(work, then, self._failed)
        if work.page:
            open_web_page(work.page)

    def go_back(self) -> None:
        if self.worker.work is None:
            self._to(list(Page)[max(0, self.model.page.number - 1)])

    def try_connection(self) -> None:
        """As “Next”, without leaving the page."""
        self._quiet()
        if not self._is_right():
            return
        work = self.model.pending()
        if work is not None:
            self._start(work, self._tried)
        else:
            self._tried()

    def _is_right(self) -> bool:
        """Looks at what was entered, and leads to the first thing that has to be mended."""
        flaws = self.model.flaws()
        first = self.page.show_flaws(flaws)
        if first is not None:
            self._lead_to(first)
        return not flaws

    def _looked(self) -> None:
        """A step has brought what the page needed: on, where the page says that it may."""
        self.page.load()
        if self.model.page is Page.PREVIEW:
            self._show_state()
        else:
            self.go_on()

    def _tried(self) -> None:
        account, signed_in = self.model.account, self.model.signed_in
        self.page.load()
        if self.model.page is Page.FORCEMANAGER and account is not None:
            zone = tr("Your time zone is {zone}.", zone=account.zone)
            if account.zone_is_ours:
                zone = tr(
                    "ForceManager names no time zone for you, so this computer's is used: {zone}.", zone=account.zone
                )
            self._say(Tone.OK, tr("It works. You are {name}.", name=account.user.name or account.user.address), zone)
        elif signed_in is not None:
            self._say(Tone.OK, tr("It works."), tr("Go on with “Next”."))

    def _finished(self) -> None:
        self._on_done()
        self.close()

    def _failed(self, why: Explained) -> None:
        self._say(Tone.ERROR, why.message, why.next_step)
        self._lead_to(self.page.focus_target or self.next)

    def _to(self, page: Page) -> None:
        """Back to a page that was left before; nothing that was entered is lost."""
        while self.model.page.number > page.number:
            self.model.back()
        self._show_page()

    # --- leaving ---

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        super().closeEvent(event)
        if not event.isAccepted():
            return
        try:
            self.model.leave()
        except OSError as error:
            _log.warning("The unfinished set-up could not be kept: %s", error)

    # --- what is seen ---

    def _build(self) -> None:
        self.progress = Progress(self._to)
        self.stack = QStackedWidget()
        self._scrolls: dict[Page, QScrollArea] = {}
        for name, page in self.pages.items():
            self._scrolls[name] = scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setFrameShape(QFrame.Shape.NoFrame)
            scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            name_kind(scroll, "page")
            scroll.setWidget(page)
            page.entered.connect(self._entered)
            page.try_wanted.connect(self.try_connection)
            self.stack.addWidget(scroll)
        self.where = Label(kind="muted")
        self.where.setContentsMargins(Space.XXL, Space.L, Space.XXL, 0)
        self._messages = QVBoxLayout()
        self._messages.setContentsMargins(Space.XXL, 0, Space.XXL, Space.M)
        self.visit = PageLink(tr("&Open the page again"), open_web_page, self._copy)
        visit = across(self.visit)
        visit.setContentsMargins(Space.XXL, 0, Space.XXL, Space.M)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.where)
        right.addWidget(self.stack, 1)
        right.addLayout(visit)
        right.addLayout(self._messages)
        right.addWidget(Line())
        right.addLayout(self._footer())
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.progress)
        whole.addLayout(right, 1)

    def _footer(self) -> QHBoxLayout:
        self.later = Button(tr("Finish &later"), self.close, Weight.QUIET)
        self.busy = Busy()
        self.cancel = Button(tr("Ca&ncel"), self.worker.cancel)
        self.back = Button(tr("&Back"), self.go_back)
        self.next = Button(tr("&Next"), self.go_on, Weight.PRIMARY)
        row = QHBoxLayout()
        row.setContentsMargins(Space.XL, Space.M, Space.XXL, Space.M)
        row.setSpacing(Space.S)
        row.addWidget(self.later)
        row.addWidget(self.busy)
        row.addWidget(self.cancel)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        return row

    def _fit_screen(self) -> None:
        room = QGuiApplication.primaryScreen().availableSize()
        self.setMinimumSize(min(540, room.width()), min(340, room.height()))
        self.resize(min(_SIZE[0], room.width()), min(_SIZE[1], room.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        wide = event.size().width() >= _ROOM_FOR_STEPS
        self.progress.setVisible(wide)
        self.where.setVisible(not wide)

    def _show_page(self) -> None:
        self._quiet()
        page, name = self.page, self.model.page
        page.load()
        page.show_flaws(())
        self.stack.setCurrentWidget(self._scrolls[name])
        self._scrolls[name].verticalScrollBar().setValue(0)
        self.where.setText(
            tr("Step {number} of {count}: {name}", number=name.number + 1, count=len(Page), name=page_name(name))
        )
        self._show_state()
        self._lead_to(page.focus_target or self.next)
        if name is Page.PREVIEW and self.model.preview is None:
            QTimer.singleShot(0, self, self._begin_preview)

    def _lead_to(self, widget: QWidget) -> None:
        """Gives the focus, and shows where it is once all has found its place."""
        widget.setFocus()
        QTimer.singleShot(0, widget, lambda: self._scrolls[self.model.page].ensureWidgetVisible(widget))

    def _begin_preview(self) -> None:
        if self.model.page is Page.PREVIEW and self.worker.work is None and self.model.pending() is not None:
            self.go_on()

    def _show_state(self) -> None:
        """What can be pressed now."""
        work = self.worker.work
        page = self.page
        # Asked before it is hidden: the focus of a hidden button goes to the next one, which leads back.
        has_ended = work is None and self.focusWidget() in (None, self.cancel)
        for name, each in self.pages.items():
            each.body.setEnabled(work is None or name is not self.model.page)
        self.progress.stand(self.model.page, free=work is None)
        # What takes minutes is told in a longer sentence, for which the buttons that lead nowhere meanwhile make room.
        is_long = work is not None and work.step in (Step.BROWSER, Step.PREVIEW)
        self.back.setVisible(self.model.page is not Page.FORCEMANAGER and not is_long)
        self.back.setEnabled(work is None)
        self.next.setVisible(not is_long)
        self.next.setText(self._next_text(page))
        self.next.setEnabled(work is None and not self.model.is_refused)
        self.later.setVisible(work is None)
        self.busy.setVisible(work is not None)
        self.cancel.setVisible(work is not None and work.step is not Step.FINISH)
        self.visit.lead_to(work.page if work is not None else None)
        if work is not None:
            self.busy.say(doing(work.step))
            self.cancel.setFocus()
        elif has_ended or self.focusWidget() is None:
            (page.focus_target or self.next).setFocus()

    def _next_text(self, page: WizardPage) -> str:
        if self.model.page is Page.PREVIEW and self.model.preview is None:
            return tr("Make the pre&view")
        return page.next_text or tr("&Next")

    def _entered(self) -> None:
        self._quiet()
        self._show_state()

    def _quiet(self) -> None:
        empty_layout(self._messages)

    def _say(self, tone: Tone, message: str, next_step: str) -> None:
        self._quiet()
        self._messages.addWidget(Banner(tone, message, next_step))

    def _copy(self, address: str) -> None:
        copy_text(address)
        self._say(Tone.INFO, tr("The link was copied."), tr("Paste it into the browser of your choice."))
