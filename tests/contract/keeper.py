"""Plays the engine's part at a provider: keeps cursor and revisions of a collection, as observing does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from fm_desktop.model.items import Item, Kind
from fm_desktop.model.projection import Projection
from fm_desktop.model.text import normal_text
from fm_desktop.model.times import Span, Timed
from fm_desktop.port import Broken, CalendarService, Changes, Collection, Found, Resource
from tests.contract.stages.stage import CALENDAR


class Keeper:
    """What a computer knows of one calendar."""

    def __init__(self, provider: CalendarService, name: str = CALENDAR) -> None:
        self.provider = provider
        self.collections = provider.collections()
        (self.collection,) = (each for each in self.collections if each.name == name)
        self.cursor: str | None = None
        self.there: dict[str, Found] = {}
        self.requests = 0

    def read(self) -> Changes:
        """One look, taken in as the engine does."""
        before = self.provider.requests
        changes = self.provider.changes(self.collection, self.cursor, self.revisions)
        self.requests = self.provider.requests - before
        self.cursor = changes.cursor
        self.there.update((each.ref.id, each) for each in changes.present)
        gone = set(changes.removed)
        if changes.listed is not None:
            gone |= self.there.keys() - changes.listed
        for each in gone:
            self.there.pop(each, None)
        return changes

    def revisions(self) -> Mapping[str, str | None]:
        return {key: each.revision for key, each in self.there.items()}

    def titles(self) -> list[str]:
        return sorted(title_of(each) for each in self.there.values())

    def resource(self, title: str) -> Resource:
        """The one with this title, as it was read last."""
        hits = [each for each in self.there.values() if title_of(each) == title]
        assert len(hits) == 1, f"{len(hits)} items are called {title!r}: {self.titles()}"
        assert isinstance(hits[0], Resource), hits[0]
        return hits[0]

    def item(self, title: str) -> Item:
        return self.resource(title).items[0]

    @property
    def id(self) -> str:
        return self.collection.id

    def task_collection(self) -> Collection:
        """Where a task is put: this calendar if it takes tasks, else the first that does."""
        return next(each for each in (self.collection, *self.collections) if each.takes(Kind.TASK))


def title_of(found: Found) -> str:
    return f"broken: {found.title}" if isinstance(found, Broken) else found.items[0].title


def at(
    day: int, hour: int, minute: int = 0, *, zone: str = "Europe/Madrid", month: int = 11, year: int = 2026
) -> Timed:
    return Timed(datetime(year, month, day, hour, minute), zone)


def meeting(day: int, hour: int, minutes: int = 60, zone: str = "Europe/Madrid") -> Span:
    """From an hour of a day in November 2026 on, in a zone."""
    start = at(day, hour, zone=zone)
    return Span(start, at(day, hour + minutes // 60, minutes % 60, zone=zone))


def event(title: str, span: Span, text: str = "") -> Projection:
    return Projection(Kind.EVENT, title, span, text)


def task(title: str, span: Span | None, *, completed: bool = False) -> Projection:
    return Projection(Kind.TASK, title, span, completed=completed)


def due(day: date | Timed) -> Span:
    return Span(day, day) if isinstance(day, Timed) else Span(day, day + timedelta(days=1))


def seen(item: Item) -> tuple[Kind, str, Span | None, str, bool]:
    """The values that both sides share."""
    span = None if item.span is None else item.span.normal()
    return item.kind, item.title, span, normal_text(item.text), item.completed
