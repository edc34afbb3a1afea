"""The tray icon and its menu, without a panel: Qt says there is none, until a test says otherwise."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.status import Status
from fm_desktop.ui import tray as tray_module
from fm_desktop.ui.menu import Wish
from fm_desktop.ui.snapshot import Face, Snapshot, Stage
from fm_desktop.ui.tray import Tray

# Qt looks for the tray of X where there is no X.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")


def snapshot(state: Running = Running.RUNNING, *, syncing: bool = False) -> Snapshot:
    return Snapshot(Stage.WORKING, Status((Standing(Channel.CALENDAR, state),), None, None, 0, 0, 0, 0), syncing)


@pytest.fixture
def panel(monkeypatch):
    """Whether there is a panel: `panel["there"] = True` starts one."""
    state = {"there": False}
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: state["there"]))
    return state


@pytest.fixture
def tray(qapp, panel):
    made = Tray()
    made.start()
    yield made
    made.close()


def texts(tray: Tray) -> dict[str, str]:
    return {each.objectName(): each.text() for each in tray.menu.actions() if each.isVisible()}


def trigger(tray: Tray, name: str) -> None:
    tray._actions[name].trigger()


def test_the_icon_comes_when_a_panel_does(qtbot, tray, panel):
    assert not tray.is_there
    with qtbot.waitSignal(tray.appeared):
        panel["there"] = True
        tray.look_for_panel()
    assert tray.icon.isVisible()
    with qtbot.waitSignal(tray.vanished):
        panel["there"] = False
        tray.look_for_panel()
    with qtbot.waitSignal(tray.appeared):
        panel["there"] = True
        tray.look_for_panel()


def test_a_panel_is_looked_for_again_and_again(qtbot, qapp, panel, monkeypatch):
    monkeypatch.setattr(tray_module, "LOOK_FOR_PANEL_MS", 10)
    made = Tray()
    made.start()
    with qtbot.waitSignal(made.appeared):
        panel["there"] = True
    made.close()


def test_the_menu_is_one_object_whose_entries_change(tray):
    before = {name: id(action) for name, action in tray._actions.items()}
    tray.show(snapshot())
    assert "stop-calendar" in texts(tray)
    tray.show(snapshot(Running.PAUSED))
    assert texts(tray)["resume"] == "&Resume"
    assert {name: id(action) for name, action in tray._actions.items()} == before
    assert tray.icon.contextMenu() is tray.menu


def test_the_default_entry_is_to_open_the_window(tray):
    assert tray.menu.defaultAction().objectName() == "open-window"


@pytest.mark.parametrize(
    ("name", "wish", "minutes"),
    [
        ("sync-now", Wish.SYNC_NOW, None),
        ("pause-hour", Wish.PAUSE, 60),
        ("pause-open", Wish.PAUSE, None),
        ("quit", Wish.QUIT, None),
    ],
)
def test_a_chosen_entry_becomes_a_wish(qtbot, tray, name, wish, minutes):
    tray.show(snapshot())
    with qtbot.waitSignal(tray.wished) as asked:
        trigger(tray, name)
    assert (asked.args[0].wish, asked.args[0].minutes) == (wish, minutes)


def test_a_click_on_the_icon_opens_the_window(qtbot, tray):
    with qtbot.waitSignal(tray.wished) as asked:
        tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert asked.args[0].wish is Wish.OPEN_WINDOW


def test_the_right_button_opens_only_the_menu(qtbot, tray):
    with qtbot.assertNotEmitted(tray.wished):
        tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)


def test_the_icon_does_not_flicker_for_a_cycle_that_is_over_at_once(qtbot, tray):
    tray.show(snapshot())
    assert tray._face is Face.OK
    tray.show(snapshot(syncing=True))
    assert tray._face is Face.OK
    tray.show(snapshot())
    assert not tray._syncing.isActive()


def test_a_longer_cycle_shows(qtbot, tray):
    tray.show(snapshot())
    tray.show(snapshot(syncing=True))
    qtbot.waitUntil(lambda: tray._face is Face.SYNCING)


def test_the_tooltip_follows(tray):
    tray.show(snapshot(Running.STOPPED))
    assert tray.icon.toolTip().startswith("FM Desktop: Syncing is stopped")
