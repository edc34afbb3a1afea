"""Access tokens as the providers see them: where they come from is the business of `providers.oauth`."""

from __future__ import annotations

from typing import Protocol


class AccessTokens(Protocol):
    """The access tokens of one account (RFC 6749 1.4). Both methods may be called from any thread."""

    def fresh(self) -> str:
        """A token that is good for the next minutes, asked for anew where the last one is not.

        Raises `SignInNeeded` where consent was withdrawn or has run out, `Unreachable`, `Throttled`.
        """

    def refused(self, token: str) -> None:
        """A service did not take this token although its time is not over: `fresh` gives another one from now on."""
