"""What we write, real servers take, and what they give back means the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.providers.ical import WriteContext, create, edit, read, uid_of
from tests.servers.account import DavAccount

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
CONTEXT = WriteContext("Europe/Madrid", frozenset({"emma@example.com"}))
CORPUS = Path(__file__).parent.parent / "unit" / "ical_corpus"
TIMED = Span(Timed(datetime(2026, 12, 1, 9)), Timed(datetime(2026, 12, 1, 10)))
MOMENT = Span(TIMED.start, TIMED.start)
TEXT = "Señas; 1, 2\n\n\tfin \\ <b> " + "larguísimo " * 30 + "fin"

# What providers send, but one of the servers here would not store.
REFUSED = (
    b"METHOD:PUBLISH\r\n",
    b"DTSTAMP:20261021T100001Z\r\n",
    b"RDATE;VALUE=PERIOD;TZID=Australia/Lord_Howe:20270410T230000/PT2H,20270417T23\r\n 0000/20270418T010000\r\n",
)


@pytest.mark.parametrize(
    "value",
    [
        Projection(Kind.EVENT, "Visita: Nordholz, 2ª", TIMED, TEXT),
        Projection(Kind.EVENT, "No length", MOMENT),
        Projection(Kind.EVENT, "Fair", day_span(date(2026, 12, 14), date(2026, 12, 16))),
        Projection(Kind.TASK, "Call", None),
        Projection(Kind.TASK, "Call", MOMENT, TEXT),
        Projection(Kind.TASK, "Call", day_span(date(2026, 12, 14)), completed=True),
    ],
)
@pytest.mark.parametrize("tasks_as_events", [False, True])
def test_R20_created_items_are_taken_and_given_back(
    dav_account: DavAccount, value: Projection, tasks_as_events: bool
) -> None:
    context = replace(CONTEXT, tasks_as_events=tasks_as_events and value.span is not None)
    calendar = dav_account.make_calendar("work")
    dav_account.put(calendar, "one.ics", create(value, "one", context, NOW))
    (item,) = read(dav_account.get(calendar, "one.ics") or b"", context)
    assert (item.uid, item.kind, item.title, item.text) == ("one", value.kind, value.title, value.text)
    assert (item.span, item.completed) == (value.span, value.completed)


def _essence(item: Item) -> Item:
    """Servers may spell a zone or an instant differently: the same moment is the same."""
    return replace(item, span=item.span and item.span.normal(), recurrence=None, recurrence_id=None)


@pytest.mark.parametrize("name", sorted(path.stem for path in CORPUS.glob("*.ics")))
def test_edited_items_are_taken_and_given_back(dav_account: DavAccount, name: str) -> None:
    raw = (CORPUS / f"{name}.ics").read_bytes()
    for refused in REFUSED:
        raw = raw.replace(refused, b"")
    calendar = dav_account.make_calendar("work")
    file = f"{uid_of(raw)}.ics"
    dav_account.put(calendar, file, raw)
    stored = dav_account.get(calendar, file) or b""
    before = read(stored, CONTEXT)
    edited = edit(stored, Patch(title="Un título; nuevo", text=TEXT), None, CONTEXT, NOW)
    dav_account.put(calendar, file, edited)
    after = read(dav_account.get(calendar, file) or b"", CONTEXT)
    assert _essence(after[0]) == _essence(replace(before[0], title="Un título; nuevo", text=TEXT))
    assert [_essence(each) for each in after[1:]] == [_essence(each) for each in before[1:]]
