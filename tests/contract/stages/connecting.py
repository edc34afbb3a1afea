"""What stages have in common: the providers that were connected are closed in the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Self, TypeVar

import pytest

from fm_desktop.mailport import MailSource
from fm_desktop.port import CalendarService
from tests.servers.tcp import TcpProxy

Service = TypeVar("Service", CalendarService, MailSource)


class Connecting(ABC, Generic[Service]):
    def __init__(self) -> None:
        self._connected: list[Service] = []

    @classmethod
    def begin(cls, request: pytest.FixtureRequest) -> Self:
        return cls()

    def connect(self) -> Service:
        service = self.connected()
        self._connected.append(service)
        return service

    @abstractmethod
    def connected(self) -> Service:
        """A provider as on a computer that was just set up."""

    def close(self) -> None:
        for each in self._connected:
            each.close()


class MailboxAtLine(Connecting[MailSource]):
    """A mailbox whose service is reached by a line that counts."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._line = TcpProxy(port)

    def crossed(self) -> int:
        return self._line.received

    def close(self) -> None:
        super().close()
        self._line.stop()
