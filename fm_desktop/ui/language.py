"""The language of all that is on the screen: that of our own texts, and that of those Qt brings along, on the buttons
of its dialogs and in the menus of its fields."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from fm_desktop.ui import texts


def speak(*wanted: str) -> str:
    """As `texts.use`, for Qt's texts too; where Qt has no translation of them they stay English."""
    code = texts.use(*wanted)
    application = QCoreApplication.instance()
    if application is not None:
        _translate_qt(application, code)
    return code


class _Spoken:
    code = "en"
    translator: QTranslator | None = None


def _translate_qt(application: QCoreApplication, code: str) -> None:
    if code == _Spoken.code:
        return
    if _Spoken.translator is not None:
        application.removeTranslator(_Spoken.translator)
    _Spoken.code, _Spoken.translator = code, None
    if code == "en":
        return
    translator = _Spoken.translator = QTranslator()
    if translator.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
