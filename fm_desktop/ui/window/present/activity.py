"""The history as rows, and one line of it in full: before and after, why, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fm_desktop.model.message import Direction as Way
from fm_desktop.model.times import Span, Timed
from fm_desktop.port import Side
from fm_desktop.sync.browse import Line, Logged
from fm_desktop.sync.chronicle import WAS_CUT, Happening
from fm_desktop.sync.plan import Verb
from fm_desktop.sync.serial import FIELDS, read_span
from fm_desktop.ui.texts import N_, joined, tr
from fm_desktop.ui.told import told
from fm_desktop.ui.window.present.words import Moments, done, parsed, side_name, subject, titled

_FIELD_NAMES: Final = {
    "title": N_("Title"),
    "span": N_("When"),
    "text": N_("Notes"),
    "completed": N_("Completed"),
    "details": N_("Place and people"),
    "locked": N_("Read-only in ForceManager"),
    "party": N_("Contact or account"),
}
_LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its name, and its value before and after, '' for none."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Details:
    headline: str
    why: str
    changes: tuple[Change, ...]
    lost: tuple[str, ...]
    can_undo: bool
    undo_note: str


def columns() -> tuple[str, ...]:
    return tr("When"), tr("What"), tr("Title"), tr("Where")


def row(line: Line, now: datetime, moments: Moments) -> tuple[str, ...]:
    when = moments.near(parsed(line.at), now)
    if isinstance(line, Logged):
        return when, tr("E-mail logged"), subject(line.title), side_name(Side.CRM)
    return when, _what(line), titled(line.title), side_name(line.side)


def _what(happening: Happening) -> str:
    what = done(happening.verb)
    return tr("{what}, undone", what=what) if happening.undone else what


def details(line: Line, now: datetime, moments: Moments) -> Details:
    return _of_message(line, now, moments) if isinstance(line, Logged) else _of_item(line, now, moments)


def _of_message(line: Logged, now: datetime, moments: Moments) -> Details:
    way = tr("Sent to") if line.direction is Way.SENT else tr("Received from")
    return Details(
        headline=tr("Logged in ForceManager, {time}", time=moments.near(parsed(line.at), now)),
        why="",
        changes=(Change(way, "", line.address), Change(tr("When"), "", moments.moment(line.moment))),
        lost=(),
        can_undo=False,
        undo_note=tr("A logged message is never changed or taken out of ForceManager."),
    )


def _of_item(happening: Happening, now: datetime, moments: Moments) -> Details:
    return Details(
        headline=_headline(happening, now, moments),
        why=_why(happening),
        changes=tuple(_changes(happening, moments)),
        lost=tuple(_lost(happening, moments)),
        can_undo=_can_undo(happening),
        undo_note=_undo_note(happening),
    )


def as_text(line: Line, now: datetime, moments: Moments) -> str:
    """For the clipboard."""
    shown = details(line, now, moments)
    lines = [titled(line.title), shown.headline, shown.why]
    lines += [f"{each.field}: {each.before or '–'} → {each.after or '–'}" for each in shown.changes]
    return "\n".join(each for each in [*lines, *shown.lost] if each)


def _can_undo(happening: Happening) -> bool:
    return not happening.undone and happening.link is not None


def _undo_note(happening: Happening) -> str:
    if happening.undone:
        return tr("This was undone.")
    if happening.link is None:
        return tr("This is too old to be undone: what it was is not kept any more.")
    return ""


def _headline(happening: Happening, now: datetime, moments: Moments) -> str:
    when = moments.near(parsed(happening.at), now)
    if happening.side is Side.CRM:
        texts = {
            Verb.CREATE: tr("Created in ForceManager, {time}", time=when),
            Verb.UPDATE: tr("Changed in ForceManager, {time}", time=when),
            Verb.DELETE: tr("Deleted in ForceManager, {time}", time=when),
        }
    else:
        texts = {
            Verb.CREATE: tr("Created in your calendar, {time}", time=when),
            Verb.UPDATE: tr("Changed in your calendar, {time}", time=when),
            Verb.DELETE: tr("Deleted in your calendar, {time}", time=when),
        }
    return texts[happening.verb]


def _why(happening: Happening) -> str:
    why = told(happening.why)
    return tr("Why: {reason}", reason=f"{why[:1].lower()}{why[1:]}".rstrip(".")) + "." if why else ""


def _changes(happening: Happening, moments: Moments) -> list[Change]:
    before, after = happening.before, happening.after
    found = []
    for name in FIELDS:
        if name not in before and name not in after:
            continue
        old, new = _value(name, before.get(name), moments), _value(name, after.get(name), moments)
        if old != new:
            found.append(Change(tr(_FIELD_NAMES[name]), old, new))
    if before.get(WAS_CUT):
        found.append(Change(tr("Note"), tr("ForceManager showed only the beginning of this text."), ""))
    return found


def _lost(happening: Happening, moments: Moments) -> list[str]:
    """The values of the other side that gave way; they stay here to be read and copied."""
    lines = []
    for side, name, value in happening.lost:
        shown = _value(name, value, moments) or "–"
        field = tr(_FIELD_NAMES.get(name, name))
        where = side_name(Side(side))
        lines.append(tr("{field} in {where} was “{value}” and gave way.", field=field, where=where, value=shown))
    return lines


def _value(name: str, value: Any, moments: Moments) -> str:
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
