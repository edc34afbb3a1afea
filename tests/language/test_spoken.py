"""Everything that the program can say in the window is said there in the user's language, and in the window's words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from fm_desktop.resources import path_of
from fm_desktop.ui import told as recognition
from fm_desktop.ui.sentences import INSTEAD, SENTENCES
from fm_desktop.ui.sentences_setup import OF_THE_SYSTEM
from tests.language.elsewhere import ASSEMBLED, ENTRIES, FRAMES, entry_for
from tests.language.spoken import PLACE, Saying, sayings, unmarked, words

_LETTERS = re.compile(r"[^\W\d_]")
# What is called the same in every language.
_NAMES = re.compile(
    r"ForceManager|Microsoft 365|Google Tasks|UTC|providers\.toml|\.oauth|\[(?:provider\.caldav|table|entry)\]|\bkey\b"
)
# A title is a name, and may hold words: “Gmail and Google Workspace”.
_HOLDS_A_WORD = re.compile(r"[ (][a-z]+[ )]")
_OF_THE_COMMAND_LINE = re.compile(r"fm-desktop|setup\.toml|run the command|FM_DESKTOP_", re.IGNORECASE)


class Foreign:
    """A language in which every text of ours is dots, so that what nobody translated is seen by its letters."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def tr(self, text: str, /, **values: object) -> str:
        self.used.add(text)
        parts = re.split(r"\{(\w+)\}", text)
        return "".join(
            str(values[part]) if number % 2 else _LETTERS.sub("·", part) for number, part in enumerate(parts)
        )

    def left(self, said: str) -> str:
        """What of a sentence stays English."""
        shown = recognition.told(said.replace(PLACE, "0"))
        return shown if _LETTERS.search(_NAMES.sub("", shown)) else ""


@pytest.fixture
def foreign(monkeypatch) -> Iterator[Foreign]:
    spoken = Foreign()
    monkeypatch.setattr(recognition, "tr", spoken.tr)
    recognition._told.cache_clear()
    yield spoken
    recognition._told.cache_clear()


def ways(said: Saying) -> list[str]:
    """How it is said: by itself, or behind the setting that it is about."""
    return [said.text, *(frame.format(said.text) for frame in FRAMES.get(said.module, ()))]


def test_everything_said_has_a_template(foreign):
    """What has none is said in English to everybody: add it to a `ui/sentences` module, then `make texts`."""
    missing = [str(each) for each in sayings() if entry_for(each) is None and all(map(foreign.left, ways(each)))]
    assert missing == []


def test_the_window_marks_every_text_of_its_own():
    assert [str(each) for each in unmarked() if entry_for(each) is None] == []


def test_what_is_said_elsewhere_is_still_written_there():
    assert ENTRIES - {entry_for(each) for each in (*sayings(), *unmarked())} == set()


def of_the_catalog() -> list[str]:
    """What the catalog of providers says: why one is not served, what it calls a user name, and its own name."""
    entries = tomllib.loads(path_of("providers.toml").read_text(encoding="utf-8")).values()
    calendars = [each.get("calendar", {}) for each in entries]
    return [each[key] for key in ("reason", "user_hint", "title") for each in (*entries, *calendars) if key in each]


def test_the_catalog_of_providers_is_said_too(foreign):
    said = [each for each in of_the_catalog() if each.endswith(".") or _HOLDS_A_WORD.search(each)]
    assert len(said) > 4
    assert [each for each in said if foreign.left(each)] == []


def test_no_template_is_stale(foreign):
    """Each is said by some sentence, or is a word that stands in one."""
    said = [text for each in sayings() if entry_for(each) is None for text in ways(each)]
    for each in (*said, *of_the_catalog(), *ASSEMBLED):
        foreign.left(each)
    assert {*SENTENCES, *INSTEAD.values()} - foreign.used - set(OF_THE_SYSTEM) - words() == set()


def test_the_window_names_no_command():
    assert [each for each in (*SENTENCES, *INSTEAD.values()) if _OF_THE_COMMAND_LINE.search(each)] == []
