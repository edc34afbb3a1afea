"""Which notices are shown, when, and by what (R25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine

from fm_desktop.sync import accounts
from fm_desktop.sync.chronicle import Notice
from fm_desktop.sync.state import State
from fm_desktop.sync.store import Store, utc_text
from fm_desktop.ui import preferences as preferences_module
from fm_desktop.ui.notify.courier import Courier
from fm_desktop.ui.notify.dbus import request
from fm_desktop.ui.notify.note import Note
from fm_desktop.ui.notify.policy import decide
from fm_desktop.ui.preferences import Preferences

NOW = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
ALL = Preferences()


def notice(number: int, kind: str = "new", text: str = "", age: timedelta = timedelta(minutes=1)) -> Notice:
    return Notice(number, utc_text(NOW - age), kind, 100 + number, text or f"Meeting {number}", False)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


# --- the policy ------------------------------------------------------------------------------------


def test_R25_up_to_three_new_events_are_told_each_by_itself():
    decision = decide([notice(1), notice(2), notice(3)], ALL, NOW)
    assert [(each.text, each.link) for each in decision.notes] == [
        ("Meeting 1", 101),
        ("Meeting 2", 102),
        ("Meeting 3", 103),
    ]
    assert decision.settled == (1, 2, 3)


def test_more_than_three_at_once_become_one():
    decision = decide([notice(number) for number in range(1, 8)], ALL, NOW)
    (note,) = decision.notes
    assert note.title == "7 new events"
    assert note.text.splitlines() == ["Meeting 1", "Meeting 2", "Meeting 3", "and 4 more"]
    assert note.link is None
    assert decision.settled == tuple(range(1, 8))


def test_a_first_import_is_one_note():
    (note,) = decide([notice(1, "first-import", "812 events and tasks ...")], ALL, NOW).notes
    assert (note.title, note.text, note.link) == ("First sync done", "812 events and tasks ...", None)


@pytest.mark.parametrize(
    ("kind", "off"),
    [
        ("new", {"tell_new_events": False}),
        ("put-back", {"tell_put_back": False}),
        ("first-import", {"tell_first_import": False}),
    ],
)
def test_a_kind_that_is_off_is_settled_without_a_word(kind, off):
    assert decide([notice(1, kind)], ALL, NOW).notes
    decision = decide([notice(1, kind)], Preferences(**off), NOW)
    assert (decision.notes, decision.settled) == ((), (1,))


def test_what_nobody_told_for_a_day_is_no_news():
    decision = decide([notice(1, age=timedelta(days=2)), notice(2)], ALL, NOW)
    assert [each.text for each in decision.notes] == ["Meeting 2"]
    assert set(decision.settled) == {1, 2}


def test_in_quiet_hours_all_waits_and_comes_together_afterwards():
    local = NOW.astimezone().time()
    quiet = Preferences(quiet_from=time(local.hour, 0), quiet_until=time((local.hour + 2) % 24, 0))
    waiting = [notice(number) for number in range(1, 6)]
    assert decide(waiting, quiet, NOW) == decide([], quiet, NOW)
    (note,) = decide(waiting, quiet, NOW + timedelta(hours=2)).notes
    assert note.title == "5 new events"


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (time(19, 59), False),
        (time(20, 0), True),
        (time(23, 59), True),
        (time(0, 0), True),
        (time(6, 59), True),
        (time(7, 0), False),
    ],
)
def test_quiet_hours_go_over_midnight(at, quiet):
    assert Preferences(quiet_from=time(20, 0), quiet_until=time(7, 0)).is_quiet(at) is quiet


# --- preferences -----------------------------------------------------------------------------------


def test_preferences_are_kept_and_a_broken_file_is_as_none(tmp_path):
    chosen = Preferences(language="es", tell_put_back=False, quiet_from=time(20, 30), quiet_until=time(7, 0))
    preferences_module.save(chosen, tmp_path)
    assert preferences_module.load(tmp_path) == chosen
    (tmp_path / preferences_module.FILE).write_text("quiet_from = 20:30:00\n")
    assert preferences_module.load(tmp_path) == Preferences()
    (tmp_path / preferences_module.FILE).write_text("no toml")
    assert preferences_module.load(tmp_path) == Preferences()


# --- carrying --------------------------------------------------------------------------------------


class Recorder:
    """A way of showing notes that works or does not."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.shown: list[Note] = []
        self.clicked: Callable[[Note], None] = lambda _note: None

    def show(self, note: Note, otherwise: Callable[[Note], None]) -> None:
        self.shown.append(note)
        if not self.works:
            otherwise(note)

    def close(self) -> None:
        pass


@pytest.fixture
def carried(qapp):
    """(courier, first way, second way, what was settled, preferences in a list)"""
    first, second = Recorder(), Recorder()
    settled: list[int] = []
    chosen = [ALL]
    courier = Courier([first, second], lambda: chosen[0], settled.extend, lambda _note: None)
    yield courier, first, second, settled, chosen
    courier.close()


def test_a_notice_is_shown_once_even_if_the_state_is_read_again_meanwhile(carried):
    courier, first, _, settled, _ = carried
    courier.offer([notice(1)])
    courier.offer([notice(1), notice(2)])
    assert [each.text for each in first.shown] == ["Meeting 1", "Meeting 2"]
    assert settled == [1, 2]


def test_where_one_way_fails_the_next_is_taken(carried):
    courier, first, second, settled, _ = carried
    first.works = False
    courier.offer([notice(1)])
    assert [each.text for each in second.shown] == ["Meeting 1"]
    assert settled == [1]


def test_after_quiet_hours_what_waited_is_shown_without_anything_new(carried):
    courier, first, _, settled, chosen = carried
    chosen[0] = Preferences(quiet_from=time(0, 0), quiet_until=time(23, 59))
    courier.offer([notice(1)])
    assert (first.shown, settled) == ([], [])
    chosen[0] = ALL
    courier._timer.timeout.emit()
    assert [each.text for each in first.shown] == ["Meeting 1"]


def test_only_what_the_service_can_do_is_asked_of_it(tmp_path):
    note = Note("New in ForceManager", "<b>Lunch</b> & more", "notice:1", 5)
    _, _, _, _, text, actions, hints, _ = request(note, 0, {"actions", "body-markup"}, tmp_path)
    assert text == "&lt;b&gt;Lunch&lt;/b&gt; &amp; more"
    assert actions == ["default", "Show"]
    assert hints["desktop-entry"] == ("s", "fm-desktop")
    plain = request(note, 7, {"body"}, tmp_path)
    assert (plain[1], plain[4], plain[5]) == (7, "<b>Lunch</b> & more", [])


# --- in the state ----------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path):
    store = Store.open(tmp_path / "state.sqlite3")
    yield State.of(store, accounts.ensure(store, "tenant", "1", "emma@example.com"), "1", lambda: NOW)
    store.close()


def test_what_was_shown_is_not_shown_again(state):
    for title in ("Lunch", "Dinner"):
        state.chronicle.tell("new", title)
    first, second = state.chronicle.unshown()
    state.chronicle.mark_shown([first.id])
    assert state.chronicle.unshown() == (second,)
