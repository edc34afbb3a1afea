"""The command itself: what it leads to."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from fm_desktop import __main__ as entry

ROOT = Path(__file__).parents[2]
HEAVY = ("pydantic", "httpx2", "lxml", "caldav", "exchangelib", "apscheduler", "cryptography", "keyring", "imapclient")


def test_the_installed_command_is_the_module():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, function = scripts["fm-desktop"].partition(":")
    assert getattr(import_module(module), function) is entry.main


def test_any_command_goes_to_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["fm-desktop", "--version"])
    with pytest.raises(SystemExit):
        entry.main()
    assert "FM Desktop" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--hidden"]])
def test_without_a_command_and_without_a_screen_it_says_what_to_do(monkeypatch, capsys, arguments):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["fm-desktop", *arguments])
    assert entry.main() == 2
    assert "fm-desktop sync" in capsys.readouterr().err


def test_the_tray_does_not_wait_for_heavy_libraries():
    """Design 9: they are imported when they are first used."""
    program = "import sys, fm_desktop.ui.application; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & set(HEAVY) == set()


def test_the_sources_of_what_is_imported_are_not_kept_in_memory():
    """PySide reads them all to look for its own name, and Python keeps their lines: see `ui/binding.py`."""
    program = """
import linecache, os, sys
for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
    os.environ.pop(name, None)
sys.argv = ["fm-desktop", "--hidden"]
from fm_desktop.__main__ import main
main()
import fm_desktop.app
print(*[name for name in linecache.cache if "fm_desktop" in name or "pydantic" in name])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_icon_does_not_wait_for_what_it_does_not_need(tmp_path):
    """The namespace `Qt` makes over a thousand constants when it is first named: as long as all our imports take."""
    program = """
import os, sys
from PySide6 import QtCore
from PySide6.QtWidgets import QApplication
from fm_desktop.paths import Paths
from fm_desktop.ui.application import Application
from fm_desktop.ui.instance import Instance
qt = QApplication([])
Application(qt, os.environ, Instance(Paths.of(os.environ).state), hidden=True)
print(*["Qt" for name in vars(QtCore) if name == "Qt"], *sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "FM_DESKTOP_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    wanted_later = {"Qt", "sqlite3", "fm_desktop.ui.notify.dbus", "fm_desktop.ui.language"}
    assert set(done.stdout.split()) & wanted_later == set()
