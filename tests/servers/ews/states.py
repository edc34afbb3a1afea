"""Synchronisation states: opaque to the client, and checked when they come back ("SyncState")."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any

from tests.servers.ews.errors import EwsError


def invalid() -> EwsError:
    return EwsError("ErrorInvalidSyncStateData", "The synchronization state data is corrupt or otherwise invalid.")


@dataclass(frozen=True, slots=True)
class SyncPoint:
    """Where a client stands in a folder: what it knew when the round began, and how far the round has come."""

    folder: str
    base: int = 0  # the last change of the last complete round
    at: int = 0  # the changes handed out in this round end here
    seen: int = 0  # the last change there was when they were handed out
    generation: int = 0

    def write(self) -> str:
        return _pack(asdict(self))

    @classmethod
    def read(cls, text: str, folder: str) -> SyncPoint:
        if not text:
            return cls(folder)
        try:
            point = cls(**_unpack(text))
        except TypeError as error:
            raise invalid() from error
        if point.folder != folder:
            raise invalid()
        return point


def write_known(known: dict[str, int]) -> str:
    return _pack(known)


def read_known(text: str) -> dict[str, int]:
    return _unpack(text) if text else {}


def _pack(value: dict[str, Any]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


def _unpack(text: str) -> dict[str, Any]:
    try:
        found = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    except (ValueError, binascii.Error, zlib.error) as error:
        raise invalid() from error
    if not isinstance(found, dict):
        raise invalid()
    return found
