"""The shapes that stand for a state, so that none is told by colour alone."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF


class Shape(StrEnum):
    OK = "ok"
    BUSY = "busy"
    PAUSED = "paused"
    STOPPED = "stopped"
    OFFLINE = "offline"
    ATTENTION = "attention"
    INFO = "info"


def paint(painter: QPainter, area: QRectF, shape: Shape, colour: str) -> None:
    """Draws a shape to fill a square area."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # Drawn on a grid of 16 units, whatever the size and the resolution of the screen.
    painter.translate(area.topLeft())
    painter.scale(area.width() / 16, area.height() / 16)
    pen = QPen(QColor(colour), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _DRAW[shape](painter, QColor(colour))
    painter.restore()


def _tick(painter: QPainter, _: QColor) -> None:
    painter.drawEllipse(QRectF(1.5, 1.5, 13, 13))
    painter.drawPolyline(QPolygonF([QPointF(4.8, 8.3), QPointF(7.1, 10.6), QPointF(11.3, 5.9)]))


def _arrows(painter: QPainter, _: QColor) -> None:
    circle = QRectF(2.5, 2.5, 11, 11)
    painter.drawArc(circle, 25 * 16, 130 * 16)
    painter.drawArc(circle, 205 * 16, 130 * 16)
    painter.drawPolyline(QPolygonF([QPointF(13.7, 2.6), QPointF(13.2, 5.7), QPointF(10.1, 5.2)]))
    painter.drawPolyline(QPolygonF([QPointF(2.3, 13.4), QPointF(2.8, 10.3), QPointF(5.9, 10.8)]))


def _bars(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(3.5, 2.5, 3.2, 11), 1, 1)
    painter.drawRoundedRect(QRectF(9.3, 2.5, 3.2, 11), 1, 1)


def _square(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(3, 3, 10, 10), 1.5, 1.5)


def _cloud_struck(painter: QPainter, _: QColor) -> None:
    cloud = QPainterPath()
    cloud.moveTo(4.4, 12.2)
    cloud.cubicTo(0.6, 12.2, 0.8, 7.2, 4.2, 7.2)
    cloud.cubicTo(4.6, 3.2, 10.2, 2.8, 11.2, 6.6)
    cloud.cubicTo(15.2, 6.4, 15.4, 12.2, 11.6, 12.2)
    cloud.closeSubpath()
    painter.drawPath(cloud)
    painter.drawLine(QPointF(3, 14.4), QPointF(13, 1.8))


def _triangle(painter: QPainter, _: QColor) -> None:
    painter.drawPolygon(QPolygonF([QPointF(8, 1.8), QPointF(14.6, 13.6), QPointF(1.4, 13.6)]))
    painter.drawLine(QPointF(8, 6.2), QPointF(8, 9.2))
    painter.drawPoint(QPointF(8, 11.5))


def _letter_i(painter: QPainter, _: QColor) -> None:
    painter.drawEllipse(QRectF(1.5, 1.5, 13, 13))
    painter.drawLine(QPointF(8, 7.6), QPointF(8, 11.2))
    painter.drawPoint(QPointF(8, 4.9))


_DRAW = {
    Shape.OK: _tick,
    Shape.BUSY: _arrows,
    Shape.PAUSED: _bars,
    Shape.STOPPED: _square,
    Shape.OFFLINE: _cloud_struck,
    Shape.ATTENTION: _triangle,
    Shape.INFO: _letter_i,
}
