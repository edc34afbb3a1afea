"""What a person likes on this computer: notifications, quiet hours, language. Apart from `settings.toml`, which an
administrator may write; syncing goes on whatever is in here."""

from __future__ import annotations

import logging
import tomllib
from datetime import time
from pathlib import Path
from typing import Self

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from fm_desktop.paths import write_privately

_log = logging.getLogger(__name__)

FILE: str = "desktop.toml"


class Preferences(BaseModel):
    """`quiet_from` and `quiet_until` are wall clock times, both or none; the span may go over midnight.

    `language` is a code of `ui.texts.LANGUAGES`, '' for the system's.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    language: str = ""
    tell_new_events: bool = True
    tell_put_back: bool = True
    tell_first_import: bool = True
    quiet_from: time | None = None
    quiet_until: time | None = None

    @model_validator(mode="after")
    def _whole_span(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet hours need a beginning and an end")
        return self

    def is_quiet(self, at: time) -> bool:
        """Is this a time at which nothing may pop up?"""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


def load(folder: Path) -> Preferences:
    """Those in the folder; the defaults where there are none, or where the file makes no sense."""
    path = folder / FILE
    try:
        return Preferences.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError, ValidationError) as error:
        _log.warning("%s cannot be used, the defaults are: %s", path, error)
        return Preferences()


def save(preferences: Preferences, folder: Path) -> None:
    """Raises `OSError`."""
    values = preferences.model_dump(exclude_none=True, exclude_defaults=True)
    write_privately(folder / FILE, tomli_w.dumps(values).encode())
