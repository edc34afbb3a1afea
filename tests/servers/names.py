"""The names of a network: which port of loopback a host's port really is, and which names are not found."""

from __future__ import annotations

import socket
from typing import Any

import pytest

_Found = list[tuple[Any, ...]]


class Names:
    """Stands in for the resolver of this process, so that programs use real addresses. Names it does not know are asked
    of the system."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ask_system = socket.getaddrinfo
        self._ports: dict[tuple[str, int], int] = {}
        self._lost: set[str] = set()
        monkeypatch.setattr(socket, "getaddrinfo", self._getaddrinfo)

    def lead(self, host: str, port: int, to: int) -> None:
        """Connections to this port of the host go to a port of loopback from now on."""
        self._ports[host, port] = to
        self._lost.discard(host)

    def lose(self, host: str) -> None:
        """The name is not found any more, until it is led somewhere."""
        self._lost.add(host)

    def _getaddrinfo(self, host: Any, port: Any, *more: Any, **named: Any) -> _Found:
        name = host.decode("ascii") if isinstance(host, bytes) else host
        if name in self._lost:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        led = self._ports.get((name, int(port))) if isinstance(name, str) and str(port).isdigit() else None
        if led is None:
            return self._ask_system(host, port, *more, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", led))]
