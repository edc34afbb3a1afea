"""Which window opens when, over a real profile."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget

from fm_desktop.errors import ExitCode, Explained
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sync.control import Channel, Running
from fm_desktop.ui.application import Application
from fm_desktop.ui.instance import Instance
from fm_desktop.ui.menu import Entry, Wish
from fm_desktop.ui.notify.note import Note
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.snapshot import Face, Stage, face
from tests.servers.command import Computer

# Qt looks for the tray of X where there is no X.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")

PATIENCE_MS = 40_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(rate_limit=None) as server:
        yield server


@pytest.fixture
def computer(tmp_path, sandbox, radicale_account) -> Computer:
    radicale_account.make_calendar("work", label="Work")
    made = Computer(tmp_path / "home", sandbox, radicale_account)
    made.set_up()
    return made


@pytest.fixture
def start(qapp, computer):
    """Starts the application, hidden or not; all are ended."""
    started = []

    def run(*, hidden: bool = True) -> Application:
        instance = Instance(computer.home / "state")
        assert instance.is_first()
        started.append(Application(qapp, computer.environment, instance, hidden=hidden))
        return started[-1]

    yield run
    for each in started:
        assert each.end()
        each.deleteLater()


def shown() -> list[str]:
    return [each.windowTitle() for each in QApplication.topLevelWidgets() if each.isVisible()]


def wish(application: Application, what: Wish, channel: Channel | None = None) -> None:
    application.tray.wished.emit(Entry("test", wish=what, channel=channel))


def test_started_by_a_person_it_opens_its_window_and_hidden_it_does_not(qtbot, start):
    application = start(hidden=False)
    qtbot.waitUntil(lambda: shown() == ["FM Desktop"], timeout=PATIENCE_MS)
    assert application.bridge.snapshot.stage is Stage.WORKING


def test_without_the_desktops_notifications_it_works_and_can_be_called(qtbot, start, monkeypatch, caplog):
    def broken(*arguments: object) -> None:
        raise RuntimeError("no bus")

    monkeypatch.setattr("fm_desktop.ui.notify.dbus.DBusNotifier", broken)
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    assert application._instance._server.isListening()
    assert "notifications of this desktop cannot be used" in caplog.text


def test_hidden_it_stays_so_until_it_is_asked_for(qtbot, start):
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    assert shown() == []
    wish(application, Wish.OPEN_SETTINGS)
    qtbot.waitUntil(lambda: shown() == ["FM Desktop"], timeout=PATIENCE_MS)
    assert application.windows._main.buttons["settings"].isChecked()


def test_a_clicked_notification_opens_the_item_and_one_of_several_the_activity(qtbot, start, monkeypatch):
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    with qtbot.waitSignal(application.bridge.open_item) as opened:
        application._note_clicked(Note("New", "Lunch", "notice:1", 7))
    assert opened.args == [7]
    wish(application, Wish.OPEN_SETTINGS)
    qtbot.waitUntil(lambda: shown() == ["FM Desktop"], timeout=PATIENCE_MS)
    application._note_clicked(Note("7 new events", "…", "new"))
    assert application.windows._main.buttons["activity"].isChecked()


def test_settings_that_are_broken_are_told_with_the_next_step_and_can_be_tried_again(qtbot, start, computer):
    settings = computer.home / "settings.toml"
    kept = settings.read_text()
    settings.write_text(kept.replace("[sync]", "[sync]\ncolour = 3"))
    application = start()
    qtbot.waitUntil(lambda: shown() == ["FM Desktop cannot start"], timeout=PATIENCE_MS)
    window = application.windows._trouble
    assert "colour" in window.message.text()
    assert "settings.toml" in window.next_step.text()
    settings.write_text(kept)
    window.again.click()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    assert shown() == []


def test_before_it_is_set_up_the_wizard_opens_once(qtbot, start, computer):
    (computer.home / "settings.toml").unlink()
    application = start(hidden=False)
    qtbot.waitUntil(lambda: len(shown()) == 1, timeout=PATIENCE_MS)
    wizard = application.windows._wizard
    assert isinstance(wizard, QWidget)
    wish(application, Wish.SET_UP)
    wish(application, Wish.OPEN_WINDOW)
    assert application.windows._wizard is wizard
    assert len(shown()) == 1


def test_R05_stopping_from_the_tray_asks_first(qtbot, start):
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    wish(application, Wish.STOP, Channel.CALENDAR)
    qtbot.waitUntil(lambda: any(each.startswith("Stop syncing") for each in shown()), timeout=PATIENCE_MS)
    question = next(each for each in QApplication.topLevelWidgets() if each.windowTitle().startswith("Stop syncing"))
    assert application.bridge.snapshot.channels[0].state is Running.RUNNING
    question.buttons[0].click()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.STOPPED, timeout=PATIENCE_MS)
    wish(application, Wish.START, Channel.CALENDAR)
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)


def test_both_sides_are_one_click_away(qtbot, start, sandbox, monkeypatch):
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    wish(application, Wish.OPEN_CRM)
    wish(application, Wish.OPEN_MAIL)
    assert [each.toString() for each in opened] == [sandbox.url.replace("/api/v4", "/"), "mailto:"]


def test_closing_the_last_window_quits_only_where_there_is_no_icon(qtbot, start, qapp, monkeypatch):
    quits: list[bool] = []
    application = start(hidden=False)
    monkeypatch.setattr(qapp, "quit", lambda: quits.append(True))
    qtbot.waitUntil(lambda: shown() == ["FM Desktop"], timeout=PATIENCE_MS)
    application.bridge.has_tray = True
    application._last_window_closed()
    assert quits == []
    application.bridge.has_tray = False
    application._last_window_closed()
    assert quits == [True]


def boxes() -> list[QMessageBox]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()]


def test_what_could_not_be_done_is_told_without_any_window_too_and_as_it_is_written(qtbot, start):
    """Nobody held the box, so that it was gone before it was seen."""
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    application.bridge.failed.emit(Explained("<b>Full</b>", "Make <i>room</i>.", ExitCode.PROBLEMS))
    gc.collect()
    QApplication.processEvents()
    assert [each.text() for each in boxes()] == ["<b>Full</b>"]
    formats = {each.textFormat() for each in boxes()[0].findChildren(QLabel) if each.text()}
    assert formats == {Qt.TextFormat.PlainText}
    boxes()[0].close()
    qtbot.waitUntil(lambda: boxes() == [])


def test_signing_in_again_with_settings_that_cannot_be_read_by_now_says_so(qtbot, start, computer):
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    settings = computer.home / "settings.toml"
    settings.write_text(settings.read_text().replace("[sync]", "[sync]\ncolour = 3"))
    application.windows.open_sign_in("provider-password")
    assert "colour" in boxes()[0].text()
    boxes()[0].close()


def test_a_state_that_can_be_read_again_takes_its_trouble_away_and_opens_no_second_engine(qtbot, start):
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    status, trouble = application.bridge.snapshot.status, Explained("The disk is full.", "", ExitCode.PROBLEMS)
    application.bridge._change(status=None, failure=trouble)
    assert shown() == ["FM Desktop cannot start"]
    application.windows._trouble.close()
    application.bridge._change(syncing=True)
    assert shown() == []  # who has closed it has read it
    application.bridge._change(syncing=False, failure=Explained("Something else.", "", ExitCode.PROBLEMS))
    assert shown() == ["FM Desktop cannot start"]
    application.bridge._change(status=status, failure=None)
    assert shown() == []


def test_another_language_is_that_of_the_tray_at_once(qtbot, start):
    application = start()
    qtbot.waitUntil(lambda: face(application.bridge.snapshot) is Face.OK, timeout=PATIENCE_MS)
    application.bridge.use_preferences(Preferences(language="es"))
    assert application.tray._actions["sync-now"].text() == "Sincronizar &ahora"
    application.bridge.use_preferences(Preferences(language="en"))
    assert application.tray._actions["sync-now"].text() == "Sync &now"
