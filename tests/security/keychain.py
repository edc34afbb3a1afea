"""A keychain that several processes share: a file beside the program's own files, which no test looks into."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend

VARIABLE = "TESTS_KEYCHAIN"


class FileKeychain(KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def _file(self) -> Path:
        return Path(os.environ[VARIABLE])

    def _held(self) -> dict[str, str]:
        path = self._file()
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._held().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file().write_text(json.dumps({**self._held(), f"{service} {username}": password}), encoding="utf-8")

    def delete_password(self, service: str, username: str) -> None:
        left = {key: value for key, value in self._held().items() if key != f"{service} {username}"}
        self._file().write_text(json.dumps(left), encoding="utf-8")
