import contextlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.crm import rows
from fm_desktop.crm.comment import join
from fm_desktop.crm.fields import Unclear
from fm_desktop.crm.rows import Context, item_of, payload_for_create, payload_for_patch, row_after
from fm_desktop.model.items import Kind, Party
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span, timed

MADRID = "Europe/Madrid"
TODAY = date(2026, 11, 25)
CONTEXT = Context(7, MADRID, branch_id=2, event_type_id=11, task_type_id=12, permission_level=3)
ZONES = st.sampled_from([MADRID, "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"])
# The nights clocks change in 2026: Madrid, New York, Lord Howe (by half an hour).
NIGHTS = [
    datetime(2026, 3, 29),
    datetime(2026, 10, 25),
    datetime(2026, 3, 8),
    datetime(2026, 11, 1),
    datetime(2026, 4, 4),
    datetime(2026, 10, 3),
]
instants = st.one_of(
    st.datetimes(datetime(1970, 1, 2), datetime(2068, 12, 30)),
    st.sampled_from(NIGHTS).flatmap(
        lambda night: st.timedeltas(timedelta(hours=-12), timedelta(hours=36)).map(lambda delta: night + delta)
    ),
).map(lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC))


def event(span=None, **values) -> Projection:
    return Projection(Kind.EVENT, "Visit", span or day_span(TODAY), **values)


def stored(value: Projection, context: Context = CONTEXT, today: date = TODAY):
    payload = payload_for_create(value, "fmd1-x", context, today)
    return json.loads(json.dumps(row_after({}, payload) | {"id": 1, "deleted": False}))


@given(st.dates(date(1970, 1, 1), date(2067, 1, 1)), st.integers(0, 400))
def test_all_day_spans_come_back_and_end_on_their_last_day_at_the_crm(first, more):
    span = day_span(first, first + timedelta(days=more))
    row = stored(event(span))
    assert item_of(row, MADRID).span == span
    assert row["allDay"] is True
    assert row["endDate"] == (first + timedelta(days=more)).strftime("%y/%m/%d")


@given(instants, st.integers(0, 3000), ZONES)
def test_timed_spans_are_stable_after_one_turn_and_never_end_before_they_start(start, minutes, zone):
    span = Span(timed(start, "UTC"), timed(start + timedelta(minutes=minutes), "UTC"))
    context = replace(CONTEXT, zone=zone)
    row = stored(event(span), context)
    read = item_of(row, zone).span
    assert read.end.instant >= read.start.instant
    again = stored(event(read), context)
    assert item_of(again, zone).span == read


@given(st.datetimes(datetime(1970, 1, 2), datetime(2068, 12, 30)), st.integers(0, 600), ZONES)
def test_outside_of_the_hours_told_twice_the_instant_is_kept(moment, minutes, zone):
    start = timed(moment.replace(second=0, microsecond=0, tzinfo=UTC), zone)
    end = timed(start.instant + timedelta(minutes=minutes), zone)
    span = Span(start, end)
    read = item_of(stored(event(span), replace(CONTEXT, zone=zone)), zone).span
    if start.local.fold == 0 and end.local.fold == 0:
        assert read.normal() == span.normal()
    else:
        assert (read.start.local, read.end.local) == (start.local, max(start.local, end.local))


def test_the_night_clocks_go_back_never_makes_a_row_that_ends_before_it_starts():
    span = Span(timed(datetime(2026, 10, 25, 0, 45, tzinfo=UTC)), timed(datetime(2026, 10, 25, 1, 15, tzinfo=UTC)))
    row = stored(event(span))
    assert (row["startHour"], row["endHour"]) == ("02:45", "02:45")


def test_an_hour_that_the_clock_skipped_is_read():
    row = stored(event()) | {
        "allDay": False,
        "startDate": "26/03/29",
        "startHour": "02:30",
        "endDate": "26/03/29",
        "endHour": "03:15",
    }
    span = item_of(row, MADRID).span
    assert span.start.instant == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert span.end == span.start


@pytest.mark.parametrize(
    ("change", "span"),
    [
        ({"endDate": None, "endHour": None}, ("10:00", "10:00")),
        ({"endDate": "26/11/24"}, ("10:00", "10:00")),
        ({"endHour": "09:00"}, ("10:00", "10:00")),
        ({"endDate": None}, ("10:00", "11:00")),
        ({"endHour": None}, ("10:00", "10:00")),
    ],
)
def test_odd_ends_are_tolerated(change, span):
    row = stored(event()) | {"allDay": False, "startHour": "10:00", "endHour": "11:00"} | change
    read = item_of(row, MADRID).span
    assert tuple(each.local.strftime("%H:%M") for each in (read.start, read.end)) == span


def test_hours_of_an_all_day_row_mean_nothing_and_a_row_without_an_hour_is_a_whole_day():
    row = stored(event()) | {"startHour": "15:00", "endHour": "nonsense"}
    assert item_of(row, MADRID).span == day_span(TODAY)
    assert item_of(row | {"allDay": False, "startHour": None, "endHour": None}, MADRID).span == day_span(TODAY)


def test_an_event_without_a_date_cannot_be_understood_and_one_far_away_neither():
    with pytest.raises(Unclear, match="no start date"):
        item_of(stored(event()) | {"startDate": None}, MADRID)
    with pytest.raises(Unclear, match="far away"):
        item_of(stored(event()) | {"endDate": "9999-12-31"}, MADRID)


def test_a_date_of_a_year_that_cannot_be_written_is_told():
    with pytest.raises(Unclear, match="2090"):
        stored(event(day_span(date(2090, 1, 1))))


# --- tasks -----------------------------------------------------------------------------------------


def task(span, **values) -> Projection:
    return Projection(Kind.TASK, "Call", span, **values)


def test_a_task_is_a_point_in_time_or_one_day():
    ten = Timed(datetime(2026, 11, 25, 10), MADRID)
    assert item_of(stored(task(Span(ten, ten))), MADRID).span == Span(ten, ten)
    assert item_of(stored(task(day_span(TODAY))), MADRID).span == day_span(TODAY)
    row = stored(task(Span(ten, ten))) | {"endHour": "10:30"}
    assert item_of(row, MADRID).span == Span(ten, ten)
    assert stored(task(day_span(TODAY)))["typeId"] == {"id": 12, "value": ""}


@given(st.text(max_size=80), st.sampled_from(["", "Place: Madrid"]))
def test_a_task_without_a_date_shows_today_and_still_has_none(text, details):
    row = stored(task(None, text=text, details=details))
    assert row["startDate"] == "26/11/25"
    assert "shown on 25.11.2026 here" in row["comment"]
    item = item_of(row, MADRID)
    assert item.span is None
    assert item.details == details


def test_a_task_moved_by_the_user_has_that_date_then_and_loses_the_note_with_the_next_date():
    row = stored(task(None)) | {"startDate": "26/12/01", "endDate": "26/12/01"}
    assert item_of(row, MADRID).span == day_span(date(2026, 12, 1))
    assert item_of(row, MADRID).details == ""
    payload = payload_for_patch(Patch(span=day_span(date(2026, 12, 2))), row, MADRID, TODAY)
    assert payload["comment"] == ""
    assert payload["startDate"] == "26/12/02"


def test_an_untouched_task_without_a_date_keeps_its_placeholder_when_other_fields_change():
    row = stored(task(None, text="A"))
    after = row_after(
        row, payload_for_patch(Patch(text="B", details="Place: x"), row, MADRID, TODAY + timedelta(days=9))
    )
    assert (item_of(after, MADRID).span, item_of(after, MADRID).text, item_of(after, MADRID).details) == (
        None,
        "B",
        "Place: x",
    )
    assert after["startDate"] == "26/11/25"


def test_a_date_taken_away_leaves_the_placeholder():
    row = stored(task(day_span(date(2027, 1, 1)), text="A"))
    after = row_after(row, payload_for_patch(Patch(span=None), row, MADRID, TODAY))
    assert item_of(after, MADRID).span is None
    assert item_of(after, MADRID).text == "A"


# --- other fields ----------------------------------------------------------------------------------


def test_a_create_sends_what_the_crm_needs_and_never_a_notification():
    payload = payload_for_create(
        event(text="Hello", details="Place: x", locked=True, party=Party(5, 6)), "fmd1-x", CONTEXT, TODAY
    )
    assert payload == {
        "subject": "Visit",
        "comment": join("Hello", "Place: x"),
        "task": False,
        "completed": False,
        "allDay": True,
        "startDate": "26/11/25",
        "startHour": "00:00",
        "endDate": "26/11/25",
        "endHour": "23:59",
        "accountId": 6,
        "contactId": 5,
        "branchId": 2,
        "salesRepId": 7,
        "typeId": 11,
        "permissionLevel": 3,
        "readOnly": True,
        "reminder": -2,
        "sendNotification": False,
        "extId": "fmd1-x",
    }


@given(st.text(max_size=400))
def test_titles_are_stable_after_one_turn(title):
    read = item_of(stored(replace(event(), title=title)), MADRID).title
    row = stored(replace(event(), title=read))
    assert item_of(row, MADRID).title == read
    assert 0 < len(row["subject"]) <= 250


def test_an_item_is_read_with_everything_shared():
    item = item_of(
        stored(event(text="Hello", details="Place: x", locked=True, completed=True, party=Party(5, 6))), MADRID
    )
    assert (item.uid, item.text, item.details, item.locked, item.completed, item.party) == (
        "fmd1-x",
        "Hello",
        "Place: x",
        True,
        True,
        Party(5, 6),
    )
    assert not item.shortened


def test_a_patch_sends_only_what_it_names():
    row = stored(event(text="Hello", details="Place: x"))
    assert payload_for_patch(Patch(), row, MADRID, TODAY) == {}
    assert payload_for_patch(Patch(title="New"), row, MADRID, TODAY) == {"subject": "New", "sendNotification": False}
    assert payload_for_patch(Patch(party=Party()), row, MADRID, TODAY) == {
        "contactId": None,
        "accountId": None,
        "sendNotification": False,
    }
    assert payload_for_patch(Patch(completed=True), row, MADRID, TODAY) == {
        "completed": True,
        "sendNotification": False,
    }
    span = payload_for_patch(Patch(span=day_span(date(2026, 12, 1))), row, MADRID, TODAY)
    assert set(span) == {"allDay", "startDate", "startHour", "endDate", "endHour", "sendNotification"}


def test_a_patch_of_a_read_only_row_names_read_only():
    row = stored(event(locked=True))
    assert payload_for_patch(Patch(title="New"), row, MADRID, TODAY)["readOnly"] is True
    assert payload_for_patch(Patch(locked=False), row, MADRID, TODAY)["readOnly"] is False


def test_new_details_leave_a_shortened_text_and_its_mark():
    row = stored(event(text="One word more. " * 600))
    before = item_of(row, MADRID)
    after = item_of(row_after(row, payload_for_patch(Patch(details="Place: y"), row, MADRID, TODAY)), MADRID)
    assert before.shortened
    assert after.shortened
    assert before.text.startswith(after.text)
    assert after.details == "Place: y"


def test_a_restored_row_keeps_the_tenants_own_fields_and_writes_ids():
    row = {
        "id": 9,
        "subject": "Visit",
        "accountId": {"id": 6, "value": "ACME"},
        "contactId": None,
        "opportunityId": {"id": -1},
        "Z_colour": {"id": 2, "value": "red"},
        "Z_tags": [{"id": 1, "value": "a"}, {"id": 3, "value": "b"}],
        "Z_note": "text",
        "deleted": True,
        "dateCreated": "2026-11-25T08:30:28Z",
        "DateDeleted": "2026-11-25T08:30:28Z",
        "salesRepIdDeleted": 7,
        "sendNotification": True,
        "extId": "of another program",
    }
    assert rows.payload_for_restore(row, "fmd1-x") == {
        "subject": "Visit",
        "accountId": 6,
        "Z_colour": 2,
        "Z_tags": [1, 3],
        "Z_note": "text",
        "sendNotification": False,
        "extId": "fmd1-x",
    }


def test_canonical_bytes_do_not_depend_on_order_and_come_back():
    assert rows.canonical({"b": "ñ\ud800", "a": 1}) == rows.canonical({"a": 1, "b": "ñ\ud800"})
    assert rows.from_raw(rows.canonical({"b": "ñ\ud800", "a": 1})) == {"a": 1, "b": "ñ\ud800"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda each: st.lists(each, max_size=2) | st.dictionaries(st.sampled_from(["id", "value"]), each, max_size=2),
    max_leaves=4,
)
names = st.sampled_from([*stored(event()), "city", "Completed"])


@given(st.dictionaries(names, json_values), ZONES)
def test_any_row_is_an_item_or_a_clear_reason(changes, zone):
    with contextlib.suppress(Unclear):
        assert item_of(stored(event()) | changes, zone).kind in Kind


def test_time_of_day_of_timed_events():
    ten = Timed(datetime(2026, 11, 25, 10), MADRID)
    row = stored(event(Span(ten, Timed(datetime(2026, 11, 26, 0, 0), MADRID))))
    assert (row["startDate"], row["startHour"], row["endDate"], row["endHour"]) == (
        "26/11/25",
        "10:00",
        "26/11/26",
        "00:00",
    )
    assert item_of(row, MADRID).span.end.local.time() == time(0)
