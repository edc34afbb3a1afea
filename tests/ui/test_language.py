"""The language is that of everything: our texts, and those that Qt brings along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLineEdit, QMessageBox

from fm_desktop.ui.language import speak
from fm_desktop.ui.texts import tr


@pytest.fixture(autouse=True)
def _english_after(qapp) -> Iterator[None]:
    yield
    speak("en")


def said_by_qt(qtbot) -> tuple[str, str]:
    """A button of a box, and an entry of the menu of a field."""
    box, field = QMessageBox(), QLineEdit("x")
    qtbot.addWidget(box)
    qtbot.addWidget(field)
    button = box.addButton(QMessageBox.StandardButton.Cancel)
    menu = field.createStandardContextMenu()
    texts = [each.text().partition("\t")[0].replace("&", "") for each in menu.actions()]
    return button.text().replace("&", ""), next(each for each in texts if each.startswith(("Copy", "Copiar")))


def test_qt_speaks_the_language_of_the_window_and_changes_with_it(qtbot):
    assert speak("es-MX") == "es"
    assert tr("Open &mail") != "Open &mail"
    assert said_by_qt(qtbot) == ("Cancelar", "Copiar")
    speak("es")
    speak("en")
    assert said_by_qt(qtbot) == ("Cancel", "Copy")
    speak("es")
    assert said_by_qt(qtbot) == ("Cancelar", "Copiar")
