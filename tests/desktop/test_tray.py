"""The icon, its menu and its window in real panels of both kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fm_desktop.sync.control import Running
from tests.desktop.conftest import GREY, TEAL, App, without_notifications
from tests.fakes.agenda import add, only_when_asked
from tests.servers.desktop import Desktop, Panel

pytestmark = pytest.mark.desktop


@pytest.fixture(params=list(Panel), ids=["embedded", "over-the-bus"])
def app(request: pytest.FixtureRequest, computer) -> Iterator[App]:
    without_notifications(computer)
    with Desktop(request.param) as desktop:
        yield App(desktop, computer)


@pytest.fixture
def bare(computer) -> Iterator[App]:
    """A desktop without any panel."""
    with Desktop(None) as desktop:
        yield App(desktop, computer)


def test_R05_the_icon_appears_and_its_menu_pauses_resumes_and_quits(app):
    only_when_asked(app.computer)
    at = app.start_hidden()
    assert not app.window()
    add(app.computer.account, "Dinner")
    app.choose(at, "n")
    app.desktop.until(lambda: app.status().linked == 2, "the sync that was asked for")
    app.choose(at, "p", "h")
    app.desktop.until(lambda: app.standing() is Running.PAUSED, "a pause")
    at = app.until_icon(GREY)
    assert app.status().channels[0].until is not None
    before = app.status().last_success
    app.choose(at, "r")
    app.desktop.until(lambda: app.status().last_success != before, "the sync after the pause")
    app.choose(app.until_icon(TEAL), "q")
    assert app.process.wait(timeout=10) == 0


def test_R05_stopping_asks_about_the_sign_in_and_survives_a_restart(app):
    app.choose(app.start_hidden(), "Down")
    app.desktop.press("Down", "Down", "Return")
    app.desktop.until(lambda: app.desktop.windows("--name", "Stop syncing"), "the question")
    app.desktop.press("alt+k")
    app.until_icon(GREY)
    assert app.standing() is Running.STOPPED
    app.process.terminate()
    assert app.process.wait(timeout=10) == 0
    app.start("--hidden")
    at = app.until_icon(GREY)
    app.choose(at, "Down")
    app.desktop.press("Return")
    app.desktop.until(lambda: app.standing() is Running.RUNNING, "the start")


def test_a_second_start_raises_the_window_of_the_first_and_ends_well_as_does_a_click(app):
    at = app.start_hidden()
    assert not app.window()
    assert app.start_again().wait(timeout=20) == 0
    app.desktop.until(app.window, "the window of the first")
    assert app.process.poll() is None
    app.desktop.press("ctrl+w")
    app.desktop.until(lambda: not app.window(), "the window closed")
    app.desktop.click(at)
    app.desktop.until(app.window, "the window again")


def test_without_a_panel_the_window_opens_and_with_one_later_the_icon_comes(bare):
    bare.start()
    bare.desktop.until(bare.window, "the window")
    bare.desktop.start_panel(Panel.XEMBED)
    bare.until_icon(TEAL)
    bare.desktop.stop_panel()
    bare.desktop.until(lambda: bare.desktop.find_colour(TEAL) is None, "the panel is gone")
    bare.desktop.start_panel(Panel.XEMBED)
    bare.until_icon(TEAL)


def test_a_panel_of_the_other_kind_may_come_later_too(bare):
    bare.start("--hidden")
    bare.desktop.until(lambda: bare.status().linked == 1, "the first sync")
    bare.desktop.start_panel(Panel.SNI)
    bare.until_icon(TEAL)


def test_closing_the_window_where_there_is_no_icon_ends_the_application(bare):
    bare.start()
    bare.desktop.until(bare.window, "the window")
    bare.desktop.press("ctrl+w")
    assert bare.process.wait(timeout=10) == 0
