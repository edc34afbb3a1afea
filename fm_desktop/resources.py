"""Where the files that come with the program are: in the source tree, in the built folder, or installed."""

from __future__ import annotations

import sys
from pathlib import Path


def path_of(name: str) -> Path:
    """A file of `resources/`, such as `providers.toml`. Raises `FileNotFoundError`."""
    for folder in _folders():
        path = folder / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} is missing: FM Desktop is not completely installed")


def _folders() -> tuple[Path, ...]:
    """Beside the package in the source tree and in the built folder; a wheel installs it under `share`."""
    return Path(__file__).parents[1] / "resources", Path(sys.prefix) / "share" / "fm-desktop" / "resources"
