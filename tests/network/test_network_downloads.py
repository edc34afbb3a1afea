"""A message whose download breaks off is never taken for a whole one, however it breaks off."""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from fm_desktop.mailport import MailSource, Role
from fm_desktop.port import PortError
from fm_desktop.providers.exchange import Account, ExchangeMail
from fm_desktop.providers.graph import GraphMail
from fm_desktop.providers.graph.session import BASE
from fm_desktop.providers.imap import ImapSource, Password, Server
from tests.fakes.tokens import GivenTokens
from tests.network.spoilt import assert_plain
from tests.network.stages import EWS_HOST, GRAPH_HOST, IMAP_HOST, Roads, Way
from tests.real.imap.mailbox import LONG_AGO, headings, message
from tests.servers.command import eventually
from tests.servers.dovecot import DovecotServer
from tests.servers.ews import EwsServer
from tests.servers.faults import Fault
from tests.servers.graph import GraphServer
from tests.servers.speech import Http, Imap

_RAW = message(1, body="A long offer. " * 500)

Mailbox = tuple[Way, MailSource, bytes]
"""The way, the client, and what requests for a message's content have in them."""


def _imap(roads: Roads, request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    dovecot: DovecotServer = request.getfixturevalue("dovecot")
    account = dovecot.account()
    account.maildir.deliver(_RAW)
    tls = ssl.create_default_context(cafile=str(dovecot.ca_file))
    way = roads.to(IMAP_HOST, 993, dovecot.tls_port, Imap(), tls)
    yield way, ImapSource(Server(IMAP_HOST), Password(account.user, account.password)), rb"BODY\.PEEK\[\]"


def _exchange(roads: Roads, request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    with EwsServer() as server:
        server.deliver(_RAW)
        way = roads.to(EWS_HOST, 443, urlsplit(server.url).port or 0, Http())
        url = f"https://{EWS_HOST}/EWS/Exchange.asmx"
        account = Account(server.user, server.password)
        yield way, ExchangeMail(account, server.address, url=url, sleep=lambda _: None), b"item:MimeContent"


def _graph(roads: Roads, request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    with GraphServer("emma@example.com", "Emma") as server:
        server.deliver(_RAW)
        way = roads.to(GRAPH_HOST, 443, urlsplit(server.url).port or 0, Http())
        server.url = BASE
        yield way, GraphMail(GivenTokens(lambda: server.token), sleep=lambda _: None), rb"/\$value"


@pytest.fixture(params=[_imap, _exchange, _graph])
def mailbox(request: pytest.FixtureRequest, roads: Roads) -> Iterator[Mailbox]:
    make: Callable[[Roads, pytest.FixtureRequest], Iterator[Mailbox]] = request.param
    for way, source, trigger in make(roads, request):
        yield way, source, trigger
        source.close()


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.TRUNCATED, Fault.UNMEASURED])
def test_a_download_that_breaks_off_is_no_message(mailbox: Mailbox, fault: Fault) -> None:
    way, source, trigger = mailbox
    inbox = next(each for each in source.folders() if each.role is Role.INBOX)
    (heading,) = headings(source.new(inbox, None, LONG_AGO))
    way.spoil(fault, trigger)
    with pytest.raises(PortError) as told:
        source.download(heading.ref, io.BytesIO())
    assert way.line.met
    assert_plain(told.value)
    way.heal()
    into = io.BytesIO()
    assert source.download(heading.ref, into)
    assert into.getvalue() == _RAW


def test_news_come_over_an_encrypted_connection(roads: Roads) -> None:
    """Of Exchange, whose answer has no end; the end of a wait cuts it."""
    with EwsServer() as server:
        roads.to(EWS_HOST, 443, urlsplit(server.url).port or 0, Http())
        mail = ExchangeMail(
            Account(server.user, server.password), server.address, url=f"https://{EWS_HOST}/EWS/Exchange.asmx"
        )
        inbox = next(each for each in mail.folders() if each.role is Role.INBOX)
        waiting = ThreadPoolExecutor(1)
        result = waiting.submit(mail.wait, inbox, 60)
        eventually(lambda: server.requests.count("FindItem") == 2, "the look after it is told of news")
        server.deliver(_RAW)
        assert result.result(30)
        stream = mail._stream
        assert stream is not None
        mail.close()
        stream.join(30)
        assert not stream.is_alive()
        waiting.shutdown()
