"""What a window in another language still says in English."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QTableView, QWidget

from fm_desktop.ui.catalogue import read
from fm_desktop.ui.texts import FOLDER, language
from fm_desktop.ui.told import told

_PROPERTIES = ("text", "title", "windowTitle", "placeholderText", "toolTip", "accessibleName", "suffix")
_ROWS = 30


def english_left(window: QWidget) -> list[str]:
    """The texts of a window for which there is a translation that it does not show."""
    ours = read(FOLDER / f"{language()}.po").single
    return [each for each in shown(window) if ours.get(each, each) != each or told(each) != each]


def shown(window: QWidget) -> set[str]:
    """All that can be read in a window, or heard of it."""
    widgets = [window, *(each for each in window.findChildren(QWidget) if each.isVisible())]
    return {text for each in widgets for text in (*_properties(each), *_entries(each)) if text}


def _properties(widget: QWidget) -> Iterator[str]:
    for name in _PROPERTIES:
        value = widget.property(name)
        if isinstance(value, str):
            yield value


def _entries(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(each) for each in range(widget.count()))
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for column in range(model.columnCount() if isinstance(widget, QTableView) else 1):
            yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            for row in range(min(model.rowCount(), _ROWS)):
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                    yield str(model.index(row, column).data(role) or "")
