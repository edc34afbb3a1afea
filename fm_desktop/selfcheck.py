"""Is everything there that is imported only when it is first needed? For a built program, which lacks what its
builder did not see: the build succeeds all the same, and the program fails at its user's."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import fm_desktop
from fm_desktop.resources import path_of

# Those of the sandbox are not in every installation, and that of Windows only there.
_LEFT_OUT: Final = ("fm_desktop.sandbox", "fm_desktop.demo", "fm_desktop.ui.registry", "fm_desktop.__main__")

_LIBRARIES: Final = (
    "caldav.davclient",
    "exchangelib",
    "imapclient",
    "keyring.backends",
    "apscheduler.schedulers.background",
)
_LINUX_LIBRARIES: Final = ("jeepney.io.threading", "secretstorage")
_FILES: Final = ("fm-desktop.svg", "providers.toml", "icons/tray-ok-22.svg")


@dataclass(frozen=True, slots=True)
class Finding:
    """`missing` is why it cannot be had, '' if it can."""

    name: str
    missing: str = ""


def examine() -> tuple[Finding, ...]:
    """Imports every module of ours and what they bring, and looks at the files. Nothing is written or asked for."""
    libraries = _LIBRARIES + (_LINUX_LIBRARIES if sys.platform == "linux" else ())
    return (
        *(_import(name) for name in _own_modules()),
        *(_import(name) for name in libraries),
        _keychain(),
        *(_file(name) for name in _FILES),
    )


def _own_modules() -> Iterator[str]:
    for each in pkgutil.walk_packages(fm_desktop.__path__, "fm_desktop."):
        if not each.name.startswith(_LEFT_OUT):
            yield each.name


def _import(name: str) -> Finding:
    try:
        importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from being imported is the finding
        return Finding(name, f"{type(error).__name__}: {error}")
    return Finding(name)


def _keychain() -> Finding:
    """Which backend keyring would take; it finds them by metadata, which is easily left out of a build."""
    import keyring

    backend = type(keyring.get_keyring())
    return Finding(f"keychain: {backend.__module__}")


def _file(name: str) -> Finding:
    try:
        path_of(name)
    except FileNotFoundError as error:
        return Finding(name, str(error))
    return Finding(name)
