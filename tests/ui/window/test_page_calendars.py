"""The page of calendars: which take part, and where new items go (R04)."""

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton

from fm_desktop.sync.calendars import UnknownCalendar
from fm_desktop.ui.window.questions import Question


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
