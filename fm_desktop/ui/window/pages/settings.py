"""How syncing goes on, what is told, and what this computer does: one form, saved as a whole."""

from __future__ import annotations

from datetime import time
from typing import Final

from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from fm_desktop.settings import Settings
from fm_desktop.sync.policy import Direction
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space
from fm_desktop.ui.widgets import Button, Card, Label, Weight, across
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.present import settings as present
from fm_desktop.ui.window.present.settings import Form, Option
from fm_desktop.ui.window.records import Records

NAMES_WIDTH: Final = 38
"""Of the column of names, in characters."""


class SettingsPage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, tr("Settings"), tr("How syncing goes on, and what FM Desktop tells you."))
        self._before: Form | None = None
        self._preferences = Preferences()
        self.save = Button(tr("&Save"), self._save, Weight.PRIMARY)
        self.discard = Button(tr("&Discard changes"), self._discard, Weight.QUIET)
        self.header.add_action(self.discard)
        self.header.add_action(self.save)
        self.cards = [
            self._sync_card(),
            self._calendar_card(),
            self._email_card(),
            self._telling_card(),
            self._computer_card(),
        ]
        for each in self.cards:
            self.body.addWidget(each)
            each.hide()
        self._touched()

    def refresh(self) -> None:
        if not self._is_changed:
            self.ask("settings", _everything, self._refreshed)

    # --- building ---

    def _sync_card(self) -> Card:
        card = Card(tr("Direction"))
        self.directions: dict[Direction, QRadioButton] = {}
        for option in present.directions():
            button = QRadioButton(option.text)
            button.setAccessibleDescription(option.meaning)
            button.toggled.connect(lambda _checked: self._touched())
            self.directions[Direction(str(option.value))] = button
            meaning = Label(option.meaning, kind="muted")
            meaning.setIndent(Space.XL + Space.XS)
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(button)
            pair.addWidget(meaning)
            card.body.addLayout(pair)
        return card

    def _calendar_card(self) -> Card:
        card = Card(tr("How items are synced"))
        self.conflicts = self._choice(present.conflicts())
        self.private = self._choice(present.private_events())
        self.calendar_days = self._days()
        self.email_days = self._days()
        self.interval = self._choice(present.intervals(120))
        rows = _Rows(card)
        rows.add(tr("Changed on both &sides:"), self.conflicts)
        rows.add(tr("&Private events in ForceManager:"), self.private)
        rows.add(tr("&Events of the past:"), self.calendar_days)
        rows.add(tr("&Look for changes:"), self.interval)
        self.ask_first = self._check(tr("&Ask me before a change of mine sends mail to other people"))
        self.follow = self._check(tr("Single dates of a series &follow when they are edited in the calendar"))
        card.add(self.ask_first)
        card.add(self.follow)
        return card

    def _email_card(self) -> Card:
        card = Card(tr("How e-mail is logged"))
        rows = _Rows(card)
        rows.add(tr("E-&mail of the past:"), self.email_days)
        self.never_log = QLineEdit()
        self.never_log.setPlaceholderText(tr("addresses or domains, separated by commas"))
        self.never_log.textChanged.connect(lambda _text: self._touched())
        rows.add(tr("Ne&ver log mail with:"), self.never_log)
        self.log_internal = self._check(tr("L&og mail with colleagues of my own company too"))
        card.add(self.log_internal)
        return card

    def _telling_card(self) -> Card:
        card = Card(tr("Notifications"))
        self.tell_new = self._check(tr("&New events from my calendar"))
        self.tell_back = self._check(tr("Edits in ForceManager that were put &back"))
        self.tell_import = self._check(tr("The end of a first &import"))
        self.note_new = self._check(tr("New events by a message in my own inbox, &too"))
        self.quiet = self._check(tr("&Quiet hours"))
        self.quiet_from, self.quiet_until = self._time(tr("Quiet from")), self._time(tr("Quiet until"))
        self.quiet.toggled.connect(self.quiet_from.setEnabled)
        self.quiet.toggled.connect(self.quiet_until.setEnabled)
        for each in (self.tell_new, self.tell_back, self.tell_import, self.note_new):
            card.add(each)
        card.body.addLayout(
            across(
                self.quiet,
                Label(tr("from"), wraps=False), self.quiet_from,
                Label(tr("until"), wraps=False), self.quiet_until,
            )
        )  # fmt: skip
        return card

    def _computer_card(self) -> Card:
        card = Card(tr("This computer"))
        self.autostart = self._check(tr("Start FM Desktop when I sign in to this &computer"))
        card.add(self.autostart)
        self.language = self._choice(present.languages())
        _Rows(card).add(tr("Lan&guage:"), self.language)
        return card

    def _check(self, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.toggled.connect(lambda _checked: self._touched())
        return box

    def _choice(self, options: tuple[Option, ...]) -> QComboBox:
        box = QComboBox()
        box.setMinimumContentsLength(12)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        _offer(box, options)
        box.currentIndexChanged.connect(lambda _index: self._touched())
        return box

    def _days(self) -> QSpinBox:
        box = QSpinBox()
        box.setRange(0, 3650)
        box.setSuffix(tr(" days"))
        # The style sheet's padding does not reach the field inside.
        box.lineEdit().setTextMargins(Space.S - 2, 0, 0, 0)
        box.valueChanged.connect(lambda _value: self._touched())
        return box

    def _time(self, name: str) -> QTimeEdit:
        edit = QTimeEdit()
        edit.setAccessibleName(name)
        edit.lineEdit().setTextMargins(Space.S - 2, 0, 0, 0)
        edit.timeChanged.connect(lambda _time: self._touched())
        return edit

    # --- reading and writing the form ---

    def _refreshed(self, found: tuple[Settings, Preferences, bool]) -> None:
        if not self._is_changed:  # nothing was filled in meanwhile
            self._take(found)

    def _take(self, found: tuple[Settings, Preferences, bool]) -> None:
        settings, self._preferences, self._autostart = found
        self._before = None  # what is filled in now are no changes of the user
        self._fill(present.form(settings, self._preferences))
        for each in self.cards:
            each.show()

    def _fill(self, form: Form) -> None:
        self.directions[form.type].setChecked(True)
        _choose(self.conflicts, form.conflicts)
        _choose(self.private, form.private_events)
        self.calendar_days.setValue(form.calendar_history_days)
        self.email_days.setValue(form.email_history_days)
        _offer(self.interval, present.intervals(form.interval_seconds))
        _choose(self.interval, form.interval_seconds)
        self.ask_first.setChecked(form.ask_before_notifying)
        self.follow.setChecked(form.follow_edited_occurrences)
        self.never_log.setText(", ".join(form.never_log))
        self.log_internal.setChecked(form.log_internal)
        self.note_new.setChecked(form.note_new_events)
        self.tell_new.setChecked(form.tell_new_events)
        self.tell_back.setChecked(form.tell_put_back)
        self.tell_import.setChecked(form.tell_first_import)
        self.quiet.setChecked(form.quiet_from is not None)
        for edit, value, usual in (
            (self.quiet_from, form.quiet_from, present.QUIET_FROM),
            (self.quiet_until, form.quiet_until, present.QUIET_UNTIL),
        ):
            shown = value or usual
            edit.setTime(QTime(shown.hour, shown.minute))
            edit.setEnabled(form.quiet_from is not None)
        _choose(self.language, form.language)
        self.autostart.setChecked(self._autostart)
        self._before = self._read()
        self._touched()

    def _read(self) -> Form:
        return Form(
            type=next(value for value, button in self.directions.items() if button.isChecked()),
            conflicts=self.conflicts.currentData(),
            private_events=self.private.currentData(),
            ask_before_notifying=self.ask_first.isChecked(),
            follow_edited_occurrences=self.follow.isChecked(),
            calendar_history_days=self.calendar_days.value(),
            email_history_days=self.email_days.value(),
            interval_seconds=self.interval.currentData(),
            never_log=present.addresses(self.never_log.text()),
            log_internal=self.log_internal.isChecked(),
            note_new_events=self.note_new.isChecked(),
            tell_new_events=self.tell_new.isChecked(),
            tell_put_back=self.tell_back.isChecked(),
            tell_first_import=self.tell_import.isChecked(),
            quiet_from=_time(self.quiet_from) if self.quiet.isChecked() else None,
            quiet_until=_time(self.quiet_until) if self.quiet.isChecked() else None,
            language=self.language.currentData(),
        )

    @property
    def _is_changed(self) -> bool:
        return self._before is not None and (
            self._read() != self._before or self.autostart.isChecked() != self._autostart
        )

    def _touched(self) -> None:
        self.save.setEnabled(self._is_changed)
        self.discard.setEnabled(self._is_changed)

    # --- doing ---

    def _discard(self) -> None:
        assert self._before is not None
        self._fill(self._before)

    def _save(self) -> None:
        before, after, autostart = self._before, self._read(), self.autostart.isChecked()
        assert before is not None
        changes = present.sync_changes(before, after)
        chosen = present.preferences_of(after, self._preferences)
        switch = autostart if autostart != self._autostart else None

        def write(records: Records) -> tuple[Settings, Preferences, bool]:
            if changes:
                records.change_settings(changes)
            if chosen != self._preferences:
                records.save_preferences(chosen)
            if switch is not None:
                records.start_with_system(wanted=switch)
            return _everything(records)

        def saved(found: tuple[Settings, Preferences, bool]) -> None:
            before_preferences = self._preferences
            self._take(found)
            self.say(tr("Saved. It holds from the next sync on.") if changes else tr("Saved."))
            if changes:
                self.desk.settings_changed.emit(found[0])
            if found[1] != before_preferences:
                self.desk.preferences_changed.emit(found[1])

        self.decide(write, saved, self.save, self.discard, *self.cards)


def _everything(records: Records) -> tuple[Settings, Preferences, bool]:
    return records.settings(), records.preferences(), records.starts_with_system()


class _Rows:
    """Names to the left, controls to the right; the key of a name leads to its control."""

    def __init__(self, card: Card) -> None:
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        self._grid.setColumnStretch(1, 1)
        # The same in every card, so that the controls of all stand in one column.
        self._grid.setColumnMinimumWidth(0, NAMES_WIDTH * card.fontMetrics().averageCharWidth())
        card.body.addLayout(self._grid)

    def add(self, name: str, control: QWidget) -> None:
        label = Label(name, wraps=False)
        # A label of plain text shows the ampersand of a key as it is.
        label.setTextFormat(Qt.TextFormat.AutoText)
        label.setBuddy(control)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(control, row, 1)


def _offer(box: QComboBox, options: tuple[Option, ...]) -> None:
    box.blockSignals(True)
    box.clear()
    for each in options:
        box.addItem(each.text, each.value)
    box.blockSignals(False)


def _choose(box: QComboBox, value: object) -> None:
    """The first where there is none like it: the language of a file that somebody edited, say."""
    box.setCurrentIndex(next((index for index in range(box.count()) if box.itemData(index) == value), 0))


def _time(edit: QTimeEdit) -> time:
    return time(edit.time().hour(), edit.time().minute())
