"""Broken, odd and enormous input: read if it can be, told plainly if it cannot, always in bounded time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fm_desktop.model.items import Answer, Kind, Privacy
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.providers.ical import BrokenCalendar, NotPossible, WriteContext, create, edit, inspect, read, uid_of

OWN = frozenset({"emma@example.com"})
MADRID = WriteContext("Europe/Madrid", OWN)
GOOGLE = WriteContext("Europe/Madrid", OWN, html_descriptions=True)
NO_TASKS = WriteContext("Europe/Madrid", OWN, tasks_as_events=True)
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def at(*parts: int, zone: str = "UTC") -> Timed:
    return Timed(datetime(*parts), zone)


def calendar(*lines: str, kind: str = "VEVENT", uid: str | None = "u1", extra: str = "") -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", *extra.split("\n")] if extra else ["BEGIN:VCALENDAR", "VERSION:2.0"]
    identity = [] if uid is None else [f"UID:{uid}"]
    body = [f"BEGIN:{kind}", *identity, *lines, f"END:{kind}", "END:VCALENDAR", ""]
    return "\r\n".join(head + body).encode()


def item(*lines: str, context: WriteContext = MADRID, **more):
    return read(calendar(*lines, **more), context)[0]


def broken(raw: bytes) -> BrokenCalendar:
    with pytest.raises(BrokenCalendar) as caught:
        read(raw, MADRID)
    return caught.value


# --- broken input names the item ------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [b"", b"hello", b"\x00\xff\xfe", b"<html></html>", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"]
)
def test_what_is_no_calendar_entry(raw: bytes) -> None:
    assert broken(raw).reason == "It is no calendar entry."


def test_cut_short() -> None:
    error = broken(calendar("SUMMARY:Half", "DTSTART:20260101T100000Z")[:-20])
    assert (error.reason, error.title, error.uid) == ("It is cut short: its VCALENDAR has no end.", "Half", "u1")


def test_no_uid() -> None:
    error = broken(calendar("SUMMARY:Nameless", "DTSTART:20260101T100000Z", uid=None))
    assert (error.reason, error.title) == ("It has no UID, so it could not be recognised again.", "Nameless")


def test_no_start() -> None:
    error = broken(calendar("SUMMARY:When?"))
    assert (error.reason, error.title, error.uid) == ("It has no start (DTSTART).", "When?", "u1")


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260101T100000Z", "DTEND:20260101T090000Z"),
        ("DTSTART:20260101T100000Z", "DURATION:-PT1H"),
        ("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260104"),
    ],
)
def test_a_negative_length_is_told_and_not_mended(lines: tuple[str, ...]) -> None:
    assert broken(calendar(*lines)).reason == "It ends before it starts."


@pytest.mark.parametrize(
    "line", ["DTSTART:tomorrow", "DTSTART:20261301T000000Z", "DTSTART:", "DTSTART;TZID=Asia/Tokyo:00010101T000000"]
)
def test_an_unreadable_start_is_quoted(line: str) -> None:
    assert "cannot be read" in broken(calendar(line)).reason


def test_a_length_beyond_the_calendar() -> None:
    assert "any calendar" in broken(calendar("DTSTART:99991231T100000Z", "DURATION:P9W")).reason
    assert "too long" in broken(calendar("DTSTART:20260101T100000Z", "DURATION:P999999999999W")).reason


def test_several_events_in_one_object() -> None:
    one = calendar("DTSTART:20260101T100000Z")
    two = one.replace(b"UID:u1", b"UID:u2")
    assert broken(one + two).reason == "2 different events are stored as one."


def test_only_foreign_components() -> None:
    error = broken(calendar("SUMMARY:Diary", kind="VJOURNAL"))
    assert error.reason == "It holds no event and no task, only VJOURNAL."
    assert (error.title, error.uid) == ("Diary", "u1")


def test_uid_of_any_bytes() -> None:
    assert uid_of(calendar("DTSTART:x")) == "u1"
    assert uid_of(b"\xff") == ""


# --- odd input is read ---------------------------------------------------------------------------


def test_duplicate_properties_the_first_counts_and_an_edit_leaves_one() -> None:
    raw = calendar("SUMMARY:one", "SUMMARY:two", "DTSTART:20260101T100000Z", "DTSTART:20260102T100000Z")
    assert read(raw, MADRID)[0].title == "one"
    edited = edit(raw, Patch(title="three"), None, MADRID, NOW)
    assert edited.count(b"SUMMARY") == 1
    assert edited.count(b"DTSTART") == 2


def test_the_same_event_twice_in_one_object() -> None:
    raw = calendar("SUMMARY:a", "DTSTART:20260101T100000Z")
    found = inspect(raw + raw.replace(b"SUMMARY:a", b"SUMMARY:b"), MADRID)
    assert [each.title for each in found.items] == ["a"]
    assert found.notes == ("It is stored several times in one place; the first one counts.",)


def test_an_override_without_its_master() -> None:
    found = item("RECURRENCE-ID:20260101T100000Z", "DTSTART:20260101T110000Z")
    assert found.recurrence_id == at(2026, 1, 1, 10)


def test_the_master_comes_first_wherever_it_stands() -> None:
    one = calendar("RECURRENCE-ID;RANGE=THISANDFUTURE:20260108T100000Z", "DTSTART:20260108T110000Z")
    found = inspect(one + calendar("DTSTART:20260101T100000Z", "RRULE:FREQ=WEEKLY"), MADRID)
    assert [each.recurrence_id for each in found.items] == [None, at(2026, 1, 8, 10)]
    assert "all later dates" in found.notes[0]


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        (("DTSTART:20260101T100000Z",), Span(at(2026, 1, 1, 10), at(2026, 1, 1, 10))),
        (("DTSTART;VALUE=DATE:20260101",), day_span(date(2026, 1, 1))),
        (("DTSTART:20260101",), day_span(date(2026, 1, 1))),
        (("DTSTART;VALUE=DATE:20260101T000000",), day_span(date(2026, 1, 1))),
        (("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260101"), day_span(date(2026, 1, 1))),
        (("DTSTART;VALUE=DATE:20260101", "DURATION:P1W"), Span(date(2026, 1, 1), date(2026, 1, 8))),
        (("DTSTART:20260101T100000Z", "DURATION:P1DT2H"), Span(at(2026, 1, 1, 10), at(2026, 1, 2, 12))),
        (("DTSTART:20260101T100000Z", "DTEND;VALUE=DATE:20260103"), Span(at(2026, 1, 1, 10), at(2026, 1, 3, 0))),
        (("DTSTART;VALUE=DATE:20260101", "DTEND:20260103T120000Z"), Span(date(2026, 1, 1), date(2026, 1, 4))),
        (("DTSTART:2026-01-01T10:00:00Z",), Span(at(2026, 1, 1, 10), at(2026, 1, 1, 10))),
        (("DTSTART:20260101T100000+0200",), Span(at(2026, 1, 1, 8), at(2026, 1, 1, 8))),
        (("DTSTART:20261231T235960Z",), Span(at(2026, 12, 31, 23, 59, 59), at(2026, 12, 31, 23, 59, 59))),
        (("dtstart:20260101T1000z", "dtend:20260102t1000Z"), Span(at(2026, 1, 1, 10), at(2026, 1, 2, 10))),
        (("DTSTART:19700101T000000Z", "DTEND:20380119T031408Z"), Span(at(1970, 1, 1), at(2038, 1, 19, 3, 14, 8))),
    ],
)
def test_spans(lines: tuple[str, ...], span: Span) -> None:
    assert item(*lines).span == span


def test_floating_times_are_on_the_user_s_clock_and_stay_floating() -> None:
    raw = calendar("DTSTART:20260715T090000", "DTEND:20260715T100000")
    assert read(raw, MADRID)[0].span.start.instant == datetime(2026, 7, 15, 7, tzinfo=UTC)
    edited = edit(raw, Patch(span=Span(at(2026, 7, 16, 7), at(2026, 7, 16, 8))), None, MADRID, NOW)
    assert b"\r\nDTSTART:20260716T090000\r\nDTEND:20260716T100000\r\n" in edited


def test_nul_bytes_controls_and_empty_titles() -> None:
    assert item("SUMMARY:a\x00b\x07 c", "DTSTART:20260101T100000Z").title == "ab c"
    assert item("DTSTART:20260101T100000Z").title == ""


def test_quoted_printable_relic() -> None:
    found = item("SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9 = 2", "DTSTART:20260101T100000Z")
    assert found.title == "café = 2"


def test_classes_that_nobody_knows_are_private() -> None:
    assert item("CLASS:X-SECRET", "DTSTART:20260101T100000Z").privacy is Privacy.PRIVATE
    assert item("CLASS:public", "DTSTART:20260101T100000Z").privacy is Privacy.PUBLIC


def test_escapes() -> None:
    found = item(r"SUMMARY:a\, b\; c\\n \: d", r"DESCRIPTION:one\Ntwo\\three", "DTSTART:20260101T100000Z")
    assert found.title == r"a, b; c\n : d"
    assert found.text == "one\ntwo\\three"


# --- zones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("Europe/Madrid", "Europe/Madrid"),
        ('"europe/madrid"', "Europe/Madrid"),
        ("Romance Standard Time", "Europe/Madrid"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Paris", "Europe/Paris"),
        ("/example.org/UTC", "UTC"),
        ("GMT", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("UTC-05:00", "Etc/GMT+5"),
        ("America/New York", "America/New_York"),
    ],
)
def test_names_of_zones(tzid: str, zone: str) -> None:
    assert item(f"DTSTART;TZID={tzid}:20260701T120000").span.start == at(2026, 7, 1, 12, zone=zone)


def test_one_windows_zone_for_many_cities_means_the_user_s_own() -> None:
    raw = calendar("DTSTART;TZID=Romance Standard Time:20260701T120000")
    assert read(raw, WriteContext("America/Lima"))[0].span.start.zone == "Europe/Paris"


def test_an_unknown_zone_is_read_on_the_user_s_clock_and_told() -> None:
    found = inspect(calendar("DTSTART;TZID=Our Office:20260701T120000"), MADRID)
    assert found.items[0].span.start == at(2026, 7, 1, 12, zone="Europe/Madrid")
    assert found.notes == ("The time zone “Our Office” is unknown; its times are read in yours (Europe/Madrid).",)


def _vtimezone(standard: str, daylight: str = "", extra: str = "") -> str:
    parts = ["BEGIN:VTIMEZONE", "TZID:Office", *([extra] if extra else [])]
    for name, text in (("STANDARD", standard), ("DAYLIGHT", daylight)):
        if text:
            parts += [f"BEGIN:{name}", *text.split("|"), f"END:{name}"]
    return "\n".join([*parts, "END:VTIMEZONE"])


_EU = (
    "DTSTART:19961027T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "DTSTART:19810329T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
)


def test_an_embedded_zone_is_recognised_by_its_rules_and_the_user_s_comes_first() -> None:
    raw = calendar("DTSTART;TZID=Office:20260701T120000", extra=_vtimezone(*_EU))
    assert read(raw, MADRID)[0].span.start == at(2026, 7, 1, 12, zone="Europe/Madrid")
    berlin = read(raw, WriteContext("America/Lima"))[0].span.start
    assert berlin.instant == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_an_embedded_zone_says_where_it_is() -> None:
    text = _vtimezone("DTSTART:16010101T000000|TZOFFSETFROM:+0900|TZOFFSETTO:+0900", extra="X-LIC-LOCATION:Asia/Tokyo")
    assert item("DTSTART;TZID=office:20260701T120000", extra=text).span.start == at(2026, 7, 1, 12, zone="Asia/Tokyo")


def test_an_embedded_zone_like_no_other_gives_the_moment() -> None:
    text = _vtimezone(
        "DTSTART:20200105T030000|TZOFFSETFROM:+0317|TZOFFSETTO:+0217|RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1SU",
        "DTSTART:20200607T020000|TZOFFSETFROM:+0217|TZOFFSETTO:+0317|RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=1SU",
    )
    raw = calendar("DTSTART;TZID=Office:20260701T120000", "DTEND;TZID=Office:20261230T235900", extra=text)
    assert read(raw, MADRID)[0].span == Span(at(2026, 7, 1, 8, 43), at(2026, 12, 30, 20, 42))
    edited = edit(raw, Patch(span=Span(at(2026, 7, 1, 9), at(2026, 7, 1, 10))), None, MADRID, NOW)
    assert b"\r\nDTSTART:20260701T090000Z\r\nDTEND:20260701T100000Z\r\n" in edited
    assert b"TZID:Office" in edited


def test_an_embedded_zone_with_a_hostile_rule_ends() -> None:
    text = _vtimezone("DTSTART:16010101T000000|TZOFFSETFROM:+0100|TZOFFSETTO:+0217|RRULE:FREQ=SECONDLY")
    assert item("DTSTART;TZID=Office:20260701T120000", extra=text).span.start == at(2026, 7, 1, 9, 43)


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Madrid", (2026, 3, 28), 23),
        ("Europe/Madrid", (2026, 10, 24), 25),
        ("America/New_York", (2026, 3, 7), 23),
        ("America/New_York", (2026, 10, 31), 25),
        ("Australia/Lord_Howe", (2026, 4, 4), 24.5),
        ("Australia/Lord_Howe", (2026, 10, 3), 23.5),
    ],
)
def test_dst_nights_keep_clock_and_length(zone: str, night: tuple[int, int, int], hours: float) -> None:
    start = datetime(*night, 12)
    end = start + timedelta(days=1)
    raw = calendar(f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}", f"DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}")
    span = read(raw, MADRID)[0].span
    assert span.end.instant - span.start.instant == timedelta(hours=hours)
    week = timedelta(days=7)
    moved = Span(Timed(start + week, zone).in_zone("UTC"), Timed(end + week, zone).in_zone("UTC"))
    edited = edit(raw, Patch(span=moved), None, MADRID, NOW)
    assert f"DTSTART;TZID={zone}:{start + week:%Y%m%dT%H%M%S}".encode() in edited
    assert f"DTEND;TZID={zone}:{end + week:%Y%m%dT%H%M%S}".encode() in edited


def test_the_second_of_two_equal_readings_is_written_in_utc() -> None:
    raw = calendar("DTSTART;TZID=Europe/Madrid:20261020T020000", "DTEND;TZID=Europe/Madrid:20261020T030000")
    span = Span(at(2026, 10, 25, 1, 30), at(2026, 10, 25, 2, 30))
    edited = edit(raw, Patch(span=span), None, MADRID, NOW)
    assert b"DTSTART:20261025T013000Z" in edited, "02:30 would mean the first time it is 02:30"
    assert read(edited, MADRID)[0].span.normal() == span


# --- people --------------------------------------------------------------------------------------


def test_addresses_in_every_spelling() -> None:
    found = item(
        "DTSTART:20260101T100000Z",
        "ORGANIZER;CN=Boss:MAILTO:Boss@Partner.Example",
        "ATTENDEE;PARTSTAT=TENTATIVE:Mailto:EMMA@example.com",
        "ATTENDEE;EMAIL=b@x.example:urn:uuid:1234",
        "ATTENDEE;CN=No Address:urn:uuid:5678",
        "ATTENDEE;CN=Plain:c@x.example",
        "ATTENDEE:mailto:d%40x.example?subject=hi",
        "ATTENDEE;CN=Twice:mailto:c@X.example",
        "ATTENDEE;CN=Odd: one:mailto:e@x.example",
        "ATTENDEE;CUTYPE=ROOM:mailto:room@x.example",
        "ATTENDEE;PARTSTAT=X-LATER;ROLE=NON-PARTICIPANT:invalid:nomail",
    )
    assert found.organiser.address == "boss@partner.example"
    assert [each.address for each in found.participants] == [
        "emma@example.com",
        "b@x.example",
        "",
        "c@x.example",
        "d@x.example",
        "e@x.example",
        "",
    ]
    assert found.participants[2].name == "No Address"
    assert found.participants[6].optional
    assert found.participants[6].answer is Answer.NEEDS_ACTION
    assert found.answer is Answer.TENTATIVE


def test_an_organiser_alone_is_no_invitation() -> None:
    own = item("DTSTART:20260101T100000Z", "ORGANIZER:mailto:emma@example.com")
    unnamed = item("DTSTART:20260101T100000Z", "ORGANIZER:/principals/1/")
    foreign = item("DTSTART:20260101T100000Z", "ORGANIZER:mailto:boss@partner.example")
    assert own.organiser is None
    assert unnamed.organiser is None
    assert foreign.organiser.address == "boss@partner.example"


def test_ten_thousand_attendees_survive_an_edit_as_they_are() -> None:
    lines = [f'ATTENDEE;CN="P, {n}";PARTSTAT=ACCEPTED;X-N={n}:mailto:p{n}@x.example' for n in range(10_000)]
    raw = calendar("DTSTART:20260101T100000Z", "SUMMARY:All hands", *lines, "ORGANIZER:mailto:emma@example.com")
    assert len(read(raw, MADRID)[0].participants) == 10_000
    edited = edit(raw, Patch(title="All hands!"), None, MADRID, NOW)
    assert "\r\n".join(lines).encode() in edited
    assert b"\r\nSEQUENCE:1\r\n" in edited


# --- text ----------------------------------------------------------------------------------------


def test_a_description_of_five_megabytes() -> None:
    text = "Zeile mit ä und, Komma; gut\\.\n" * 170_000
    projection = Projection(Kind.EVENT, "Big", Span(at(2026, 1, 1, 10), at(2026, 1, 1, 11)), text=text)
    raw = create(projection, "u1", MADRID, NOW)
    assert len(raw) > 5_000_000
    assert read(raw, MADRID)[0].text == text.strip("\n")
    assert read(edit(raw, Patch(title="x"), None, MADRID, NOW), MADRID)[0].text == text.strip("\n")


def _described(text: str, context: WriteContext = MADRID) -> str:
    return item("DTSTART:20260101T100000Z", "DESCRIPTION:" + text, context=context).text


def test_html_is_shown_as_text_where_it_is_html() -> None:
    assert _described("<html><body><p>One &amp\\; two</p><ul><li>x</li></ul></body></html>") == "One & two\n\n  * x"
    assert _described("a < b and <br> is a tag") == "a < b and <br> is a tag"
    assert _described("a < b &amp\\; c", GOOGLE) == "a < b & c"
    assert _described("one\\ntwo <b>bold</b>", GOOGLE) == "one\ntwo bold"


def test_html_nested_without_end_is_read_in_bounded_time() -> None:
    markup = "<div>" * 100_000 + "deep &amp; down" + "</div>" * 100_000
    assert _described(markup.replace(";", "\\;")) == "deep & down"
    hidden = "<div>" * 1_000 + "<style>p {}</style><script>x<b></script>seen<br>here" + "</div>" * 1_000
    assert _described(hidden) == "seen\nhere"


def test_the_html_beside_a_missing_description_is_read_and_replaced() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "X-ALT-DESC;FMTTYPE=text/html:<p>Hello</p>")
    assert read(raw, MADRID)[0].text == "Hello"
    assert edit(raw, Patch(text="Hello"), None, MADRID, NOW) == raw
    edited = edit(raw, Patch(text="Bye"), None, MADRID, NOW)
    assert b"X-ALT-DESC" not in edited
    assert read(edited, MADRID)[0].text == "Bye"
    assert read(edit(edited, Patch(text=""), None, MADRID, NOW), MADRID)[0].text == ""


# --- edits ---------------------------------------------------------------------------------------


def test_an_empty_patch_and_the_crm_s_own_fields_change_nothing() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "SUMMARY:  a  b ", "DESCRIPTION:t")
    for patch in (Patch(), Patch(details="d", locked=True), Patch(title="a b", text="t")):
        assert edit(raw, patch, None, MADRID, NOW) is raw


def test_moving_only_the_end_leaves_the_start_line_with_its_seconds() -> None:
    raw = calendar("DTSTART;X-P=1:20260101T100030Z", "DTEND:20260101T110000Z")
    edited = edit(raw, Patch(span=Span(at(2026, 1, 1, 10), at(2026, 1, 1, 12))), None, MADRID, NOW)
    assert b"\r\nDTSTART;X-P=1:20260101T100030Z\r\nDTEND:20260101T120000Z\r\n" in edited


def test_a_duration_stays_a_duration() -> None:
    raw = calendar("DTSTART;TZID=Europe/Madrid:20260101T100000", "DURATION:PT90M")
    moved = edit(raw, Patch(span=Span(at(2026, 1, 2, 9), at(2026, 1, 2, 10, 30))), None, MADRID, NOW)
    assert b"DTSTART;TZID=Europe/Madrid:20260102T100000\r\nDURATION:PT90M\r\n" in moved
    longer = edit(raw, Patch(span=Span(at(2026, 1, 1, 9), at(2026, 1, 2, 11))), None, MADRID, NOW)
    assert b"DTSTART;TZID=Europe/Madrid:20260101T100000\r\nDURATION:P1DT2H\r\n" in longer
    over_dst = Span(at(2026, 3, 28, 9), at(2026, 3, 29, 9))
    edited = edit(raw, Patch(span=over_dst), None, MADRID, NOW)
    assert read(edited, MADRID)[0].span.normal() == over_dst


def test_timed_becomes_all_day_and_back() -> None:
    raw = calendar("DTSTART;TZID=Asia/Tokyo:20260101T100000", "DURATION:PT1H")
    day = day_span(date(2026, 1, 5), date(2026, 1, 6))
    all_day = edit(raw, Patch(span=day), None, MADRID, NOW)
    assert b"DTSTART;VALUE=DATE:20260105\r\n" in all_day
    assert read(all_day, MADRID)[0].span == day
    span = Span(at(2026, 1, 5, 8), at(2026, 1, 5, 9))
    assert read(edit(all_day, Patch(span=span), None, MADRID, NOW), MADRID)[0].span == span


def test_an_event_without_end_gets_one_when_it_needs_one() -> None:
    raw = calendar("DTSTART;VALUE=DATE:20260101")
    one = edit(raw, Patch(span=day_span(date(2026, 1, 2))), None, MADRID, NOW)
    assert b"DTEND" not in one
    two = edit(raw, Patch(span=day_span(date(2026, 1, 1), date(2026, 1, 2))), None, MADRID, NOW)
    assert b"DTEND;VALUE=DATE:20260103\r\n" in two
    assert b"DTSTART;VALUE=DATE:20260101\r\n" in two


@pytest.mark.parametrize(
    ("lines", "patch", "sequence"),
    [
        (("SEQUENCE:0",), Patch(title="n"), b"SEQUENCE:0"),
        (("SEQUENCE:3",), Patch(title="n"), b"SEQUENCE:3"),
        (("SEQUENCE:3",), Patch(span=day_span(date(2026, 5, 5))), b"SEQUENCE:4"),
        (("ORGANIZER:mailto:emma@example.com", "ATTENDEE:mailto:a@x.example"), Patch(title="n"), b"SEQUENCE:1"),
        (
            ("SEQUENCE:x", "ORGANIZER:mailto:b@x.example", "ATTENDEE:mailto:a@x.example"),
            Patch(title="n"),
            b"SEQUENCE:x",
        ),
    ],
)
def test_the_sequence_rises_where_others_follow_it(lines: tuple[str, ...], patch: Patch, sequence: bytes) -> None:
    edited = edit(calendar("DTSTART:20260101T100000Z", *lines), patch, None, MADRID, NOW)
    assert b"\r\n" + sequence + b"\r\n" in edited
    assert b"\r\nLAST-MODIFIED:20261125T083000Z\r\n" in edited


def test_what_an_edit_cannot_do_is_said() -> None:
    series = calendar("DTSTART:20260101T100000Z", "RRULE:FREQ=DAILY")
    span = Span(at(2026, 1, 1, 12), at(2026, 1, 1, 13))
    with pytest.raises(NotPossible, match="recurring series"):
        edit(series, Patch(span=span), None, MADRID, NOW)
    with pytest.raises(NotPossible, match="not kept by itself"):
        edit(series, Patch(title="x"), at(2026, 1, 2, 10), MADRID, NOW)
    with pytest.raises(NotPossible, match="needs a date"):
        edit(calendar("DTSTART:20260101T100000Z"), Patch(span=None), None, MADRID, NOW)
    with pytest.raises(NotPossible, match="needs a date"):
        create(Projection(Kind.EVENT, "x", None), "u", MADRID, NOW)
    with pytest.raises(NotPossible, match="Give the task a date"):
        create(Projection(Kind.TASK, "x", None), "u", NO_TASKS, NOW)


def test_unknown_nested_components_survive() -> None:
    raw = calendar(
        "DTSTART:20260101T100000Z",
        "SUMMARY:a",
        "BEGIN:X-DEEP",
        "SUMMARY:not mine",
        "BEGIN:PARTICIPANT",
        "UID:p",
        "END:PARTICIPANT",
        "END:X-DEEP",
        "BEGIN:VALARM",
        "DTSTART:20200101T000000Z",
        "END:VALARM",
    )
    edited = edit(raw, Patch(title="b"), None, MADRID, NOW)
    assert raw[raw.index(b"BEGIN:X-DEEP") :] == edited[edited.index(b"BEGIN:X-DEEP") :]


# --- tasks ---------------------------------------------------------------------------------------


def task(*lines: str):
    return item(*lines, kind="VTODO")


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        ((), None),
        (("DUE;VALUE=DATE:20260105",), day_span(date(2026, 1, 5))),
        (("DUE:20260105T100000Z", "DTSTART:20260101T100000Z"), Span(at(2026, 1, 5, 10), at(2026, 1, 5, 10))),
        (("DTSTART:20260101T100000Z",), Span(at(2026, 1, 1, 10), at(2026, 1, 1, 10))),
        (("DTSTART:20260101T100000Z", "DURATION:P1D"), Span(at(2026, 1, 2, 10), at(2026, 1, 2, 10))),
        (
            ("DTSTART;VALUE=DATE:20260105", "DUE;VALUE=DATE:20260107", "RRULE:FREQ=WEEKLY;BYDAY=MO"),
            day_span(date(2026, 1, 5)),
        ),
    ],
)
def test_when_a_task_is_due(lines: tuple[str, ...], span: Span | None) -> None:
    assert task(*lines).span == span


@pytest.mark.parametrize(
    ("lines", "completed"),
    [
        ((), False),
        (("STATUS:COMPLETED",), True),
        (("COMPLETED:20260101T100000Z",), True),
        (("PERCENT-COMPLETE:100",), True),
        (("STATUS:NEEDS-ACTION", "COMPLETED:20260101T100000Z"), False),
        (("STATUS:IN-PROCESS", "PERCENT-COMPLETE:100"), False),
    ],
)
def test_whether_a_task_is_done(lines: tuple[str, ...], completed: bool) -> None:
    assert task(*lines).completed is completed


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("DUE:20260105T100000Z",),
        ("DTSTART;TZID=Asia/Tokyo:20260105T100000",),
        ("DTSTART:20260101T100000Z", "DUE:20260105T100000Z"),
        ("DTSTART;VALUE=DATE:20260101", "DUE;VALUE=DATE:20260101"),
        ("DTSTART:20260101T100000Z", "DURATION:P1DT2H"),
        ("DTSTART;VALUE=DATE:20260101", "DURATION:P2D"),
        ("DTSTART:20260101T080000Z", "DUE:20260101T100000Z"),
    ],
)
@pytest.mark.parametrize("span", [None, day_span(date(2026, 2, 3)), Span(at(2026, 2, 3, 9), at(2026, 2, 3, 9))])
def test_a_task_moves_whatever_it_is_made_of(lines: tuple[str, ...], span: Span | None) -> None:
    raw = calendar("SUMMARY:t", *lines, "BEGIN:VALARM", "TRIGGER:-PT1H", "END:VALARM", kind="VTODO")
    edited = edit(raw, Patch(span=span), None, MADRID, NOW)
    found = read(edited, MADRID)[0].span
    assert (found and found.normal()) == span
    assert b"BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\nEND:VTODO\r\n" in edited
    if b"DTSTART" in edited and b"DUE" in edited:
        assert (b"DTSTART;VALUE=DATE" in edited) == (b"DUE;VALUE=DATE" in edited), "RFC 5545, 3.8.2.3"


@pytest.mark.parametrize("span", [day_span(date(2026, 2, 3)), Span(at(2026, 2, 3, 9), at(2026, 2, 3, 9))])
@pytest.mark.parametrize("completed", [True, False])
def test_R20_a_task_kept_as_an_event_comes_back_as_the_task(span: Span, completed: bool) -> None:
    projection = Projection(Kind.TASK, "Call Ana", span, "about prices", completed=completed)
    raw = create(projection, "t1", NO_TASKS, NOW)
    assert b"BEGIN:VEVENT" in raw
    assert b"TRANSP:TRANSPARENT" in raw
    assert (b"SUMMARY:\xe2\x9c\x93 Call Ana" in raw) is completed
    stripped = raw.replace(b"X-FM-DESKTOP-TASK:1\r\n", b"")
    for stored in (raw, stripped):
        found = read(stored, NO_TASKS)[0]
        assert (found.kind, found.title, found.completed, found.span) == (Kind.TASK, "Call Ana", completed, span)
    toggled = edit(stripped, Patch(completed=not completed, title="Call her"), None, NO_TASKS, NOW)
    found = read(toggled, NO_TASKS)[0]
    assert (found.title, found.completed) == ("Call her", not completed)


def test_a_task_kept_as_an_event_keeps_the_length_the_user_gave_it() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "DTEND:20260101T110000Z", "TRANSP:TRANSPARENT", "CATEGORIES:Home,task")
    edited = edit(raw, Patch(span=Span(at(2026, 1, 2, 9), at(2026, 1, 2, 9))), None, NO_TASKS, NOW)
    assert b"DTSTART:20260102T090000Z\r\nDTEND:20260102T100000Z\r\n" in edited


def test_a_meeting_in_category_task_is_no_task() -> None:
    found = item("DTSTART:20260101T100000Z", "TRANSP:TRANSPARENT", "CATEGORIES:Task", "ATTENDEE:mailto:a@x.example")
    assert found.kind is Kind.EVENT


def test_R27_what_we_create_invites_nobody() -> None:
    span = Span(at(2026, 1, 1, 10), at(2026, 1, 1, 11))
    raw = create(Projection(Kind.EVENT, "Visit", span, details="Participants:\n- a@x.example"), "u1", MADRID, NOW)
    assert b"ATTENDEE" not in raw
    assert b"ORGANIZER" not in raw
    assert b"a@x.example" not in raw
    assert b"\r\nDTSTART:20260101T100000Z\r\nDTEND:20260101T110000Z\r\n" in raw


def test_an_embedded_zone_is_not_trusted_for_a_year_in_which_it_differs() -> None:
    # The rules of today's Adelaide; in the year 2000 the real one changed its clocks on other days.
    text = _vtimezone(
        "DTSTART:16010401T030000|TZOFFSETFROM:+1030|TZOFFSETTO:+0930|RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4",
        "DTSTART:16011001T020000|TZOFFSETFROM:+0930|TZOFFSETTO:+1030|RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=10",
    )
    raw = calendar("DTSTART;TZID=Office:20261215T090000", "DTEND;TZID=Office:20261215T100000", extra=text)
    span = Span(at(2000, 10, 1), at(2000, 10, 1, 1))
    assert read(edit(raw, Patch(span=span), None, MADRID, NOW), MADRID)[0].span.normal() == span


def test_an_original_start_without_a_zone_is_on_the_clock_of_its_event() -> None:
    found = item("RECURRENCE-ID:20260101T100000", "DTSTART;TZID=Asia/Tokyo:20260101T110000")
    assert found.recurrence_id == at(2026, 1, 1, 10, zone="Asia/Tokyo")


def test_a_series_takes_a_new_title_and_passes_over_being_done() -> None:
    raw = calendar("DTSTART:20260101T100000Z", "RRULE:FREQ=DAILY", "SUMMARY:a")
    assert edit(raw, Patch(completed=True), None, MADRID, NOW) is raw
    assert read(edit(raw, Patch(title="b"), None, MADRID, NOW), MADRID)[0].title == "b"


def test_a_long_quoted_printable_text_and_many_duplicates_take_linear_time() -> None:
    lines = "=\r\n".join(["DESCRIPTION;ENCODING=QUOTED-PRINTABLE:"] + ["caf=C3=A9 "] * 100_000)
    raw = calendar("DTSTART:20260101T100000Z", lines, *["SUMMARY:again"] * 100_000)
    assert len(read(raw, MADRID)[0].text) == 100_000 * 5 - 1
    edited = edit(raw, Patch(title="once"), None, MADRID, NOW)
    assert edited.count(b"SUMMARY") == 1


def test_a_zone_with_its_whole_history_is_recognised() -> None:
    history = "\n".join(
        line
        for year in range(1981, 1996)
        for line in (
            f"BEGIN:DAYLIGHT\nDTSTART:{year}0329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n"
            f"BEGIN:STANDARD\nDTSTART:{year}0927T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD"
        ).split("\n")
    )
    text = _vtimezone(*_EU).replace("TZID:Office", f"TZID:Office\n{history}")
    raw = calendar("DTSTART;TZID=Office:20260701T120000", extra=text)
    assert read(raw, MADRID)[0].span.start == at(2026, 7, 1, 12, zone="Europe/Madrid")


def test_rules_of_a_zone_that_have_ended_leave_the_last_offset() -> None:
    text = _vtimezone(
        "DTSTART:20051030T030000|TZOFFSETFROM:+0400|TZOFFSETTO:+0300|RRULE:FREQ=YEARLY;UNTIL=20101030T230000Z;BYMONTH=10;BYDAY=-1SU",
        "DTSTART:20050327T020000|TZOFFSETFROM:+0300|TZOFFSETTO:+0400|RRULE:FREQ=YEARLY;UNTIL=20110326T230000Z;BYMONTH=3;BYDAY=-1SU",
    )
    # Moscow stayed on summer time for a while from 2011 on; where the file ends, its last word counts.
    start = item("DTSTART;TZID=Office:20130701T120000", extra=text).span.start
    assert start.instant == datetime(2013, 7, 1, 8, tzinfo=UTC)
