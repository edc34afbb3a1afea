"""The user's contacts and accounts, their last messages, and one step to writing to them (R13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from fm_desktop.people import MailLinks, Person
from fm_desktop.sync.mail.letters import Letter
from fm_desktop.ui.texts import tr
from fm_desktop.ui.theme import Space, Tone, Type
from fm_desktop.ui.web import open_link
from fm_desktop.ui.widgets import Button, Card, EmptyState, Label, Line, Row, Shape, Weight, across, empty_layout
from fm_desktop.ui.widgets.texts import plain_tip
from fm_desktop.ui.window.pages.details import DetailsArea
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.present.lists import letter_lines, person_kind, person_lines
from fm_desktop.ui.window.present.words import subject
from fm_desktop.ui.window.questions import Choice, Question, ask
from fm_desktop.ui.window.two_lines import TwoLines

SEARCH_AFTER_MILLISECONDS: Final = 250
MOST_PEOPLE: Final = 200
MOST_LETTERS: Final = 20


class PeoplePage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(
            tools,
            tr("Contacts"),
            tr("Your contacts and accounts in ForceManager: write to them, and see what was written."),
            scrolls=False,
        )
        self._people: tuple[Person, ...] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by name, company or address"))
        self.search.setAccessibleName(tr("Search by name, company or address"))
        self.search.setClearButtonEnabled(True)
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MILLISECONDS)
        self._typing.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self.refresh)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Contacts and accounts"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(TwoLines(self.list))
        self.list.currentRowChanged.connect(self._selected)
        self.panel = _PersonPanel(tools, self._turn_conversation)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(Space.M)
        splitter.addWidget(self.list)
        splitter.addWidget(self.panel)
        splitter.setSizes([320, 440])
        self.body.addWidget(self.search)
        self.body.addWidget(splitter, 1)

    def refresh(self) -> None:
        self._typing.stop()
        text = self.search.text().strip()
        self.ask("people", lambda records: records.people(text, MOST_PEOPLE), self._show)

    def _show(self, found: tuple[Person, ...]) -> None:
        before = self.panel.person
        self._people = found
        self.list.blockSignals(True)
        self.list.clear()
        for each in found:
            name, about = person_lines(each)
            item = QListWidgetItem(f"{name}\n{about}")
            item.setToolTip(plain_tip(f"{name}\n{about}"))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setVisible(bool(found))
        if not found:
            self.panel.show_nothing(is_search=bool(self.search.text().strip()))
            return
        self.list.setCurrentRow(found.index(before) if before in found else 0)

    def _selected(self, number: int) -> None:
        if not 0 <= number < len(self._people):
            return
        person = self._people[number]
        self.panel.show_person(person)
        self._ask_for_mail(person)

    def _ask_for_mail(self, person: Person) -> None:
        self.ask(
            "letters",
            lambda records: (
                records.letters(person, MOST_LETTERS),
                {each: records.mail_links(each) for each in person.addresses},
            ),
            lambda found: self.panel.show_mail(person, *found),
        )

    # --- conversations ---

    def _turn_conversation(self, letter: Letter, button: Button) -> None:
        """Out of ForceManager after a question, in again at once."""
        if letter.is_excluded:
            self._include(letter, button)
        else:
            self.question = self._ask_to_exclude(letter, button)

    def _ask_to_exclude(self, letter: Letter, button: Button) -> Question:
        return ask(
            self,
            tr("Keep this conversation out of ForceManager?"),
            tr(
                "What was logged of “{subject}” stays in ForceManager, where nothing can be deleted. You can take this "
                "back at any time.",
                subject=subject(letter.subject),
            ),
            Choice(
                tr("&Do not log it any more"),
                tr("Answers to come, and what still waits to be logged, stay in your mailbox only."),
                lambda: self._exclude(letter, button),
            ),
        )

    def _exclude(self, letter: Letter, button: Button) -> None:
        told = tr("Nothing more of “{subject}” is logged.", subject=subject(letter.subject))
        self.decide(lambda records: records.exclude_conversation(letter), lambda _: self._turned(told), button)

    def _include(self, letter: Letter, button: Button) -> None:
        told = tr("“{subject}” is logged again, with what was left out.", subject=subject(letter.subject))
        self.decide(lambda records: records.include_conversation(letter), lambda _: self._turned(told), button)

    def _turned(self, told: str) -> None:
        self.say(told)
        if self.panel.person is not None:
            self._ask_for_mail(self.panel.person)


class _PersonPanel(Card):
    """`turn` is called for a message whose conversation is to be kept out, or taken in again, with the button."""

    def __init__(self, tools: Tools, turn: Callable[[Letter, Button], object]) -> None:
        super().__init__()
        self._tools = tools
        self._turn = turn
        self.person: Person | None = None
        area = DetailsArea()
        self._column = area.column
        self.body.addWidget(area)

    def show_nothing(self, *, is_search: bool) -> None:
        self.person = None
        empty_layout(self._column)
        if is_search:
            state = EmptyState(
                tr("Nobody of that name"),
                tr("Try a part of the name, or of the address."),
                shape=Shape.INFO,
                tone=Tone.NEUTRAL,
            )
        else:
            state = EmptyState(
                tr("No contacts are known yet"),
                tr("They are read from ForceManager with the next sync."),
                shape=Shape.INFO,
                tone=Tone.NEUTRAL,
            )
        self._column.addWidget(state)
        self._column.addStretch(1)

    def show_person(self, person: Person) -> None:
        """At once, before the mail is there."""
        self.person = person
        self._head(person)
        self._column.addStretch(1)

    def show_mail(self, person: Person, letters: tuple[Letter, ...], links: dict[str, MailLinks]) -> None:
        self._head(person)
        for index, address in enumerate(person.addresses):
            weight = Weight.NORMAL if index else Weight.PRIMARY
            self._column.addLayout(_address_row(address, links[address], weight))
        self._column.addSpacing(Space.S)
        self._column.addWidget(Label(tr("Last messages"), Type.SECTION))
        if not letters:
            self._column.addWidget(Label(tr("No message with them was logged in ForceManager yet."), kind="muted"))
        for index, each in enumerate(letters):
            if index:
                self._column.addWidget(Line())
            self._column.addWidget(self._row(each))
        self._column.addStretch(1)

    def _row(self, letter: Letter) -> Row:
        row = Row(*letter_lines(letter, self._tools.now(), self._tools.moments))
        text = tr("Log it a&gain") if letter.is_excluded else tr("&Not this conversation")
        button = Button(text, lambda: self._turn(letter, button), Weight.QUIET, about=subject(letter.subject))
        row.add_control(button)
        return row

    def _head(self, person: Person) -> None:
        empty_layout(self._column)
        name, _ = person_lines(person)
        self._column.addWidget(Label(name, Type.SECTION).selectable())
        self._column.addWidget(Label(person_kind(person), kind="muted").selectable())


def _address_row(address: str, links: MailLinks, weight: Weight) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(Space.XS)
    column.addWidget(Label(address).selectable())
    buttons: list[QWidget] = [Button(tr("&Write"), lambda: open_link(links.compose), weight, about=address)]
    if links.correspondence:
        buttons.append(Button(tr("&All messages…"), lambda: open_link(links.correspondence), about=address))
    column.addLayout(across(*buttons))
    return column
