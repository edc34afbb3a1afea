"""Where a profile's files are, and how they are written: for their owner's eyes only, never half."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import platformdirs

APP = "fm-desktop"
HOME_VARIABLE = "FM_DESKTOP_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders: `config` what the user chose, `state` what the engine knows, `logs`."""

    config: Path
    state: Path
    logs: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Paths:
        """All under FM_DESKTOP_HOME if it is set, else where the system keeps such things."""
        home = environment.get(HOME_VARIABLE, "")
        if home:
            root = Path(home).expanduser().absolute()
            return cls(root, root / "state", root / "logs")
        directories = platformdirs.PlatformDirs(APP, appauthor=False)
        return cls(directories.user_config_path, directories.user_state_path, directories.user_log_path)

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def store_file(self) -> Path:
        return self.state / "sync.sqlite3"

    @property
    def session_file(self) -> Path:
        """The CRM's session, encrypted."""
        return self.state / "crm.session"

    @property
    def tokens_file(self) -> Path:
        """What signing in at the provider with the browser brought, encrypted."""
        return self.state / "provider.tokens"

    @property
    def cycle_lock(self) -> Path:
        """Held while a cycle runs: one at a time for a profile, whoever starts it."""
        return self.state / "cycle.lock"

    @property
    def loop_lock(self) -> Path:
        """Held while the headless loop runs."""
        return self.state / "loop.lock"

    @property
    def log_file(self) -> Path:
        return self.logs / "fm-desktop.log"

    def make(self) -> None:
        """Makes the folders that are missing. Raises `OSError`."""
        for folder in (self.config, self.state, self.logs):
            make_privately(folder)


def make_privately(folder: Path) -> None:
    """Makes a folder and those above it that are missing, mode 0700; one that is there keeps its mode.

    Those above, too: whoever may write there may put another folder in the place of this one. Above the first that is
    there nothing is looked at: on a share one may have no right to. Raises `OSError`.
    """
    missing = list(takewhile(lambda each: not each.is_dir(), (folder, *folder.parents)))
    for each in reversed(missing):
        each.mkdir(exist_ok=True, mode=0o700)


def write_privately(path: Path, content: bytes) -> None:
    """Replaces a file in one step, mode 0600, on the disk before it counts. Raises `OSError`."""
    make_privately(path.parent)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600 by itself
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Puts the rename itself on the disk. Windows does so by itself and opens no folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
