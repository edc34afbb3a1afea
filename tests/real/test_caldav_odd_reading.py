"""Servers that report in their own way: each habit is a behaviour of the proxy in front of Radicale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import stamina

from fm_desktop.port import (
    Broken,
    Changes,
    Collection,
    CollectionGone,
    Malformed,
    Resource,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.real.caldav_samples import event
from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.proxy import DavProxy, Seen


class Reader:
    """Plays the engine's part: keeps the cursor and the revisions, and counts requests."""

    def __init__(self, provider: CalDavProvider, path: str, proxy: DavProxy) -> None:
        self.provider = provider
        self.calendar = Collection(path, "Work")
        self.proxy = proxy
        self.cursor: str | None = None
        self.known: dict[str, str | None] = {}
        self.asked: list[Seen] = []
        provider.connect()

    def read(self) -> Changes:
        self.proxy.forget_seen()
        changes = self.provider.changes(self.calendar, self.cursor, self._known)
        self.asked = list(self.proxy.seen)
        self.cursor = changes.cursor
        if changes.listed is not None:
            self.known = {path: revision for path, revision in self.known.items() if path in changes.listed}
        for path in changes.removed:
            self.known.pop(path, None)
        self.known.update((each.ref.id, each.revision) for each in changes.present)
        return changes

    def _known(self) -> Mapping[str, str | None]:
        return self.known


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions follow at once."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def reader(odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy) -> Reader:
    """A calendar of six events that was read once."""
    radicale_account.fill(odd_work, {f"{n}.ics": event(f"{n}@example.com", f"Event {n}") for n in range(6)})
    reader = Reader(odd, odd_work, proxy)
    assert len(reader.read().present) == 6
    return reader


def names(changes: Changes) -> set[str]:
    return {each.ref.id.rsplit("/", 1)[-1] for each in changes.present}


def change_everything(account: DavAccount, path: str) -> None:
    """One new, one changed, one deleted."""
    account.put(path, "new.ics", event("new@example.com", "New"))
    account.put(path, "1.ics", event("1@example.com", "Changed"))
    account.delete(path, "2.ics")


def assert_everything_seen(reader: Reader) -> None:
    expected = {f"{reader.calendar.id}{name}.ics" for name in ("0", "1", "3", "4", "5", "new")}
    assert set(reader.known) == expected


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 412, 500, 501, 507])
def test_refused_token_is_compared_with_a_listing_and_nothing_unchanged_is_fetched(
    reader: Reader, radicale_account: DavAccount, odd_work: str, status: int
) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.precondition(status, "D:valid-sync-token"))
    changes = reader.read()
    assert changes.listed is not None
    assert names(changes) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)


def test_forgotten_token_that_is_answered_by_everything_still_shows_deletions(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.forgetting_tokens)
    changes = reader.read()
    assert names(changes) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)
    assert reader.read().present == ()
    assert len(reader.asked) == 1


def test_token_that_relists_is_no_reason_to_fetch_again(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.relisting("/1.ics"))
    assert reader.read().present == ()
    assert reader.read().present == ()
    assert len(reader.asked) == 1
    change_everything(radicale_account, odd_work)
    assert names(reader.read()) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)


def test_announced_pages_are_followed(reader: Reader, radicale_account: DavAccount, odd_work: str) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.Paging(1, announced=True))
    assert names(reader.read()) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)
    assert reader.read().present == ()


def test_pages_without_end_are_replaced_by_a_listing(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    change_everything(radicale_account, odd_work)
    paging = habits.Paging(1, announced=True, resumable=False)
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(paging)
    changes = reader.read()
    assert changes.listed is not None
    assert names(changes) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)


def test_report_that_is_cut_without_a_word_goes_on_at_its_token(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.Paging(1, announced=False))
    for _ in range(4):
        reader.read()
    assert_everything_seen(reader)


def test_long_report_that_is_cut_without_a_word_is_read_to_its_end_at_once(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    radicale_account.fill(odd_work, {f"m{n}.ics": event(f"m{n}@example.com") for n in range(120)})
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.Paging(50, announced=False))
    assert len(reader.read().present) == 120
    assert reader.read().present == ()


def test_first_reading_does_not_trust_a_report_that_could_be_cut(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    radicale_account.fill(odd_work, {f"{n}.ics": event(f"{n}@example.com") for n in range(6)})
    proxy.on("REPORT", body_contains=habits.SYNC).then(habits.Paging(2, announced=False, resumable=False))
    reader = Reader(odd, odd_work, proxy)
    assert len(reader.read().listed or ()) == 6


def test_missing_multiget_entries_are_not_absent(reader: Reader, radicale_account: DavAccount, odd_work: str) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT", body_contains=habits.MULTIGET).then(habits.leaving_out("1.ics"))
    assert names(reader.read()) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)


def test_multiget_that_calls_everything_absent_is_not_believed(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    change_everything(radicale_account, odd_work)
    not_found = habits.edited(lambda tree: [tree.remove(each) for each in list(tree)] and None)
    reader.proxy.on("REPORT", body_contains=habits.MULTIGET).then(not_found)
    assert names(reader.read()) == {"new.ics", "1.ics"}


@pytest.mark.parametrize("status", [400, 403, 501])
def test_server_without_multiget_is_read_by_single_gets(
    reader: Reader, radicale_account: DavAccount, odd_work: str, status: int
) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT", body_contains=habits.MULTIGET).then(habits.status(status))
    assert names(reader.read()) == {"new.ics", "1.ics"}


def test_control_character_in_one_resource_does_not_spoil_the_batch(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT", body_contains=habits.MULTIGET).then(
        habits.status(207, b"<multistatus>\x0b</multistatus>")
    )
    assert names(reader.read()) == {"new.ics", "1.ics"}


def test_double_and_unsolicited_entries_are_ignored(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    change_everything(radicale_account, odd_work)
    reader.proxy.on("REPORT").then(habits.over_reporting)
    assert names(reader.read()) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)


def test_report_that_names_the_calendar_itself_is_understood(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.listing_itself)
    assert reader.read().present == ()
    assert len(reader.asked) == 1
    change_everything(radicale_account, odd_work)
    reader.read()
    assert_everything_seen(reader)


@pytest.mark.parametrize("status", [404, 410, 418])
def test_deletions_come_with_several_codes(
    reader: Reader, radicale_account: DavAccount, odd_work: str, status: int
) -> None:
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.deleted_as(status))
    change_everything(radicale_account, odd_work)
    reader.read()
    assert_everything_seen(reader)


def test_deletion_of_something_unknown_is_harmless(reader: Reader, odd_work: str) -> None:
    reader.proxy.on("REPORT", body_contains=habits.SYNC).then(habits.reporting_unknown_deletion("never-seen.ics"))
    changes = reader.read()
    assert changes.removed == (f"{odd_work}never-seen.ics",)
    assert changes.present == ()


def test_hrefs_are_the_same_however_they_are_escaped(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    for name in ("a@example.com.ics", "b@example.com.ics"):
        radicale_account.put(odd_work, name, event(name.removesuffix(".ics")))
    proxy.on("PROPFIND").then(habits.escaping("@", "%40"))
    reader = Reader(odd, odd_work, proxy)
    assert set(reader.read().listed or ()) == {f"{odd_work}a@example.com.ics", f"{odd_work}b@example.com.ics"}
    proxy.on("REPORT").then(habits.escaping("@", "%40"))
    radicale_account.put(odd_work, "a@example.com.ics", event("a@example.com", "Changed"))
    assert names(reader.read()) == {"a@example.com.ics"}
    assert set(reader.known) == {f"{odd_work}a@example.com.ics", f"{odd_work}b@example.com.ics"}


def test_weak_etags_are_compared_by_content(reader: Reader) -> None:
    reader.known = {path: f"W/{revision}" for path, revision in reader.known.items()}
    reader.cursor = None
    assert reader.read().present == ()


@pytest.mark.parametrize(
    ("missing", "kind"),
    [(("{DAV:}sync-token",), "ctag"), (("{DAV:}sync-token", "{http://calendarserver.org/ns/}getctag"), "etags")],
)
def test_server_without_sync_tokens_is_read_by_ctag_or_listing(
    odd: CalDavProvider,
    odd_work: str,
    radicale_account: DavAccount,
    proxy: DavProxy,
    missing: tuple[str, ...],
    kind: str,
) -> None:
    proxy.on("PROPFIND").then(habits.without_properties(*missing))
    radicale_account.fill(odd_work, {f"{n}.ics": event(f"{n}@example.com") for n in range(6)})
    reader = Reader(odd, odd_work, proxy)
    assert len(reader.read().present) == 6
    assert f'"{kind}"' in (reader.cursor or "")
    assert reader.read().present == ()
    assert len(reader.asked) == 1
    change_everything(radicale_account, odd_work)
    assert names(reader.read()) == {"new.ics", "1.ics"}
    assert_everything_seen(reader)


def test_listing_that_ended_early_is_no_listing(reader: Reader, odd_work: str) -> None:
    reader.proxy.on("PROPFIND").then(habits.edited(lambda tree: tree.append(habits.response_element(odd_work, 507))))
    reader.cursor = None
    with pytest.raises(Malformed, match="only a part"):
        reader.read()


def test_listing_of_another_place_is_no_empty_calendar(reader: Reader) -> None:
    reader.proxy.on("PROPFIND").then(habits.escaping("work/", "elsewhere/"))
    reader.cursor = None
    with pytest.raises(Malformed, match="another calendar"):
        reader.read()


def test_empty_listing_is_passed_on_as_it_is(reader: Reader) -> None:
    reader.proxy.on("PROPFIND").then(habits.empty)
    reader.cursor = None
    assert reader.read().listed == frozenset()


def test_web_page_instead_of_data_takes_nothing(reader: Reader) -> None:
    reader.proxy.on().then(habits.sign_in_page)
    with pytest.raises(Malformed, match="web page"):
        reader.read()


def test_read_that_fails_in_passing_is_repeated(reader: Reader) -> None:
    reader.proxy.on("REPORT").then(habits.status(502), times=1)
    reader.proxy.on("REPORT").then(habits.connection_cut, times=1)
    assert reader.read().present == ()
    assert len(reader.asked) == 3


def test_server_that_stays_broken_is_unreachable(reader: Reader) -> None:
    reader.proxy.on().then(habits.status(503))
    with pytest.raises(Unreachable, match="503"):
        reader.read()
    assert reader.cursor is not None


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {"Retry_After": "7"}, b"", 7.0),
        (503, {"Retry_After": "120"}, b"", 120.0),
        (429, {}, b"", None),
    ],
)
def test_slow_down_is_told_with_its_time(
    reader: Reader, status: int, headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    reader.proxy.on("REPORT").then(habits.status(status, body, **headers))
    with pytest.raises(Throttled) as caught:
        reader.read()
    assert caught.value.retry_after == seconds


def test_expired_sign_in_is_told(reader: Reader) -> None:
    reader.proxy.on().then(habits.status(401))
    with pytest.raises(SignInNeeded):
        reader.read()


def test_resource_that_may_not_be_read_is_put_aside(
    reader: Reader, radicale_account: DavAccount, odd_work: str
) -> None:
    radicale_account.put(odd_work, "1.ics", event("1@example.com", "Changed"))
    reader.proxy.on("GET", "1.ics").then(habits.status(403))
    (found,) = reader.read().present
    assert isinstance(found, Broken)
    assert "no permission" in found.reason


def test_calendar_that_vanished_is_gone(reader: Reader, radicale_account: DavAccount, odd_work: str) -> None:
    radicale_account.delete_calendar(odd_work)
    with pytest.raises(CollectionGone):
        reader.read()


def test_resources_are_found_where_search_lies(reader: Reader, odd_work: str) -> None:
    reader.proxy.on("REPORT", body_contains=b"calendar-query").then(habits.over_reporting)
    (found,) = reader.provider.find(odd_work, ["3@example.com"])
    assert isinstance(found, Resource)
    assert found.uid == "3@example.com"
    reader.proxy.on("REPORT", body_contains=b"calendar-query").then(habits.status(501))
    assert reader.provider.find(odd_work, ["3@example.com"]) == ()
