"""Faults on demand: what a real service and the network before it do on bad days.

A fault may be narrowed to a method and a path, may let some requests pass first, and may end by
itself after some. The clock's offset and the behaviour at limits are switches, not faults.
"""

from __future__ import annotations

import fnmatch
import itertools
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """`value` means: seconds for LATENCY, the code for STATUS, rows for SHORT_PAGES, seconds for STALE_READS."""

    LATENCY = "latency"
    STATUS = "status"
    LOSE_ANSWER = "lose_answer"
    DROP = "drop"
    SHORT_PAGES = "short_pages"
    STALE_READS = "stale_reads"
    TRUNCATE = "truncate"
    HTML = "html"


_NEEDS_VALUE = {FaultKind.LATENCY, FaultKind.STATUS, FaultKind.SHORT_PAGES}


@dataclass(slots=True)
class Fault:
    """`path` is a shell-style pattern relative to the API's base: `/calendar`, `/calendar/*`.

    `skip` requests that match pass unharmed first; `count` is how many are harmed, None for all.
    """

    kind: FaultKind
    value: float | None = None
    method: str | None = None
    path: str | None = None
    count: int | None = None
    skip: int = 0
    retry_after: float | None = None
    id: int = field(default=0)

    def matches(self, method: str, path: str) -> bool:
        return self.method in (None, method) and (self.path is None or fnmatch.fnmatchcase(path, self.path))


@dataclass(frozen=True, slots=True)
class Effects:
    """What happens to one request."""

    latency: float = 0.0
    status: int | None = None
    retry_after: float | None = None
    lose_answer: bool = False
    drop: bool = False
    truncate: bool = False
    html: bool = False
    most_rows: int | None = None
    stale: float | None = None


UNHARMED = Effects()


class Faults:
    """The faults in force. Each method returns the fault's number, for `remove`."""

    def __init__(self, *, on_stale: Callable[[], None], on_fresh: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)
        self._on_stale = on_stale
        self._on_fresh = on_fresh

    def latency(self, seconds: float, **scope: Any) -> int:
        """Every answer comes this much later."""
        return self.add(FaultKind.LATENCY, value=seconds, **scope)

    def status(self, code: int, *, retry_after: float | None = None, **scope: Any) -> int:
        """Answers with this HTTP status; nothing is stored."""
        return self.add(FaultKind.STATUS, value=code, retry_after=retry_after, **scope)

    def lose_answer(self, **scope: Any) -> int:
        """Does what was asked, then closes the connection without an answer."""
        return self.add(FaultKind.LOSE_ANSWER, **scope)

    def drop(self, **scope: Any) -> int:
        """Closes the connection before anything is done."""
        return self.add(FaultKind.DROP, **scope)

    def short_pages(self, rows: int, **scope: Any) -> int:
        """Lists give at most so many rows a page though more were asked for and exist; the next page goes on there."""
        return self.add(FaultKind.SHORT_PAGES, value=rows, **scope)

    def stale_reads(self, seconds: float | None = None, **scope: Any) -> int:
        """Lists show the records of up to `seconds` ago; with None, those of now until the fault is removed."""
        return self.add(FaultKind.STALE_READS, value=seconds, **scope)

    def truncate(self, **scope: Any) -> int:
        """Does what was asked, and answers with the first half of the JSON text."""
        return self.add(FaultKind.TRUNCATE, **scope)

    def html(self, **scope: Any) -> int:
        """Answers 200 with a web page, as the sign-in page of a hotel's network does; nothing is stored."""
        return self.add(FaultKind.HTML, **scope)

    def add(
        self,
        kind: FaultKind | str,
        *,
        value: float | None = None,
        method: str | None = None,
        path: str | None = None,
        count: int | None = None,
        skip: int = 0,
        retry_after: float | None = None,
    ) -> int:
        """Puts a fault in force. Raises `ValueError` for a kind that is not there or lacks its value."""
        kind = FaultKind(kind)
        if kind in _NEEDS_VALUE and (value is None or float(value) < 0):
            raise ValueError(f"the fault {kind} needs a number as its value, not {value!r}")
        fault = Fault(kind, value, method, path, count, skip, retry_after, next(self._ids))
        if kind is FaultKind.STALE_READS:
            self._on_stale()
        with self._lock:
            self._faults.append(fault)
        return fault.id

    def remove(self, fault_id: int) -> None:
        with self._lock:
            self._faults = [each for each in self._faults if each.id != fault_id]
            stale = any(each.kind is FaultKind.STALE_READS for each in self._faults)
        if not stale:
            self._on_fresh()

    def clear(self) -> None:
        with self._lock:
            self._faults = []
        self._on_fresh()

    @property
    def active(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def take(self, method: str, path: str) -> Effects:
        """What the faults do to this request; those limited by a count are used up by it."""
        if not self._faults:
            return UNHARMED
        with self._lock:
            hits = [each for each in self._faults if each.matches(method, path)]
            harmful = [each for each in hits if _use(each)]
            self._faults = [each for each in self._faults if each.count != 0]
        return _effects(harmful) if harmful else UNHARMED

    def as_json(self) -> list[dict[str, object]]:
        return [asdict(each) for each in self.active]


def _use(fault: Fault) -> bool:
    if fault.skip > 0:
        fault.skip -= 1
        return False
    if fault.count is not None:
        fault.count -= 1
    return True


def _effects(faults: list[Fault]) -> Effects:
    kinds = {each.kind: each for each in faults}
    refusal = kinds.get(FaultKind.STATUS)
    short = kinds.get(FaultKind.SHORT_PAGES)
    stale = kinds.get(FaultKind.STALE_READS)
    return Effects(
        latency=sum(each.value or 0.0 for each in faults if each.kind is FaultKind.LATENCY),
        status=int(refusal.value) if refusal and refusal.value is not None else None,
        retry_after=refusal.retry_after if refusal else None,
        lose_answer=FaultKind.LOSE_ANSWER in kinds,
        drop=FaultKind.DROP in kinds,
        truncate=FaultKind.TRUNCATE in kinds,
        html=FaultKind.HTML in kinds,
        most_rows=int(short.value) if short and short.value is not None else None,
        stale=(float("inf") if stale.value is None else stale.value) if stale else None,
    )
