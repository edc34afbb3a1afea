"""What comes from outside is text, whatever it looks like: titles of meetings, names of calendars, words of servers."""

from dataclasses import replace

import pytest
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QTableView, QWidget

from fm_desktop.errors import ExitCode, Explained
from fm_desktop.sync.report import Outcome
from fm_desktop.ui.tray import Tray
from fm_desktop.ui.trouble import TroubleWindow
from fm_desktop.ui.widgets import Elided
from fm_desktop.ui.widgets.texts import plain_tip
from fm_desktop.ui.window.main import PAGES
from fm_desktop.ui.window.questions import Question
from fm_desktop.ui.wizard.pages.calendars import CalendarsPage
from tests.ui.window import samples
from tests.ui.wizard import scenes as wizard

HOSTILE = "<b>x</b><img src=http://evil.example/x.png>"


def records():
    made = samples.full(lines=40, calendar_number=6, people_number=6)
    made.lines = [replace(each, title=HOSTILE) for each in made.lines]
    made.waiting = [replace(each, title=HOSTILE) for each in made.waiting]
    made.open_problems = [replace(each, message=HOSTILE, next_step=HOSTILE) for each in made.open_problems]
    made.known = [replace(each, what=replace(each.what, name=HOSTILE)) for each in made.known]
    made.known_people = [replace(each, name=HOSTILE, company=HOSTILE) for each in made.known_people]
    return made


def all_of(window: QWidget) -> list[QWidget]:
    return [window, *window.findChildren(QWidget)]


def shown_as_markup(window: QWidget) -> list[str]:
    """Labels and tooltips of a window whose text Qt would take for markup."""
    labels = [
        each.text()
        for each in window.findChildren(QLabel)
        if each.textFormat() is not Qt.TextFormat.PlainText and Qt.mightBeRichText(each.text())
    ]
    tips = [each.toolTip() for each in all_of(window)]
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        for row in range(model.rowCount() if model is not None else 0):
            cells = [
                model.index(row, each) for each in range(model.columnCount() if isinstance(view, QTableView) else 1)
            ]
            tips += [str(each.data(Qt.ItemDataRole.ToolTipRole) or "") for each in cells]
    return labels + [each for each in tips if "<img" in each or "<b>" in each]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_shows_a_hostile_title_as_markup(scenes, name):
    scene = scenes(records())
    scene.desk.show(samples.troubled(Outcome.FAILED, HOSTILE, HOSTILE))
    page = scene.page(name)
    page.show_error(Explained(HOSTILE, HOSTILE, ExitCode.PROBLEMS))
    if name in {"activity", "problems", "held", "calendars", "people"}:
        assert "<img" in scene.says(page)
    assert shown_as_markup(scene.window) == []


def test_no_question_shows_a_hostile_title_as_markup(scenes):
    scene = scenes(records())
    page = scene.page("calendars")
    scene.press("Takes part", page)
    question = page.findChild(Question)
    assert HOSTILE in scene.says(question)
    assert shown_as_markup(question) == []


def test_neither_do_the_tray_and_the_window_for_trouble(qtbot):
    window = TroubleWindow(lambda: None, lambda: None, lambda: None)
    qtbot.addWidget(window)
    window.tell(Explained(HOSTILE, HOSTILE, ExitCode.PROBLEMS))
    assert window.message.text() == HOSTILE
    assert shown_as_markup(window) == []
    tray = Tray()
    tray.show(samples.troubled(Outcome.FAILED, HOSTILE, ""))
    assert "evil.example" in tray.icon.toolTip()
    assert not Qt.mightBeRichText(tray.icon.toolTip())
    tray.close()


def test_what_is_cut_has_all_of_it_as_a_tooltip_to_be_read(qtbot):
    label = Elided(f"{HOSTILE} & more")
    qtbot.addWidget(label)
    label.resize(20, 20)
    label.show()
    assert "&lt;b&gt;x&lt;/b&gt;" in label.toolTip()
    assert plain_tip("Lunch & dinner") == "Lunch & dinner"
    assert "<b>" not in plain_tip(HOSTILE)


def test_the_wizard_shows_names_and_previews_as_they_are(qtbot, tmp_path):
    for name, make in wizard.SCENES.items():
        window = make(tmp_path / name)
        qtbot.addWidget(window)
        window.show()
        page = window.page
        if isinstance(page, CalendarsPage):
            page.list.show_calendars(tuple(replace(each, name=HOSTILE * 9) for each in page.model.calendars), set())
        if hasattr(page, "plan"):
            page.plan.show(tuple(replace(each, title=HOSTILE, why=HOSTILE) for each in wizard.lines(5)))
        assert shown_as_markup(window) == [], name
