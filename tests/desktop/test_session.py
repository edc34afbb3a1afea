"""The application among the other parts of a desktop: notifications, the keychain, the end of the session."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from fm_desktop.credentials import SERVICE, Which
from fm_desktop.resources import path_of
from fm_desktop.sync.report import Outcome
from fm_desktop.ui.notify.dbus import DBusNotifier
from fm_desktop.ui.notify.note import Note
from tests.desktop.conftest import ORANGE, TEAL, App
from tests.fakes.agenda import add, only_when_asked, titles
from tests.servers.command import Computer
from tests.servers.desktop import PASSWORD, Desktop, Keychain

pytestmark = pytest.mark.desktop


@pytest.fixture
def app(computer) -> Iterator[App]:
    with Desktop() as desktop:
        yield App(desktop, computer)


# --- notifications ---------------------------------------------------------------------------------


def test_R25_a_new_event_is_notified_and_a_click_on_it_opens_the_window(app):
    app.start_hidden()
    app.desktop.until(lambda: app.desktop.dunst("count", "displayed").strip() == "1", "the summary of the first sync")
    app.desktop.dunst("close-all")
    add(app.computer.account, "Dinner with Ann")
    app.desktop.until(lambda: app.desktop.dunst("count", "displayed").strip() == "1", "the notification")
    assert not app.window()
    app.desktop.dunst("action")
    app.desktop.until(app.window, "the window")
    app.desktop.dunst("close-all")
    told = app.desktop.notifications()
    assert told[0] == ("New in ForceManager", "Dinner with Ann")
    assert told[1][0] == "First sync done"
    assert len(told) == 2


@pytest.fixture
def notifier(app, qapp, monkeypatch) -> Iterator[DBusNotifier]:
    """Speaks to the notification daemon of the desktop."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", app.desktop.environment["DBUS_SESSION_BUS_ADDRESS"])
    made = DBusNotifier(path_of("fm-desktop.svg"))
    yield made
    made.close()


def fail(note: Note) -> None:
    pytest.fail(f"it was not shown: {note}")


def test_a_click_says_which_note_it_was_and_a_later_note_of_the_same_topic_takes_its_place(qtbot, app, notifier):
    clicked: list[Note] = []
    notifier.clicked = clicked.append
    lunch, dinner = Note("New", "Lunch <b>& more", "notice:1", 11), Note("New", "Dinner", "notice:2", 12)
    for note in (lunch, dinner, dinner):
        notifier.show(note, fail)
    qtbot.waitUntil(lambda: app.desktop.dunst("count", "displayed").strip() == "2")
    app.desktop.dunst("action", "0")
    qtbot.waitUntil(lambda: bool(clicked))
    assert clicked == [lunch]
    app.desktop.dunst("close-all")
    assert sorted(body for _, body in app.desktop.notifications()) == ["Dinner", "Lunch &lt;b&gt;&amp; more"]


def test_a_daemon_that_was_started_anew_shows_the_next_note(qtbot, app, notifier):
    for note in (Note("New", "Lunch", "notice:1", 11), Note("New", "Dinner", "notice:2", 12)):
        notifier.show(note, fail)
        qtbot.waitUntil(lambda: app.desktop.dunst("count", "displayed").strip() == "1", timeout=20_000)
        app.desktop.stop_notifications()
        app.desktop.start_notifications()


def test_without_a_bus_a_note_is_handed_on_and_with_one_again_it_is_shown(qtbot, app, notifier, monkeypatch, tmp_path):
    address, note = app.desktop.environment["DBUS_SESSION_BUS_ADDRESS"], Note("New", "Lunch", "notice:1", 11)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    handed_on: list[Note] = []
    notifier.show(note, handed_on.append)
    qtbot.waitUntil(lambda: handed_on == [note])
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    notifier.show(note, fail)
    qtbot.waitUntil(lambda: app.desktop.dunst("count", "displayed").strip() == "1")


# --- the keychain ----------------------------------------------------------------------------------


@pytest.fixture
def with_keychain(computer) -> Iterator[App]:
    """The secrets are in the keychain of the desktop and nowhere else."""
    with Desktop(keychain=Keychain.UNLOCKED) as desktop:
        app = App(desktop, computer)
        keep(app, Which.CRM_PRIVATE_KEY, computer.sandbox.public_key, computer.sandbox.private_key)
        keep(app, Which.PROVIDER_PASSWORD, computer.account.user, computer.account.password)
        for which in (Which.CRM_PRIVATE_KEY, Which.PROVIDER_PASSWORD):
            del computer.environment[which.variable]
        yield app


def keep(app: App, which: Which, account: str, secret: str) -> None:
    program = "import keyring, sys; keyring.set_password(*sys.argv[1:])"
    subprocess.run(
        [sys.executable, "-c", program, SERVICE, f"{which}:{account}", secret], env=app.desktop.environment, check=True
    )


def prompt(app: App) -> list[str]:
    return app.desktop.windows("--class", "gcr-prompter")


def test_a_keychain_that_is_locked_is_told_in_words_and_syncing_goes_on_once_it_is_unlocked(with_keychain):
    app = with_keychain
    app.desktop.lock_keychain()
    app.start("--hidden")
    app.desktop.until(lambda: prompt(app), "the question of the keychain")
    app.desktop.press("Escape")
    app.desktop.until(lambda: app.status().trouble, "trouble")
    assert app.status().trouble.outcome is Outcome.SIGN_IN
    assert app.status().trouble.message == "This computer's keychain is locked."
    assert "Unlock it" in app.status().trouble.next_step
    app.until_icon(ORANGE)
    app.desktop.until(lambda: prompt(app), "the question with the next try")
    app.desktop.output("xdotool", "type", PASSWORD)
    app.desktop.press("Return")
    app.desktop.until(lambda: app.status().last_success, "the first sync")
    app.until_icon(TEAL)


# --- the end ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once(app, number):
    app.start_hidden()
    app.process.send_signal(number)
    assert app.process.wait(timeout=10) == 0


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes every request and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        yield server


def test_it_ends_although_the_crm_does_not_answer_and_nothing_is_lost_or_doubled(app, silent):
    app.start_hidden()
    app.process.terminate()
    assert app.process.wait(timeout=10) == 0
    add(app.computer.account, "Dinner")
    only_when_asked(app.computer)
    settings = app.computer.home / "settings.toml"
    kept = settings.read_text()
    settings.write_text(kept.replace(app.computer.sandbox.url, f"http://127.0.0.1:{silent.getsockname()[1]}/api/v4"))
    (app.computer.home / "state" / "crm.session").unlink()
    app.start("--hidden")
    connection, _ = silent.accept()
    with connection:
        assert connection.recv(16).startswith(b"POST /api/v4")
        app.process.terminate()
        assert app.process.wait(timeout=10) == 0  # its requests wait for 30 seconds
    settings.write_text(kept)
    assert app.computer.sync()["crm"]["created"] == 1
    assert titles(app.computer.sandbox) == ["Dinner", "Lunch"]


def test_two_computers_are_two_profiles(app, tmp_path, sandbox, radicale_account):
    """Two applications of two profiles run side by side."""
    other = Computer(tmp_path / "other", sandbox, radicale_account)
    other.set_up()
    app.start("--hidden")
    second = App(app.desktop, other)
    second.start("--hidden")
    app.desktop.until(lambda: app.status().last_success and second.status().last_success, "both sync")
    assert app.process.poll() is None
    assert second.process.poll() is None
