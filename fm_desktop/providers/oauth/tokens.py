"""The tokens of one account, kept fresh: by one refresh at a time, in this process and in others."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager
from typing import Final, Protocol

from fm_desktop.port import SignInNeeded
from fm_desktop.providers.oauth.grants import Clock, TokenSet, refresh
from fm_desktop.providers.oauth.service import Service

# Early enough that no request is on its way when the time is over, and that two computers seldom meet.
EARLY_SECONDS: Final = 300


class Keeper(Protocol):
    """Where the tokens of an account are between two runs."""

    def load(self) -> TokenSet | None:
        """What is kept; None where there is nothing, or nothing to be used."""

    def save(self, tokens: TokenSet) -> None:
        """Raises `SignInNeeded` where it cannot be kept: an unkept refresh token may be the only one that is good."""

    def alone(self) -> AbstractContextManager[object]:
        """Held by one process at a time. Raises `Unreachable` where another one holds it for too long."""


class Tokens:
    """Implements `AccessTokens`. Safe to use from several threads.

    A refresh token that a service exchanges for another one (rotation) is good once. The new one is on the disk before
    anybody gets the access token that came with it; a crash between the answer and the disk leaves the former one,
    which a strict service refuses: then a person signs in again, and nothing else is lost. What could not be written
    (a full disk) is held, and written before the next one is given out.
    """

    def __init__(self, service: Service, keeper: Keeper, clock: Clock = time.time) -> None:
        self._service = service
        self._keeper = keeper
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: TokenSet | None = None
        self._refused: set[str] = set()
        self._unkept: tuple[str, TokenSet] | None = None  # for which refresh token it came, and what

    def __repr__(self) -> str:
        return f"Tokens({self._service.name})"

    def fresh(self) -> str:
        with self._lock:
            if self._tokens is None or not self._is_good(self._tokens):
                self._tokens = self._renewed()
            return self._tokens.access

    def refused(self, token: str) -> None:
        with self._lock:
            # Only the newest matters: what was refused before is not given out again anyway.
            self._refused = {token}

    def _renewed(self) -> TokenSet:
        with self._keeper.alone():
            kept = self._keeper.load()
            if kept is None:
                raise SignInNeeded(
                    f"The permission that {self._service.name} gave is not on this computer any more.",
                    "Sign in with the browser again.",
                )
            if self._unkept is not None and self._unkept[0] == kept.refresh:
                kept = self._kept(*self._unkept)
            if self._is_good(kept):
                return kept  # another process, or another part of this one, was faster
            return self._kept(kept.refresh, refresh(self._service, kept, self._clock))

    def _kept(self, former: str, renewed: TokenSet) -> TokenSet:
        self._unkept = former, renewed
        self._keeper.save(renewed)
        self._unkept = None
        return renewed

    def _is_good(self, tokens: TokenSet) -> bool:
        """By this computer's clock, which may be set: a token of the future is renewed. One that a clock set back makes
        look younger is found out by the service, which does not take it."""
        # Some services give tokens for five minutes only: renewed before each request, they would be renewed for ever.
        early = min(EARLY_SECONDS, (tokens.expires_at - tokens.obtained_at) / 2)
        in_time = tokens.obtained_at - early <= self._clock() < tokens.expires_at - early
        return in_time and tokens.access not in self._refused
