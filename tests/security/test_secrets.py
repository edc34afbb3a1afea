"""Sessions with known secrets, in which much goes wrong; afterwards none of them is anywhere in what was written, printed
or shown to other processes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest

from fm_desktop.credentials import Which
from fm_desktop.sandbox.server import SandboxServer
from tests.fakes.agenda import SOON, empty
from tests.real.mail.office import Office, message
from tests.real.oauth.acme import CATALOG, SETUP
from tests.security.leaks import Search
from tests.security.session import Session
from tests.servers.account import DavAccount
from tests.servers.command import EMMA, event, eventually
from tests.servers.dovecot import DovecotServer
from tests.servers.openid import OpenIdServer, in_front_of, registered
from tests.servers.proxy import DavProxy, Exchange, Reply
from tests.servers.radicale import RadicaleServer

PRIVATE_KEY = "Pk4\"q\\ü%41<&k'x +7/Vt2rQ"
PASSWORD = "Mw8\"z\\ß%25>&h'y +3/Lp6sD"
WRONG = "Wr0ng-pass-word-7Gh2kQ9x"
CLIENT_SECRET = "Cs-5hT2vB8nK4qX9wZ1r"
CRM_PATH = "/api/v4"
SETTINGS = f"""
[crm]
url = "https://api.example.com/api/v4"
public_key = "public"
user = "{EMMA}"
[provider]
address = "{EMMA}"
"""


class Gateway:
    """In front of ForceManager: knows every session key that was given, and may repeat what it was sent."""

    def __init__(self, server: SandboxServer) -> None:
        self.proxy = DavProxy(server.url.removesuffix(CRM_PATH))
        self.url = f"{self.proxy.url}api/v4"

    def repeats_what_it_was_sent(self, method: str, path: str) -> None:
        def repeat(exchange: Exchange) -> Reply:
            told = f"rejected {dict(exchange.headers.items())}"
            return Reply(403, {"Content-Type": "application/json"}, json.dumps({"code": 7, "error": told}).encode())

        self.proxy.on(method, path).then(repeat)

    def fails_with(self, status: int) -> None:
        self.proxy.on().then(lambda exchange: Reply(status, {"Content-Type": "text/plain"}, PRIVATE_KEY.encode()))

    @property
    def session_keys(self) -> dict[str, str]:
        keys = {each.headers.get("X-Session-Key", each.headers.get("x-session-key", "")) for each in self.proxy.seen}
        return {f"session key {number}": each for number, each in enumerate(sorted(keys - {""}))}


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(sample_data=True, rate_limit=None, private_key=PRIVATE_KEY) as server:
        yield server


@pytest.fixture
def sandbox(running_sandbox: SandboxServer) -> SandboxServer:
    """Without an agenda, so that a cycle is short."""
    empty(running_sandbox)
    return running_sandbox


@pytest.fixture
def gateway(sandbox: SandboxServer) -> Iterator[Gateway]:
    made = Gateway(sandbox)
    yield made
    made.proxy.stop()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "computer")


@pytest.fixture
def account(radicale: RadicaleServer, tmp_path: Path) -> DavAccount:
    """With one event; under a name that is free at the mail server, too."""
    made = radicale.account(tmp_path.name, PASSWORD)
    work = made.make_calendar("work", label="Work")
    made.put(work, "lunch.ics", event("lunch", "Lunch", f"{SOON}T100000Z", f"{SOON}T110000Z"))
    return made


@pytest.fixture
def calendar(account: DavAccount) -> Iterator[DavProxy]:
    """The way to the account, which may be spoilt."""
    proxy = DavProxy(account.url)
    yield proxy
    proxy.stop()


def everything(session: Session, secrets: dict[str, str]) -> set[object]:
    """All leaks. What was written is looked into file by file, and so is what other processes could see."""
    search = Search(secrets)
    files = session.files()
    assert len(files) > 8
    found: set[object] = {*search.in_files(files), *search.in_names(files)}
    for where, data in session.shown.items():
        found |= search.in_bytes(where, data)
    return found


def looked_at(session: Session) -> None:
    """What shows how things stand, for people and for programs."""
    session.run("status")
    for each in ("history", "problems"):
        session.run(each, "--json")
    session.run("doctor", "--json", "--bundle", str(session.folder / "bundle.zip"))


def set_up_with_passwords(session: Session, office: Office, gateway: Gateway) -> None:
    """At the second attempt: the password is wrong at first."""
    file = office.setup_file(channels='["email", "calendar"]')
    file.write_text(file.read_text(encoding="utf-8").replace(office.sandbox.url, gateway.url), encoding="utf-8")
    session.keep("crm-private-key", office.sandbox.public_key, PRIVATE_KEY)
    session.keep("provider-password", office.account.user, WRONG)
    session.run("setup", "--file", str(file), code=3)
    session.keep("provider-password", office.account.user, PASSWORD)
    session.run("setup", "--file", str(file), code=0)


def servers_repeat_what_they_were_sent(session: Session, gateway: Gateway, calendar: DavProxy) -> None:
    gateway.repeats_what_it_was_sent("POST", "/calendar")
    session.run("sync", "--once", "--json")
    gateway.repeats_what_it_was_sent("GET", "/calendar")
    assert "rejected" in session.run("sync", "--once", "--json").err
    assert "rejected" in session.run("status").out
    gateway.proxy.clear()
    for status in (401, 500):
        gateway.fails_with(status)
        session.run("sync", "--once", "--json")
        gateway.proxy.clear()
    calendar.on().then(lambda exchange: Reply(403, {}, str(exchange.headers).encode()))
    session.run("sync", "--once", "--json")
    calendar.clear()


def key_is_wrong_for_a_while(session: Session, sandbox: SandboxServer) -> None:
    session.keep("crm-private-key", sandbox.public_key, WRONG)
    (session.home / "state" / "crm.session").unlink()
    session.run("sync", "--once", code=3)
    session.keep("crm-private-key", sandbox.public_key, PRIVATE_KEY)


def program_crashes_and_is_killed(session: Session, gateway: Gateway) -> None:
    crashed = session.run("sync", "--once", crash=True, code=1)
    assert "nobody foresaw this" in crashed.err
    assert "nor this" in crashed.err
    with session.running("sync"):
        before = len(gateway.proxy.seen)
        eventually(lambda: len(gateway.proxy.seen) > before, "a cycle of the loop")
        # Killed with its journal open.


@pytest.mark.timeout(300)
def test_no_secret_of_a_profile_with_passwords_is_anywhere(
    session: Session,
    sandbox: SandboxServer,
    gateway: Gateway,
    account: DavAccount,
    calendar: DavProxy,
    dovecot: DovecotServer,
) -> None:
    session.extra["SSL_CERT_FILE"] = str(dovecot.ca_file)
    mail = dovecot.account(account.user, password=PASSWORD)
    office = Office(session.home, sandbox, mail, dovecot=dovecot, caldav=replace(account, url=calendar.url))
    contact = next(each["email"] for each in sandbox.store.rows("contacts", "deleted = false") if each["email"])
    office.deliver(message("Offer", contact, EMMA))
    set_up_with_passwords(session, office, gateway)
    servers_repeat_what_they_were_sent(session, gateway, calendar)
    key_is_wrong_for_a_while(session, sandbox)
    session.run("compose", contact)
    program_crashes_and_is_killed(session, gateway)
    looked_at(session)

    log = "".join(each.read_text(encoding="utf-8") for each in (session.home / "logs").iterdir())
    assert "Traceback" in log
    assert "DEBUG" in log
    assert list(session.browser.glob("*.environ"))
    assert any(name.startswith("cmdline of ") for name in session.shown)
    secrets = {"private key": PRIVATE_KEY, "password": PASSWORD, "wrong password": WRONG, **gateway.session_keys}
    assert len(secrets) > 3
    assert everything(session, secrets) == set()


class Tokens:
    """The token endpoint of the OpenID provider, by a way on which every token is known."""

    def __init__(self, openid: OpenIdServer) -> None:
        self.proxy = DavProxy(openid.url)
        self.proxy.always(self._pass_on)
        self.known: dict[str, str] = {}

    def _pass_on(self, exchange: Exchange) -> Reply:
        form = {name: values[0] for name, values in parse_qs(exchange.body.decode()).items()}
        assert form.pop("client_secret") == CLIENT_SECRET  # this provider knows programs of desktops by name only
        exchange.body = urlencode(form).encode()
        reply = exchange.forward()
        answer = json.loads(reply.body) if reply.status == 200 else {}
        for name, value in {**form, **answer}.items():
            if name in {"code", "code_verifier", "access_token", "refresh_token"}:
                self.known[f"{name} {len(self.known)}"] = value
        return reply

    def repeats_what_it_was_sent(self) -> None:
        def repeat(exchange: Exchange) -> Reply:
            return Reply(400, {}, json.dumps({"error": exchange.body.decode()}).encode())

        self.proxy.on("POST").then(repeat)


@pytest.fixture
def openid(tmp_path: Path) -> Iterator[OpenIdServer]:
    server = OpenIdServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def tokens(openid: OpenIdServer) -> Iterator[Tokens]:
    made = Tokens(openid)
    yield made
    made.proxy.stop()


def set_up_with_the_browser(session: Session, sandbox: SandboxServer, gateway: Gateway, catalog: str) -> Path:
    """Returns the administrator's catalog, which has the secret of the program in it."""
    session.home.mkdir()
    administrators, file = session.home / "providers.toml", session.home / "setup.toml"
    secret = f'client_id = "fm-desktop"\nclient_secret = "{CLIENT_SECRET}"'
    administrators.write_text(catalog.replace('client_id = "fm-desktop"', secret), encoding="utf-8")
    file.write_text(SETUP.format(crm=gateway.url, public_key=sandbox.public_key, user=EMMA), encoding="utf-8")
    session.keep("crm-private-key", sandbox.public_key, PRIVATE_KEY)
    session.run("setup", "--file", str(file), somebody=True, code=0)
    return administrators


def sign_in_ends_in_every_way(session: Session, openid: OpenIdServer, tokens: Tokens) -> None:
    openid.end_early()
    session.run("sync", "--once", "--json", code=0)
    assert "nor this" in session.run("sync", "--once", crash=True, code=1).err
    tokens.repeats_what_it_was_sent()
    openid.end_early()
    session.run("sync", "--once", "--json")
    tokens.proxy.clear()
    openid.withdraw()
    session.run("sync", "--once", "--json", code=3)


@pytest.mark.timeout(300)
def test_no_secret_of_a_sign_in_with_the_browser_is_anywhere(
    session: Session,
    sandbox: SandboxServer,
    gateway: Gateway,
    account: DavAccount,
    calendar: DavProxy,
    openid: OpenIdServer,
    tokens: Tokens,
) -> None:
    calendar.always(in_front_of(openid, account))
    known = registered("acme", openid.url).replace(f"{openid.url}/token", f"{tokens.proxy.url}token")
    catalog = CATALOG.format(dav=calendar.url) + known
    administrators = set_up_with_the_browser(session, sandbox, gateway, catalog)
    session.run("sync", "--once", "--json", code=0)
    sign_in_ends_in_every_way(session, openid, tokens)
    looked_at(session)

    # Put there by the administrator, who got it from the service: RFC 8252 8.5 calls it no secret.
    assert CLIENT_SECRET in administrators.read_text(encoding="utf-8")
    administrators.unlink()
    key = re.findall(r'provider-token-key:[^"]*": "([^"]+)"', Path(session.environment["TESTS_KEYCHAIN"]).read_text())
    assert len(key) == 1
    assert len(tokens.known) > 5
    secrets = {"private key": PRIVATE_KEY, "client secret": CLIENT_SECRET, "token key": key[0]}
    assert everything(session, {**secrets, **tokens.known, **gateway.session_keys}) == set()


def test_a_browser_that_is_started_inherits_no_secret_of_the_environment(session: Session) -> None:
    """Through the entry of the program itself; the browser keeps all that it was started with."""
    session.home.mkdir()
    (session.home / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    session.extra |= {each.variable: PRIVATE_KEY for each in Which} | {"TESTS_INHERITED": "this is inherited"}
    session.run("compose", "ann@client.example", code=0)
    [inherited] = session.browser.glob("*.environ")
    given = dict(line.split("=", 1) for line in inherited.read_text(encoding="utf-8").split("\0"))
    assert given["TESTS_INHERITED"] == "this is inherited"
    assert given.keys() & {each.variable for each in Which} == set()
    assert set(Search({"private key": PRIVATE_KEY}).in_files(session.files())) == set()
