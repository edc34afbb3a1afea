"""The test servers do what the other tests rely on."""

from __future__ import annotations

from tests.servers.account import DavAccount
from tests.servers.radicale import RadicaleServer

EVENT = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//EN\r
BEGIN:VEVENT\r
UID:one@example.com\r
DTSTAMP:20261101T000000Z\r
DTSTART:20261125T090000Z\r
DTEND:20261125T100000Z\r
SUMMARY:Breakfast\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_resource_is_stored_listed_read_and_deleted(dav_account: DavAccount) -> None:
    calendar = dav_account.make_calendar("work", ("VEVENT",), label="Work", colour="#ff8800")
    etag = dav_account.put(calendar, "one.ics", EVENT)
    assert dav_account.list(calendar) == {"one.ics": etag}
    assert etag.startswith('"')
    assert b"Breakfast" in (dav_account.find_by_title(calendar, "Breakfast") or b"")
    dav_account.delete(calendar, "one.ics")
    assert dav_account.get(calendar, "one.ics") is None


def test_wrong_password_is_refused(dav_account: DavAccount) -> None:
    dav_account.client.auth = (dav_account.user, "wrong")
    assert dav_account.request("PROPFIND", dav_account.home, headers={"Depth": "0"}).status_code == 401


def test_files_in_the_store_are_served(radicale: RadicaleServer) -> None:
    with radicale.account() as account:
        calendar = account.make_calendar("many")
        files = {f"{n}.ics": EVENT.replace(b"one@", b"%d@" % n) for n in range(20)}
        account.fill(calendar, files)
        assert set(account.list(calendar)) == set(files)
        assert b"UID:7@example.com" in (account.get(calendar, "7.ics") or b"")
