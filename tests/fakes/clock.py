"""A clock for one module: `time` itself is everybody's, and a server on another thread would wait for hours by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


def own_time(monkeypatch: pytest.MonkeyPatch, module: ModuleType, **functions: Callable[..., Any]) -> None:
    """`module` sees these functions of `time`, and the others as they are."""
    monkeypatch.setattr(module, "time", SimpleNamespace(**{**vars(time), **functions}))
