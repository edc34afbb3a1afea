"""Where the password goes and where not, what is repeated and what not: without any network."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
import stamina

from fm_desktop.port import Malformed, OutcomeUnknown, PortError, Refused, SignInNeeded, Unreachable
from fm_desktop.providers.caldav import session as module
from fm_desktop.providers.caldav.discovery import find_server
from fm_desktop.providers.caldav.quirks import GENERIC, for_host, named
from fm_desktop.providers.caldav.session import Credentials, DavSession, Password, same_site
from fm_desktop.providers.transfer import Purpose, retry_after
from tests.fakes.clock import own_time

Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def session(
    handler: Handler, url: str = "https://dav.example.com/", credentials: Credentials | None = None
) -> DavSession:
    client = httpx2.Client(transport=httpx2.MockTransport(handler))
    return DavSession(url, credentials or Password("emma", "secret"), client=client)


def get(dav: DavSession, target: str = "/x") -> bytes:
    return dav.request("GET", target, purpose=Purpose.READ, about="the calendar").body


class Recorder:
    """Answers by host and remembers who got a password."""

    def __init__(self, answers: dict[str, httpx2.Response]) -> None:
        self.answers = answers
        self.signed: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if "authorization" in request.headers:
            self.signed.append(request.url.host)
        return self.answers.get(request.url.host, httpx2.Response(200, content=b"found"))


@pytest.mark.parametrize(
    "url", ["http://dav.example.com/", "ftp://dav.example.com/", "dav.example.com", "http://[::1", ""]
)
def test_password_is_not_sent_in_clear(url: str) -> None:
    with pytest.raises(Refused):
        DavSession(url, Password("emma", "secret"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:5232/", "http://localhost/", "http://[::1]:80/"])
def test_loopback_may_go_without_encryption(url: str) -> None:
    assert get(session(Recorder({}), url)) == b"found"


def test_redirect_inside_the_site_is_followed_with_the_password() -> None:
    recorder = Recorder(
        {"dav.example.com": httpx2.Response(301, headers={"Location": "https://p42-dav.example.com/x"})}
    )
    assert get(session(recorder)) == b"found"
    assert recorder.signed == ["dav.example.com", "p42-dav.example.com"]


@pytest.mark.parametrize("target", ["https://evil.example.net/", "http://dav.example.com/", "http://127.0.0.1/"])
def test_other_redirects_are_not_followed(target: str) -> None:
    recorder = Recorder({"dav.example.com": httpx2.Response(302, headers={"Location": target})})
    with pytest.raises(Malformed, match="sends on to another address"):
        get(session(recorder))
    assert recorder.signed == ["dav.example.com"]


def test_host_that_was_discovered_gets_the_password() -> None:
    recorder = Recorder({})
    dav = session(recorder)
    with pytest.raises(Refused, match="not asked for"):
        get(dav, "https://calendars.example.org/home")
    dav.trust("https://calendars.example.org/")
    assert get(dav, "https://calendars.example.org/home") == b"found"
    dav.move_to("https://calendars.example.org:8443/home/")
    assert dav.origin == "https://calendars.example.org:8443/"


def test_circle_of_redirects_ends() -> None:
    with pytest.raises(Malformed, match="circle"):
        get(session(lambda request: httpx2.Response(302, headers={"Location": "/x"})))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("caldav.icloud.com", "p42-caldav.icloud.com", True),
        ("Dav.Example.com.", "dav.example.com", True),
        ("a.co.uk", "b.co.uk", False),
        ("a.firm.co.uk", "b.firm.co.uk", True),
        ("a.com", "b.com", False),
        ("example.com", "example.com.evil.net", False),
        ("10.0.0.1", "127.0.0.1", False),
    ],
)
def test_hosts_of_one_site(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


def test_secret_shows_nowhere() -> None:
    assert "secret" not in repr(Password("emma", "secret"))
    dav = session(lambda request: httpx2.Response(401), "https://emma:secret@dav.example.com/")
    with pytest.raises(SignInNeeded) as caught:
        get(dav)
    assert "secret" not in f"{caught.value}{dav.origin}{caught.value.next_step}"


@dataclass
class Token:
    value: str = "old"
    renewals: int = 0

    def header(self) -> str:
        return f"Bearer {self.value}"

    def renew(self) -> bool:
        self.renewals += 1
        self.value = "new"
        return self.renewals == 1


def test_token_is_renewed_once() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200 if request.headers["authorization"] == "Bearer new" else 401)

    token = Token()
    assert get(session(handler, credentials=token)) == b""
    with pytest.raises(SignInNeeded):
        get(session(lambda request: httpx2.Response(401), credentials=token))
    assert token.renewals == 2


def test_reads_are_repeated_and_counted() -> None:
    calls: list[int] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        return httpx2.Response(500 if len(calls) < 3 else 200)

    dav = session(handler)
    get(dav)
    assert dav.requests == 3


@pytest.mark.parametrize(
    ("error", "expected", "times"),
    [
        (httpx2.ConnectError("no route"), Unreachable, 1),
        (httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] bad"), Unreachable, 1),
        (httpx2.ReadTimeout("slow"), Unreachable, 1),
        (httpx2.ReadError("reset"), Unreachable, 3),
    ],
)
def test_reads_that_fail_are_unreachable(error: Exception, expected: type[PortError], times: int) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise error

    dav = session(handler)
    with pytest.raises(expected):
        get(dav)
    assert dav.requests == times


def test_bad_certificate_is_told_apart() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused") from ssl.SSLCertVerificationError("self-signed")

    with pytest.raises(Unreachable, match="certificate"):
        get(session(handler))


def long(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, content=b"x" * 1001)


def damaged(_: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(b"no gzip"))


@pytest.mark.parametrize("handler", [long, damaged])
def test_an_answer_that_is_of_no_use_is_not_read_and_leaves_a_write_unknown(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_ANSWER_BYTES", 1000)
    dav = session(handler)
    with pytest.raises(Malformed):
        get(dav)
    with pytest.raises(OutcomeUnknown):
        dav.request("PUT", "/x", purpose=Purpose.CREATE, about="“Visit”", body=b"x")


def test_pace_of_a_provider_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], list[float]()
    own_time(monkeypatch, module, monotonic=lambda: now[0], sleep=slept.append)
    client = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(200)))
    dav = DavSession("https://caldav.gmx.net/", Password("emma", "secret"), interval=2.0, client=client)
    for _ in range(3):
        get(dav)
    assert slept == [2.0, 4.0]
    now[0] = 200.0
    get(dav)
    assert slept == [2.0, 4.0]


def test_retry_after_in_seconds_or_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert retry_after("120") == 120.0
    assert 3500 < (retry_after(later) or 0) <= 3600
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert retry_after("soon") is None
    assert retry_after(None) is None


def test_quirks_are_found_by_host_or_name() -> None:
    assert for_host("p42-caldav.icloud.com").name == "icloud"
    assert for_host("apidata.googleusercontent.com").if_none_match_honoured is False
    assert for_host("caldav.gmx.net.").request_interval == 2.0
    assert for_host("noticloud.com") is GENERIC
    assert named("sogo").missing_is_created
    with pytest.raises(KeyError):
        named("unknown")


def test_server_is_found_by_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    import dns.resolver as resolver

    @dataclass
    class Service:
        target: str = "dav.example.com."
        port: int = 8443
        priority: int = 0
        weight: int = 1

    @dataclass
    class Text:
        strings: tuple[bytes, ...] = (b"path=/dav/",)

    def resolve(name: str, kind: str) -> list[object]:
        assert name == "_caldavs._tcp.example.com"
        return [Service()] if kind == "SRV" else [Text()]

    monkeypatch.setattr(resolver, "resolve", resolve)
    assert find_server("emma@example.com") == "https://dav.example.com:8443/dav/"
