"""The form of the settings: nothing that was filled in is lost, whatever comes in between."""

from fm_desktop.ui.preferences import Preferences
from tests.ui.window import samples


def test_a_switch_of_this_computer_survives_a_look_at_another_page_too(scene):
    page = scene.page("settings")
    page.autostart.setChecked(True)
    scene.page("log")
    scene.page("settings")
    assert page.autostart.isChecked()
    assert page.save.isEnabled()


def test_what_is_filled_in_before_the_answer_is_there_is_not_taken_back(scene):
    page = scene.page("settings")
    page.refresh()
    page.calendar_days.setValue(7)
    scene.settle(page)
    assert page.calendar_days.value() == 7


def test_nothing_can_be_filled_in_while_the_settings_are_saved(scene):
    page = scene.page("settings")
    page.calendar_days.setValue(7)
    scene.press("Save", page)
    assert not page.calendar_days.isEnabled()
    scene.wait(lambda: "It holds from the next sync on." in scene.says(page))
    assert page.calendar_days.isEnabled()
    assert not page.save.isEnabled()


def test_a_language_that_there_is_not_is_that_of_the_system(scenes):
    records = samples.full(lines=5)
    records.likes = Preferences(language="tlh")
    page = scenes(records).page("settings")
    assert page.language.currentData() == ""
    assert page.cards[0].isVisible()
