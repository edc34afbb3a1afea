"""The values of one key of the user's Windows registry. Imported on Windows only."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# By its name: type checkers know the module's contents on Windows only.
winreg: Any = import_module("winreg")


class UserRegistry:
    """See `fm_desktop.ui.autostart.Registry`."""

    def __init__(self, key: str) -> None:
        self._key = key

    def get(self, name: str) -> str | None:
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, self._key) as key:
                return str(winreg.QueryValueEx(key, name)[0])
        except FileNotFoundError:
            return None

    def set(self, name: str, value: str) -> None:
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, self._key) as key:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, value)

    def remove(self, name: str) -> None:
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, self._key, 0, winreg.KEY_SET_VALUE) as key:
                winreg.DeleteValue(key, name)
        except FileNotFoundError:
            return
