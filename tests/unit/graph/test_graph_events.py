"""Graph's events as items of the model."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fm_desktop.model.items import Answer, Item, Privacy
from fm_desktop.model.times import Span, Timed, when_to_text
from fm_desktop.providers.graph.events import read_event
from fm_desktop.providers.ical.errors import BrokenCalendar
from fm_desktop.sync.recurrence import occurrences
from tests.unit.graph.samples import CONTEXT, JOIN, MADRID, Json, answered, at, event, own, person, weekly


def read(entity: Json) -> Item:
    return read_event(entity, CONTEXT)[0]


def test_own_event() -> None:
    item = read(event())
    assert (item.title, item.text, item.place) == ("Visit to Acme", "Bring the offer", "Calle Mayor 1")
    assert item.uid == "040000008200E00074C5B7101A82E008"
    assert item.span == Span(Timed(datetime(2026, 11, 25, 8, 30)), Timed(datetime(2026, 11, 25, 9, 30)))
    assert item.organiser is None
    assert item.answer is None


def test_uid_is_the_one_we_gave_it() -> None:
    assert read(event(singleValueExtendedProperties=own("ours"))).uid == "ours"
    other = [{"id": "String {c11ff724-aa03-4555-9952-8fa248a11c3e} Name Colour", "value": "red"}]
    assert read(event(singleValueExtendedProperties=other)).uid == "040000008200E00074C5B7101A82E008"


def test_event_without_any_identity_is_told() -> None:
    with pytest.raises(BrokenCalendar, match="identity"):
        read(event(iCalUId=None))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (at("2026-11-25T00:00:00"), at("2026-11-26T00:00:00"), 1),
        (at("2026-11-25T00:00:00"), at("2026-11-28T00:00:00"), 3),
        (at("2026-11-24T23:00:00"), at("2026-11-25T23:00:00"), 1),
        (at("2026-11-25T00:00:00", "Romance Standard Time"), at("2026-11-25T00:00:00", "Romance Standard Time"), 1),
    ],
    ids=["one day", "three days", "midnight of its own zone, told in UTC", "end on the day of the start"],
)
def test_all_day(start: Json, end: Json, days: int) -> None:
    first = date(2026, 11, 25)
    assert read(event(isAllDay=True, start=start, end=end)).span == Span(first, first + timedelta(days=days))


def test_zone_by_its_windows_name() -> None:
    item = read(event(start=at("2026-07-01T09:00:00", "Romance Standard Time"), end=at("2026-07-01T10:00:00")))
    assert item.span is not None
    assert item.span.start_instant() == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_unknown_zone_is_read_on_the_users_clock() -> None:
    zone = "tzone://Microsoft/Custom"
    item = read(event(start=at("2026-07-01T09:00:00", zone), end=at("2026-07-01T10:00:00", zone)))
    assert item.span is not None
    assert item.span.start == Timed(datetime(2026, 7, 1, 9), MADRID)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": None},
        {"start": {"dateTime": "soon", "timeZone": "UTC"}},
        {"end": at("2026-11-25T07:00:00")},
        {"start": at("0001-01-01T00:00:00", "Tokyo Standard Time")},
    ],
)
def test_date_that_cannot_be_read_is_told_with_title_and_uid(wrong: Json) -> None:
    with pytest.raises(BrokenCalendar) as told:
        read(event(**wrong))
    assert (told.value.title, told.value.uid) == ("Visit to Acme", "040000008200E00074C5B7101A82E008")


def test_meeting_of_ones_own() -> None:
    item = read(
        event(
            attendees=[
                answered("Ana@Acme.example", "accepted", name="Ana"),
                answered("b@x.example", "none", "optional"),
            ]
        )
    )
    assert item.organiser is not None
    assert item.organiser.address == "emma@contoso.example"
    assert item.answer is None
    assert [(each.address, each.answer, each.optional) for each in item.participants] == [
        ("ana@acme.example", Answer.ACCEPTED, False),
        ("b@x.example", Answer.NEEDS_ACTION, True),
    ]


def test_room_is_no_participant() -> None:
    assert read(event(attendees=[answered("room1@contoso.example", "accepted", "resource")])).participants == ()


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("accepted", Answer.ACCEPTED),
        ("tentativelyAccepted", Answer.TENTATIVE),
        ("declined", Answer.DECLINED),
        ("notResponded", Answer.NEEDS_ACTION),
        ("none", Answer.NEEDS_ACTION),
    ],
)
def test_R26_invitation_is_there_with_the_users_answer(response: str, answer: Answer) -> None:
    item = read(
        event(
            isOrganizer=False,
            organizer=person("boss@acme.example", "Boss"),
            attendees=[answered("emma@contoso.example", response)],
            responseStatus={"response": response, "time": "0001-01-01T00:00:00Z"},
        )
    )
    assert item.answer is answer
    assert item.organiser is not None
    assert item.organiser.address == "boss@acme.example"


def test_R22_organiser_whose_address_is_hidden_makes_the_user_a_guest() -> None:
    hidden = person("/o=ExchangeLabs/ou=Group/cn=Recipients/cn=boss", "Boss")
    item = read(event(isOrganizer=False, organizer=hidden, attendees=[]))
    assert item.organiser is not None
    assert (item.organiser.address, item.organiser.name) == ("", "Boss")


@pytest.mark.parametrize(
    ("sensitivity", "privacy"),
    [("normal", Privacy.PUBLIC), ("personal", Privacy.PRIVATE), ("private", Privacy.PRIVATE), ("x", Privacy.PRIVATE)],
)
def test_sensitivity(sensitivity: str, privacy: Privacy) -> None:
    assert read(event(sensitivity=sensitivity)).privacy is privacy


def test_cancelled() -> None:
    assert read(event(isCancelled=True)).cancelled


def test_way_into_an_online_meeting_is_shown_with_the_place() -> None:
    item = read(event(location={"displayName": "Microsoft Teams Meeting"}, onlineMeeting={"joinUrl": JOIN}))
    assert item.place == f"Microsoft Teams Meeting {JOIN}"
    assert read(event(location=None, onlineMeetingUrl=JOIN)).place == JOIN


# --- series --------------------------------------------------------------------------------------


def shown(items: tuple[Item, ...]) -> list[str]:
    window = (datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    return [when_to_text(each.original) for each in occurrences(items[0], window, 200, MADRID)]


def test_R24_series_lacks_its_removed_dates_and_knows_its_changed_ones() -> None:
    items = read_event(weekly(), CONTEXT)
    # 09:00 in Madrid before and after the night of 25 October; the 14th and the 28th were removed.
    assert shown(items) == [
        "20261007T070000Z",
        "20261021T070000Z",
        "20261104T080000Z",
        "20261111T080000Z",
        "20261118T080000Z",
    ]
    assert len(items) == 2
    assert when_to_text(items[1].recurrence_id) == "20261104T080000Z"
    assert items[1].title == "Weekly, later"
    assert items[1].uid == items[0].uid


def test_all_day_series() -> None:
    recurrence = weekly()["recurrence"]
    entity = weekly(
        isAllDay=True,
        start=at("2026-10-07T00:00:00"),
        end=at("2026-10-08T00:00:00"),
        recurrence=recurrence | {"range": recurrence["range"] | {"type": "numbered", "numberOfOccurrences": 4}},
        cancelledOccurrences=["OID.MASTER=.2026-10-14"],
        exceptionOccurrences=[
            event(
                isAllDay=True,
                originalStart="2026-10-20T22:00:00Z",
                start=at("2026-10-22T00:00:00"),
                end=at("2026-10-23T00:00:00"),
            )
        ],
    )
    items = read_event(entity, CONTEXT)
    assert shown(items) == ["2026-10-07", "2026-10-21", "2026-10-28"]
    assert items[1].recurrence_id == date(2026, 10, 21)


def test_date_removed_late_in_the_evening_is_a_date_of_the_series_own_zone() -> None:
    """20:00 in Los Angeles is a day later in UTC."""
    recurrence = weekly()["recurrence"]
    entity = weekly(
        start=at("2026-10-08T03:00:00"),
        end=at("2026-10-08T04:00:00"),
        originalStartTimeZone="Pacific Standard Time",
        recurrence=recurrence | {"range": recurrence["range"] | {"recurrenceTimeZone": "Pacific Standard Time"}},
        cancelledOccurrences=["OID.MASTER=.2026-10-14"],
        exceptionOccurrences=[],
    )
    assert shown(read_event(entity, CONTEXT))[:2] == ["20261008T030000Z", "20261022T030000Z"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"recurrence": {"pattern": {"type": "hourly", "interval": 1}, "range": {"type": "noEnd"}}},
        {"recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": []}, "range": {"type": "noEnd"}}},
        {"recurrence": {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "endDate", "endDate": "soon"}}},
        {"recurrence": {"pattern": {"type": "daily", "interval": 1}, "range": {}}},
        {"recurrence": None},
        {"cancelledOccurrences": ["OID.MASTER=.never"]},
        {"exceptionOccurrences": [event(type="exception", originalStart=None)]},
    ],
)
def test_series_that_cannot_be_understood_is_told_and_not_shown_wrong(wrong: Json) -> None:
    with pytest.raises(BrokenCalendar) as told:
        read_event(weekly(**wrong), CONTEXT)
    assert told.value.title == "Weekly"
