"""The history as rows, and one line of it in full: before and after, why, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fm_desktop.model.message import Direction as Way
from fm_desktop.port import Side
from fm_desktop.sync.browse import Line, Logged
from fm_desktop.sync.chronicle import WAS_CUT, Happening
from fm_desktop.sync.plan import Verb
from fm_desktop.ui.texts import tr
from fm_desktop.ui.told import told
from fm_desktop.ui.window.present.changes import FIELD_NAMES, Change, changes_of, one_line, shown_value
from fm_desktop.ui.window.present.words import Moments, done, parsed, side_name, subject, titled


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
    lines += [one_line(each) for each in shown.changes]
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
    found = changes_of(happening.before, happening.after, moments)
    if happening.before.get(WAS_CUT):
        found.append(Change(tr("Note"), tr("ForceManager showed only the beginning of this text."), ""))
    return found


def _lost(happening: Happening, moments: Moments) -> list[str]:
    """The values of the other side that gave way; they stay here to be read and copied."""
    lines = []
    for side, name, value in happening.lost:
        shown = shown_value(name, value, moments) or "–"
        field = tr(FIELD_NAMES.get(name, name))
        where = side_name(Side(side))
        lines.append(tr("{field} in {where} was “{value}” and gave way.", field=field, where=where, value=shown))
    return lines
