"""The way from page to page: one button a page, with how much waits there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from fm_desktop.ui.texts import numeral, trn
from fm_desktop.ui.theme import Space, Tone, Type, font, name_kind, theme
from fm_desktop.ui.window import glyphs

_MOST = 99


class NavigationButton(QPushButton):
    """`name` is the page's own; `text` what it is called, with its mnemonic."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.number = 0
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        name_kind(self, "navigation")
        theme().changed.connect(self.update)
        self.count(0)

    def count(self, number: int) -> None:
        """How many things wait on its page; 0 shows nothing."""
        self.number = number
        plain = self.text().replace("&", "")
        waiting = trn("{n} waits", "{n} wait", number)
        self.setAccessibleName(f"{plain}, {waiting}" if number else plain)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        hint = super().sizeHint()
        return QSize(hint.width() + self.fontMetrics().height() + 4 * Space.S, hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self)
        colours = theme().colours
        side = 17.0
        colour = colours.accent if self.isChecked() else colours.muted
        glyphs.paint(painter, QRectF(Space.M, (self.height() - side) / 2, side, side), self.name, colour)
        if self.number:
            self._paint_badge(painter)

    def _paint_badge(self, painter: QPainter) -> None:
        colours = theme().colours
        text = numeral(self.number) if self.number <= _MOST else f"{_MOST}+"
        painter.setFont(font(Type.CAPTION))
        metrics = painter.fontMetrics()
        height = float(metrics.height() + 2)
        width = max(height, metrics.horizontalAdvance(text) + 10.0)
        badge = QRectF(self.width() - width - Space.S, (self.height() - height) / 2, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.ground(Tone.WARNING)))
        painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.setPen(QColor(colours.ink(Tone.WARNING)))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
