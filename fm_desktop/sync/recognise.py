"""What a provider's resource, or a CRM row, stands for: the items it contributes and their keys. Pure.

A provider's resource is one item, or a series of which every occurrence in the window is one item
(R24): expanded from the master alone, so an occurrence that was edited there stays as the series
says, and one that was removed (EXDATE, or a cancelled override) is away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fm_desktop.model.items import Item
from fm_desktop.model.projection import Projection
from fm_desktop.model.times import when_to_text
from fm_desktop.sync.policy import Facts
from fm_desktop.sync.project import Context, provider_view
from fm_desktop.sync.recurrence import occurrences

Shown = dict[str, tuple[Projection, Facts]]
"""Items by recurrence key ('' for a single one)."""


@dataclass(frozen=True, slots=True)
class Window:
    start: datetime
    end: datetime

    def before(self, recurrence: str) -> bool:
        """Has this occurrence left the window on the side of the past?"""
        return bool(recurrence) and recurrence.replace("-", "")[:8] < self.start.strftime("%Y%m%d")

    def after(self, recurrence: str) -> bool:
        return bool(recurrence) and recurrence.replace("-", "")[:8] > self.end.strftime("%Y%m%d")


def shown_by(items: tuple[Item, ...], context: Context, window: Window, *, read_only: bool) -> Shown:
    """What a resource shows. Raises `UnusableRule` for a series that cannot be expanded."""
    head = items[0]
    if head.recurrence_id is None and not head.is_series:
        return {"": provider_view(head, head.span, context, series=False, read_only=read_only)}
    if head.recurrence_id is not None:
        # Only some occurrences were shared with the user: each is an item of its own.
        return {
            when_to_text(each.recurrence_id): provider_view(each, each.span, context, series=True, read_only=read_only)
            for each in items
        }
    return _series(head, items[1:], context, window, read_only=read_only)


def _series(master: Item, overrides: tuple[Item, ...], context: Context, window: Window, *, read_only: bool) -> Shown:
    options = context.options
    edited = {when_to_text(each.recurrence_id): each for each in overrides}
    shown: Shown = {}
    found = occurrences(master, (window.start, window.end), options.series_limit, options.zone)
    for occurrence in found:
        key = when_to_text(occurrence.original)
        override = edited.get(key)
        if override is not None and override.cancelled:
            continue
        if override is not None and options.follow_edited_occurrences:
            shown[key] = provider_view(override, override.span, context, series=True, read_only=read_only)
        else:
            shown[key] = provider_view(master, occurrence.span, context, series=True, read_only=read_only)
    return shown
