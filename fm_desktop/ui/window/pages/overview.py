"""How each channel stands, what needs the user, and the controls of syncing (R05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QGridLayout, QProgressBar, QVBoxLayout, QWidget

from fm_desktop.sync.control import Channel
from fm_desktop.ui.menu import HOUR, minutes_until_morning
from fm_desktop.ui.snapshot import Face
from fm_desktop.ui.stopping import ask_to_stop
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone, Type
from fm_desktop.ui.widgets import Banner, Button, Card, Label, MenuButton, Pill, Shape, Weight, across, empty_layout
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.present.overview import ChannelCard, Doing, Estimate, Notice, Overview, present

LOOKS = {
    Face.OK: (Shape.OK, Tone.OK),
    Face.SYNCING: (Shape.BUSY, Tone.INFO),
    Face.PAUSED: (Shape.PAUSED, Tone.NEUTRAL),
    Face.STOPPED: (Shape.STOPPED, Tone.NEUTRAL),
    Face.OFFLINE: (Shape.OFFLINE, Tone.WARNING),
    Face.ATTENTION: (Shape.ATTENTION, Tone.ERROR),
}


class OverviewPage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(tools, tr("Overview"), tr("Your calendar, your mail and ForceManager, kept in step."))
        self._estimate = Estimate()
        self._shown: Overview | None = None
        self._names_width = 0
        self._values: list[list[Label]] = []
        self.sync_now = Button(tr("Sync &now"), self._sync_now, Weight.PRIMARY)
        self.header.add_action(self.sync_now)
        self._banners = QVBoxLayout()
        self._banners.setSpacing(Space.S)
        self._progress = _Progress()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(Space.M)
        self.body.addLayout(self._banners)
        self.body.addWidget(self._progress)
        self.body.addLayout(self._cards)
        self.desk.snapshot_changed.connect(self.refresh)

    def refresh(self) -> None:
        snapshot, now = self.desk.snapshot, self.tools.now()
        left = self._estimate.left(snapshot.progress if snapshot.syncing else None, now)
        shown = present(snapshot, now, self.tools.moments, left)
        if shown == self._shown:
            return  # drawing anew would take the focus from a button
        before, self._shown = self._shown, shown
        self.sync_now.setEnabled(shown.can_sync)
        self._progress.show_bar(shown)
        if before is None or before.notices != shown.notices:
            empty_layout(self._banners)
            for notice in shown.notices:
                self._banners.addWidget(self._banner(notice))
        if before is None or _but_values(before.cards) != _but_values(shown.cards):
            self._build_cards(shown.cards)
        else:
            self._fill_cards(shown.cards)

    # --- notices ---

    def _banner(self, notice: Notice) -> Banner:
        return Banner(
            Tone(notice.weight),
            notice.message,
            notice.next_step,
            action=notice.action,
            act=lambda: self._do(notice),
        )

    def _do(self, notice: Notice) -> None:
        doing = notice.doing
        if doing is Doing.SIGN_IN and notice.secret is not None:
            self.desk.sign_in_wanted.emit(notice.secret.value)
        elif doing is Doing.SET_UP:
            self.desk.set_up_wanted.emit()
        elif doing is Doing.SEE_HELD:
            self.go.emit("held", None)
        elif doing is Doing.SEE_PROBLEMS:
            self.go.emit("problems", None)
        else:
            self._sync_now()

    # --- channels ---

    def _build_cards(self, cards: Sequence[ChannelCard]) -> None:
        empty_layout(self._cards)
        self._values = []
        # The same for all cards, so that their values stand in one column.
        names = [name for card in cards for name, _ in card.facts]
        self._names_width = max((self.fontMetrics().horizontalAdvance(each) for each in names), default=0)
        for card in cards:
            self._cards.addWidget(self._card(card))

    def _fill_cards(self, cards: Sequence[ChannelCard]) -> None:
        """What a sync changes every second, without taking the focus from a button."""
        for labels, card in zip(self._values, cards, strict=True):
            for label, (_, value) in zip(labels, card.facts, strict=True):
                label.setText(value)

    def _card(self, shown: ChannelCard) -> Card:
        card = Card()
        shape, tone = LOOKS[shown.face]
        head = across(Label(shown.title, Type.SECTION, wraps=False), Pill(shown.state, shape, tone))
        head.setSpacing(Space.M)
        card.body.addLayout(head)
        facts = QGridLayout()
        facts.setHorizontalSpacing(Space.XL)
        facts.setVerticalSpacing(Space.XS)
        facts.setColumnStretch(1, 1)
        facts.setColumnMinimumWidth(0, self._names_width)
        values = [Label(value) for _, value in shown.facts]
        for line, ((name, _), value) in enumerate(zip(shown.facts, values, strict=True)):
            facts.addWidget(Label(name, kind="muted", wraps=False), line, 0)
            facts.addWidget(value, line, 1)
        self._values.append(values)
        card.body.addLayout(facts)
        card.body.addSpacing(Space.XS)
        card.body.addLayout(across(*self._controls(shown)))
        return card

    def _controls(self, shown: ChannelCard) -> list[QWidget]:
        channel, title = shown.channel, shown.title
        if shown.is_stopped:
            return [Button(tr("Start s&yncing"), lambda: self._resume(channel), about=title)]
        stop = Button(tr("St&op syncing…"), lambda: self._ask_to_stop(shown), Weight.QUIET, about=title)
        if not shown.is_running:
            return [Button(tr("&Resume"), lambda: self._resume(channel), about=title), stop]
        pause = MenuButton(tr("&Pause"), about=title)
        pause.add_choice(tr("For 1 &hour"), lambda: self._pause(channel, HOUR))
        pause.add_choice(
            tr("Until tomorrow &morning"), lambda: self._pause(channel, minutes_until_morning(self.tools.now()))
        )
        pause.add_choice(tr("Until I &resume"), lambda: self._pause(channel, None))
        return [pause, stop]

    def _sync_now(self) -> None:
        self.desk.sync_wanted.emit()
        self.decide(lambda records: records.sync_soon(), lambda _: None)

    def _pause(self, channel: Channel, minutes: int | None) -> None:
        self.decide(lambda records: records.pause(channel, minutes), lambda _: None)

    def _resume(self, channel: Channel) -> None:
        self.decide(lambda records: records.resume(channel), lambda _: None)

    def _ask_to_stop(self, shown: ChannelCard) -> None:
        ask_to_stop(self, shown.title, lambda forget: self._stop(shown.channel, forget=forget))

    def _stop(self, channel: Channel, *, forget: bool) -> None:
        self.decide(lambda records: records.stop(channel, forget_credentials=forget), lambda _: None)


def _but_values(cards: Sequence[ChannelCard]) -> list[ChannelCard]:
    """Cards that look alike but for the values of their facts."""
    return [replace(card, facts=tuple((name, "") for name, _ in card.facts)) for card in cards]


class _Progress(Card):
    """The bar of a first sync, with what is left and how long."""

    def __init__(self) -> None:
        super().__init__()
        self._text = Label()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the sync"))
        self.add(Label(tr("Syncing"), Type.SECTION))
        self.add(self._bar)
        self.add(self._text)
        self.hide()

    def show_bar(self, shown: Overview) -> None:
        self.setVisible(shown.bar is not None)
        if shown.bar is not None:
            self._bar.setRange(0, shown.bar.total)
            self._bar.setValue(shown.bar.done)
            self._text.setText(shown.bar.text)
