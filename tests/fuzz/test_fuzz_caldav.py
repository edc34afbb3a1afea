"""Multistatus XML of CalDAV servers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import httpx2
import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.port import Collection, PortError, Resource
from fm_desktop.providers.caldav import xml
from fm_desktop.providers.caldav.hrefs import canonical, request_path
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.providers.transfer import retry_after
from tests.fuzz import bytes_damaged, xml_damaged
from tests.fuzz.budget import fuzzed
from tests.fuzz.understood import check_all, check_changes, check_writes, tried

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
CALENDAR = Collection("/cal/", "Calendar")
OBJECTS = [
    path.read_bytes().decode() for path in sorted((Path(__file__).parent.parent / "unit/ical_corpus").glob("*.ics"))[:3]
]
FOUND = '{"origin": "https://dav.example/", "principal": "https://dav.example/me/", "homes": ["/"], "addresses": [], "schedules": false, "tasks_as_events": false}'


def multistatus(*responses: str, more: str = "") -> bytes:
    names = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
    return f"<D:multistatus {names}>{''.join(responses)}{more}</D:multistatus>".encode()


def response(path: str, properties: str, status: str = "HTTP/1.1 200 OK") -> str:
    return (
        f"<D:response><D:href>{path}</D:href><D:propstat><D:prop>{properties}</D:prop><D:status>{status}</D:status></D:propstat>"
        "</D:response>"
    )


ITEMS = [
    response(f"/cal/{number}.ics", f'<D:getetag>"{number}"</D:getetag><C:calendar-data>{escape(raw)}</C:calendar-data>')
    for number, raw in enumerate(OBJECTS)
]
USER = response(
    "/me/",
    "<D:current-user-principal><D:href>/me/</D:href></D:current-user-principal><C:calendar-home-set><D:href>https://dav.example/</D:href>"
    "</C:calendar-home-set><C:calendar-user-address-set><D:href>mailto:emma@example.com</D:href></C:calendar-user-address-set>",
)
CALENDARS = response(
    "/cal/",
    "<D:displayname>Work</D:displayname><D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:sync-token>t1</D:sync-token>"
    "<CS:getctag>c1</CS:getctag><D:current-user-privilege-set><D:privilege><D:all/></D:privilege></D:current-user-privilege-set>"
    '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'
    "<D:supported-report-set><D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report></D:supported-report-set>",
)
GONE = "<D:response><D:href>/cal/9.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>"
SEEDS = [
    multistatus(*ITEMS),
    multistatus(USER),
    multistatus(CALENDARS, *ITEMS[:1]),
    multistatus(CALENDARS, GONE, more="<D:sync-token>t2</D:sync-token>"),
    b'<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>',
]
answers = xml_damaged.damaged(SEEDS)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


def provider_of(
    *contents: bytes, status: int = 207, handed_over: list[str] | None = None, **headers: str
) -> CalDavProvider:
    """Answers one after the other; the last one is repeated. Requests that write are noted."""
    left = list(contents)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if handed_over is not None and request.method in ("PUT", "POST", "DELETE"):
            handed_over.append(request.method)
        body = left.pop(0) if len(left) > 1 else left[0]
        return httpx2.Response(
            200 if request.method == "GET" and status == 207 else status, content=body, headers=headers
        )

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return CalDavProvider(
        "https://dav.example/", "emma", "secret", user_zone="Europe/Madrid", client=client, clock=lambda: NOW
    )


@fuzzed(150)
@given(answers, answers, st.sampled_from((207, 207, 207, 200, 301, 403, 404, 507)))
def test_a_calendar_is_read_or_told_to_be_unreadable(first: bytes, second: bytes, status: int) -> None:
    cursor = '{"kind":"sync","value":"t","relisted":""}'
    for act in (
        lambda dav: check_changes(dav.changes(CALENDAR, None, dict)),
        lambda dav: check_changes(dav.changes(CALENDAR, cursor, lambda: {"/cal/0.ics": '"0"'})),
        lambda dav: check_all(dav.fetch("/cal/", ["/cal/0.ics", "/cal/1.ics"])),
        lambda dav: check_all(dav.find("/cal/", ["u1"])),
        lambda dav: [each.name.encode() + each.id.encode() for each in dav.collections()],
        lambda dav: dav.connect(),
    ):
        dav = provider_of(first, second, status=status, location="https://[x")
        if first != second:
            dav.resume(FOUND)
        tried(act, dav)


@fuzzed(100)
@given(xml_damaged.damaged([f'<x xmlns:D="DAV:" xmlns:C="{xml.CALDAV}">{ITEMS[0]}</x>'.encode()]))
def test_one_entry_that_cannot_be_understood_hides_no_other(damaged: bytes) -> None:
    """As far as the document is one at all."""
    body = multistatus(damaged.decode("utf-8", "replace"), *ITEMS[1:])
    try:
        entries = xml.multistatus(body).entries
    except PortError:
        return
    there = {each.path for each in entries}
    assert {"/cal/1.ics", "/cal/2.ics"} <= there


@fuzzed(60)
@given(
    answers,
    st.sampled_from((201, 204, 207, 302, 403, 409, 412, 423, 500, 507)),
    bytes_damaged.damaged([b"https://dav.example/x"]),
)
def test_whatever_a_write_is_answered_with_it_is_done_refused_or_unknown(
    content: bytes, status: int, target: bytes
) -> None:
    good = provider_of(OBJECTS[0].encode())
    good.resume(FOUND)
    (before,) = good.fetch("/cal/", ["/cal/0.ics"])
    assert isinstance(before, Resource)
    location = target.decode("latin-1").replace("\n", "").replace("\r", "").replace("\0", "")
    handed_over: list[str] = []
    dav = provider_of(
        content, status=status, handed_over=handed_over, location=location.encode("ascii", "ignore").decode()
    )
    dav.resume(FOUND)
    check_writes(dav, "/cal/", before, handed_over)


@fuzzed(150)
@given(bytes_damaged.damaged([b"https://dav.example/cal/a%20b.ics", b"/cal/%E2%82%AC%2F.ics", b"//host/x"]))
def test_any_href_has_one_form_that_comes_back_from_a_request(href: bytes) -> None:
    path = canonical(href.decode("utf-8", "replace"))
    assert canonical(request_path(path)) == path or not path.startswith("/")


@fuzzed(100)
@given(bytes_damaged.damaged([b"120", b"Wed, 25 Nov 2026 10:00:00 GMT"]))
def test_any_time_to_wait_is_read_or_left_aside(value: bytes) -> None:
    waited = retry_after(value.decode("latin-1"))
    assert waited is None or 0 <= waited <= 86_400
