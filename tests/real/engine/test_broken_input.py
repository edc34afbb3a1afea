"""Broken input on either side: a clear problem that names the item, and everything else goes on."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from fm_desktop.port import Malformed
from fm_desktop.sync.report import Outcome
from tests.real.engine.scene import (
    BOSS,
    EMMA_ORGANISES,
    LF,
    Scene,
    calendar,
    crm_date,
    emma_invited,
    madrid,
    records,
    single,
    stamp,
    values,
    vevent,
)
from tests.servers import personality as habits
from tests.servers.proxy import DavProxy, Exchange, Reply

CALENDAR_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"


def serve(proxy: DavProxy, name: str, data: bytes) -> None:
    """The server gives these bytes for the resource, whatever it has."""

    def instead(exchange: Exchange) -> Reply:
        reply = exchange.forward()
        return Reply(reply.status, reply.headers, data)

    def change(tree: etree._Element) -> None:
        for response in tree.findall("{DAV:}response"):
            if habits.href_of(response).endswith(f"/{name}.ics"):
                for each in response.iter(CALENDAR_DATA):
                    each.text = data.decode()

    proxy.on("GET", path_contains=f"/{name}.ics").then(instead)
    proxy.on("REPORT", body_contains=habits.MULTIGET).then(habits.edited(change))


def text(*lines: str) -> bytes:
    return LF.join([*lines, ""]).encode()


FINE = vevent("uid-bad", "Bad one")


def without(name: str) -> bytes:
    return calendar([line for line in FINE if not line.startswith(name)])


def timed(*when: str) -> bytes:
    return calendar(vevent("uid-bad", "Bad one", when=when))


START = f"DTSTART:{stamp(2)}Z"
BROKEN: dict[str, tuple[bytes, str]] = {
    "no calendar at all": (b"<html>Hello</html>", "no calendar entry"),
    "nothing": (b" ", "no calendar entry"),
    "cut short": (text("BEGIN:VCALENDAR", "VERSION:2.0", *FINE[:-1]), "cut short"),
    "no UID": (without("UID"), "no UID"),
    "no DTSTART": (without("DTSTART"), "no start"),
    "negative duration": (timed(START, "DURATION:-PT1H"), "ends before it starts"),
    "end before start": (timed(START, f"DTEND:{stamp(1)}Z"), "ends before it starts"),
    "a date that is none": (timed("DTSTART:20269999T250000Z"), "date"),
    "a duration that is none": (timed(START, "DURATION:soon"), "date"),
    "two events as one": (calendar(FINE, vevent("uid-other", "Other")), "2 different events"),
    "a journal": (text("BEGIN:VCALENDAR", "BEGIN:VJOURNAL", "UID:uid-bad", "SUMMARY:Bad one", "END:VJOURNAL", "END:VCALENDAR"), "VJOURNAL"),
    "a rule of nonsense": (calendar(vevent("uid-bad", "Bad one", "RRULE:FREQ=SOMETIMES;BYDAY=XX")), "rule"),
    "a rule of seconds": (calendar(vevent("uid-bad", "Bad one", "RRULE:FREQ=SECONDLY")), "repeats by"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_resource_that_cannot_be_read_is_a_problem_and_the_rest_goes_on(
    odd: Scene, proxy: DavProxy, case: str
) -> None:
    data, reason = BROKEN[case]
    odd.put("bad", single("Bad one", uid="uid-bad"))
    odd.put("good", single("Good one"))
    serve(proxy, "bad", data)
    odd.sync()
    assert odd.titles() == ["Good one"]
    (message,) = odd.messages()
    assert "Bad one" in message or "bad.ics" in message or "uid-bad" in message
    assert reason in message
    assert ".." not in message
    odd.quiet()
    proxy.clear()
    odd.replace("bad", "SUMMARY:Bad one", "SUMMARY:Mended")
    odd.later()
    assert odd.titles() == ["Good one", "Mended"]
    assert odd.messages() == []
    odd.quiet()


@pytest.mark.parametrize("case", BROKEN)
def test_a_linked_event_that_breaks_keeps_its_row_and_heals(odd: Scene, proxy: DavProxy, case: str) -> None:
    odd.put("bad", single("Bad one", uid="uid-bad"))
    odd.put("good", single("Good one"))
    odd.sync()
    serve(proxy, "bad", BROKEN[case][0])
    odd.replace("bad", "SUMMARY:Bad one", "SUMMARY:Bad two")
    report = odd.later()
    assert odd.titles() == ["Bad one", "Good one"]
    assert report.problems == 1
    assert report.crm.total == 0
    proxy.clear()
    odd.replace("bad", "SUMMARY:Bad two", "SUMMARY:Mended")
    odd.later()
    assert odd.titles() == ["Good one", "Mended"]
    assert odd.messages() == []
    odd.quiet()


def test_a_crm_edit_of_a_row_whose_event_is_broken_waits_and_arrives(odd: Scene, proxy: DavProxy) -> None:
    odd.put("bad", single("Bad one", uid="uid-bad"))
    odd.sync()
    serve(proxy, "bad", b"nothing")
    odd.replace("bad", "DTSTAMP:20261101", "DTSTAMP:20261102")
    odd.later()
    odd.edit("Bad one", comment="Bring the plans")
    for _ in range(3):
        odd.later(10)
    assert "Bring the plans" in odd.row("Bad one")["comment"]
    proxy.clear()
    odd.replace("bad", "DTSTAMP:20261102", "DTSTAMP:20261103")
    odd.later(10)
    odd.later(10)
    assert values(odd.raw("bad"), "DESCRIPTION") == ["Bring the plans"]
    odd.quiet()


TOLERATED: dict[str, bytes] = {
    "properties twice": calendar(
        vevent("uid-odd", "Odd", "SUMMARY:Other", START, "DESCRIPTION:One", "DESCRIPTION:Two", when=[START, "DURATION:PT1H"])
    ),
    "junk lines": calendar(["junk without a colon", "", *vevent("uid-odd", "Odd")]),
    "line feeds only": single("Odd", uid="uid-odd").replace(b"\r\n", b"\n"),
    "an empty rule": calendar(vevent("uid-odd", "Odd", "RRULE:")),
    "a rule that yields nothing": calendar(vevent("uid-odd", "Odd", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
    "an unknown zone": timed("DTSTART;TZID=Mars/Olympus:" + stamp(2)).replace(b"Bad one", b"Odd"),
    "an attendee without an address": single("Odd", EMMA_ORGANISES, "ATTENDEE:urn:uuid:1", "ATTENDEE;CN=X:", uid="uid-odd"),
}  # fmt: skip


@pytest.mark.parametrize("case", TOLERATED)
def test_odd_but_readable_resources_travel_once(odd: Scene, proxy: DavProxy, case: str) -> None:
    odd.put("odd", single("Odd", uid="uid-odd"))
    serve(proxy, "odd", TOLERATED[case])
    odd.sync()
    assert odd.titles() == ["Odd"]
    assert odd.messages() == []
    odd.quiet()


def test_a_file_the_server_itself_cannot_read_stops_nothing_else(radicale_scene: Scene) -> None:
    """Radicale answers every listing of that calendar with an error of its own; the other calendar goes on."""
    scene = radicale_scene
    other = scene.account.make_calendar("other", label="Other")
    scene.put("one", single("One"))
    scene.put("two", single("Two"), other)
    scene.sync()
    scene.account.fill(scene.work, {"broken.ics": b"BEGIN:VCALENDAR\r\nrubbish"})
    scene.put("two", single("Two more", uid="uid-Two"), other)
    report = scene.engine.cycle()
    assert report.crm.deleted == 0
    (scene.account.store / "calendar" / "broken.ics").unlink()  # type: ignore[operator]
    scene.later()
    assert scene.titles() == ["One", "Two more"]


def test_a_description_of_five_megabytes_is_shortened_and_rests(scene: Scene) -> None:
    words = "word " * 1_000_000
    scene.put("big", single("Big", f"DESCRIPTION:{words}"))
    scene.put("good", single("Good"))
    scene.sync()
    assert scene.titles() == ["Big", "Good"]
    assert len(scene.row("Big")["comment"]) <= 6000
    scene.quiet()


def test_ten_thousand_attendees_are_counted_not_listed(scene: Scene) -> None:
    crowd = [
        f"ATTENDEE;CN=Guest {number};PARTSTAT=ACCEPTED:mailto:guest{number}@acme.example" for number in range(10_000)
    ]
    scene.put("fair", single("Fair", BOSS, emma_invited(), *crowd))
    scene.sync()
    comment = scene.row("Fair")["comment"]
    assert len(comment) <= 2000
    assert comment.splitlines()[-1].startswith("and 99")
    scene.quiet()


def test_an_endless_rule_is_held_to_its_limit(scene: Scene) -> None:
    scene.put("daily", calendar(vevent("uid-daily", "Daily", "RRULE:FREQ=DAILY", when=madrid(-400, "0900", "0915"))))
    scene.sync()
    assert len(scene.starts("Daily")) == scene.options.series_limit
    scene.quiet()


# --- the CRM ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["html", "truncate"])
def test_a_crm_answer_that_is_not_its_contract_stops_the_cycle_and_changes_nothing(scene: Scene, fault: str) -> None:
    scene.put("one", single("One"))
    scene.add("Visit", crm_date(3))
    scene.sync()
    scene.replace("one", "SUMMARY:One", "SUMMARY:First")
    scene.edit("Visit", subject="Visit Acme")
    getattr(scene.crm.faults, fault)(method="GET")
    report = scene.engine.cycle()
    assert isinstance(report.error, Malformed)
    assert report.outcome is Outcome.FAILED
    assert report.crm.total == report.provider.total == 0
    scene.crm.faults.clear()
    scene.later()
    assert scene.titles() == scene.dav_titles() == ["First", "Visit Acme"]
    scene.quiet()


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("fault", ["html", "truncate"])
def test_a_crm_write_answered_with_something_else_is_looked_up_and_done_once(
    scene: Scene, fault: str, verb: str
) -> None:
    scene.put("one", single("One"))
    if verb != "POST":
        scene.sync()
        if verb == "PUT":
            scene.replace("one", "SUMMARY:One", "SUMMARY:First")
        else:
            scene.remove("one")
    scene.crm.faults.add(fault, method=verb, path="/calendar*", count=1)
    scene.later()
    scene.later(5)
    scene.later(5)
    assert scene.titles() == {"POST": ["One"], "PUT": ["First"], "DELETE": []}[verb]
    assert len(scene.crm.store.rows("calendar")) == 1
    scene.quiet()


NONSENSE: dict[str, dict[str, Any]] = {
    "a date that is none": {"startDate": "2026-99-99"},
    "no date": {"startDate": ""},
    "words for a date": {"startDate": "20soon"},
    "an hour that is none": {"startHour": "77:99"},
    "words for an hour": {"startHour": "noon"},
}


def nonsense(folder: Path, row: int, fields: dict[str, Any]) -> None:
    """What no API would store, straight into the table; the time stamp makes it news."""
    named = {**fields, "dateUpdated": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z"}
    with closing(records(folder)) as db:
        db.execute(
            f"UPDATE calendar SET {', '.join(f'{name} = ?' for name in named)} WHERE id = ?", (*named.values(), row)
        )


@pytest.mark.parametrize("case", NONSENSE)
def test_a_crm_row_that_cannot_be_understood_is_a_problem_and_the_rest_goes_on(
    scene: Scene, sandbox_folder: Path, case: str
) -> None:
    nonsense(sandbox_folder, scene.add("Bad row", crm_date(2)), NONSENSE[case])
    scene.add("Good row", crm_date(3))
    scene.sync()
    assert scene.dav_titles() == ["Good row"]
    (message,) = scene.messages()
    assert "Bad row" in message
    assert ".." not in message
    scene.quiet()


@pytest.mark.parametrize("case", NONSENSE)
def test_a_linked_row_that_breaks_keeps_its_event_and_heals(scene: Scene, sandbox_folder: Path, case: str) -> None:
    row = scene.add("Visit", crm_date(2))
    scene.put("one", single("One"))
    scene.sync()
    nonsense(sandbox_folder, row, NONSENSE[case])
    scene.later()
    assert scene.dav_titles() == ["One", "Visit"]
    assert len(scene.messages()) == 1
    day_of = {"startDate": f"20{crm_date(2).replace('/', '-')}", "startHour": "12:00", "endHour": "13:00"}
    nonsense(sandbox_folder, row, {**day_of, "subject": "Visit Acme"})
    scene.later()
    assert scene.dav_titles() == ["One", "Visit Acme"]
    assert scene.messages() == []
    scene.quiet()


def test_a_crm_row_that_ends_before_it_starts_is_read_as_a_moment(scene: Scene, sandbox_folder: Path) -> None:
    nonsense(sandbox_folder, scene.add("Odd", crm_date(2), "10:00", "11:00"), {"endHour": "09:00"})
    scene.sync()
    raw = scene.copy("Odd")
    assert values(raw, "DTSTART") == values(raw, "DTEND")
    scene.quiet()


def test_control_characters_and_emoji_in_a_crm_text_travel_and_rest(scene: Scene, sandbox_folder: Path) -> None:
    row = scene.add("Odd", crm_date(2))
    nonsense(sandbox_folder, row, {"comment": "one\x07\x0b two 🎉\r\nthree\u2028 ; , \\ n", "subject": "Odd\x01 🎉"})
    scene.sync()
    (title,) = scene.dav_titles()
    assert title == "Odd 🎉"
    assert "two 🎉\\nthree" in values(scene.copy("Odd 🎉"), "DESCRIPTION")[0]
    scene.quiet()


def test_two_rows_with_one_mark_are_one_item_and_a_persons_copy(scene: Scene) -> None:
    scene.put("one", single("One"))
    scene.sync()
    row = scene.row("One")
    scene.add("One", row["startDate"], row["startHour"], row["endHour"], extId=row["extId"])
    report = scene.later()
    assert report.crm.total == report.provider.total == 0
    assert scene.dav_titles() == ["One"]
    scene.later(90)
    assert scene.dav_titles() == ["One", "One"]
    assert len(scene.rows()) == 2
    scene.quiet()


def test_a_colleagues_rows_are_never_touched(scene: Scene) -> None:
    scene.add("Mine", crm_date(2))
    other = scene.crm.store.rows("users", "email = 'javier@example.com'")[0]["id"]
    theirs = scene.add("Theirs", crm_date(2), salesRepId=other)
    scene.put("one", single("One"))
    before = scene.crm.store.get("calendar", theirs)
    scene.sync()
    assert scene.dav_titles() == ["Mine", "One"]
    assert scene.crm.store.get("calendar", theirs) == before


def test_a_row_given_to_a_colleague_leaves_with_the_daily_comparison(scene: Scene) -> None:
    scene.add("Mine", crm_date(2))
    scene.put("one", single("One"))
    scene.sync()
    other = scene.crm.store.rows("users", "email = 'javier@example.com'")[0]["id"]
    row = scene.row("Mine")["id"]
    scene.crm.store.update("calendar", row, {"salesRepId": other})
    scene.later(60 * 25)
    assert scene.dav_titles() == ["One"]
    assert not scene.crm.store.get("calendar", row)["deleted"]
    scene.quiet()
