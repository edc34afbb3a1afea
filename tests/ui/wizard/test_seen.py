"""Every page as it is seen and read out: names, buttons, keys, sizes; in both languages, in light and dark."""

import re
import threading

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QScrollArea, QWidget
from shiboken6 import isValid

from fm_desktop.onboarding.work import Step, Work
from fm_desktop.ui import texts
from fm_desktop.ui.theme import Scheme, theme
from fm_desktop.ui.widgets import Label
from tests.ui.wizard.hands import controls, name_of, settle
from tests.ui.wizard.scenes import AGAIN, EVERY, SCENES

SIZES = [(900, 660), (1024, 700), (640, 360), (540, 340)]


@pytest.fixture
def opened(qtbot, tmp_path):
    """Opens a scene; closes it without leaving a draft."""
    windows = []

    def open_scene(name, size=(900, 660)):
        window = EVERY[name](tmp_path / name)
        windows.append(window)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        settle()
        return window

    yield open_scene
    for each in windows:
        if isValid(each):
            each.close()
    settle()
    theme().force(None)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scene", EVERY)
def test_every_control_has_a_name_and_every_button_a_text(opened, scene, language):
    texts.use(language)
    window = opened(scene)
    found = list(controls(window))
    assert found
    for each in found:
        if isinstance(each, QScrollArea) or (isinstance(each, QLabel) and each.text()):
            continue
        assert name_of(each).strip(), f"{type(each).__name__} has no name"
    for each in window.findChildren(QAbstractButton):
        if each.isVisibleTo(window) and isinstance(each, QPushButton):
            assert each.text().strip()
            assert name_of(each).strip()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scene", EVERY)
def test_no_two_controls_of_a_page_have_the_same_key(opened, scene, language):
    texts.use(language)
    window = opened(scene)
    labels = [each.text() for each in window.findChildren(QLabel) if each.isVisible() and each.buddy()]
    labels += [each.text() for each in window.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
    keys = [match.lower() for text in labels for match in re.findall(r"(?<!&)&([^&\s])", text)]
    assert len(keys) == len(set(keys)), sorted(labels)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scene", AGAIN)
def test_what_is_being_done_is_said_in_full(opened, scene, language):
    texts.use(language)
    window = opened(scene, (1, 1))
    assert not window.busy.isVisible() or window.busy.width() >= window.busy.sizeHint().width()
    for each in window.findChildren(Label):
        assert not each.isVisible() or each.height() >= each.heightForWidth(each.width())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
def test_nothing_is_cut_at_any_size(opened, scene, size):
    """640x360 is a full-HD screen at 300 %. A page scrolls down, never sideways, and the way on is always in sight."""
    window = opened(scene, size)
    assert (window.width(), window.height()) == size
    for each in window.findChildren(Label):
        if each.isVisible() and each.wordWrap():
            needed = each.heightForWidth(each.width())
            assert each.height() >= needed, f"“{each.text()}” is cut: {each.height()} of {needed}"
    assert not window.busy.isVisible() or window.busy.width() >= window.busy.sizeHint().width()
    scroll = window._scrolls[window.model.page]
    assert scroll.widget().width() <= scroll.viewport().width()
    for button in (window.back, window.next, window.later):
        if button.isVisible():
            assert window.rect().contains(QRect(button.mapTo(window, QPoint(0, 0)), button.size()))


@pytest.mark.parametrize("scene", SCENES)
def test_tab_leads_through_every_control_and_round_again(opened, scene, qtbot):
    window = opened(scene)
    wanted = {each for each in controls(window) if each.focusPolicy() & Qt.FocusPolicy.TabFocus}
    wanted = {each for each in wanted if not isinstance(each, QLabel | QScrollArea)}
    reached = set()
    for _ in range(len(wanted) * 2 + 10):
        focused = window.focusWidget()
        reached.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    # Of the radio buttons of one group, Tab reaches the one that is chosen; the arrows reach the others.
    assert {each for each in wanted - reached if type(each).__name__ != "QRadioButton"} == set()


@pytest.mark.parametrize("scene", ["1-forcemanager", "4-address-refused", "7-preview"])
def test_the_window_follows_light_and_dark_while_it_is_open(opened, scene):
    window = opened(scene)
    seen = {}
    for scheme in Scheme:
        theme().force(scheme)
        settle()
        seen[scheme] = QColor(window.grab().toImage().pixel(window.width() - 40, 20)).lightness()
    assert seen[Scheme.LIGHT] > 200
    assert seen[Scheme.DARK] < 60


def test_the_steps_say_where_one_is(opened):
    window = opened("4-address")
    names = [name_of(each) for each in window.progress.steps]
    assert names[0] == "Step 1 of 7: ForceManager, done"
    assert names[3] == "Step 4 of 7: E-mail address, current step"
    assert names[6] == "Step 7 of 7: Preview and start, to come"
    assert [each.isEnabled() for each in window.progress.steps] == [True] * 3 + [False] * 4
    narrow = opened("5-sign-in", (640, 360))
    assert not narrow.progress.isVisible()
    assert narrow.where.text() == "Step 5 of 7: Sign-in"


def test_after_the_preview_the_keyboard_starts_and_does_not_lead_back(qtbot, opened, monkeypatch):
    begun = threading.Event()
    monkeypatch.setattr("fm_desktop.onboarding.model.finish", lambda *_: begun.set())
    window = opened("7-preview")
    # Only in the active window a button that is hidden hands its focus on.
    window.activateWindow()
    is_made = threading.Event()
    work = Work(Step.PREVIEW, lambda _: is_made.wait(60), lambda _: None)
    window.worker.start(work, lambda: None, lambda _: None)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.cancel)
    is_made.set()
    qtbot.waitUntil(lambda: window.worker.work is None)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(begun.is_set)
    qtbot.waitUntil(lambda: not isValid(window) or not window.isVisible())


def test_the_preview_counts_and_lists(opened):
    window = opened("7-preview")
    said = [each.text() for each in window.page.summary.findChildren(QLabel)]
    assert "30 events and tasks to be added to ForceManager" in said
    assert "10 events and tasks to be added to your calendar" in said
    assert "5 e-mail records to be made in ForceManager" in said
    plan = window.page.plan
    assert plan.rowCount() == 45
    assert plan.index(0, 0).data() == "Add to the calendar"
    assert plan.index(3, 0).data() == "Add to ForceManager (task)"
    assert plan.index(1, 1).data() == "Lunch with Ann"
    assert plan.index(44, 0).data() == "Log e-mail"
    assert plan.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "it is new"


def test_a_preview_of_thousands_of_lines_is_a_list_like_any_other(opened):
    from fm_desktop.onboarding.steps import Preview
    from tests.ui.wizard.scenes import lines

    window = opened("7-preview")
    window.page.plan.show(Preview(lines(5_000)).lines)
    settle()
    assert window.page.plan.rowCount() == 5_005
    assert len(window.page.table.findChildren(QWidget)) < 50


def test_a_calendar_that_can_only_be_read_says_so(opened):
    window = opened("6-calendars")
    boxes = window.page.list.boxes
    assert name_of(boxes["/e/holidays/"]) == "Holidays in Spain, can only be read"
    assert not boxes["/e/holidays/"].isChecked()
    assert name_of(boxes["/e/team/"]) == "Team Iberia & friends"
