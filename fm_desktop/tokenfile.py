"""The tokens of a sign-in with the browser, kept between two runs: in a file, encrypted with a key of the keychain.

A file that is missing, damaged, or made for another account means signing in again, and no more.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fm_desktop.credentials import Secret
from fm_desktop.logs import Redactor
from fm_desktop.paths import make_privately, write_privately
from fm_desktop.port import SignInNeeded, Unreachable
from fm_desktop.providers.oauth import TokenSet

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_log = logging.getLogger(__name__)
_PURPOSE: Final = b"fm-desktop provider tokens 1"
_LOCK_SECONDS: Final = 60.0


class TokenFile:
    """Implements `Keeper` for one account at one service. `binding` names both: under it alone the file opens.

    Every token that is read or written is known to the `redactor` first.
    """

    def __init__(self, path: Path, key: Secret, binding: str, redactor: Redactor) -> None:
        self._path = path
        self._key = key
        self._binding = binding
        self._redactor = redactor

    def load(self) -> TokenSet | None:
        from cryptography.fernet import InvalidToken

        try:
            tokens = TokenSet.from_text(self._cipher().decrypt(self._path.read_bytes()).decode())
        except FileNotFoundError:
            return None
        except (InvalidToken, OSError, ValueError) as error:
            _log.warning("The kept sign-in of the provider cannot be used: %s", type(error).__name__)
            return None
        self._hide(tokens)
        return tokens

    def save(self, tokens: TokenSet) -> None:
        self._hide(tokens)
        try:
            write_privately(self._path, self._cipher().encrypt(tokens.to_text().encode()))
        except OSError as error:
            raise SignInNeeded(
                f"The sign-in of the provider could not be kept on this computer: {error.strerror or error}.",
                "See to it that there is room on the disk, then sign in with the browser again.",
            ) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        make_privately(self._path.parent)
        lock = FileLock(self._path.with_name(f"{self._path.name}.lock"), timeout=_LOCK_SECONDS, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            raise Unreachable(
                "Another program signs in to the provider and does not come to an end.",
                "Try again a little later.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _hide(self, tokens: TokenSet) -> None:
        for each in (tokens.access, tokens.refresh):
            self._redactor.add(Secret(each), passing=True)

    def _cipher(self) -> Fernet:
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derived = HKDF(SHA256(), length=32, salt=self._binding.encode(), info=_PURPOSE)
        return Fernet(base64.urlsafe_b64encode(derived.derive(self._key.reveal().encode())))
