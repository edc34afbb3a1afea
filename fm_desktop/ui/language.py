"""The language of all that is on the screen: that of our own texts, and that of those Qt brings along, on the buttons
of its dialogs and in the menus of its fields."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from fm_desktop.ui import texts

_NAME: Final = "qt-texts"


def speak(*wanted: str) -> str:
    """As `texts.use`, for Qt's texts too; where Qt has no translation of them they stay English."""
    code = texts.use(*wanted)
    application = QCoreApplication.instance()
    if application is not None:
        _translate_qt(application, code)
    return code


def _translate_qt(application: QCoreApplication, code: str) -> None:
    name = f"{_NAME}-{code}"
    spoken = [each for each in application.findChildren(QTranslator) if each.objectName().startswith(_NAME)]
    if [each.objectName() for each in spoken] == [name]:
        return
    for each in spoken:
        application.removeTranslator(each)
        each.setParent(None)
    if code == "en":
        return
    translator = QTranslator(application)
    translator.setObjectName(name)
    if translator.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
