"""Our rule engine against dateutil's, the reference everybody trusts where it ends in time."""

from __future__ import annotations

import datetime as datetime_module
from datetime import datetime, timedelta
from itertools import takewhile
from types import SimpleNamespace
from unittest import mock

import dateutil.rrule
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from fm_desktop.model.rules import parse_rule, walk

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _some(values, most=3):
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


@st.composite
def _rules(draw) -> str:
    frequency = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.integers(0, 3)) == 0:
        parts.append(f"COUNT={draw(st.integers(1, 12))}")
    if draw(st.integers(0, 2)) == 0:
        parts.append(f"WKST={draw(st.sampled_from(('MO', 'SU', 'WE')))}")
    by_week = frequency == "YEARLY" and draw(st.integers(0, 3)) == 0
    if by_week:
        parts.append("BYWEEKNO=" + ",".join(map(str, draw(_some([2, 3, 20, 35, 50])))))
    if draw(st.integers(0, 2)) == 0:
        parts.append("BYMONTH=" + ",".join(map(str, draw(_some(range(1, 13))))))
    # Weeks over New Year have a test of their own: the reference numbers some of them wrongly.
    # The reference takes a numbered week without BYDAY for all its days; the RFC means the start's weekday.
    if by_week or draw(st.booleans()):
        days = draw(_some(_DAYS))
        if frequency in ("MONTHLY", "YEARLY") and not by_week and draw(st.booleans()):
            days = [f"{draw(st.sampled_from((1, 2, 5, -1, -2)))}{day}" for day in days]
        parts.append("BYDAY=" + ",".join(days))
    if frequency != "WEEKLY" and not by_week and draw(st.integers(0, 2)) == 0:
        parts.append("BYMONTHDAY=" + ",".join(map(str, draw(_some([1, 2, 13, 28, 29, 31, -1, -3])))))
    if frequency == "YEARLY" and not by_week and draw(st.integers(0, 4)) == 0:
        parts.append("BYYEARDAY=" + ",".join(map(str, draw(_some([1, 60, 100, 366, -1, -300])))))
    if draw(st.integers(0, 3)) == 0:
        parts.append("BYHOUR=" + ",".join(map(str, draw(_some([0, 9, 23])))))
    # The reference cuts the first week at the start before it counts positions; the RFC counts in whole weeks.
    if frequency != "WEEKLY" and any(part.startswith("BY") for part in parts) and draw(st.integers(0, 2)) == 0:
        parts.append("BYSETPOS=" + ",".join(map(str, draw(_some([1, 2, -1, 3])))))
    return ";".join(parts)


def _reference(text: str, start: datetime, end: datetime) -> list[datetime]:
    """What dateutil yields. It looks for a next date up to the year 9999, so its last year is brought near."""
    near = SimpleNamespace(**{name: value for name, value in vars(datetime_module).items() if name[0] != "_"})
    near.MAXYEAR = end.year
    with mock.patch.object(dateutil.rrule, "datetime", near):
        return list(takewhile(lambda each: each < end, rrulestr(text, dtstart=start)))


_STARTS = st.datetimes(datetime(2018, 1, 1), datetime(2024, 12, 31)).map(lambda each: each.replace(microsecond=0))


@settings(max_examples=200, deadline=None)
@given(_rules(), _STARTS, st.integers(0, 1500))
def test_a_rule_names_the_dates_that_the_reference_names(text: str, start: datetime, skip: int) -> None:
    end = datetime(2031, 1, 1)
    since = start + timedelta(days=skip)
    expected = _reference(text, start, end)
    rule = parse_rule(text)
    if rule.count is not None and expected[:1] != [start]:
        # The start counts as the first date even where the rule does not name it (RFC 5545, 3.8.5.3);
        # the reference does not count it, so its last date is one too many.
        expected = expected[:-1] if len(expected) == rule.count else expected
    found = list(walk(rule, start, since, end))
    assert found == [each for each in expected if each >= since]


@given(st.sampled_from((1, 52, 53)), st.sampled_from(_DAYS), st.integers(1990, 2040))
def test_weeks_over_new_year_are_numbered_as_in_the_iso_calendar(number: int, day: str, year: int) -> None:
    start, end = datetime(year, 1, 1), datetime(year + 8, 1, 1)
    found = list(walk(parse_rule(f"FREQ=YEARLY;BYWEEKNO={number};BYDAY={day}"), start, start, end))
    days = (start + timedelta(days=offset) for offset in range((end - start).days))
    assert found == [each for each in days if each.isocalendar().week == number and each.weekday() == _DAYS.index(day)]
