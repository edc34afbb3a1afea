"""One mailbox at one Exchange server: where it is, how it is signed in to, and whose it is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from fm_desktop.port import Malformed, Refused
from fm_desktop.providers.exchange import discovery
from fm_desktop.providers.exchange.operations import get_folders, resolve
from fm_desktop.providers.exchange.session import Call, EwsSession
from fm_desktop.providers.exchange.signing import Account, SignIn
from fm_desktop.providers.exchange.xml import all_at, at, attribute, text
from fm_desktop.providers.graph.people import address_of
from fm_desktop.providers.transfer import Purpose

_SMTP: Final = "smtp:"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What connecting found out. `id` is that of the mailbox's root; `way` is a `SignIn`."""

    url: str
    way: str
    id: str
    addresses: tuple[str, ...]


class Connection:
    """Connects on the first use. `url` None: the server is asked for by the address (Autodiscover)."""

    def __init__(
        self,
        account: Account,
        address: str,
        *,
        url: str | None = None,
        discover: Callable[[str, Account], str] = discovery.ews_url,
        sleep: Callable[[float], None],
    ) -> None:
        self._account = account
        self._address = address.strip().lower()
        self._url = url
        self._discover = discover
        self._sleep = sleep
        self._session: EwsSession | None = None
        self._mailbox: Mailbox | None = None
        self._lock = threading.RLock()
        self._spent = 0

    def __repr__(self) -> str:
        return f"Connection({self._session!r})"

    @property
    def requests(self) -> int:
        return self._spent + (self._session.requests if self._session else 0)

    def connect(self) -> Mailbox:
        """Anew. Raises `SignInNeeded`, `Unreachable`, `Refused`, `Malformed`."""
        with self._lock:
            url = self._url or self._discover(self._address, self._account)
            session = self._open(url, None)
            root = at(
                session.one(Call(get_folders(("msgfolderroot",)), Purpose.READ, "the mailbox")),
                "m:Folders/*/t:FolderId",
            )
            identity = attribute(root, "Id")
            if not identity:
                raise Malformed("The Exchange server does not say whose mailbox it is.")
            own = own_addresses(session, self._address) | {self._address}
            self._mailbox = Mailbox(url, session.way or SignIn.BASIC, identity, tuple(sorted(own)))
            return self._mailbox

    def mailbox(self) -> Mailbox:
        with self._lock:
            return self._mailbox or self.connect()

    def known(self) -> Mailbox | None:
        """Without asking."""
        return self._mailbox

    def session(self) -> EwsSession:
        with self._lock:
            self.mailbox()
            assert self._session is not None
            return self._session

    def found(self) -> str:
        return json.dumps(asdict(self.mailbox()))

    def resume(self, found: str) -> None:
        """Raises `ValueError` for what no connection found, or what is not right for this account any more."""
        try:
            value = json.loads(found)
            mailbox = Mailbox(
                str(value["url"]),
                SignIn(value["way"]),
                str(value["id"]),
                tuple(str(each) for each in value["addresses"]),
            )
            if self._url is not None and mailbox.url != self._url:
                raise ValueError("another address was given since")
            with self._lock:
                self._open(mailbox.url, SignIn(mailbox.way))
                self._mailbox = mailbox
        except (KeyError, TypeError, Refused) as error:
            raise ValueError("this is not what a connection found") from error

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _open(self, url: str, way: SignIn | None) -> EwsSession:
        if self._session is not None:
            self._spent += self._session.requests
            self._session.close()
        self._session = EwsSession(url, self._account, way=way, sleep=self._sleep)
        return self._session


def own_addresses(session: EwsSession, address: str) -> frozenset[str]:
    """All addresses of the directory's entry that has this one; none where the directory says nothing of it."""
    try:
        messages = session.messages(Call(resolve(f"smtp:{address}"), Purpose.READ, "the address book"))
    except (Refused, Malformed):
        return frozenset()
    for resolution in (each for message in messages for each in all_at(message, ".//t:Resolution")):
        named = [text(resolution, "t:Mailbox/t:EmailAddress")]
        named += [text(each) for each in all_at(resolution, "t:Contact/t:EmailAddresses/t:Entry")]
        bare = {each[len(_SMTP) :] if each.lower().startswith(_SMTP) else each for each in named}
        found = frozenset(address_of({"address": each}) for each in bare) - {""}
        if address in found:
            return found
    return frozenset()
