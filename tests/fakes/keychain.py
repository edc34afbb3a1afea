"""A keychain in memory: open, working, and counted on to hold what it was given."""

from __future__ import annotations

from keyring.backend import KeyringBackend

ALLOWED = (__name__,)


class MemoryKeychain(KeyringBackend):
    """`refuses` is the error it answers every call with, if any."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, refuses: Exception | None = None) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.refuses = refuses

    def _answer(self) -> None:
        if self.refuses is not None:
            raise self.refuses

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._answer()
        del self.held[service, username]
