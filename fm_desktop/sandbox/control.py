"""The switches, faults and the request log over HTTP, for whoever has the sandbox's key."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fm_desktop.sandbox.access import has_key
from fm_desktop.sandbox.tenant import Tenant


def routes(tenant: Tenant) -> list[Route]:
    """`/sandbox/faults` and `/sandbox/requests`."""
    control = Control(tenant)
    return [
        Route("/sandbox/faults", control.faults, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/sandbox/requests", control.requests, methods=["GET", "DELETE"]),
    ]


class Control:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def faults(self, request: Request) -> Response:
        """GET shows faults and switches; POST adds a fault; PUT sets switches; DELETE `?id=` removes one, or all."""
        if not has_key(request, self._tenant.keys):
            return _refused()
        try:
            if request.method == "POST":
                return JSONResponse({"id": self._add(await _object(request))})
            if request.method == "PUT":
                self._set(await _object(request))
            if request.method == "DELETE":
                self._remove(request.query_params.get("id"))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(self._shown())

    async def requests(self, request: Request) -> Response:
        """GET shows the counters and the last requests; DELETE resets them."""
        if not has_key(request, self._tenant.keys):
            return _refused()
        if request.method == "DELETE":
            self._tenant.requests.reset()
        return JSONResponse(self._tenant.requests.as_json())

    def _shown(self) -> dict[str, object]:
        switches = asdict(self._tenant.switches) | {"clock_offset": self._tenant.clock.offset}
        return {"faults": self._tenant.faults.as_json(), "switches": switches}

    def _add(self, body: dict[str, Any]) -> int:
        return self._tenant.faults.add(body.pop("kind", ""), **body)

    def _set(self, body: dict[str, Any]) -> None:
        offset = body.pop("clock_offset", None)
        self._tenant.switches.set(body)
        if offset is not None:
            self._tenant.clock.offset = float(offset)

    def _remove(self, fault_id: str | None) -> None:
        if fault_id is None:
            self._tenant.faults.clear()
        else:
            self._tenant.faults.remove(int(fault_id))


async def _object(request: Request) -> dict[str, Any]:
    body = json.loads(await request.body())
    if not isinstance(body, dict):
        raise ValueError("a JSON object is needed")
    return body


def _refused() -> Response:
    return JSONResponse({"error": "the sandbox's key is needed: ?key=, the header X-Sandbox-Key, or its cookie"}, 403)
