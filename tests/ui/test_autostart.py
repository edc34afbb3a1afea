"""Starting with the desktop, in each system's way."""

from __future__ import annotations

import plistlib
import re
import shlex
import stat
import sys

import pytest

from fm_desktop.ui import autostart
from fm_desktop.ui.autostart import DesktopFile, LaunchAgent, RunKey, of_this_system, own_command

COMMAND = ("/opt/FM Desktop/fm-desktop", "--hidden")


class Memory:
    """A registry key."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def set(self, name: str, value: str) -> None:
        self.values[name] = value

    def remove(self, name: str) -> None:
        self.values.pop(name, None)


def switches(tmp_path):
    return [
        DesktopFile(tmp_path / "autostart", COMMAND),
        RunKey(Memory(), COMMAND),
        LaunchAgent(tmp_path / "LaunchAgents", COMMAND),
    ]


@pytest.mark.parametrize("which", [0, 1, 2], ids=["xdg", "windows", "macos"])
def test_the_switch_goes_on_and_off_as_often_as_one_likes(tmp_path, which):
    switch = switches(tmp_path)[which]
    assert not switch.is_on()
    switch.turn_off()
    for _ in range(2):
        switch.turn_on()
        assert switch.is_on()
    switch.turn_off()
    assert not switch.is_on()


def test_the_desktop_file_starts_the_command_hidden(tmp_path):
    DesktopFile(tmp_path, COMMAND).turn_on()
    path = tmp_path / "fm-desktop.desktop"
    lines = dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines()[1:])
    assert lines["Type"] == "Application"
    assert shlex.split(lines["Exec"]) == list(COMMAND)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_was_disabled_in_the_settings_of_the_desktop_is_off(tmp_path, line):
    switch = DesktopFile(tmp_path, COMMAND)
    switch.turn_on()
    path = tmp_path / "fm-desktop.desktop"
    text = path.read_text().replace("X-GNOME-Autostart-enabled=true", "")
    path.write_text(f"{text}\n{line}\n")
    assert not switch.is_on()


@pytest.mark.parametrize("odd", ['a"b', "a$b", "a`b", "a b", "100%", "back\\slash"])
def test_odd_characters_in_the_path_survive_both_layers_of_quoting(tmp_path, odd):
    DesktopFile(tmp_path, (f"/opt/{odd}/fm-desktop",)).turn_on()
    text = (tmp_path / "fm-desktop.desktop").read_text(encoding="utf-8")
    value = next(line for line in text.splitlines() if line.startswith("Exec=")).removeprefix("Exec=")
    assert read_exec(value) == f"/opt/{odd}/fm-desktop"


def read_exec(value: str) -> str:
    """One argument of an Exec key as the specification has it read: first the string of a desktop file, then the
    quotes, in which a backslash stands before a quote, a backtick, a dollar and a backslash, then the field codes."""
    text = re.sub(r"\\(.)", r"\1", value)
    if text.startswith('"'):
        text = re.sub(r"\\([\"`$\\])", r"\1", text[1:-1])
    return text.replace("%%", "%")


def test_windows_gets_one_line_with_quotes_around_blanks():
    registry = Memory()
    RunKey(registry, COMMAND).turn_on()
    assert registry.values == {"FM Desktop": '"/opt/FM Desktop/fm-desktop" --hidden'}


def test_macos_starts_it_once_and_does_not_bring_back_what_was_quit(tmp_path):
    LaunchAgent(tmp_path, COMMAND).turn_on()
    (path,) = tmp_path.iterdir()
    agent = plistlib.loads(path.read_bytes())
    assert agent["ProgramArguments"] == list(COMMAND)
    assert agent["RunAtLoad"] is True
    assert "KeepAlive" not in agent


def test_on_this_system_the_xdg_folder_is_used(tmp_path):
    switch = of_this_system({"XDG_CONFIG_HOME": str(tmp_path), "HOME": "/nowhere"})
    switch.turn_on()
    assert (tmp_path / "autostart" / "fm-desktop.desktop").exists()


def test_the_command_is_the_program_that_runs(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", ["/usr/lib/python3/pytest"])
    assert own_command() == (sys.executable, "-m", "fm_desktop", "--hidden")
    script = tmp_path / "fm-desktop"
    script.touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(script)])
    assert own_command() == (str(script), "--hidden")
    monkeypatch.setattr(autostart.sys, "frozen", True, raising=False)
    assert own_command() == (sys.executable, "--hidden")
