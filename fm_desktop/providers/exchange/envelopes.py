"""A request as exchangelib's services put it into SOAP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from exchangelib.credentials import DELEGATE
from exchangelib.services.common import EWSAccountService
from exchangelib.version import EXCHANGE_2013_SP1, Version

from fm_desktop.providers.exchange.operations import Operation

# What MS-OXWSCORE calls the version of a request; every server that is still maintained understands it.
_VERSION: Final = Version(build=EXCHANGE_2013_SP1)


@dataclass(frozen=True, slots=True)
class _Zone:
    """What a service asks of exchangelib's `EWSTimeZone`, which does not know the youngest zones of Windows."""

    ms_id: str


@dataclass(frozen=True, slots=True)
class _Protocol:
    """What a service asks of exchangelib's `Protocol`. Its own one is kept, password and all, until the process ends,
    and asks the server for its version and its zones."""

    version: Version = _VERSION
    credentials: None = None


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """What a service asks of exchangelib's `Account`. `default_timezone` is that in which days without a time are to be
    understood."""

    default_timezone: _Zone | None
    protocol: _Protocol = _Protocol()
    version: Version = _VERSION
    access_type: str = DELEGATE


def envelope(operation: Operation, zone: str = "") -> bytes:
    """A SOAP request. `zone`: the Windows zone in which days without a time are to be understood."""
    if issubclass(operation.service, EWSAccountService):
        mailbox = _Mailbox(_Zone(zone) if zone else None)
        service = operation.service(account=mailbox)
    else:
        service = operation.service(protocol=_Protocol())
    data: bytes = service.wrap(operation.payload(service), api_version=_VERSION.api_version)
    return data
