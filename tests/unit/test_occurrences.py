"""Series in their window: on their own clock, from the master only, and bounded whatever the rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fm_desktop.model.items import Item, Kind, Recurrence
from fm_desktop.model.times import Span, Timed, day_span
from fm_desktop.sync.recurrence import UnusableRule, occurrences

MADRID = "Europe/Madrid"
WINDOW = (datetime(2026, 10, 26, tzinfo=UTC), datetime(2027, 11, 25, tzinfo=UTC))


def at(*parts: int, zone: str = MADRID) -> Timed:
    return Timed(datetime(*parts), zone)


def series(span: Span, *rules: str, **more) -> Item:
    return Item(Kind.EVENT, "u1", "Series", span, recurrence=Recurrence(rules=rules, **more))


def hour(start: Timed) -> Span:
    return Span(start, Timed(start.local + timedelta(hours=1), start.zone))


def starts(item: Item, window=WINDOW, limit: int = 200, zone: str = MADRID) -> list:
    return [each.original for each in occurrences(item, window, limit, zone)]


def days(item: Item, **more) -> list[str]:
    return [(each.local if isinstance(each, Timed) else each).strftime("%m-%d") for each in starts(item, **more)]


@pytest.mark.parametrize(
    ("zone", "first", "window", "utc_hours"),
    [
        (MADRID, (2026, 10, 19, 9), (datetime(2026, 10, 18, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)), [7, 8]),
        (
            "America/New_York",
            (2026, 10, 26, 9),
            (datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC)),
            [13, 14],
        ),
        (
            "Australia/Lord_Howe",
            (2026, 9, 28, 9),
            (datetime(2026, 9, 27, tzinfo=UTC), datetime(2026, 10, 10, tzinfo=UTC)),
            [22.5, 22],
        ),
    ],
)
def test_a_weekly_meeting_stays_on_its_clock_over_a_dst_night(zone, first, window, utc_hours) -> None:
    found = starts(series(hour(at(*first, zone=zone)), "FREQ=WEEKLY"), window)
    assert [each.local.hour for each in found] == [9, 9]
    assert [each.instant.hour + each.instant.minute / 60 for each in found] == utc_hours


def test_a_night_shift_keeps_its_exact_length_over_a_dst_night() -> None:
    item = series(Span(at(2026, 10, 23, 23), at(2026, 10, 24, 7)), "FREQ=DAILY;COUNT=3")
    found = occurrences(item, (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)), 10, MADRID)
    assert [each.span.end.local.hour for each in found] == [7, 6, 7]


def test_a_time_that_the_dst_night_leaves_out_still_has_its_date() -> None:
    item = series(hour(at(2026, 3, 28, 2, 30)), "FREQ=DAILY;COUNT=3")
    found = starts(item, (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)))
    assert [each.local.day for each in found] == [28, 29, 30]
    assert found[1].instant == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_start_counts_as_the_first_date_even_where_the_rule_does_not_name_it() -> None:
    assert days(series(hour(at(2026, 12, 1, 9)), "FREQ=WEEKLY;BYDAY=FR;COUNT=3")) == ["12-01", "12-04", "12-11"]


def test_exdate_takes_out_by_instant_and_by_day() -> None:
    item = series(
        hour(at(2026, 12, 1, 9)),
        "FREQ=DAILY;COUNT=5",
        excluded=(at(2026, 12, 2, 8, zone="UTC"), date(2026, 12, 4), at(2026, 12, 5, 10)),
    )
    assert days(item) == ["12-01", "12-03", "12-05"]


def test_exdate_takes_out_days_of_an_all_day_series() -> None:
    item = series(
        day_span(date(2026, 12, 1)), "FREQ=DAILY;COUNT=4", excluded=(at(2026, 12, 2, 0, zone="UTC"), date(2026, 12, 1))
    )
    assert days(item) == ["12-03", "12-04"]


def test_rdate_adds_dates_periods_and_days() -> None:
    period = Span(at(2026, 12, 9, 9), at(2026, 12, 9, 12))
    item = series(
        hour(at(2026, 12, 1, 9)),
        "FREQ=DAILY;COUNT=2",
        dates=(period, at(2026, 12, 7, 15), date(2026, 12, 8), at(2026, 12, 2, 9)),
    )
    found = occurrences(item, WINDOW, 200, MADRID)
    assert [each.span.start.local.strftime("%d %H") for each in found] == ["01 09", "02 09", "07 15", "08 09", "09 09"]
    assert found[-1].span == period


def test_exrule_takes_out_what_it_names() -> None:
    item = series(hour(at(2026, 12, 1, 9)), "FREQ=DAILY;COUNT=8", excluded_rules=("FREQ=WEEKLY;BYDAY=SA,SU",))
    assert days(item) == ["12-01", "12-02", "12-03", "12-04", "12-07", "12-08"]


def test_several_rules_name_a_date_once() -> None:
    item = series(hour(at(2026, 12, 1, 9)), "FREQ=WEEKLY;COUNT=2", "FREQ=DAILY;COUNT=3")
    assert days(item) == ["12-01", "12-02", "12-03", "12-08"]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261203T080000Z", "12-03"),
        ("20261203T075959Z", "12-02"),
        ("20261203", "12-03"),
        ("20261203T090000", "12-03"),
        ("20261203T085959", "12-02"),
    ],
)
def test_until_in_utc_as_a_date_and_on_the_local_clock(until: str, last: str) -> None:
    assert days(series(hour(at(2026, 12, 1, 9)), f"FREQ=DAILY;UNTIL={until}"))[-1] == last


def test_until_with_a_time_against_an_all_day_start() -> None:
    assert days(series(day_span(date(2026, 12, 1)), "FREQ=DAILY;UNTIL=20261203T230000Z"))[-1] == "12-03"


def test_dates_that_reach_into_the_window_belong_to_it() -> None:
    item = series(Span(at(2026, 10, 1, 12), at(2026, 10, 4, 12)), "FREQ=WEEKLY;COUNT=6")
    window = (datetime(2026, 10, 18, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC))
    assert days(item, window=window) == ["10-15"]
    after = (datetime(2026, 10, 18, 10, tzinfo=UTC), datetime(2026, 10, 22, 10, tzinfo=UTC))
    assert days(item, window=after) == []


def test_all_day_dates_begin_where_the_user_is() -> None:
    item = series(day_span(date(2026, 12, 1)), "FREQ=DAILY")
    window = (datetime(2026, 12, 2, 23, 30, tzinfo=UTC), datetime(2026, 12, 3, 0, 30, tzinfo=UTC))
    assert days(item, window=window) == ["12-03"]
    assert days(item, window=window, zone="America/New_York") == ["12-02"]


def test_the_first_ones_of_the_window_are_kept_when_there_are_too_many() -> None:
    found = starts(series(hour(at(2020, 1, 1, 9)), "FREQ=DAILY"), limit=200)
    assert len(found) == 200
    assert found[0] == at(2026, 10, 26, 9)


@pytest.mark.parametrize("year", [1, 1970, 1990])
@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY", "FREQ=DAILY;COUNT=900000"],
)
def test_series_that_began_long_ago_are_entered_near_the_window(year: int, rule: str) -> None:
    found = starts(series(hour(at(year, 1, 2, 9, zone="UTC")), rule))
    assert found
    assert all(WINDOW[0] - timedelta(hours=1) < each.instant < WINDOW[1] for each in found)


def test_a_start_in_2038() -> None:
    window = (datetime(2038, 1, 18, tzinfo=UTC), datetime(2038, 1, 22, tzinfo=UTC))
    assert days(series(hour(at(2038, 1, 19, 4)), "FREQ=DAILY"), window=window) == ["01-19", "01-20", "01-21"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=20",
        "FREQ=DAILY;COUNT=5;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_rules_that_name_nothing_end(rule: str) -> None:
    assert starts(series(hour(at(1970, 1, 1, 9)), rule)) == []
    assert days(series(hour(at(2026, 12, 1, 9)), rule)) == ["12-01"]


def test_a_date_that_lasts_for_centuries() -> None:
    item = series(Span(at(1000, 1, 1, 9, zone="UTC"), at(9000, 1, 1, 9, zone="UTC")), "FREQ=YEARLY;COUNT=5")
    assert len(starts(item)) <= 5


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", "by the hour, the minute or the second"),
        ("FREQ=MINUTELY;INTERVAL=15", "by the hour"),
        ("freq=hourly", "by the hour"),
        ("FREQ=FORTNIGHTLY", "does not say whether"),
        ("BYDAY=MO", "does not say whether"),
        ("every monday", "cannot be read"),
        ("", "cannot be read"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1"),
        ("FREQ=DAILY;COUNT=99999999999", "COUNT="),
        ("FREQ=DAILY;UNTIL=soon", "no date"),
        ("FREQ=DAILY;UNTIL=20260231", "no date"),
        ("FREQ=WEEKLY;BYDAY=XX", "names no days"),
        ("FREQ=WEEKLY;WKST=1", "names no day"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "does not exist"),
        ("FREQ=MONTHLY;BYMONTHDAY=first", "no list of numbers"),
        ("FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE=0,10,20,30", "32 times a day"),
    ],
)
def test_rules_that_are_none_are_told_plainly(rule: str, reason: str) -> None:
    with pytest.raises(UnusableRule, match=reason):
        starts(series(hour(at(2026, 12, 1, 9)), rule))


def test_a_single_item_is_no_series() -> None:
    with pytest.raises(UnusableRule):
        starts(Item(Kind.EVENT, "u1", "One", hour(at(2026, 12, 1, 9))))
