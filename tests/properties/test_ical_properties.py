"""What must hold for any bytes, any text and any patch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import UNSET, Patch, Projection
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import Span, Timed
from fm_desktop.providers.ical import BrokenCalendar, WriteContext, create, edit, read, uid_of
from fm_desktop.providers.ical.document import Component, Line, parse, serialise
from fm_desktop.providers.ical.task_events import split_title
from fm_desktop.providers.ical.text import looks_like_html

CORPUS = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "unit" / "ical_corpus").glob("*.ics"))]
PIECES = sorted({line for raw in CORPUS for line in raw.splitlines(keepends=True)})
NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
_TOUCHED = {"SUMMARY", "DESCRIPTION", "X-ALT-DESC", "DTSTART", "DTEND", "DURATION", "DUE", "DTSTAMP", "LAST-MODIFIED"}
_TOUCHED |= {"SEQUENCE", "STATUS", "COMPLETED", "PERCENT-COMPLETE"}
_TOUCHED |= {"X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT"}

contexts = st.builds(
    WriteContext,
    st.sampled_from(("Europe/Madrid", "America/New_York", "Australia/Lord_Howe")),
    st.just(frozenset({"emma@example.com"})),
    st.booleans(),
    st.booleans(),
)
_any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)
titles = _any_text.map(normal_title).filter(lambda title: not split_title(title)[1])
texts = _any_text.map(normal_text).filter(lambda text: not looks_like_html(text))
_moments = st.datetimes(datetime(1970, 1, 2), datetime(2038, 12, 31)).map(
    lambda each: each.replace(second=0, microsecond=0)
)
_days = st.dates(date(1970, 1, 2), date(2038, 12, 31))
_lengths = st.integers(0, 60 * 24 * 9)
timed_spans = st.builds(
    lambda start, length: Span(Timed(start), Timed(start + timedelta(minutes=length))), _moments, _lengths
)
day_spans = st.builds(lambda first, length: Span(first, first + timedelta(days=length)), _days, st.integers(1, 20))
task_spans = st.one_of(
    _moments.map(lambda each: Span(Timed(each), Timed(each))),
    _days.map(lambda each: Span(each, each + timedelta(days=1))),
)
events = st.builds(Projection, st.just(Kind.EVENT), titles, st.one_of(timed_spans, day_spans), texts)
tasks = st.builds(Projection, st.just(Kind.TASK), titles, task_spans, texts, st.booleans())


def _or_unset(values):
    return st.one_of(st.just(UNSET), values)


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400), st.lists(st.sampled_from([*PIECES, b"\x00", b" ", b"\r", b"\n", b"=\n"])).map(b"".join)
    )
)
def test_any_bytes_survive_and_are_read_or_told(raw: bytes) -> None:
    assert serialise(parse(raw)) == raw
    uid_of(raw)
    try:
        assert read(raw, WriteContext("Europe/Madrid"))
    except BrokenCalendar as error:
        assert error.reason.endswith(".")  # noqa: PT017


@settings(deadline=None)
@given(st.sampled_from(CORPUS), st.integers(0, 5000), st.binary(max_size=3), contexts)
def test_a_damaged_object_is_read_or_told(raw: bytes, place: int, damage: bytes, context: WriteContext) -> None:
    raw = raw[: place % len(raw)] + damage + raw[place % len(raw) + 1 :]
    try:
        items = read(raw, context)
    except BrokenCalendar:
        items = ()
    if items:
        assert edit(raw, Patch(), None, context, NOW) == raw


@settings(deadline=None)
@given(events, contexts)
def test_a_created_event_is_read_back_as_it_was(value: Projection, context: WriteContext) -> None:
    (item,) = read(create(value, "u1", context, NOW), context)
    assert (item.uid, item.kind, item.title, item.text) == ("u1", Kind.EVENT, value.title, value.text)
    assert item.span == value.span


@settings(deadline=None)
@given(tasks, contexts)
def test_R20_a_created_task_is_read_back_as_it_was(value: Projection, context: WriteContext) -> None:
    (item,) = read(create(value, "u1", context, NOW), context)
    assert (item.kind, item.title, item.text) == (Kind.TASK, value.title, value.text)
    assert (item.span, item.completed) == (value.span, value.completed)


def _other_lines(raw: bytes) -> list[bytes]:
    """Every line but those an edit may touch, in order; lines of sub-components of an event all count."""
    found: list[bytes] = []
    pending: list[tuple[Line | Component, bool]] = [(parse(raw), False)]
    while pending:
        node, inside = pending.pop()
        if isinstance(node, Line):
            if not (inside and node.name in _TOUCHED):
                found.append(node.raw)
            continue
        ours = node.name in ("VEVENT", "VTODO")
        pending += [(each, ours) for each in reversed([node.begin, *node.nodes, node.end]) if each is not None]
    return found


@settings(deadline=None)
@given(st.sampled_from(CORPUS), contexts, _or_unset(titles), _or_unset(texts), _or_unset(st.booleans()), st.data())
def test_an_edit_shows_the_patch_and_leaves_all_other_lines(raw, context, title, text, completed, data) -> None:
    before = read(raw, context)
    is_task = before[0].kind is Kind.TASK
    span = UNSET
    if not before[0].is_series:
        spans = st.one_of(st.none(), task_spans) if is_task else st.one_of(timed_spans, day_spans)
        span = data.draw(_or_unset(spans))
    patch = Patch(title=title, text=text, span=span, completed=completed if is_task else UNSET)
    edited = edit(raw, patch, None, context, NOW)
    after = read(edited, context)
    assert _other_lines(edited) == _other_lines(raw)
    for name, value in patch.items():
        shown = getattr(after[0], name)
        assert (shown.normal() if isinstance(shown, Span) else shown) == value
    for name in ("title", "text", "span", "completed", "participants", "organiser", "recurrence", "place", "uid"):
        if getattr(patch, name, UNSET) is UNSET:
            assert getattr(after[0], name) == getattr(before[0], name)
    assert after[1:] == before[1:]
    assert edit(edited, patch, None, context, NOW) is edited
