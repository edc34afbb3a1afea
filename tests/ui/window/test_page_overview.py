"""The overview: how things stand, pausing and stopping, what needs the user."""

from dataclasses import replace

import pytest

from fm_desktop.credentials import Which
from fm_desktop.sync.control import Channel, Running, Standing
from fm_desktop.sync.report import Outcome
from fm_desktop.ui.widgets import Pill
from fm_desktop.ui.window.questions import Question
from tests.ui.window import samples


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


def test_a_count_that_changes_every_second_leaves_the_focus_alone(scene):
    page = show_standing(scene, Running.RUNNING)
    button = scene.buttons("Pause", page)[0]
    scene.desk.show(replace(scene.desk.snapshot, status=replace(scene.desk.snapshot.status, linked=1249)))
    assert scene.buttons("Pause", page)[0] is button
    assert "1,249" in scene.says(page)
