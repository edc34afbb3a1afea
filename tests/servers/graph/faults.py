"""What can be made to go wrong, each by itself or several at once. Every switch matches requests by method and part of the path."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from tests.servers.graph.errors import GraphError
from tests.servers.graph.wire import Request

_CODES = {
    429: ("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    500: ("ErrorInternalServerError", "An internal server error occurred. The operation failed."),
    502: ("BadGateway", "The server committed an error."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
    504: ("GatewayTimeout", "The server did not answer in time."),
}


@dataclass(slots=True)
class Match:
    method: str | None
    path: str
    left: int

    def takes(self, request: Request) -> bool:
        """Whether the switch is for this request; one use of it is then spent."""
        wanted = self.method in (None, request.method) and self.path.lower() in request.path.lower()
        if not wanted or self.left <= 0:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class Refusal(Match):
    status: int = 503
    retry_after: int | None = None

    def error(self) -> GraphError:
        code, message = _CODES[self.status]
        headers = {} if self.retry_after is None else {"Retry_After": str(self.retry_after)}
        return GraphError(self.status, code, message, **headers)


@dataclass(slots=True)
class Hold(Match):
    reached: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    released: threading.Event = field(default_factory=threading.Event)

    def wait_until_reached(self, timeout: float = 30) -> None:
        assert self.reached.acquire(timeout=timeout), "no such request came"

    def release(self) -> None:
        self.released.set()


class Faults:
    """The switches. `refuse` and `hold` act before anything is done, `lose_answers` after everything is stored."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []
        self._losses: list[Match] = []
        self._cuts: list[Match] = []
        self._holds: list[Hold] = []
        self.page_size: int | None = None
        """No page is longer than this."""
        self.clock_offset = timedelta()
        self.lag = 0
        """New items are left out of so many listings after they were made."""
        self.repeated_transaction_returns_event = False
        """A POST with a transaction id that was used answers with the first event instead of 409."""
        self.expired: tuple[int, str] | None = None
        """(tokens issued up to here are dead, the code that says so)."""

    def refuse(
        self, status: int, *, times: int = 1, method: str | None = None, path: str = "", retry_after: int | None = None
    ) -> None:
        self._refusals.append(Refusal(method, path, times, status, retry_after))

    def lose_answers(self, *, times: int = 1, method: str | None = None, path: str = "") -> None:
        """The request is carried out, and the connection cut instead of an answer."""
        self._losses.append(Match(method, path, times))

    def cut(self, *, times: int = 1, method: str | None = None, path: str = "") -> None:
        """The connection is cut, and nothing is carried out."""
        self._cuts.append(Match(method, path, times))

    def hold(self, *, times: int = 1, method: str | None = None, path: str = "") -> Hold:
        """Requests wait, before anything is done, until `release()`."""
        made = Hold(method, path, times)
        self._holds.append(made)
        return made

    def release_all(self) -> None:
        for hold in self._holds:
            hold.release()

    def clear(self) -> None:
        """Nothing goes wrong any more. What is held is let go, links that died stay dead."""
        self.release_all()
        for each in (self._refusals, self._losses, self._cuts, self._holds):
            each.clear()

    def waiting_for(self, request: Request) -> Hold | None:
        return next((hold for hold in self._holds if hold.takes(request)), None)

    def refusal_of(self, request: Request) -> GraphError | None:
        found = next((refusal for refusal in self._refusals if refusal.takes(request)), None)
        return found.error() if found else None

    def is_cut(self, request: Request) -> bool:
        return any(cut.takes(request) for cut in self._cuts)

    def is_lost(self, request: Request) -> bool:
        return any(loss.takes(request) for loss in self._losses)
