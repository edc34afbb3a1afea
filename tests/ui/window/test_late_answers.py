"""An answer that comes when the list behind the question is another one by then."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from fm_desktop.ui.window.questions import Question


def test_a_question_that_is_cancelled_minds_no_box_that_is_gone(scene):
    page = scene.page("calendars")
    scene.press("Takes part", page)
    question = page.findChild(Question)
    scene.records.known = [replace(each, target=False) for each in scene.records.known]
    page.refresh()
    scene.settle(page)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    question.cancel.click()
    QApplication.processEvents()
    assert scene.records.done == []
    assert all(each.isChecked() for each in scene.buttons("Takes part", page)[:1])
