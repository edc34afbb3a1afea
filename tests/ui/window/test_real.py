"""The window over a real profile: a sandbox CRM and a real CalDAV server; what is clicked happens on both sides."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fm_desktop.app import Profile
from fm_desktop.credentials import Which
from fm_desktop.sandbox.server import SandboxServer
from fm_desktop.sync.browse import Query
from fm_desktop.ui.bridge import Bridge
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.window.profile_records import ProfileRecords
from fm_desktop.ui.windows import Windows
from fm_desktop.ui.wizard.again import SignInWindow
from tests.fakes.agenda import empty
from tests.servers.command import Computer, event

SOON = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y%m%d")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None) as server:
        yield server


@pytest.fixture
def computer(tmp_path, sandbox, radicale_account, monkeypatch) -> Computer:
    """Set up and synced once: one event, in the calendar and in ForceManager."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    empty(sandbox)
    for name in ("work", "private"):
        radicale_account.make_calendar(name, label=name.title(), colour="#ff8800")
    made = Computer(tmp_path / "home", sandbox, radicale_account)
    text = event("lunch", "Lunch", f"{SOON}T100000Z", f"{SOON}T110000Z")
    made.account.put(f"{made.account.home}work/", "lunch.ics", text)
    made.set_up()
    made.sync()
    return made


@pytest.fixture
def records(computer) -> Iterator[ProfileRecords]:
    import logging

    from fm_desktop import logs

    before = list(logging.getLogger().handlers)
    profile = Profile.open(computer.environment)
    yield ProfileRecords(lambda: profile, computer.environment)
    for handler in set(logging.getLogger().handlers) - set(before):
        logs.stop(handler)


@pytest.fixture
def scene(scenes, records):
    made = scenes(records)
    made.desk.show(made.desk.snapshot)
    return made


def subjects(computer: Computer) -> list[str]:
    return sorted(row["subject"] for row in computer.sandbox.store.rows("calendar", "deleted = false"))


def test_what_was_done_is_shown_and_undone_on_the_other_side(scene, computer):
    page = scene.page("activity")
    scene.wait(lambda: page.model.rowCount() == 1)
    assert page.model.index(0, 2).data() == "Lunch"
    scene.press("Undo", page.panel)
    scene.wait(lambda: page.panel.shown is not None and page.panel.shown.undone)
    assert subjects(computer) == ["Lunch"], "an undo is carried out by a sync"
    computer.sync()
    assert subjects(computer) == []


def test_why_an_item_is_where_it_is(scene, records):
    link = records.history(Query(), 0, 1).entries[0].link
    scene.window.show_item(link)
    page = scene.window.current
    scene.wait(lambda: "it is in the calendar “Work” and in ForceManager" in scene.says(page))


def test_R04_a_calendar_is_taken_out_with_its_copies_and_let_in_again(scene, computer, records):
    page = scene.page("calendars")
    work, private = records.calendars()[0].what.id, records.calendars()[1].what.id
    names = {each.what.name: each.what.id for each in records.calendars()}
    assert set(names) == {"Work", "Private"}
    assert "fff" not in scene.says(page)
    records.select_calendar(names["Private"])
    records.deselect_calendar(names["Work"], remove_copies=True)
    computer.sync()
    assert subjects(computer) == []
    records.select_calendar(names["Work"])
    records.target_calendar(names["Work"])
    computer.sync()
    assert subjects(computer) == ["Lunch"]
    assert {work, private} == set(names.values())
    assert records.settings().sync.target_calendar == "Work"


def test_R05_pause_and_stop_reach_the_state(records):
    records.pause(None, 60)
    assert [each.state.value for each in records.status().channels] == ["paused"]
    records.resume(None)
    records.stop(None, forget_credentials=False)
    assert [each.state.value for each in records.status().channels] == ["stopped"]


def test_R13_the_users_contacts_are_there_after_the_first_sync(scene, records):
    page = scene.page("people")
    scene.wait(lambda: page.list.count() > 0)
    person = next(each for each in records.people("", 50) if each.addresses)
    assert records.mail_links(person.addresses[0]).compose == f"mailto:{person.addresses[0]}"


def test_settings_are_written_to_the_file_and_preferences_beside_it(scene, computer, records):
    page = scene.page("settings")
    page.calendar_days.setValue(90)
    page.tell_new.setChecked(False)
    page.autostart.setChecked(True)
    scene.press("Save", page)
    scene.wait(lambda: "Saved." in scene.says(page))
    assert "calendar_history_days = 90" in (computer.home / "settings.toml").read_text()
    assert records.preferences() == Preferences(tell_new_events=False)
    assert records.starts_with_system()
    records.start_with_system(wanted=False)
    assert not records.starts_with_system()


def test_a_setting_that_is_not_possible_is_told_and_not_written(scene, computer):
    page = scene.page("settings")
    page.never_log.setText("somebody@")
    scene.press("Save", page)
    scene.wait(lambda: '“Never log mail with”: "somebody@" is no e-mail address.' in scene.says(page))
    assert "never_log" not in (computer.home / "settings.toml").read_text()
    assert page.save.isEnabled()


def test_every_connection_is_tested_and_a_bundle_holds_no_secret(scene, computer, records, tmp_path):
    page = scene.page("log")
    scene.press("Test connections", page)
    scene.wait(lambda: "Calendar service" in scene.says(page))
    assert "does not work" not in scene.says(page)
    found = records.examine()
    path = tmp_path / "support.zip"
    records.save_bundle(found.bundle, path)
    with zipfile.ZipFile(path) as bundle:
        parts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert parts == dict(found.bundle)
    assert {"diagnosis.json", "settings.toml", "log.txt"} <= set(parts)
    for secret in computer.secrets:
        assert all(secret not in text for text in parts.values())


@pytest.mark.qt_log_ignore("does not support raise", "does not support propagateSizeHints")
@pytest.mark.parametrize("which", Which)
def test_a_refused_secret_has_a_short_path_of_its_own(qtbot, computer, which):
    bridge = Bridge(computer.environment)
    windows = Windows(bridge, computer.environment)
    windows.open_sign_in(which.value)
    window = windows._wizard
    assert isinstance(window, SignInWindow)
    assert window.isVisible()
    windows.open_sign_in(which.value)
    assert windows._wizard is window, "a second wish raises the same window"
    windows.close()
    qtbot.waitUntil(lambda: windows._wizard is None)
    assert bridge.end(5)
