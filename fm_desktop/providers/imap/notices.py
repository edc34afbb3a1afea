"""The program's notes to its own user, put straight into their inbox: never sent, so nobody else can get one (R25)."""

from __future__ import annotations

from fm_desktop.providers.imap.connection import Connection
from fm_desktop.providers.imap.errors import Purpose
from fm_desktop.providers.imap.server import Credentials, Server


def append_notice(server: Server, credentials: Credentials, raw: bytes) -> None:
    """Stores a message (RFC 5322) in the inbox, unread, over a connection of its own.

    Raises `OutcomeUnknown` if the connection ended while it was on its way, `Refused` if there is no room, and
    `Unreachable`, `SignInNeeded` or `Throttled` if nothing was stored.
    """
    connection = Connection(server, credentials)
    try:
        connection.run(lambda client: client.append("INBOX", raw), "the note", Purpose.WRITE, repeat=False)
    finally:
        connection.close()
