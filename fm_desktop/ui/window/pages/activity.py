"""All that was done, both ways: search, filters, before and after, undo, and why an item is where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QItemSelection, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QLineEdit, QSplitter, QTableView, QVBoxLayout

from fm_desktop.port import Side
from fm_desktop.sync.browse import Logged, What
from fm_desktop.sync.chronicle import Happening
from fm_desktop.sync.explain import Explanation
from fm_desktop.ui.texts import tr, trn
from fm_desktop.ui.theme import Space, Tone
from fm_desktop.ui.told import told
from fm_desktop.ui.widgets import Button, EmptyState, Label, Shape, Weight, across, empty_layout
from fm_desktop.ui.window.activity_model import NOWHERE, ActivityModel
from fm_desktop.ui.window.pages.happening import HappeningPanel
from fm_desktop.ui.window.pages.page import Page, Tools

SEARCH_AFTER_MILLISECONDS: Final = 250


class ActivityPage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(
            tools, tr("Activity"), tr("Everything FM Desktop has done, on both sides, and why."), scrolls=False
        )
        self._link: int | None = None
        self._looks_again = False
        self._why: tuple[int | None, str] = (None, "")
        self.model = ActivityModel(self.desk, tools.moments, tools.now, self)
        self.model.loaded.connect(self._loaded)
        self.model.failed.connect(lambda error: self.show_error(error, self.refresh))
        self._build_filters()
        self._build_table()
        self.panel = HappeningPanel(tools)
        self.panel.undo.clicked.connect(lambda _checked: self._undo())
        self.panel.why.clicked.connect(lambda _checked: self._show_item_of_line())
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(Space.M)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([320, 250])
        self.body.addWidget(self.splitter, 1)
        self.nothing = QVBoxLayout()
        self.body.addLayout(self.nothing)
        self.desk.decided.connect(self._look)
        self.desk.snapshot_changed.connect(self._look)
        self._seen_success = self._success()

    # --- building ---

    def _build_filters(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search in titles"))
        self.search.setAccessibleName(tr("Search in titles"))
        self.search.setClearButtonEnabled(True)
        self.side = _choices(
            tr("Which side"),
            (tr("Both sides"), None), (tr("In ForceManager"), Side.CRM), (tr("In your calendar"), Side.PROVIDER),
        )  # fmt: skip
        self.what = _choices(
            tr("What was done"),
            (tr("Everything"), None), (tr("Created"), What.CREATED), (tr("Changed"), What.CHANGED),
            (tr("Deleted"), What.DELETED), (tr("E-mail logged"), What.LOGGED),
        )  # fmt: skip
        self.count = Label(kind="muted", wraps=False)
        self.all_items = Button(tr("Show &all items"), self._forget_item, Weight.QUIET)
        self.all_items.hide()
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MILLISECONDS)
        self._typing.timeout.connect(self._filter)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._filter)
        self.side.currentIndexChanged.connect(lambda _index: self._filter())
        self.what.currentIndexChanged.connect(lambda _index: self._filter())
        self.body.addLayout(across(self.search, self.side, self.what, self.all_items, self.count, stretch_at=0))

    def _build_table(self) -> None:
        table = self.table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(tr("Activity"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        # One height for all rows: a table of thousands is laid out without asking each.
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 2 * Space.S)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        width = table.fontMetrics().horizontalAdvance("0")
        for column, characters in ((0, 20), (1, 20), (3, 16)):
            header.resizeSection(column, width * characters)
        header.setSortIndicator(0, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        table.selectionModel().selectionChanged.connect(self._selected)

    # --- looking ---

    @property
    def is_waiting(self) -> bool:
        return super().is_waiting or self.model.is_asking

    def refresh(self) -> None:
        self._looks_again = True
        self.model.show(replace(self.model.query))

    def show_item(self, link: int) -> None:
        """Only this item, and why it is, or is not, on the other side."""
        self._link = link
        self.all_items.show()
        for each in (self.search, self.side, self.what):
            each.blockSignals(True)
        self.search.clear()
        self.side.setCurrentIndex(0)
        self.what.setCurrentIndex(0)
        for each in (self.search, self.side, self.what):
            each.blockSignals(False)
        self._filter()
        self.ask("why", lambda records: records.explain(link), lambda found: self._explained(link, found))

    def _explained(self, link: int, found: tuple[Explanation, ...]) -> None:
        self.panel.explain(link, found)
        self._why = (link, " ".join(told(sentence) for each in found for sentence in each.reasons))
        if self.splitter.isHidden():
            self._draw_nothing()

    def _look(self) -> None:
        """Once something was done: a table that is read must not jump for every tick of a progress."""
        if self.isVisible() and self._success() != self._seen_success:
            self._seen_success = self._success()
            self.refresh()

    def _success(self) -> object:
        status = self.desk.snapshot.status
        return None if status is None else (status.last_success, status.linked, status.logged)

    def _filter(self) -> None:
        self._typing.stop()
        self._looks_again = False
        query = replace(
            self.model.query,
            text=self.search.text().strip(),
            side=self.side.currentData(),
            what=self.what.currentData(),
            link=self._link,
        )
        self.model.show(query)

    def _forget_item(self) -> None:
        self._link = None
        self.all_items.hide()
        self.panel.explain(None, ())
        self._filter()
        self.search.setFocus()

    def _loaded(self, total: int) -> None:
        self.count.setText(trn("{n} entry", "{n} entries", total))
        if self.panel.shown is not None:
            place = self.model.place_of(self.panel.shown)
            if place.isValid():
                self.table.selectRow(place.row())
                return
            if self._looks_again and self.model.canFetchMore(NOWHERE):
                return  # it is further down: what is read, and could be undone by the next click, does not change
        self.splitter.setVisible(total > 0)
        if total:
            empty_layout(self.nothing)
            self.table.selectRow(0)
        else:
            self.panel.clear()
            self._draw_nothing()

    def _draw_nothing(self) -> None:
        empty_layout(self.nothing)
        self.nothing.addWidget(self._empty())
        self.nothing.addStretch(1)

    def _empty(self) -> EmptyState:
        query = self.model.query
        if query.link is not None and (query.text, query.side, query.what) == ("", None, None):
            why = self._why[1] if query.link == self._why[0] else ""
            return EmptyState(tr("Nothing was done to it yet."), why, shape=Shape.INFO, tone=Tone.NEUTRAL)
        if query.text or (query.side, query.what, query.link) != (None, None, None):
            return EmptyState(tr("No entry fits the search."), shape=Shape.INFO, tone=Tone.NEUTRAL)
        sentence = tr("What FM Desktop writes to ForceManager and to your calendar is listed here.")
        return EmptyState(tr("Nothing was done yet."), sentence, shape=Shape.INFO, tone=Tone.NEUTRAL)

    def _selected(self, selected: QItemSelection) -> None:
        indexes = selected.indexes()
        line = self.model.line(indexes[0]) if indexes else None
        if line is not None:
            self.panel.show_line(line)

    # --- doing ---

    def _show_item_of_line(self) -> None:
        if self.panel.shown is not None and self.panel.shown.link is not None:
            self.show_item(self.panel.shown.link)

    def _undo(self) -> None:
        shown = self.panel.shown
        if shown is not None and not isinstance(shown, Logged):
            self.decide(lambda records: records.undo(shown.id), lambda _: self._undone(shown), self.panel.undo)

    def _undone(self, happening: Happening) -> None:
        self.say(tr("“{title}” goes back to what it was with the next sync.", title=happening.title))
        self.refresh()


def _choices(name: str, *choices: tuple[str, object]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for text, value in choices:
        box.addItem(text, value)
    return box
