"""What both simulated worlds have in common: rules that are counted, and fates of computers."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition
from hypothesis.stateful import rule as hypothesis_rule

HAPPENED: Counter[str] = Counter()
"""How often each rule was run, and `history`: for those who count (`make simulate`)."""


def rule(**strategies: Any) -> Any:
    """`hypothesis.stateful.rule`, counted."""

    def counted(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def run(*given: Any, **values: Any) -> None:
            HAPPENED[function.__name__] += 1
            function(*given, **values)

        return hypothesis_rule(**strategies)(run)

    return counted


class Computers(Protocol):
    """A world with a computer that can come to grief."""

    backup: Path | None

    def sync(self, *, minutes: float) -> Any: ...

    def lose_state(self) -> None: ...

    def back_up(self) -> None: ...

    def restore(self) -> None: ...


class Fates(RuleBasedStateMachine):
    """What becomes of a computer in any world."""

    computers: Computers

    @rule(minutes=st.sampled_from([0.1, 2, 70]))
    def sync(self, minutes: float) -> None:
        self.computers.sync(minutes=minutes)

    @rule()
    def lose_state(self) -> None:
        self.computers.lose_state()

    @rule()
    def back_up(self) -> None:
        self.computers.back_up()

    @precondition(lambda self: self.computers.backup is not None)
    @rule()
    def restore(self) -> None:
        self.computers.restore()
