"""Access tokens as a test gives them."""

from __future__ import annotations

from collections.abc import Callable


class GivenTokens:
    """Implements `AccessTokens` over a function. `refusals` are the tokens that a service did not take."""

    def __init__(self, give: Callable[[], str]) -> None:
        self._give = give
        self.refusals: list[str] = []

    def fresh(self) -> str:
        return self._give()

    def refused(self, token: str) -> None:
        self.refusals.append(token)
