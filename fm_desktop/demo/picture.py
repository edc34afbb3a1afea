"""Everything that is on both sides at one moment, read from both servers, and what changed between two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import icalendar

from fm_desktop.demo.forcemanager import ForceManager, Row
from fm_desktop.demo.phone import Phone, title_of
from fm_desktop.demo.shown import Book, Shown, by_the_rules, in_forcemanager

CRM, CALENDAR = "ForceManager", "calendar"
NEW, CHANGED, GONE = "created", "changed", "deleted"

Change = tuple[str, str, str]
"""(side, what happened, title)."""

# What says that something is, when it is and what is done; all else on an item is not ForceManager's to touch.
_SHARED = ("SUMMARY", "DESCRIPTION", "DTSTART", "DTEND", "DUE", "STATUS", "COMPLETED", "PERCENT-COMPLETE")
_BOOKKEEPING = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "CREATED", "PRODID")


@dataclass(frozen=True)
class Picture:
    """`rows` are the living rows of all users' agendas by id; `others` the CRM's other records;
    `items` the calendars' items by their address, `calendars` the names of those that take part."""

    user: Row
    rows: Mapping[int, Row]
    others: Mapping[str, list[Row]]
    items: Mapping[str, Mapping[str, bytes]]
    calendars: tuple[str, ...]

    @classmethod
    def take(cls, crm: ForceManager, phone: Phone, calendars: tuple[str, ...]) -> Picture:
        living = {row["id"]: row for row in crm.all("calendar") if not row["deleted"]}
        others = {name: crm.all(name) for name in ("accounts", "contacts", "opportunities")}
        return cls(crm.user, living, others, phone.all(), calendars)

    @cached_property
    def crm(self) -> tuple[Shown, ...]:
        """What ForceManager shows the user."""
        own = (row for row in self.rows.values() if row["salesRepId"]["id"] == self.user["id"])
        return tuple(in_forcemanager(row) for row in own)

    @cached_property
    def calendar(self) -> tuple[Shown, ...]:
        """What ForceManager must show of the calendars that take part."""
        book = Book(self.others["contacts"], self.user["id"])
        documents = (item for name in self.calendars for item in self.items[name].values())
        return tuple(each for item in documents for each in by_the_rules(parsed(item), book, self.user["email"]))

    def item(self, title: str) -> icalendar.Calendar:
        """The one item of that title in the calendars that take part."""
        documents = (parsed(item) for name in self.calendars for item in self.items[name].values())
        (found,) = (each for each in documents if title_of(each) == title)
        return found


def parsed(item: bytes) -> icalendar.Calendar:
    document: Any = icalendar.Calendar.from_ical(item)
    assert isinstance(document, icalendar.Calendar)
    return document


def changes(before: Picture, after: Picture) -> Counter[Change]:
    """All that differs, down to the last field and byte."""
    found: Counter[Change] = Counter()
    found += _between(CRM, before.rows, after.rows, lambda row: str(row["subject"]))
    for name in {*before.items, *after.items}:
        found += _between(CALENDAR, before.items.get(name, {}), after.items.get(name, {}), _title)
    for name, records in before.others.items():
        if records != after.others[name]:
            found[CRM, CHANGED, f"the list of {name}"] += 1
    return found


def _title(item: bytes) -> str:
    return title_of(parsed(item))


def _between(side: str, before: Mapping[Any, Any], after: Mapping[Any, Any], title: Any) -> Counter[Change]:
    found: Counter[Change] = Counter()
    for key in {*before, *after}:
        if key not in before:
            found[side, NEW, title(after[key])] += 1
        elif key not in after:
            found[side, GONE, title(before[key])] += 1
        elif before[key] != after[key]:
            found[side, CHANGED, title(after[key])] += 1
    return found


def compared(seen: Counter[Change], expected: Iterable[Change]) -> list[str]:
    """The changes that are too many or missing, one line each."""
    wanted = Counter(expected)
    extra, missing = seen - wanted, wanted - seen
    lines = [f"{side}: “{title}” was {what}, which nothing asked for" for side, what, title in extra.elements()]
    return sorted(lines) + sorted(
        f"{side}: “{title}” was not {what}, as it should have been" for side, what, title in missing.elements()
    )


def not_kept(before: Picture, after: Picture) -> list[str]:
    """Items of the calendar whose other lines (people, reminders, place and the like) were touched."""
    lines = []
    for name, items in before.items.items():
        for address in items.keys() & after.items.get(name, {}).keys():
            old, new = _other_lines(items[address]), _other_lines(after.items[name][address])
            title = _title(items[address])
            lines += [f"calendar: “{title}” lost the line {line}" for line in sorted((old - new).elements())]
            lines += [f"calendar: “{title}” has got the line {line}" for line in sorted((new - old).elements())]
    return lines


def _other_lines(item: bytes) -> Counter[str]:
    document = parsed(item)
    unfolded = document.to_ical().decode().replace("\r\n ", "").splitlines()
    names = (*_SHARED, *_BOOKKEEPING)
    return Counter(line for line in unfolded if not line.startswith(tuple(names)))
