"""What changed in a calendar: the delta is a bell, and absence proves nothing."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from fm_desktop.port import Broken, Changes, CollectionGone, Malformed
from tests.unit.graph.mailbox import LINK, Mailbox, removed
from tests.unit.graph.samples import event, weekly
from tests.unit.graph.wire import failed, ok, page

CAL = "GET calendars/CAL="


def one(identity: str, key: str = "1", **more: object) -> dict[str, object]:
    return event(id=identity, changeKey=key, iCalUId=f"uid-{identity}", **{"@odata.etag": f'W/"{key}"'}, **more)


def ids(changes: Changes) -> list[str]:
    return [each.ref.id for each in changes.present]


def test_first_reading_is_a_complete_listing_whatever_the_window_shows() -> None:
    mailbox = Mailbox(one("a"), one("b"))
    found = mailbox.changes(None)
    assert ids(found) == ["a", "b"]
    assert found.listed == frozenset({"a", "b"})
    assert found.removed == ()
    assert mailbox.asked == [f"{CAL}/calendarView/delta", f"{CAL}/events"]


def test_idle_reading_is_one_request() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    again = mailbox.changes(first.cursor, first)
    assert (again.present, again.removed, again.listed) == ((), (), None)
    assert again.cursor != first.cursor
    assert mailbox.asked == [f"{CAL}/calendarView/delta"]


def test_our_own_write_is_no_news() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.rounds = [[one("a")]]
    assert mailbox.changes(first.cursor, first).present == ()
    assert len(mailbox.asked) == 1


def test_changed_and_new_ones_are_read_by_themselves() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.items |= {"a": one("a", "2", subject="Later"), "b": one("b")}
    mailbox.rounds = [[{"id": "a", "@odata.etag": 'W/"2"'}, {"id": "b", "@odata.etag": 'W/"1"'}]]
    found = mailbox.changes(first.cursor, first)
    assert ids(found) == ["a", "b"]
    assert found.listed is None
    assert mailbox.asked == [f"{CAL}/calendarView/delta", f"{CAL}/events/a", f"{CAL}/events/b"]


def test_what_left_the_window_is_not_removed() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.items["a"] = one("a", "2", subject="In three years")
    mailbox.rounds = [[removed("a")]]
    found = mailbox.changes(first.cursor, first)
    assert (ids(found), found.removed) == (["a"], ())


def test_what_is_really_away_is_removed() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.items.clear()
    mailbox.rounds = [[removed("a")]]
    assert mailbox.changes(first.cursor, first).removed == ("a",)


def test_what_went_to_another_calendar_is_removed_from_this_one() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.elsewhere.add("a")
    mailbox.rounds = [[removed("a")]]
    assert mailbox.changes(first.cursor, first).removed == ("a",)


def test_an_answer_that_fails_is_no_removal() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.items["a"] = {"id": "a"}
    mailbox.rounds = [[{"id": "a"}]]
    (found,) = mailbox.changes(first.cursor, first).present
    assert isinstance(found, Broken)


def test_listing_that_lets_one_slip_through_is_held_against_what_is_known() -> None:
    mailbox = Mailbox(one("a"), one("b"), one("c"))
    first = mailbox.changes(None)
    mailbox.unlisted.add("b")
    del mailbox.items["c"]
    found = mailbox.changes(None, first)
    assert found.listed == frozenset({"a", "b"})


@pytest.mark.parametrize(
    "told", [failed(410, "SyncStateNotFound"), failed(400, "SyncStateInvalid"), failed(410), failed(400, "BadRequest")]
)
def test_lost_state_means_a_comparison(told: object) -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.rounds = [told]
    found = mailbox.changes(first.cursor, first)
    assert (found.listed, found.present) == (frozenset({"a"}), ())


def test_old_window_is_opened_anew_with_a_comparison() -> None:
    mailbox = Mailbox(one("a"))
    first = mailbox.changes(None)
    mailbox.now += timedelta(days=29)
    found = mailbox.changes(first.cursor, first)
    assert (found.listed, found.present) == (frozenset({"a"}), ())


@pytest.mark.parametrize("cursor", ["", "nonsense", '{"link": 1}', '{"link": "x", "opened": "soon"}'])
def test_cursor_of_another_kind_means_a_comparison(cursor: str) -> None:
    assert Mailbox(one("a")).changes(cursor).listed == frozenset({"a"})


def test_calendar_that_is_away_is_told() -> None:
    mailbox = Mailbox()
    mailbox.rounds = [failed(404, "ErrorItemNotFound")]
    with pytest.raises(CollectionGone):
        mailbox.changes(None)


@pytest.mark.parametrize("told", [page(), ok(value=[{"id": ""}]), page(3, delta=f"{LINK}9")])
def test_delta_that_is_none_is_not_taken_for_quiet(told: object) -> None:
    mailbox = Mailbox()
    mailbox.rounds = [told]
    with pytest.raises(Malformed):
        mailbox.changes(None)


def test_many_changes_are_read_as_a_listing() -> None:
    mailbox = Mailbox(*(one(f"{number:03}") for number in range(60)))
    first = mailbox.changes(None)
    mailbox.items = {name: one(name, "2") for name in mailbox.items}
    mailbox.rounds = [list(mailbox.items.values())]
    found = mailbox.changes(first.cursor, first)
    assert len(found.present) == 60
    assert mailbox.asked == [f"{CAL}/calendarView/delta", f"{CAL}/events"]


# --- series --------------------------------------------------------------------------------------


def test_series_is_listed_once_and_read_with_its_dates() -> None:
    mailbox = Mailbox(one("a"), weekly())
    found = mailbox.changes(None)
    assert ids(found) == ["a", "MASTER="]
    assert f"{CAL}/events/MASTER=" in mailbox.asked
    assert len(getattr(found.present[1], "items", ())) == 2


def test_changed_date_makes_its_series_be_read() -> None:
    mailbox = Mailbox(weekly())
    first = mailbox.changes(None)
    mailbox.rounds = [[{"id": "EXCEPTION=", "type": "exception", "seriesMasterId": "MASTER="}]]
    found = mailbox.changes(first.cursor, first)
    assert ids(found) == ["MASTER="]
    assert mailbox.asked == [f"{CAL}/calendarView/delta", f"{CAL}/events/MASTER="]


def test_R24_removed_date_that_names_no_series_makes_all_series_be_read() -> None:
    mailbox = Mailbox(one("a"), weekly())
    first = mailbox.changes(None)
    mailbox.rounds = [[removed("OCCURRENCE=")]]
    found = mailbox.changes(first.cursor, first)
    assert ids(found) == ["MASTER="]
    assert found.listed == frozenset({"a", "MASTER="})


def test_series_that_cannot_be_had_is_told_by_its_title_and_stops_no_other() -> None:
    mailbox = Mailbox(one("a"), weekly())
    mailbox.refused.add("MASTER=")
    found = mailbox.changes(None)
    (_, broken) = found.present
    assert isinstance(broken, Broken)
    assert (broken.title, broken.uid) == ("Weekly", "040000008200E00074C5B7101A82E008")
    assert found.listed == frozenset({"a", "MASTER="})


def test_calendar_that_was_emptied_is_listed_twice_and_not_asked_item_by_item() -> None:
    mailbox = Mailbox(*(one(f"{number:03}") for number in range(60)))
    first = mailbox.changes(None)
    mailbox.items.clear()
    found = mailbox.changes(None, first)
    assert found.listed == frozenset()
    assert mailbox.asked == [f"{CAL}/calendarView/delta", f"{CAL}/events", f"{CAL}/events"]


def test_our_own_deletion_is_no_news() -> None:
    mailbox = Mailbox(one("a"), one("b"))
    first = mailbox.changes(None)
    mailbox.answers["DELETE"] = httpx2.Response(204)
    mailbox.provider.delete(mailbox.resource("b"))
    del mailbox.items["b"]
    mailbox.rounds = [[removed("b")]]
    found = mailbox.changes(first.cursor, Changes(first.present[:1], (), ""))
    assert (found.present, found.removed, len(mailbox.asked)) == ((), (), 1)
