"""What others wrote, as values that nothing here stumbles over: bytes of unknown length, JSON, TOML.

Python's readers raise `RecursionError` for what is nested deeply, and another `ValueError` than usual for a number of
thousands of digits. What they let pass may be too deep for whoever writes it out again, or hold halves of surrogate
pairs, which neither a database nor a request can carry.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any, Final

_DEEPEST: Final = 100
# More digits than any number has that can be stored; as a floating-point number it is nobody's identity.
_MOST_DIGITS: Final = 18
_HALVES: Final = re.compile(r"\\u[dD]|[\ud800-\udfff]")
_DIGITS: Final = re.compile(r"[0-9_]{1000}")
# Python reads these however long they are, and then cannot say them.
_OTHER_DIGITS: Final = re.compile(r"0[xob][0-9A-Fa-f_]{1000}")


class TooLarge(ValueError):
    """More bytes than are taken."""


def bounded(parts: Iterable[bytes], limit: int) -> bytes:
    """The parts of an answer together. Raises `TooLarge`, and takes no further ones then."""
    taken = bytearray()
    for part in parts:
        taken += part
        if len(taken) > limit:
            raise TooLarge(f"more than {limit} bytes")
    return bytes(taken)


def json_of(data: bytes) -> Any:
    """The value of a JSON text in UTF-8 (RFC 8259). A whole number of more than 18 digits comes as a floating-point
    one, half of a surrogate pair as a replacement character.

    Raises `ValueError` for what is no JSON, or nested deeper than a hundred times.
    """
    text = data.decode("utf-8-sig", "surrogatepass")
    try:
        value = json.loads(text, parse_int=_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    _check_depth(value)
    return _whole(value) if _HALVES.search(text) else value


def toml_of(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises `ValueError` with a plain reason, which names the line where one is wrong."""
    if found := _OTHER_DIGITS.search(text):
        raise _too_long(text, found)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:
        raise _too_long(text, _DIGITS.search(text)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _too_long(text: str, number: re.Match[str] | None) -> ValueError:
    line = text.count("\n", 0, number.start() if number else 0) + 1
    return ValueError(f"a number is too long (at line {line})")


def whole_text(text: str) -> str:
    """Without halves of surrogate pairs."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise ValueError("it is nested too deeply")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {whole_text(name): _whole(each) for name, each in value.items()}
    return value
