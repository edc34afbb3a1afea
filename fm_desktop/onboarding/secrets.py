"""Secrets that were typed in just now, over those of the environment and the keychain."""

from __future__ import annotations

from collections.abc import Mapping

from fm_desktop.credentials import Credentials, Secret, Which


class TypedSecrets(Credentials):
    """What a person typed, in memory only; everything else is asked of and told to the `below` ones."""

    def __init__(self, below: Credentials, typed: Mapping[Which, Secret]) -> None:
        self._below = below
        self._typed = dict(typed)

    def from_environment(self, which: Which) -> Secret | None:
        return self._below.from_environment(which)

    def get(self, which: Which, account: str) -> Secret:
        return self._typed.get(which) or self._below.get(which, account)

    def store(self, which: Which, account: str, secret: Secret) -> None:
        self._below.store(which, account, secret)

    def forget(self, which: Which, account: str) -> None:
        self._below.forget(which, account)
