"""What a notification says, and what shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Note:
    """`link` is the item a click opens; None for a note of several, which opens the activity. A note with the same
    `topic` as one still on the screen takes its place."""

    title: str
    text: str
    topic: str
    link: int | None = None


class Notifier(Protocol):
    """Shows notes. Made and used in the window's thread, which is never blocked; `clicked` is called there."""

    clicked: Callable[[Note], None]
    """Set by the owner: a person clicked a note."""

    def show(self, note: Note, otherwise: Callable[[Note], None]) -> None:
        """Shows a note, or hands it to `otherwise`, perhaps later, if that cannot be done."""

    def close(self) -> None:
        """Shows and hears nothing more."""
