import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.crm.client import Page
from fm_desktop.crm.increment import OVERLAP, Mark, mark_from, read
from fm_desktop.port import Malformed

START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


class FakeList:
    """A list of the API in memory: rows by id, their time stamps, pages cut as the server likes."""

    def __init__(self, most_rows: int = 1000) -> None:
        self.most_rows = most_rows
        self.now = START
        self.rows: dict[int, dict] = {}
        self.requests = 0
        self.dated = True

    def put(self, *ids: int, every: timedelta = timedelta(milliseconds=1)) -> None:
        for each in ids:
            self.now += every
            name = "dateUpdated" if each in self.rows else "dateCreated"
            stamp = self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.rows[each] = {
                "id": each + 1,
                "dateUpdated": None,
                **self.rows.get(each, {}),
                name: stamp,
                "n": self.now.isoformat(),
            }

    def pages(self, path, where="", size=500):
        found = re.search(r"dateUpdated>='(.*?)'", where)
        since = datetime.fromisoformat(found[1]) if found else None
        number = 0
        while True:
            self.requests += 1
            rows = [
                row
                for row in sorted(self.rows.values(), key=lambda row: row["id"])
                if since is None or self._stamp(row) >= since
            ]
            most = min(size, self.most_rows)
            page = Page(tuple(rows[number * most : (number + 1) * most]), self.now if self.dated else None)
            yield page
            if not page.rows:
                return
            number += 1

    def _stamp(self, row) -> datetime:
        return datetime.fromisoformat(row["dateUpdated"] or row["dateCreated"])


class Reader:
    """Reads as the agenda does, and keeps what it knows."""

    def __init__(self, server: FakeList) -> None:
        self.server = server
        self.known: dict[str, dict] = {}
        self.mark = Mark()

    def read(self) -> int:
        """The number of requests it took."""
        before = self.server.requests
        reading = read(
            self.server, "calendar", "salesRepId=1", self.mark, lambda row: self.known.get(str(row["id"])) != row
        )
        self.known |= reading.rows
        self.mark = mark_from(reading.mark.to_text())
        assert self.mark == reading.mark
        return self.server.requests - before

    def is_up_to_date(self) -> bool:
        return self.known == {str(row["id"]): row for row in self.server.rows.values()}


def test_an_empty_list_is_one_request_and_stays_a_complete_reading():
    reader = Reader(FakeList())
    assert reader.read() == 1
    assert reader.mark.since is None
    reader.server.put(1)
    reader.read()
    assert reader.is_up_to_date()


@pytest.mark.parametrize("most_rows", [7, 50, 100, 1000])
@pytest.mark.parametrize("count", [1, 49, 50, 100, 500, 1203, 3000])
def test_right_after_any_number_of_rows_an_idle_read_is_one_request(count, most_rows):
    reader = Reader(FakeList(most_rows))
    reader.server.put(*range(count))
    reader.read()
    assert reader.is_up_to_date()
    assert [reader.read() for _ in range(3)] == [1, 1, 1]
    reader.server.put(5, count + 1)
    assert reader.read() == 2
    assert reader.is_up_to_date()
    assert reader.read() == 1


def test_a_first_sync_of_created_rows_and_its_echo_leave_one_request():
    reader = Reader(FakeList())
    reader.read()
    reader.server.put(*range(1000))
    assert reader.read() == 3
    assert reader.read() == 1


def test_an_import_that_shares_one_time_stamp_does_not_come_again_and_again():
    reader = Reader(FakeList())
    reader.server.put(*range(5), every=timedelta(minutes=1))
    reader.server.put(*range(100, 1400), every=timedelta(0))
    reader.read()
    assert reader.read() == 1
    reader.server.now += OVERLAP
    assert [reader.read(), reader.read()] == [1, 1]
    reader.server.put(7)
    reader.read()
    assert reader.is_up_to_date()


def test_the_overlap_is_two_minutes_where_there_is_room_and_shrinks_when_it_has_done_its_work():
    reader = Reader(FakeList())
    reader.server.put(*range(10), every=timedelta(minutes=1))
    reader.read()
    assert reader.mark.since == reader.mark.newest - OVERLAP
    reader.server.now += OVERLAP
    reader.read()
    assert reader.mark.since == reader.mark.newest


def test_a_row_that_shows_up_late_is_not_missed():
    reader = Reader(FakeList())
    reader.server.put(1, every=timedelta(minutes=1))
    late = dict(reader.server.rows[1], id=3)
    reader.server.put(3, every=timedelta(minutes=1))
    reader.read()
    reader.server.rows[2] = late
    reader.read()
    assert reader.is_up_to_date()


def test_without_the_servers_clock_the_overlap_stays():
    reader = Reader(FakeList())
    reader.server.dated = False
    reader.server.put(1)
    reader.read()
    reader.server.now += 2 * OVERLAP
    reader.read()
    assert reader.mark.since == reader.mark.newest - OVERLAP


def test_a_server_whose_clock_went_back_is_read_whole():
    reader = Reader(FakeList())
    reader.server.put(*range(5))
    reader.read()
    reader.server.now -= timedelta(hours=1)
    reader.server.put(3)
    reader.read()
    assert reader.is_up_to_date()


def test_pages_that_turn_short_lose_nothing():
    reader = Reader(FakeList())
    reader.server.put(*range(600))
    reader.read()
    reader.server.most_rows = 3
    reader.server.put(*range(100, 120), *range(700, 720))
    reader.read()
    assert reader.is_up_to_date()
    assert reader.read() == 1


def test_pages_that_turn_short_while_idle_delay_news_and_do_not_lose_it():
    reader = Reader(FakeList())
    reader.server.put(*range(600))
    reader.read()
    reader.server.most_rows = 3
    reader.server.put(900)
    assert reader.read() == 1
    assert not reader.is_up_to_date()
    reader.server.most_rows = 1000
    reader.read()
    assert reader.is_up_to_date()


@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 300), max_size=120), st.integers(0, 600), st.sampled_from([60, 100, 500])),
        max_size=8,
    )
)
def test_every_change_is_seen_whatever_the_pages(steps):
    reader = Reader(FakeList())
    for ids, seconds, most_rows in steps:
        reader.server.most_rows = most_rows
        reader.server.put(*ids)
        reader.server.now += timedelta(seconds=seconds)
        reader.read()
        assert reader.is_up_to_date()


@pytest.mark.parametrize(
    "text", [None, "", "nonsense", "[]", "{}", '{"newest": 5, "since": null, "seen": null, "pages": [null, 50]}']
)
def test_a_cursor_that_is_none_means_a_complete_reading(text):
    assert mark_from(text) == Mark()


def test_a_record_without_a_number_is_malformed():
    server = FakeList()
    server.rows[1] = {"id": None, "subject": "x", "dateCreated": "2026-11-25T08:00:00Z", "dateUpdated": None}
    with pytest.raises(Malformed):
        read(server, "calendar", "", Mark(), lambda row: True)
