"""What an answer of the API means, in the errors of the port. Pure; what is UNKNOWN of it lives here (CRM API 2.7).

The one distinction everything rests on: a read may be repeated, and a write whose answer is unusable
may have been stored (`OutcomeUnknown`), unless no connection was ever made.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx2

from fm_desktop.net import LONGEST_RETRY_AFTER, http_date, tls_failure
from fm_desktop.port import (
    Gone,
    Malformed,
    OutcomeUnknown,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.untrusted import json_of

_LATER = "Nothing to do: syncing tries again by itself."
_CHECK_CONNECTION = "Check the internet connection. Syncing tries again by itself."
_CHECK_KEYS = (
    "Enter the public and the private API key again. An administrator finds them in ForceManager under "
    "Settings > Integrations > API key management."
)
_CHECK_ADDRESS = "Check the ForceManager address in the settings."

# No connection was made, or none was free: the request never left.
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, `path` below the API's base address."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any] | None = None
    is_login: bool = False

    @property
    def repeatable(self) -> bool:
        """Reads and sign-ins change nothing, so a lost answer is no loss."""
        return self.method == "GET" or self.is_login

    @property
    def record(self) -> str:
        """The id of the single record the path names, '' for a list."""
        last = self.path.rpartition("/")[2]
        return last if last.isdigit() else ""


def lost(call: Call, reason: str) -> PortError:
    """The request was sent and no usable answer came."""
    if call.repeatable:
        return Unreachable(f"ForceManager did not answer: {reason}.", _LATER)
    return OutcomeUnknown(
        f"ForceManager did not confirm a change ({reason}), so it is not known whether it was stored.",
        "Nothing to do: syncing looks it up before anything is sent again.",
    )


def transport_error(call: Call, error: httpx2.HTTPError) -> PortError:
    if isinstance(error, _NEVER_SENT):
        failure = tls_failure(error)
        if isinstance(failure, ssl.SSLCertVerificationError):
            return Unreachable(
                "The connection to ForceManager is not secure: its certificate is not trusted on this computer.",
                "Ask your IT department whether its own certificate authority must be installed here.",
            )
        if failure is not None:
            return Unreachable(
                "No encrypted connection to ForceManager could be made.",
                "Open a web page to see whether this network asks you to sign in. Syncing tries again by itself.",
            )
        return Unreachable("ForceManager cannot be reached.", _CHECK_CONNECTION)
    if isinstance(error, httpx2.DecodingError):
        return unreadable(call, "the answer is damaged")
    if isinstance(error, httpx2.TimeoutException):
        return lost(call, "the time allowed for an answer ran out")
    return lost(call, "the connection broke")


def may_be_repeated(call: Call, error: httpx2.HTTPError) -> bool:
    """A lost answer of a read. Being offline is told at once instead: repeating would only delay that."""
    return call.repeatable and not isinstance(error, (*_NEVER_SENT, httpx2.DecodingError))


def unreadable(call: Call, reason: str) -> PortError:
    """An answer arrived which is not the API's: a network's sign-in page, a proxy's error page."""
    if call.repeatable:
        return Malformed(
            f"The answer from ForceManager could not be read: {reason}.",
            "Open a web page to see whether this network asks you to sign in. " + _CHECK_ADDRESS,
        )
    return lost(call, reason)


def is_trouble(status: int) -> bool:
    """A server that could not do its work this time (408 is listed among the API's own answers, 2.7)."""
    return status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT


def parsed(call: Call, response: httpx2.Response) -> Any:
    """The JSON of a successful answer. Raises what any other answer means."""
    if not response.is_success:
        raise error_of(call, response)
    try:
        return json_of(response.content)
    except ValueError as error:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        reason = "it is a web page and no data" if kind == "text/html" else "it is no valid JSON"
        raise unreadable(call, reason) from error


def error_of(call: Call, response: httpx2.Response) -> PortError:
    status = response.status_code
    if is_trouble(status):
        return lost(call, f"it reports an error of its own, HTTP {status}")
    if response.is_redirect or status < 400:
        # The page of a network that wants its own sign-in says nothing about the keys.
        return unreadable(call, f"it points to another place, HTTP {status}")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return throttled(retry_after(response))
    if call.is_login or status == HTTPStatus.UNAUTHORIZED:
        return SignInNeeded("ForceManager did not accept the API keys.", _CHECK_KEYS)
    code, text = complaint(response)
    if call.record and _says_missing(status, code, text):
        return Gone(f"Record {call.record} is not in ForceManager any more.", _LATER)
    if status == HTTPStatus.NOT_FOUND or code == 910:
        return Refused(f"ForceManager does not know “{call.path}”.", _CHECK_ADDRESS)
    if status == HTTPStatus.FORBIDDEN:
        return Refused(
            f"ForceManager does not allow this: {text or 'no reason was given'}.",
            "Ask an administrator what the API keys may do.",
        )
    return Refused(
        f"ForceManager refused the request: {text or f'HTTP {status} without a reason'}.",
        "Change the item and it is tried again; if it stays refused, show this message to an administrator.",
    )


def throttled(seconds: float | None) -> Throttled:
    return Throttled("ForceManager asks to send fewer requests for a while.", seconds)


def complaint(response: httpx2.Response) -> tuple[int | None, str]:
    """Code and text of an error. Of its shape only `{code, error}` is documented, for calls (2.7); the
    others are what re-publishers guess, and are read as well."""
    try:
        body = json_of(response.content)
    except ValueError:
        return None, ""
    if not isinstance(body, dict):
        return None, ""
    low = {str(name).lower(): value for name, value in body.items()}
    code = low.get("code")
    text = next((low[name] for name in ("error", "message") if isinstance(low.get(name), str)), "")
    return (code if isinstance(code, int) else None), _without_session(response, text).strip().rstrip(".")


def _without_session(response: httpx2.Response, text: str) -> str:
    """Some gateways repeat what they were sent, and the text is kept as the problem of an item."""
    key = response.request.headers.get("X-Session-Key", "")
    return text.replace(key, "…") if key else text


def _says_missing(status: int, code: int | None, text: str) -> bool:
    """CONFLICT in 2.7 and 10: 400 with `{code: -1, error: "not exist"}` is documented, 404 is tolerated.

    A refused link also says that something does not exist, so the text must be just that.
    """
    if status == HTTPStatus.NOT_FOUND:
        return True
    said = text.lower().removeprefix("entity ").removeprefix("record ").removeprefix("does ")
    return status == HTTPStatus.BAD_REQUEST and (said == "not exist" or (code == -1 and "not exist" in said))


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds asked for (RFC 9110, 10.2.3). A date is counted from the server's own clock, never from ours."""
    value = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(value) if value else None
    except ValueError:
        until, now = _aware(value), served_at(response)
        seconds = None if until is None or now is None else (until - now).total_seconds()
    return None if seconds is None else min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def served_at(response: httpx2.Response) -> datetime | None:
    """The server's clock when it answered (RFC 9110, 6.6.1), None where it does not tell."""
    return _aware(response.headers.get("date", ""))


def _aware(text: str) -> datetime | None:
    moment = http_date(text)
    return moment if moment is not None and moment.tzinfo is not None else None
