"""A list whose rows come a few at a time: all come, in order, also for the Tab key."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fm_desktop.ui.theme import theme
from fm_desktop.ui.widgets import Button, GrowingList, Row
from fm_desktop.ui.widgets.growing import SLICE, STEP

LONG = "A title that needs more than one line where the window is narrow, and only one where it is wide"


def maker(number: int):
    def make() -> Row:
        row = Row(f"{number}. {LONG}")
        row.add_control(Button(f"Keep {number}"))
        return row

    return make


@pytest.fixture
def shown(qtbot) -> Iterator[Callable[..., list[GrowingList]]]:
    """Lists of so many rows each, one below the other in a window that is seen."""

    theme()
    windows: list[QWidget] = []

    def show(*counts: int) -> list[GrowingList]:
        window = QWidget()
        qtbot.addWidget(window)
        windows.append(window)
        column = QVBoxLayout(window)
        lists = [GrowingList([maker(number) for number in range(1, count + 1)]) for count in counts]
        for each in lists:
            column.addWidget(each)
        column.addStretch(1)
        window.resize(500, 600)
        window.show()
        return lists

    yield show
    windows.clear()


def rows(growing: GrowingList) -> list[Row]:
    return growing.findChildren(Row)


def test_rows_come_a_few_at_a_time_and_more_when_they_are_wanted(qtbot, shown):
    (growing,) = shown(STEP + 7)
    assert len(rows(growing)) == SLICE
    qtbot.waitUntil(lambda: not growing.is_growing)
    assert (len(rows(growing)), growing.shown) == (STEP, STEP)
    assert growing.more.text() == "Show 7 more"
    growing.more.click()
    qtbot.waitUntil(lambda: not growing.is_growing)
    assert len(rows(growing)) == STEP + 7
    assert not growing.more.isVisible()


def test_the_tab_key_finds_them_in_their_order_although_other_parts_were_made_meanwhile(qtbot, shown):
    first, second = shown(STEP + 1, SLICE + 2)
    qtbot.waitUntil(lambda: not first.is_growing and not second.is_growing)
    found, control = [], first.nextInFocusChain()
    while control is not first:
        if isinstance(control, Button) and control.isVisible():
            found.append(control.text())
        control = control.nextInFocusChain()
    wanted = [f"Keep {number}" for number in range(1, STEP + 1)] + ["Show 1 more"]
    assert found == [*wanted, *(f"Keep {number}" for number in range(1, SLICE + 3))]


def test_each_row_is_as_high_as_its_text_needs_at_the_width_there_is(qtbot, shown):
    (growing,) = shown(SLICE)
    heights = []
    for width in (500, 320):
        growing.window().resize(width, 600)
        qtbot.waitUntil(lambda width=width: width - 60 < rows(growing)[-1].width() == growing.width() < width)
        for above, below in zip(rows(growing), rows(growing)[1:], strict=False):
            assert above.height() == above.heightForWidth(above.width())
            assert above.geometry().bottom() < below.geometry().top()
        assert growing.height() == rows(growing)[-1].geometry().bottom() + 1
        heights.append(growing.height())
    assert heights[0] < heights[1]


def test_what_is_still_to_come_can_be_had_at_once(shown):
    (growing,) = shown(STEP)
    growing.finish()
    assert len(rows(growing)) == STEP
