"""A person's mail program, and everybody else's who writes to them, made of the standard library's imaplib: none of
our own code speaks to the mail server here."""

from __future__ import annotations

import email
import email.policy
import imaplib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from fm_desktop.demo.letter import Letter

_TIMEOUT = 30.0
_FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")

Contents = Counter[tuple[str, str]]
"""Of a folder: (flags, subject) of its messages, which reading must not change."""


class MailProgram:
    """Signed in at the mail server. Every method raises `imaplib.IMAP4.error` where that refuses."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._client = imaplib.IMAP4(host, port, _TIMEOUT)
        self._client.login(user, password)

    def close(self) -> None:
        with suppress(OSError, imaplib.IMAP4.error):
            self._client.logout()

    def make_folders(self, names: Iterable[str]) -> None:
        for each in names:
            self._done(self._client.create(each))

    def put(self, letter: Letter) -> None:
        """Delivers a letter that comes in, or keeps the copy of one that was sent."""
        flags = " ".join(letter.flags)
        received = imaplib.Time2Internaldate(letter.at)
        self._done(self._client.append(letter.folder, f"({flags})", received, letter.raw()))

    def all(self, folders: Iterable[str]) -> Mapping[str, Contents]:
        """Per folder, its messages with their flags: what nobody may change but the user."""
        return {each: self._messages(each) for each in folders}

    def _messages(self, folder: str) -> Contents:
        self._done(self._client.select(folder, readonly=True))
        _, answers = self._client.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        found: Contents = Counter()
        for head, rest in zip(answers[::2], answers[1::2], strict=False):
            if isinstance(head, tuple) and isinstance(rest, bytes):
                told = _FLAGS.search(head[0] + rest)
                flags = set(told[1].decode().split()) if told else set()
                # \Recent is the session's, not the message's.
                found[" ".join(sorted(flags - {"\\Recent"})), _subject(head[1])] += 1
        return found

    def _done(self, answer: tuple[str, Sequence[bytes | None]]) -> None:
        kind, data = answer
        if kind != "OK":
            raise imaplib.IMAP4.error(str(data))


def _subject(header: bytes) -> str:
    return str(email.message_from_bytes(header, policy=email.policy.default)["Subject"])
