"""A double click decides once: what moves up under the pointer was not meant."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication


def click(widget, kind):
    """The two events of a click; of the second half of a double click if `kind` says so."""
    middle = QPointF(widget.rect().center())
    for each in (kind, QEvent.Type.MouseButtonRelease):
        held = Qt.MouseButton.NoButton if each is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        event = QMouseEvent(
            each, middle, widget.mapToGlobal(middle), Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(widget, event)


def test_R27_the_second_half_of_a_double_click_does_not_decide_about_the_next_row(scene):
    page = scene.page("held")
    click(scene.buttons("Delete", page)[0], QEvent.Type.MouseButtonPress)
    scene.done("approve", (1,))
    scene.wait(lambda: len(scene.buttons("Delete", page)) == 11)
    scene.settle(page)
    click(scene.buttons("Delete", page)[0], QEvent.Type.MouseButtonDblClick)
    click(scene.buttons("Delete", page)[1], QEvent.Type.MouseButtonPress)
    scene.done("approve", (3,))
    assert scene.records.done == [("approve", (1,)), ("approve", (3,))]
