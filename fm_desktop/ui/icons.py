"""The tray's icons: drawn for whole pixels at each size that panels use.

One mark, a calendar sheet; the state is a shape on it, and the colours are of a middle lightness, so that they
stand out (over 3:1) on light and on dark panels alike, without asking which one it is.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from fm_desktop.resources import path_of
from fm_desktop.ui.snapshot import Face

SIZES: Final = (16, 20, 22, 24, 28, 32, 40, 44, 48, 60, 64, 66, 80, 96, 128)
"""In device pixels: 16 to 32 at 100 %, and their multiples up to 300 %."""

GRIDS: Final = (16, 20, 22)
"""Each state is drawn for each; lines lie on whole pixels where a size is a multiple of one of them."""


@cache
def tray_icon(face: Face) -> QIcon:
    """Needs a QGuiApplication. Raises `FileNotFoundError` in an incomplete installation."""
    icon = QIcon()
    drawings = {grid: QSvgRenderer(str(path_of(f"icons/tray-{face.value}-{grid}.svg"))) for grid in GRIDS}
    for size in SIZES:
        grid, extent = grid_for(size)
        icon.addPixmap(_drawn(drawings[grid], size, extent))
    return icon


@cache
def app_icon() -> QIcon:
    """Of windows and notifications."""
    return QIcon(str(path_of("fm-desktop.svg")))


def grid_for(size: int) -> tuple[int, int]:
    """(the drawing to take, how large to draw it inside `size`)."""
    for grid in reversed(GRIDS):
        if size % grid == 0:
            return grid, size
    # 24 is a panel's 22 with a margin; all else has so many pixels that a soft edge is not seen.
    return GRIDS[-1], 22 if size == 24 else size


def _drawn(drawing: QSvgRenderer, size: int, extent: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(QColor(0, 0, 0, 0))  # transparent
    margin = (size - extent) / 2
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(margin, margin, extent, extent))
    painter.end()
    return pixmap
