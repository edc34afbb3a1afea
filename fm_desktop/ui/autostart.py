"""Starting with the desktop, as a switch: each system's own way, each over something that can be written to."""

from __future__ import annotations

import os
import plistlib
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from fm_desktop.paths import write_privately

NAME: Final = "FM Desktop"
ID: Final = "fm-desktop"
AGENT: Final = "net.forcemanager.fm-desktop"
RUN_KEY: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"


class Autostart(Protocol):
    """Whether the application starts with the desktop. Every method raises `OSError`."""

    def is_on(self) -> bool: ...

    def turn_on(self) -> None: ...

    def turn_off(self) -> None: ...


class Registry(Protocol):
    """The values of one key of the Windows registry. Raises `OSError`."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def remove(self, name: str) -> None: ...


class DesktopFile:
    """Linux: a file in the XDG autostart folder."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._path = folder / f"{ID}.desktop"
        self._command = command

    def is_on(self) -> bool:
        """Also off if a person's desktop settings disabled the entry, each in its own way."""
        try:
            lines = {line.strip().lower() for line in self._path.read_text(encoding="utf-8").splitlines()}
        except FileNotFoundError:
            return False
        return not lines & {"hidden=true", "x-gnome-autostart-enabled=false"}

    def turn_on(self) -> None:
        lines = [
            "[Desktop Entry]",
            "Type=Application",
            f"Name={NAME}",
            "Comment=Keeps your calendar and e-mail in step with ForceManager",
            "Comment[es]=Mantiene su calendario y su correo al día con ForceManager",
            f"Exec={' '.join(map(_exec_word, self._command))}",
            f"Icon={ID}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
            "",
        ]
        write_privately(self._path, "\n".join(lines).encode())

    def turn_off(self) -> None:
        self._path.unlink(missing_ok=True)


class RunKey:
    """Windows: a value of the user's Run key."""

    def __init__(self, registry: Registry, command: Sequence[str]) -> None:
        self._registry = registry
        self._command = command

    def is_on(self) -> bool:
        return self._registry.get(NAME) is not None

    def turn_on(self) -> None:
        self._registry.set(NAME, " ".join(_windows_word(each) for each in self._command))

    def turn_off(self) -> None:
        self._registry.remove(NAME)


class LaunchAgent:
    """macOS: a property list in the user's LaunchAgents."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._path = folder / f"{AGENT}.plist"
        self._command = command

    def is_on(self) -> bool:
        return self._path.exists()

    def turn_on(self) -> None:
        # No KeepAlive: what the user quits stays quit until the next sign-in.
        agent = {
            "Label": AGENT,
            "ProgramArguments": list(self._command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        write_privately(self._path, plistlib.dumps(agent))

    def turn_off(self) -> None:
        self._path.unlink(missing_ok=True)


def own_command() -> tuple[str, ...]:
    """What starts this application hidden: the built program, the installed command, or the module."""
    if getattr(sys, "frozen", False):
        return sys.executable, "--hidden"
    script = Path(sys.argv[0]).absolute()
    if script.name in {"fm-desktop", "fm-desktop.exe"} and os.access(script, os.X_OK):
        return str(script), "--hidden"
    return sys.executable, "-m", "fm_desktop", "--hidden"


def of_this_system(environment: Mapping[str, str]) -> Autostart:
    command = own_command()
    if sys.platform == "win32":
        from fm_desktop.ui.registry import UserRegistry

        return RunKey(UserRegistry(RUN_KEY), command)
    home = Path(environment.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return LaunchAgent(home / "Library" / "LaunchAgents", command)
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    return DesktopFile(config / "autostart", command)


def _exec_word(word: str) -> str:
    """One argument of an Exec key (Desktop Entry Specification, "The Exec key")."""
    word = word.replace("%", "%%")
    if shlex.quote(word) == word:
        return word
    # Escaped twice: once for the quotes, and once because the value is a string of a desktop file.
    for special in ("\\", '"', "`", "$"):
        word = word.replace(special, f"\\{special}")
    return '"' + word.replace("\\", "\\\\") + '"'


def _windows_word(word: str) -> str:
    return f'"{word}"' if any(blank in word for blank in " \t") else word
