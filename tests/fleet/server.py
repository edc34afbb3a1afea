"""The modelled CRM of one tenant: its limit on requests, its sessions, its bad hours, and a count of who asked when."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2

SESSION_SECONDS = 3_600.0


@dataclass
class TenantServer:
    """`limit` requests a second for everybody together, as a bucket of one second, None for no limit (CRM API 2.8);
    `retry_after`: what it says with a 429, None for nothing. `outages`: from, to, in seconds."""

    limit: float | None = None
    retry_after: float | None = None
    outages: tuple[tuple[float, float], ...] = ()
    asked: Counter[int] = field(default_factory=Counter)
    served: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    sign_ins: Counter[int] = field(default_factory=Counter)
    _full_at: float = -math.inf

    def answer(self, now: float, method: str, path: str, session: str) -> httpx2.Response:
        """Raises httpx2's error where nobody is there."""
        second = int(now)
        self.asked[second] += 1
        if any(begin <= now < end for begin, end in self.outages):
            raise httpx2.ConnectError("nobody is there")
        if not self._lets_in(now):
            self.refused[second] += 1
            headers = {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:.0f}"}
            return httpx2.Response(429, headers=headers)
        self.served[second] += 1
        if path.endswith("/login"):
            self.sign_ins[second] += 1
            return httpx2.Response(200, json={"token": f"{now:.3f}"})
        if not session or now - float(session) > SESSION_SECONDS:
            return httpx2.Response(401)
        return httpx2.Response(200, content=b"[]" if method == "GET" else b'{"id": 1}')

    def _lets_in(self, now: float) -> bool:
        if self.limit is None:
            return True
        interval = 1 / self.limit
        due = max(now, self._full_at)
        if due - now > 1.0 - interval + 1e-9:
            return False
        self._full_at = due + interval
        return True


class Wire(httpx2.BaseTransport):
    """What the program's client sends its requests over, in place of a network."""

    def __init__(self, server: TenantServer, clock: Callable[[], float]) -> None:
        self._server = server
        self._clock = clock

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        session = request.headers.get("X-Session-Key", "")
        return self._server.answer(self._clock(), request.method, request.url.path, session)


def peak(counts: Counter[int], begin: float = 0.0, end: float = math.inf) -> int:
    """The most in any second."""
    return max((number for second, number in counts.items() if begin <= second < end), default=0)


def total(counts: Counter[int], begin: float = 0.0, end: float = math.inf) -> int:
    return sum(number for second, number in counts.items() if begin <= second < end)
