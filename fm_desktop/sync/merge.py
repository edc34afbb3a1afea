"""Field by field: what each side must be told so that both agree. Pure.

Each side is compared with its own base, the form in which *it* showed the last agreed state. So a
value that one side keeps shorter, coarser or tidier than it was sent is no edit of that side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed, timed
from fm_desktop.port import Side

TWO_WAY = ("title", "span", "completed", "text")


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that the policy let the other side's overwrite; it goes to the history, restorable."""

    side: Side
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """`restores`: the CRM's own edit of a field that is not its to edit is overwritten."""

    to_provider: Patch
    to_crm: Patch
    lost: tuple[Lost, ...] = ()
    restores: bool = False


def same_value(field: str, provider: Projection, crm: Projection, zone: str) -> bool:
    """Do both sides show the same, allowing for what the CRM has to cut, and for the hours that a provider may not keep
    of a task? `zone` is the user's."""
    ours, theirs = getattr(provider, field), getattr(crm, field)
    if ours == theirs:
        return True
    if field == "span":
        return provider.kind is Kind.TASK and is_day_of(provider.span, crm.span, zone)
    if field == "text":
        return crm.shortened and provider.text.startswith(crm.text)
    if field == "title":
        return crm.title.endswith("…") and provider.title.startswith(crm.title[:-1].rstrip()) and len(crm.title) > 1
    return False


def full_text(provider_before: Projection | None, crm_before: Projection | None, crm: Projection) -> str:
    """The whole text after an edit of a shortened copy: the edited head and the untouched tail."""
    if not crm.shortened or provider_before is None or crm_before is None or not crm_before.shortened:
        return crm.text
    return crm.text + provider_before.text[len(crm_before.text) :]


def is_day_of(day: Span | None, hours: Span | None, zone: str) -> bool:
    """Is `day` the one day on which `hours` begin? To Do, Exchange's and Google's tasks show no more of them."""
    if day is None or hours is None or isinstance(day.start, Timed) or not isinstance(hours.start, Timed):
        return False
    assert not isinstance(day.end, Timed)
    try:
        begin = hours.start.in_zone(zone).local.date()
    except OverflowError:  # at the edge of the calendar
        return False
    return day.start == begin and (day.end - day.start).days == 1


@dataclass(frozen=True, slots=True)
class Trees:
    """The observations and the base of one link; both sides are there, the base may be missing. `zone`: the user's."""

    provider: Projection
    crm: Projection
    base_provider: Projection | None
    base_crm: Projection | None
    zone: str

    def changed(self, side: Side, field: str) -> bool:
        now = self.provider if side is Side.PROVIDER else self.crm
        base = self.base_provider if side is Side.PROVIDER else self.base_crm
        return base is None or getattr(now, field) != getattr(base, field)


def merge(trees: Trees, winners: Mapping[str, Side], authority: Side | None = None) -> Merged:
    """Decides every shared field. `winners`: who wins a field that both changed. `authority`: the
    side whose word alone counts (a read-only item, a one-way mode): the other's edits are put back.
    """
    to_provider: dict[str, Any] = {}
    to_crm: dict[str, Any] = {}
    lost: list[Lost] = []
    for field in TWO_WAY:
        source, loser = _decide(trees, field, winners[field], authority)
        if source is None:
            continue
        if source is Side.CRM:
            to_provider[field] = _crm_value(trees, field)
        else:
            to_crm[field] = _provider_value(trees, field, authority)
        if loser is not None:
            lost.append(Lost(loser, field, getattr(trees.crm if loser is Side.CRM else trees.provider, field)))
    one_way = _one_way(trees) if authority is not Side.CRM else {}
    if authority is not Side.CRM:
        to_crm |= one_way | _party(trees)
    restores = trees.base_crm is not None and any(trees.changed(Side.CRM, field) for field in one_way)
    return Merged(Patch(**to_provider), Patch(**to_crm), tuple(lost), restores)


def _decide(trees: Trees, field: str, winner: Side, authority: Side | None) -> tuple[Side | None, Side | None]:
    """(side whose value is taken, side whose value is lost); (None, None) where both agree already."""
    provider_changed, crm_changed = trees.changed(Side.PROVIDER, field), trees.changed(Side.CRM, field)
    if not provider_changed and not crm_changed:
        return None, None
    if provider_changed and crm_changed and _agrees(trees, field):
        return None, None
    if authority is not None:
        return authority, authority.other if trees.changed(authority.other, field) else None
    if provider_changed and crm_changed:
        winner = _fuller(trees, field) or winner
        return winner, winner.other if _has_value(trees, field, winner.other) else None
    return (Side.PROVIDER, None) if provider_changed else (Side.CRM, None)


def _agrees(trees: Trees, field: str) -> bool:
    """A day and its hours do where the day is all that the provider keeps, or where nobody knows what was agreed on."""
    is_known = trees.base_provider is not None and trees.base_crm is not None
    if field == "span" and is_known and not _knows_days_only(trees):
        return trees.provider.span == trees.crm.span
    return same_value(field, trees.provider, trees.crm, trees.zone)


def _fuller(trees: Trees, field: str) -> Side | None:
    """The beginning of a text never replaces another one where nobody knows its rest. With no base to tell an emptied
    field from one never filled, the filled one is kept."""
    is_rest_known = trees.base_crm is not None and trees.base_crm.shortened
    if field == "text" and trees.crm.shortened and not is_rest_known and _has_value(trees, field, Side.PROVIDER):
        return Side.PROVIDER
    if trees.base_provider is not None and trees.base_crm is not None:
        return None
    provider, crm = _has_value(trees, field, Side.PROVIDER), _has_value(trees, field, Side.CRM)
    if provider == crm:
        return None
    return Side.PROVIDER if provider else Side.CRM


def _has_value(trees: Trees, field: str, side: Side) -> bool:
    return bool(getattr(trees.provider if side is Side.PROVIDER else trees.crm, field))


def _crm_value(trees: Trees, field: str) -> Any:
    if field == "text":
        return full_text(trees.base_provider or trees.provider, trees.base_crm, trees.crm)
    return getattr(trees.crm, field)


def _provider_value(trees: Trees, field: str, authority: Side | None) -> Any:
    """Where the provider's word alone counts, the hours are those that were agreed on, whatever the CRM shows now."""
    if field == "span" and trees.provider.kind is Kind.TASK and _knows_days_only(trees):
        crm = trees.base_crm if authority is Side.PROVIDER else trees.crm
        return _at_its_hours(trees.provider.span, crm.span if crm is not None else None, trees.zone)
    return getattr(trees.provider, field)


def _knows_days_only(trees: Trees) -> bool:
    """Did the provider show the hours that were agreed on as a day? Which one, the user's zone of that time decided."""
    if trees.base_provider is None or trees.base_crm is None:
        return False
    day, hours = trees.base_provider.span, trees.base_crm.span
    return day is not None and hours is not None and day.all_day and not hours.all_day


def _at_its_hours(day: Span | None, hours: Span | None, zone: str) -> Span | None:
    """Another day, chosen where no hours are kept: the hours go along, which nobody edited there."""
    if day is None or hours is None or isinstance(day.start, Timed) or not isinstance(hours.start, Timed):
        return day
    try:
        start = Timed(datetime.combine(day.start, hours.start.in_zone(zone).local.time()), zone)
        length = hours.end_instant() - hours.start_instant()
        return Span(start, timed(start.instant + length, zone)).normal()
    except OverflowError:  # at the edge of the calendar
        return day


def _one_way(trees: Trees) -> dict[str, Any]:
    """The block and the lock: whatever the CRM shows, it is made to show the provider's."""
    return {
        field: getattr(trees.provider, field)
        for field in ("details", "locked")
        if getattr(trees.provider, field) != getattr(trees.crm, field)
        and (trees.changed(Side.PROVIDER, field) or trees.changed(Side.CRM, field))
    }


def _party(trees: Trees) -> dict[str, Any]:
    """The chip is the CRM's own: proposed where it is empty, or still what was proposed before."""
    proposed, shown = trees.provider.party, trees.crm.party
    if proposed.is_empty or proposed == shown or not trees.changed(Side.PROVIDER, "party"):
        return {}
    untouched = shown.is_empty if trees.base_crm is None else not trees.changed(Side.CRM, "party")
    was_ours = shown.is_empty or (trees.base_provider is not None and shown == trees.base_provider.party)
    return {"party": proposed} if untouched and was_ours else {}


def rebased(sent: Projection, seen: Projection, base: Projection | None = None, *, zone: str = "") -> Projection:
    """The base after an own write that was read for the first time: what the server made of it, field by
    field. A field not recognisably derived from what was sent has been edited since, and stays an edit.

    `base` is what the base is by now, where that may be an older state than what was sent. `zone` is the user's, where
    `sent` may have hours that the server does not keep.
    """
    base = base or sent
    values = {
        name: getattr(seen, name)
        for name in (*TWO_WAY, "details", "party", "locked")
        if getattr(base, name) == getattr(sent, name)
        and is_derived(name, getattr(sent, name), getattr(seen, name), _tasks_zone(seen, zone))
    }
    return replace(base, shortened=seen.shortened if "text" in values else base.shortened, **values)


def taken_over(base: Projection, shown: Projection, names: Iterable[str]) -> Projection:
    """The base with some fields as they are shown."""
    values = {name: getattr(shown, name) for name in names}
    return replace(base, shortened=shown.shortened if "text" in values else base.shortened, **values)


def is_image(sent: Projection, seen: Projection) -> bool:
    """Is `seen` as a whole what a server may have made of `sent`? A day is none of its hours."""
    return all(is_derived(name, getattr(sent, name), getattr(seen, name)) for name in TWO_WAY)


def shows(seen: Projection, patch: Patch, before: Projection | None, zone: str) -> bool:
    """Does an item show what a patch was to write, and not only what it had `before`? What a server made of a field may
    be what was there: that tells nothing, and another field has to. `zone`: as in `rebased`."""
    fields = [
        (name, value, getattr(seen, name), None if before is None else getattr(before, name))
        for name, value in patch.items()
    ]
    day_zone = _tasks_zone(seen, zone)
    return all(is_derived(name, value, shown, day_zone) for name, value, shown, _ in fields) and any(
        before is None or shown != old or value == old for _, value, shown, old in fields
    )


def _tasks_zone(item: Projection, zone: str) -> str:
    return zone if item.kind is Kind.TASK else ""


# No server is known to cut a title or a text shorter than this; a shorter beginning is another text.
_SHORTEST_CUT = 60


def is_derived(field: str, sent: Any, seen: Any, tasks_zone: str = "") -> bool:
    """Is this value what a server may have made of the one sent: other blanks, its end cut off, a task's day without
    its hours? What becomes of the chip and the lock is the CRM's own affair. `tasks_zone`: the user's zone, '' for what
    is no task, or was stored where hours are kept."""
    if sent == seen or field in ("party", "locked"):
        return True
    if field == "span":
        return bool(tasks_zone) and is_day_of(seen, sent, tasks_zone)
    if field not in ("title", "text", "details"):
        return False
    sent_words, seen_words = "".join(sent.split()), "".join(seen.split())
    cut = seen_words.rstrip("….")
    return sent_words == seen_words or (len(cut) >= _SHORTEST_CUT and sent_words.startswith(cut))
