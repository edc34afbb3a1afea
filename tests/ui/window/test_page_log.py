"""The page of the log: its end, the test of connections, the bundle for support."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from fm_desktop.ui.window.pages.log import BundleDialog


def test_the_end_of_the_log_is_shown(scene):
    page = scene.page("log")
    assert page.log.toPlainText().splitlines()[-1] == scene.records.log[-1]


def test_connections_are_tested_and_each_result_is_named(scene):
    page = scene.page("log")
    scene.press("Test connections", page)
    scene.wait(lambda: "This computer's keychain is locked." in scene.says(page))
    text = scene.says(page)
    assert "does not work" in text
    assert "Passwords and keys" in text
    assert page.test.isEnabled()


def test_a_bundle_is_shown_before_it_is_saved(scene, tmp_path):
    page = scene.page("log")
    scene.press("Support bundle…", page)
    scene.wait(lambda: page.findChild(BundleDialog) is not None)
    dialog = page.findChild(BundleDialog)
    assert [dialog.names.item(row).text() for row in range(dialog.names.count())] == ["diagnosis.json", "log.txt"]
    assert '"version": "0.1.0"' in dialog.text.toPlainText()
    dialog.names.setCurrentRow(1)
    assert scene.records.log[0] in dialog.text.toPlainText()
    assert scene.records.done == []
    scene.press("Save as…", dialog)
    dialog.findChild(QFileDialog).fileSelected.emit(str(tmp_path / "support.zip"))
    scene.wait(lambda: bool(scene.records.done))
    assert scene.records.done[0][0] == "bundle"
    assert scene.records.done[0][2] == Path(tmp_path / "support.zip")
    scene.wait(lambda: "support.zip" in scene.says(page))


def test_an_empty_log_says_so(bare):
    assert bare.page("log").log.toPlainText() == "Nothing was logged yet."
