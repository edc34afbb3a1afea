"""What the program can say, read from its source: sentences with `{}` where values go.

A text counts as said if it is prose: words with a space between them. A value that is itself written in the source
(a constant, one of two words, a number of things) stands in the sentence, so that each of them is seen as it is said.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from tools.texts import MARKS

ROOT = Path(__file__).parents[2]
PLACE = "{}"

# The command line, and what is there to try the program, speak English.
_SILENT = ("cli", "sandbox", "demo")
_WINDOW = "ui/"

_PROSE = re.compile(r"[A-Za-z],? (?:[A-Za-z(“]|\{\})")
_WORD = re.compile(r"\b[a-z]{2,}\b|\.$")
# SQL, OData, patterns, markup, and what holds control characters.
_MACHINE = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA|WHERE|JOIN|BEGIN|DESC)\b| = \?"
    r"|\b(?:eq|ge|le|lt)\b|DateTime desc|\||\\[sdbw.(]|\[0-9|</|[\x00-\x08]"
)
TOP = "<module>"
_MOST_FORMS = 32

_Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence, and where it is said: `sync/log.py`, `Logger._failed`; `TOP` where it is in no function."""

    module: str
    function: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.text}"


@cache
def sayings() -> tuple[Saying, ...]:
    """Everything that the modules outside of the window can say: they know nothing of languages."""
    return tuple(each for path, tree in _modules() if not path.startswith(_WINDOW) for each in said_by(path, tree))


@cache
def unmarked() -> tuple[Saying, ...]:
    """What the window says without marking it for translation."""
    return tuple(each for path, tree in _modules() if path.startswith(_WINDOW) for each in said_by(path, tree))


@cache
def _modules() -> tuple[tuple[str, ast.Module], ...]:
    folder = ROOT / "fm_desktop"
    paths = sorted(each for each in folder.rglob("*.py") if each.relative_to(folder).parts[0] not in _SILENT)
    return tuple((each.relative_to(folder).as_posix(), ast.parse(each.read_text(encoding="utf-8"))) for each in paths)


def said_by(module: str, tree: ast.Module) -> Iterator[Saying]:
    yield from _Reader(module, _Names(_constants(tree))).read(tree)


def words() -> frozenset[str]:
    """Every text in the source outside of the window, single words included."""
    trees = (tree for path, tree in _modules() if not path.startswith(_WINDOW))
    constants = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(each.value for each in constants if isinstance(each.value, str))


def is_prose(text: str) -> bool:
    return all(each.search(text) for each in (_PROSE, _WORD)) and _MACHINE.search(text) is None


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names in a function stand for, as far as the source tells: those assigned once."""

    constants: dict[str, ast.expr]
    functions: tuple[_Functions, ...] = ()

    def value(self, name: str) -> ast.expr | None:
        for function in reversed(self.functions):
            if name in _locals(function):
                return _locals(function)[name]
        return self.constants.get(name)


@cache
def _locals(function: _Functions) -> dict[str, ast.expr | None]:
    found: dict[str, ast.expr | None] = {
        each.arg: None for each in ast.walk(function.args) if isinstance(each, ast.arg)
    }
    for name, value in _assigned(ast.walk(function)):
        found[name] = None if name in found else value
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    module: str
    names: _Names
    function: str = ""

    def read(self, node: ast.AST) -> Iterator[Saying]:
        if isinstance(node, _Functions):
            names = _Names(self.names.constants, (*self.names.functions, node))
            inside = _Reader(self.module, names, self._called(node.name))
            for each in ast.iter_child_nodes(node):
                yield from inside.read(each)
        elif isinstance(node, ast.ClassDef):
            yield from self._children(node, _Reader(self.module, self.names, self._called(node.name)))
        elif isinstance(node, ast.expr) and _is_text(node):
            for text in self._forms(node, 0):
                if is_prose(text):
                    yield Saying(self.module, self.function or TOP, node.lineno, text.strip())
            yield from self._unresolved(node)
        elif _is_marked(node):
            assert isinstance(node, ast.Call)
            yield from (said for each in node.keywords for said in self.read(each))
        elif not _is_docstring(node) and not _is_logging(node):
            yield from self._children(node, self)

    def _children(self, node: ast.AST, reader: _Reader) -> Iterator[Saying]:
        for each in ast.iter_child_nodes(node):
            yield from reader.read(each)

    def _called(self, name: str) -> str:
        return f"{self.function}.{name}" if self.function else name

    def _unresolved(self, node: ast.expr) -> Iterator[Saying]:
        """What is said inside of the places: in the arguments of functions that are called there."""
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.Call | ast.Subscript | ast.GeneratorExp | ast.Attribute):
                yield from self.read(each)
            elif isinstance(each, ast.expr):
                yield from self._unresolved(each)

    def _forms(self, node: ast.expr | None, depth: int) -> list[str]:
        """What an expression can say: all of its forms, `{}` for what only running the program tells."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value.replace("{", "(").replace("}", ")") if "{" in node.value else node.value]
        if isinstance(node, ast.JoinedStr):
            return _together(self._forms(each, depth) for each in node.values)
        if isinstance(node, ast.FormattedValue):
            return self._forms(node.value, depth)
        if isinstance(node, ast.BinOp) and _is_text(node):
            return _together((self._forms(node.left, depth), self._forms(node.right, depth)))
        if isinstance(node, ast.IfExp):
            return _distinct([*self._forms(node.body, depth), *self._forms(node.orelse, depth)])
        if isinstance(node, ast.BoolOp):
            return _distinct([form for each in node.values for form in self._forms(each, depth)])
        if isinstance(node, ast.Name) and depth < 4:
            value = self.names.value(node.id)
            return [PLACE] if value is None else self._forms(value, depth + 1)
        if isinstance(node, ast.Subscript):
            return self._chosen(node.value, depth)
        return _counted(node) if isinstance(node, ast.Call) else [PLACE]

    def _chosen(self, table: ast.expr, depth: int) -> list[str]:
        """One of the texts of a table."""
        if isinstance(table, ast.Name):
            return self._chosen(self.names.value(table.id) or ast.Constant(None), depth)
        if not isinstance(table, ast.Dict):
            return [PLACE]
        return _distinct([form for each in table.values for form in self._forms(each, depth)])


def _together(parts: Iterator[list[str]] | tuple[list[str], ...]) -> list[str]:
    forms = ["".join(each) for each in product(*parts)]
    assert len(forms) <= _MOST_FORMS, f"too many forms of one sentence: {forms[0]}"
    return _distinct(forms)


def _distinct(forms: list[str]) -> list[str]:
    """Each once. A value that only running the program tells may be empty as well, so that nothing is said of that."""
    return [each for each in dict.fromkeys(forms) if each or PLACE not in forms]


def _counted(call: ast.Call) -> list[str]:
    """`show.count`, the one function that puts words into sentences: `1 event`, `2 events`."""
    words = [each.value for each in call.args[1:] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if not (isinstance(call.func, ast.Name) and call.func.id == "count" and words):
        return [PLACE]
    return [f"1 {words[0]}", f"{PLACE} {words[1] if len(words) > 1 else words[0] + 's'}"]


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_logging(node: ast.AST) -> bool:
    """The log is for support, in English."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "_log"
    )


def _is_marked(node: ast.AST) -> bool:
    """What `tests/unit/test_texts.py` looks after."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS


def _assigned(nodes: Iterator[ast.AST]) -> Iterator[tuple[str, ast.expr | None]]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for each in ast.walk(target):
                    if isinstance(each, ast.Name):
                        yield each.id, node.value if each is target else None
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.For | ast.comprehension | ast.NamedExpr):
            for each in ast.walk(node.target):
                if isinstance(each, ast.Name):
                    yield each.id, node.value if isinstance(node, ast.AnnAssign | ast.NamedExpr) else None


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The texts, and tables of texts, that names at the top of a module stand for, imported ones included."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fm_desktop."):
            theirs = _constants_of(node.module or "")
            found.update((each.asname or each.name, theirs[each.name]) for each in node.names if each.name in theirs)
        found.update(
            (name, value)
            for name, value in _assigned(iter([node]))
            if value is not None and (_is_text(value) or isinstance(value, ast.Dict))
        )
    return found


@cache
def _constants_of(module: str) -> dict[str, ast.expr]:
    path = f"{module.removeprefix('fm_desktop.').replace('.', '/')}.py"
    return next((_constants(tree) for known, tree in _modules() if known == path), {})
