"""What a write changes, field by field, in the user's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fm_desktop.model.text import apart
from fm_desktop.model.times import Span, Timed
from fm_desktop.sync.serial import FIELDS, read_span
from fm_desktop.ui.texts import N_, joined, tr
from fm_desktop.ui.window.present.words import Moments

FIELD_NAMES: Final = {
    "title": N_("Title"),
    "span": N_("When"),
    "text": N_("Notes"),
    "completed": N_("Completed"),
    "details": N_("Place and people"),
    "locked": N_("Read-only in ForceManager"),
    "party": N_("Contact or account"),
}
_TEXTS: Final = ("title", "text", "details")
_LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its name, and its value before and after, '' for none."""

    field: str
    before: str
    after: str


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any], moments: Moments) -> list[Change]:
    """The fields that differ. Values are those of the history (`sync/serial.py`)."""
    found = []
    for name in FIELDS:
        if name not in before and name not in after:
            continue
        values = before.get(name), after.get(name)
        if name in _TEXTS:
            texts = [str(each or "").strip() for each in values]
            old, new = apart(texts[0], texts[1], _LONGEST)
        else:
            old, new = (shown_value(name, each, moments) for each in values)
        if old != new:
            found.append(Change(tr(FIELD_NAMES[name]), old, new))
    return found


def one_line(change: Change) -> str:
    return f"{change.field}: {change.before or '–'} → {change.after or '–'}"


def shown_value(name: str, value: Any, moments: Moments) -> str:
    if value is None or value == "":
        return ""
    if name == "span":
        return _span(read_span(value), moments)
    if name in {"completed", "locked"}:
        return tr("yes") if value else ""
    if name == "party":
        return _party(value)
    text = str(value).strip()
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"


def _party(value: Any) -> str:
    contact, account = value
    names = []
    if contact is not None:
        names.append(tr("contact no. {number}", number=str(contact)))
    if account is not None:
        names.append(tr("account no. {number}", number=str(account)))
    return joined(names)


def _span(span: Span | None, moments: Moments) -> str:
    if span is None:
        return ""
    if isinstance(span.start, Timed) and isinstance(span.end, Timed):
        start, end = span.start.instant.astimezone(), span.end.instant.astimezone()
        if start == end:
            return moments.moment(start)
        if start.date() == end.date():
            return f"{moments.moment(start)} – {moments.clock(end)}"
        return f"{moments.moment(start)} – {moments.moment(end)}"
    assert not isinstance(span.start, Timed)
    assert not isinstance(span.end, Timed)
    last = max(span.end - timedelta(days=1), span.start)
    first = moments.short_day(span.start)
    return first if last == span.start else f"{first} – {moments.short_day(last)}"
