"""The address book is read when it is due, kept in the state, and says whose addresses changed."""

from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.addressbook import READ_ANEW_EVERY, REFRESH_EVERY, AddressBook
from fm_desktop.crm.directory import Directory, DirectoryState, Entry, Source
from fm_desktop.crm.increment import Mark
from fm_desktop.model.items import Party
from fm_desktop.port import Unreachable
from fm_desktop.sync.store import Store

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANN = "ann@example.com"


class Reader:
    """Stands for the CRM's two lists: each step gives what is there now."""

    def __init__(self) -> None:
        self.contacts = {7: Entry((ANN,), "Ann", 3)}
        self.steps = 0
        self.away = False

    def step(self, state: DirectoryState) -> DirectoryState:
        if self.away:
            raise Unreachable("away")
        self.steps += 1
        marks = {**state.marks, state.turn: Mark()}
        return DirectoryState(Directory(dict(self.contacts), {}), marks, state.turn.other)


@pytest.fixture
def store(tmp_path):
    opened = Store.open(tmp_path / "state.sqlite3")
    yield opened
    opened.close()


def test_the_first_time_both_lists_are_read_and_then_one_when_it_is_due(store):
    reader, clock = Reader(), [NOW]
    book = AddressBook(store, reader, lambda: clock[0])
    assert book.refresh() == {ANN}
    assert reader.steps == len(Source)
    assert book.lookup(ANN) == Party(7, 3)
    assert book.refresh() == frozenset()
    assert reader.steps == 2
    clock[0] += REFRESH_EVERY
    book.refresh()
    assert reader.steps == 3


def test_the_next_process_knows_what_this_one_read(store):
    AddressBook(store, Reader(), lambda: NOW).refresh()
    reader = Reader()
    book = AddressBook(store, reader, lambda: NOW)
    assert book.refresh() == frozenset()
    assert reader.steps == 0
    assert book.lookup(ANN) == Party(7, 3)


def test_addresses_that_changed_hands_are_named(store):
    reader, clock = Reader(), [NOW]
    book = AddressBook(store, reader, lambda: clock[0])
    book.refresh()
    reader.contacts = {8: Entry(("bob@example.com",), "Bob")}
    clock[0] += REFRESH_EVERY
    assert book.refresh() == {ANN, "bob@example.com"}
    assert book.lookup(ANN).is_empty


def test_once_a_day_everything_is_read_anew(store):
    reader, clock = Reader(), [NOW]
    book = AddressBook(store, reader, lambda: clock[0])
    book.refresh()
    clock[0] += READ_ANEW_EVERY
    book.refresh()
    assert reader.steps == 4


def test_a_clock_that_was_set_back_does_not_put_it_off(store):
    reader, clock = Reader(), [NOW]
    book = AddressBook(store, reader, lambda: clock[0])
    book.refresh()
    clock[0] -= timedelta(days=400)
    book.refresh()
    assert reader.steps > 2


def test_a_reading_that_failed_leaves_what_was_known_and_is_tried_again(store):
    reader, clock = Reader(), [NOW]
    book = AddressBook(store, reader, lambda: clock[0])
    book.refresh()
    clock[0] += REFRESH_EVERY
    reader.away = True
    with pytest.raises(Unreachable):
        book.refresh()
    assert book.lookup(ANN) == Party(7, 3)
    reader.away = False
    book.refresh()
    assert reader.steps == 3


def test_what_changed_while_only_mail_was_logged_is_told_to_the_calendar_later(store):
    reader, clock = Reader(), [NOW]
    AddressBook(store, reader, lambda: clock[0]).read_on()
    reader.contacts = {8: Entry(("bob@example.com",), "Bob")}
    clock[0] += REFRESH_EVERY
    AddressBook(store, reader, lambda: clock[0]).read_on()
    book = AddressBook(store, reader, lambda: clock[0])
    assert book.refresh() == {ANN, "bob@example.com"}
    assert book.refresh() == frozenset()


def test_an_address_is_found_in_either_form_of_its_domain(store):
    reader = Reader()
    reader.contacts = {7: Entry(("ann@xn--bcher-kva.example",), "Ann", 3), 8: Entry(("bob@straße.example",), "Bob")}
    book = AddressBook(store, reader, lambda: NOW)
    book.refresh()
    assert book.lookup("ann@bücher.example") == Party(7, 3)
    assert book.lookup("bob@straße.example") == Party(8, None)
    assert book.lookup("ann@" + "x" * 300 + ".example").is_empty
    assert book.addresses() == {"ann@xn--bcher-kva.example", "bob@straße.example"}
