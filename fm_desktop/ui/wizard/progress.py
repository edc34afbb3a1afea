"""The steps at the side of the wizard: those done, the one at hand, those to come."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from fm_desktop.onboarding.draft import Page
from fm_desktop.ui.texts import numeral, tr
from fm_desktop.ui.theme import Space, Type, font, name_kind, theme
from fm_desktop.ui.widgets import Label
from fm_desktop.ui.wizard.words import page_name

WIDTH = 232


class _StepButton(QPushButton):
    """One step. One that is done can be gone back to."""

    def __init__(self, page: Page, go: Callable[[Page], object]) -> None:
        super().__init__()
        self.page = page
        self.is_done = self.is_current = False
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        name_kind(self, "step")
        self.clicked.connect(lambda _checked: go(page))
        theme().changed.connect(self.update)

    def stand(self, current: Page, *, free: bool) -> None:
        """`free`: nothing is being done, so that one may go back."""
        self.is_done, self.is_current = self.page.number < current.number, self.page is current
        self.setText(page_name(self.page))
        self.setEnabled(self.is_done and free)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if self.is_done else Qt.FocusPolicy.NoFocus)
        state = tr("done") if self.is_done else tr("current step") if self.is_current else tr("to come")
        self.setAccessibleName(
            tr(
                "Step {number} of {count}: {name}, {state}",
                number=self.page.number + 1,
                count=len(Page),
                name=self.text(),
                state=state,
            )
        )
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        height = self.fontMetrics().height()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 3 * height + Space.XL, height + Space.XL)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        elif self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.border))
            painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        side = self.fontMetrics().height() + Space.S
        circle = QRectF(Space.M, (self.height() - side) / 2, side, side)
        self._paint_mark(painter, circle)
        painter.setFont(font(Type.STRONG if self.is_current else Type.BODY))
        painter.setPen(QColor(colours.text if self.is_current or self.is_done else colours.muted))
        rest = self.rect().adjusted(int(circle.right()) + Space.M, 0, -Space.S, 0)
        fitted = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, fitted)

    def _paint_mark(self, painter: QPainter, circle: QRectF) -> None:
        """A tick in a ring for what is done, a filled number at hand, a number in a thin ring to come."""
        colours = theme().colours
        ring = colours.accent if self.is_done or self.is_current else colours.control_border
        painter.setPen(QPen(QColor(ring), 1.6))
        painter.setBrush(QColor(colours.accent) if self.is_current else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle.adjusted(1, 1, -1, -1))
        if self.is_done:
            unit, left, top = circle.width() / 16, circle.left(), circle.top()
            points = [QPointF(left + x * unit, top + y * unit) for x, y in ((4.8, 8.3), (7.1, 10.6), (11.3, 5.9))]
            painter.setPen(QPen(QColor(ring), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPolyline(QPolygonF(points))
        else:
            painter.setPen(QColor(colours.on_accent if self.is_current else colours.muted))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, numeral(self.page.number + 1))


class Progress(QWidget):
    """The side of the wizard."""

    def __init__(self, go: Callable[[Page], object]) -> None:
        super().__init__()
        name_kind(self, "sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.XL, Space.M, Space.L)
        column.setSpacing(2)
        title = Label(tr("Set up FM Desktop"), Type.SECTION)
        title.setContentsMargins(Space.M, 0, Space.M, Space.M)
        column.addWidget(title)
        self.steps = [_StepButton(each, go) for each in Page]
        for each in self.steps:
            column.addWidget(each)
        column.addStretch(1)

    def stand(self, current: Page, *, free: bool) -> None:
        for each in self.steps:
            each.stand(current, free=free)
