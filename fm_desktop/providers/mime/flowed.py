"""Texts in format=flowed (RFC 3676): soft line breaks are taken out, quotes keep their marks."""

from __future__ import annotations


def unflowed(text: str, *, delete_space: bool) -> str:
    """`delete_space` is DelSp=yes: the blank before a soft break is no part of the text."""
    paragraphs: list[str] = []
    open_depth: int | None = None
    pieces: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if open_depth is not None and (open_depth != depth or content == "-- "):
            # A paragraph never goes on in another depth of quoting, nor into the signature (4.5).
            paragraphs.append(_quoted(open_depth, pieces))
            open_depth, pieces = None, []
        soft = content.endswith(" ") and content != "-- "
        pieces.append(content[:-1] if soft and delete_space else content)
        if soft:
            open_depth = depth
        else:
            paragraphs.append(_quoted(depth, pieces))
            open_depth, pieces = None, []
    if open_depth is not None:
        paragraphs.append(_quoted(open_depth, pieces))
    return "\n".join(paragraphs)


def _quoted(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    return f"{'>' * depth} {text}" if depth else text
