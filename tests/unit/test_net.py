from datetime import UTC, datetime

import pytest

from fm_desktop.net import http_date, is_loopback


@pytest.mark.parametrize("host", ["localhost", "LocalHost.", "ip6-localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_names_of_this_computer(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "x", "10.0.0.1", "0.0.0.0", "localhost.example", "127.0.0.1.example", "a.localhost", "2130706433", "[::2]"],
)
def test_anything_else_may_be_overheard(host):
    assert not is_loopback(host)


@pytest.mark.parametrize("text", ["", "soon", "0", "Wed, 99 Nov 2026 10:00:00 GMT", "Wed, 25 Nov 99999 10:00:00 GMT"])
def test_a_date_of_http_that_is_none_is_left_aside(text):
    assert http_date(text) is None


def test_a_date_of_http_is_a_moment():
    assert http_date("Wed, 25 Nov 2026 10:00:00 GMT") == datetime(2026, 11, 25, 10, tzinfo=UTC)
