"""Header values with parameters: Content-Type and Content-Disposition (RFC 2045, 5.1; RFC 2183; RFC 2231)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from fm_desktop.providers.mime.charsets import decode
from fm_desktop.providers.mime.words import decoded

_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,100}?)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)", re.DOTALL)
# Other backslashes are meant: some programs write whole Windows paths.
_ESCAPED = re.compile(r"\\([\"\\])")
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?\Z", re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)")
_TYPE = re.compile(r"[!#$&^_.+\w-]{1,100}/[!#$&^_.+\w-]{1,100}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameterised:
    """`value` in lower case, without comments; `parameters` by name in lower case, decoded."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)


def parameterised(text: str) -> Parameterised:
    head = text.partition(";")[0]
    return Parameterised(_COMMENT.sub("", head).strip().lower(), _parameters(text[len(head) :]))


def media_type(text: str, default: str) -> Parameterised:
    """The default where there is no type; text where it makes no sense (RFC 2045, 5.2)."""
    found = parameterised(text)
    if not found.value:
        return Parameterised(default, found.parameters)
    value = "".join(found.value.split())
    return Parameterised(value if _TYPE.match(value) else "text/plain", found.parameters)


def _parameters(text: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for found in _PARAMETER.finditer(text):
        value = found.group(2).strip()
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = _ESCAPED.sub(r"\1", value[1:-1])
        section = _SECTION.match(found.group(1).lower())
        assert section is not None
        name, number, extended = section.groups()
        if number is None and not extended:
            plain.setdefault(name, decoded(value))
        else:
            sections.setdefault(name, {}).setdefault(int(number or 0), (bool(extended), value))
    # The extended form counts where both are given (RFC 6266, 4.3).
    return plain | {name: _joined(parts) for name, parts in sections.items()}


def _joined(parts: dict[int, tuple[bool, str]]) -> str:
    charset, data = "", b""
    for place, (extended, text) in enumerate(parts[number] for number in sorted(parts)):
        value = text
        if extended and place == 0 and text.count("'") >= 2:
            charset, _, value = text.split("'", 2)
        data += unquote_to_bytes(value) if extended else value.encode("utf-8", "replace")
    # Some programs put encoded words into sections.
    return decoded(decode(data, charset)[0])
