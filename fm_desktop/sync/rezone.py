"""The CRM keeps a wall clock without a zone; another zone in the settings is another reading of it.

Rows of items born in the CRM mean what they say: read anew they are an edit of the CRM's, and the
calendar follows. Rows of items born in the calendar were written for the old zone: their reading changes
without an edit, and the calendar's time is written to them again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fm_desktop.model.projection import Projection
from fm_desktop.model.times import Span, Timed
from fm_desktop.sync.links import Link
from fm_desktop.sync.policy import Origin


def reread(link: Link, before: str, after: str) -> dict[str, Any]:
    """The fields of a link that change when the CRM's clock is read in the zone `after` instead of `before`."""
    changes: dict[str, Any] = {"crm": _reread(link.crm, before, after), "echo_crm": None, "dirty": True}
    if link.origin is Origin.PROVIDER:
        changes["base_crm"] = _reread(link.base_crm, before, after)
        # The calendar's time counts as changed against the base, and so travels.
        changes["base_provider"] = _reread(link.base_provider, before, after)
    return changes


def _reread(projection: Projection | None, before: str, after: str) -> Projection | None:
    if projection is None or projection.span is None:
        return projection
    start, end = projection.span.start, projection.span.end
    if not isinstance(start, Timed) or not isinstance(end, Timed):
        return projection
    moved = Timed(start.in_zone(before).local, after), Timed(end.in_zone(before).local, after)
    # A night on which the clocks change can turn a short event around: then it ends where it starts.
    last = moved[1] if moved[1].instant >= moved[0].instant else moved[0]
    return replace(projection, span=Span(moved[0], last).normal())
