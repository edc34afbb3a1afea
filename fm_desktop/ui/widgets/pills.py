"""The state of something, as a shape and a word on a coloured ground; and a badge with a number."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fm_desktop.ui.theme import Space, Tone, Type, font, theme
from fm_desktop.ui.widgets.shapes import Shape, paint


class Pill(QWidget):
    """`text` is its accessible name too."""

    def __init__(self, text: str = "", shape: Shape = Shape.OK, tone: Tone = Tone.OK) -> None:
        super().__init__()
        self.setFont(font(Type.STRONG))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(text, shape, tone)
        theme().changed.connect(self.update)

    def show_state(self, text: str, shape: Shape, tone: Tone) -> None:
        self.text, self.shape, self.tone = text, shape, tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        metrics = self.fontMetrics()
        return QSize(self._text_at() + metrics.horizontalAdvance(self.text) + Space.M, metrics.height() + Space.S)

    def _text_at(self) -> int:
        return Space.S + self.fontMetrics().height() + Space.XS

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.ground(self.tone)))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        side = self.fontMetrics().height() * 0.86
        paint(painter, QRectF(Space.S, (self.height() - side) / 2, side, side), self.shape, colours.ink(self.tone))
        painter.setPen(QColor(colours.ink(self.tone)))
        painter.drawText(self.rect().adjusted(self._text_at(), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text)


class Mark(QWidget):
    """A shape alone, beside a text that says the same."""

    def __init__(self, shape: Shape, tone: Tone, side: int = 20) -> None:
        super().__init__()
        self._shape, self._tone = shape, tone
        self.setFixedSize(side, side)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        paint(QPainter(self), QRectF(self.rect()).adjusted(1, 1, -1, -1), self._shape, theme().colours.ink(self._tone))


class Swatch(QWidget):
    """A calendar's own colour, as its provider gives it."""

    def __init__(self, colour: str, side: int = 16) -> None:
        super().__init__()
        self._colour = colour
        self.setFixedSize(side, side)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # CalDAV servers give #RRGGBBAA, which Qt would read as #AARRGGBB.
        known = QColor(self._colour[:7]) if self._colour.startswith("#") else QColor(self._colour)
        painter.setBrush(known if known.isValid() else QColor(theme().colours.raised))
        painter.setPen(QColor(theme().colours.control_border))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
