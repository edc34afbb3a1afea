"""The keys of a sandbox: the API key pair of its tenant, and the key of its page and its switches."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE_NAME = "keys.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """`public` and `private` sign a client in at the API; `page` opens the web page and the switches."""

    public: str
    private: str = field(repr=False)
    page: str = field(repr=False)

    def is_pair(self, username: object, password: object) -> bool:
        return _same(username, self.public) and _same(password, self.private)

    def opens_page(self, key: object) -> bool:
        return _same(key, self.page)


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def of_folder(folder: Path, public: str | None = None, private: str | None = None, page: str | None = None) -> Keys:
    """The keys kept in `folder`, made on first use; those given replace the kept ones and are kept themselves."""
    path = folder / FILE_NAME
    known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    keys = Keys(
        public=public or known.get("public") or secrets.token_urlsafe(12),
        private=private or known.get("private") or secrets.token_urlsafe(24),
        page=page or known.get("page") or secrets.token_urlsafe(18),
    )
    if asdict(keys) != known:
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(keys), file)
        fresh.replace(path)
    return keys
