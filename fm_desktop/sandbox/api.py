"""The API v4 over HTTP, on a tenant's store."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from fm_desktop.sandbox.errors import ApiError, invalid, missing, no_session, unknown_resource
from fm_desktop.sandbox.faults import Effects
from fm_desktop.sandbox.gate import Gate
from fm_desktop.sandbox.resources import EMAILS, RESOURCES, schema
from fm_desktop.sandbox.tenant import Tenant

BASE = "/api/v4"
_DEFAULT_PAGE = 50
_LONGEST_NUMBER = 15  # digits: more never fit a page's offset or an id

Handler = Callable[[Request], Awaitable[Response]]


def api(tenant: Tenant) -> ASGIApp:
    """The ASGI application to mount at `BASE`."""
    handlers = Handlers(tenant)
    router = Router(
        [
            Route("/login", _answering(handlers.login), methods=["POST"]),
            Route("/{resource}", _answering(handlers.list), methods=["GET"]),
            Route("/{resource}", _answering(handlers.create), methods=["POST"]),
            Route("/{resource}/schema", _answering(handlers.schema), methods=["GET"]),
            Route("/{resource}/{id}", _answering(handlers.get), methods=["GET"]),
            Route("/{resource}/{id}", _answering(handlers.update), methods=["PUT"]),
            Route("/{resource}/{id}", _answering(handlers.delete), methods=["DELETE"]),
        ],
        default=_no_such_path,
        redirect_slashes=False,
    )
    return Gate(router, tenant, BASE)


def storage(tenant: Tenant) -> ASGIApp:
    """Where locators lead, to mount at `uploads.BASE`: a service of its own beside the API, with the same bad days."""
    return Gate(Router([Route("/{name}", tenant.uploads.put, methods=["PUT"])]), tenant, "", is_api=False)


class Handlers:
    """One method per operation of the API."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._store = tenant.store

    async def login(self, request: Request) -> Response:
        body = await _body(request)
        if not self._tenant.keys.is_pair(body.get("username"), body.get("password")):
            raise no_session("the public or the private key is wrong")
        return _json({"token": self._tenant.sessions.begin(self._tenant.switches.token_lifetime)})

    async def list(self, request: Request) -> Response:
        effects: Effects = request.scope["state"]["effects"]
        size = self._page_size(request, effects)
        page = _whole("page", request.query_params.get("page", "0"), least=0)
        text = self._store.list_json(
            request.path_params["resource"],
            where=request.query_params.get("where", ""),
            order=request.query_params.get("order", ""),
            limit=size,
            offset=page * size,
            stale=effects.stale,
        )
        return Response(text, media_type="application/json")

    async def create(self, request: Request) -> Response:
        resource = request.path_params["resource"]
        row_id = self._store.create(resource, await _body(request), self._writer(request))
        return _json(self._tenant.uploads.answer_to_create(resource, row_id, _origin(request)))

    async def schema(self, request: Request) -> Response:
        found = RESOURCES.get(request.path_params["resource"])
        if found is None:
            raise unknown_resource(request.path_params["resource"])
        return _json(schema(found))

    async def get(self, request: Request) -> Response:
        resource = request.path_params["resource"]
        text = self._store.get_json(resource, _row_id(request))
        if self._tenant.switches.deleted_by_id == "missing" and json.loads(text)["deleted"]:
            raise missing()
        if resource == EMAILS.name:
            return _json(self._tenant.uploads.with_locators(json.loads(text), _origin(request)))
        return Response(text, media_type="application/json")

    async def update(self, request: Request) -> Response:
        body = await _body(request)
        self._store.update(request.path_params["resource"], _row_id(request), body, self._writer(request))
        return _json({"Message": "entity updated"})

    async def delete(self, request: Request) -> Response:
        self._store.delete(request.path_params["resource"], _row_id(request), self._writer(request))
        return _json({"Message": "entity deleted"})

    def _page_size(self, request: Request, effects: Effects) -> int:
        asked = request.headers.get("count") or request.headers.get("x-fm-entity-count")
        size = _DEFAULT_PAGE if asked is None else _whole("Count", asked, least=1)
        size = min(size, int(self._tenant.switches.max_page_size))
        return size if effects.most_rows is None else min(size, max(effects.most_rows, 1))

    def _writer(self, request: Request) -> int | None:
        """The user of `X-Sandbox-User`, for the audit fields; None means the record's owner."""
        given = request.headers.get("x-sandbox-user")
        if given is None:
            return None
        user = _whole("X-Sandbox-User", given, least=1)
        try:
            self._store.get_json("users", user)
        except ApiError as error:
            raise invalid(f"X-Sandbox-User: there is no user {user}") from error
        return user


def _answering(handler: Handler) -> Handler:
    async def answering(request: Request) -> Response:
        try:
            return await handler(request)
        except ApiError as error:
            return _json(error.body(), error.status)

    return answering


async def _no_such_path(scope: Any, receive: Any, send: Any) -> None:
    error = unknown_resource(scope["path"].removeprefix(BASE)[:60])
    await _json(error.body(), error.status)(scope, receive, send)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid("the body is not JSON") from error
    if not isinstance(body, dict):
        raise invalid("the body is not a JSON object")
    return body


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _origin(request: Request) -> str:
    """This server as the client calls it."""
    return f"{request.url.scheme}://{request.headers['host']}"


def _row_id(request: Request) -> int:
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise missing()
    return int(text)


def _whole(name: str, text: str, *, least: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and int(text) >= least):
        raise invalid(f"{name}: {text[:20]!r} is not a whole number of at least {least}")
    return int(text)


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")
