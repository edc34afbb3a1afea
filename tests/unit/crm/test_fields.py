from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.crm.fields import FIRST_DAY, LAST_DAY, Fields, Unclear, new_id, written_date, written_hour


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_a_written_date_reads_back(day):
    assert Fields({"startDate": written_date(day)}).day("startDate") == day


@given(st.times())
def test_a_written_hour_reads_back_to_the_minute(hour):
    assert Fields({"startHour": written_hour(hour)}).hour("startHour", "startDate") == hour.replace(
        second=0, microsecond=0
    )


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)])
def test_years_that_two_digits_cannot_tell_are_not_written(day):
    with pytest.raises(Unclear, match=str(day.year)):
        written_date(day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15/07/07", date(2015, 7, 7)),
        ("70/01/01", date(1970, 1, 1)),
        ("69/01/01", date(1969, 1, 1)),
        ("68/12/31", date(2068, 12, 31)),
        ("2026-11-25", date(2026, 11, 25)),
        ("2026/11/25", date(2026, 11, 25)),
        ("2026-11-25T08:30:00Z", date(2026, 11, 25)),
        ("1900-01-01", None),
        ("1899-12-30T00:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_in_every_form_that_was_seen(text, day):
    assert Fields({"StartDate": text}).day("startDate") == day


@pytest.mark.parametrize("value", ["15/13/07", "15/02/30", "tomorrow", 7, True, ["15/07/07"]])
def test_what_is_no_date_is_told(value):
    with pytest.raises(Unclear, match="startDate"):
        Fields({"startDate": value}).day("startDate")


@pytest.mark.parametrize("value", ["25:00", "10:61", "ten", 10, {}])
def test_what_is_no_time_of_day_is_told(value):
    with pytest.raises(Unclear, match="startHour"):
        Fields({"startHour": value}).hour("startHour", "startDate")


def test_the_hour_of_an_iso_date_time_counts_where_there_is_no_other():
    assert Fields({"endDate": "2026-11-25T08:30:00"}).hour("endHour", "endDate") == time(8, 30)
    assert Fields({"endDate": "2026-11-25T08:30:00", "endHour": "9:05"}).hour("endHour", "endDate") == time(9, 5)


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ({"id": 7, "value": "x"}, 7),
        ({"Id": "7", "description": "x"}, 7),
        (7, 7),
        ("7", 7),
        (-1, None),
        (0, None),
        (None, None),
        ({"id": -1}, None),
        (True, None),
        ("x", None),
    ],
)
def test_links_are_read_in_every_form(value, link):
    assert Fields({"accountId": value}).link("accountId") == link


def test_lists_of_links_and_single_ones_are_read_alike():
    assert Fields({"branches": [{"id": 3}, {"id": -1}, {"id": 4}]}).links("branches") == (3, 4)
    assert Fields({"branches": {"id": 3, "description": "x"}}).links("branches") == (3,)
    assert Fields({"branches": None}).links("branches") == ()


def test_names_match_in_any_case_and_null_twins_do_not_hide_values():
    assert Fields({"Completed": True}).flag("completed")
    assert Fields({"Completed": None, "completed": True}).flag("completed")
    assert Fields({"completed": True, "Completed": None}).flag("completed")
    assert new_id({"ID": 4, "Message": "entity created"}) == 4
    assert new_id({"message": "fine"}) is None


def test_flags_and_numbers_are_read_from_texts():
    row = Fields({"a": "True", "b": "false", "c": 1, "d": None, "permissionLevel": "3", "level": 4})
    assert [row.flag(name) for name in "abcd"] == [True, False, True, False]
    assert row.number("permissionLevel") == 3
    assert row.number("level") == 4


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25T08:30:08.4Z", datetime(2026, 11, 25, 8, 30, 8, 400_000, UTC)),
        ("2026-11-25T08:30:28.113Z", datetime(2026, 11, 25, 8, 30, 28, 113_000, UTC)),
        ("2026-11-25T08:30:28Z", datetime(2026, 11, 25, 8, 30, 28, 0, UTC)),
        ("2026-11-25T08:30:28", datetime(2026, 11, 25, 8, 30, 28, 0, UTC)),
        ("1900-01-01T00:00:00Z", None),
        ("never", None),
        (None, None),
    ],
)
def test_time_stamps(text, moment):
    assert Fields({"dateUpdated": text}).moment("dateUpdated") == moment


def test_halves_of_characters_do_not_get_into_texts():
    text = Fields({"email": "a\ud800b\U0001f600@x.example"}).text("email")
    assert text == "a\ufffdb\U0001f600@x.example"
