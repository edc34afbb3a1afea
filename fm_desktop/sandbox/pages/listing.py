"""The agenda as a list: searched, filtered, cut into pages and grouped by day. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from fm_desktop.sandbox.pages.entries import Entry
from fm_desktop.sandbox.pages.notes import addresses
from fm_desktop.sandbox.pages.week import monday_of

PAGE = 50
SHOWS = {"": "Events and tasks", "events": "Events", "tasks": "Tasks", "open": "Open tasks"}
PERIODS = {"": "From this week on", "past": "Before this week", "all": "At any time"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as it stands in the address."""

    show: str = ""
    period: str = ""
    text: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class ListDay:
    date: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """`page` counts from 1; `total` is how many items were found on all pages."""

    days: tuple[ListDay, ...]
    total: int
    page: int
    pages: int


def listed(entries: Iterable[Entry], asked: Asked, today: date) -> Listing:
    """The page asked for of `entries`, which come by time; the past is shown with the last day first."""
    found = [each for each in entries if _is_shown(each, asked.show) and _is_in(each, asked.period, today)]
    words = asked.text.casefold().split()
    found = [each for each in found if all(word in _searched(each) for word in words)]
    if asked.period == "past":
        found.sort(key=lambda each: each.start.date(), reverse=True)
    pages = max(1, -(-len(found) // PAGE))
    page = max(1, min(int(asked.page), pages)) if re.fullmatch("[0-9]{1,9}", asked.page) else 1
    shown = found[(page - 1) * PAGE : page * PAGE]
    days = tuple(ListDay(day, tuple(group)) for day, group in groupby(shown, key=lambda each: each.start.date()))
    return Listing(days, len(found), page, pages)


def others(entry: Entry) -> tuple[str, ...]:
    """The addresses that the calendar told of an item that is linked to no contact."""
    return () if entry.contact else addresses(entry.note.block)


def _is_shown(entry: Entry, show: str) -> bool:
    if show == "open":
        return entry.is_task and not entry.is_done
    return show not in ("events", "tasks") or entry.is_task == (show == "tasks")


def _is_in(entry: Entry, period: str, today: date) -> bool:
    if period == "all":
        return True
    return (entry.last_day < monday_of(today)) == (period == "past")


def _searched(entry: Entry) -> str:
    names = [each.name for each in (entry.contact, entry.account) if each]
    return " ".join((entry.subject, entry.note.text, entry.note.block, entry.type, *names)).casefold()
