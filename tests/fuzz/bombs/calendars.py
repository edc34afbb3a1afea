"""iCalendar that costs more to read than to write."""

from __future__ import annotations

from collections.abc import Iterable

from fm_desktop.providers.ical import BrokenCalendar, WriteContext, inspect
from fm_desktop.providers.ical.document import parse, serialise
from tests.fuzz.understood import check_items

CONTEXT = WriteContext("Europe/Madrid")
MANY = 3_000


def event(*lines: str, before: Iterable[str] = ()) -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", *before, "BEGIN:VEVENT", "UID:u1", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    ).encode()


def read(raw: bytes) -> None:
    try:
        check_items(inspect(raw, CONTEXT).items)
    except BrokenCalendar:
        return


def zone(name: str, observances: int, rule: str) -> list[str]:
    inside = [
        line
        for number in range(observances)
        for line in (
            "BEGIN:STANDARD", "DTSTART:16010101T000000", f"TZOFFSETFROM:+{number % 12:02}00", "TZOFFSETTO:+0117", rule, "END:STANDARD",
        )
    ]  # fmt: skip
    return ["BEGIN:VTIMEZONE", f"TZID:{name}", *inside, "END:VTIMEZONE"]


def bomb_components_in_components() -> None:
    raw = b"BEGIN:X\r\n" * 20_000
    assert serialise(parse(raw)) == raw
    read(raw)


def bomb_a_line_of_parameters() -> None:
    read(event("DTSTART:20261125T100000Z", "SUMMARY" + ";X=" * 100_000 + ":x", 'ATTENDEE;CN="' + "^n" * 100_000))


def bomb_folds() -> None:
    read(event("DTSTART:20261125T100000Z", "DESCRIPTION:" + "\r\n " * 100_000))


def bomb_rules_that_never_end() -> None:
    start = "DTSTART:00010101T000000Z"
    for rule in ("FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=999999999", "FREQ=DAILY", "FREQ=DAILY;COUNT=999999999"):
        read(event(start, f"RRULE:{rule}"))
    read(event(start, "RRULE:FREQ=DAILY;COUNT=999999999;BYMONTH=2;BYMONTHDAY=30"))


def bomb_many_rules_from_the_first_day_of_the_calendar() -> None:
    hours = ",".join(map(str, range(24)))
    read(event("DTSTART:00010101T000000Z", *[f"RRULE:FREQ=DAILY;COUNT=99999999{n};BYHOUR={hours}" for n in range(10)]))
    read(
        event(
            "DTSTART:00010101T000000Z",
            *[f"EXRULE:FREQ=DAILY;COUNT=99999999;X-N={n}" for n in range(MANY)],
            "RRULE:FREQ=DAILY",
        )
    )
    read(event("DTSTART:20261125T000000Z", *[f"RRULE:FREQ=DAILY;X-N={n}" for n in range(MANY)]))


def bomb_days_of_a_rule() -> None:
    for rule in (
        "MONTHLY;BYDAY=" + ",".join(["1MO"] * 100_000),
        "DAILY;BYSETPOS=" + ",".join(["1"] * 100_000),
        "DAILY" + ";X-A=1" * 100_000,
    ):
        read(event("DTSTART:20261125T000000Z", f"RRULE:FREQ={rule}"))


def bomb_dates_of_a_series() -> None:
    dates = ",".join(f"2026{1 + n % 12:02}{1 + n % 28:02}T{n % 24:02}0000Z" for n in range(MANY))
    read(event("DTSTART:20261125T100000Z", f"RDATE:{dates}", f"EXDATE:{dates}"))


def bomb_a_zone_of_many_rules_and_many_dates_in_it() -> None:
    before = zone("Mine", 500, "RRULE:FREQ=MONTHLY;COUNT=999999999")
    dates = ",".join(f"2026{1 + n % 12:02}{1 + n % 28:02}T100000" for n in range(1_000))
    read(event("DTSTART;TZID=Mine:20261125T100000", "RRULE:FREQ=DAILY", f"EXDATE;TZID=Mine:{dates}", before=before))


def bomb_many_zones() -> None:
    before = [line for n in range(2_000) for line in zone(f"Z{n}", 1, "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")]
    dates = [f"EXDATE;TZID=Z{n}:20261125T100000" for n in range(200)]
    read(event("DTSTART;TZID=Z1:20261125T100000", "RRULE:FREQ=DAILY", *dates, before=before))


def bomb_numbers() -> None:
    many = "9" * 100_000
    for line in (
        f"DURATION:P{many}D",
        f"DTEND:{many}",
        f"SEQUENCE:{many}",
        f"RRULE:FREQ=DAILY;COUNT={many}",
        f"RRULE:FREQ=DAILY;BYDAY={many}MO",
    ):
        read(event("DTSTART:20261125T100000Z", line))


def bomb_html_in_a_description() -> None:
    for page in (
        "<div>" * 50_000,
        "<table><tr><td colspan=999999999 rowspan=999999999>x",
        "<" * 200_000,
        "<p " + "a=" * 100_000 + ">x</p>",
    ):
        read(event("DTSTART:20261125T100000Z", f"DESCRIPTION:<html>{page}</html>"))


def bomb_people() -> None:
    read(event("DTSTART:20261125T100000Z", *(f"ATTENDEE;CN=P{n}:mailto:p{n}@x.example" for n in range(MANY))))
