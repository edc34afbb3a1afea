"""The log, a test of all connections, and a bundle for support that is shown before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QListWidget, QPlainTextEdit, QVBoxLayout, QWidget

from fm_desktop.doctor import Check
from fm_desktop.ui.texts import N_, tr
from fm_desktop.ui.theme import Space, Tone, Type, font
from fm_desktop.ui.told import told
from fm_desktop.ui.widgets import Button, Card, Label, Mark, Row, Shape, Weight, across, at_the_end, empty_layout
from fm_desktop.ui.window.pages.page import Page, Tools
from fm_desktop.ui.window.records import Examined

LINES: Final = 500

# What the doctor looks at, by its own names.
_NAMES: Final = {
    "settings": N_("Settings"),
    "state": N_("State"),
    "secrets": N_("Passwords and keys"),
    "ForceManager": N_("ForceManager"),
    "calendar service": N_("Calendar service"),
    "mailbox": N_("Mailbox"),
}


class LogPage(Page):
    def __init__(self, tools: Tools) -> None:
        super().__init__(
            tools, tr("Log and diagnostics"), tr("For you, or for the support you ask. No passwords are in the log."),
            scrolls=False,
        )  # fmt: skip
        self.test = Button(tr("&Test connections"), lambda: self._examine(self._show_checks), Weight.PRIMARY)
        self.bundle = Button(tr("Support &bundle…"), lambda: self._examine(self._show_bundle))
        self.header.add_action(self.bundle)
        self.header.add_action(self.test)
        self.log = _monospace(tr("Log"))
        self.update_log = Button(tr("&Update"), self.refresh, Weight.QUIET)
        self.checks = Card(tr("Connections"))
        self.checks.hide()
        self.body.addWidget(self.checks)
        self.body.addLayout(across(Label(tr("Log"), Type.SECTION), self.update_log, stretch_at=0))
        self.body.addWidget(self.log, 1)

    def refresh(self) -> None:
        self.ask("log", lambda records: records.log_lines(LINES), self._show_log)

    def _show_log(self, lines: Sequence[str]) -> None:
        self.log.setPlainText("\n".join(lines) or tr("Nothing was logged yet."))
        bar = self.log.verticalScrollBar()
        bar.setValue(bar.maximum())

    # --- diagnosis ---

    def _examine(self, then: Callable[[Examined], object]) -> None:
        self.busy.say(tr("Testing the settings and every connection…"))
        self.ask("examination", lambda records: records.examine(), then, self.test, self.bundle)

    def _show_checks(self, found: Examined) -> None:
        empty_layout(self.checks.body)
        self.checks.add(Label(tr("Connections"), Type.SECTION))
        for each in found.diagnosis.checks:
            self.checks.add(_row(each))
        self.checks.show()

    def _show_bundle(self, found: Examined) -> None:
        dialog = BundleDialog(self, found.bundle)
        dialog.wanted.connect(lambda path: self._save_bundle(found.bundle, path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save_bundle(self, parts: Mapping[str, str], path: str) -> None:
        self.decide(
            lambda records: records.save_bundle(parts, Path(path)),
            lambda _: self.say(tr("The bundle is saved: {path}", path=path)),
        )


class BundleDialog(QDialog):
    """What support gets to see, part by part, before anything is saved. `wanted(path)` says where to."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget, parts: Mapping[str, str]) -> None:
        super().__init__(parent)
        self._parts = parts
        self.setWindowTitle(tr("Support bundle"))
        self.resize(760, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(tr("This is what the bundle holds"), Type.SECTION))
        sentence = tr(
            "Passwords and keys are taken out. Titles and addresses in the log may remain: look before you send it."
        )
        column.addWidget(Label(sentence, kind="muted"))
        self.names = QListWidget()
        self.names.setAccessibleName(tr("Parts of the bundle"))
        self.names.addItems(list(parts))
        self.names.setMaximumWidth(170)
        self.names.setSpacing(Space.XS)
        self.text = _monospace(tr("Content of the part"))
        self.names.currentTextChanged.connect(lambda name: self.text.setPlainText(parts.get(name, "")))
        column.addLayout(across(self.names, self.text, stretch_at=1), 1)
        self.save = Button(tr("&Save as…"), self._save, Weight.PRIMARY)
        self.cancel = Button(tr("&Cancel"), self.reject)
        column.addLayout(at_the_end(self.cancel, self.save))
        self.names.setCurrentRow(0)

    def _save(self) -> None:
        dialog = QFileDialog(self, tr("Save the support bundle"), str(Path.home() / "fm-desktop-support.zip"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, path: str) -> None:
        self.accept()
        self.wanted.emit(path)


def _row(check: Check) -> Row:
    mark = Mark(Shape.OK, Tone.OK) if check.ok else Mark(Shape.ATTENTION, Tone.ERROR)
    row = Row(tr(_NAMES.get(check.what, check.what)), told(check.said), told(check.next_step), leading=mark)
    state = tr("works") if check.ok else tr("does not work")
    row.add_control(Label(state, Type.STRONG, "" if check.ok else "error", wraps=False))
    return row


def _monospace(name: str) -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setFont(font(Type.CODE))
    text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    text.setAccessibleName(name)
    text.setTabChangesFocus(True)
    return text
