"""A token endpoint in memory."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs

import httpx2
import pytest

from fm_desktop.providers.oauth import endpoint as token_endpoint


def id_token(**claims: object) -> str:
    return f"head.{urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.signature"


class Endpoint:
    """Answers every request with what it was told; `asked` are the forms it got."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[dict[str, str]] = []
        self.status, self.headers, self.body = 200, {}, b"{}"
        transport = httpx2.MockTransport(self._answer)
        make = httpx2.Client
        monkeypatch.setattr(token_endpoint.httpx2, "Client", lambda **more: make(transport=transport, **more))

    def tell(self, status: int, body: object, **headers: str) -> None:
        self.status, self.headers = status, {key.replace("_", "-"): value for key, value in headers.items()}
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append({key: values[0] for key, values in parse_qs(request.content.decode()).items()})
        return httpx2.Response(self.status, headers=self.headers, content=self.body)
