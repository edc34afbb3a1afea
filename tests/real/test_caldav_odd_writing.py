"""Servers that store in their own way: nothing is lost, doubled or overwritten at any of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

import httpx2
import pytest
import stamina

from fm_desktop.model.items import Kind
from fm_desktop.model.projection import Patch, Projection
from fm_desktop.model.times import Span, Timed
from fm_desktop.port import (
    Conflict,
    Gone,
    OutcomeUnknown,
    PortError,
    Refused,
    Resource,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.real.caldav_samples import event
from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.process import free_port
from tests.servers.proxy import DavProxy

MEETING = Projection(Kind.EVENT, "Meeting", Span(Timed(datetime(2026, 11, 25, 9)), Timed(datetime(2026, 11, 25, 10))))


def named(account: DavAccount, proxy: DavProxy, quirks: str) -> CalDavProvider:
    return CalDavProvider(proxy.url, account.user, account.password, user_zone="UTC", quirks=quirks)


@pytest.fixture
def google(radicale_account: DavAccount, proxy: DavProxy) -> Iterator[CalDavProvider]:
    """Honours If-Match only."""
    provider = named(radicale_account, proxy, "google")
    proxy.on("PUT").then(habits.ignoring("If-None-Match"))
    yield provider
    provider.close()


@pytest.fixture
def sogo(radicale_account: DavAccount, proxy: DavProxy) -> Iterator[CalDavProvider]:
    """A conditional PUT creates what is not there."""
    provider = named(radicale_account, proxy, "sogo")
    proxy.on("PUT").then(habits.conditional_put_creates)
    yield provider
    provider.close()


def stored(provider: CalDavProvider, work: str, name: str = "uid-1.ics") -> Resource:
    (found,) = provider.fetch(work, [work + name])
    assert isinstance(found, Resource)
    return found


def test_create_looks_first_where_the_condition_is_ignored(
    google: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    radicale_account.put(odd_work, "uid-1.ics", event("uid-1", "Already there"))
    with pytest.raises(Conflict):
        google.create(odd_work, "uid-1", MEETING)
    assert stored(google, odd_work).items[0].title == "Already there"
    proxy.forget_seen()
    google.create(odd_work, "uid-2", MEETING)
    assert [each.method for each in proxy.seen] == ["GET", "PUT"]


def test_update_of_a_deleted_item_does_not_create_it_again(
    sogo: CalDavProvider, odd_work: str, radicale_account: DavAccount
) -> None:
    radicale_account.put(odd_work, "uid-1.ics", event("uid-1"))
    seen = stored(sogo, odd_work)
    radicale_account.delete(odd_work, "uid-1.ics")
    with pytest.raises(Gone):
        sogo.update(seen, Patch(title="Ours"))
    assert radicale_account.list(odd_work) == {}


def test_update_is_refused_where_a_fresh_look_shows_a_change(
    sogo: CalDavProvider, odd_work: str, radicale_account: DavAccount
) -> None:
    radicale_account.put(odd_work, "uid-1.ics", event("uid-1"))
    seen = stored(sogo, odd_work)
    radicale_account.put(odd_work, "uid-1.ics", event("uid-1", "Changed meanwhile"))
    with pytest.raises(Conflict):
        sogo.update(seen, Patch(title="Ours"))
    with pytest.raises(Conflict):
        sogo.delete(seen)


def test_answer_without_an_etag_leaves_the_revision_open(odd: CalDavProvider, odd_work: str, proxy: DavProxy) -> None:
    proxy.on("PUT").then(habits.without_etag)
    created = odd.create(odd_work, "uid-1", MEETING)
    assert created.revision is None
    current = stored(odd, odd_work)
    assert current.revision is not None
    assert odd.update(current, Patch(title="Ours")).revision is None


def test_weak_etags_are_sent_back_as_they_came(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    radicale_account.put(odd_work, "uid-1.ics", event("uid-1"))
    proxy.on("GET").then(habits.weak_etag)
    proxy.on("PUT").then(habits.weak_etag)
    seen = stored(odd, odd_work)
    assert (seen.revision or "").startswith('W/"')
    odd.update(seen, Patch(title="Ours"))
    assert [each.headers["If-Match"] for each in proxy.seen if "If-Match" in each.headers] == [seen.revision]
    with pytest.raises(Conflict):
        odd.update(seen, Patch(title="Again"))


def test_answers_whose_etag_is_used_are_asked_for_uncompressed(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    radicale_account.put(odd_work, "uid-1.ics", event("uid-1"))
    proxy.forget_seen()
    stored(odd, odd_work)
    assert {each.headers["Accept-Encoding"] for each in proxy.seen} == {"identity"}


def test_address_chosen_by_the_server_is_taken(odd: CalDavProvider, odd_work: str, proxy: DavProxy) -> None:
    proxy.on("PUT").then(habits.stored_elsewhere("server-name.ics"), times=1)
    created = odd.create(odd_work, "uid-1", MEETING)
    assert created.ref.id == f"{odd_work}server-name.ics"
    assert stored(odd, odd_work, "server-name.ics").uid == "uid-1"


def test_server_that_lets_other_items_be_overwritten_is_probed_by_uid(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    proxy.on("PUT").then(habits.other_uid_overwrites)
    radicale_account.put(odd_work, "uid-1.ics", event("somebody-else"))
    assert odd.find(odd_work, ["uid-1"]) == ()


@pytest.mark.parametrize("habit", [habits.answer_lost, habits.connection_cut, habits.sign_in_page, habits.status(502)])
def test_write_without_a_usable_answer_is_unknown_and_is_never_repeated(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy, habit: habits.Behaviour
) -> None:
    radicale_account.put(odd_work, "uid-2.ics", event("uid-2"))
    seen = stored(odd, odd_work, "uid-2.ics")
    for method in ("PUT", "DELETE"):
        proxy.on(method).then(habit)
    proxy.forget_seen()
    with pytest.raises(OutcomeUnknown):
        odd.create(odd_work, "uid-1", MEETING)
    with pytest.raises(OutcomeUnknown):
        odd.update(seen, Patch(title="Ours"))
    with pytest.raises(OutcomeUnknown):
        odd.delete(seen)
    assert (proxy.count("PUT"), proxy.count("DELETE")) == (2, 1)


def test_lost_answer_is_cleared_up_by_the_probe(odd: CalDavProvider, odd_work: str, proxy: DavProxy) -> None:
    proxy.on("PUT").then(habits.answer_lost, times=1)
    with pytest.raises(OutcomeUnknown):
        odd.create(odd_work, "uid-1", MEETING)
    (found,) = odd.find(odd_work, ["uid-1"])
    assert found.uid == "uid-1"
    proxy.on("PUT").then(habits.connection_cut, times=1)
    with pytest.raises(OutcomeUnknown):
        odd.create(odd_work, "uid-2", MEETING)
    assert odd.find(odd_work, ["uid-2"]) == ()


def test_time_out_after_storing_is_unknown(radicale_account: DavAccount, odd_work: str, proxy: DavProxy) -> None:
    release = threading.Event()
    proxy.on("PUT").then(habits.answer_held(release))
    client = httpx2.Client(timeout=httpx2.Timeout(5.0, read=0.3), trust_env=False)
    provider = CalDavProvider(
        proxy.url, radicale_account.user, radicale_account.password, user_zone="UTC", client=client
    )
    with pytest.raises(OutcomeUnknown, match="not known whether"):
        provider.create(odd_work, "uid-1", MEETING)
    release.set()
    assert len(radicale_account.list(odd_work)) == 1
    provider.close()


@pytest.mark.parametrize(
    ("habit", "error", "words"),
    [
        (habits.precondition(403, "D:need-privileges"), Refused, "may not change"),
        (habits.precondition(403, "C:no-uid-conflict"), Conflict, "there already"),
        (habits.precondition(409, "C:no-uid-conflict"), Conflict, "there already"),
        (habits.precondition(403, "C:supported-calendar-component"), Refused, "items of this kind"),
        (habits.precondition(403, "C:max-resource-size"), Refused, "larger"),
        (habits.precondition(409, "C:valid-calendar-data"), Refused, "invalid"),
        (habits.status(400), Refused, "status 400"),
        (habits.status(403), Refused, "no permission"),
        (habits.status(409), Conflict, "in the meantime"),
        (habits.status(413), Refused, "larger"),
        (habits.status(507), Refused, "used up"),
        (habits.status(501), Refused, "501"),
        (habits.status(429, Retry_After="5"), Throttled, "slow down"),
        (habits.status(403, b'{"reason": "rateLimitExceeded"}'), Throttled, "slow down"),
        (habits.status(401), SignInNeeded, "password"),
        (habits.moved("https://portal.example.net/", 302), OutcomeUnknown, "a web page answered"),
    ],
)
def test_refusals_are_told_in_words(
    odd: CalDavProvider, odd_work: str, proxy: DavProxy, habit: habits.Behaviour, error: type[PortError], words: str
) -> None:
    odd.connect()
    proxy.on("PUT").then(habit)
    with pytest.raises(error, match=words) as caught:
        odd.create(odd_work, "uid-1", MEETING)
    assert "radicale password" not in str(caught.value)
    assert proxy.count("PUT") == 1


def test_a_lock_is_waited_for_and_then_told(odd: CalDavProvider, odd_work: str, proxy: DavProxy) -> None:
    """RFC 4918 section 11.3: nothing was done, so that even a write may be tried again."""
    with stamina.set_testing(True, attempts=3):
        odd.connect()
        proxy.on("PUT").then(habits.status(423), times=2)
        odd.create(odd_work, "uid-1", MEETING)
        assert proxy.count("PUT") == 3
        proxy.on("PUT").then(habits.status(423))
        with pytest.raises(Throttled, match="locked"):
            odd.create(odd_work, "uid-2", MEETING)


def test_server_that_is_not_there_is_unreachable(radicale_account: DavAccount) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/"
    provider = CalDavProvider(nowhere, radicale_account.user, radicale_account.password, user_zone="UTC")
    with pytest.raises(Unreachable, match="No connection"):
        provider.connect()
    provider.close()


def test_update_at_a_calendar_server_that_is_not_there_changed_nothing(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    radicale_account.put(odd_work, "uid-1.ics", event("uid-1"))
    seen = stored(odd, odd_work)
    proxy.stop()
    with pytest.raises((Unreachable, OutcomeUnknown)):
        odd.update(seen, Patch(title="Ours"))
    with pytest.raises(Unreachable):
        odd.update(seen, Patch(title="Ours"))
