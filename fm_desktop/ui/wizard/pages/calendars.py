"""Which calendars take part (R04), where events of ForceManager go, and how far back to look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from fm_desktop.onboarding.flaws import Field
from fm_desktop.onboarding.model import Onboarding
from fm_desktop.port import Collection
from fm_desktop.ui.texts import N_, tr
from fm_desktop.ui.theme import Space, Type
from fm_desktop.ui.widgets import Card, Label, Swatch, empty_layout
from fm_desktop.ui.widgets.texts import plain_tip
from fm_desktop.ui.wizard.enter import let_enter_through
from fm_desktop.ui.wizard.fields import Flawed
from fm_desktop.ui.wizard.pages.page import WizardPage

_DAYS: Final = (
    (0, N_("From today on")),
    (7, N_("The last 7 days")),
    (30, N_("The last 30 days")),
    (90, N_("The last 3 months")),
    (180, N_("The last 6 months")),
    (365, N_("The last year")),
)
_NAME_PIXELS: Final = 320


class CalendarsPage(WizardPage):
    def __init__(self, model: Onboarding) -> None:
        super().__init__(model, "", "")
        self.list = _CalendarList(self._choose)
        self.target = ChoiceField(
            tr("E&vents of ForceManager go to"),
            tr("A new event of ForceManager is put into this calendar."),
            self._target,
        )
        self.calendar_history = ChoiceField(
            tr("&How far back events are taken"), "", lambda days: self.enter(calendar_history_days=days)
        )
        self.email_history = ChoiceField(
            tr("How far back e-&mail is logged"), "", lambda days: self.enter(email_history_days=days)
        )
        for each in (self.list, self.target, self.calendar_history, self.email_history):
            self.column.addWidget(each)
        self.column.addStretch(1)

    @property
    def fields(self) -> Mapping[Field, Flawed]:
        return {Field.CALENDARS: self.list, Field.TARGET: self.target}

    @property
    def focus_target(self) -> QWidget:
        return self.list.focus_target if self.model.wants_calendar else self.email_history.focus_target

    def load(self) -> None:
        model = self.model
        if model.wants_calendar:
            self.header.title.setText(tr("Which calendars take part?"))
            self.header.sentence.setText(tr("You see and change this at any time in the window of FM Desktop."))
        else:
            self.header.title.setText(tr("How far back should e-mail be logged?"))
            self.header.sentence.setText(tr("Mail that comes from now on is logged in any case."))
        self.header.sentence.show()
        self.list.show_calendars(model.calendars, {each.id for each in model.chosen})
        self.list.setVisible(model.wants_calendar)
        self._load_target()
        draft = model.draft
        self.calendar_history.offer([(days, tr(text)) for days, text in _DAYS], draft.calendar_history_days)
        self.calendar_history.setVisible(model.wants_calendar)
        self.email_history.offer([(days, tr(text)) for days, text in _DAYS], draft.email_history_days)
        self.email_history.setVisible(model.wants_email)

    def _load_target(self) -> None:
        model = self.model
        possible = [(each.id, each.name) for each in model.chosen if each.writable]
        self.target.offer(possible, model.target.id if model.target is not None else None)
        self.target.setVisible(model.wants_target)

    def _choose(self, chosen: tuple[str, ...]) -> None:
        self.enter(calendars=chosen)
        self.list.show_flaw("")
        self.target.show_flaw("")
        self._load_target()

    def _target(self, calendar: object) -> None:
        self.enter(target=calendar)


class _CalendarList(Flawed):
    """One check box a calendar, with its colour."""

    def __init__(self, chosen: Callable[[tuple[str, ...]], object]) -> None:
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {}
        self._chosen = chosen
        self._shown: tuple[Collection, ...] = ()
        card = Card()
        card.body.setSpacing(2)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        card.body.addLayout(self._rows)
        self.column.addWidget(card)
        self.column.addWidget(self.flaw)

    @property
    def focus_target(self) -> QWidget:
        return next(iter(self.boxes.values()), self)

    def show_calendars(self, calendars: tuple[Collection, ...], chosen: set[str]) -> None:
        if calendars != self._shown:
            self._build(calendars)
        for calendar, box in self.boxes.items():
            box.setChecked(calendar in chosen)

    def _build(self, calendars: tuple[Collection, ...]) -> None:
        empty_layout(self._rows)
        self._shown = calendars
        self.boxes = {}
        for each in calendars:
            note = "" if each.writable else tr("can only be read")
            fitted = self.fontMetrics().elidedText(each.name, Qt.TextElideMode.ElideRight, _NAME_PIXELS)
            box = QCheckBox(fitted.replace("&", "&&"))
            box.setToolTip(plain_tip(each.name) if fitted != each.name else "")
            box.setAccessibleName(f"{each.name}, {note}" if note else each.name)
            box.clicked.connect(lambda _checked: self._tell())
            let_enter_through(box)
            self.boxes[each.id] = box
            row = QHBoxLayout()
            row.setSpacing(Space.S)
            row.addWidget(Swatch(each.colour))
            row.addWidget(box, 1)
            if note:
                row.addWidget(Label(note, Type.CAPTION, "muted", wraps=False))
            self._rows.addLayout(row)

    def _tell(self) -> None:
        self._chosen(tuple(calendar for calendar, box in self.boxes.items() if box.isChecked()))


class ChoiceField(Flawed):
    """A list to choose one of, with its label above. `chosen` is told the value."""

    def __init__(self, label: str, hint: str, chosen: Callable[[object], object]) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setAccessibleName(label.replace("&", ""))
        # A long name of a calendar must not widen the window.
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(12)
        self.box.activated.connect(lambda index: chosen(self.box.itemData(index)))
        let_enter_through(self.box)
        text = Label(label, Type.STRONG)
        text.setBuddy(self.box)
        self.column.addWidget(text)
        self.column.addWidget(self.box)
        self.column.addWidget(self.flaw)
        below = Label(hint, kind="muted")
        below.setVisible(bool(hint))
        self.column.addWidget(below)

    @property
    def focus_target(self) -> QWidget:
        return self.box

    def offer(self, choices: Sequence[tuple[object, str]], current: object) -> None:
        self.box.clear()
        for value, text in choices:
            self.box.addItem(text, value)
        self.box.setCurrentIndex(next((n for n, (value, _) in enumerate(choices) if value == current), -1))
        self.box.setEnabled(bool(choices))
