"""The normal form of texts: what both sides are compared in, so that a server's tidying is no edit."""

from __future__ import annotations

import re
import unicodedata

# C0 controls other than tab and newline, which neither JSON forms nor iCalendar carry faithfully.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def normal_text(text: str) -> str:
    """Unix line ends, no control characters, NFC, no blanks at line ends, no blank lines at either end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", _CONTROLS.sub("", text).replace("\u00a0", " "))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def normal_title(title: str) -> str:
    """One line, single blanks, trimmed."""
    if title.isascii() and title.isprintable():
        # Nearly all of a mailbox's titles, ids and names: there is nothing else to tidy in them.
        return " ".join(title.split())
    return " ".join(normal_text(title).split())


def apart(before: str, after: str, longest: int) -> tuple[str, str]:
    """Two texts for people to compare, each of at most `longest` characters, around the first that differs."""
    both = zip(before, after, strict=False)
    first = next((place for place, (old, new) in enumerate(both) if old != new), min(len(before), len(after)))
    start = max(0, first - longest // 4) if max(len(before), len(after)) > longest else 0
    return _piece(before, start, longest), _piece(after, start, longest)


def _piece(text: str, start: int, longest: int) -> str:
    end = start + longest
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if len(text) > end else ''}"
