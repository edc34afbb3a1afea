"""Reads gettext's .po files (GNU gettext manual, chapter 3): the part that translations of ours use."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr|msgstr\[[01]\])\s+)?(".*")$')


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Translations by their English text: single ones, and (one, many) pairs by their English pair."""

    single: dict[str, str]
    plural: dict[tuple[str, str], tuple[str, str]]


class BadCatalogue(ValueError):
    """A line of a catalogue that is none; `str(error)` names file and line."""


def read(path: Path) -> Catalogue:
    """A catalogue with its translated entries; those still empty are left out. Raises `BadCatalogue`, `OSError`."""
    found = Catalogue({}, {})
    entry: dict[str, str] = {}
    current = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        if match is None or not (match[1] or current):
            raise BadCatalogue(f"{path.name}, line {number}: {text}")
        if match[1] == "msgid":
            _add(found, entry)
            entry = {}
        current = match[1] or current
        # The escapes that catalogues use (\n, \", \\) are those of JSON.
        entry[current] = entry.get(current, "") + json.loads(match[2])
    _add(found, entry)
    return found


def _add(found: Catalogue, entry: dict[str, str]) -> None:
    source = entry.get("msgid", "")
    if "msgid_plural" in entry:
        one, many = entry.get("msgstr[0]", ""), entry.get("msgstr[1]", "")
        if one and many:
            found.plural[source, entry["msgid_plural"]] = (one, many)
    elif source and entry.get("msgstr"):
        found.single[source] = entry["msgstr"]


def quoted(text: str) -> str:
    """A text as a catalogue writes it."""
    return json.dumps(text, ensure_ascii=False)
