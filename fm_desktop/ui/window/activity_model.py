"""The history as a table that loads as far as somebody scrolls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from fm_desktop.errors import Explained
from fm_desktop.sync.browse import Line, Order, Query
from fm_desktop.sync.browse import Page as Lines
from fm_desktop.ui.widgets.texts import plain_tip
from fm_desktop.ui.window.desk import Desk
from fm_desktop.ui.window.present.activity import columns, row
from fm_desktop.ui.window.present.words import Moments

Index = QModelIndex | QPersistentModelIndex
NOWHERE: Final = QModelIndex()
PAGE: Final = 200
COLUMNS: Final = (Order.WHEN, Order.WHAT, Order.TITLE, Order.SIDE)


class ActivityModel(QAbstractTableModel):
    """`loaded(total)` follows each answer, `failed(explained)` each that did not come."""

    loaded = Signal(int)
    failed = Signal(object)

    def __init__(self, desk: Desk, moments: Moments, now: Callable[[], datetime], parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._moments = moments
        self._now = now
        self._titles = columns()
        self._rows: list[tuple[Line, tuple[str, ...]]] = []
        self._total = 0
        self._asking: Query | None = None
        self.query = Query()

    # --- loading ---

    @property
    def is_asking(self) -> bool:
        return self._asking is not None

    def show(self, query: Query) -> None:
        """Looks for other lines, or for the same ones anew, as many as were loaded; those shown stay until the
        answer is there."""
        limit = max(PAGE, len(self._rows)) if query == self.query else PAGE
        self.query = query
        self._ask(query, 0, limit)

    def _ask(self, query: Query, offset: int, limit: int) -> None:
        self._asking = query
        self._desk.ask(
            lambda records: records.history(query, offset, limit),
            lambda found: self._take(query, offset, found),
            lambda error: self._refused(query, error),
            self,
        )

    def _take(self, query: Query, offset: int, found: Lines) -> None:
        if query is not self._asking:
            return
        self._asking = None
        now = self._now()
        lines = [(each, row(each, now, self._moments)) for each in found.entries]
        self._total = found.total
        if offset == 0:
            self.beginResetModel()
            self._rows = lines
            self.endResetModel()
        elif lines:
            self.beginInsertRows(NOWHERE, len(self._rows), len(self._rows) + len(lines) - 1)
            self._rows += lines
            self.endInsertRows()
        self.loaded.emit(found.total)

    def _refused(self, query: Query, error: Explained) -> None:
        if query is self._asking:
            self._asking = None
            self.failed.emit(error)

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802 - Qt's name
        return not parent.isValid() and self._asking is None and len(self._rows) < self._total

    def fetchMore(self, parent: Index) -> None:  # noqa: N802 - Qt's name
        if self.canFetchMore(parent):
            # The same query as an object of its own: an answer to an earlier one is then told from this one's.
            self._ask(replace(self.query), len(self._rows), PAGE)

    # --- what the table shows ---

    def line(self, index: Index) -> Line | None:
        return self._rows[index.row()][0] if index.isValid() else None

    def place_of(self, line: Line) -> QModelIndex:
        """Where a line is now, whatever became of it; an invalid index if it is not loaded."""
        for number, (each, _) in enumerate(self._rows):
            if (type(each), each.id) == (type(line), line.id):
                return self.index(number, 0)
        return QModelIndex()

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, texts = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return texts[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._moments.moment(_at(line)) if index.column() == 0 else plain_tip(texts[index.column()])
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        descending = order is Qt.SortOrder.DescendingOrder
        self.show(replace(self.query, order=COLUMNS[column], descending=descending))


def _at(line: Line) -> datetime:
    return datetime.fromisoformat(line.at)
