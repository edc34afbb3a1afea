"""The `$filter` language of OData 4, as far as Outlook takes it: a small parser that yields a predicate."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.servers.graph.errors import bad_request

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w./]*)|(?P<mark>[(),:]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left is not None and left > right,
    "ge": lambda left, right: left is not None and left >= right,
    "lt": lambda left, right: left is not None and left < right,
    "le": lambda left, right: left is not None and left <= right,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}
Scope = dict[str, Any]
Value = Callable[[Scope], Any]


def predicate(text: str, properties: frozenset[str]) -> Callable[[dict[str, Any]], bool]:
    """What `$filter=text` keeps. `properties`: the first steps of paths that may be filtered on."""
    parser = _Parser(text, properties)
    test = parser.whole()
    return lambda entity: bool(test({"": entity}))


class _Parser:
    def __init__(self, text: str, properties: frozenset[str]) -> None:
        self.text = text
        self.properties = properties
        self.ranges: list[str] = []
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            if found is None:
                raise self.refuse(f"Syntax error at position {position} in '{text}'.")
            self.tokens.append((str(found.lastgroup), found.group(str(found.lastgroup))))
            position = found.end()

    def refuse(self, message: str) -> Exception:
        return bad_request(f"Invalid filter clause: {message}")

    def peek(self) -> str:
        return self.tokens[0][1] if self.tokens else ""

    def take(self, expected: str | None = None) -> tuple[str, str]:
        if not self.tokens or (expected is not None and self.tokens[0][1] != expected):
            raise self.refuse(f"Syntax error in '{self.text}'.")
        return self.tokens.pop(0)

    def whole(self) -> Value:
        test = self.either()
        if self.tokens:
            raise self.refuse(f"Syntax error at '{self.peek()}' in '{self.text}'.")
        return test

    def either(self) -> Value:
        test = self.both()
        while self.peek() == "or":
            self.take()
            test = _or(test, self.both())
        return test

    def both(self) -> Value:
        test = self.single()
        while self.peek() == "and":
            self.take()
            test = _and(test, self.single())
        return test

    def single(self) -> Value:
        if self.peek() == "not":
            self.take()
            return _not(self.single())
        if self.peek() == "(":
            self.take()
            test = self.either()
            self.take(")")
            return test
        left = self.operand()
        if self.peek() not in _COMPARE:
            return left
        compare = _COMPARE[self.take()[1]]
        right = self.operand()
        return _comparison(compare, left, right)

    def operand(self) -> Value:
        kind, text = self.take()
        if kind == "string":
            return _constant(text[1:-1].replace("''", "'"))
        if kind == "date":
            return _constant(text)
        if kind == "number":
            return _constant(float(text) if "." in text else int(text))
        if kind != "name":
            raise self.refuse(f"Syntax error at '{text}' in '{self.text}'.")
        if text in ("true", "false", "null"):
            return _constant({"true": True, "false": False, "null": None}[text])
        if self.peek() == "(":
            return self.call(text)
        return self.path(text)

    def call(self, name: str) -> Value:
        self.take("(")
        if name.endswith("/any"):
            return self.any_of(name.removesuffix("/any"))
        if name not in _FUNCTIONS:
            raise self.refuse(f"An unknown function with name '{name}' was found.")
        left = self.operand()
        self.take(",")
        right = self.operand()
        self.take(")")
        return _function(_FUNCTIONS[name], left, right)

    def any_of(self, path: str) -> Value:
        collection = self.path(path)
        variable = self.take()[1]
        self.take(":")
        self.ranges.append(variable)
        inner = self.either()
        self.ranges.pop()
        self.take(")")
        return lambda scope: any(inner({**scope, variable: entry}) for entry in collection(scope) or ())

    def path(self, text: str) -> Value:
        steps = text.split("/")
        if steps[0] in self.ranges:
            return _walk(steps[0], steps[1:])
        if steps[0] not in self.properties:
            raise self.refuse(f"Could not find a property named '{steps[0]}' that can be filtered on.")
        return _walk("", steps)


def _walk(start: str, steps: list[str]) -> Value:
    def read(scope: Scope) -> Any:
        value = scope[start]
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    return read


def _constant(value: Any) -> Value:
    return lambda scope: value


def _or(left: Value, right: Value) -> Value:
    return lambda scope: bool(left(scope)) or bool(right(scope))


def _and(left: Value, right: Value) -> Value:
    return lambda scope: bool(left(scope)) and bool(right(scope))


def _not(inner: Value) -> Value:
    return lambda scope: not inner(scope)


def _comparison(compare: Callable[[Any, Any], bool], left: Value, right: Value) -> Value:
    def test(scope: Scope) -> bool:
        one, other = left(scope), right(scope)
        if isinstance(one, str) and isinstance(other, str):
            return compare(_comparable(one), _comparable(other))
        try:
            return compare(one, other)
        except TypeError as error:
            raise bad_request("Invalid filter clause: the operands are of different types.") from error

    return test


def _comparable(text: str) -> str:
    """Strings compare without case; instants as they are written in UTC, whatever their fraction."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+(\.\d+)?(Z|\+00:00)?", text):
        whole, _, fraction = re.sub(r"(Z|\+00:00)$", "", text).partition(".")
        return f"{whole}.{fraction.ljust(7, '0')}"
    return text.casefold()


def _function(test: Callable[[str, str], bool], left: Value, right: Value) -> Value:
    def call(scope: Scope) -> bool:
        one, other = left(scope), right(scope)
        return isinstance(one, str) and test(one.casefold(), str(other).casefold())

    return call
