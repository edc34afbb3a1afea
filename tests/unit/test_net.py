import pytest

from fm_desktop.net import is_loopback


@pytest.mark.parametrize("host", ["localhost", "LocalHost.", "ip6-localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_names_of_this_computer(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "x", "10.0.0.1", "0.0.0.0", "localhost.example", "127.0.0.1.example", "a.localhost", "2130706433", "[::2]"],
)
def test_anything_else_may_be_overheard(host):
    assert not is_loopback(host)
