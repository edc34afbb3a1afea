"""Which service an address belongs to, with the network's answers given."""

import socket
import threading
import time

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from fm_desktop.aside import aside
from fm_desktop.port import Refused, Unreachable
from fm_desktop.providers import catalog, finding
from fm_desktop.providers.autodiscover import ExchangeServer
from fm_desktop.providers.finding import CalendarAt, FindingCancelled, LookupFailed, Lookups, NoSuchDomain, Server, find
from fm_desktop.sandbox.server import SandboxServer

GOOGLE = "https://apidata.googleusercontent.com/caldav/v2/{}/user"
GRAPH = "https://graph.microsoft.com/v1.0"


@pytest.fixture(scope="module")
def known():
    return catalog.load()


def nothing(_: str) -> None:
    return None


def asking(mail_servers, calendar_service, imap_server=nothing, exchange_server=nothing) -> Lookups:
    return Lookups(mail_servers, calendar_service, imap_server, exchange_server)


def answering(*hosts: str, service: str | None = None, imap: Server | None = None) -> Lookups:
    return Lookups(lambda _: hosts, lambda _: service, lambda _: imap, nothing)


def silent(_: str):
    raise AssertionError("the network was asked")


def failing(_: str):
    raise LookupFailed("no network")


NOBODY = Lookups(silent, silent, silent, silent)


def test_R03_the_address_alone_finds_a_known_service_without_asking_anybody(known):
    found = find("ann@GMX.de", known, NOBODY)
    assert found.title == "GMX"
    assert found.calendar.url == "https://caldav.gmx.net/"
    assert found.reason == ""


def test_R03_a_company_domain_is_found_by_its_mail_servers(known):
    found = find("ann@acme.example", known, answering("in1-smtp.messagingengine.com", service=None))
    assert found.provider.name == "fastmail"
    assert found.calendar.url == "https://caldav.fastmail.com/"


def test_R03_any_other_domain_is_asked_for_a_calendar_service_of_its_own(known):
    found = find("ann@acme.example", known, answering("mx.acme.example", service="https://dav.acme.example/"))
    assert found.provider is None
    assert found.title == "acme.example"
    assert found.calendar.url == "https://dav.acme.example/"


def test_the_mail_server_is_the_one_the_domain_names_and_can_be_missing(known):
    named = answering(service="https://dav.acme.example/", imap=Server("imap.acme.example", 993))
    assert find("ann@acme.example", known, named).imap == Server("imap.acme.example", 993)
    assert find("ann@acme.example", known, answering(service="https://dav.acme.example/")).imap is None
    slow = asking(lambda _: (), lambda _: "https://dav.acme.example/", failing)
    assert find("ann@acme.example", known, slow).imap is None


def test_an_address_the_catalog_leaves_out_is_asked_of_the_domain(known):
    found = find("ann@aol.com", known, asking(silent, lambda domain: f"https://dav.{domain}/"))
    assert found.provider.name == "aol"
    assert found.calendar.url == "https://dav.aol.com/"
    unanswered = find("ann@aol.com", known, asking(silent, lambda _: None))
    assert unanswered.calendar is None
    assert unanswered.reason.startswith("AOL did not tell where its calendars are.")


def test_a_service_that_wants_a_client_id_says_who_gets_it_and_where_it_goes(known):
    by_domain = find("ann@gmail.com", known, NOBODY)
    by_mail = find("ann@acme.example", known, answering("aspmx.l.google.com"))
    for found in (by_domain, by_mail):
        assert found.title == "Gmail and Google Workspace"
        assert found.calendar is None
        assert "an administrator has registered at https://console.cloud.google.com/" in found.reason
        assert "[gmail.oauth]" in found.reason


@pytest.mark.parametrize(
    ("address", "hosts", "name", "calendar"),
    [
        ("ann@gmail.com", (), "gmail", CalendarAt("caldav", GOOGLE.format("ann@gmail.com"))),
        ("ann@acme.example", ("aspmx.l.google.com",), "gmail", CalendarAt("caldav", GOOGLE.format("ann@acme.example"))),
        ("ann@acme.onmicrosoft.com", (), "microsoft-365", CalendarAt("graph", GRAPH)),
        ("ann@acme.example", ("acme.mail.protection.outlook.com",), "microsoft-365", CalendarAt("graph", GRAPH)),
        ("ann@hotmail.es", (), "outlook", CalendarAt("graph", GRAPH)),
    ],
)
def test_R03_R30_with_a_client_id_the_address_alone_finds_google_and_microsoft(
    tmp_path, address, hosts, name, calendar
):
    ids = "".join(f'[{each}.oauth]\nclient_id = "ours"\n' for each in ("gmail", "microsoft-365", "outlook"))
    (tmp_path / catalog.FILE_NAME).write_text(ids, encoding="utf-8")
    found = find(address, catalog.load(tmp_path), answering(*hosts) if hosts else NOBODY)
    assert found.provider.name == name
    assert found.calendar == calendar


def test_R03_R30_an_exchange_server_of_the_domain_is_found(known):
    server = ExchangeServer("https://mail.acme.example/EWS/Exchange.asmx")
    asked = []

    def exchange(address: str):
        asked.append(address)
        return server

    found = find(" ann@acme.example ", known, asking(lambda _: ("mx.acme.example",), nothing, nothing, exchange))
    assert found.title == "Microsoft Exchange (own server)"
    assert found.calendar == CalendarAt("ews", "https://mail.acme.example/EWS/Exchange.asmx")
    assert asked == ["ann@acme.example"]
    server = ExchangeServer(None)
    shy = find("ann@acme.example", known, asking(lambda _: (), nothing, nothing, exchange))
    assert shy.calendar == CalendarAt("ews", None)


def test_an_exchange_server_that_names_microsofts_own_is_microsoft_365(known):
    online = ExchangeServer("https://outlook.office365.com/EWS/Exchange.asmx")
    found = find("ann@acme.example", known, asking(lambda _: (), nothing, nothing, lambda _: online))
    assert found.provider.name == "microsoft-365"


def test_a_calendar_service_the_domain_names_comes_before_its_exchange_server(known):
    both = asking(lambda _: (), lambda _: "https://dav.acme.example/", nothing, lambda _: ExchangeServer(None))
    assert find("ann@acme.example", known, both).calendar == CalendarAt("caldav", "https://dav.acme.example/")


def test_R31_a_domain_with_mail_only_is_refused_with_the_list(known):
    with pytest.raises(Refused) as caught:
        find("ann@mail-only.example", known, answering("mx.mail-only.example"))
    assert "mail-only.example offers no calendar service" in str(caught.value)
    assert "A bare IMAP or POP3 server is no supported calendar provider" in str(caught.value)
    for name in ("Gmail", "Microsoft 365", "Exchange", "iCloud", "Yahoo", "Fastmail", "GMX"):
        assert name in caught.value.next_step


def test_a_domain_that_does_not_exist_is_told_as_a_typing_mistake(known):
    def missing(domain: str):
        raise NoSuchDomain(domain)

    with pytest.raises(Refused) as caught:
        find("ann@gmial.example", known, asking(missing, lambda _: None))
    assert "gmial.example" in str(caught.value)
    assert "typing mistake" in caught.value.next_step
    behind_a_proxy = find("ann@acme.example", known, asking(missing, lambda _: "https://dav.acme.example/"))
    assert behind_a_proxy.calendar.url == "https://dav.acme.example/"


def test_without_a_network_nothing_is_said_about_the_service(known):
    with pytest.raises(Unreachable, match=r"acme\.example"):
        find("ann@acme.example", known, asking(failing, lambda _: None))


def test_name_servers_that_fail_are_made_up_for_by_the_web(known):
    found = find("ann@acme.example", known, asking(failing, lambda _: "https://acme.example/dav/"))
    assert found.calendar.url == "https://acme.example/dav/"


def test_both_questions_are_asked_side_by_side(known):
    both = threading.Barrier(2, timeout=20)

    def mail(_: str) -> tuple[str, ...]:
        both.wait()
        return ()

    def service(_: str) -> str:
        both.wait()
        return "https://dav.acme.example/"

    assert find("a@acme.example", known, asking(mail, service)).calendar.url == "https://dav.acme.example/"


def test_a_search_that_hangs_ends_by_itself_and_says_so(known):
    never = threading.Event()
    with pytest.raises(Unreachable):
        find("a@acme.example", known, asking(lambda _: never.wait(60), lambda _: never.wait(60)), patience=0.2)
    never.set()


def test_a_search_that_hangs_can_be_cancelled(known):
    asked, never, cancelled = threading.Event(), threading.Event(), threading.Event()

    def hanging(_: str) -> tuple[str, ...]:
        asked.set()
        never.wait(60)
        return ()

    search = aside(lambda: find("a@acme.example", known, asking(hanging, lambda _: None), cancelled))
    assert asked.wait(20)
    began = time.monotonic()
    cancelled.set()
    with pytest.raises(FindingCancelled):
        search.result(timeout=20)
    assert time.monotonic() - began < 20  # the search itself would have taken 60
    never.set()


@pytest.mark.parametrize(
    ("address", "domain"), [("a@B.Example", "b.example"), ("a@b@c.example.", "c.example"), ("nothing", "nothing")]
)
def test_the_domain_of_an_address(address, domain):
    assert finding.domain_of(address) == domain


# --- what a real server says -----------------------------------------------------------------------


def test_a_calendar_server_is_told_from_a_web_page(radicale):
    assert finding.answers_caldav(radicale.url)
    assert not finding.answers_caldav("http://127.0.0.1:1/")
    assert not finding.answers_caldav("http://[")


def test_a_home_page_at_the_well_known_address_is_no_calendar_service(monkeypatch, radicale):
    with SandboxServer() as site:
        home = site.url.removesuffix("/api/v4")
        monkeypatch.setattr(finding, "find_server", lambda _: home)
        assert finding.calendar_service("acme.example") is None
    monkeypatch.setattr(finding, "find_server", lambda _: radicale.url)
    assert finding.calendar_service("acme.example") == radicale.url
    monkeypatch.setattr(finding, "find_server", lambda _: None)
    assert finding.calendar_service("acme.example") is None


# --- what name servers say -------------------------------------------------------------------------


class NameServer:
    """A name server of one zone on loopback. Names it was not given do not exist."""

    def __init__(self, zone: dict[tuple[str, str], list[str]]) -> None:
        self._zone = zone
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            packet, sender = self._socket.recvfrom(4096)
            if packet == b"end":
                return
            query = dns.message.from_wire(packet)
            question = query.question[0]
            answer = dns.message.make_response(query)
            kind = dns.rdatatype.to_text(question.rdtype)
            records = self._zone.get((question.name.to_text(), kind))
            if records:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
            elif not any(name == question.name.to_text() for name, _ in self._zone):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), sender)

    def stop(self) -> None:
        self._socket.sendto(b"end", ("127.0.0.1", self.port))
        self._thread.join(timeout=20)
        self._socket.close()


@pytest.fixture
def name_server(monkeypatch):
    server = NameServer(
        {
            ("acme.example.", "MX"): ["20 backup.acme.example.", "10 in1-smtp.messagingengine.com."],
            ("web-only.example.", "A"): ["192.0.2.1"],
            ("_imaps._tcp.acme.example.", "SRV"): ["0 1 993 imap.evil.example.", "10 1 1993 Mail.Acme.Example."],
        }
    )
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    yield server
    server.stop()


def test_mail_servers_come_best_first(name_server):
    assert finding.mail_servers("acme.example") == ("in1-smtp.messagingengine.com", "backup.acme.example")
    assert finding.mail_servers("web-only.example") == ()
    with pytest.raises(NoSuchDomain):
        finding.mail_servers("nowhere.example")


def test_a_mail_server_outside_the_domain_is_not_taken(name_server):
    """A password would go there."""
    assert finding.imap_server("acme.example") == Server("mail.acme.example", 1993)
    assert finding.imap_server("web-only.example") is None


def test_a_name_that_cannot_be_asked_for_is_a_failed_look_up(name_server):
    with pytest.raises(LookupFailed):
        finding.mail_servers("a" * 70 + ".example")
    with pytest.raises(LookupFailed):
        finding.mail_servers("a..b")


def test_R03_a_company_domain_is_found_over_real_name_servers(name_server, known):
    found = find("ann@acme.example", known, asking(finding.mail_servers, nothing, finding.imap_server))
    assert found.title == "Fastmail"
