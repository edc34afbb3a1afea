"""Which calendars take part, and where new items go (R04)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QRadioButton
from shiboken6 import isValid

from fm_desktop.errors import Explained
from fm_desktop.sync.resources import KnownCollection
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Tone
from fm_desktop.ui.widgets import Card, EmptyState, GrowingList, Row, Shape, Swatch, Weight
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.present.lists import CalendarRow, calendar_rows
from fm_desktop.ui.window.questions import Choice, ask


class CalendarsPage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(
            tools,
            tr("Calendars"),
            tr("Choose which of your calendars are kept in step with ForceManager, and where new items go."),
        )
        self.desk.decided.connect(self._look)
        self._rows: tuple[CalendarRow, ...] | None = None

    def refresh(self) -> None:
        self.ask("calendars", lambda records: records.calendars(), self._show)

    def _look(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show(self, found: tuple[KnownCollection, ...]) -> None:
        rows = calendar_rows(found)
        if rows == self._rows:
            return  # a list that is read and clicked at must not be drawn anew with each look at the state
        self._rows = rows
        self._draw(rows)

    def show_error(self, error: Explained, again: Callable[[], object] | None = None) -> None:
        """A box that was clicked at in vain shows again what holds."""
        super().show_error(error, again)
        if self._rows is not None:
            self._draw(self._rows)

    def _draw(self, rows: tuple[CalendarRow, ...]) -> None:
        if not rows:
            sentence = tr("They are listed with the first sync.")
            self.fill(EmptyState(tr("No calendars are known yet"), sentence, shape=Shape.INFO, tone=Tone.NEUTRAL))
            return
        card = Card()
        self._targets = QButtonGroup(card)
        card.add(GrowingList([partial(self._row, each) for each in rows], len(rows)))
        self.fill(card)

    def _row(self, shown: CalendarRow) -> Row:
        row = Row(shown.name, shown.about, leading=Swatch(shown.colour))
        if shown.can_be_target:
            target = QRadioButton(tr("New items go here"))
            target.setAccessibleName(tr("New items go here: {calendar}", calendar=shown.name))
            target.setChecked(shown.is_target)
            target.clicked.connect(lambda _checked: self._set_target(shown))
            self._targets.addButton(target)
            row.add_control(target)
        if not shown.is_missing:
            takes_part = QCheckBox(tr("Takes part"))
            takes_part.setAccessibleName(tr("Takes part: {calendar}", calendar=shown.name))
            takes_part.setChecked(shown.takes_part)
            takes_part.clicked.connect(lambda checked: self._choose(shown, takes_part, checked=checked))
            row.add_control(takes_part)
        return row

    def _set_target(self, shown: CalendarRow) -> None:
        self.decide(
            lambda records: records.target_calendar(shown.key),
            lambda _: self.say(tr("What is created in ForceManager goes to “{calendar}”.", calendar=shown.name)),
        )

    def _choose(self, shown: CalendarRow, box: QCheckBox, *, checked: bool) -> None:
        if checked:
            self.decide(
                lambda records: records.select_calendar(shown.key),
                lambda _: self.say(tr("“{calendar}” takes part from now on.", calendar=shown.name)),
            )
            return
        question = ask(
            self,
            tr("Take “{calendar}” out?", calendar=shown.name),
            tr("The calendar itself stays as it is. What is to become of its copies in ForceManager?"),
            Choice(
                tr("&Leave the copies in ForceManager"),
                tr("They stay as they are and are no longer kept in step."),
                lambda: self._take_out(shown, remove=False),
                Weight.PRIMARY,
            ),
            Choice(
                tr("&Remove the copies from ForceManager"),
                tr("What was created in ForceManager stays. If you let the calendar take part again, they come back."),
                lambda: self._take_out(shown, remove=True),
                Weight.DANGER,
            ),
        )
        # The list may have been drawn anew behind the question.
        question.rejected.connect(lambda: box.setChecked(True) if isValid(box) else None)

    def _take_out(self, shown: CalendarRow, *, remove: bool) -> None:
        if remove:
            said = tr(
                "“{calendar}” takes no part any more. Its copies are removed with the next sync.", calendar=shown.name
            )
        else:
            said = tr("“{calendar}” takes no part any more. Its copies in ForceManager stay.", calendar=shown.name)
        self.decide(
            lambda records: records.deselect_calendar(shown.key, remove_copies=remove), lambda _: self.say(said)
        )
