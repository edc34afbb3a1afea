"""The pure parts of the sandbox's page: the week's layout, the comment's two parts, the form, addresses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from fm_desktop.sandbox.pages.entries import Entry, entry_of
from fm_desktop.sandbox.pages.forms import Choices, body_of, new_values, typed, values_of
from fm_desktop.sandbox.pages.links import Links, is_ours, mail_link, web_link
from fm_desktop.sandbox.pages.listing import PAGE, Asked, listed
from fm_desktop.sandbox.pages.notes import Known, addresses, note_of, pieces, with_text
from fm_desktop.sandbox.pages.week import SHORTEST, Block, Week, monday_of, week_of

MONDAY = date(2026, 11, 23)
MARK = "--- From your calendar. Changes below this line are not kept. ---"
TYPES, ACCOUNTS, CONTACTS = {1: "Visit", 2: "Call"}, {1: "Acme", 2: "Duero"}, {11: 1, 22: 2}
CHOICES = Choices(TYPES, ACCOUNTS, CONTACTS)


def row(start: str = "2026-11-25 10:00", end: str = "2026-11-25 11:00", **changes: Any) -> dict[str, Any]:
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    return {
        "id": 1, "subject": "Visit", "comment": None, "task": False, "completed": False, "allDay": False,
        "startDate": f"{first:%y/%m/%d}", "startHour": f"{first:%H:%M}", "endDate": f"{last:%y/%m/%d}",
        "endHour": f"{last:%H:%M}", "readOnly": False, "typeId": {"id": 1, "value": "Visit"}, "contactId": None,
        "accountId": None, "dateCreated": "2026-11-01T08:00:00Z", "dateUpdated": None, **changes,
    }  # fmt: skip


def at(start: str, end: str, **changes: Any) -> Entry:
    """An entry of the week, its times as `3 10:00`, 0 being Monday."""
    moments = []
    for each in (start, end):
        day, hour = each.split()
        moments.append(f"{MONDAY + timedelta(days=int(day))} {hour}")
    return entry_of(row(*moments, **changes))


def blocks(week: Week, day: int) -> list[tuple[int, int, int, int, int]]:
    """Id, begin and end in minutes of the day, column and columns."""
    origin = week.first_hour * 60
    return [
        (each.entry.id, each.top + origin, each.top + origin + each.height, each.column, each.columns)
        for each in week.days[day].blocks
    ]


# --- the week ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(7))
def test_a_week_begins_on_monday(number: int) -> None:
    assert monday_of(MONDAY + timedelta(days=number)) == MONDAY


def test_an_item_alone_has_its_day_to_itself() -> None:
    week = week_of(MONDAY, [at("2 10:00", "2 11:30", id=7)])
    assert blocks(week, 2) == [(7, 600, 690, 0, 1)]
    assert not any(week.days[day].blocks for day in (0, 1, 3, 4, 5, 6))


def test_items_that_overlap_stand_side_by_side_and_touching_ones_do_not_overlap() -> None:
    entries = [
        at("0 09:00", "0 11:00", id=1),
        at("0 10:00", "0 10:30", id=2),
        at("0 10:30", "0 12:00", id=3),
        at("0 12:00", "0 13:00", id=4),
    ]
    assert blocks(week_of(MONDAY, entries), 0) == [
        (1, 540, 660, 0, 2),
        (2, 600, 630, 1, 2),
        (3, 630, 720, 1, 2),  # the second column is free again
        (4, 720, 780, 0, 1),
    ]


def test_no_two_blocks_of_a_column_overlap_however_many_there_are() -> None:
    entries = [at(f"0 {8 + n % 9:02}:{n * 7 % 60:02}", f"0 {9 + n % 9:02}:{n * 7 % 60:02}", id=n) for n in range(60)]
    placed = week_of(MONDAY, entries).days[0].blocks
    assert len(placed) == 60
    assert all(each.column < each.columns for each in placed)
    pairs = [(one, two) for one in placed for two in placed if one is not two and one.column == two.column]
    assert not any(_overlap(one, two) for one, two in pairs)


def _overlap(one: Block, two: Block) -> bool:
    return one.top < two.top + two.height and two.top < one.top + one.height


def test_a_short_item_is_high_enough_to_read_also_at_midnight() -> None:
    week = week_of(MONDAY, [at("0 10:00", "0 10:00", id=1), at("0 23:50", "0 23:55", id=2)])
    assert blocks(week, 0) == [(1, 600, 600 + SHORTEST, 0, 1), (2, 24 * 60 - SHORTEST, 24 * 60, 0, 1)]


def test_an_item_over_midnight_is_on_both_days_and_one_that_ends_at_midnight_on_one() -> None:
    week = week_of(MONDAY, [at("1 22:00", "2 01:00", id=1), at("3 22:00", "4 00:00", id=2)])
    assert blocks(week, 1) == [(1, 1320, 1440, 0, 1)]
    assert blocks(week, 2) == [(1, 0, 60, 0, 1)]
    assert blocks(week, 3) == [(2, 1320, 1440, 0, 1)]
    assert blocks(week, 4) == []


def test_an_item_from_the_week_before_and_one_into_the_next_are_cut() -> None:
    week = week_of(MONDAY, [at("-1 23:00", "0 02:00", id=1), at("6 23:00", "7 02:00", id=2), at("8 09:00", "8 10:00")])
    assert blocks(week, 0) == [(1, 0, 120, 0, 1)]
    assert blocks(week, 6) == [(2, 1380, 1440, 0, 1)]
    assert sum(len(day.blocks) for day in week.days) == 2


def test_the_hours_grow_with_what_is_there() -> None:
    usual = week_of(MONDAY, [])
    early = week_of(MONDAY, [at("0 05:30", "0 06:00"), at("1 21:00", "1 21:10")])
    assert (usual.first_hour, usual.last_hour) == (8, 19)
    assert (early.first_hour, early.last_hour) == (5, 22)


def test_whole_days_lie_above_the_hours_in_lanes() -> None:
    week = week_of(
        MONDAY,
        [
            at("-3 00:00", "1 23:59", allDay=True, id=1),
            at("1 00:00", "1 23:59", allDay=True, id=2),
            at("2 00:00", "2 23:59", allDay=True, id=3),
            at("4 12:00", "9 12:00", id=4),  # hours, but longer than a day
        ],
    )
    assert [(each.entry.id, each.first, each.last, each.lane) for each in week.bars] == [
        (1, 0, 1, 0), (2, 1, 1, 1), (3, 2, 2, 0), (4, 4, 6, 0),
    ]  # fmt: skip
    assert week.lanes == 2
    assert not any(day.blocks for day in week.days)


def test_an_item_without_an_end_and_an_all_day_one_without_hours_are_shown() -> None:
    no_end = entry_of(row(endDate=None, endHour=None))
    no_hours = entry_of(row(allDay=True, startHour=None, endHour=None, endDate=None))
    week = week_of(MONDAY, [no_end, no_hours])
    assert len(week.days[2].blocks) == len(week.bars) == 1
    assert (no_end.hours, no_hours.hours) == ("10:00", "All day")


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (row(), "Wed 25 Nov 2026, 10:00 – 11:00"),
        (row(end="2026-11-26 09:00"), "Wed 25 Nov 2026, 10:00 – Thu 26 Nov 2026, 09:00"),
        (row(allDay=True), "Wed 25 Nov 2026"),
        (row(end="2026-11-27 23:59", allDay=True), "Wed 25 Nov 2026 – Fri 27 Nov 2026, all day"),
    ],
)
def test_times_in_words(entry: dict[str, Any], words: str) -> None:
    assert entry_of(entry).when == words


def test_a_lock_has_its_reason() -> None:
    def reason(block: str, **changes: Any) -> str:
        return entry_of(row(comment=f"{MARK}\n{block}", readOnly=True, **changes)).lock_reason

    assert "series" in reason("Organiser: a@b.example\nRepeats: one date of a recurring series")
    assert "organiser" in reason("Organiser: a@b.example\nYour answer: accepted")
    assert "another system" in entry_of(row(readOnly=True)).lock_reason
    assert entry_of(row()).lock_reason == ""


def test_only_the_last_minute_is_fresh() -> None:
    now = datetime.fromisoformat("2026-11-01T08:00:59Z")
    assert entry_of(row(), now).is_fresh
    assert not entry_of(row(), now + timedelta(seconds=1)).is_fresh


# --- comments ------------------------------------------------------------------------------------

BLOCK = "Place: Room 1\nOrganiser: Boss <boss@b.example>\nYour answer: maybe\nParticipants:\n- a@b.example (maybe)\nand 3 more"


def test_a_comment_is_parted_at_its_mark() -> None:
    note = note_of(f"Bring it.\n\nReally.\n\n{MARK}\n{BLOCK}")
    assert note.text == "Bring it.\n\nReally."
    assert note.block == BLOCK
    assert (note.answer, note.organiser, note.repeats) == ("maybe", "Boss <boss@b.example>", False)
    assert note.details[-1].label == "Participants"
    assert note.details[-1].entries == ("a@b.example (maybe)", "and 3 more")


@pytest.mark.parametrize("comment", [None, "", "Your answer: accepted", f"> {MARK}\nOrganiser: x@y.example"])
def test_only_what_stands_below_the_mark_is_the_calendars(comment: str | None) -> None:
    note = note_of(comment)
    assert note.text == (comment or "")
    assert not note.details
    assert not note.answer


def test_another_text_leaves_the_block_as_it_is() -> None:
    comment = f"Old\n\n{MARK}\n{BLOCK}"
    assert with_text(comment, "New\nlines") == f"New\nlines\n\n{MARK}\n{BLOCK}"
    assert with_text(comment, "") == f"{MARK}\n{BLOCK}"
    assert with_text("Old", "New") == "New"


def test_addresses_are_found_with_their_names_and_nothing_is_lost() -> None:
    text = "Ana Ruiz <Ana@x.example> (maybe), b.c@y.example. See https://z.example/a?b=1)."
    known = {"ana@x.example": Known("contacts", 5, "Ana")}
    found = pieces(text, known)
    assert "".join(each.text for each in found) == text
    assert [(each.name, each.address) for each in found if each.address] == [
        ("Ana Ruiz", "Ana@x.example"),
        ("", "b.c@y.example"),
    ]
    assert found[0].known == known["ana@x.example"]
    assert [each.link for each in found if each.link] == ["https://z.example/a?b=1"]
    assert addresses(text) == ("ana@x.example", "b.c@y.example")


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "jAvAscript://x.example", "ftp://x.example"]
)
def test_only_web_links_are_links(text: str) -> None:
    assert not any(each.link for each in pieces(text))
    assert web_link(text) == ""


@pytest.mark.parametrize("text", ["a" * 6000, "<" * 6000, "a@" * 3000, "a@b." * 1500, "http://" + "x" * 6000])
def test_long_texts_without_sense_are_read_whole(text: str) -> None:
    assert "".join(each.text for each in pieces(text)) == text


# --- addresses of pages --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a\n//b"]
)
def test_a_foreign_address_is_not_returned_to(address: str) -> None:
    assert not is_ours(address)


def test_links_keep_whose_agenda_it_is() -> None:
    link = Links(3, follow=True)
    assert link("/week", day=MONDAY) == "/week?user=3&follow=1&day=2026-11-23"
    assert link("/week", follow=None) == "/week?user=3"
    assert is_ours(link("/week"))
    assert mail_link("a@b.example?bcc=c@d.example") == "mailto:a@b.example%3Fbcc%3Dc@d.example"


# --- the list ------------------------------------------------------------------------------------


def test_the_list_filters_searches_and_turns_pages() -> None:
    entries = [at(f"{n % 5} 10:00", f"{n % 5} 11:00", id=n, subject=f"Visit {n}") for n in range(PAGE + 5)]
    entries = sorted([*entries, at("-7 10:00", "-7 10:00", id=900, task=True, subject="Old")], key=lambda e: e.start)
    first = listed(entries, Asked(), MONDAY)
    assert (first.total, first.page, first.pages) == (PAGE + 5, 1, 2)
    assert len([each for day in listed(entries, Asked(page="99"), MONDAY).days for each in day.entries]) == 5
    assert [day.date for day in first.days] == sorted({day.date for day in first.days})
    assert listed(entries, Asked(show="tasks", period="all"), MONDAY).total == 1
    assert listed(entries, Asked(period="past"), MONDAY).total == 1
    assert listed(entries, Asked(text="visit 54"), MONDAY).total == 1
    assert listed(entries, Asked(page="x", show="x", period="x"), MONDAY).page == 1


# --- the form ------------------------------------------------------------------------------------


def filled(**changes: str) -> dict[str, str]:
    return {**new_values(False, MONDAY, time(9), TYPES), "subject": "Visit", **changes}


def test_a_new_event_is_an_hour_and_a_new_task_a_moment() -> None:
    body, errors = body_of(filled(), False, CHOICES)
    assert errors == {}
    assert body == {
        "subject": "Visit", "task": False, "typeId": 1, "comment": None, "allDay": False, "contactId": None,
        "accountId": None, "startDate": "26/11/23", "startHour": "09:00", "endDate": "26/11/23", "endHour": "10:00",
    }  # fmt: skip
    body, errors = body_of(filled(endDate="", endHour="", completed="on"), True, CHOICES)
    assert errors == {}
    assert (body["task"], body["completed"], body["endHour"]) == (True, True, "09:00")


def test_the_account_follows_from_the_contact() -> None:
    assert body_of(filled(contactId="22"), False, CHOICES)[0]["accountId"] == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 251}, "subject"),
        ({"comment": "x" * 6001}, "comment"),
        ({"typeId": "99"}, "typeId"),
        ({"typeId": ""}, "typeId"),
        ({"contactId": "x"}, "contactId"),
        ({"contactId": "22", "accountId": "1"}, "contactId"),
        ({"accountId": "-1"}, "accountId"),
        ({"startDate": "tomorrow"}, "startDate"),
        ({"startDate": "1950-01-01"}, "startDate"),
        ({"startHour": ""}, "startHour"),
        ({"endHour": "25:00"}, "endHour"),
        ({"endHour": "08:00"}, "endHour"),
        ({"endDate": "2026-11-20"}, "endDate"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes: dict[str, str], field: str) -> None:
    _body, errors = body_of(filled(**changes), False, CHOICES)
    assert list(errors) == [field]
    assert errors[field].endswith(".")


def test_hours_do_not_count_on_a_whole_day() -> None:
    body, errors = body_of(filled(allDay="on", startHour="", endHour="x", endDate="2026-11-25"), False, CHOICES)
    assert errors == {}
    assert (body["startHour"], body["endDate"], body["endHour"]) == ("00:00", "26/11/25", "23:59")


@pytest.mark.parametrize(
    "before",
    [
        row(),
        row(endDate=None, endHour=None),
        row(allDay=True, startHour=None, endHour=None),
        row(comment=f"Text \n\n{MARK}\n{BLOCK}"),
        row(contactId={"id": 11, "value": "Ana"}, accountId={"id": 2, "value": "Duero"}),
        row(completed=True),
        row(task=True, completed=None, end="2026-11-25 17:00"),
    ],
)
def test_saving_a_form_as_it_came_changes_nothing(before: dict[str, Any]) -> None:
    is_task = before["task"]
    given = {name: value for name, value in values_of(before).items() if not is_task or not name.startswith("end")}
    body, errors = body_of(typed(given), is_task, CHOICES, before)
    assert (body, errors) == ({}, {})


def test_an_edit_names_only_what_changed() -> None:
    before = row(comment=f"Old\n\n{MARK}\n{BLOCK}")
    body, _errors = body_of({**values_of(before), "comment": "New"}, False, CHOICES, before)
    assert body == {"comment": f"New\n\n{MARK}\n{BLOCK}"}
    body, _errors = body_of({**values_of(before), "endHour": "12:00"}, False, CHOICES, before)
    assert body == {"endHour": "12:00"}


def test_what_a_browser_sends_is_cleaned() -> None:
    values = typed({"subject": " a\x00b ", "comment": "one\r\ntwo\t.\x07 \r\n", "readOnly": "true"})
    assert (values["subject"], values["comment"]) == ("ab", "one\ntwo\t.")
    assert "readOnly" not in values
