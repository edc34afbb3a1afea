"""Events over HTTP: lists, views, deltas, single events, answers to invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.servers.graph import calendars, deltas, events, eventwire, eventwrites, meetings
from tests.servers.graph.box import Mailbox, item_ids, stamp
from tests.servers.graph.errors import GraphError, bad_request, conflict, not_found
from tests.servers.graph.events import Event
from tests.servers.graph.eventwire import EVENT
from tests.servers.graph.extended import read_extension, write_extension
from tests.servers.graph.odata import Call
from tests.servers.graph.wire import NO_CONTENT, Reply
from tests.servers.graph.zones import query_instant, zone

WINDOW = frozenset({"startDateTime", "endDateTime"})


def context(box: Mailbox, tail: str = "events") -> str:
    return f"users('{box.address.replace('@', '%40')}')/{tail}"


def of_calendar(box: Mailbox, key: str) -> list[Event]:
    return [event for event in box.events.values() if event.calendar == key]


def window(query: dict[str, str]) -> tuple[datetime, datetime]:
    missing = WINDOW - query.keys()
    if missing:
        raise bad_request(
            "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.",
            "ErrorInvalidParameter",
        )
    start, end = (query_instant(name, query[name]) for name in ("startDateTime", "endDateTime"))
    if end < start:
        raise bad_request("The end of the window is before its start.", "ErrorInvalidParameter")
    return start, end


def listed(call: Call, calendar: str | None = None) -> Reply:
    """Single events and series masters ("List events")."""
    zone(call.request.prefer.time_zone)
    kept = of_calendar(call.box, calendars.of(call, calendar).key)
    shown = call.box.listed(event.key for event in kept)
    rows = [eventwire.row(call.box, event, call.request.prefer) for event in kept if event.key in shown]
    return call.many(EVENT, rows, context(call.box))


def view(call: Call, calendar: str | None = None) -> Reply:
    """Occurrences, exceptions and single events of a window ("List calendarView")."""
    zone(call.request.prefer.time_zone)
    start, end = window(call.query)
    kept = of_calendar(call.box, calendars.of(call, calendar).key)
    shown = call.box.listed(event.key for event in kept)
    found = [each for event in kept if event.key in shown for each in event.instances(start, end)]
    found.sort(key=lambda event: event.start.instant)
    return call.many(
        EVENT,
        [eventwire.row(call.box, event, call.request.prefer) for event in found],
        context(call.box, "calendarView"),
    )


def instances(call: Call, event: str, calendar: str | None = None) -> Reply:
    master = _find(call, event, calendar)
    if master.kind != "seriesMaster":
        raise GraphError(400, "ErrorInvalidRequest", "Only a series master has instances.")
    found = sorted(master.instances(*window(call.query)), key=lambda each: each.start.instant)
    rows = [eventwire.row(call.box, each, call.request.prefer) for each in found]
    return call.many(EVENT, rows, context(call.box, "events/instances"))


def delta(call: Call, calendar: str | None = None) -> Reply:
    """Changes of a window ("event: delta"). `$select` and its like are refused; a page's length is for Prefer."""
    kept = calendars.of(call, calendar)
    zone(call.request.prefer.time_zone)

    def current(options: dict[str, str]) -> list[str]:
        span = window(options)
        return [event.key for event in of_calendar(call.box, kept.key) if event.instances(*span)]

    def render(key: str, options: dict[str, str]) -> deltas.Unit:
        event = call.box.events.get(key)
        return _unit(call, event, options) if event is not None and event.calendar == kept.key else []

    tracked = deltas.Tracked(("events", kept.key), EVENT, current, render)
    return deltas.answer(call, tracked, "Collection(event)", WINDOW)


def _unit(call: Call, event: Event, options: dict[str, str]) -> deltas.Unit:
    """A series is told with its master, and never split over pages; that an occurrence is gone is never told."""
    prefer = call.request.prefer
    found = event.instances(*window(options))
    if event.recurrence is None or not found:
        return [eventwire.wire(each, prefer) for each in found]
    rest = [
        eventwire.short(each, prefer) if each.kind == "occurrence" else eventwire.wire(each, prefer) for each in found
    ]
    return [eventwire.wire(event, prefer), *rest]


def create(call: Call, calendar: str | None = None) -> Reply:
    made = eventwrites.create(call.box, calendars.of(call, calendar), call.request.entity("graph.event"))
    reply = _one(call, made, 201)
    reply.headers["Location"] = f"{call.request.base}/me/events/{made.ids.pick(call.request.prefer.immutable_ids)}"
    return reply


def one(call: Call, event: str, calendar: str | None = None) -> Reply:
    return _one(call, _find(call, event, calendar), 200)


def update(call: Call, event: str, calendar: str | None = None) -> Reply:
    kept = _find(call, event, calendar)
    _unchanged(call, kept)
    return _one(call, eventwrites.update(call.box, kept, call.request.entity("graph.event")), 200)


def delete(call: Call, event: str, calendar: str | None = None) -> Reply:
    kept = _find(call, event, calendar)
    _unchanged(call, kept)
    events.remove(call.box, kept)
    meetings.deleted(call.box, kept)
    return Reply(NO_CONTENT)


def respond(call: Call, event: str, response: str) -> Reply:
    kept = _find(call, event, None)
    allowed: dict[str, type] = {"SendResponse": bool, "Comment": str}
    if response != "accepted":
        allowed["ProposedNewTime"] = dict
    given = call.request.parameters(allowed)
    send = given.get("SendResponse")
    meetings.answer(call.box, kept, response, True if send is None else send, given.get("Comment") or "")
    kept.response_time = stamp(call.box.now())
    if response == "declined":
        events.remove(call.box, kept)
    else:
        kept.details["showAs"] = "busy" if response == "accepted" else "tentative"
        events.touch(call.box, kept)
    return Reply(202)


def accept(call: Call, event: str) -> Reply:
    return respond(call, event, "accepted")


def tentatively_accept(call: Call, event: str) -> Reply:
    return respond(call, event, "tentativelyAccepted")


def decline(call: Call, event: str) -> Reply:
    return respond(call, event, "declined")


def cancel(call: Call, event: str) -> Reply:
    """The organiser calls a meeting off, with a word to the attendees ("event: cancel")."""
    kept = _find(call, event, None)
    if not kept.mine:
        raise GraphError(
            400, "ErrorInvalidRequest",
            "Your request can't be completed. You need to be an organizer to cancel a meeting.",
        )  # fmt: skip
    given = call.request.parameters({"Comment": str})
    events.remove(call.box, kept)
    meetings.deleted(call.box, kept, given.get("Comment") or "")
    return Reply(202)


def attachments(call: Call, event: str) -> Reply:
    kept = _find(call, event, None)
    body: dict[str, Any] = {
        "@odata.context": call.context(context(call.box, "events/attachments")),
        "value": [eventwire.attachment(each) for each in kept.attachments.values()],
    }
    return Reply(200, body, "Collection(graph.attachment)")


def attach(call: Call, event: str) -> Reply:
    kept = _find(call, event, None)
    made = eventwrites.read_attachment(call.request.entity("graph.attachment"))
    kept.attachments[made.key] = made
    events.touch(call.box, kept)
    wire = {"@odata.context": call.context(context(call.box, "events/attachments/$entity"))}
    return Reply(201, wire | eventwire.attachment(made), "graph.attachment")


def detach(call: Call, event: str, attachment: str) -> Reply:
    kept = _find(call, event, None)
    key = next((key for key in kept.attachments if item_ids(key, 0).plain == attachment), None)
    if key is None:
        raise not_found()
    del kept.attachments[key]
    events.touch(call.box, kept)
    return Reply(NO_CONTENT)


def extend(call: Call, event: str) -> Reply:
    kept = _find(call, event, None)
    name, members = read_extension(call.request.entity("graph.extension"))
    kept.extensions[name] = members
    events.touch(call.box, kept)
    wire = {"@odata.context": call.context(context(call.box, "events/extensions/$entity"))}
    return Reply(201, wire | write_extension(name, members), "graph.extension")


def _find(call: Call, event: str, calendar: str | None) -> Event:
    zone(call.request.prefer.time_zone)
    return events.find(call.box, event, None if calendar is None else calendars.of(call, calendar).key)


def _one(call: Call, event: Event, status: int) -> Reply:
    return call.one(EVENT, eventwire.row(call.box, event, call.request.prefer), context(call.box), status)


def _unchanged(call: Call, event: Event) -> None:
    wanted = call.request.headers.get("if-match")
    if wanted not in (None, "*", event.etag):
        raise conflict()
