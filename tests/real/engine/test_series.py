"""R24 over HTTP: recurring events are shown, never editable in the CRM; edited occurrences stay, removed ones go."""

from __future__ import annotations

import pytest

from tests.fakes.real import ZONE
from tests.real.engine.conftest import MakeScene
from tests.real.engine.scene import Scene, calendar, crm_date, day, madrid, single, stamp, vevent
from tests.servers.account import DavAccount

SERIES = "uid-series"
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"


def weekly(*lines: str, rule: str = WEEKLY, title: str = "Jour fixe") -> list[str]:
    """Four weeks from tomorrow on, at nine."""
    return vevent(SERIES, title, rule, *lines, when=madrid(1, "0900", "0930"))


def moved(number: int, clock: str = "1500", title: str = "Moved", *lines: str) -> list[str]:
    """The occurrence of that day, edited."""
    original = f"RECURRENCE-ID;TZID={ZONE}:{stamp(number)}"
    return vevent(SERIES, title, original, *lines, when=madrid(number, clock, "1600"))


def at(*numbers: int, clock: str = "09:00") -> list[str]:
    return sorted(f"{crm_date(number)} {clock}" for number in numbers)


def test_R24_every_occurrence_is_a_locked_row(scene: Scene) -> None:
    scene.put("series", calendar(weekly()))
    report = scene.sync()
    assert scene.starts() == at(1, 8, 15, 22)
    assert all(row["readOnly"] and "recurring series" in row["comment"] for row in scene.rows())
    assert (report.crm.created, report.provider.total) == (4, 0)
    scene.quiet()


def test_R24_one_occurrence_edited_at_the_provider_changes_nothing_in_the_crm(scene: Scene) -> None:
    scene.put("series", calendar(weekly()))
    scene.sync()
    before = scene.rows()
    scene.put("series", calendar(weekly(), moved(8)))
    report = scene.later()
    assert scene.rows() == before
    assert report.crm.total == report.provider.total == 0
    scene.quiet()


def test_R24_an_edited_occurrence_follows_where_the_user_wants_it(account: DavAccount, make_scene: MakeScene) -> None:
    scene = make_scene(account, follow_edited_occurrences=True)
    scene.put("series", calendar(weekly(), moved(8)))
    scene.sync()
    assert scene.starts() == sorted([*at(1, 15, 22), *at(8, clock="15:00")])
    assert scene.starts("Moved") == at(8, clock="15:00")
    scene.put("series", calendar(weekly()))
    scene.later()
    assert scene.starts("Jour fixe") == at(1, 8, 15, 22)
    scene.quiet()


@pytest.mark.parametrize("how", ["excluded", "cancelled"])
def test_R24_an_occurrence_removed_at_the_provider_is_removed(scene: Scene, how: str) -> None:
    scene.put("series", calendar(weekly()))
    scene.sync()
    if how == "excluded":
        scene.put("series", calendar(weekly(f"EXDATE;TZID={ZONE}:{stamp(8)}")))
    else:
        scene.put("series", calendar(weekly(), moved(8, "0900", "Jour fixe", "STATUS:CANCELLED")))
    report = scene.later()
    assert scene.starts() == at(1, 15, 22)
    assert report.crm.deleted == 1
    scene.quiet()
    scene.put("series", calendar(weekly()))
    scene.later()
    assert scene.starts() == at(1, 8, 15, 22)
    scene.quiet()


def test_R24_a_date_added_to_a_series_is_added(scene: Scene) -> None:
    scene.put("series", calendar(weekly()))
    scene.sync()
    scene.put("series", calendar(weekly(f"RDATE;TZID={ZONE}:{stamp(3, '1100')}")))
    scene.later()
    assert scene.starts() == sorted([*at(1, 8, 15, 22), *at(3, clock="11:00")])
    scene.quiet()


def test_R24_a_series_of_single_dates_only(scene: Scene) -> None:
    rdate = f"RDATE;TZID={ZONE}:{stamp(3)},{stamp(5)}"
    scene.put("series", calendar(vevent(SERIES, "Course", rdate, when=madrid(1, "0900", "0930"))))
    scene.sync()
    assert scene.starts() == at(1, 3, 5)
    scene.quiet()


def test_R24_this_and_following_splits_the_series(scene: Scene) -> None:
    scene.put("series", calendar(weekly()))
    scene.sync()
    scene.put("series", calendar(weekly(rule=f"RRULE:FREQ=WEEKLY;UNTIL={day(14):%Y%m%d}T225959Z")))
    rest = vevent("uid-rest", "Jour fixe", "RRULE:FREQ=WEEKLY;COUNT=2", when=madrid(15, "1400", "1430"))
    scene.put("rest", calendar(rest))
    scene.later()
    assert scene.starts() == sorted([*at(1, 8), *at(15, 22, clock="14:00")])
    scene.quiet()


def test_R24_a_whole_series_moved_and_renamed_follows(scene: Scene) -> None:
    scene.put("series", calendar(weekly()))
    scene.sync()
    later = vevent(SERIES, "Weekly", WEEKLY, when=madrid(1, "1000", "1030"))
    scene.put("series", calendar(later))
    scene.later()
    assert scene.starts("Weekly") == at(1, 8, 15, 22, clock="10:00")
    assert len(scene.rows()) == 4
    scene.quiet()


@pytest.mark.parametrize("how", ["shortened", "deleted"])
def test_R24_a_series_that_ends_takes_its_rows_along(scene: Scene, how: str) -> None:
    scene.put("series", calendar(weekly(rule="RRULE:FREQ=DAILY;COUNT=12")))
    scene.put("other", single("Other"))
    scene.sync()
    assert len(scene.rows()) == 13
    if how == "shortened":
        scene.put("series", calendar(weekly(rule="RRULE:FREQ=DAILY;COUNT=3")))
    else:
        scene.remove("series")
    report = scene.later()
    assert report.held == 0
    assert scene.starts("Jour fixe") == (at(1, 2, 3) if how == "shortened" else [])
    assert len(scene.starts("Other")) == 1
    scene.quiet()


def test_R24_an_edit_and_a_deletion_the_crm_lets_through_are_put_back(scene: Scene) -> None:
    scene.put("series", calendar(weekly()))
    scene.sync()
    before = scene.raw("series")
    scene.crm.switches.set({"read_only_enforced": False})
    first, second, *_ = sorted(scene.rows(), key=lambda row: str(row["startDate"]))
    scene.crm.store.update("calendar", first["id"], {"subject": "Mine", "startHour": "09:10"})
    scene.crm.store.delete("calendar", second["id"])
    report = scene.later()
    assert scene.starts("Jour fixe") == at(1, 8, 15, 22)
    assert report.provider.total == 0
    assert scene.raw("series") == before
    assert scene.notices().count("put-back") == 2
    scene.quiet()


def test_a_single_event_becomes_a_series_and_single_again(scene: Scene) -> None:
    event = single("Jour fixe", uid=SERIES, when=madrid(1, "0900", "0930"))
    scene.put("series", event)
    scene.sync()
    assert not scene.row("Jour fixe")["readOnly"]
    scene.put("series", calendar(weekly()))
    scene.later()
    assert scene.starts() == at(1, 8, 15, 22)
    assert all(row["readOnly"] for row in scene.rows())
    scene.put("series", event)
    scene.later()
    assert scene.starts() == at(1)
    assert not scene.row("Jour fixe")["readOnly"]
    scene.edit("Jour fixe", subject="Mine again")
    scene.later()
    assert scene.dav_titles() == ["Mine again"]
    scene.quiet()


def test_an_event_born_in_the_crm_made_a_series_at_the_provider_keeps_its_own_row_locked(scene: Scene) -> None:
    scene.add("Jour fixe", crm_date(1), "09:00", "09:30")
    scene.sync()
    name = scene.name_of("Jour fixe")
    scene.replace(name, "SUMMARY:Jour fixe", f"SUMMARY:Jour fixe\r\n{WEEKLY}")
    scene.later()
    assert scene.starts() == at(1, 8, 15, 22)
    assert all(row["readOnly"] for row in scene.rows())
    scene.quiet()


def test_only_some_occurrences_shared_are_rows_of_their_own(scene: Scene) -> None:
    scene.put("lone", calendar(moved(8, "1500", "One of many")))
    scene.sync()
    assert scene.starts("One of many") == at(8, clock="15:00")
    assert scene.row("One of many")["readOnly"]
    scene.quiet()


def test_the_window_slides_adds_dates_and_deletes_none(scene: Scene) -> None:
    scene.put("series", calendar(weekly(rule="RRULE:FREQ=WEEKLY")))
    scene.sync()
    before = scene.starts()
    report = scene.later(60 * 24 * 21)
    assert report.crm.deleted == report.crm.updated == 0
    assert set(before) < set(scene.starts())
    assert len(scene.starts()) == len(before) + 3
    scene.quiet()


def test_a_series_of_all_day_events(scene: Scene) -> None:
    when = [f"DTSTART;VALUE=DATE:{day(1):%Y%m%d}", f"DTEND;VALUE=DATE:{day(3):%Y%m%d}"]
    scene.put("fair", calendar(vevent(SERIES, "Fair", "RRULE:FREQ=WEEKLY;COUNT=3", when=when)))
    scene.sync()
    assert scene.starts() == sorted(crm_date(number) for number in (1, 8, 15))
    assert sorted(row["endDate"] for row in scene.rows()) == sorted(crm_date(number) for number in (2, 9, 16))
    scene.put(
        "fair",
        calendar(vevent(SERIES, "Fair", "RRULE:FREQ=WEEKLY;COUNT=3", f"EXDATE;VALUE=DATE:{day(8):%Y%m%d}", when=when)),
    )
    scene.later()
    assert scene.starts() == sorted(crm_date(number) for number in (1, 15))
    scene.quiet()
