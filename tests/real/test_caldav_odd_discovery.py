"""Servers that are found and signed in to in their own way: habits of the proxy in front of Radicale."""

from __future__ import annotations

import pytest

from fm_desktop.port import Collection, Refused
from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.real.caldav_samples import event
from tests.servers import personality as habits
from tests.servers.account import DavAccount
from tests.servers.proxy import DavProxy


def test_home_on_another_host_gets_the_password_too(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    other = DavProxy(proxy.upstream.geturl())
    habits.home_on(proxy, other)
    radicale_account.put(odd_work, "1.ics", event("1@example.com"))
    assert {each.id for each in odd.collections()} == {odd_work}
    changes = odd.changes(Collection(odd_work, "Work"), None, dict)
    assert len(changes.present) == 1
    assert other.count("PROPFIND") == 3
    other.stop()


def test_server_that_never_challenges_still_gets_the_password(
    odd: CalDavProvider, odd_work: str, proxy: DavProxy
) -> None:
    proxy.on().then(habits.unauthorised_without_challenge)
    assert {each.id for each in odd.collections()} == {odd_work}


def test_redirect_to_a_stranger_does_not_get_the_password(odd: CalDavProvider, proxy: DavProxy) -> None:
    proxy.on().then(habits.moved("http://calendar.example.net/"))
    with pytest.raises(Refused, match="no calendar service"):
        odd.connect()


def test_redirect_on_the_same_host_is_followed(
    odd: CalDavProvider, odd_work: str, radicale_account: DavAccount, proxy: DavProxy
) -> None:
    proxy.on("PROPFIND", "/.well-known/caldav").then(habits.moved("/"))
    proxy.on("PROPFIND", "/lost/").then(habits.status(404))
    lost = CalDavProvider(proxy.url + "lost/", radicale_account.user, radicale_account.password, user_zone="UTC")
    assert lost.principal().endswith(f"/{radicale_account.user}/")
    lost.close()


def test_server_without_calendars_is_refused_in_words(odd: CalDavProvider, proxy: DavProxy) -> None:
    proxy.on("PROPFIND").then(habits.without_properties("{urn:ietf:params:xml:ns:caldav}calendar-home-set"))
    with pytest.raises(Refused, match="names no calendars"):
        odd.connect()
