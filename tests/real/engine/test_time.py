"""Times over HTTP: DST nights, zones of every spelling, all-day and long events, the ends of the CRM's years.

The dates here are fixed: with `history_days` this large nothing is too old, and single events have no window.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.fakes.real import ZONE
from tests.real.engine.conftest import MakeScene
from tests.real.engine.scene import Scene, calendar, day, item_lines, single, values, vevent
from tests.servers.account import DavAccount

ALL_HISTORY = 40_000


@pytest.fixture
def scene(account: DavAccount, make_scene: MakeScene) -> Scene:
    return make_scene(account, history_days=ALL_HISTORY)


def span(scene: Scene, title: str = "E") -> tuple[str, str, str, str]:
    row = scene.row(title)
    return row["startDate"], row["startHour"], row["endDate"], row["endHour"]


def line(data: bytes, name: str) -> str:
    (found,) = (each for each in item_lines(data) if each.split(":")[0].split(";")[0] == name)
    return found


def in_madrid(text: str, zone: str) -> datetime:
    """The reading of that zone on Madrid's clock."""
    moment = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)


# --- DST nights ----------------------------------------------------------------------------------------

# (zone, start, end on that zone's clock): across, before, after and inside the nights clocks change.
NIGHTS = [
    ("Europe/Madrid", "20260329T013000", "20260329T033000"),
    ("Europe/Madrid", "20261025T013000", "20261025T033000"),
    ("Europe/Madrid", "20261024T220000", "20261025T070000"),
    ("America/New_York", "20260308T013000", "20260308T033000"),
    ("America/New_York", "20261101T013000", "20261101T030000"),
    ("Australia/Lord_Howe", "20260405T013000", "20260405T023000"),
    ("Australia/Lord_Howe", "20261004T013000", "20261004T033000"),
]


@pytest.mark.parametrize(("zone", "start", "end"), NIGHTS)
def test_a_dst_night_shifts_nothing_and_makes_no_edit(scene: Scene, zone: str, start: str, end: str) -> None:
    scene.put("night", single("E", when=[f"DTSTART;TZID={zone}:{start}", f"DTEND;TZID={zone}:{end}"]))
    scene.sync()
    begin, finish = in_madrid(start, zone), in_madrid(end, zone)
    assert span(scene) == (f"{begin:%y/%m/%d}", f"{begin:%H:%M}", f"{finish:%y/%m/%d}", f"{finish:%H:%M}")
    before = scene.raw("night")
    scene.quiet()
    scene.edit("E", comment="A note")
    scene.later()
    assert line(scene.raw("night"), "DTSTART") == line(before, "DTSTART")
    assert line(scene.raw("night"), "DTEND") == line(before, "DTEND")
    scene.quiet()


def test_the_second_reading_of_the_fold_hour_makes_no_edit(scene: Scene) -> None:
    """02:30 to 02:45 for the second time, 01:30 UTC: on the CRM's clock the same as an hour before."""
    scene.put("fold", single("E", when=["DTSTART:20261025T013000Z", "DTEND:20261025T014500Z"]))
    scene.sync()
    assert span(scene) == ("26/10/25", "02:30", "26/10/25", "02:45")
    before = scene.raw("fold")
    scene.quiet()
    scene.edit("E", comment="A note")
    scene.later()
    assert line(scene.raw("fold"), "DTSTART") == line(before, "DTSTART")
    scene.quiet()
    scene.edit("E", startHour="04:00", endHour="04:15")
    scene.later()
    assert values(scene.raw("fold"), "DTSTART") == ["20261025T030000Z"]
    scene.quiet()


def test_an_event_of_both_fold_readings_never_ends_before_it_starts(scene: Scene) -> None:
    """From 02:45 the first time to 02:15 the second time."""
    scene.put("fold", single("E", when=["DTSTART:20261025T004500Z", "DTEND:20261025T011500Z"]))
    scene.sync()
    assert span(scene) == ("26/10/25", "02:45", "26/10/25", "02:45")
    before = scene.raw("fold")
    scene.quiet()
    scene.edit("E", subject="E2")
    scene.later()
    assert line(scene.raw("fold"), "DTEND") == line(before, "DTEND")
    scene.quiet()


def test_a_crm_event_in_the_hour_that_does_not_exist_travels_and_rests(scene: Scene) -> None:
    scene.add("E", "26/03/29", "02:30", "03:30")
    scene.sync()
    assert values(scene.copy("E"), "DTSTART") == ["20260329T013000Z"]
    scene.quiet()
    assert span(scene)[1] == "02:30"


def test_R24_a_series_across_a_dst_night_stays_on_its_own_clock(account: DavAccount, make_scene: MakeScene) -> None:
    """Weekly at nine in New York for a year, its clocks changing on other nights than Madrid's."""
    scene = make_scene(account)
    zone = "America/New_York"
    first = day(1)
    when = [f"DTSTART;TZID={zone}:{first:%Y%m%d}T090000", f"DTEND;TZID={zone}:{first:%Y%m%d}T100000"]
    scene.put("weekly", calendar(vevent("uid-ny", "E", "RRULE:FREQ=WEEKLY", when=when)))
    scene.sync()
    expected = set()
    for week in range(52):
        local = in_madrid(f"{first + timedelta(weeks=week):%Y%m%d}T090000", zone)
        expected.add(f"{local:%y/%m/%d %H:%M}")
    assert len({each[-5:] for each in scene.starts()}) == 2
    assert expected <= set(scene.starts())
    scene.quiet()


# --- lengths -------------------------------------------------------------------------------------------

LENGTHS = {
    "24 hours": (["DTSTART:20270112T080000Z", "DTEND:20270113T080000Z"], ("27/01/12", "09:00", "27/01/13", "09:00")),
    "midnight to midnight": (
        [f"DTSTART;TZID={ZONE}:20270112T000000", f"DTEND;TZID={ZONE}:20270113T000000"],
        ("27/01/12", "00:00", "27/01/13", "00:00"),
    ),
    "ten days": (["DTSTART:20270112T080000Z", "DTEND:20270122T100000Z"], ("27/01/12", "09:00", "27/01/22", "11:00")),
    "no length": (["DTSTART:20270112T080000Z"], ("27/01/12", "09:00", "27/01/12", "09:00")),
    "a duration": (["DTSTART:20270112T080000Z", "DURATION:P1DT2H"], ("27/01/12", "09:00", "27/01/13", "11:00")),
}


@pytest.mark.parametrize("case", LENGTHS)
def test_long_and_short_events_arrive_and_move_from_the_crm(scene: Scene, case: str) -> None:
    when, expected = LENGTHS[case]
    scene.put("e", single("E", when=when))
    scene.sync()
    assert span(scene) == expected
    scene.quiet()
    begin = datetime.strptime(f"{expected[0]} {expected[1]}", "%y/%m/%d %H:%M") + timedelta(days=1, hours=1)
    finish = datetime.strptime(f"{expected[2]} {expected[3]}", "%y/%m/%d %H:%M") + timedelta(days=1, hours=1)
    scene.edit("E", startDate=f"{begin:%y/%m/%d}", startHour=f"{begin:%H:%M}", endDate=f"{finish:%y/%m/%d}",
               endHour=f"{finish:%H:%M}")  # fmt: skip
    report = scene.later()
    assert report.provider.updated == 1
    scene.quiet()
    scene.edit("E", comment="noted")
    scene.later()
    assert span(scene)[:2] == (f"{begin:%y/%m/%d}", f"{begin:%H:%M}")


@pytest.mark.parametrize(("days", "last"), [(1, "27/01/12"), (5, "27/01/16")])
def test_all_day_events_end_on_their_last_day_in_the_crm_and_the_day_after_at_the_provider(
    scene: Scene, days: int, last: str
) -> None:
    finish = datetime(2027, 1, 12) + timedelta(days=days)
    scene.put("fair", single("E", when=["DTSTART;VALUE=DATE:20270112", f"DTEND;VALUE=DATE:{finish:%Y%m%d}"]))
    scene.add("Born here", "27/01/12", endDate=last, allDay=True)
    scene.sync()
    row = scene.row("E")
    assert (row["allDay"], row["startDate"], row["endDate"]) == (True, "27/01/12", last)
    born = scene.copy("Born here")
    assert (values(born, "DTSTART"), values(born, "DTEND")) == (["20270112"], [f"{finish:%Y%m%d}"])
    scene.quiet()
    scene.edit("E", endDate="27/01/20")
    scene.later()
    assert values(scene.raw("fair"), "DTEND") == ["20270121"]
    assert line(scene.raw("fair"), "DTEND") == "DTEND;VALUE=DATE:20270121"
    scene.quiet()


def test_an_all_day_event_without_an_end_is_one_day(scene: Scene) -> None:
    scene.put("fair", single("E", when=["DTSTART;VALUE=DATE:20270112"]))
    scene.sync()
    row = scene.row("E")
    assert (row["startDate"], row["endDate"], row["allDay"]) == ("27/01/12", "27/01/12", True)
    scene.quiet()


# --- years ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "crm"),
    [("19700101T120000Z", "70/01/01"), ("20380119T031408Z", "38/01/19"), ("20681231T120000Z", "68/12/31")],
)
def test_the_ends_of_the_crms_years_go_both_ways(scene: Scene, start: str, crm: str) -> None:
    scene.put("e", single("E", when=[f"DTSTART:{start}", "DURATION:PT1H"]))
    scene.add("Born here", crm, "10:00", "11:00")
    scene.sync()
    assert span(scene)[0] == crm
    assert values(scene.copy("Born here"), "DTSTART")[0][:8] == start[:8]
    scene.quiet()
    scene.edit("E", startHour="15:00", endHour="16:00")
    scene.later()
    assert values(scene.raw("e"), "DTSTART")[0][:8] == start[:8]
    scene.quiet()


def test_a_year_the_crm_cannot_hold_is_told_and_the_rest_goes_on(scene: Scene) -> None:
    scene.put("far", single("Moon landing", when=["DTSTART:20990101T120000Z", "DURATION:PT1H"]))
    scene.put("near", single("Near"))
    for _ in range(4):
        scene.later(10)
    assert scene.titles() == ["Near"]
    (message,) = scene.messages()
    assert "Moon landing" in message
    assert "2099" in message


# --- zones ---------------------------------------------------------------------------------------------

PLAIN_ZONE = [
    "BEGIN:VTIMEZONE", "TZID:Head office", "BEGIN:STANDARD", "DTSTART:16010101T020000", "TZOFFSETFROM:-0400",
    "TZOFFSETTO:-0500", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11", "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400",
    "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE",
]  # fmt: skip
WINDOWS_ZONE = [each.replace("Head office", "Eastern Standard Time") for each in PLAIN_ZONE]


@pytest.mark.parametrize(
    ("tzid", "extra"),
    [
        ("America/New_York", []),
        ("Eastern Standard Time", WINDOWS_ZONE),
        ("Head office", PLAIN_ZONE),
        ("/mozilla.org/20050126_1/America/New_York", []),
    ],
)
def test_an_event_in_another_zone_keeps_its_zone_when_the_crm_moves_it(
    scene: Scene, tzid: str, extra: list[str]
) -> None:
    when = [f"DTSTART;TZID={tzid}:20270112T090000", f"DTEND;TZID={tzid}:20270112T100000"]
    scene.put("call", calendar(extra, vevent("uid-call", "E", when=when)))
    scene.sync()
    assert span(scene) == ("27/01/12", "15:00", "27/01/12", "16:00")
    scene.quiet()
    own = line(scene.raw("call"), "DTSTART").partition(":")[0]
    scene.edit("E", startDate="27/01/13", endDate="27/01/13", startHour="17:30", endHour="18:00")
    scene.later()
    assert line(scene.raw("call"), "DTSTART") == f"{own}:20270113T113000"
    assert line(scene.raw("call"), "DTEND") == f"{own}:20270113T120000".replace("DTSTART", "DTEND")
    scene.quiet()


def test_a_floating_time_is_read_on_the_users_clock_and_stays_floating(scene: Scene) -> None:
    scene.put("float", single("E", when=["DTSTART:20270112T090000", "DTEND:20270112T100000"]))
    scene.sync()
    assert span(scene) == ("27/01/12", "09:00", "27/01/12", "10:00")
    scene.edit("E", startHour="11:00", endHour="12:00")
    scene.later()
    assert line(scene.raw("float"), "DTSTART") == "DTSTART:20270112T110000"
    scene.quiet()


def test_seconds_the_crm_cannot_hold_are_no_edit_and_survive(scene: Scene) -> None:
    scene.put("e", single("E", when=["DTSTART:20270112T080030Z", "DTEND:20270112T090045Z"]))
    scene.sync()
    scene.quiet()
    scene.edit("E", endHour="11:00")
    scene.later()
    assert values(scene.raw("e"), "DTSTART") == ["20270112T080030Z"]
    assert values(scene.raw("e"), "DTEND") == ["20270112T100000Z"]
    scene.quiet()


def test_start_and_end_in_different_zones_keep_each_their_own(scene: Scene) -> None:
    when = ["DTSTART;TZID=Europe/Madrid:20270112T090000", "DTEND;TZID=America/New_York:20270112T120000"]
    scene.put("flight", single("E", when=when))
    scene.sync()
    assert span(scene) == ("27/01/12", "09:00", "27/01/12", "18:00")
    scene.edit("E", startHour="10:00", endHour="19:00")
    scene.later()
    assert values(scene.raw("flight"), "DTSTART") == ["20270112T100000"]
    assert values(scene.raw("flight"), "DTEND") == ["20270112T130000"]
    scene.quiet()


def test_a_task_due_at_an_hour_and_one_without_a_date(scene: Scene) -> None:
    scene.put("due", calendar(["BEGIN:VTODO", "UID:due", "DTSTAMP:20261101T000000Z", "SUMMARY:Due",
                               f"DUE;TZID={ZONE}:20270112T170000", "END:VTODO"]))  # fmt: skip
    scene.put("some", calendar(["BEGIN:VTODO", "UID:some", "DTSTAMP:20261101T000000Z", "SUMMARY:Someday", "END:VTODO"]))
    scene.sync()
    assert span(scene, "Due")[:2] == ("27/01/12", "17:00")
    assert "No date in the calendar" in scene.row("Someday")["comment"]
    scene.quiet()
    scene.edit("Someday", startDate="27/02/01", endDate="27/02/01")
    scene.edit("Due", startHour="18:00", endHour="18:00")
    scene.later()
    assert values(scene.raw("some"), "DUE") == ["20270201"]
    assert line(scene.raw("due"), "DUE") == f"DUE;TZID={ZONE}:20270112T180000"
    scene.quiet()
