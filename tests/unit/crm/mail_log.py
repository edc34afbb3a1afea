"""The log of messages at a ForceManager that answers by a script."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx2

from fm_desktop.crm.budget import Budget
from fm_desktop.crm.client import CrmClient
from fm_desktop.crm.emails import CrmMailLog
from fm_desktop.model.message import Attachment

URL = "https://crm.example/api/v4"
PLACE = "https://files.example/000000090.pdf?signature=abc"
MOMENT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def attachment(content=b"abc", name="offer.pdf", size=None) -> Attachment:
    return Attachment(name, "application/pdf", len(content) if size is None else size, lambda: iter([content]))


class Service:
    """Answers sign-ins, and everything else by a script, one step per request; keeps what was asked."""

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.seen: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/login"):
            return httpx2.Response(200, json={"token": "the-key"})
        request.read()
        self.seen.append(request)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def asked(self, name: str) -> list[str]:
        queries = [parse_qs(request.url.query.decode()) for request in self.seen]
        return [value for query in queries for value in query.get(name, ())]


def log_of(service: Service, url: str = URL, budget: Budget | None = None, cancel=None) -> CrmMailLog:
    budget = budget or Budget(None, wait=lambda seconds, event: False)
    transport = httpx2.MockTransport(service)
    return CrmMailLog(CrmClient(url, "public-1", "private-1", budget, transport=transport, cancel=cancel), 5)


def ok(value) -> httpx2.Response:
    return httpx2.Response(200, json=value)
