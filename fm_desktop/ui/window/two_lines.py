"""Draws an entry of a list in two lines: what it is called, and below, smaller in weight, what it is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from fm_desktop.ui.theme import Space, Type, font, theme

Index = QModelIndex | QPersistentModelIndex


class TwoLines(QStyledItemDelegate):
    """The text of an entry is both lines, with a line break between; a screen reader reads them so."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802, ARG002 - Qt's
        height = QFontMetrics(font(Type.STRONG)).height() + QFontMetrics(font(Type.BODY)).height()
        return QSize(0, height + 2 * Space.S)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        option.widget.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        name, _, about = str(index.data()).partition("\n")
        colours = theme().colours
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        area = option.rect.adjusted(Space.M, Space.S, -Space.M, -Space.S)
        for text, size, colour, edge in (
            (name, Type.STRONG, colours.on_selection if is_selected else colours.text, Qt.AlignmentFlag.AlignTop),
            (about, Type.BODY, colours.on_selection if is_selected else colours.muted, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(font(size))
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, edge | Qt.AlignmentFlag.AlignLeft, shown)
