"""One connection to a mail server: made when it is needed, made again when it was lost, every failure translated."""

from __future__ import annotations

import imaplib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from imapclient.exceptions import ProtocolError

from fm_desktop.mailport import Folder
from fm_desktop.port import Gone, Malformed, PortError, Refused, Unreachable
from fm_desktop.providers.imap.errors import (
    CharsetRefused,
    Purpose,
    codes,
    folder_gone,
    is_garbage,
    lost,
    not_understood,
    refusal,
)
from fm_desktop.providers.imap.server import Credentials, Security, Server
from fm_desktop.providers.imap.signin import sign_in
from fm_desktop.providers.imap.wire import Client

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

# Silence after which a connection is not trusted any more: routers forget it, computers sleep. By the wall clock,
# because the other one may stand still while the computer sleeps.
_STALE_SECONDS: Final = 15 * 60.0
# What IMAPClient's parser raises on an answer that is no IMAP.
_PARSING: Final = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RuntimeError, OverflowError)


class Renumbered(Gone):
    """The folder's UIDs mean other messages than they did (UIDVALIDITY changed)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder as EXAMINE showed it. `next_uid` is None where the server does not say."""

    id: str
    validity: int
    next_uid: int | None
    count: int


class Connection:
    """Used from one thread. Every method raises errors of the port only."""

    def __init__(self, server: Server, credentials: Credentials) -> None:
        self.server = server
        self._credentials = credentials
        self._client: Client | None = None
        self._opened: Opened | None = None
        self._requests = 0
        self._last_used = 0.0

    @property
    def requests(self) -> int:
        """Round trips made so far: tagged commands, those of signing in included."""
        client = self._client
        return self._requests + (client.wire.tagnum if client else 0)

    def run(
        self, act: Callable[[Client], _T], about: str, purpose: Purpose = Purpose.READ, *, repeat: bool = True
    ) -> _T:
        """What `act` gives. Unless told otherwise it may be called twice: a read is repeated once on a new connection
        if the one it was begun on had served before, for servers and routers end what rests."""
        self._drop_stale()
        served = self._client is not None and repeat
        try:
            return self._once(act, about, purpose)
        except _Lost as failure:
            if not (served and failure.repeatable):
                raise failure.final from failure.__cause__
        try:
            return self._once(act, about, purpose)
        except _Lost as failure:
            raise failure.final from failure.__cause__

    def examine(self, folder: Folder) -> Opened:
        """The folder as it is now, opened read-only (RFC 9051 section 6.3.3): one round trip.

        Raises `CollectionGone`, and `Malformed` where the server numbers its messages anew at will.
        """
        return self.run(lambda client: self._examine(client, folder), named(folder), Purpose.OPEN)

    def inside(
        self, folder: Folder, validity: int, act: Callable[[Client], _T], about: str = "", *, repeat: bool = True
    ) -> _T:
        """What `act` gives inside of the opened folder, be it on another connection than the last time.

        Raises `Renumbered` if its UIDs are not those of `validity`.
        """

        def step(client: Client) -> _T:
            opened = self._opened if self._opened and self._opened.id == folder.id else self._examine(client, folder)
            if opened.validity != validity:
                raise Renumbered(f"The messages of {named(folder)} were numbered anew.")
            return act(client)

        return self.run(step, about or named(folder), repeat=repeat)

    def close(self) -> None:
        """The next use connects again. Without LOGOUT, which would have to wait for an answer."""
        client, self._client, self._opened = self._client, None, None
        if client is None:
            return
        self._requests += client.wire.tagnum
        try:
            client.shutdown()
        except OSError:
            return  # the other side was faster

    # --- inside ----------------------------------------------------------------------------------

    def _drop_stale(self) -> None:
        if abs(time.time() - self._last_used) > _STALE_SECONDS:
            self.close()

    def _once(self, act: Callable[[Client], _T], about: str, purpose: Purpose) -> _T:
        """Raises `_Lost` and errors of the port."""
        host = self.server.host
        client = self._client or self._connect()
        try:
            result = act(client)
        except PortError:
            raise
        except (imaplib.IMAP4.abort, OSError) as error:
            if codes(error) & {"BADCHARSET"}:  # said instead of taking a literal, with the connection left usable
                raise CharsetRefused(f"{host} cannot search for such letters.") from error
            self.close()
            if is_garbage(error) and purpose is not Purpose.WRITE:
                raise not_understood(host, about) from error
            raise _Lost(error, lost(error, host, purpose)) from error
        except imaplib.IMAP4.error as error:
            if isinstance(error, ProtocolError):
                self.close()
                raise not_understood(host, about) from error
            raise refusal(error, host, about, purpose) from error
        except _PARSING as error:
            self.close()
            raise not_understood(host, about) from error
        self._last_used = time.time()
        return result

    def _connect(self) -> Client:
        host = self.server.host
        client: Client | None = None
        try:
            client = Client(self.server)
            if self.server.security is Security.STARTTLS:
                _encrypt(client, self.server)
            sign_in(client, self.server, self._credentials)
        except (imaplib.IMAP4.error, OSError) as error:
            self._give_up(client)
            if is_garbage(error):
                raise not_understood(host, "the sign-in") from error
            raise _Lost(error, lost(error, host, Purpose.SIGN_IN)) from error
        except _PARSING as error:
            self._give_up(client)
            raise not_understood(host, "the sign-in") from error
        except PortError:
            self._give_up(client)
            raise
        self._tell_alerts(client)
        self._client, self._opened, self._last_used = client, None, time.time()
        return client

    def _give_up(self, client: Client | None) -> None:
        if client is not None:
            self._client = client
            self.close()

    def _tell_alerts(self, client: Client) -> None:
        for line in client.wire.untagged_responses.get("OK", []):
            if isinstance(line, bytes) and line.startswith(b"[ALERT]"):
                _log.warning("%s says: %s", self.server.host, line.decode("utf-8", "replace"))

    def _examine(self, client: Client, folder: Folder) -> Opened:
        self._opened = None
        try:
            answer: dict[bytes, Any] = client.select_folder(folder.id, readonly=True)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            # Before RFC 5530 there was no code for a missing folder: the list of folders tells.
            if not codes(error) and not self._is_listed(client, folder):
                raise folder_gone(named(folder)) from error
            raise
        if b"UIDVALIDITY" not in answer or b"UIDNOTSTICKY" in answer:
            raise Malformed(
                f"{self.server.host} numbers the messages of {named(folder)} anew each time, so that new ones are not "
                "told from old ones.",
                "Leave this folder out.",
            )
        client.wire.grown_beyond(0)  # what EXAMINE counted is no news for who idles next
        self._opened = Opened(folder.id, answer[b"UIDVALIDITY"], answer.get(b"UIDNEXT"), answer.get(b"EXISTS", 0))
        return self._opened

    def _is_listed(self, client: Client, folder: Folder) -> bool:
        # Not by its name as the pattern: `%` and `*` in it would be wildcards.
        return any(name in (folder.id, folder.id.encode()) for _, _, name in client.list_folders())


def _encrypt(client: Client, server: Server) -> None:
    # A server that vouches for the user right away (PREAUTH) can not be encrypted any more (RFC 9051 section 6.2.1).
    if client.wire.state != "NONAUTH" or not client.has_capability("STARTTLS"):
        raise Refused(
            f"{server.host} offers no encryption at this port, so no password was sent.",
            "Choose TLS for this mail server, or its other port.",
        )
    client.starttls(server.tls())


def named(folder: Folder) -> str:
    return f"the folder “{folder.name}”"


class _Lost(Exception):
    """The connection is over. `final` is what it means where nothing is repeated."""

    def __init__(self, error: Exception, final: PortError) -> None:
        super().__init__(str(final))
        self.final = final
        # A server that is slow now is no faster the second time, and one that wants peace is left in peace.
        self.repeatable = type(final) is Unreachable and not isinstance(error, TimeoutError)
