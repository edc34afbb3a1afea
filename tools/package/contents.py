"""What belongs into the built program: decided by the lock and by what is reached, never by what the builder has."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

Entry = tuple[str, str, str]
"""One file as PyInstaller lists it: (path in the folder, path here, kind)."""

# Screens that no desktop has, and a theme that brings all of GTK 3 where that is installed. Offscreen stays: with it
# the built program can be looked at where there is no screen.
_PLUGINS: Final = re.compile(
    r"/plugins/(egldeviceintegrations|generic|tls)/"
    r"|/plugins/platforms/(lib)?q(direct2d|eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)\."
    r"|/plugins/platformthemes/libqgtk3\."
    r"|/plugins/imageformats/(lib)?q(?!svg\.|ico\.)"
    r"|/plugins/wayland-shell-integration/lib(ivi|fullscreen)-shell"
)
# English is what Qt speaks without a translation.
_TRANSLATIONS: Final = re.compile(r"^PySide6/.*translations/(?!qtbase_es\.)")
_TESTS: Final = re.compile(r"(^|[./])(tests?|testing)([./]|$)")


def foreign_modules(lock: Path) -> list[str]:
    """Top-level modules of this environment that no distribution of the lock brings, such as the tools of the tests.

    Libraries import them where they are there (`pydantic` looks for mypy, `caldav` for Radicale), so a build would
    take them along, and what they need.
    """
    names = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    ours = {_normal(name) for name in (*names, "fm-desktop")}
    return sorted(
        module
        for module, owners in metadata.packages_distributions().items()
        if module.isidentifier() and not ours & {_normal(owner) for owner in owners}
    )


def is_program(module: str) -> bool:
    """No tests, and neither the sandbox nor the demo that runs on it."""
    return not _TESTS.search(module) and not module.startswith(("fm_desktop.sandbox", "fm_desktop.demo"))


def wanted(entries: Iterable[Entry]) -> list[Entry]:
    """Without the parts of Qt that nobody here needs, and without the tests of libraries."""
    return [
        entry
        for entry in entries
        if not (path := entry[0].replace("\\", "/"))
        or not (_PLUGINS.search(path) or _TRANSLATIONS.search(path) or _TESTS.search(path))
    ]


def reached(binaries: Iterable[Entry], needs: Callable[[str], Iterable[tuple[str, str | None]]]) -> list[Entry]:
    """Without shared libraries that only a plugin needed which was left out.

    `needs` gives the (name, path) of the libraries that a file is linked to.
    """
    listed = list(binaries)
    by_name: dict[str, list[Entry]] = {}
    for entry in listed:
        by_name.setdefault(Path(entry[0]).name, []).append(entry)
    waiting = [entry for entry in listed if _is_loaded_by_name(entry)]
    kept = {entry[0] for entry in waiting}
    while waiting:
        for name, _ in needs(waiting.pop()[1]):
            found = [entry for entry in by_name.get(name, ()) if entry[0] not in kept]
            kept.update(entry[0] for entry in found)
            waiting += found
    return [entry for entry in listed if entry[0] in kept]


def leading_somewhere(entries: Iterable[Entry], binaries: Iterable[Entry]) -> list[Entry]:
    """Without links to libraries that were left out. A link's second word is where it leads, seen from its place."""
    kept = {entry[0] for entry in binaries}
    return [
        entry
        for entry in entries
        if entry[2] != "SYMLINK" or os.path.normpath(Path(entry[0]).parent / entry[1]) in kept
    ]


def _is_loaded_by_name(entry: Entry) -> bool:
    """By Python, by Qt, or by the starter, which loads the interpreter."""
    path, _, kind = entry
    return kind == "EXTENSION" or "/plugins/" in path or Path(path).name.startswith("libpython")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
