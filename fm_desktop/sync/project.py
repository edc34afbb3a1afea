"""From what a side holds to the projections the engine compares. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fm_desktop.model.items import Item, Party
from fm_desktop.model.projection import Projection
from fm_desktop.model.text import normal_text, normal_title
from fm_desktop.model.times import Span
from fm_desktop.sync.details import details_of
from fm_desktop.sync.policy import Facts, Options, facts_of

MASKED_TITLE = "Busy (private)"

Lookup = Callable[[str], Party]
"""The CRM's links for an e-mail address; an empty `Party` for a stranger."""


@dataclass(frozen=True, slots=True)
class Context:
    own_addresses: frozenset[str]
    lookup: Lookup
    options: Options


def provider_view(
    item: Item, span: Span | None, context: Context, *, series: bool, read_only: bool
) -> tuple[Projection, Facts]:
    """A provider's item as the CRM will be shown it. `span` is the occurrence's own, of a series."""
    facts = facts_of(item, context.own_addresses, series=series, read_only=read_only, options=context.options)
    normal_span = None if span is None else span.normal()
    if facts.masked:
        masked = Projection(item.kind, MASKED_TITLE, normal_span, completed=item.completed, locked=True)
        return masked, facts
    projection = Projection(
        kind=item.kind,
        title=normal_title(item.title),
        span=normal_span,
        text=normal_text(item.text),
        completed=item.completed,
        details=details_of(item, series=series),
        locked=not facts.editable,
        party=_party(item, context),
    )
    return projection, facts


def _party(item: Item, context: Context) -> Party:
    """The chip (R23): the first participant, organiser included, whom the directory knows."""
    people = ((item.organiser,) if item.organiser else ()) + item.participants
    for each in people:
        if each.address and each.address not in context.own_addresses:
            party = context.lookup(each.address)
            if not party.is_empty:
                return party
    return Party()


def crm_view(item: Item) -> Projection:
    """A CRM row as the provider will be shown it."""
    return Projection(
        kind=item.kind,
        title=normal_title(item.title),
        span=None if item.span is None else item.span.normal(),
        text=normal_text(item.text),
        completed=item.completed,
        details=normal_text(item.details),
        locked=item.locked,
        party=item.party,
        shortened=item.shortened,
    )
