"""What the tray says and offers, as a function of how things stand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from fm_desktop.errors import ExitCode, Explained
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.progress import Progress
from fm_desktop.sync.report import Outcome
from fm_desktop.sync.status import Status, Trouble
from fm_desktop.ui import texts
from fm_desktop.ui.menu import Entry, Wish, menu, minutes_until_morning
from fm_desktop.ui.snapshot import Face, Snapshot, Stage, face, headline, tooltip, when

NOW = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
MAIL, CALENDAR = Channel.EMAIL, Channel.CALENDAR
FAILURE = Explained("The disk is full.", "Make room.", ExitCode.PROBLEMS)


def status(*standings: Standing, trouble: Outcome | None = None, held: int = 0, problems: int = 0) -> Status:
    return Status(
        channels=standings or (Standing(MAIL, Running.RUNNING), Standing(CALENDAR, Running.RUNNING)),
        last_success=NOW - timedelta(minutes=2),
        trouble=None if trouble is None else Trouble(NOW, "Sign in again.", "Do so.", trouble),
        linked=120,
        held=held,
        problems=problems,
        unknown=0,
    )


def snapshot(*standings: Standing, syncing: bool = False, **values) -> Snapshot:
    return Snapshot(Stage.WORKING, status(*standings, **values), syncing, next_run=NOW + timedelta(minutes=1))


def paused(channel: Channel, until: datetime | None = None) -> Standing:
    return Standing(channel, Running.PAUSED, until)


def running(channel: Channel) -> Standing:
    return Standing(channel, Running.RUNNING)


def stopped(channel: Channel) -> Standing:
    return Standing(channel, Running.STOPPED)


def seen(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    return {each.name: each for each in entries if each.visible and each.text}


@pytest.fixture(autouse=True)
def _in_madrid(monkeypatch):
    """Two o'clock in the afternoon there."""
    with time_machine.travel(NOW.astimezone(ZoneInfo("Europe/Madrid")), tick=False):
        yield


# --- the icon --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (Snapshot(), Face.SYNCING),
        (Snapshot(Stage.NOT_SET_UP), Face.ATTENTION),
        (Snapshot(Stage.BROKEN, failure=FAILURE), Face.ATTENTION),
        (snapshot(), Face.OK),
        (snapshot(syncing=True), Face.SYNCING),
        (snapshot(trouble=Outcome.UNREACHABLE), Face.OFFLINE),
        (snapshot(trouble=Outcome.THROTTLED), Face.OFFLINE),
        (snapshot(trouble=Outcome.UNREACHABLE, syncing=True), Face.OFFLINE),
        (snapshot(trouble=Outcome.SIGN_IN), Face.ATTENTION),
        (snapshot(trouble=Outcome.FAILED), Face.ATTENTION),
        (snapshot(held=3), Face.ATTENTION),
        (snapshot(problems=1, syncing=True), Face.ATTENTION),
        (snapshot(paused(MAIL), running(CALENDAR)), Face.OK),
        (snapshot(paused(MAIL), paused(CALENDAR)), Face.PAUSED),
        (snapshot(paused(MAIL), stopped(CALENDAR)), Face.PAUSED),
        (snapshot(stopped(MAIL), stopped(CALENDAR)), Face.STOPPED),
        (snapshot(stopped(CALENDAR), trouble=Outcome.SIGN_IN), Face.STOPPED),
        (snapshot(paused(CALENDAR), problems=2), Face.PAUSED),
        (Snapshot(Stage.WORKING, status(), failure=FAILURE), Face.ATTENTION),
    ],
)
def test_the_icon_says_first_what_was_asked_for_then_what_needs_you_then_what_passes(given, shown):
    assert face(given) is shown


# --- words -----------------------------------------------------------------------------------------


def test_the_tooltip_tells_the_last_and_the_next_sync():
    assert tooltip(snapshot(), NOW) == "FM Desktop: Everything is in step\nLast sync 14:28, next 14:31"


def test_the_tooltip_of_a_pause_names_its_end_and_no_next_sync():
    until = NOW + timedelta(hours=1)
    told = tooltip(snapshot(paused(MAIL, until), paused(CALENDAR, until)), NOW)
    assert told == "FM Desktop: Paused until 15:30\nLast sync 14:28"


def test_the_tooltip_names_a_channel_that_does_not_run_while_the_other_does():
    told = tooltip(snapshot(stopped(MAIL), running(CALENDAR)), NOW)
    assert "E-mail: stopped" in told.splitlines()
    assert "Everything is in step" in told


def test_before_the_first_sync_it_says_so():
    never = Snapshot(Stage.WORKING, Status((running(CALENDAR),), None, None, 0, 0, 0, 0))
    assert tooltip(never, NOW).endswith("Not synced yet")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Snapshot(), "Starting"),
        (snapshot(held=1), "1 change waits for your word"),
        (snapshot(held=12, problems=3), "12 changes wait for your word"),
        (snapshot(problems=3), "3 problems need you"),
        (snapshot(trouble=Outcome.SIGN_IN, held=2), "Sign in again."),
        (snapshot(paused(CALENDAR)), "Paused until you resume"),
        (Snapshot(Stage.WORKING, status(), failure=FAILURE), "The disk is full."),
        (Snapshot(Stage.WORKING, status(), syncing=True, progress=Progress(3, 2)), "Syncing"),
        (Snapshot(Stage.WORKING, status(), syncing=True, progress=Progress(300, 1200)), "Syncing: 300 of 1,500"),
    ],
)
def test_the_headline_is_one_short_line(given, told):
    assert headline(given, NOW) == told


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (NOW + timedelta(minutes=5), "14:35"),
        (NOW + timedelta(hours=18), "tomorrow 08:30"),
        (NOW - timedelta(hours=18), "yesterday 20:30"),
        (NOW + timedelta(days=29), "2026-12-24 14:30"),
    ],
)
def test_moments_are_told_as_people_say_them(moment, told):
    assert when(moment, NOW) == told


def test_no_tooltip_is_longer_than_windows_shows():
    until = NOW + timedelta(days=40)
    for language in texts.LANGUAGES:
        texts.use(language)
        for given in (snapshot(paused(MAIL, until), running(CALENDAR)), snapshot(held=12_345), snapshot(syncing=True)):
            assert len(tooltip(given, NOW)) <= 127


# --- the menu --------------------------------------------------------------------------------------


def test_the_entries_are_always_the_same_ones_in_the_same_order():
    names = [each.name for each in menu(Snapshot(), NOW)]
    assert len(set(names)) == len(names)
    for given in (snapshot(), snapshot(stopped(CALENDAR)), Snapshot(Stage.NOT_SET_UP), snapshot(paused(MAIL))):
        assert [each.name for each in menu(given, NOW)] == names


def test_while_it_runs_one_can_sync_pause_and_stop_each_channel():
    found = seen(menu(snapshot(), NOW))
    assert list(found) == [
        "state", "sync-now", "pause", "stop-email", "stop-calendar", "open-window", "open-crm", "open-mail", "settings",
        "quit",
    ]  # fmt: skip
    assert [(each.wish, each.minutes) for each in found["pause"].entries] == [
        (Wish.PAUSE, 60),
        (Wish.PAUSE, 17 * 60 + 30),
        (Wish.PAUSE, None),
    ]
    assert (found["stop-email"].wish, found["stop-email"].channel) == (Wish.STOP, MAIL)


def test_only_the_channels_that_are_set_up_are_there():
    assert "stop-email" not in seen(menu(snapshot(running(CALENDAR)), NOW))


def test_a_pause_shows_its_end_and_can_be_ended():
    found = seen(menu(snapshot(paused(CALENDAR, NOW + timedelta(hours=1))), NOW))
    assert found["resume"].text == "&Resume (paused until 15:30)"
    assert found["resume"].wish is Wish.RESUME
    assert "pause" not in found
    assert not found["sync-now"].enabled


def test_with_one_channel_paused_the_other_can_be_paused_too():
    found = seen(menu(snapshot(paused(MAIL), running(CALENDAR)), NOW))
    assert {"pause", "resume"} <= set(found)


def test_a_stopped_channel_can_be_started():
    found = seen(menu(snapshot(stopped(MAIL), running(CALENDAR)), NOW))
    assert (found["stop-email"].wish, found["stop-email"].text) == (Wish.START, "Start syncing e-mail")
    assert found["stop-calendar"].wish is Wish.STOP


def test_a_cycle_that_runs_is_not_asked_for_again():
    assert not seen(menu(snapshot(syncing=True), NOW))["sync-now"].enabled


def test_quitting_says_what_stops():
    assert seen(menu(snapshot(), NOW))["quit"].text == "&Quit (stops syncing e-mail and calendar)"
    assert seen(menu(snapshot(stopped(MAIL), running(CALENDAR)), NOW))["quit"].text == "&Quit (stops syncing calendar)"
    assert seen(menu(snapshot(paused(CALENDAR)), NOW))["quit"].text == "&Quit"


def test_before_it_is_set_up_one_can_do_that_or_quit():
    assert list(seen(menu(Snapshot(Stage.NOT_SET_UP), NOW))) == ["state", "set-up", "open-window", "quit"]


def test_exactly_one_entry_is_the_default_and_only_lines_are_empty():
    entries = menu(snapshot(), NOW)
    assert [each.name for each in entries if each.default] == ["open-window"]
    assert all(each.name.startswith("line") for each in entries if not each.text)


def test_no_two_entries_seen_together_share_a_key():
    for language in texts.LANGUAGES:
        texts.use(language)
        for given in (snapshot(), snapshot(paused(MAIL), running(CALENDAR)), Snapshot(Stage.NOT_SET_UP)):
            texts_ = [each.text for each in seen(menu(given, NOW)).values()]
            keys = [text[text.index("&") + 1].lower() for text in texts_ if "&" in text]
            assert len(set(keys)) == len(keys), keys


def test_an_ampersand_in_an_error_marks_no_key():
    broken = Snapshot(Stage.BROKEN, failure=Explained("Hill & Sons refused.", "", ExitCode.PROBLEMS))
    assert menu(broken, NOW)[0].text == "Hill && Sons refused."


@pytest.mark.parametrize(
    ("at", "minutes"),
    [("2026-11-25 17:45", 14 * 60 + 15), ("2026-11-25 02:00", 6 * 60), ("2026-11-25 04:00", 28 * 60)],
)
def test_tomorrow_morning_is_eight_o_clock_and_in_the_small_hours_that_of_today(at, minutes):
    assert minutes_until_morning(datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Madrid"))) == minutes


def test_tomorrow_morning_is_right_over_the_night_the_clocks_go_back():
    evening = datetime(2026, 10, 24, 20, 0, tzinfo=ZoneInfo("Europe/Madrid"))
    assert minutes_until_morning(evening) == 13 * 60
