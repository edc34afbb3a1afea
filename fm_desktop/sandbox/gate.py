"""What every request of a program passes before it is answered: log, faults and, at the API, rate limit and session."""

from __future__ import annotations

import asyncio
import json

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fm_desktop.sandbox.clock import moment_text
from fm_desktop.sandbox.errors import ApiError, no_session, too_many
from fm_desktop.sandbox.faults import Effects
from fm_desktop.sandbox.requests_log import Entry
from fm_desktop.sandbox.tenant import Tenant

_PORTAL = b"<!DOCTYPE html><html><head><title>Guest network</title></head><body><h1>Please sign in</h1></body></html>"


class Gate:
    """ASGI middleware before the API, mounted at its base path, or before the storage of files.

    `is_api` is false for the storage, which has no limit on requests and knows no sessions.
    """

    def __init__(self, app: ASGIApp, tenant: Tenant, base: str, *, is_api: bool = True) -> None:
        self._app = app
        self._tenant = tenant
        self._base = base
        self._is_api = is_api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(self._base)
        now = moment_text(self._tenant.clock.now())
        entry = Entry(scope["method"], path, scope["query_string"].decode("latin-1"), now)
        self._tenant.requests.add(entry)
        send = _noting(send, entry)
        if self._is_api and not self._tenant.bucket.take(self._tenant.switches.rate_limit):
            # Before the faults: a request over the limit uses up none of them.
            await _refuse(send, too_many(), self._tenant.switches.retry_after)
            return
        effects = self._tenant.faults.take(entry.method, path)
        if effects.latency:
            await asyncio.sleep(effects.latency)
        if effects.drop:
            await _hang_up(scope, receive)
        elif effects.html:
            await _answer(send, 200, _PORTAL, "text/html; charset=utf-8")
        elif effects.status is not None:
            broken = ApiError(effects.status, effects.status, "the service is having a bad day")
            await _refuse(send, broken, effects.retry_after)
        elif effects.lose_answer:
            await self._serve(scope, receive, _swallow, effects)
            await _hang_up(scope, receive)
        else:
            await self._serve(scope, receive, _halving(send) if effects.truncate else send, effects)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, effects: Effects) -> None:
        token = Headers(scope=scope).get("x-session-key")
        is_open = not self._is_api or scope["path"] == f"{self._base}/login"
        if not is_open and not self._tenant.sessions.is_valid(token or ""):
            why = "X-Session-Key is missing" if token is None else "the session is not valid or has expired"
            await _refuse(send, no_session(why))
            return
        scope["state"]["effects"] = effects
        await self._app(scope, receive, send)


async def _refuse(send: Send, refusal: ApiError, retry_after: float | None = None) -> None:
    headers = () if retry_after is None else ((b"retry-after", f"{retry_after:g}".encode()),)
    await _answer(send, refusal.status, json.dumps(refusal.body()).encode(), "application/json", headers)


async def _answer(
    send: Send, status: int, body: bytes, media_type: str, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    own = ((b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Closes the TCP connection without an answer. The server's protocol put the transport into the state."""
    scope["state"]["transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(_message: Message) -> None:
    """Takes the place of `send` where the answer is to be lost."""


def _noting(send: Send, entry: Entry) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
        await send(message)

    return noting


def _halving(send: Send) -> Send:
    start: list[Message] = []

    async def halving(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        body = message["body"][: len(message["body"]) // 2]
        headers = [each for each in start[0]["headers"] if each[0] != b"content-length"]
        start[0]["headers"] = [*headers, (b"content-length", str(len(body)).encode())]
        await send(start[0])
        await send({"type": "http.response.body", "body": body})

    return halving
