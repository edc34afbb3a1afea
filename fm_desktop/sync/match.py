"""Recognising the same meeting on two sides that were never in step: linked, not doubled. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from fm_desktop.model.projection import Projection
from fm_desktop.sync.serial import span_value

Key = tuple[str, str, str]


def pairs(
    at_provider: Iterable[tuple[int, Projection]], at_crm: Iterable[tuple[int, Projection]]
) -> list[tuple[int, int]]:
    """(provider's link, CRM's link) with the same kind, title, start and end; each is used once, in order."""
    waiting: dict[Key, deque[int]] = defaultdict(deque)
    for link, projection in at_provider:
        waiting[_key(projection)].append(link)
    found = []
    for link, projection in at_crm:
        candidates = waiting.get(_key(projection))
        if candidates and projection.title and projection.span is not None:
            found.append((candidates.popleft(), link))
    return found


def _key(projection: Projection) -> Key:
    return projection.kind.value, projection.title.casefold(), str(span_value(projection.span))
