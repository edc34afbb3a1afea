"""The way out to the browser and the mail program, and to the clipboard."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication


def open_link(address: str) -> None:
    """Opens a web page, or a new message in the mail program; any other address could start any program."""
    _open(address, "http", "https", "mailto")


def open_web_page(address: str) -> None:
    """Opens a web page; anything else that an address could start is left alone."""
    _open(address, "http", "https")


def _open(address: str, *schemes: str) -> None:
    url = QUrl(address)
    if url.scheme() in schemes:
        QDesktopServices.openUrl(url)


def copy_text(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
