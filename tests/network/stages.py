"""One client of the program each, with real addresses, over a line that can be spoilt, at a server that stores.

Nothing of a client is replaced: its sockets, its TLS and its trust are those of the program. Only the resolver leads its
server's name to the line, and where a fault can only be waited out, the requests that meet it are waited for a short time.
"""

from __future__ import annotations

import re
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Final, Protocol
from urllib.parse import urlsplit

import httpx2
import pytest
import requests

from fm_desktop.crm.agenda import CrmAgenda
from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.rows import Context
from fm_desktop.model.times import Span, Timed
from fm_desktop.port import Port
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.providers.exchange import Account, ExchangeProvider
from fm_desktop.providers.exchange import session as ews_session
from fm_desktop.providers.graph import GraphProvider
from fm_desktop.providers.graph import session as graph_session
from fm_desktop.providers.imap import ImapSource, Password, Server, append_notice
from fm_desktop.providers.imap import connection as imap_connection
from fm_desktop.providers.imap.wire import Client
from fm_desktop.sandbox.server import SandboxServer
from tests.contract.keeper import Keeper, event
from tests.fakes.real import EMMA, ZONE, emma
from tests.fakes.tokens import GivenTokens
from tests.real.imap.mailbox import INBOX, LONG_AGO, headings, message
from tests.servers.account import DavAccount
from tests.servers.dovecot import DovecotServer, MailAccount
from tests.servers.ews import EwsServer
from tests.servers.faults import Fault, FaultLine, Papers
from tests.servers.graph import GraphServer
from tests.servers.names import Names
from tests.servers.speech import Http, Imap, Speech

DAV_HOST: Final = "dav.company.example"
CRM_HOST: Final = "localhost"  # the sandbox answers to no other name
IMAP_HOST: Final = "imap.company.example"
EWS_HOST: Final = "mail.company.example"
GRAPH_HOST: Final = "graph.microsoft.com"
HOSTS: Final = (DAV_HOST, CRM_HOST, IMAP_HOST, EWS_HOST, GRAPH_HOST)
UID: Final = "11111111-aaaa-5555-8888-00000000000{}"
BEFORE: Final = 3
"""How many items there are before anything goes wrong."""

# For the faults that a client can only wait out. Mail's commands share one time, so that those which are answered have to
# be answered within it, too.
_SHORT: Final = 0.4
_SHORT_STEPS: Final = 1.5
_LONG: Final = 30.0


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a server: its name, its port, the line that really leads there."""

    names: Names
    host: str
    port: int
    line: FaultLine

    def spoil(self, fault: Fault, trigger: bytes = b"") -> None:
        if fault is Fault.NO_NAME:
            self.names.lose(self.host)
        if fault is Fault.REFUSED:
            self.names.lead(self.host, self.port, self.line.dead_port)
        self.line.spoil(fault, trigger)

    def heal(self) -> None:
        self.names.lead(self.host, self.port, self.line.port)
        self.line.heal()


class Roads:
    """Opens ways, and closes them in the end."""

    def __init__(self, names: Names, papers: Papers) -> None:
        self._names, self._papers = names, papers
        self._open = ExitStack()

    def to(self, host: str, port: int, upstream: int, speech: Speech, tls: ssl.SSLContext | None = None) -> Way:
        way = Way(self._names, host, port, FaultLine(upstream, speech, self._papers, tls))
        self._open.callback(way.line.stop)
        way.heal()
        return way

    def close(self) -> None:
        self._open.close()


def hurry_http(patch: pytest.MonkeyPatch, client: httpx2.Client, trigger: bytes, *, connecting: bool = False) -> None:
    """The requests that match are waited for a short time, all others as long as ever. What meets connections meets
    every request."""
    send = client.send
    seconds = httpx2.Timeout(_LONG, connect=_SHORT) if connecting else httpx2.Timeout(_LONG, read=_SHORT)

    def hurried(request: httpx2.Request, **more: Any) -> httpx2.Response:
        line = request.method.encode() + b" " + request.url.raw_path
        if connecting or re.search(trigger, line):
            request.extensions["timeout"] = seconds.as_dict()
        return send(request, **more)

    patch.setattr(client, "send", hurried)


def tomorrow(hour: int) -> Span:
    day = date.today() + timedelta(days=1)
    return Span(*(Timed(datetime.combine(day, time(each)), ZONE) for each in (hour, hour + 1)))


class Stage(Protocol):
    """`reading` and `writing` match the requests that a fault is to meet."""

    name: ClassVar[str]
    title: ClassVar[str]
    way: Way
    reading: ClassVar[bytes]
    writing: ClassVar[bytes]

    def hurry(self, patch: pytest.MonkeyPatch, trigger: bytes, *, connecting: bool) -> None:
        """The client waits for a connection, or for an answer to a request that matches, a short time only, as long as
        the patch holds."""

    def looks(self) -> Sequence[Callable[[], object]]:
        """The ways to read: what is new, and everything."""

    def known(self) -> list[str]:
        """What the client has seen, nothing of which may go by a look that failed."""

    def write(self) -> None:
        """One item more, always the same."""

    def found(self) -> int:
        """How often the client finds that item by its identity."""

    def held(self) -> int:
        """How often the server holds it."""

    def close(self) -> None: ...


class CalendarStage(ABC):
    """What all calendars have in common. `_port` is the client."""

    reading: ClassVar[bytes] = b""
    calendar: ClassVar[str] = "Work"

    def __init__(self, port: Port) -> None:
        self._port = port
        self.keeper = Keeper(port, self.calendar)
        for number in range(BEFORE):
            port.create(self.keeper.id, UID.format(number), event(f"Meeting {number}", tomorrow(9 + number)))
        self.keeper.read()
        self.keeper.read()

    def looks(self) -> Sequence[Callable[[], object]]:
        return (self.keeper.read, self._whole)

    def _whole(self) -> object:
        """A listing from nothing, held against what is known."""
        cursor, self.keeper.cursor = self.keeper.cursor, None
        try:
            return self.keeper.read()
        finally:
            self.keeper.cursor = self.keeper.cursor or cursor

    def known(self) -> list[str]:
        return self.keeper.titles()

    def write(self) -> None:
        self._port.create(self.keeper.id, UID.format(9), event("Breakfast", tomorrow(8)))

    def found(self) -> int:
        return len(self._port.find(self.keeper.id, [UID.format(9)]))

    def held(self) -> int:
        return self._items() - BEFORE

    @abstractmethod
    def _items(self) -> int:
        """How many the server holds."""


class CrmStage(CalendarStage):
    name = "crm"
    title = "ForceManager"
    reading = b"GET "
    writing = b"POST /api/v4/calendar"
    calendar = "ForceManager"

    def __init__(self, roads: Roads, sandbox: SandboxServer) -> None:
        self._sandbox = sandbox
        self.way = roads.to(CRM_HOST, 443, sandbox.port, Http())
        budget = Budget(None, wait=lambda seconds, cancel: False)
        self.client = CrmClient(f"https://{CRM_HOST}/api/v4", sandbox.public_key, sandbox.private_key, budget)
        user = emma(sandbox)
        kind = sandbox.store.rows("activityTypes")[0]["id"]
        context = Context(user, ZONE, branch_id=1, event_type_id=kind, task_type_id=kind)
        super().__init__(CrmAgenda(self.client, "sandbox", EMMA, context))

    def hurry(self, patch: pytest.MonkeyPatch, trigger: bytes, *, connecting: bool) -> None:
        hurry_http(patch, self.client._http, trigger, connecting=connecting)

    def _items(self) -> int:
        return len(self._sandbox.store.rows("calendar"))

    def close(self) -> None:
        self.client.close()


class DavStage(CalendarStage):
    name = "caldav"
    title = "CalDAV"
    writing = b"PUT "

    def __init__(self, roads: Roads, account: DavAccount) -> None:
        self._account = account
        self._path = account.make_calendar("work", label="Work")
        self.way = roads.to(DAV_HOST, 443, urlsplit(account.url).port or 0, Http())
        self._provider = CalDavProvider(f"https://{DAV_HOST}/", account.user, account.password, user_zone=ZONE)
        super().__init__(self._provider)

    def hurry(self, patch: pytest.MonkeyPatch, trigger: bytes, *, connecting: bool) -> None:
        hurry_http(patch, self._provider._session._client, trigger, connecting=connecting)

    def _items(self) -> int:
        return len(self._account.list(self._path))

    def close(self) -> None:
        self._provider.close()


class EwsStage(CalendarStage):
    name = "exchange"
    title = "Exchange (EWS)"
    writing = b"CreateItem"
    calendar = "Calendar"

    def __init__(self, roads: Roads, server: EwsServer) -> None:
        self._server = server
        self.way = roads.to(EWS_HOST, 443, urlsplit(server.url).port or 0, Http())
        self._provider = ExchangeProvider(
            Account(server.user, server.password),
            server.address,
            user_zone=ZONE,
            url=f"https://{EWS_HOST}/EWS/Exchange.asmx",
            sleep=lambda _: None,
        )
        super().__init__(self._provider)

    def hurry(self, patch: pytest.MonkeyPatch, trigger: bytes, *, connecting: bool) -> None:
        if connecting:
            patch.setattr(ews_session, "_TIMEOUT", (_SHORT, _LONG))
            return
        session = self._provider._connection.session()
        posted = session._posted

        def hurried(
            connection: requests.Session, body: bytes, seconds: float | None = None
        ) -> AbstractContextManager[requests.Response]:
            return posted(connection, body, _SHORT if re.search(trigger, body) else seconds)

        patch.setattr(session, "_posted", hurried)

    def _items(self) -> int:
        return len(self._server.items("calendar"))

    def close(self) -> None:
        self._provider.close()


class GraphStage(CalendarStage):
    name = "graph"
    title = "Microsoft 365 (Graph)"
    writing = b"POST /v1.0/me/calendars"
    calendar = "Calendar"

    def __init__(self, roads: Roads, server: GraphServer) -> None:
        self._server = server
        self.way = roads.to(GRAPH_HOST, 443, urlsplit(server.url).port or 0, Http())
        # The links of its answers lead over the line, too.
        server.url = graph_session.BASE
        tokens = GivenTokens(lambda: server.token)
        self._provider = GraphProvider(tokens, user_zone=ZONE, own_addresses=[EMMA], sleep=lambda _: None)
        super().__init__(self._provider)

    def hurry(self, patch: pytest.MonkeyPatch, trigger: bytes, *, connecting: bool) -> None:
        hurry_http(patch, self._provider._session._client, trigger, connecting=connecting)

    def _items(self) -> int:
        return len(self._server.box.events)

    def close(self) -> None:
        self._provider.close()


class ImapStage:
    """Reading is the mailbox, writing the note to the user in their inbox (R25)."""

    name = "imap"
    title = "IMAP"
    reading = rb" (EXAMINE|UID)"
    writing = b" APPEND "

    def __init__(self, roads: Roads, dovecot: DovecotServer, account: MailAccount) -> None:
        self._account = account
        for number in range(BEFORE):
            account.maildir.deliver(message(number))
        tls = ssl.create_default_context(cafile=str(dovecot.ca_file))
        self.way = roads.to(IMAP_HOST, 993, dovecot.tls_port, Imap(), tls)
        self._server = Server(IMAP_HOST)
        self._password = Password(account.user, account.password)
        self._source = ImapSource(self._server, self._password)
        self._cursor: str | None = None
        self._seen: list[str] = []
        self._new()

    def hurry(self, patch: pytest.MonkeyPatch, trigger: bytes, *, connecting: bool) -> None:
        """A connection is as patient as it was when it was made, and faults of mail meet new ones."""

        def hurried(server: Server) -> Client:
            seconds = (_SHORT, _SHORT) if connecting else (_LONG, _SHORT_STEPS)
            return Client(replace(server, connect_seconds=seconds[0], read_seconds=seconds[1]))

        patch.setattr(imap_connection, "Client", hurried)

    def looks(self) -> Sequence[Callable[[], object]]:
        return (self._new, self._search)

    def _new(self) -> None:
        for batch in self._source.new(INBOX, self._cursor, LONG_AGO):
            self._seen += [each.headers.subject for each in headings([batch])]
            self._cursor = batch.cursor

    def _search(self) -> None:
        found = list(self._source.search(INBOX, ["ana@customer.example"], LONG_AGO, date.today() + timedelta(days=2)))
        assert len(headings(found)) >= BEFORE

    def known(self) -> list[str]:
        return sorted(self._seen)

    def write(self) -> None:
        append_notice(self._server, self._password, message(9))

    def found(self) -> int:
        self._new()
        return self._seen.count("Message 9")

    def held(self) -> int:
        return len(self._account.maildir.files()) - BEFORE

    def close(self) -> None:
        self._source.close()


STAGES: Final[tuple[type[Any], ...]] = (CrmStage, DavStage, ImapStage, EwsStage, GraphStage)
