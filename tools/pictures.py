"""Draws every page of every window into docs/pictures: `make pictures`.

From the samples of the tests, light and dark, in every language, empty and full; without a screen and at a stopped
clock, so that a picture differs only if the page does. What people see when something is wrong is in `states`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
# Read by Qt when it is imported.
os.environ |= {"QT_QPA_PLATFORM": "offscreen", "TZ": "Europe/Madrid", "LC_ALL": "C.UTF-8", "QT_SCALE_FACTOR": "1"}

from PySide6.QtCore import QEventLoop, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget  # noqa: E402

from fm_desktop.ui import texts  # noqa: E402
from fm_desktop.ui.jobs import Jobs  # noqa: E402
from fm_desktop.ui.moments import Moments  # noqa: E402
from fm_desktop.ui.snapshot import Snapshot  # noqa: E402
from fm_desktop.ui.texts import tr  # noqa: E402
from fm_desktop.ui.theme import Scheme, theme  # noqa: E402
from fm_desktop.ui.window.desk import Desk  # noqa: E402
from fm_desktop.ui.window.main import PAGES, MainWindow  # noqa: E402
from fm_desktop.ui.window.pages.page import Tools  # noqa: E402
from tests.ui.window import samples  # noqa: E402
from tests.ui.window.samples import Sample  # noqa: E402
from tests.ui.wizard.scenes import all_scenes  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
BEST_COMPRESSION = 0  # of QImage.save, for PNG
COLOURS = 256
LONGEST_WAIT_MS = 5_000
STEP_MS = 20
STEPS_UNTIL_LAID_OUT = 4


def wait(done: Callable[[], bool]) -> None:
    """Lets Qt work until something is there, and some steps more: it lays out in several rounds."""
    calm = 0
    for _ in range(LONGEST_WAIT_MS // STEP_MS):
        loop = QEventLoop()
        QTimer.singleShot(STEP_MS, loop.quit)
        loop.exec()
        calm = calm + 1 if done() else 0
        if calm == STEPS_UNTIL_LAID_OUT:
            return
    raise TimeoutError("a page did not get what it asked for")


def save(widget: QWidget, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not few_colours(widget.grab().toImage()).save(str(path), "PNG", BEST_COMPRESSION):
        raise OSError(f"{path} could not be written")


def few_colours(image: QImage) -> QImage:
    """With the 256 colours it has most of, the others next to them: a third of the size, and no eye sees it."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    colours = Counter(memoryview(image.constBits()).cast("I")).most_common(COLOURS)
    table = [colour for colour, _ in colours]
    return image.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither)


def looks() -> Iterator[tuple[str, str]]:
    """Every language in light and dark, set as it is named; the name is part of the file's."""
    for language in texts.LANGUAGES:
        for scheme in Scheme:
            texts.use(language)
            theme().force(scheme)
            yield language, scheme.value


class Stage:
    """A status window over a sample."""

    def __init__(self, records: Sample, snapshot: Snapshot) -> None:
        self.jobs = Jobs()
        self.desk = Desk(records, self.jobs)
        self.desk.show(snapshot)
        self.window = MainWindow(Tools(self.desk, Moments(), lambda: samples.NOW))
        self.window.show()

    def page(self, name: str) -> None:
        page = self.window.show_page(name)
        wait(lambda: not page.is_waiting)
        focus = QApplication.focusWidget()
        if focus is not None:
            focus.clearFocus()

    def press(self, text: str) -> None:
        button = next(
            each for each in self.window.findChildren(QAbstractButton) if each.text() == text and each.isVisible()
        )
        button.click()
        page = self.window.current
        wait(lambda: not page.is_waiting)

    def dialogs(self) -> Iterator[tuple[str, QDialog]]:
        for name, page, button in (
            ("stop", "overview", tr("St&op syncing…")),
            ("calendar", "calendars", tr("Takes part")),
            ("bundle", "log", tr("Support &bundle…")),
        ):
            self.page(page)
            self.press(button)
            yield name, self.window.findChildren(QDialog)[-1]

    def close(self) -> None:
        self.jobs.end(1)
        self.window.close()
        self.window.deleteLater()


def draw_window() -> None:
    for language, scheme in looks():
        for kind, records, snapshot in (
            ("empty", samples.empty(), samples.in_step()),
            ("full", samples.full(), samples.waiting()),
        ):
            stage = Stage(records, snapshot)
            for name in PAGES:
                stage.page(name)
                save(stage.window, PICTURES / "window" / f"{name}-{kind}-{language}-{scheme}.png")
            stage.close()


def draw_dialogs() -> None:
    """What opens over a page."""
    for language, scheme in looks():
        stage = Stage(samples.full(), samples.in_step())
        for name, dialog in stage.dialogs():
            save(dialog, PICTURES / "window" / f"dialog-{name}-{language}-{scheme}.png")
            dialog.close()
        stage.page("log")
        stage.press(tr("&Test connections"))
        save(stage.window, PICTURES / "window" / f"log-tested-{language}-{scheme}.png")
        stage.close()


def draw_states() -> None:
    for language, scheme in looks():
        if (language == "en") is not (scheme == "light"):
            continue
        for name, snapshot in samples.states().items():
            stage = Stage(samples.full(), snapshot)
            stage.page("overview")
            save(stage.window, PICTURES / "states" / f"{name}-{language}-{scheme}.png")
            stage.close()


def draw_wizard() -> None:
    for language, scheme in looks():
        with tempfile.TemporaryDirectory() as folder:
            for name, window in all_scenes(Path(folder)):
                window.show()
                QApplication.processEvents()
                save(window, PICTURES / "wizard" / f"{name}-{language}-{scheme}.png")
                window.close()


def main(arguments: list[str]) -> int:
    """Draws all, or those named: window, dialogs, states, wizard."""
    application = QApplication([])
    kinds = {"window": draw_window, "dialogs": draw_dialogs, "states": draw_states, "wizard": draw_wizard}
    for name in arguments or kinds:
        kinds[name]()
    application.processEvents()
    size = sum(path.stat().st_size for path in PICTURES.rglob("*.png"))
    print(f"{PICTURES.relative_to(ROOT)}: {size / 1_000_000:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
