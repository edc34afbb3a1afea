"""Who may use the page and the switches: whoever shows the sandbox's key, from this computer."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from fm_desktop.sandbox.keys import Keys

COOKIE = "sandbox_key"
HEADER = "x-sandbox-key"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost"})


def has_key(connection: HTTPConnection, keys: Keys) -> bool:
    """True if the key came as `?key=`, in the header `X-Sandbox-Key` or in the page's cookie."""
    given = (
        connection.query_params.get("key"),
        connection.headers.get(HEADER),
        connection.cookies.get(COOKIE),
    )
    return any(keys.opens_page(each) for each in given if each is not None)


def is_loopback_name(host_header: str) -> bool:
    """Whether the Host header names this computer: a foreign name is a page trying to rebind DNS to us."""
    return host_header.partition(":")[0].lower() in LOOPBACK_HOSTS
