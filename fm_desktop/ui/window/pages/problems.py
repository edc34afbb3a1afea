"""What could not be synced: each with its reason and one next step."""

from __future__ import annotations

from functools import partial

from fm_desktop.sync.problems import Problem
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Tone
from fm_desktop.ui.widgets import Button, Card, EmptyState, GrowingList, Mark, Row, Shape, Weight
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.present.lists import ProblemRow, problem_rows


class ProblemsPage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(
            tools, tr("Problems"), tr("What could not be synced, and why. Everything else goes on meanwhile.")
        )
        self.desk.decided.connect(self._look)
        self.desk.snapshot_changed.connect(self._look)
        self._found: tuple[Problem, ...] | None = None

    def refresh(self) -> None:
        self.ask("problems", lambda records: records.problems(), self._show)

    def _look(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show(self, found: tuple[Problem, ...]) -> None:
        if found == self._found:
            return  # a list that is read and clicked at must not be drawn anew with each look at the state
        self._found = found
        if not found:
            self.fill(EmptyState(tr("No problems"), tr("Everything that was to be synced was synced.")))
            return
        rows = problem_rows(found, self.tools.now(), self.tools.moments)
        card = Card()
        card.add(GrowingList([partial(self._row, each) for each in rows]))
        self.fill(card)

    def _row(self, shown: ProblemRow) -> Row:
        row = Row(shown.message, shown.next_step, shown.seen, leading=Mark(Shape.ATTENTION, Tone.WARNING))
        if shown.link is not None:
            link = shown.link
            row.add_control(
                Button(tr("S&how"), lambda: self.go.emit("activity", link), Weight.QUIET, about=shown.message)
            )
            again = Button(tr("&Try again"), about=shown.message)
            again.clicked.connect(lambda _checked: self._retry(link, again))
            row.add_control(again)
        return row

    def _retry(self, link: int, button: Button) -> None:
        self.decide(
            lambda records: records.retry(link),
            lambda _: self.say(tr("It is tried again with the next sync, in a moment.")),
            button,
        )
