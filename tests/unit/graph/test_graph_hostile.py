"""Whatever a property holds: an item is understood, or told as broken, and never anything else."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fm_desktop.mailport import MessageRef
from fm_desktop.model.projection import Patch
from fm_desktop.providers.graph.calendars import list_collections
from fm_desktop.providers.graph.events import change, read_event, restored
from fm_desktop.providers.graph.headings import read_heading
from fm_desktop.providers.graph.raw import canonical, parsed
from fm_desktop.providers.graph.tasks import read_task
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from tests.unit.graph.samples import CONTEXT, JOIN, Json, answered, event, own, task, weekly
from tests.unit.graph.wire import Wire, page

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["2026-11-25", "UTC", "9999-12-31T23:59:59"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
SAMPLES = [
    event(attendees=[answered("a@b.example", "accepted")], singleValueExtendedProperties=own("u")),
    event(isAllDay=True),
    event(onlineMeeting={"joinUrl": JOIN}, body={"contentType": "html", "content": f"<p>{'_' * 30}{JOIN}"}),
    weekly(),
]


def paths(value: Any, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(each for name, part in inner for each in paths(part, (*before, name)))]


@st.composite
def spoiled(draw: st.DrawFn, samples: list[Json]) -> Json:
    """A sample of which one value, at any depth, is something else."""
    sample: Json = json.loads(json.dumps(draw(st.sampled_from(samples))))
    path = draw(st.sampled_from([each for each in paths(sample) if each]))
    place: Any = sample
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = draw(anything)
    return sample


def test_a_date_of_a_series_at_the_end_of_time_is_broken() -> None:
    series = weekly()
    last = event(id="OCC=", type="exception", seriesMasterId=series["id"], originalStart="2026-10-14T07:00:00Z")
    last["end"] = {"dateTime": "9999-12-31T23:59:59", "timeZone": "UTC"}
    with pytest.raises(BrokenCalendar, match="last day"):
        read_event(parsed(canonical({**series, "exceptionOccurrences": [last]})), CONTEXT)


@settings(max_examples=300, deadline=None)
@given(spoiled(SAMPLES))
def test_event(entity: Json) -> None:
    try:
        items = read_event(parsed(canonical(entity)), CONTEXT)
    except BrokenCalendar:
        return
    assert items[0].uid
    with suppress(NotPossible):
        assert change(entity, Patch(title="X", text="Y"), None, CONTEXT)[1].keys() <= {"subject", "body"}
        assert "attendees" not in restored(entity, items[0].uid, CONTEXT)


@settings(max_examples=100, deadline=None)
@given(spoiled([task(linkedResources=[{"applicationName": "ForceManager", "externalId": "u"}])]))
def test_task(entity: Json) -> None:
    with suppress(BrokenCalendar):
        assert read_task(parsed(canonical(entity)), CONTEXT)[0].uid


@settings(max_examples=100, deadline=None)
@given(
    spoiled(
        [
            {
                "id": "m",
                "from": {"emailAddress": {"address": "a@b.example"}},
                "receivedDateTime": "2026-11-25T08:00:00Z",
                "subject": "x",
                "toRecipients": [{"emailAddress": {}}],
            }
        ]
    )
)
def test_heading(entity: Json) -> None:
    assert read_heading(MessageRef("f", "m"), entity).ref.id == "m"


@settings(max_examples=50, deadline=None)
@given(spoiled([{"id": "c", "name": "n", "hexColor": "#ffffff", "owner": {"address": "a@b.example"}}]))
def test_calendar(entity: Json) -> None:
    assert len(list_collections(Wire(page(entity), page()).session)[0]) <= 1
