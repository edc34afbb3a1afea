"""Faults on demand, in any combination; each names the operation it is meant for, or any."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from tests.servers.ews.errors import SoapFault, server_busy


@dataclass(slots=True)
class Gate:
    """A request that waits: `reached` is set when it is there, `release` lets it go on."""

    operation: str | None
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        self.released.set()


@dataclass(slots=True)
class _Planned:
    operation: str | None
    times: int

    def take(self, operation: str) -> bool:
        if self.times < 1 or self.operation not in (None, operation):
            return False
        self.times -= 1
        return True


@dataclass(slots=True)
class _Refusal(_Planned):
    status: int = 503
    fault: SoapFault | None = None


class Faults:
    def __init__(self) -> None:
        self._lost: list[_Planned] = []
        self._refusals: list[_Refusal] = []
        self._gates: list[Gate] = []
        self.blocked = False  # EWS is switched off for the organisation, as Exchange Online answers

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._lost.clear()
        self._refusals.clear()

    def lose_answer(self, operation: str | None = None, times: int = 1) -> None:
        """The request is carried out; the connection ends before the answer."""
        self._lost.append(_Planned(operation, times))

    def refuse(self, status: int, times: int = 1, operation: str | None = None) -> None:
        """A status without SOAP, nothing carried out: 503 and 500 of a proxy, 401 where Exchange means "slow down"."""
        self._refusals.append(_Refusal(operation, times, status))

    def busy(self, times: int = 1, milliseconds: int = 1000, operation: str | None = None) -> None:
        """ErrorServerBusy with BackOffMilliseconds ("EWS throttling in Exchange")."""
        self._refusals.append(_Refusal(operation, times, 500, server_busy(milliseconds)))

    def hold(self, operation: str | None = None) -> Gate:
        """The next request waits until it is released."""
        gate = Gate(operation)
        self._gates.append(gate)
        return gate

    def wait(self, operation: str) -> None:
        for gate in list(self._gates):
            if gate.operation in (None, operation):
                self._gates.remove(gate)
                gate.reached.set()
                gate.released.wait(60)

    def refusal(self, operation: str) -> tuple[int, SoapFault | None] | None:
        found = next((each for each in self._refusals if each.take(operation)), None)
        return (found.status, found.fault) if found else None

    def loses(self, operation: str) -> bool:
        return any(each.take(operation) for each in self._lost)

    def release_all(self) -> None:
        for gate in self._gates:
            gate.release()
