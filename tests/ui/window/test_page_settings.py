"""The page of settings: what is saved, refused, discarded."""

from datetime import time

from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.policy import Direction
from fm_desktop.ui.preferences import Preferences


def test_settings_are_saved_through_the_desk_and_tell_from_when_they_hold(scene):
    page = scene.page("settings")
    assert not page.save.isEnabled()
    page.directions[Direction.TO_CRM].setChecked(True)
    page.calendar_days.setValue(90)
    assert page.save.isEnabled()
    with scene.qtbot.waitSignal(scene.desk.settings_changed):
        scene.press("Save", page)
    assert ("settings", {"sync": {"type": Direction.TO_CRM, "calendar_history_days": 90}}) in scene.records.done
    scene.wait(lambda: "It holds from the next sync on." in scene.says(page))
    assert not page.save.isEnabled()


def test_R25_messages_in_the_own_inbox_are_off_until_they_are_switched_on(scene):
    page = scene.page("settings")
    assert not page.note_new.isChecked()
    page.note_new.setChecked(True)
    with scene.qtbot.waitSignal(scene.desk.settings_changed):
        scene.press("Save", page)
    assert ("settings", {"email": {"note_new_events": True}}) in scene.records.done


def test_quiet_hours_and_autostart_are_preferences_of_this_computer(scene):
    page = scene.page("settings")
    assert not page.quiet_from.isEnabled()
    page.quiet.setChecked(True)
    page.tell_new.setChecked(False)
    page.autostart.setChecked(True)
    with scene.qtbot.waitSignal(scene.desk.preferences_changed) as heard:
        scene.press("Save", page)
    expected = Preferences(tell_new_events=False, quiet_from=time(20), quiet_until=time(8))
    assert heard.args == [expected]
    assert scene.records.done == [("preferences", expected), ("autostart", True)]


def test_settings_that_are_refused_stay_as_they_were_filled_in(scene):
    page = scene.page("settings")
    page.calendar_days.setValue(90)
    scene.records.error = SettingsError("[sync] calendar_history_days = 90 is not possible.", "Choose another number.")
    scene.press("Save", page)
    scene.wait(lambda: "Choose another number." in scene.says(page))
    assert page.calendar_days.value() == 90
    assert page.save.isEnabled()


def test_changes_are_discarded(scene):
    page = scene.page("settings")
    page.follow.setChecked(True)
    scene.press("Discard changes", page)
    assert not page.follow.isChecked()
    assert not page.save.isEnabled()


def test_half_filled_in_settings_survive_a_look_at_another_page(scene):
    page = scene.page("settings")
    page.calendar_days.setValue(7)
    scene.page("log")
    scene.page("settings")
    assert page.calendar_days.value() == 7


def test_another_language_is_spoken_at_once_and_the_page_stays(scene):
    page = scene.page("settings")
    page.language.setCurrentIndex(page.language.findData("es"))
    scene.press("Save", page)
    scene.wait(lambda: scene.window.buttons["settings"].text().replace("&", "") == "Ajustes")
    assert scene.window.current is scene.window.pages["settings"]
