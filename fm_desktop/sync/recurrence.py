"""The dates of a series inside a window, from its master only (R24). Pure, and bounded whatever the rule.

A series stays on the clock of its own zone: a weekly meeting at 09:00 in Madrid is at 09:00 on both
sides of a DST night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fm_desktop.model.items import Item, Recurrence
from fm_desktop.model.rules import Rule, Until, UnusableRule, parse_rule, walk
from fm_desktop.model.times import Span, Timed, When, instant_of, timed, when_to_text

__all__ = ["Occurrence", "UnusableRule", "occurrences"]

# Readings of one day lie up to this far apart as instants, over all zones.
_ZONE_SLACK = timedelta(days=2)
# How far before the window a date may begin and still reach into it. Longer ones are typing errors,
# and walking back through all their dates would cost as much as they last.
_LONGEST = timedelta(days=3660)
# RFC 5545, 3.8.5.3, wants one rule; each is walked through by itself.
_MOST_RULES = 10


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a series. `original` is the start that the master gives it: the key of the occurrence."""

    original: When
    span: Span


def occurrences(
    item: Item, window: tuple[datetime, datetime], limit: int, floating_zone: str
) -> tuple[Occurrence, ...]:
    """The occurrences that touch the window (aware, half open), earliest first, the first `limit` of them.

    `item` is the master of a series with a span; `floating_zone` is where all-day dates begin. The start
    counts as the first date even where the rule does not name it (RFC 5545, 3.8.5.3). Raises
    `UnusableRule` with a plain reason.
    """
    recurrence, span = item.recurrence, item.span
    if recurrence is None or span is None:
        raise UnusableRule("it has no rule or no start")
    if len(recurrence.rules) + len(recurrence.excluded_rules) > _MOST_RULES:
        raise UnusableRule(f"it has more than {_MOST_RULES} rules")
    try:
        found = _found(_Series(span, recurrence, window, floating_zone))
    except OverflowError as error:
        raise UnusableRule("it goes on beyond the last year of any calendar") from error
    in_order = sorted(found.values(), key=lambda each: instant_of(each.original, floating_zone))
    return tuple(in_order[:limit])


def _found(series: _Series) -> dict[str, Occurrence]:
    found: dict[str, Occurrence] = {}
    for each in (*series.named(), *series.dated()):
        if series.touches(each.span) and not series.is_excluded(each.original):
            found.setdefault(when_to_text(each.original), each)
    return found


class _Series:
    """A master and the window, with what follows from both."""

    def __init__(
        self, span: Span, recurrence: Recurrence, window: tuple[datetime, datetime], floating_zone: str
    ) -> None:
        self.span = span
        self.recurrence = recurrence
        self.floating_zone = floating_zone
        self.begin, self.end = (moment.astimezone(UTC) for moment in window)
        self.length = span.end_instant(floating_zone) - span.start_instant(floating_zone)
        self.start = _reading(span.start)
        self.excluded = {when_to_text(each) for each in recurrence.excluded} | set(self._excluded_by_rule())
        self.excluded_days = self.excluded
        if span.all_day:
            self.excluded_days = {when_to_text(_reading(each).date()) for each in recurrence.excluded}

    def named(self) -> Iterator[Occurrence]:
        """The start, and what the rules name."""
        yield Occurrence(self.span.start, self.span)
        for text in self.recurrence.rules:
            for when in self._walk(parse_rule(text)):
                yield self._occurrence(when)

    def dated(self) -> Iterator[Occurrence]:
        """What RDATE adds; a period brings its own length."""
        for each in self.recurrence.dates:
            if isinstance(each, Span):
                yield Occurrence(each.start, each)
            elif instant_of(each, self.floating_zone) < self.end + _ZONE_SLACK:
                # What is later has no part in the window, and in the last days of the calendar not even an end.
                yield self._occurrence(self._like_start(each))

    def touches(self, span: Span) -> bool:
        start, end = span.start_instant(self.floating_zone), span.end_instant(self.floating_zone)
        return start < self.end and (end > self.begin or start >= self.begin)

    def is_excluded(self, when: When) -> bool:
        """By the same instant; or by the same day, where one of the two is a date."""
        if when_to_text(when) in self.excluded:
            return True
        day = when.local.date() if isinstance(when, Timed) else when
        return when_to_text(day) in self.excluded_days

    def _excluded_by_rule(self) -> Iterator[str]:
        for text in self.recurrence.excluded_rules:
            for when in self._walk(parse_rule(text)):
                yield when_to_text(when)

    def _walk(self, rule: Rule) -> Iterator[When]:
        """The dates a rule names around the window; UNTIL is on the clock it is written in."""
        first = self.begin.replace(tzinfo=None) - min(self.length, _LONGEST) - _ZONE_SLACK
        last = self.end.replace(tzinfo=None) + _ZONE_SLACK
        for reading in walk(rule, self.start, first, last):
            when = self._when(reading)
            if rule.until is not None and _is_after(when, reading, rule.until):
                return
            yield when

    def _when(self, reading: datetime) -> When:
        return Timed(reading, self.span.start.zone) if isinstance(self.span.start, Timed) else reading.date()

    def _like_start(self, when: When) -> When:
        """A date among times, or a time among dates, is taken as one more of the start's kind on that day."""
        if isinstance(when, Timed) == isinstance(self.span.start, Timed):
            return when
        return self._when(datetime.combine(_reading(when).date(), self.start.time()))

    def _occurrence(self, when: When) -> Occurrence:
        """The master's exact length (RFC 5545, 3.8.5.3), each end on the clock it has in the master."""
        if isinstance(when, Timed):
            end_zone = self.span.end.zone if isinstance(self.span.end, Timed) else when.zone
            return Occurrence(when, Span(when, timed(when.instant + self.length, end_zone)))
        assert not isinstance(self.span.end, Timed)
        assert not isinstance(self.span.start, Timed)
        return Occurrence(when, Span(when, when + (self.span.end - self.span.start)))


def _reading(when: When) -> datetime:
    return when.local if isinstance(when, Timed) else datetime(when.year, when.month, when.day)


def _is_after(when: When, reading: datetime, until: Until) -> bool:
    if until.is_date or not isinstance(when, Timed):
        return reading.date() > until.moment.date()
    if until.is_utc:
        return when.instant > until.moment.replace(tzinfo=UTC)
    return reading > until.moment
