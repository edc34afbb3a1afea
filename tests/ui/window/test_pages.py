"""Each page of the window: what is done on it reaches the desk, and what went wrong is said with a next step."""

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QAccessible, QDesktopServices
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QRadioButton

from fm_desktop.credentials import Which
from fm_desktop.port import Unreachable
from fm_desktop.settings_errors import SettingsError
from fm_desktop.sync.calendars import UnknownCalendar
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.policy import Direction
from fm_desktop.sync.report import Outcome
from fm_desktop.ui.preferences import Preferences
from fm_desktop.ui.widgets import Banner, Pill
from fm_desktop.ui.window.pages.log import BundleDialog
from fm_desktop.ui.window.questions import Question
from tests.ui.window import samples

# --- overview ----------------------------------------------------------------------------------------


def show_standing(scene, state, until=None):
    channels = (Standing(Channel.CALENDAR, state, until),)
    scene.desk.show(replace(samples.in_step(), status=samples.status(channels=channels)))
    return scene.page("overview")


def test_sync_now_is_wished_for(scene):
    page = scene.page("overview")
    with scene.qtbot.waitSignal(scene.desk.sync_wanted):
        scene.press("Sync now", page)
    scene.done("sync")


def test_R05_a_channel_is_paused_for_a_time_and_resumed(scene):
    page = show_standing(scene, Running.RUNNING)
    choices = scene.buttons("Pause", page)[0].menu().actions()
    assert [each.text().replace("&", "") for each in choices] == [
        "For 1 hour",
        "Until tomorrow morning",
        "Until I resume",
    ]
    choices[0].trigger()
    scene.done("pause", Channel.CALENDAR, 60)
    choices[2].trigger()
    scene.done("pause", Channel.CALENDAR, None)
    page = show_standing(scene, Running.PAUSED)
    scene.press("Resume", page)
    scene.done("resume", Channel.CALENDAR)


@pytest.mark.parametrize(
    ("answer", "forget"), [("Stop, and keep the sign-in", False), ("Stop, and forget the sign-in", True)]
)
def test_R05_stopping_asks_whether_the_sign_in_is_kept(scene, answer, forget):
    page = show_standing(scene, Running.RUNNING)
    scene.press("Stop syncing…", page)
    question = page.findChild(Question)
    assert "Nothing is deleted on either side" in scene.says(question)
    assert scene.records.done == []
    scene.press(answer, question)
    scene.done("stop", Channel.CALENDAR, forget)


def test_a_stop_that_is_cancelled_stops_nothing(scene):
    page = show_standing(scene, Running.RUNNING)
    scene.press("Stop syncing…", page)
    scene.press("Cancel", page.findChild(Question))
    scene.wait(lambda: page.findChild(Question) is None)
    assert scene.records.done == []


def test_R05_a_stopped_channel_is_started_again(scene):
    page = show_standing(scene, Running.STOPPED)
    assert [each.text for each in page.findChildren(Pill) if each.isVisible()] == ["Stopped"]
    scene.press("Start syncing", page)
    scene.done("resume", Channel.CALENDAR)


def test_what_needs_the_user_leads_to_its_page(scene):
    scene.desk.show(samples.waiting())
    page = scene.page("overview")
    scene.press("Decide…", page)
    assert scene.window.current is scene.window.pages["held"]
    scene.page("overview")
    scene.press("See problems", page)
    assert scene.window.current is scene.window.pages["problems"]
    assert scene.window.buttons["problems"].number == 3
    assert scene.window.buttons["held"].accessibleName() == "Waiting for you, 13 wait"


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("ForceManager did not accept the API keys.", Which.CRM_PRIVATE_KEY),
        ("The private key of ForceManager for k is not in this computer's keychain.", Which.CRM_PRIVATE_KEY),
        ("caldav.example.com did not accept the user name or the password.", Which.PROVIDER_PASSWORD),
    ],
)
def test_a_refused_sign_in_offers_to_sign_in_there(scene, said, secret):
    scene.desk.show(samples.troubled(Outcome.SIGN_IN, said, ""))
    page = scene.page("overview")
    with scene.qtbot.waitSignal(scene.desk.sign_in_wanted) as wanted:
        scene.press("Sign in again…", page)
    assert wanted.args == [secret.value]


def test_a_locked_keychain_is_tried_again_and_no_sign_in(scene):
    error = samples.locked_keychain()
    scene.desk.show(samples.troubled(Outcome.SIGN_IN, str(error), error.next_step))
    page = scene.page("overview")
    assert scene.buttons("Sign in again…", page) == []
    with scene.qtbot.waitSignal(scene.desk.sync_wanted):
        scene.press("Try now", page)


def test_a_first_sync_shows_how_much_is_left(scene):
    scene.desk.show(samples.first_sync())
    page = scene.page("overview")
    assert "836 items left" in scene.says(page)
    assert page._progress._bar.value() == 412
    assert not page.sync_now.isEnabled()


def test_a_snapshot_that_changes_nothing_leaves_the_focus_alone(scene):
    page = show_standing(scene, Running.RUNNING)
    button = scene.buttons("Pause", page)[0]
    scene.desk.show(replace(scene.desk.snapshot, elsewhere=False))
    assert scene.buttons("Pause", page)[0] is button


# --- calendars ---------------------------------------------------------------------------------------


def box(page, name):
    QApplication.processEvents()
    return next(
        each
        for each in page.findChildren(QCheckBox)
        if each.isVisible() and each.accessibleName() == f"Takes part: {name}"
    )


def test_R04_a_calendar_is_let_in(scene):
    page = scene.page("calendars")
    box(page, "Private").click()
    scene.done("select", "/emma/1/")
    scene.settle(page)
    scene.wait(lambda: "“Private” takes part from now on." in scene.says(page))
    assert box(page, "Private").isChecked()


@pytest.mark.parametrize(
    ("answer", "remove"),
    [("Leave the copies in ForceManager", False), ("Remove the copies from ForceManager", True)],
)
def test_R04_taking_a_calendar_out_asks_what_becomes_of_the_copies(scene, answer, remove):
    page = scene.page("calendars")
    box(page, "Work").click()
    assert scene.records.done == []
    scene.press(answer, page.findChild(Question))
    scene.done("deselect", "/emma/0/", remove)


def test_R04_a_question_that_is_cancelled_changes_nothing(scene):
    page = scene.page("calendars")
    box(page, "Work").click()
    scene.press("Cancel", page.findChild(Question))
    assert box(page, "Work").isChecked()
    assert scene.records.done == []


def test_R04_new_items_go_to_another_calendar_that_can_be_written(scene):
    page = scene.page("calendars")
    targets = {each.accessibleName(): each for each in page.findChildren(QRadioButton)}
    assert "New items go here: Holidays in Spain" not in targets
    targets["New items go here: Sales team"].click()
    scene.done("target", "/emma/2/")


def test_R04_a_choice_that_could_not_be_kept_is_shown_as_it_holds(scene):
    page = scene.page("calendars")
    scene.records.error = UnknownCalendar("There is no calendar “Private”.")
    box(page, "Private").click()
    scene.wait(lambda: "There is no calendar “Private”." in scene.says(page))
    assert not box(page, "Private").isChecked()


def test_no_calendars_yet(bare):
    assert "They are listed with the first sync." in bare.says(bare.page("calendars"))


# --- problems ----------------------------------------------------------------------------------------


def test_each_problem_has_its_reason_and_one_next_step_without_commands(scene):
    page = scene.page("problems")
    text = scene.says(page)
    assert "“Visit Acme Corporation” could not be written to ForceManager" in text
    assert "Change it, or press “Try again”." in text
    assert "fm-desktop" not in text


def test_a_problem_is_tried_again_and_goes(scene):
    page = scene.page("problems")
    scene.press("Try again", page)
    scene.done("retry", 12)
    scene.wait(lambda: scene.buttons("Try again", page) == [])
    scene.wait(lambda: "It is tried again with the next sync" in scene.says(page))


def test_a_problem_shows_its_item(scene):
    page = scene.page("problems")
    scene.press("Show", page)
    activity = scene.window.current
    assert activity is scene.window.pages["activity"]
    scene.settle(activity)
    scene.wait(lambda: activity.model.query.link == 12 and activity.model.rowCount() > 0)
    assert {activity.model.line(activity.model.index(row, 0)).link for row in range(activity.model.rowCount())} == {12}


def test_no_problems(bare):
    assert "No problems" in bare.says(bare.page("problems"))


def test_what_cannot_be_read_is_said_with_a_way_out(scene):
    scene.records.error = Unreachable("The state could not be read.", "Free some space.")
    page = scene.window.show_page("problems")
    scene.wait(lambda: "The state could not be read." in scene.says(page))
    assert "Free some space." in scene.says(page)
    scene.press("Try again", page.findChild(Banner))
    scene.wait(lambda: "“Visit Acme Corporation”" in scene.says(page))
    assert "Free some space." not in scene.says(page)


# --- held --------------------------------------------------------------------------------------------


def test_one_held_deletion_is_kept_or_done(scene):
    page = scene.page("held")
    scene.press("Keep", page, 1)
    scene.done("keep", (2,))
    scene.wait(lambda: "1 item stays as it is." in scene.says(page))
    scene.settle(page)
    scene.press("Delete", page)
    scene.done("approve", (1,))


def test_all_held_deletions_of_a_reason_are_kept_at_once(scene):
    page = scene.page("held")
    scene.press("Keep all 12 as they are", page)
    scene.done("keep", tuple(range(1, 13)))
    scene.settle(page)
    scene.wait(lambda: "items would be deleted at once" not in scene.says(page))
    assert "8 other people" in scene.says(page)


def test_the_focus_stays_at_its_place_when_a_row_goes(scene):
    page = scene.page("held")
    scene.window.activateWindow()
    button = scene.buttons("Keep", page)[3]
    button.setFocus()
    button.click()
    scene.done("keep", (4,))
    scene.wait(lambda: "items would be deleted" in scene.says(page) and len(scene.buttons("Keep", page)) == 12)
    assert QApplication.focusWidget() is scene.buttons("Keep", page)[3]


def test_a_list_that_is_read_is_not_drawn_anew_for_nothing(scene):
    page = scene.page("held")
    button = scene.buttons("Keep", page)[0]
    scene.desk.show(replace(scene.desk.snapshot, syncing=True))
    scene.settle(page)
    assert scene.buttons("Keep", page)[0] is button


def test_what_is_said_is_said_aloud(scene, monkeypatch):
    spoken = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: spoken.append(event.message()))
    page = scene.page("held")
    scene.press("Keep", page)
    scene.wait(lambda: spoken == ["1 item stays as it is."])


def test_a_long_list_grows_as_it_is_wanted_and_the_button_is_about_all_of_it(scenes):
    scene = scenes(replace_held(samples.full(lines=5), samples.held(50)))
    page = scene.page("held")
    assert len(scene.buttons("Delete", page)) == 20
    scene.press("Show 30 more", page)
    scene.wait(lambda: len(scene.buttons("Delete", page)) == 40)
    scene.press("Show 10 more", page)
    scene.wait(lambda: len(scene.buttons("Delete", page)) == 50)
    assert scene.buttons("Show 10 more", page) == []
    scene.press("Keep", page, 49)
    scene.done("keep", (50,))
    scene.wait(lambda: len(scene.buttons("Delete", page)) == 49)
    scene.press("Keep all 49 as they are", page)
    scene.done("keep", tuple(range(1, 50)))


def replace_held(records, waiting):
    records.waiting = waiting
    return records


def test_deleting_all_asks_once_more(scene):
    page = scene.page("held")
    scene.press("Delete all 12…", page)
    question = page.findChild(Question)
    assert scene.records.done == []
    scene.press("Delete all 12", question)
    scene.done("approve", tuple(range(1, 13)))


def test_nothing_is_held(bare):
    assert "Nothing waits for you" in bare.says(bare.page("held"))


# --- contacts ----------------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch):
    links: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: links.append(QUrl(url).toString()))
    return links


def test_R13_from_a_contact_to_writing_and_to_the_correspondence_in_one_step(scene, opened):
    page = scene.page("people")
    scene.wait(lambda: "Re: Offer 2026-118" in scene.says(page))
    scene.press("Write", page)
    scene.press("All messages…", page)
    assert opened == [
        "https://mail.example.com/compose?to=ana.ruiz@acme.example",
        "https://mail.example.com/search?q=ana.ruiz@acme.example",
    ]


def test_R13_people_are_found_by_a_part_of_name_company_or_address(scene):
    page = scene.page("people")
    page.search.setText("hoffmann-soehne")
    scene.wait(lambda: page.list.count() > 0 and page.list.item(0).text().startswith("Katharina Hoffmann"))
    page.search.setText("nobody at all")
    scene.wait(lambda: "Nobody of that name" in scene.says(page))


def test_R10_a_conversation_is_kept_out_after_a_question_and_taken_in_again(scene):
    page = scene.page("people")
    scene.wait(lambda: "Re: Offer 2026-118" in scene.says(page))
    scene.press("Not this conversation", page)
    assert "What was logged of “Re: Offer 2026-118” stays in ForceManager" in scene.says(page.question)
    page.question.cancel.click()
    assert scene.records.done == []
    scene.press("Not this conversation", page)
    page.question.buttons[0].click()
    scene.done("exclude", 4)
    scene.wait(lambda: "Nothing more of this conversation is logged." in scene.says(page))
    assert "Nothing more of “Re: Offer 2026-118” is logged." in scene.says(page)
    scene.press("Log it again", page)
    scene.done("include", 4)
    scene.wait(lambda: "Nothing more of this conversation is logged." not in scene.says(page))
    assert "“Re: Offer 2026-118” is logged again, with what was left out." in scene.says(page)
    assert len(scene.buttons("Not this conversation", page)) == 4


# --- settings ----------------------------------------------------------------------------------------


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


# --- log ---------------------------------------------------------------------------------------------


def test_the_end_of_the_log_is_shown(scene):
    page = scene.page("log")
    assert page.log.toPlainText().splitlines()[-1] == scene.records.log[-1]


def test_connections_are_tested_and_each_result_is_named(scene):
    page = scene.page("log")
    scene.press("Test connections", page)
    scene.wait(lambda: "This computer's keychain is locked." in scene.says(page))
    text = scene.says(page)
    assert "does not work" in text
    assert "Passwords and keys" in text
    assert page.test.isEnabled()


def test_a_bundle_is_shown_before_it_is_saved(scene, tmp_path):
    page = scene.page("log")
    scene.press("Support bundle…", page)
    scene.wait(lambda: page.findChild(BundleDialog) is not None)
    dialog = page.findChild(BundleDialog)
    assert [dialog.names.item(row).text() for row in range(dialog.names.count())] == ["diagnosis.json", "log.txt"]
    assert '"version": "0.1.0"' in dialog.text.toPlainText()
    dialog.names.setCurrentRow(1)
    assert scene.records.log[0] in dialog.text.toPlainText()
    assert scene.records.done == []
    scene.press("Save as…", dialog)
    dialog.findChild(QFileDialog).fileSelected.emit(str(tmp_path / "support.zip"))
    scene.wait(lambda: bool(scene.records.done))
    assert scene.records.done[0][0] == "bundle"
    assert scene.records.done[0][2] == Path(tmp_path / "support.zip")
    scene.wait(lambda: "support.zip" in scene.says(page))


def test_an_empty_log_says_so(bare):
    assert bare.page("log").log.toPlainText() == "Nothing was logged yet."
