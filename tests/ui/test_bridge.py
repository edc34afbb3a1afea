"""The bridge over a real profile: a sandbox CRM, a real CalDAV server, other processes that decide things."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QObject

from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sync.control import Channel, Running
from fm_desktop.ui import watcher as watcher_module
from fm_desktop.ui.bridge import Bridge
from fm_desktop.ui.snapshot import Face, Stage, face
from tests.fakes.agenda import add, at_work, only_when_asked, titles
from tests.servers.command import Computer, end, eventually

PATIENCE_MS = 40_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(rate_limit=None) as server:
        yield server


@pytest.fixture
def computer(tmp_path, sandbox, radicale_account) -> Computer:
    """Set up, with a calendar of one event. Both sides are looked at once an hour unless somebody asks."""
    made = at_work(tmp_path / "home", sandbox, radicale_account)
    only_when_asked(made)
    return made


@pytest.fixture
def bridge(qapp, computer) -> Iterator[Bridge]:
    made = Bridge(computer.environment)
    yield made
    assert made.end(20)


@pytest.fixture
def working(qtbot, bridge) -> Bridge:
    """After its first cycle."""
    with qtbot.waitSignal(bridge.cycle_ended, timeout=PATIENCE_MS):
        bridge.open()
    qtbot.waitUntil(lambda: face(bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    return bridge


def standing(bridge: Bridge) -> Running:
    return bridge.snapshot.channels[0].state


def test_it_opens_the_profile_and_syncs_and_tells_each_step_in_the_thread_of_the_window(qtbot, bridge, computer):
    stages, threads = [], set()

    def hear(snapshot):
        stages.append((snapshot.stage, snapshot.syncing))
        threads.add(threading.current_thread())

    bridge.changed.connect(hear)
    with qtbot.waitSignal(bridge.cycle_ended, timeout=PATIENCE_MS) as ended:
        bridge.open()
    assert ended.args[0].crm.created == 1
    assert titles(computer.sandbox) == ["Lunch"]
    qtbot.waitUntil(
        lambda: bridge.snapshot.status is not None and bridge.snapshot.status.linked == 1, timeout=PATIENCE_MS
    )
    assert {(Stage.WORKING, True), (Stage.WORKING, False)} <= set(stages)
    assert threads == {threading.main_thread()}
    assert bridge.snapshot.next_run is not None


def test_syncing_now_does_not_wait_for_the_interval(qtbot, working, computer):
    add(computer.account, "Dinner")
    with qtbot.waitSignal(working.cycle_ended, timeout=PATIENCE_MS):
        working.sync_now()
    assert titles(computer.sandbox) == ["Dinner", "Lunch"]


def test_R05_pause_and_resume_are_seen_at_once(qtbot, working):
    working.pause(60)
    qtbot.waitUntil(lambda: standing(working) is Running.PAUSED, timeout=PATIENCE_MS)
    left = working.snapshot.paused_until - datetime.now(UTC)
    assert timedelta(minutes=58) < left <= timedelta(minutes=60)
    assert face(working.snapshot) is Face.PAUSED
    working.resume()
    qtbot.waitUntil(lambda: standing(working) is Running.RUNNING, timeout=PATIENCE_MS)


def test_R05_what_another_process_decides_reaches_the_running_application(qtbot, working, computer):
    computer.does("stop", "calendar", "--keep-credentials")
    qtbot.waitUntil(lambda: face(working.snapshot) is Face.STOPPED, timeout=PATIENCE_MS)
    add(computer.account, "Dinner")
    with qtbot.waitSignal(working.cycle_ended, timeout=PATIENCE_MS, check_params_cb=lambda report: report.crm.created):
        computer.does("resume")
    assert titles(computer.sandbox) == ["Dinner", "Lunch"]


def test_R05_a_pause_does_not_end_in_starting_what_was_stopped(qtbot, working):
    working.stop(Channel.CALENDAR)
    qtbot.waitUntil(lambda: standing(working) is Running.STOPPED, timeout=PATIENCE_MS)
    profile = working.profile
    profile.pause(None, 60)
    assert profile.status().channels[0].state is Running.STOPPED
    working.pause(60)
    working.resume()
    with qtbot.waitSignal(working.noticed, timeout=PATIENCE_MS):
        working.look_now()
    assert standing(working) is Running.STOPPED
    working.resume(Channel.CALENDAR)
    qtbot.waitUntil(lambda: standing(working) is Running.RUNNING, timeout=PATIENCE_MS)


def test_a_new_event_is_noticed_until_it_is_marked(qtbot, working, computer):
    working.profile.mark_shown([each.id for each in _unshown(working)])
    add(computer.account, "Dinner")
    with qtbot.waitSignal(
        working.noticed, timeout=PATIENCE_MS, check_params_cb=lambda found: _kinds(found) == ["new"]
    ) as heard:
        working.sync_now()
    (notice,) = heard.args[0]
    assert (notice.kind, notice.text) == ("new", "Dinner")
    with qtbot.waitSignal(working.noticed, timeout=PATIENCE_MS, check_params_cb=lambda found: not found):
        working.mark_shown((notice.id,))


def _kinds(notices) -> list[str]:
    return [each.kind for each in notices]


def _unshown(bridge: Bridge):
    store = bridge.profile.open_store()
    try:
        return bridge.profile.look(store).notices
    finally:
        store.close()


def test_without_settings_it_says_so_and_goes_on_once_there_are_some(qtbot, qapp, tmp_path, computer):
    settings = computer.home / "settings.toml"
    kept = settings.read_text()
    settings.unlink()
    bridge = Bridge(computer.environment)
    bridge.open()
    qtbot.waitUntil(lambda: bridge.snapshot.stage is Stage.NOT_SET_UP, timeout=PATIENCE_MS)
    settings.write_text(kept)
    with qtbot.waitSignal(bridge.cycle_ended, timeout=PATIENCE_MS):
        bridge.reopen()
    assert bridge.snapshot.stage is Stage.WORKING
    assert bridge.end(20)


def test_broken_settings_are_told_in_words_and_can_be_mended(qtbot, bridge, computer):
    settings = computer.home / "settings.toml"
    kept = settings.read_text()
    settings.write_text(kept.replace("[sync]", "[sync]\ncolour = 3"))
    bridge.open()
    qtbot.waitUntil(lambda: bridge.snapshot.stage is Stage.BROKEN, timeout=PATIENCE_MS)
    assert "colour" in bridge.snapshot.failure.message
    assert face(bridge.snapshot) is Face.ATTENTION
    settings.write_text(kept)
    with qtbot.waitSignal(bridge.cycle_ended, timeout=PATIENCE_MS):
        bridge.open()
    assert bridge.snapshot.failure is None


def test_a_state_that_cannot_be_used_is_told_in_words(qtbot, bridge, computer):
    (computer.home / "state").mkdir(exist_ok=True)
    state = computer.home / "state" / "sync.sqlite3"
    state.unlink(missing_ok=True)
    state.mkdir()
    bridge.open()
    qtbot.waitUntil(lambda: bridge.snapshot.stage is Stage.BROKEN, timeout=PATIENCE_MS)
    assert "sync.sqlite3" in bridge.snapshot.failure.message


def test_another_process_that_syncs_is_left_alone_and_succeeded(qtbot, bridge, computer):
    with computer.loop() as process:
        eventually(lambda: titles(computer.sandbox) == ["Lunch"], "the other process syncs")
        bridge.open()
        qtbot.waitUntil(lambda: bridge.snapshot.elsewhere, timeout=PATIENCE_MS)
        assert face(bridge.snapshot) is Face.OK
        with qtbot.waitSignal(bridge.cycle_ended, timeout=PATIENCE_MS):
            end(process)
    qtbot.waitUntil(lambda: not bridge.snapshot.elsewhere, timeout=PATIENCE_MS)


def test_changed_settings_are_worked_with_at_once(qtbot, working, computer):
    settings = computer.home / "settings.toml"
    settings.write_text(settings.read_text().replace("interval_seconds = 3600", "interval_seconds = 1800"))
    with qtbot.waitSignal(working.cycle_ended, timeout=PATIENCE_MS):
        working.reopen()
    assert working.profile.settings.sync.interval_seconds == 1800
    assert working.snapshot.stage is Stage.WORKING


def test_after_sleep_or_a_clock_set_back_a_cycle_comes_soon(qtbot, working, monkeypatch):
    """The wall clock goes another way than time does."""
    real = watcher_module.time.time
    for jump in (-7_200.0, 7_200.0):
        with qtbot.waitSignal(working._jumped, timeout=PATIENCE_MS) as heard:
            monkeypatch.setattr(watcher_module.time, "time", lambda jump=jump: real() + jump)
        assert abs(heard.args[0]) > 7_000
    monkeypatch.setattr("fm_desktop.ui.bridge.NETWORK_SECONDS", 0.05)
    with qtbot.waitSignal(working.cycle_ended, timeout=PATIENCE_MS):
        working.network_is_back()


def test_an_answer_comes_in_this_thread_and_not_to_a_window_that_is_gone(qtbot, working):
    gone = QObject()
    heard: list[object] = []
    release = threading.Event()
    working.ask(lambda _: release.wait(20), heard.append, owner=gone)
    working.ask(
        lambda profile: profile.settings.crm.user, lambda name: heard.append((name, threading.current_thread()))
    )
    gone.deleteLater()
    qtbot.waitUntil(lambda: len(heard) == 1)
    release.set()
    with qtbot.waitSignal(working.failed, timeout=PATIENCE_MS) as told:
        working.ask(lambda profile: profile.undo(999))
    assert heard == [("emma@example.com", threading.main_thread())]
    assert told.args[0].message


def test_what_nobody_foresaw_is_told_and_logged(qtbot, working, computer):
    def fails(_profile):
        raise ZeroDivisionError("a defect")

    with qtbot.waitSignal(working.failed, timeout=PATIENCE_MS) as told:
        working.ask(fails)
    assert "a defect" in told.args[0].message
    assert "ZeroDivisionError" in (computer.home / "logs" / "fm-desktop.log").read_text()


def engines() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name in {"engine", "watcher"}]


def test_opened_anew_several_times_in_a_row_there_is_one_engine(qtbot, working, computer):
    """The second click came before the first was carried out, and both began an engine."""
    opened: list[bool] = []
    working.opened.connect(lambda: opened.append(True))
    working.reopen()
    working.open()
    working.reopen()
    qtbot.waitUntil(lambda: bool(opened), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: face(working.snapshot) is Face.OK, timeout=PATIENCE_MS)
    assert working.end(20)
    assert opened == [True]
    qtbot.waitUntil(lambda: engines() == [], timeout=PATIENCE_MS)


def test_a_notice_that_cannot_be_noted_as_shown_opens_no_box(qtbot, working, monkeypatch, caplog):
    """On a full disk each notification would have been followed by a box that nobody asked for."""
    told = []
    working.failed.connect(told.append)

    def full(_notices):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(working.profile, "mark_shown", full)
    working.mark_shown((1,))
    qtbot.waitUntil(lambda: "could not be noted" in caplog.text, timeout=PATIENCE_MS)
    assert told == []
