"""The program's sources, as trees; and whether a text in them is put together from constants alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Servers for demonstrations and tests; they hold no real secrets and listen on this computer only.
_OTHER_PROGRAMS = ("sandbox", "demo")


@dataclass(frozen=True, slots=True)
class Source:
    """One module of the program."""

    path: str
    tree: ast.Module

    def nodes(self) -> list[ast.AST]:
        return _nodes(self.tree)

    def calls(self) -> Iterator[ast.Call]:
        return (each for each in self.nodes() if isinstance(each, ast.Call))

    def at(self, node: ast.expr) -> str:
        return f"{self.path}:{node.lineno}: {ast.unparse(node)[:100]}"


@cache
def _nodes(tree: ast.Module) -> list[ast.AST]:
    return list(ast.walk(tree))


@cache
def program() -> tuple[Source, ...]:
    files = sorted((ROOT / "fm_desktop").rglob("*.py"))
    return tuple(
        Source(str(each.relative_to(ROOT)), ast.parse(each.read_text(encoding="utf-8")))
        for each in files
        if not set(each.parts) & set(_OTHER_PROGRAMS)
    )


def name_of(called: ast.expr) -> str:
    """`httpx2.Client` of a call; what comes before the last part is '' where it is no name itself."""
    match called:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=of, attr=name):
            return f"{name_of(of)}.{name}"
    return ""


@dataclass(slots=True)
class Constants:
    """Looks through names, choices, joins and calls within one module, as far as statements of SQL need it.

    `.value` counts as that of an enumeration: an object with a `value` of somebody else's is never meant in SQL.
    """

    source: Source
    reviewed: frozenset[str] = frozenset()
    _functions: dict[str, ast.FunctionDef] = field(init=False)
    _around: dict[ast.AST, ast.FunctionDef] = field(init=False, default_factory=dict)
    _seen: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        found = [each for each in self.source.nodes() if isinstance(each, ast.FunctionDef)]
        self._functions = {each.name: each for each in found}
        for function in found:
            self._around |= dict.fromkeys(ast.walk(function), function)

    def function_around(self, node: ast.AST) -> ast.FunctionDef | None:
        return self._around.get(node)

    def is_one(self, node: ast.expr | None, around: ast.FunctionDef | None) -> bool:
        match node:
            case ast.Constant() | ast.Attribute(attr="value"):
                return True
            case ast.JoinedStr(values=parts):
                return all(self.is_one(_value(each), around) for each in parts)
            case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, op=ast.Add() | ast.Mult(), right=second):
                return self.is_one(first, around) and self.is_one(second, around)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return all(self.is_one(each, around) for each in parts)
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[parts]):
                return self.is_one(parts, around)
            case ast.GeneratorExp(elt=part):
                return self.is_one(part, around)
            case ast.Name(id=name):
                return self._is_named(name, around)
        return False

    def _is_named(self, name: str, around: ast.FunctionDef | None) -> bool:
        key = (around.name if around else "", name)
        if f"{self.source.path}: {name}" in self.reviewed or key in self._seen:
            return True
        self._seen.add(key)
        bound = list(_bindings(around or self.source.tree, name))
        if bound:
            return all(self._is_bound(value, place, around) for value, place in bound)
        if around is not None and name in [each.arg for each in around.args.args]:
            return self._is_given(around, name)
        return around is not None and self._is_named(name, None)

    def _is_bound(self, value: ast.expr, place: int | None, around: ast.FunctionDef | None) -> bool:
        if place is None:
            return self.is_one(value, around)
        match value:
            case ast.Tuple(elts=parts):
                return self.is_one(parts[place], around)
            case ast.IfExp(body=first, orelse=second):
                return self._is_bound(first, place, around) and self._is_bound(second, place, around)
            case ast.Call(func=ast.Name(id=name)) if name in self._functions:
                function = self._functions[name]
                returned = [each.value for each in ast.walk(function) if isinstance(each, ast.Return)]
                return all(each is not None and self._is_bound(each, place, function) for each in returned)
        return False

    def _is_given(self, function: ast.FunctionDef, name: str) -> bool:
        """Whether all callers in this module give a constant for a parameter."""
        names = [each.arg for each in function.args.args]
        place = names.index(name) - (names[0] == "self")
        calls = [each for each in self.source.calls() if name_of(each.func).split(".")[-1] == function.name]
        return bool(calls) and all(
            len(each.args) > place and self.is_one(each.args[place], self.function_around(each)) for each in calls
        )


def _value(part: ast.expr) -> ast.expr:
    return part.value if isinstance(part, ast.FormattedValue) else part


def _bindings(scope: ast.AST, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    """What a name is bound to: the expression, and which part of it where several are bound at once."""
    top = scope.body if isinstance(scope, ast.Module) else ast.walk(scope)
    for node in top:
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _bound(target, value, name)
            case ast.AugAssign(target=ast.Name(id=found), value=value) if found == name:
                yield value, None
            case (
                ast.For(target=target, iter=ast.Tuple(elts=each_one))
                | ast.comprehension(target=target, iter=ast.Tuple(elts=each_one))
            ):
                for each in each_one:
                    yield from _bound(target, each, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr="append"), args=[value]) if found == name:
                yield value, None


def _bound(target: ast.expr, value: ast.expr, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    match target:
        case ast.Name(id=found) if found == name:
            yield value, None
        case ast.Tuple(elts=parts):
            for place, each in enumerate(parts):
                if isinstance(each, ast.Name) and each.id == name:
                    yield value, place
