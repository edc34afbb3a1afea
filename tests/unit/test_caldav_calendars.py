"""Which of the collections in a home are calendars of the user, as different servers describe them."""

from __future__ import annotations

import httpx2

from fm_desktop.model.items import Kind
from fm_desktop.port import Collection
from fm_desktop.providers.caldav.calendars import list_calendars
from fm_desktop.providers.caldav.session import DavSession, Password

HEAD = (
    '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/" '
    'xmlns:CS="http://calendarserver.org/ns/" xmlns:NC="http://nextcloud.com/ns">'
)
CALENDAR = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
EVENTS = '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'


def entry(name: str, properties: str) -> str:
    return (
        f"<D:response><D:href>/home/{name}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def calendars(*entries: str) -> dict[str, Collection]:
    body = f"{HEAD}{''.join(entries)}</D:multistatus>".encode()
    client = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(207, content=body)))
    session = DavSession("https://dav.example.com/", Password("emma", "secret"), client=client)
    return {each.id: each for each in list_calendars(session, ("/home/",))}


def test_other_collections_are_left_out() -> None:
    found = calendars(
        entry("", "<D:resourcetype><D:collection/></D:resourcetype>"),
        entry("work/", CALENDAR + EVENTS),
        entry("inbox/", "<D:resourcetype><D:collection/><C:schedule-inbox/><C:calendar/></D:resourcetype>"),
        entry("outbox/", "<D:resourcetype><D:collection/><C:schedule-outbox/></D:resourcetype>"),
        entry("notifications/", "<D:resourcetype><D:collection/><CS:notification/></D:resourcetype>"),
        entry("holidays/", "<D:resourcetype><D:collection/><C:calendar/><CS:subscribed/></D:resourcetype>"),
        entry("old/", CALENDAR + EVENTS + "<NC:deleted-at>2026-11-01</NC:deleted-at>"),
        entry("bin/", "<D:resourcetype><D:collection/><C:calendar/><NC:trash-bin/></D:resourcetype>"),
        entry("journal/", CALENDAR + EVENTS.replace("VEVENT", "VJOURNAL")),
    )
    assert list(found) == ["/home/work/"]


def test_what_a_calendar_takes() -> None:
    both = EVENTS.replace("VEVENT", "vevent").replace("</C:supported", '<C:comp name="VTODO"/></C:supported')
    found = calendars(entry("a/", CALENDAR + EVENTS), entry("b/", CALENDAR + both), entry("c/", CALENDAR))
    assert [each.kinds for each in found.values()] == [{Kind.EVENT}, set(Kind), set(Kind)]


def test_privileges_decide_about_writing() -> None:
    def privileges(*names: str) -> str:
        inner = "".join(f"<D:privilege><D:{name}/></D:privilege>" for name in names)
        return f"{CALENDAR}<D:current-user-privilege-set>{inner}</D:current-user-privilege-set>"

    found = calendars(
        entry("unknown/", CALENDAR),
        entry("all/", privileges("all")),
        entry("write/", privileges("read", "write")),
        entry("content/", privileges("read", "write-content", "bind")),
        entry("shared/", privileges("read", "read-current-user-privilege-set")),
        entry("properties/", privileges("read", "write-properties")),
    )
    writable = {name.split("/")[2] for name, each in found.items() if each.writable}
    assert writable == {"unknown", "all", "write", "content"}


def test_names_colours_and_the_default() -> None:
    inbox = (
        "<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype>"
        "<C:schedule-default-calendar-URL><D:href>/home/team%40example.com</D:href></C:schedule-default-calendar-URL>"
    )
    found = calendars(
        entry("inbox/", inbox),
        entry(
            "team%40example.com/",
            f"{CALENDAR}<D:displayname> Team </D:displayname><A:calendar-color>#1BADF8FF</A:calendar-color>",
        ),
        entry("Caf%C3%A9/", f"{CALENDAR}<D:displayname/>"),
    )
    team, cafe = found["/home/team@example.com/"], found["/home/Café/"]
    assert (team.name, team.colour, team.is_default) == ("Team", "#1BADF8", True)
    assert (cafe.name, cafe.colour, cafe.is_default) == ("Café", "", False)
