"""What every API request passes before it is answered: log, faults, rate limit, session."""

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
    """ASGI middleware before the API, mounted at its base path."""

    def __init__(self, app: ASGIApp, tenant: Tenant, base: str) -> None:
        self._app = app
        self._tenant = tenant
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(self._base)
        entry = Entry(
            scope["method"], path, scope["query_string"].decode("latin-1"), moment_text(self._tenant.clock.now())
        )
        self._tenant.requests.add(entry)
        effects = self._tenant.faults.take(entry.method, path)
        if effects.latency:
            await asyncio.sleep(effects.latency)
        if effects.drop:
            await _hang_up(scope, receive)
            return
        if effects.html:
            await _answer(_noting(send, entry), 200, _PORTAL, "text/html; charset=utf-8")
            return
        refusal = self._refusal(scope, path, effects)
        if refusal is not None:
            await self._refuse(_noting(send, entry), refusal, effects)
            return
        scope["state"]["effects"] = effects
        if effects.lose_answer:
            await self._app(scope, receive, _swallow)
            await _hang_up(scope, receive)
            return
        if effects.truncate:
            send = _halving(send)
        await self._app(scope, receive, _noting(send, entry))

    def _refusal(self, scope: Scope, path: str, effects: Effects) -> ApiError | None:
        tenant = self._tenant
        if effects.status is not None:
            return ApiError(effects.status, effects.status, "the service is having a bad day")
        if not tenant.bucket.take(tenant.switches.rate_limit):
            return too_many()
        if path == "/login":
            return None
        token = Headers(scope=scope).get("x-session-key")
        if token is None:
            return no_session("X-Session-Key is missing")
        if not tenant.sessions.is_valid(token):
            return no_session("the session is not valid or has expired")
        return None

    async def _refuse(self, send: Send, refusal: ApiError, effects: Effects) -> None:
        wait = effects.retry_after
        if wait is None and refusal.status == 429:
            wait = self._tenant.switches.retry_after
        headers = () if wait is None else ((b"retry-after", f"{wait:g}".encode()),)
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
