"""An iCalendar object as a tree of its own lines, so that an edit leaves every other byte alone.

A line here is a whole content line as it was sent: folds, line end, odd spelling and all. What is not
a property (blank lines, junk) is kept as well. Serialising what was parsed gives the same bytes back,
whatever they were. A library that parses into values and writes them out again cannot promise that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LF_LINES = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")
_CR_LINES = re.compile(rb"[^\r]*(?:\r[ \t][^\r]*)*(?:\r|\Z)")
_FOLD = re.compile(rb"\r*[\r\n][ \t]")
_SOFT_BREAK = re.compile(rb"=\r*[\r\n]")
_NAME = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*([A-Za-z0-9-]+)[ \t]*(?=[;:])")
_END = re.compile(rb"\r*\n\Z|\r\Z")
_CARET = re.compile(r"\^([n^'])")
_CARET_VALUES = {"n": "\n", "^": "^", "'": '"'}
_LINE_LIMIT = 75

Parameters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Property:
    """A content line taken apart (RFC 5545, 3.1). Names are upper case, values of parameters decoded."""

    name: str
    parameters: Parameters
    value: str

    def parameter(self, name: str) -> str:
        """The first value of a parameter, '' if it is absent."""
        return next((values[0] for key, values in self.parameters if key == name and values), "")


@dataclass(frozen=True, slots=True)
class Line:
    """One content line as it was sent, folds and line end included. `name` is '' for what is no property."""

    raw: bytes
    name: str

    @property
    def line_end(self) -> bytes:
        found = _END.search(self.raw)
        return found.group() if found else b""

    def parse(self) -> Property:
        content = _unfolded(self.raw)
        found = _NAME.match(content)
        rest = _decode(content[found.end() :] if found else content)
        parameters, value = _split(rest)
        return Property(self.name, parameters, value)


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END, in order; the root has neither. Mutable: an edit buffer."""

    name: str
    begin: Line | None = None
    end: Line | None = None
    nodes: list[Line | Component] = field(default_factory=list)

    def components(self, *names: str) -> list[Component]:
        """The direct sub-components, of the names given or all."""
        found = (node for node in self.nodes if isinstance(node, Component))
        return [node for node in found if not names or node.name in names]

    def lines(self, name: str) -> list[Line]:
        return [node for node in self.nodes if isinstance(node, Line) and node.name == name]

    def properties(self, name: str) -> list[Property]:
        return [line.parse() for line in self.lines(name)]

    def first(self, name: str) -> Property | None:
        """The first of a name: where a property stands twice against the RFC, the first one counts."""
        line = next(iter(self.lines(name)), None)
        return None if line is None else line.parse()

    def put(self, name: str, value: str, parameters: Parameters = ()) -> None:
        """Sets a property that stands once: in the place of the first, duplicates go; else before sub-components."""
        line = Line(content_line(name, value, parameters, self._line_end()), name)
        place = next((at for at, node in enumerate(self.nodes) if isinstance(node, Line) and node.name == name), None)
        if place is None:
            self.nodes.insert(self._after_last_line(), line)
            return
        self.remove(name)
        self.nodes.insert(place, line)

    def remove(self, *names: str) -> None:
        self.nodes = [node for node in self.nodes if isinstance(node, Component) or node.name not in names]

    def _line_end(self) -> bytes:
        return (self.begin.line_end if self.begin else b"") or b"\r\n"

    def _after_last_line(self) -> int:
        first = next((at for at, node in enumerate(self.nodes) if isinstance(node, Component)), len(self.nodes))
        while first and isinstance(self.nodes[first - 1], Line) and not self.nodes[first - 1].name:
            first -= 1
        return first


def parse(raw: bytes) -> Component:
    """The root of any bytes at all: never raises. `unclosed` tells whether the tree can be trusted."""
    root = Component("")
    stack = [root]
    open_names: Counter[str] = Counter()
    for chunk in _content_lines(raw):
        line = Line(chunk, _name_of(chunk))
        if line.name == "BEGIN":
            child = Component(line.parse().value.strip().upper(), begin=line)
            stack[-1].nodes.append(child)
            stack.append(child)
            open_names[child.name] += 1
        elif line.name == "END" and _close(stack, open_names, line):
            continue
        else:
            stack[-1].nodes.append(line)
    return root


def serialise(root: Component) -> bytes:
    return b"".join(line.raw for line in _walk(root))


def unclosed(root: Component) -> str:
    """The name of a component without its END (a file cut short), '' if there is none."""
    pending = root.components()
    while pending:
        each = pending.pop()
        if each.end is None:
            return each.name
        pending += each.components()
    return ""


def content_line(name: str, value: str, parameters: Parameters = (), line_end: bytes = b"\r\n") -> bytes:
    """A folded line of at most 75 octets each, never folded inside a character (RFC 5545, 3.1)."""
    head = name + "".join(f";{key}={','.join(map(_quoted, values))}" for key, values in parameters)
    data = f"{head}:{value}".encode("utf-8", "replace")
    pieces = []
    start, room = 0, _LINE_LIMIT
    while len(data) - start > room:
        cut = start + room
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[start:cut])
        start, room = cut, _LINE_LIMIT - 1
    pieces.append(data[start:])
    return (line_end + b" ").join(pieces) + line_end


def _content_lines(raw: bytes) -> Iterable[bytes]:
    """Logical lines. A lone CR ends a line only in files that have no LF at all (old Mac exports)."""
    pattern = _LF_LINES if b"\n" in raw else _CR_LINES
    lines = [line for line in pattern.findall(raw) if line]
    if b"QUOTED-PRINTABLE" not in raw.upper():
        return lines
    return _join_soft_breaks(lines)


def _join_soft_breaks(lines: list[bytes]) -> Iterator[bytes]:
    """vCalendar 1.0 folds quoted-printable values with `=` at the end, and the next line has no blank."""
    held: list[bytes] = []
    for line in lines:
        is_quoted = bool(held) or b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
        held.append(line)
        if is_quoted and line[-8:].rstrip(b"\r\n").endswith(b"="):
            continue
        yield b"".join(held)
        held = []
    if held:
        yield b"".join(held)


def _name_of(raw: bytes) -> str:
    # A fold may fall inside the name, so a short head is unfolded; names longer than this do not exist.
    found = _NAME.match(_unfolded(raw[:200]))
    return found.group(1).decode("ascii").upper() if found else ""


def _close(stack: list[Component], open_names: Counter[str], line: Line) -> bool:
    """Closes the innermost component of that name; False (a stray END) if none is open."""
    name = line.parse().value.strip().upper()
    if not open_names[name]:
        return False
    while True:
        component = stack.pop()
        open_names[component.name] -= 1
        if component.name == name:
            component.end = line
            return True


def _walk(root: Component) -> Iterator[Line]:
    """Depth first without recursion: hostile files nest deeper than Python's stack."""
    pending: list[Line | Component | None] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Line):
            yield node
        elif node is not None:
            pending.append(node.end)
            pending.extend(reversed(node.nodes))
            pending.append(node.begin)


def _unfolded(raw: bytes) -> bytes:
    content = raw[: -len(end)] if (end := _trailing(raw)) else raw
    if b"\n" not in content and b"\r" not in content:
        return content
    if b"QUOTED-PRINTABLE" in content.partition(b":")[0].upper():
        content = _SOFT_BREAK.sub(b"", content)
    return _FOLD.sub(b"", content)


def _trailing(raw: bytes) -> bytes:
    found = _END.search(raw[-8:])
    return found.group() if found else b""


def _decode(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _split(rest: str) -> tuple[Parameters, str]:
    """`;CN="a:b";X=1:value` as parameters and value. What is malformed is read as well as it goes."""
    parameters: list[tuple[str, tuple[str, ...]]] = []
    at = 0
    while at < len(rest) and rest[at] == ";":
        stop = at + 1
        while stop < len(rest) and rest[stop] not in "=;:":
            stop += 1
        name = rest[at + 1 : stop].strip().upper()
        values: list[str] = []
        at = stop
        while at < len(rest) and rest[at] == ("=" if not values else ","):
            value, at = _parameter_value(rest, at + 1)
            values.append(value)
        parameters.append((name, tuple(values)))
    return tuple(parameters), rest[at + 1 :]


def _parameter_value(rest: str, at: int) -> tuple[str, int]:
    if at < len(rest) and rest[at] == '"':
        closing = rest.find('"', at + 1)
        if closing > 0:
            stop = closing + 1
            while stop < len(rest) and rest[stop] not in ",;:":
                stop += 1
            return _uncaret(rest[at + 1 : closing]), stop
    stop = at
    while stop < len(rest) and rest[stop] not in ",;:":
        stop += 1
    return _uncaret(rest[at:stop]), stop


def _uncaret(value: str) -> str:
    """RFC 6868: `^n`, `^^` and `^'`; a caret before anything else stands for itself."""
    return _CARET.sub(lambda found: _CARET_VALUES[found.group(1)], value) if "^" in value else value


def _quoted(value: str) -> str:
    value = value.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{value}"' if any(mark in value for mark in ",;:") else value
