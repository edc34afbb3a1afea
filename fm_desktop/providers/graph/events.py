"""Events: from Graph's JSON to items of the model, and what is sent for a new, a changed or a restored one. Pure."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Final

from fm_desktop.model.items import Item, Kind, Privacy
from fm_desktop.model.projection import UNSET, Patch, Projection
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import Span, When, when_to_text
from fm_desktop.providers.graph.context import Context
from fm_desktop.providers.graph.people import people_of
from fm_desktop.providers.graph.raw import Json, canonical, part, parts, text
from fm_desktop.providers.graph.series import (
    clock_of_series,
    is_master,
    original_start,
    recurrence_of,
    span_of_series,
)
from fm_desktop.providers.graph.text import changed_body, join_link, new_body, text_of, with_note
from fm_desktop.providers.graph.times import Clock, clock_of, event_span
from fm_desktop.providers.ical.errors import BrokenCalendar, NotPossible
from fm_desktop.providers.outlook.identity import GRAPH_PROPERTY_ID, uid_of

_REQUESTS: Final = uuid.UUID("0c8c2f0e-5f0b-5b0e-9d0a-8f1f6f0c7d11")
# What a restored event takes over as it was. People are not among it: inviting them would send mail (R27).
_RESTORED: Final = (
    "subject", "body", "location", "locations", "categories", "importance",
    "sensitivity", "showAs", "isReminderOn", "reminderMinutesBeforeStart", "recurrence",
)  # fmt: skip


def read_event(event: Json, context: Context) -> tuple[Item, ...]:
    """The event, of a series the master first and then its edited occurrences. Raises `BrokenCalendar`."""
    title, uid = title_of(event), identity_of(event)
    if not uid:
        raise BrokenCalendar("It has no identity, so it could not be recognised again.", title)
    try:
        span = event_span(event, context.user_zone)
        if not is_master(event):
            return (_item(event, uid, span, context),)
        zone = clock_of_series(event, span, context.user_zone)
        span = span_of_series(span, zone)
        master = replace(_item(event, uid, span, context), recurrence=recurrence_of(event, span, zone))
        return (master, *(_override(each, master, zone, context) for each in parts(event, "exceptionOccurrences")))
    except BrokenCalendar as error:
        raise BrokenCalendar(error.reason, title, uid) from error


def identity_of(event: Json) -> str:
    own = next(
        (
            text(each, "value").strip()
            for each in parts(event, "singleValueExtendedProperties")
            if text(each, "id").lower() == GRAPH_PROPERTY_ID.lower()
        ),
        "",
    )
    return uid_of(own, text(event, "iCalUId").strip())


def title_of(event: Json) -> str:
    return normal_title(text(event, "subject"))


def _override(occurrence: Json, master: Item, zone: str, context: Context) -> Item:
    assert master.span is not None
    span = span_of_series(event_span(occurrence, context.user_zone), zone)
    original = original_start(occurrence, master.span, zone)
    return replace(_item(occurrence, master.uid, span, context), recurrence_id=original)


def _item(event: Json, uid: str, span: Span, context: Context) -> Item:
    people = people_of(event, context.own_addresses)
    return Item(
        kind=Kind.EVENT,
        uid=uid,
        title=title_of(event),
        span=span,
        text=text_of(event),
        cancelled=event.get("isCancelled") is True,
        place=_place(event),
        privacy=Privacy.PUBLIC if text(event, "sensitivity").lower() in ("", "normal") else Privacy.PRIVATE,
        organiser=people.organiser,
        participants=people.participants,
        answer=people.answer,
    )


def _place(event: Json) -> str:
    """The place, and the way into an online meeting, which people look for there first."""
    name, link = normal_text(text(part(event, "location"), "displayName")), join_link(event)
    return name if not link or link in name else f"{name} {link}".strip()


# --- what is sent --------------------------------------------------------------------------------


def new_event(value: Projection, uid: str, context: Context) -> Json:
    """Nobody is invited: without attendees Exchange sends no mail (R27). Raises `NotPossible`.

    A second request for the same is the server's to refuse (event, transactionId). The mark is made of the content,
    too: an event that was deleted and edited meanwhile may come back.
    """
    if value.span is None:
        raise NotPossible("An event needs a date.")
    body: Json = {
        "subject": normal_title(value.title),
        "body": new_body(value.text),
        **_times(value.span, context.clock),
        "singleValueExtendedProperties": [_identity(uid)],
    }
    return {**body, "transactionId": str(uuid.uuid5(_REQUESTS, canonical(body).decode("utf-8", "replace")))}


def change(event: Json, patch: Patch, recurrence_id: When | None, context: Context) -> tuple[Json, Json]:
    """The event or the occurrence that is meant, and the properties to be written, none where it says so already.

    Raises `NotPossible` as editing iCalendar does, and `BrokenCalendar`.
    """
    target = _target(event, recurrence_id, context)
    changed: Json = {}
    if patch.title is not UNSET and normal_title(patch.title) != title_of(target):
        changed["subject"] = normal_title(patch.title)
    if patch.text is not UNSET and (body := changed_body(target, patch.text)) is not None:
        changed["body"] = body
    if patch.span is not UNSET:
        changed |= _moved(target, patch.span, context)
    return target, changed


def restored(event: Json, uid: str, context: Context) -> Json:
    """A deleted event once more, under the identity it had and on the clock it was made with. Nobody is invited again:
    who had been is told in its text.

    Raises `NotPossible` for a series with changed or removed dates: it would come back with all of them.
    """
    if parts(event, "exceptionOccurrences") or event.get("cancelledOccurrences"):
        raise NotPossible("Some dates of this series were changed or removed, and it could not come back as it was.")
    kept = {name: event[name] for name in _RESTORED if event.get(name) not in (None, "", [])}
    kept |= _times(event_span(event, context.user_zone), clock_of(event, context.user_zone))
    kept["singleValueExtendedProperties"] = [_identity(uid)]
    people = _names(event)
    if people:
        kept["body"] = with_note(event, f"Restored without inviting anybody again. It was with: {people}")
    return kept


def _names(event: Json) -> str:
    invited = [part(event, "organizer"), *parts(event, "attendees")] if parts(event, "attendees") else []
    boxes = [part(each, "emailAddress") for each in invited]
    return ", ".join(
        dict.fromkeys(f"{text(box, 'name')} <{text(box, 'address')}>".strip() for box in boxes if text(box, "address"))
    )


def _target(event: Json, recurrence_id: When | None, context: Context) -> Json:
    if recurrence_id is None:
        return event
    master = read_event({**event, "exceptionOccurrences": []}, context)[0]
    assert master.span is not None
    zone = clock_of_series(event, master.span, context.user_zone)
    for each in parts(event, "exceptionOccurrences"):
        if when_to_text(original_start(each, master.span, zone)) == when_to_text(recurrence_id):
            return each
    raise NotPossible("This date of the series is not kept by itself, so it cannot be changed alone.")


def _moved(event: Json, span: Span | None, context: Context) -> Json:
    if span is None:
        raise NotPossible("An event needs a date.")
    if is_master(event):
        # Its changed and removed dates are found by their original starts: they would all be orphaned.
        raise NotPossible("It is a recurring series: its dates are changed in the calendar itself.")
    if event_span(event, context.user_zone).normal() == span.normal():
        return {}
    return _times(span, clock_of(event, context.user_zone))


def _times(span: Span, clock: Clock) -> Json:
    """Both ends in one zone: an all-day event has to begin and end at midnight of the same (event, isAllDay)."""
    return {"start": clock.write(span.start), "end": clock.write(span.end), "isAllDay": span.all_day}


def _identity(uid: str) -> Json:
    return {"id": GRAPH_PROPERTY_ID, "value": uid}
