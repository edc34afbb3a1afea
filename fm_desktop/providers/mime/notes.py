"""The sentences a record carries about what could not be read."""

from __future__ import annotations

from fm_desktop.providers.mime.structure import DEEPEST, MOST_PARTS

ENCRYPTED = "This message is encrypted; only its headers could be logged."
PARTLY_ENCRYPTED = "A part of this message is encrypted and could not be read."
LOST_CHARACTERS = "Some characters of the text could not be read."
LONG_TEXT = "The text is longer than 2 MB; it is shown here up to there and attached in full."
LONG_TEXT_CUT = "The text is longer than 2 MB; it is shown here up to there."
TOO_MANY_PARTS = f"This message has more than {MOST_PARTS:,} parts; only those were read."
TOO_DEEP = f"Parts nested more than {DEEPEST} levels deep were left out."
LONG_HEADERS = "The headers of this message are longer than usual; they were not read to their end."
CUT = "This message is too large to be read in full; its end is missing."
DAMAGED = "This message ends in the middle; its end is missing."
LARGE_SIGNED = "This message is signed in one piece that is too large to be opened; it is attached as it is."
BROKEN_SIGNED = "A signed part of this message could not be opened; it is attached as it is."
PACKED = "A part of this message in the format of Outlook could not be read in full; it is attached as it is."


def missing_file(name: str) -> str:
    return f"The file “{name}” is missing: this message is too large to be read in full."
