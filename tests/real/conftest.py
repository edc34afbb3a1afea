"""Fixtures of the tests against real CalDAV servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fm_desktop.providers.caldav.provider import CalDavProvider
from tests.servers.account import DavAccount
from tests.servers.proxy import DavProxy


@pytest.fixture
def provider(dav_account: DavAccount) -> Iterator[CalDavProvider]:
    """The provider of a new user, on Radicale and on Xandikos."""
    provider = CalDavProvider(dav_account.url, dav_account.user, dav_account.password, user_zone="Europe/Madrid")
    yield provider
    provider.close()


@pytest.fixture
def work(dav_account: DavAccount) -> str:
    """The path of an empty calendar of that user."""
    return dav_account.make_calendar("work", label="Work", colour="#ff8800")


@pytest.fixture
def odd(radicale_account: DavAccount, proxy: DavProxy) -> Iterator[CalDavProvider]:
    """The provider of a new user at Radicale, through the proxy that can pretend to be another server.

    The account itself goes directly to Radicale: the proxy sees what the provider does, and only that.
    """
    account = radicale_account
    provider = CalDavProvider(proxy.url, account.user, account.password, user_zone="Europe/Madrid")
    yield provider
    provider.close()


@pytest.fixture
def odd_work(radicale_account: DavAccount) -> str:
    """The path of an empty calendar of that user."""
    return radicale_account.make_calendar("work", label="Work")
