"""What the command line prints is aligned, fits, and is JSON where a program reads it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import time_machine

from fm_desktop import show
from fm_desktop.port import Side


@dataclass(frozen=True)
class Sample:
    side: Side
    at: datetime
    ids: frozenset[int]
    counts: dict[Side, int]


def test_columns_are_aligned_and_numbers_stand_to_the_right():
    text = show.table(["id", "what"], [[1, "Lunch"], [120, "A  long\nname"]])
    assert text.splitlines() == [" id  what", "---  -----------", "  1  Lunch", "120  A long name"]


def test_the_widest_column_gives_way_to_the_terminal():
    text = show.table(["id", "what", "why"], [[1, "x" * 300, "because"]], width=60)
    assert max(len(line) for line in text.splitlines()) <= 60
    assert "…" in text
    assert "because" in text


def test_an_empty_table_is_its_heading():
    assert show.table(["id", "what"], []).splitlines()[0] == "id  what"


def test_facts_stand_in_one_column():
    assert show.facts([("state", "paused"), ("next cycle", None), ("ok", True)]).splitlines() == [
        "state       paused",
        "next cycle",
        "ok          yes",
    ]


def test_values_are_json():
    value = Sample(Side.CRM, datetime(2026, 1, 2, tzinfo=UTC), frozenset({3}), {Side.PROVIDER: 4})
    assert json.loads(show.as_json([value])) == [
        {"side": "crm", "at": "2026-01-02T00:00:00+00:00", "ids": [3], "counts": {"provider": 4}}
    ]


def test_moments_are_shown_on_the_clock_of_this_computer():
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        shown = show.moment("2026-01-02T10:00:00.000000Z")
    assert shown == datetime(2026, 1, 2, 10, tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    assert show.moment("") == ""


def test_numbers_are_told_in_words_that_agree():
    assert [show.count(1, "event"), show.count(2, "event"), show.count(0, "entry", "entries")] == [
        "1 event",
        "2 events",
        "0 entries",
    ]
