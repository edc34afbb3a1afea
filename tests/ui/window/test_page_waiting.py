"""The pages of problems and of held writes: what needs the user, with one next step each."""

from dataclasses import replace

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from fm_desktop.port import Unreachable
from fm_desktop.ui.widgets import Banner
from fm_desktop.ui.window.questions import Question
from tests.ui.window import samples


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


def test_one_held_deletion_is_kept_or_done(scene):
    page = scene.page("held")
    scene.press("Keep", page, 1)
    scene.done("keep", (2,))
    scene.wait(lambda: "1 item stays as it is." in scene.says(page))
    scene.settle(page)
    scene.press("Delete", page)
    scene.done("approve", (1,))


def test_R27_a_change_that_others_are_told_of_is_shown_before_it_is_approved(scene):
    page = scene.page("held")
    text = scene.says(page)
    assert "Title: Review → Quarterly review" in text
    assert "Notes: – → Bring the figures of the north." in text


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
