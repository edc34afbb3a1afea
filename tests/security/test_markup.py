"""What comes from outside is text in every window, notification and menu; and only web pages and mail are opened.

What each page does with hostile titles is tested where the pages are.
"""

import ast
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QDesktopServices, Qt
from PySide6.QtWidgets import QLabel

from fm_desktop.errors import ExitCode, Explained
from fm_desktop.ui.notify.dbus import request
from fm_desktop.ui.notify.note import Note
from fm_desktop.ui.web import open_link, open_web_page
from fm_desktop.ui.windows import Windows
from tests.security.sources import Source, name_of, program

HOSTILE = "<b>x</b><img src=http://evil.example/x.png><a href='file:///etc/passwd'>&amp;</a>"

# What shows markup, or follows links in it.
_NOWHERE = {
    "setHtml", "insertHtml", "appendHtml", "toHtml", "setMarkdown", "RichText", "MarkdownText", "AutoText",
    "setOpenExternalLinks", "setOpenLinks", "QTextBrowser", "QTextEdit", "QTextDocument", "QWebEngineView", "QToolTip",
}  # fmt: skip
# Who says of a label that it is plain, or draws a picture in one.
_LABELS = {"fm_desktop/ui/window/main.py"}
_OPENING = {"fm_desktop/ui/web.py", "fm_desktop/cli/commands.py"}
# Names of settings, with the ampersand of their keys: words of the program.
_OWN_WORDS = ("fm_desktop/ui/window/pages/settings.py", "AutoText")
_FOLDER = "QUrl.fromLocalFile(str(Paths.of(self._environment).config))"


def showing_markup(source: Source) -> list[str]:
    found = []
    for node in source.nodes():
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in _NOWHERE:
                found += [name] if (source.path, name) != _OWN_WORDS else []
            case ast.Call(func=called, args=arguments):
                found += _call(source, name_of(called), arguments)
    return [f"{source.path}: {each}" for each in found]


def _call(source: Source, called: str, arguments: list[ast.expr]) -> list[str]:
    method = called.rpartition(".")[2]
    if called in {"QLabel", "QtWidgets.QLabel"}:
        return [] if source.path in _LABELS and not arguments else [called]
    if method == "setToolTip":
        return [] if _is_plain(arguments[0]) else [ast.unparse(arguments[0])]
    if method in {"openUrl", "startDetached"} or called == "webbrowser.open":
        return [] if source.path in _OPENING or ast.unparse(arguments[0]) == _FOLDER else [called]
    if method == "QMessageBox":
        return [] if any(name_of(each.func).endswith(".setTextFormat") for each in source.calls()) else [called]
    return []


def _is_plain(tip: ast.expr) -> bool:
    """Words of the program, or made plain."""
    match tip:
        case ast.Constant():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in {"plain_tip", "_plain", "tr"}
        case ast.IfExp(body=first, orelse=second):
            return _is_plain(first) and _is_plain(second)
    return False


def test_nothing_in_the_program_shows_markup_or_opens_anything_by_another_way():
    assert [line for source in program() for line in showing_markup(source)] == []


@pytest.mark.parametrize(
    "line",
    [
        "QLabel(title)",
        "label.setTextFormat(Qt.TextFormat.RichText)",
        "label.setOpenExternalLinks(True)",
        "row.setToolTip(title)",
        "row.setToolTip(tr('x') if short else title)",
        "QTextBrowser()",
        "QMessageBox(icon, title, text)",
        "QDesktopServices.openUrl(QUrl(link))",
        "webbrowser.open(link)",
    ],
)
def test_a_way_to_show_markup_is_noticed(line):
    assert showing_markup(Source("fm_desktop/ui/sample.py", ast.parse(line)))


def test_a_message_box_shows_what_a_server_said_as_text(qtbot):
    window = SimpleNamespace(_main=None, _failure=None)
    Windows.show_failure(window, Explained(HOSTILE, HOSTILE, ExitCode.PROBLEMS))
    qtbot.addWidget(window._failure)
    labels = [each for each in window._failure.findChildren(QLabel) if HOSTILE in each.text()]
    assert len(labels) == 2
    assert {each.textFormat() for each in labels} == {Qt.TextFormat.PlainText}
    window._failure.close()


@pytest.mark.parametrize(("capabilities", "body"), [
    ({"body", "body-markup"}, "&lt;b&gt;x&lt;/b&gt;&lt;img src=http://evil.example/x.png&gt;&lt;a href='file:///etc/passwd'&gt;&amp;amp;&lt;/a&gt;"),
    ({"body"}, HOSTILE),
])  # fmt: skip
def test_a_notification_shows_a_title_as_text(tmp_path, capabilities, body):
    """A daemon that shows markup gets it escaped, one that does not gets it as it is; the summary is never markup."""
    arguments = request(Note(HOSTILE, HOSTILE, "new"), 0, capabilities, tmp_path / "icon.png")
    assert arguments[3:5] == (HOSTILE, body)


@pytest.mark.parametrize("opens", [open_link, open_web_page])
@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "javascript:alert(1)", "data:text/html,<script>", "ftp://example.com/", "smb://example.com/x",
        "ms-msdt:/id", "vscode://x", "x-apple.systempreferences:", "//example.com", "C:\\Windows\\x.exe", "-new-tab", "",
        " file:///etc/passwd", "http", "https:", "mailto",
    ],
)  # fmt: skip
def test_nothing_else_is_opened(qapp, monkeypatch, opens, address):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    opens(address)
    assert [each for each in opened if each not in {"https:"}] == []


def test_web_pages_and_mail_are_opened(qapp, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    for each in (
        "https://example.com/a?b=c",
        "http://127.0.0.1:8600/",
        "mailto:ann@example.com",
        "HTTPS://example.com/",
    ):
        open_link(each)
    open_web_page("mailto:ann@example.com")
    assert opened == [
        "https://example.com/a?b=c",
        "http://127.0.0.1:8600/",
        "mailto:ann@example.com",
        "https://example.com/",
    ]
