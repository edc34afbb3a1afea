"""A user's Maildir, written without the server's help: messages delivered as a mail server would."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path


class Maildir:
    """`root` is made with the first message. Other folders than the inbox are named as IMAP names them, in ASCII.

    Everything belongs to `owner` (uid, gid), so that a server that runs as somebody else can rename it.
    """

    def __init__(self, root: Path, owner: tuple[int, int]) -> None:
        self.root = root
        self._owner = owner
        self._numbers = itertools.count(1)

    def folder(self, name: str = "INBOX") -> Path:
        path = self.root if name == "INBOX" else self.root / f".{name.replace('/', '.')}"
        for each in (self.root, path, path / "cur", path / "new", path / "tmp"):
            if not each.exists():
                each.mkdir()
                os.chown(each, *self._owner)
        return path

    def deliver(self, raw: bytes, folder: str = "INBOX", *, received: datetime | None = None) -> Path:
        """A new message, taken in now or at `received` (Maildir keeps it as the file's time). Returns its file."""
        return self.deliver_parts([raw], folder, received=received)

    def deliver_parts(self, parts: Iterable[bytes], folder: str = "INBOX", *, received: datetime | None = None) -> Path:
        """The same for a message that is too large to be in memory."""
        name = f"{int(time.time())}.M{next(self._numbers):07d}P{os.getpid()}.tests"
        path = self.folder(folder)
        draft = path / "tmp" / name
        with draft.open("wb") as file:
            file.writelines(parts)
        os.chown(draft, *self._owner)
        if received is not None:
            os.utime(draft, (received.timestamp(), received.timestamp()))
        return draft.rename(path / "new" / name)

    def files(self, folder: str = "INBOX") -> list[Path]:
        """The message files there are, read and unread."""
        path = self.folder(folder)
        return sorted([*(path / "cur").iterdir(), *(path / "new").iterdir()])
