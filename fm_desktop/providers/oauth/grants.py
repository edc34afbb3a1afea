"""What a code, or a refresh token, is exchanged for (RFC 6749 4.1.3 and 6)."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeGuard

from fm_desktop.port import Malformed, Refused
from fm_desktop.providers.oauth.endpoint import ask
from fm_desktop.providers.oauth.identity import account_of
from fm_desktop.providers.oauth.service import Account, Service

# RFC 6749 5.1 recommends the time to be told; where it is not, this is what most services give.
_USUAL_LIFETIME: Final = 3600.0

Clock = Callable[[], float]
"""Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What a sign-in brings. `expires_at` and `obtained_at` in seconds since the epoch, by this computer's clock."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: float
    account: Account = field(default_factory=Account)
    obtained_at: float = 0.0

    def to_text(self) -> str:
        value = {"access": self.access, "refresh": self.refresh, "expires_at": self.expires_at}
        return json.dumps({**value, "obtained_at": self.obtained_at, "account": list(self.account.names)})

    @classmethod
    def from_text(cls, text: str) -> TokenSet:
        """Raises `ValueError` for other text."""
        try:
            value = json.loads(text)
            account = Account(tuple(str(each) for each in value["account"]))
            times = float(value["expires_at"]), float(value["obtained_at"])
            return cls(str(value["access"]), str(value["refresh"]), times[0], account, times[1])
        except (KeyError, TypeError) as error:
            raise ValueError("these are no tokens") from error


def redeem(
    service: Service, code: str, verifier: str, redirect: str, clock: Clock = time.time, *, nonce: str = ""
) -> TokenSet:
    """The tokens for a code (RFC 6749 4.1.3, RFC 7636 4.5). A code is good once: a lost answer means signing in again.
    `nonce` is the one that was asked with, '' where no ID token was asked for.

    Raises `SignInNeeded`, `Refused`, `Unreachable`, `Throttled`, `Malformed`.
    """
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect}
    answer = ask(service, form)
    lacking = service.lacking(str(answer.get("scope", "")))
    if lacking:
        raise Refused(
            f"You did not agree to everything that syncing with {service.name} needs.",
            "Sign in again and leave all the boxes on the page ticked.",
        )
    if not answer.get("refresh_token"):
        raise Refused(
            f"{service.name} let you in for an hour only, and gave no permission to go on after that.",
            "Sign in again; if it stays so, your administrator has to allow FM Desktop lasting access.",
        )
    return replace(_token_set(answer, "", clock()), account=account_of(service, answer, nonce))


def refresh(service: Service, tokens: TokenSet, clock: Clock = time.time) -> TokenSet:
    """Newer tokens for a refresh token (RFC 6749 6). A service that gives out another refresh token takes the former
    one back (RFC 9700 4.14.2): what comes is to be kept before it is used.

    Raises `SignInNeeded` where consent was withdrawn or has run out, `Unreachable`, `Throttled`, `Refused`,
    `Malformed`.
    """
    answer = ask(service, {"grant_type": "refresh_token", "refresh_token": tokens.refresh})
    return replace(_token_set(answer, tokens.refresh, clock()), account=tokens.account)


def _token_set(answer: Mapping[str, Any], refresh_before: str, now: float) -> TokenSet:
    access = answer.get("access_token")
    renewed = answer.get("refresh_token") or refresh_before
    if not (_is_token(access) and _is_token(renewed)) or str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise Malformed("The sign-in answered without a token.", "Try again.")
    return TokenSet(access, renewed, now + _lifetime(answer.get("expires_in")), obtained_at=now)


def _is_token(value: object) -> TypeGuard[str]:
    """Of the characters that RFC 6749 (A.12, A.17) allows: it travels in a header and in a form."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


def _lifetime(told: object) -> float:
    """In seconds; Microsoft's older endpoints and some proxies write the number as text."""
    try:
        seconds = float(told) if isinstance(told, (int, float, str)) else _USUAL_LIFETIME
    except (ValueError, OverflowError):
        return _USUAL_LIFETIME
    return max(0.0, seconds) if math.isfinite(seconds) else _USUAL_LIFETIME
