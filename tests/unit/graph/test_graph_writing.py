"""What is sent to Graph for a new, a changed or a restored event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, When, day_span, timed
from fm_desktop.providers.graph.events import change, new_event, read_event, restored
from fm_desktop.providers.ical.errors import NotPossible
from tests.unit.graph.samples import CONTEXT, JOIN, Json, answered, event, own, weekly

RULE = "_" * 80
BLOCK = (
    f'<div class="me-email-text"><span>{RULE}</span></div><div><a href="{JOIN.replace("&", "&amp;")}">'
    "Join the meeting now</a></div></body></html>"
)


def hours(begin: int, end: int, day: int = 25) -> Span:
    return Span(Timed(datetime(2026, 11, day, begin)), Timed(datetime(2026, 11, day, end)))


def changed(entity: Json, recurrence_id: When | None = None, **fields: Any) -> Json:
    return change(entity, Patch(**fields), recurrence_id, CONTEXT)[1]


def test_new_event_invites_nobody_and_carries_its_identity() -> None:
    sent = new_event(Projection(Kind.EVENT, "Visit", hours(8, 9), "Bring <it>"), "uid-1", CONTEXT)
    assert sent.pop("transactionId")
    assert sent == {
        "subject": "Visit",
        "body": {"contentType": "text", "content": "Bring <it>"},
        "start": {"dateTime": "2026-11-25T09:00:00", "timeZone": "Romance Standard Time"},
        "end": {"dateTime": "2026-11-25T10:00:00", "timeZone": "Romance Standard Time"},
        "isAllDay": False,
        "singleValueExtendedProperties": own("uid-1"),
    }


def test_same_request_has_the_same_mark_and_another_one_another() -> None:
    value = Projection(Kind.EVENT, "Visit", hours(8, 9))
    marks = [
        new_event(each, uid, CONTEXT)["transactionId"]
        for each, uid in ((value, "uid-1"), (value, "uid-1"), (value, "uid-2"), (replace(value, title="X"), "uid-1"))
    ]
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3


def test_new_event_reads_back_as_what_it_was_made_of() -> None:
    for span in (hours(8, 9), day_span(date(2026, 11, 25), date(2026, 11, 27))):
        value = Projection(Kind.EVENT, "Visit", span, "One\nTwo")
        item = read_event(event(**new_event(value, "uid-1", CONTEXT)), CONTEXT)[0]
        assert item.span is not None
        assert (item.uid, item.title, item.text, item.span.normal()) == ("uid-1", "Visit", "One\nTwo", span)


def test_second_of_two_equal_hours_in_a_dst_night_is_sent_in_utc() -> None:
    start = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    span = Span(timed(start), timed(start.replace(hour=2)))
    sent = new_event(Projection(Kind.EVENT, "Night", span), "u", CONTEXT)
    assert sent["start"] == {"dateTime": "2026-10-25T01:30:00", "timeZone": "UTC"}
    item = read_event(event(**sent), CONTEXT)[0]
    assert item.span is not None
    assert item.span.normal() == span


def test_event_needs_a_date() -> None:
    with pytest.raises(NotPossible):
        new_event(Projection(Kind.EVENT, "Never", None), "u", CONTEXT)
    with pytest.raises(NotPossible):
        changed(event(), span=None)


def test_only_what_is_new_is_sent() -> None:
    assert changed(event(), title="Visit to Acme", text="Bring the offer", span=hours(8, 9)) == {
        "start": {"dateTime": "2026-11-25T09:00:00", "timeZone": "Romance Standard Time"},
        "end": {"dateTime": "2026-11-25T10:00:00", "timeZone": "Romance Standard Time"},
        "isAllDay": False,
    }
    assert changed(event(), title="Other") == {"subject": "Other"}
    assert changed(event(), title="Visit to Acme", details="x", locked=True, completed=True) == {}


def test_R27_a_change_never_names_the_attendees() -> None:
    entity = event(attendees=[answered("ana@acme.example", "accepted")])
    sent = changed(entity, title="Other", text="New", span=hours(8, 10))
    assert "attendees" not in sent
    assert "organizer" not in sent


def test_edit_keeps_the_zone_of_the_event() -> None:
    sent = changed(event(originalStartTimeZone="Tokyo Standard Time"), span=hours(8, 9))
    assert sent["start"] == {"dateTime": "2026-11-25T17:00:00", "timeZone": "Tokyo Standard Time"}


def test_timed_event_becomes_a_whole_day() -> None:
    sent = changed(event(), span=day_span(date(2026, 11, 25)))
    assert sent == {
        "start": {"dateTime": "2026-11-25T00:00:00", "timeZone": "Romance Standard Time"},
        "end": {"dateTime": "2026-11-26T00:00:00", "timeZone": "Romance Standard Time"},
        "isAllDay": True,
    }


def test_html_stays_html() -> None:
    sent = changed(event(), text="One & <two>\nThree")
    assert sent["body"]["contentType"] == "html"
    assert read_event(event(body=sent["body"]), CONTEXT)[0].text == "One & <two>\nThree"


def test_text_stays_text() -> None:
    entity = event(body={"contentType": "text", "content": "Old"})
    assert changed(entity, text="New") == {"body": {"contentType": "text", "content": "New"}}


# --- online meetings -----------------------------------------------------------------------------


def online(content: str, kind: str = "html") -> Json:
    return event(
        isOnlineMeeting=True,
        onlineMeeting={"joinUrl": JOIN},
        body={"contentType": kind, "content": content},
    )


def test_block_of_an_online_meeting_is_no_text_and_survives_an_edit() -> None:
    entity = online(f"<html><body><div>Agenda</div>{BLOCK}")
    assert read_event(entity, CONTEXT)[0].text == "Agenda"
    sent = changed(entity, text="Agenda\nSecond point")
    assert sent["body"]["content"].endswith(BLOCK)
    again = read_event(online(sent["body"]["content"]), CONTEXT)[0]
    assert again.text == "Agenda\nSecond point"
    assert changed(online(sent["body"]["content"]), text="Agenda\nSecond point") == {}


FRAME = f'<div class="me-email-text" lang="en-US"><a href="{JOIN.replace("&", "&amp;")}">Join</a></div></body></html>'
LINE = f'<div style="x"><span>{RULE}</span></div>'


@pytest.mark.parametrize("block", [FRAME, f"{LINE}{FRAME}"], ids=["frame", "line and frame"])
@pytest.mark.parametrize("text", ["Agenda", "", f"Below\n{RULE}\nmy own line"])
def test_forms_of_the_block(block: str, text: str) -> None:
    shown = text.replace("\n", "<br>")
    entity = online(f"<html><body><div>{shown}</div>{block}")
    assert read_event(entity, CONTEXT)[0].text == text
    assert changed(entity, text="Other")["body"]["content"].endswith(f"Other</div>{block}")


def test_block_in_plain_text_survives_an_edit() -> None:
    block = f"{RULE}\nJoin: {JOIN}\n{RULE}\n"
    entity = online(f"Agenda\n{block}", "text")
    assert read_event(entity, CONTEXT)[0].text == "Agenda"
    assert changed(entity, text="Other")["body"]["content"] == f"Other\n{block}"


def test_text_is_not_written_where_the_way_into_the_meeting_would_be_lost() -> None:
    with pytest.raises(NotPossible, match="online meeting"):
        changed(online(f"<p>Join <a href='{JOIN}'>here</a></p>"), text="Other")


def test_online_meeting_without_a_block_is_edited_as_any_other() -> None:
    assert "Other" in changed(online("<div>Agenda</div>"), text="Other")["body"]["content"]


# --- series --------------------------------------------------------------------------------------


def test_changed_occurrence_is_addressed_by_itself() -> None:
    target, sent = change(weekly(), Patch(title="X"), Timed(datetime(2026, 11, 4, 8)), CONTEXT)
    assert (target["id"], sent) == ("EXCEPTION=", {"subject": "X"})


def test_date_without_a_copy_of_its_own_is_not_changed() -> None:
    with pytest.raises(NotPossible):
        change(weekly(), Patch(title="X"), Timed(datetime(2026, 11, 11, 8)), CONTEXT)


def test_whole_series_is_not_moved() -> None:
    with pytest.raises(NotPossible):
        changed(weekly(), span=hours(8, 9))


# --- restoring -----------------------------------------------------------------------------------


def test_R27_restored_meeting_invites_nobody_and_says_who_was_there() -> None:
    entity = event(attendees=[answered("ana@acme.example", "accepted", name="Ana")], categories=["Red"])
    sent = restored(entity, "uid-1", CONTEXT)
    assert "attendees" not in sent
    assert sent["singleValueExtendedProperties"] == own("uid-1")
    assert sent["categories"] == ["Red"]
    text = read_event(event(body=sent["body"]), CONTEXT)[0].text
    assert text.endswith("\n\nBring the offer")
    assert "Ana <ana@acme.example>" in text
    plain = restored(entity | {"body": {"contentType": "text", "content": "Bring the offer"}}, "uid-1", CONTEXT)
    assert read_event(event(body=plain["body"]), CONTEXT)[0].text == text


def test_restored_event_keeps_its_html_and_its_dates() -> None:
    entity = event()
    sent = restored(entity, "uid-1", CONTEXT)
    assert sent["body"] == entity["body"]
    assert sent["start"] == {"dateTime": "2026-11-25T09:30:00", "timeZone": "Romance Standard Time"}
    assert "transactionId" not in sent
    assert "id" not in sent


def test_series_with_removed_dates_is_not_restored_with_all_of_them() -> None:
    with pytest.raises(NotPossible):
        restored(weekly(), "uid-1", CONTEXT)
    assert restored(weekly(cancelledOccurrences=[], exceptionOccurrences=[]), "uid-1", CONTEXT)["recurrence"]
