"""What is said in the middle of a page: banners, what went wrong, that something works, that there is nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone, Type, name_kind, theme
from fm_desktop.ui.told import told
from fm_desktop.ui.widgets.buttons import Button, Weight
from fm_desktop.ui.widgets.pills import Mark
from fm_desktop.ui.widgets.shapes import Shape
from fm_desktop.ui.widgets.texts import Label

_SHAPES = {
    Tone.NEUTRAL: Shape.INFO,
    Tone.INFO: Shape.INFO,
    Tone.OK: Shape.OK,
    Tone.WARNING: Shape.ATTENTION,
    Tone.ERROR: Shape.ATTENTION,
}


class Banner(QFrame):
    """What happened, what to do next, and one action at most. What the engine says is said in the user's language."""

    def __init__(
        self,
        tone: Tone,
        message: str,
        next_step: str = "",
        *,
        action: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        message, next_step = told(message), told(next_step)
        self.message, self.next_step = message, next_step
        name_kind(self, f"banner-{tone.value}")
        self.setAccessibleName(" ".join(each for each in (message, next_step) if each))
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.M)
        row.addWidget(Mark(_SHAPES[tone], tone), alignment=Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(Label(message, Type.STRONG if next_step else Type.BODY).selectable())
        if next_step:
            texts.addWidget(Label(next_step).selectable())
        row.addLayout(texts, 1)
        self.button: Button | None = None
        if action:
            self.button = Button(action, act, about=message)
            row.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignVCenter)


class ErrorPanel(Banner):
    """Something could not be done: the sentence, the next step, and trying again."""

    def __init__(self, message: str, next_step: str, again: Callable[[], object] | None = None) -> None:
        super().__init__(
            Tone.ERROR, message, next_step, action=tr("&Try again") if again is not None else "", act=again
        )


class EmptyState(QWidget):
    """There is nothing here: why that is so, and perhaps what makes it otherwise."""

    def __init__(
        self,
        title: str,
        sentence: str = "",
        *,
        shape: Shape = Shape.OK,
        tone: Tone = Tone.OK,
        action: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XXL, Space.XL, Space.XXL)
        column.setSpacing(Space.S)
        column.addWidget(Mark(shape, tone, 40), alignment=Qt.AlignmentFlag.AlignHCenter)
        for label in (Label(title, Type.SECTION), Label(sentence, kind="muted")):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            if label.text():
                column.addWidget(label)
        if action:
            column.addSpacing(Space.S)
            column.addWidget(Button(action, act, Weight.PRIMARY), alignment=Qt.AlignmentFlag.AlignHCenter)


class Busy(QWidget):
    """Something is being done: a turning arc and a word. Turns only while it is seen."""

    STEP_MILLISECONDS = 80

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._angle = 90
        self._timer = QTimer(self, interval=self.STEP_MILLISECONDS)
        self._timer.timeout.connect(self._turn)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.say(text or tr("Just a moment…"))

    def say(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + metrics.height() + Space.M, metrics.height() + Space.S)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        self._timer.stop()

    def _turn(self) -> None:
        self._angle = (self._angle - 30) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = float(self.fontMetrics().height())
        circle = QRectF(2, (self.height() - side) / 2 + 1, side - 2, side - 2)
        painter.setPen(QPen(QColor(theme().colours.border), 2.2))
        painter.drawEllipse(circle)
        pen = QPen(QColor(theme().colours.accent), 2.2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(circle, self._angle * 16, 100 * 16)
        painter.setPen(QColor(theme().colours.muted))
        left = int(side) + Space.M
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
