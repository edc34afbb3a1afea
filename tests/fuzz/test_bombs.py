"""What costs more to read than to send costs bounded time and memory all the same."""

from __future__ import annotations

import pytest

from tests.fuzz.limits import bombs_of, survived


@pytest.mark.timeout(600)  # a busy machine is no bomb: what may be spent is work, not time
@pytest.mark.parametrize("kind", ["calendars", "messages", "answers"])
def test_every_bomb_is_lived_through(kind: str) -> None:
    module = f"tests.fuzz.bombs.{kind}"
    assert survived(module) == bombs_of(module)
