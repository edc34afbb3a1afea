"""What all services over HTTP have in common: what a request is for, what a failed exchange means, who tries again."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final, TypeVar

import httpx2

from fm_desktop.net import LONGEST_RETRY_AFTER, http_date, tls_failure
from fm_desktop.port import OutcomeUnknown, PortError, Throttled, Unreachable

_Result = TypeVar("_Result")

_ATTEMPTS: Final = 3
# Longer ones are for the engine, which then leaves the service alone for that time.
_LONGEST_WAIT: Final = 15.0


class Purpose(Enum):
    """What a request is for: decides what a missing address and a lost answer mean."""

    READ = "read"
    READ_ITEM = "read item"
    WRITE = "write"
    CREATE = "create"

    @property
    def writes(self) -> bool:
        return self in (Purpose.WRITE, Purpose.CREATE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer. `url` is the address it came from, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def is_html(self) -> bool:
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body[:256].lstrip().lower().startswith((b"<!doctype html", b"<html"))


class TransientFailure(Exception):
    """Failed in a way that a repetition may cure, with nothing done; carries the error to raise if it does not."""

    def __init__(self, final: PortError) -> None:
        super().__init__(str(final))
        self.final = final


_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


def transport_error(error: httpx2.TransportError, host: str, purpose: Purpose) -> PortError | TransientFailure:
    """What a failed exchange means."""
    if isinstance(error, _NOT_SENT):
        return _not_connected(error, host)
    if purpose.writes:
        return OutcomeUnknown(
            f"{host} did not answer, so it is not known whether the change was stored.",
            "Nothing to do: it is checked by itself before anything else is written.",
        )
    unreachable = Unreachable(f"{host} did not answer.", "Nothing to do: syncing tries again by itself.")
    # A kept connection that the server had closed in the meantime is no failure of the server.
    if isinstance(error, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return TransientFailure(unreachable)
    return unreachable


def _not_connected(error: httpx2.TransportError, host: str) -> Unreachable:
    failure = tls_failure(error)
    if isinstance(failure, ssl.SSLCertVerificationError):
        return Unreachable(
            f"The certificate of {host} could not be verified, so no password was sent.",
            "If your company uses its own certificates, ask your administrator to install its root certificate.",
        )
    if failure is not None:
        return Unreachable(
            f"No encrypted connection to {host} could be made.",
            "Check that no sign-in page of a network stands in between; syncing tries again by itself.",
        )
    return Unreachable(f"No connection to {host}.", "Check the internet connection; syncing tries again by itself.")


def retry_after(value: str | None) -> float | None:
    """Seconds to wait, from a `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdecimal():  # not isdigit: that takes “²”, which is no number
        return min(float(value), LONGEST_RETRY_AFTER)
    moment = http_date(value)
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - datetime.now(UTC)).total_seconds()), LONGEST_RETRY_AFTER)


def patiently(purpose: Purpose, attempt: Callable[[], _Result], sleep: Callable[[float], None]) -> _Result:
    """Reads are tried again where that may help and does not take long. Writes never are. Raises the port's errors."""
    tries = 1 if purpose.writes else _ATTEMPTS
    for number in range(1, tries + 1):
        try:
            return attempt()
        except TransientFailure as failure:
            final: PortError = failure.final
            wait = 0.3 * 2**number
        except Throttled as error:
            final, wait = error, 2.0**number if error.retry_after is None else error.retry_after
        if number == tries or wait > _LONGEST_WAIT:
            raise final
        sleep(wait)
    raise AssertionError("the loop returns or raises")
