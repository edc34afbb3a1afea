"""R25: new events are told by a message in the user's own inbox, each once at most."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta

import pytest

from fm_desktop.inbox import InboxNotes
from fm_desktop.port import OutcomeUnknown, PortError, Refused, Unreachable
from tests.fakes.world import AGENDA, World, at, event


class Inbox:
    """What was put there; `failing` is raised instead."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.subjects: list[str] = []
        self.tries = 0
        self.failing: BaseException | None = None

    def put(self, raw: bytes) -> None:
        self.tries += 1
        if self.failing is not None:
            raise self.failing
        self.subjects.append(email.message_from_bytes(raw, policy=email.policy.default)["Subject"])

    def cycle(self, *, on: bool = True, known: bool = True) -> None:
        began = self.world.now
        self.world.sync()
        self.tell(began, on=on, known=known)

    def tell(self, began, *, on: bool = True, known: bool = True) -> None:
        notes = InboxNotes(self.world.engine.state, "emma@example.com", "Europe/Madrid", self.put if known else None)
        if on:
            notes.tell(began)
        else:
            notes.forget()
        self.world.now += timedelta(minutes=2)

    def problems(self) -> list[tuple[str, str]]:
        return [(each.message, each.next_step) for each in self.world.engine.state.problems.open()]


@pytest.fixture
def inbox(world: World) -> Inbox:
    """After a first import."""
    world.calendar.put("Work", event("Old one"))
    found = Inbox(world)
    found.cycle()
    assert found.subjects == []
    return found


def new(world: World, *titles: str) -> None:
    for number, title in enumerate(titles):
        world.calendar.put("Work", event(title, span=at(26 + number, 9)))


def test_R25_a_new_event_is_told_once_and_its_changes_and_those_of_forcemanager_are_not(world, inbox):
    new(world, "Lunch")
    world.crm.put(AGENDA, event("Visit", "-"))
    inbox.cycle()
    assert inbox.subjects == ["New in your calendar: Lunch"]
    world.calendar.edit("Work", world.calendar.key_of("Lunch"), title="Dinner")
    world.calendar.edit("Work", world.calendar.key_of("Visit"), title="Visit 2")
    inbox.cycle()
    world.reopen()
    inbox.cycle()
    assert len(inbox.subjects) == 1


def test_R25_many_at_once_are_one_message(world, inbox):
    new(world, "A", "B", "C", "D")
    inbox.cycle()
    assert inbox.subjects == ["4 new events in your calendar"]


def test_R25_what_is_new_while_it_is_switched_off_is_not_told_later(world, inbox):
    new(world, "Before")
    inbox.cycle(on=False)
    inbox.cycle()
    new(world, "After")
    inbox.cycle()
    assert inbox.subjects == ["New in your calendar: After"]


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), KeyboardInterrupt()])
def test_R25_a_message_that_may_be_there_is_never_put_there_again(world, inbox, error):
    new(world, "Lunch", "Dinner")
    inbox.failing = error
    if isinstance(error, PortError):
        inbox.cycle()
        assert inbox.tries == 2
    else:
        with pytest.raises(KeyboardInterrupt):
            inbox.cycle()
        assert inbox.tries == 1
    inbox.failing = None
    world.reopen()
    inbox.cycle()
    assert inbox.subjects == ([] if isinstance(error, PortError) else ["New in your calendar: Dinner"])
    assert inbox.problems() == []


def test_R25_a_message_that_is_surely_not_there_is_tried_again_and_a_problem_after_three_tries(world, inbox):
    new(world, "Lunch")
    inbox.failing = Refused("The mailbox is full.", "Make room.")
    began = world.now
    world.sync()
    seen = []
    while inbox.tries < 3:
        seen.append(inbox.problems())
        inbox.tell(began)
    assert not any(seen)
    assert inbox.problems() == [("The mailbox is full.", "Make room.")]
    for _ in range(60):
        inbox.tell(began)
    assert inbox.tries < 9  # it is left alone for longer and longer
    inbox.failing = None
    new(world, "Dinner")
    world.sync()
    world.now += timedelta(hours=1)
    inbox.tell(began)
    assert inbox.subjects == ["New in your calendar: Lunch", "New in your calendar: Dinner"]
    assert inbox.problems() == []


def test_a_clock_that_is_put_back_holds_nothing_up(world, inbox):
    new(world, "Lunch")
    inbox.failing = Unreachable("away")
    inbox.cycle()
    inbox.failing = None
    world.now -= timedelta(days=30)
    inbox.tell(world.now)
    assert inbox.subjects == ["New in your calendar: Lunch"]


def test_without_a_mail_server_it_is_a_problem_that_ends_when_it_is_switched_off(world, inbox):
    new(world, "Lunch")
    inbox.cycle(known=False)
    assert inbox.problems() == [
        ("No mail server is known for emma@example.com.", "Set up e-mail, or switch these messages off.")
    ]
    inbox.cycle(on=False)
    assert inbox.problems() == []


def test_an_event_that_is_gone_by_now_is_told_all_the_same(world, inbox):
    new(world, "Lunch")
    inbox.failing = Unreachable("away")
    inbox.cycle()
    store = world.engine.state.store
    with store.transaction():
        store.run("UPDATE notice SET link = NULL")
    inbox.failing = None
    world.now += timedelta(hours=1)
    inbox.cycle()
    assert inbox.subjects == ["New in your calendar: Lunch"]


def test_numbers_that_are_given_out_again_hide_nothing(world, inbox):
    new(world, "Lunch")
    inbox.cycle()
    store = world.engine.state.store
    with store.transaction():
        store.run("DELETE FROM notice")
    inbox.cycle()
    new(world, "Dinner")
    inbox.cycle()
    assert inbox.subjects == ["New in your calendar: Lunch", "New in your calendar: Dinner"]
