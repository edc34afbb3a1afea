"""Projections and patches as compact JSON text, for the store, the journal and the history."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from fm_desktop.model.items import Kind, Party
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import UTC_NAME, Span, Timed, When


def _when(when: When) -> str:
    if isinstance(when, Timed):
        if when.zone != UTC_NAME:
            return f"{when.local.isoformat()}|{when.zone}"
        return when.instant.replace(tzinfo=None).isoformat(timespec="minutes") + "Z"
    return when.isoformat()


def _read_when(text: str) -> When:
    if len(text) == 10:
        return date.fromisoformat(text)
    if text.endswith("Z"):
        return Timed(datetime.fromisoformat(text[:-1]))
    local, _, zone = text.partition("|")
    return Timed(datetime.fromisoformat(local), zone)


def span_value(span: Span | None) -> list[str] | None:
    return None if span is None else [_when(span.start), _when(span.end)]


def read_span(value: list[str] | None) -> Span | None:
    return None if value is None else Span(_read_when(value[0]), _read_when(value[1]))


def field_value(name: str, value: Any) -> Any:
    if name == "span":
        return span_value(value)
    if name == "party":
        return [value.contact_id, value.account_id]
    return value


def _read_field(name: str, value: Any) -> Any:
    if name == "span":
        return read_span(value)
    if name == "party":
        return Party(*value)
    return value


def patch_value(patch: Patch) -> dict[str, Any]:
    return {name: field_value(name, value) for name, value in patch.items()}


def read_patch(value: dict[str, Any]) -> Patch:
    return Patch(**{name: _read_field(name, each) for name, each in value.items()})


FIELDS = ("title", "text", "span", "completed", "details", "locked", "party")


def projection_value(projection: Projection) -> dict[str, Any]:
    value = {name: field_value(name, getattr(projection, name)) for name in FIELDS}
    value["kind"] = projection.kind.value
    value["shortened"] = projection.shortened
    return value


def read_projection(value: dict[str, Any]) -> Projection:
    fields = {name: _read_field(name, value[name]) for name in FIELDS}
    return Projection(kind=Kind(value["kind"]), shortened=value["shortened"], **fields)


def dump(projection: Projection | None) -> str | None:
    return None if projection is None else json.dumps(projection_value(projection), ensure_ascii=False)


def load(text: str | None) -> Projection | None:
    return None if text is None else read_projection(json.loads(text))


def change_text(value: Projection | None, patch: Patch) -> str:
    """What a write brings: an item, or some of its fields."""
    return json.dumps(projection_value(value) if value else patch_value(patch), ensure_ascii=False)
