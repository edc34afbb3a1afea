"""Words of the command line as values: numbers within their bounds, addresses."""

from __future__ import annotations

import argparse

LARGEST_ID = 2**63 - 1  # of SQLite
_MOST_ENTRIES = 1_000_000


def id_(text: str) -> int:
    return _known(within(text, LARGEST_ID), f"{text!r} is no number of an entry")


def how_many(text: str) -> int:
    return _known(within(text, _MOST_ENTRIES), f"{text!r} is no number from 1 to {_MOST_ENTRIES}")


def minutes(text: str) -> int:
    return _known(within(text, 60 * 24 * 365), f"{text!r} is no number of minutes above 0, up to a year")


def within(text: str, largest: int) -> int | None:
    """A whole number from 1 to the largest, or None."""
    number = int(text) if text.isdecimal() and len(text) <= len(str(largest)) else 0
    return number if 1 <= number <= largest else None


def _known(number: int | None, otherwise: str) -> int:
    if number is None:
        raise argparse.ArgumentTypeError(otherwise)
    return number


def address(text: str) -> str:
    if "@" not in text.strip("@"):
        raise argparse.ArgumentTypeError(f"{text!r} is no e-mail address")
    return text
