"""Reading resources in batches when they are huge, broken, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

import httpx2
import pytest

from fm_desktop.port import Broken, Found, Resource, Throttled
from fm_desktop.providers.caldav import session as session_module
from fm_desktop.providers.caldav.provider import CalDavProvider

MEGABYTE = 1024 * 1024


def event(uid: str, extra: str = "") -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTART:20261125T090000Z",
        f"SUMMARY:{uid}",
    ]
    return "\r\n".join([*lines, *([extra] if extra else []), "END:VEVENT", "END:VCALENDAR", ""]).encode()


def description(megabytes: int) -> str:
    return "DESCRIPTION:" + "\r\n ".join("x" * 70 for _ in range(megabytes * MEGABYTE // 70))


class Server:
    """A calendar of fixed resources that speaks just enough CalDAV."""

    def __init__(self, resources: Mapping[str, bytes]) -> None:
        self.resources = resources
        self.gets: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if request.method == "REPORT":
            return httpx2.Response(207, content=self._multiget())
        if request.method == "GET":
            self.gets.append(path)
            return httpx2.Response(200, content=self.resources[path], headers={"ETag": '"1"'})
        href = "<D:href>/cal/</D:href>"
        inner = f"<D:current-user-principal>{href}</D:current-user-principal><C:calendar-home-set>{href}</C:calendar-home-set>"
        return httpx2.Response(207, content=multistatus(response("/cal/", inner)))

    def _multiget(self) -> bytes:
        return multistatus(
            *(
                response(path, f'<D:getetag>"1"</D:getetag><C:calendar-data>{escape(raw.decode())}</C:calendar-data>')
                for path, raw in self.resources.items()
            )
        )


def response(href: str, properties: str) -> str:
    return f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop></D:propstat></D:response>"


def multistatus(*responses: str) -> bytes:
    head = '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    return f"{head}{''.join(responses)}</D:multistatus>".encode()


def fetched(server: Server) -> dict[str, Found]:
    client = httpx2.Client(transport=httpx2.MockTransport(server))
    provider = CalDavProvider("https://dav.example.com/cal/", "emma", "secret", user_zone="UTC", client=client)
    return {each.ref.id: each for each in provider.fetch("/cal/", server.resources)}


def test_large_items_come_with_the_rest() -> None:
    people = "\r\n".join(f"ATTENDEE:mailto:person{number}@example.com" for number in range(10_000))
    server = Server({"/cal/l": event("l", description(5)), "/cal/p": event("p", people), "/cal/n": event("n")})
    found = fetched(server)
    assert all(isinstance(each, Resource) and each.raw == server.resources[path] for path, each in found.items())
    assert server.gets == []
    many = found["/cal/p"]
    assert isinstance(many, Resource)
    assert len(many.items[0].participants) == 10_000


def test_item_that_xml_cannot_carry_is_read_by_itself() -> None:
    server = Server(
        {"/cal/h": event("h", description(11)), "/cal/c": event("c", "LOCATION:\x0b"), "/cal/n": event("n")}
    )
    found = fetched(server)
    assert {path for path, each in found.items() if isinstance(each, Resource)} == set(server.resources)
    assert server.gets == list(server.resources)


def test_item_above_the_bound_is_put_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "_MAX_ANSWER_BYTES", MEGABYTE // 2)
    server = Server({"/cal/h": event("h", description(1))})
    (broken,) = fetched(server).values()
    assert isinstance(broken, Broken)
    assert "more than" in broken.reason


@pytest.mark.parametrize(
    "raw", [b"", b"not a calendar", event("x")[:60], b"\xff\xfe\x00", event("x").replace(b"UID:x\r\n", b"")]
)
def test_what_cannot_be_understood_is_put_aside_with_its_bytes(raw: bytes) -> None:
    (broken,) = fetched(Server({"/cal/b": raw})).values()
    assert isinstance(broken, Broken)
    assert broken.revision == '"1"'
    assert broken.raw.strip() == raw.strip()
    assert broken.reason


def test_failure_of_the_server_is_no_property_of_an_item() -> None:
    class Busy(Server):
        def __call__(self, request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(429) if request.method == "GET" else super().__call__(request)

    with pytest.raises(Throttled):
        fetched(Busy({"/cal/n": event("n")}))
