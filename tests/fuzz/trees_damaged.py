"""JSON as servers answer it, with values of other types, names, places and sizes than were promised."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

HUGE = "@huge number@"
"""Stands for a number of 100,000 digits: JSON has room for it, and Python's `int` refuses it."""

DEEP = "@deep list@"
"""Stands for a list in a list, 600 times: readers let it pass, writers do not."""

# fmt: off
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.5, 10**17, 10**30, -(10**400), HUGE, float("inf"), float("nan"), "", " ", "x", "0", "-1",
    "²", "9" * 5_000, "\ud800", "a\ud83d", "\0", "\n", "é" * 300, [], {}, [None], [[]], {"id": None}, {"id": {"id": 1}}, DEEP,
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-12:00", "26/11/25",
    "99/99/99", "0000-00-00", "24:00", "8:5", "2026-11-25", "2026-11-25T10:00:00", "2026-11-25T10:00:00+99:99", "https://[x",
    "https://elsewhere.example/", "<html>", "UTC", "Europe/Madrid", "../../etc/passwd", "true",
)
# fmt: on


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place in a tree, as the container and the key or index in it."""
    found: list[tuple[Any, Any]] = []
    pending = [tree]
    while pending:
        each = pending.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        for key in keys:
            found.append((each, key))
            pending.append(each[key])
    return found


@st.composite
def damaged(draw, seeds: Sequence[Any], most: int = 4, odd: Sequence[Any] = ODD) -> Any:
    """One of the seeds with some damage."""
    tree = [copy.deepcopy(draw(st.sampled_from(seeds)))]
    for _ in range(draw(st.integers(1, most))):
        there = places(tree)
        container, key = draw(st.sampled_from(there))
        draw(st.sampled_from(_WAYS))(draw, container, key, there, odd)
        if not tree:
            return None
    return tree[0]


def _replaced(draw, container: Any, key: Any, _, odd: Sequence[Any]) -> None:
    container[key] = copy.deepcopy(draw(st.sampled_from(odd)))


def _removed(draw, container: Any, key: Any, _, __) -> None:
    del container[key]


def _swapped(draw, container: Any, key: Any, there: list[tuple[Any, Any]], _) -> None:
    """Another value of the tree in this place, as a copy: a tree stays one."""
    other, other_key = draw(st.sampled_from(there))
    container[key] = copy.deepcopy(other[other_key])


def _wrapped(draw, container: Any, key: Any, _, __) -> None:
    value = container[key]
    container[key] = draw(st.sampled_from(([value], [value, value], {"value": value}, {"id": value}, str(value))))


def _renamed(draw, container: Any, key: Any, _, odd: Sequence[Any]) -> None:
    if isinstance(container, dict):
        new = draw(st.sampled_from((str(key).upper(), str(key)[1:], str(key) + "@odata.type", "")))
        container[new] = container.pop(key)


_WAYS = (_replaced, _replaced, _replaced, _removed, _swapped, _wrapped, _renamed)


def with_id(tree: Any, identity: Any) -> dict[str, Any]:
    """An object that has kept its identity, whatever became of the rest."""
    rest = tree if isinstance(tree, dict) else {}
    return {**{name: value for name, value in rest.items() if name.lower() != "id"}, "id": identity}


def written(tree: Any) -> bytes:
    """The tree as JSON, lone surrogates escaped as servers do it."""
    return json.dumps(tree).replace(f'"{HUGE}"', "7" * 100_000).replace(f'"{DEEP}"', "[" * 600 + "]" * 600).encode()
