"""What the pages of the wizard are made of: fields with a label above and a sentence below, and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Type, font, name_kind
from fm_desktop.ui.widgets import Button, Label, Weight, across
from fm_desktop.ui.widgets.texts import plain_tip
from fm_desktop.ui.wizard.enter import let_enter_through

_BESIDE_RADIO = 30


class Flawed(QWidget):
    """Something that can be wrong, with a sentence for it below."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.XS)
        self.flaw = Label(kind="error")
        self.flaw.hide()

    @property
    def focus_target(self) -> QWidget:
        """The control a person mends it in."""
        return self

    def show_flaw(self, sentence: str) -> None:
        self.flaw.setText(sentence)
        self.flaw.setVisible(bool(sentence))
        self.focus_target.setAccessibleDescription(sentence)


class TextField(Flawed):
    """A line of text. `label` with `&` before its mnemonic; `changed` is told what was typed."""

    def __init__(self, label: str, changed: Callable[[str], object], hint: str = "", example: str = "") -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(example)
        self.edit.setAccessibleName(label.replace("&", ""))
        self.edit.textEdited.connect(changed)
        self.edit.textEdited.connect(lambda _text: self.show_flaw(""))
        self.label = Label(label, Type.STRONG)
        self.label.setBuddy(self.edit)
        self.hint = Label(hint, kind="muted")
        self.hint.setVisible(bool(hint))
        self.row = across(self.edit, stretch_at=0)
        self.column.addWidget(self.label)
        self.column.addLayout(self.row)
        self.column.addWidget(self.flaw)
        self.column.addWidget(self.hint)

    @property
    def focus_target(self) -> QWidget:
        return self.edit

    def fill(self, text: str) -> None:
        """Shows what is known already; the cursor stays where it is while a person types the same."""
        if self.edit.text() != text:
            self.edit.setText(text)

    def name(self, label: str) -> None:
        self.label.setText(label)
        self.edit.setAccessibleName(label.replace("&", ""))

    def explain(self, hint: str) -> None:
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))


class SecretField(TextField):
    """A line that hides what is typed until it is asked to show it."""

    def __init__(self, label: str, changed: Callable[[str], object], hint: str = "") -> None:
        super().__init__(label, changed, hint)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        # Nothing of it into the completion, the dictionary or the layout guesses of an input method.
        self.edit.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.shown = Button(tr("Show"), self._toggle, about=label.replace("&", ""))
        self.row.addWidget(self.shown)

    def hide_text(self) -> None:
        self._echo(QLineEdit.EchoMode.Password)

    def _toggle(self) -> None:
        hidden = self.edit.echoMode() is QLineEdit.EchoMode.Password
        self._echo(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)

    def _echo(self, mode: QLineEdit.EchoMode) -> None:
        self.edit.setEchoMode(mode)
        self.shown.setText(tr("Show") if mode is QLineEdit.EchoMode.Password else tr("Hide"))
        self.shown.tell_about(self.edit.accessibleName())


class Choice(QFrame):
    """One of several ways, on a card that can be clicked anywhere, with a sentence that explains it."""

    def __init__(self, label: str, sentence: str) -> None:
        super().__init__()
        name_kind(self, "card")
        self.radio = QRadioButton(label)
        self.radio.setFont(font(Type.STRONG))
        self.radio.setAccessibleDescription(sentence)
        let_enter_through(self.radio)
        below = across(Label(sentence, kind="muted"), stretch_at=0)
        below.setContentsMargins(_BESIDE_RADIO, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.L, Space.M)
        column.setSpacing(2)
        column.addWidget(self.radio)
        column.addLayout(below)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
        self.radio.click()


class Choices(QWidget):
    """Choices of which one holds. `chosen` is told the number of the one a person took."""

    def __init__(self, name: str, choices: Iterable[tuple[str, str]], chosen: Callable[[int], object]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self.cards = [Choice(label, sentence) for label, sentence in choices]
        for number, each in enumerate(self.cards):
            self._group.addButton(each.radio, number)
            column.addWidget(each)
        self._group.idClicked.connect(chosen)

    @property
    def focus_target(self) -> QWidget:
        return self._group.checkedButton() or self.cards[0].radio

    def choose(self, number: int) -> None:
        self.cards[number].radio.setChecked(True)


class PageLink(QWidget):
    """Opens a web page; with `copy`, also copies its address for another browser."""

    def __init__(
        self, label: str, open_page: Callable[[str], object], copy: Callable[[str], object] | None = None
    ) -> None:
        super().__init__()
        self.address = ""
        self.open = Button(label, lambda: open_page(self.address))
        buttons = [self.open]
        if copy is not None:
            buttons.append(Button(tr("&Copy the link"), lambda: copy(self.address), Weight.QUIET))
        row = across(*buttons)
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)

    def lead_to(self, address: str | None) -> None:
        self.address = address or ""
        self.open.setToolTip(plain_tip(self.address))
        self.setVisible(bool(self.address))
