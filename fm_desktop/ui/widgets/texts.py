"""Texts on a page: labels in the sizes of the theme, and the head of a page."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from fm_desktop.ui.theme import Space, Type, font, name_kind


def plain_tip(text: str) -> str:
    """A text for `setToolTip`, which shows what looks like markup as markup: names come from anybody."""
    return f"<p>{html.escape(text).replace(chr(10), '<br>')}</p>" if "<" in text else text


class Label(QLabel):
    """A label whose text is always plain: names of meetings come from anybody, and may look like markup."""

    def __init__(self, text: str = "", size: Type = Type.BODY, kind: str = "", *, wraps: bool = True) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(size))
        self.setText(text)
        if wraps:
            self.setWordWrap(True)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            # A word longer than the window must not widen it.
            self.setMinimumWidth(1)
        if kind:
            name_kind(self, kind)

    def selectable(self) -> Label:
        """Lets the text be marked and copied, with the keyboard too."""
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return self


class Elided(QLabel):
    """One line that is shortened with an ellipsis where it does not fit; the whole text is its tooltip."""

    def __init__(self, text: str = "", size: Type = Type.BODY, kind: str = "") -> None:
        super().__init__()
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(size))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if kind:
            name_kind(self, kind)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        self._text = " ".join(text.split())
        self.setAccessibleName(self._text)
        self._fit()

    def whole(self) -> str:
        return self._text

    def resizeEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        self._fit()

    def _fit(self) -> None:
        fitted = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, max(self.width(), 40))
        self.setText(fitted)
        self.setToolTip(plain_tip(self._text) if fitted != self._text else "")


class PageHeader(QWidget):
    """The title of a page, a sentence that says what it is for, and its main actions to the right."""

    def __init__(self, title: str, sentence: str = "") -> None:
        super().__init__()
        self.title = Label(title, Type.TITLE)
        self.sentence = Label(sentence, kind="muted")
        texts = QVBoxLayout()
        texts.setSpacing(Space.XS)
        texts.addWidget(self.title)
        if sentence:
            texts.addWidget(self.sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        row.addLayout(texts, 1)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(Space.S)
        row.addLayout(self._actions)
        row.setAlignment(self._actions, Qt.AlignmentFlag.AlignTop)

    def add_action(self, widget: QWidget) -> None:
        self._actions.addWidget(widget)
