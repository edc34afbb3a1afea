"""Small line drawings beside the names of pages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF


def paint(painter: QPainter, area: QRectF, name: str, colour: str) -> None:
    """Draws the picture of a page; on a grid of 16 units, whatever its size."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / 16, area.height() / 16)
    pen = QPen(QColor(colour), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _DRAW[name](painter)
    painter.restore()


def _line(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline(QPolygonF([QPointF(*each) for each in points]))


def _overview(painter: QPainter) -> None:
    for left, top in ((2, 2), (9, 2), (2, 9), (9, 9)):
        painter.drawRoundedRect(QRectF(left, top, 5, 5), 1.2, 1.2)


def _calendars(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(2, 3, 12, 11), 1.6, 1.6)
    _line(painter, (2, 6.8), (14, 6.8))
    _line(painter, (5.2, 1.5), (5.2, 4.2))
    _line(painter, (10.8, 1.5), (10.8, 4.2))


def _activity(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(2, 2, 12, 12))
    _line(painter, (8, 4.8), (8, 8.2), (10.6, 9.8))


def _problems(painter: QPainter) -> None:
    painter.drawPolygon(QPolygonF([QPointF(8, 2), QPointF(14.5, 13.5), QPointF(1.5, 13.5)]))
    _line(painter, (8, 6.4), (8, 9.4))
    painter.drawPoint(QPointF(8, 11.4))


def _held(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(2, 2, 12, 12))
    _line(painter, (6.3, 5.6), (6.3, 10.4))
    _line(painter, (9.7, 5.6), (9.7, 10.4))


def _people(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(5.3, 2, 5.4, 5.4))
    shoulders = QPainterPath(QPointF(2.5, 14))
    shoulders.cubicTo(2.8, 8.6, 13.2, 8.6, 13.5, 14)
    painter.drawPath(shoulders)


def _settings(painter: QPainter) -> None:
    for height, knob in ((4, 10), (8, 5.5), (12, 11)):
        _line(painter, (2, height), (knob - 1.8, height))
        _line(painter, (knob + 1.8, height), (14, height))
        painter.drawEllipse(QPointF(knob, height), 1.7, 1.7)


def _log(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(3, 1.8, 10, 12.4), 1.4, 1.4)
    for height in (5, 8, 11):
        _line(painter, (5.4, height), (10.6, height))


_DRAW: dict[str, Callable[[QPainter], None]] = {
    "overview": _overview,
    "calendars": _calendars,
    "activity": _activity,
    "problems": _problems,
    "held": _held,
    "people": _people,
    "settings": _settings,
    "log": _log,
}
