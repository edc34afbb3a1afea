"""One request to the token endpoint (RFC 6749 3.2), and what its refusals mean. Errors become the port's here."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, Final

import httpx2

from fm_desktop.net import client_tls, is_loopback
from fm_desktop.port import Malformed, PortError, Refused, SignInNeeded, Throttled, Unreachable
from fm_desktop.providers.oauth.service import Service
from fm_desktop.providers.transfer import retry_after
from fm_desktop.untrusted import TooLarge, bounded, json_of

_SECONDS: Final = httpx2.Timeout(30.0, connect=10.0)
_SECONDS_IN_ALL: Final = 60.0
_MAX_ANSWER: Final = 256 * 1024
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")

_ASK_THE_ADMINISTRATOR: Final = (
    "Ask your administrator to look at the client id in providers.toml and at its registration."
)
# What only a person can settle (RFC 6749 5.2; OpenID Connect Core 1.0, 3.1.2.6). Microsoft's numbers (AADSTS...) are
# left alone: its documentation says that they change and are not for programs.
_A_PERSON_IS_NEEDED: Final = ("invalid_grant", "interaction_required", "consent_required", "login_required")
_NOT_REGISTERED: Final = (
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_request",
)
_TOO_OFTEN: Final = ("slow_down", "rate_limit_exceeded")


def ask(service: Service, form: Mapping[str, str]) -> Mapping[str, Any]:
    """The answer to a form, which is sent once.

    Raises `SignInNeeded`, `Refused`, `Unreachable`, `Throttled`, `Malformed`.
    """
    body = {**form, "client_id": service.client_id}
    if service.client_secret is not None:
        body["client_secret"] = service.client_secret
    try:
        answer, content = _post(service.token, body)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Unreachable(
            f"The sign-in of {service.name} cannot be reached.", "Check the internet connection and try again."
        ) from error
    value = _object(content)
    if answer.status_code == 200 and value is not None and not value.get("error"):
        return value
    raise _refusal(service, answer, value)


def readable(code: str) -> str:
    """An error code as it may stand in a sentence: it comes from outside."""
    return code if _CODE.fullmatch(code) else "?"


def refused(service: Service, code: str) -> Refused:
    return Refused(f"{service.name} refused the sign-in ({readable(code)}).", _ASK_THE_ADMINISTRATOR)


def unexpected(service: Service, what: object, next_step: str) -> Malformed:
    return Malformed(f"The sign-in of {service.name} answered something else than expected ({what}).", next_step)


def _post(url: str, body: Mapping[str, str]) -> tuple[httpx2.Response, bytes]:
    """The answer and its body: '' where that is longer than any token, a part of it where it takes too long to come."""
    until = time.monotonic() + _SECONDS_IN_ALL
    trust_env = not is_loopback(httpx2.URL(url).host)
    with (
        httpx2.Client(verify=client_tls(), timeout=_SECONDS, trust_env=trust_env) as client,
        client.stream("POST", url, data=body, headers={"Accept": "application/json"}) as answer,
    ):
        try:
            return answer, bounded(takewhile(lambda _: time.monotonic() <= until, answer.iter_bytes()), _MAX_ANSWER)
        except TooLarge:
            return answer, b""


def _object(content: bytes) -> Mapping[str, Any] | None:
    try:
        value = json_of(content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _refusal(service: Service, answer: httpx2.Response, value: Mapping[str, Any] | None) -> PortError:
    """RFC 6749 5.2, and what comes in its place: limits, proxies, pages of a hotel's network."""
    status, told = answer.status_code, (value or {}).get("error", "")
    code = told if isinstance(told, str) else ""
    if status == 429 or code in _TOO_OFTEN:
        return Throttled(f"{service.name} asks to slow down.", retry_after(answer.headers.get("retry-after")))
    if code in _A_PERSON_IS_NEEDED:
        return SignInNeeded(
            f"{service.name} does not let FM Desktop in any more: the permission was withdrawn or has run out.",
            "Sign in with the browser again.",
        )
    if code in _NOT_REGISTERED:
        return Refused(
            f"{service.name} does not know this installation of FM Desktop, or not for this ({code}).",
            _ASK_THE_ADMINISTRATOR,
        )
    if status >= 500 or code in ("temporarily_unavailable", "server_error"):
        return Unreachable(f"The sign-in of {service.name} does not work at the moment.", "Try again a little later.")
    if code:
        return refused(service, code)
    return unexpected(service, status, "Check whether this network wants a sign-in of its own in the browser.")
