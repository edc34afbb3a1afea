"""A window over a desk in memory, off the screen."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from fm_desktop.ui import texts
from fm_desktop.ui.jobs import Jobs
from fm_desktop.ui.moments import Moments
from fm_desktop.ui.theme import Scheme, theme
from fm_desktop.ui.window.desk import Desk
from fm_desktop.ui.window.main import MainWindow
from fm_desktop.ui.window.pages.page import Page, Tools
from tests.ui.window import samples
from tests.ui.window.samples import Sample


class Scene:
    """A window, the desk behind it, and what happens at either."""

    def __init__(self, qtbot, records: Sample) -> None:
        self.qtbot = qtbot
        self.records = records
        self.jobs = Jobs()
        self.desk = Desk(records, self.jobs)
        self.desk.show(samples.in_step())
        self.window = MainWindow(Tools(self.desk, Moments(), lambda: samples.NOW))
        qtbot.addWidget(self.window)
        self.window.show()

    def page(self, name: str) -> Page:
        """A page, once it has got what it asked for."""
        page = self.window.show_page(name)
        self.settle(page)
        return page

    def settle(self, page: Page) -> None:
        self.qtbot.waitUntil(lambda: not page.is_waiting, timeout=5_000)
        # Qt shows what was added to a layout when it next looks after its events.
        QApplication.processEvents()

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=5_000)

    def done(self, *what: object) -> None:
        """Waits until the desk was asked for this."""
        self.wait(lambda: what in self.records.done)

    def press(self, text: str, inside: QWidget | None = None, number: int = 0) -> None:
        """Clicks a button by what it says, the mnemonic left out."""
        button = self.buttons(text, inside)[number]
        assert button.isEnabled(), text
        button.click()

    def buttons(self, text: str, inside: QWidget | None = None) -> list[QAbstractButton]:
        found = (inside or self.window).findChildren(QAbstractButton)
        return [each for each in found if each.text().replace("&", "") == text and each.isVisible()]

    def says(self, page: QWidget) -> str:
        """All that is written on a page."""
        QApplication.processEvents()
        labels = [each for each in page.findChildren(QWidget) if each.isVisible()]
        return "\n".join(str(each.property("text")) for each in labels if each.property("text"))


@pytest.fixture(autouse=True)
def _english_and_light(qapp) -> Iterator[None]:
    texts.use("en")
    theme().force(Scheme.LIGHT)
    yield
    texts.use("en")
    theme().force(None)


@pytest.fixture
def scenes(qtbot) -> Iterator[Callable[[Sample], Scene]]:
    made: list[Scene] = []

    def make(records: Sample) -> Scene:
        made.append(Scene(qtbot, records))
        return made[-1]

    yield make
    for each in made:
        each.jobs.end(2)
        each.window.close()


@pytest.fixture
def scene(scenes) -> Scene:
    """A full desk: 2,000 lines of history, 30 calendars, problems, and changes that wait."""
    return scenes(samples.full())


@pytest.fixture
def bare(scenes) -> Scene:
    """A desk on the first day: nothing is there yet."""
    return scenes(samples.empty())
