"""A Graph that is a function: what the client sends, and what it makes of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2

from fm_desktop.providers.graph.session import BASE, GraphSession

Answering = Callable[[httpx2.Request], httpx2.Response]


class Tokens:
    """Gives `token-1`, and another one for each that was refused."""

    def __init__(self) -> None:
        self.number = 1

    def fresh(self) -> str:
        return f"token-{self.number}"

    def refused(self, token: str) -> None:
        assert token == self.fresh()
        self.number += 1


class Wire:
    """Answers one request after the other with what it was given; the last one is repeated."""

    def __init__(self, *answers: httpx2.Response | Exception | Answering, tokens: Tokens | None = None) -> None:
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.waited: list[float] = []
        client = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        self.session = GraphSession(tokens or Tokens(), client=client, sleep=self.waited.append)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else answer(request)

    @property
    def targets(self) -> list[str]:
        return [str(each.url).removeprefix(f"{BASE}/") for each in self.requests]


def ok(**value: Any) -> httpx2.Response:
    return httpx2.Response(200, json=value)


def page(*entries: Any, link: str = "", delta: str = "") -> httpx2.Response:
    value: dict[str, Any] = {"value": list(entries)}
    value |= {"@odata.nextLink": link} if link else {}
    value |= {"@odata.deltaLink": delta} if delta else {}
    return httpx2.Response(200, json=value)


def failed(status: int, code: str = "", **headers: str) -> httpx2.Response:
    body = json.dumps({"error": {"code": code, "message": "Words of the service."}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, content=body, headers={"content-type": "application/json", **named})


def in_pieces(*pieces: bytes, fails: bool = False) -> httpx2.Response:
    def stream() -> Iterator[bytes]:
        yield from pieces
        if fails:
            raise httpx2.ReadError("reset")

    return httpx2.Response(200, content=stream())
