"""The CRM's session, kept between two runs of the command, so that not every cycle signs in anew.

A session key is a secret for about an hour. It is kept encrypted under a key made from the private
key, so that whoever cannot read that secret cannot read this file either. It is a convenience: a file
that is missing, damaged or made for other keys means signing in, and no more.
"""

from __future__ import annotations

import base64
import logging
from pathlib import Path

from fm_desktop.credentials import Secret
from fm_desktop.paths import write_privately

_log = logging.getLogger(__name__)
_PURPOSE = b"fm-desktop CRM session 1"


class SessionFile:
    """The kept session of one sign-in: of this address, these keys."""

    def __init__(self, path: Path, url: str, public_key: str, private_key: Secret) -> None:
        self._path = path
        self._salt = f"{url.rstrip('/')}\n{public_key}".encode()
        self._private_key = private_key

    def read(self) -> str:
        """The session key, '' if there is none to be had."""
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(self._key()).decrypt(self._path.read_bytes()).decode()
        except FileNotFoundError:
            return ""
        except (InvalidToken, OSError, ValueError):
            _log.info("The kept session cannot be used; signing in again")
            return ""

    def write(self, session_key: str) -> None:
        """Keeps a session key. Raises `OSError`."""
        from cryptography.fernet import Fernet

        if session_key:
            write_privately(self._path, Fernet(self._key()).encrypt(session_key.encode()))

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def _key(self) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derived = HKDF(SHA256(), length=32, salt=self._salt, info=_PURPOSE)
        return base64.urlsafe_b64encode(derived.derive(self._private_key.reveal().encode()))
