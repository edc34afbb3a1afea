"""VTIMEZONE: the rules of a zone as a file carries them (RFC 5545, 3.6.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fm_desktop.model.rules import Rule, UnusableRule, parse_rule, walk
from fm_desktop.providers.ical.document import Component
from fm_desktop.providers.ical.errors import BrokenCalendar

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2}):?(\d{2})?")
_LOCAL = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z?")
# A rule with an interval, or one that has ended, last struck some years before the moment asked for.
_LOOK_BACK = timedelta(days=366 * 5)
_MOST_RULES = 2
# No clocks on earth have been changed more often by one rule.
_MOST_COUNTED = 500
# What following a rule through one year costs, in dates that are looked at one by one.
_YEAR_OF_A_RULE = 20


@dataclass(frozen=True, slots=True)
class Observance:
    """STANDARD or DAYLIGHT. Onsets are on the clock of `before`, the offset that holds until then."""

    start: datetime
    before: timedelta
    offset: timedelta
    rules: tuple[Rule, ...] = ()
    dates: tuple[datetime, ...] = ()

    def work(self, year: int) -> int:
        """What asking for an onset in this year costs, in dates that are looked at."""
        return 1 + len(self.dates) + sum(_YEAR_OF_A_RULE * self._years(rule, year) for rule in self.rules)

    def _years(self, rule: Rule, year: int) -> int:
        return _LOOK_BACK.days // 366 + (max(year - self.start.year, 0) if rule.count is not None else 0)

    def last_onset(self, local: datetime) -> datetime | None:
        """The latest onset at or before a reading on the clock of `before`."""
        if local < self.start:
            return None
        found = [self.start, *(each for each in self.dates if each <= local)]
        for rule in self.rules:
            found += self._struck(rule, local)
        return max(found)

    def onsets(self, since: datetime, before: datetime) -> Iterator[datetime]:
        """All onsets in a range of readings on the clock of `before`, in no order."""
        yield from (each for each in (self.start, *self.dates) if since <= each < before)
        for rule in self.rules:
            until = rule.until.moment + (self.before if rule.until.is_utc else timedelta()) if rule.until else before
            yield from walk(rule, self.start, since, min(before, until + timedelta(seconds=1)))

    def _struck(self, rule: Rule, local: datetime) -> Iterator[datetime]:
        end = local
        if rule.until is not None:
            end = min(end, rule.until.moment + (self.before if rule.until.is_utc else timedelta()))
        # What is counted may have ended long ago; the walk begins with the first one in any case.
        is_near = rule.count is None and end.year > 10
        since = max(end - _LOOK_BACK, self.start) if is_near else self.start
        yield from walk(rule, self.start, since, end + timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class EmbeddedZone:
    observances: tuple[Observance, ...]

    def work(self, year: int) -> int:
        """What asking for an offset in this year costs, in dates that are looked at."""
        return sum(each.work(year) for each in self.observances)

    def offset(self, local: datetime) -> timedelta:
        """The offset of a wall-clock reading; the first of two equal ones (RFC 5545, 3.3.5)."""
        return self._latest([(each, local) for each in self.observances])

    def offset_at(self, moment: datetime) -> timedelta:
        naive = moment.astimezone(UTC).replace(tzinfo=None)
        return self._latest([(each, naive + each.before) for each in self.observances])

    def offsets_at(self, moments: list[datetime]) -> list[timedelta]:
        """As `offset_at` for many moments in order, with one walk through the rules."""
        first, last = (each.astimezone(UTC).replace(tzinfo=None) for each in (moments[0], moments[-1]))
        changes = sorted(
            (onset - each.before, each.offset)
            for each in self.observances
            for onset in each.onsets(first + each.before, last + each.before + timedelta(seconds=1))
        )
        current, found, at = self.offset_at(moments[0]), [], 0
        for moment in moments:
            while at < len(changes) and changes[at][0] <= moment.astimezone(UTC).replace(tzinfo=None):
                current = changes[at][1]
                at += 1
            found.append(current)
        return found

    def _latest(self, readings: list[tuple[Observance, datetime]]) -> timedelta:
        onsets = [(onset - each.before, each) for each, local in readings if (onset := each.last_onset(local))]
        if onsets:
            return max(onsets, key=lambda pair: pair[0])[1].offset
        return min(self.observances, key=lambda each: each.start).before


def read_vtimezone(component: Component) -> EmbeddedZone | None:
    """None where nothing usable is in it. Observances that cannot be read are passed over.

    Raises `BrokenCalendar` for rules that can be read and are too many, or count too far: without them every time in
    this zone would be another one.
    """
    found = (_observance(each) for each in component.components("STANDARD", "DAYLIGHT"))
    observances = tuple(each for each in found if each is not None)
    return EmbeddedZone(observances) if observances else None


def _observance(component: Component) -> Observance | None:
    starts = _locals(component, "DTSTART")
    before, offset = _offset(component, "TZOFFSETFROM"), _offset(component, "TZOFFSETTO")
    if not starts or offset is None:
        return None
    found = component.properties("RRULE")
    # It has one rule (RFC 5545, 3.6.5).
    if len(found) > _MOST_RULES:
        raise BrokenCalendar("Its time zones have more rules than can be followed.")
    rules = tuple(rule for each in found if (rule := _rule(each.value)))
    return Observance(
        starts[0], offset if before is None else before, offset, rules, tuple(_locals(component, "RDATE"))
    )


def _rule(text: str) -> Rule | None:
    """Clocks change once, by the year or month (RFC 5545, 3.6.5); any other rule here is hostile or nonsense."""
    try:
        rule = parse_rule(text)
    except UnusableRule:
        return None
    is_of_clocks = rule.frequency in ("YEARLY", "MONTHLY") and not (rule.hours or rule.minutes or rule.seconds)
    if is_of_clocks and (rule.count or 0) > _MOST_COUNTED:
        raise BrokenCalendar("Its time zone counts changes of the clock further than can be followed.")
    return rule if is_of_clocks else None


def _locals(component: Component, name: str) -> list[datetime]:
    found = []
    for each in component.properties(name):
        for match in _LOCAL.finditer(each.value.upper()):
            try:
                found.append(datetime(*(int(part) for part in match.groups())))  # type: ignore[arg-type]
            except ValueError:
                continue
    return found


def _offset(component: Component, name: str) -> timedelta | None:
    found = component.first(name)
    match = _OFFSET.fullmatch(found.value.strip()) if found else None
    if match is None:
        return None
    length = timedelta(hours=int(match.group(2)), minutes=int(match.group(3)), seconds=int(match.group(4) or 0))
    return -length if match.group(1) == "-" else length
