"""Changes that wait for the user's word: mass deletions, changes that would send mail to others (R27)."""

from __future__ import annotations

from functools import partial

from fm_desktop.sync.held import Held
from fm_desktop.ui.texts import tr, trn
from fm_desktop.ui.theme import Space, Type
from fm_desktop.ui.widgets import Button, Card, EmptyState, GrowingList, Label, Line, Row, Weight, across
from fm_desktop.ui.widgets.growing import STEP
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.present.lists import HeldGroup, HeldRow, held_groups
from fm_desktop.ui.window.questions import Choice, ask


class HeldPage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(
            tools,
            tr("Waiting for you"),
            tr("Changes that FM Desktop does not make without your word. Nothing happens to these before you decide."),
        )
        self.desk.decided.connect(self._look)
        self.desk.snapshot_changed.connect(self._look)
        self._found: tuple[Held, ...] | None = None
        self._lists: dict[str, GrowingList] = {}

    def refresh(self) -> None:
        self.ask("held", lambda records: records.held(), self._show)

    def _look(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show(self, found: tuple[Held, ...]) -> None:
        if found == self._found:
            return  # a list that is read and clicked at must not be drawn anew with each look at the state
        self._found = found
        if not found:
            self.fill(
                EmptyState(
                    tr("Nothing waits for you"),
                    tr("If many items are deleted at once, or a change would send mail to others, you are asked here."),
                )
            )
            return
        self.fill(*(self._group(each) for each in held_groups(found, self.tools.now(), self.tools.moments)))

    def _group(self, group: HeldGroup) -> Card:
        card = Card()
        card.add(Label(group.reason, Type.SECTION))
        do_all = Button(
            f"{group.do_all}…", lambda: self._ask_all(group), Weight.DANGER if group.deletes else Weight.NORMAL
        )
        keep_all = Button(group.keep_all, lambda: self._keep(group.ids), Weight.PRIMARY)
        card.body.addLayout(across(keep_all, do_all))
        card.body.addSpacing(Space.XS)
        makers = [partial(self._row, each, deletes=group.deletes) for each in group.rows]
        before = self._lists.get(group.reason)
        self._lists[group.reason] = rows = GrowingList(makers, STEP if before is None else before.shown)
        card.add(Line())
        card.add(rows)
        return card

    def _row(self, shown: HeldRow, *, deletes: bool) -> Row:
        row = Row(shown.title, *shown.changes, shown.what)
        row.add_control(
            Button(tr("S&how"), lambda: self.go.emit("activity", shown.link), Weight.QUIET, about=shown.title)
        )
        row.add_control(Button(tr("&Keep"), lambda: self._keep((shown.id,)), about=shown.title))
        weight = Weight.DANGER if deletes else Weight.NORMAL
        row.add_control(Button(shown.do, lambda: self._approve((shown.id,)), weight, about=shown.title))
        return row

    def _ask_all(self, group: HeldGroup) -> None:
        ask(
            self,
            f"{group.do_all}?",
            tr("This is done with the next sync. Each of them can be undone later, in the activity."),
            Choice(
                group.do_all, "", lambda: self._approve(group.ids), Weight.DANGER if group.deletes else Weight.PRIMARY
            ),
        )

    def _approve(self, ids: tuple[int, ...]) -> None:
        self.decide(
            lambda records: records.approve(ids),
            lambda number: self.say(
                trn("{n} change is made with the next sync.", "{n} changes are made with the next sync.", number)
            ),
        )

    def _keep(self, ids: tuple[int, ...]) -> None:
        self.decide(
            lambda records: records.keep(ids),
            lambda number: self.say(trn("{n} item stays as it is.", "{n} items stay as they are.", number)),
        )
