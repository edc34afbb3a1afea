"""The window for everybody: keyboard, screen reader, small and large screens, light and dark, both languages."""

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget

from fm_desktop.ui import texts
from fm_desktop.ui.theme import DARK, LIGHT, Scheme, theme
from fm_desktop.ui.window.main import PAGES, USUAL
from fm_desktop.ui.window.navigation import NavigationButton
from tests.ui.window import samples

LANGUAGES = list(texts.LANGUAGES)


def controls(window: QWidget) -> list[QWidget]:
    """What can have the focus now. Of the buttons to the pages Qt lets the Tab key reach the one that is pressed."""
    found = [each for each in window.findChildren(QWidget) if each.isVisible() and each.isEnabled()]
    return [
        each
        for each in found
        if (each.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(each, NavigationButton))
        and not isinstance(each, QScrollBar)
    ]


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def is_inside_of_a_control(widget: QWidget) -> bool:
    """The text field of a spin box is read as the spin box itself."""
    return widget.objectName().startswith("qt_")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_control_of_every_page_has_a_name(scenes, name, language):
    texts.use(language)
    for records in (samples.full(lines=50, calendar_number=8, people_number=8), samples.empty()):
        scene = scenes(records)
        scene.desk.show(samples.waiting())
        scene.page(name)
        reached = [each for each in controls(scene.window) if not is_inside_of_a_control(each)]
        assert len(reached) >= len(PAGES)
        nameless = [each for each in reached if not name_of(each)]
        assert [type(each).__name__ for each in nameless] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_tab_key_goes_through_every_control_and_comes_back(scenes, name):
    scene = scenes(samples.full(lines=20, calendar_number=4, people_number=4))
    page = scene.page(name)
    scene.window.activateWindow()
    wanted = {each for each in controls(scene.window) if not is_inside_of_a_control(each) and not _is_in_group(each)}
    scene.window.buttons[name].setFocus()
    seen: set[QWidget] = set()
    for _ in range(3 * len(controls(scene.window)) + 5):
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.add(focus)
        if focus.focusProxy() is not None:
            seen.add(focus.focusProxy())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    missing = {each for each in wanted - seen if page.isAncestorOf(each)}
    assert [(type(each).__name__, name_of(each)) for each in missing] == []
    assert len(wanted) > 1


def _is_in_group(widget: QWidget) -> bool:
    """Of exclusive buttons the Tab key reaches one, the arrow keys the others."""
    return bool(getattr(widget, "isCheckable", bool)()) and bool(getattr(widget, "autoExclusive", bool)())


def test_pages_are_changed_with_a_key(scene):
    QTest.keyClick(scene.window, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
    scene.wait(lambda: scene.window.current is scene.window.pages.get("problems"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_pages_have_the_same_key(scenes, language):
    texts.use(language)
    scene = scenes(samples.empty())
    keys = [each.text()[each.text().index("&") + 1].lower() for each in scene.window.buttons.values()]
    assert len(set(keys)) == len(PAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_into_a_small_window_with_long_names(scenes, name, language):
    texts.use(language)
    scene = scenes(samples.full(lines=50))
    scene.desk.show(samples.waiting())
    scene.window.resize(USUAL)
    page = scene.page(name)
    assert scene.window.size() == USUAL
    outside = [
        each
        for each in page.findChildren(QWidget)
        if each.isVisible() and each.mapTo(scene.window, each.rect().topRight()).x() > USUAL.width()
    ]
    assert [type(each).__name__ for each in outside] == []


@pytest.mark.parametrize(("scheme", "colours"), [(Scheme.LIGHT, LIGHT), (Scheme.DARK, DARK)])
def test_the_window_follows_the_system_between_light_and_dark_while_it_is_open(scene, scheme, colours):
    theme().force(Scheme.DARK if scheme is Scheme.LIGHT else Scheme.LIGHT)
    page = scene.page("problems")
    theme().force(scheme)
    QApplication.processEvents()
    image = page.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert image.pixelColor(3, image.height() - 3).name() == colours.window


def test_without_a_word_of_the_system_the_window_is_light(qapp):
    theme().force(None)
    assert theme().scheme in set(Scheme)
    theme().force(Scheme.DARK)
    assert theme().colours is DARK


@pytest.mark.parametrize("factor", ["1.5", "3"])
def test_the_window_is_sharp_at_every_scale(tmp_path, factor):
    """In a process of its own: Qt reads the scale once."""
    target = tmp_path / "window.png"
    program = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from fm_desktop.ui.jobs import Jobs; from fm_desktop.ui.moments import Moments;"
        "from fm_desktop.ui.window.desk import Desk; from fm_desktop.ui.window.main import MainWindow;"
        "from fm_desktop.ui.window.pages.page import Tools; from tests.ui.window import samples;"
        "desk = Desk(samples.empty(), Jobs()); desk.show(samples.waiting());"
        "window = MainWindow(Tools(desk, Moments(), lambda: samples.NOW)); window.show();"
        f"window.grab().save({str(target)!r})"
    )
    environment = {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": factor, "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    image = QImage(str(target))
    assert image.width() == round(USUAL.width() * float(factor))
    assert image.height() == round(USUAL.height() * float(factor))


def test_a_busy_disk_never_holds_up_the_window(scene, qtbot):
    """Every call of the records is made in another thread than the one that draws."""
    import threading

    threads: set[threading.Thread] = set()
    scene.records.before = lambda: threads.add(threading.current_thread())
    for name in PAGES:
        scene.page(name)
    scene.press("Test connections", scene.page("log"))
    scene.settle(scene.page("log"))
    assert threads
    assert threading.main_thread() not in threads


def test_answers_that_come_after_the_window_is_gone_hurt_nobody(scenes, qtbot):
    import threading

    scene = scenes(samples.full(lines=5))
    gate = threading.Event()
    scene.records.before = lambda: gate.wait(5)
    scene.window.show_page("problems")
    page = scene.window.pages["problems"]
    scene.window.pages.pop("problems")
    page.deleteLater()
    qtbot.waitUntil(lambda: not _is_valid(page))
    gate.set()
    scene.page("held")
    assert "12 of 120 items would be deleted at once." in scene.says(scene.window.pages["held"])


def _is_valid(widget: QWidget) -> bool:
    from shiboken6 import isValid

    return bool(isValid(widget))


def test_the_count_of_what_waits_is_read_aloud(scene):
    scene.desk.show(replace(samples.in_step(), status=samples.status(held=1)))
    assert name_of(scene.window.buttons["held"]) == "Waiting for you, 1 waits"


class Opened(QObject):
    """Notes every window that shows itself."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(type(watched).__name__)
        return False


@pytest.mark.parametrize("records", [samples.empty, lambda: samples.full(lines=50)], ids=["empty", "full"])
def test_no_part_of_a_page_flashes_up_as_a_window_of_its_own(scenes, qapp, records):
    """A widget that is shown before it has its place is a window for a moment, and takes the focus away."""
    scene = scenes(records())
    opened = Opened()
    qapp.installEventFilter(opened)
    for name in PAGES:
        scene.desk.show(samples.waiting())
        scene.page(name)
        scene.desk.show(samples.first_sync())
        scene.settle(scene.window.current)
    qapp.removeEventFilter(opened)
    assert opened.names == []
