"""One sign-in with the browser: the page to visit, and what comes of the visit (RFC 8252, RFC 7636)."""

from __future__ import annotations

import secrets
import threading
import time
from typing import Final

from fm_desktop.port import Refused, Unreachable
from fm_desktop.providers.oauth.endpoint import refused
from fm_desktop.providers.oauth.grants import Clock, TokenSet, redeem
from fm_desktop.providers.oauth.receiver import Callback, Receiver, Texts
from fm_desktop.providers.oauth.service import Service

__all__ = ["PATIENCE", "Texts", "Visit", "WrongAccount"]

PATIENCE: Final = 300.0
_TICK: Final = 0.2


class WrongAccount(Refused):
    """Somebody else signed in than was expected, or the same person under another of their addresses: only they know.
    `brought` is good all the same, for a caller who asks them. It is not taken back at the service (RFC 7009): some end
    every sign-in of that person then, on their other computers, too.
    """

    def __init__(self, brought: TokenSet, expected: str) -> None:
        super().__init__(
            f"You signed in as {brought.account.name}, and the address you entered is {expected}.",
            "Sign in again with that account, or go back and enter the address of the other one.",
        )
        self.brought = brought
        self.expected = expected


class Visit:
    """This computer listens for the answer from the construction on, until `finish` or `close`.

    `address` is the account that is to sign in. Raises `OSError` where no port can be opened.
    """

    def __init__(
        self, service: Service, address: str, texts: Texts, *, patience: float = PATIENCE, clock: Clock = time.time
    ) -> None:
        # Imported here: most programs never sign in with the browser.
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        self._service = service
        self._address = address
        self._patience = patience
        self._clock = clock
        state, self._verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        self._nonce = secrets.token_urlsafe(32) if service.identifies else ""
        self._receiver = Receiver(service.loopback, state, texts, service.issuer)
        self._is_listening = True
        self.url: str = prepare_grant_uri(
            service.authorization,
            service.client_id,
            "code",
            self._receiver.redirect,
            " ".join(service.scopes),
            state,
            code_challenge=create_s256_code_challenge(self._verifier),
            code_challenge_method="S256",
            login_hint=address,
            **({"nonce": self._nonce} if self._nonce else {}),
            **service.parameters,
        )

    def __repr__(self) -> str:
        return f"Visit({self._service.name})"

    def finish(self, ending: threading.Event) -> TokenSet:
        """Waits for the person and redeems what they bring. Ends soon after `ending` is set.

        Raises `Refused` where they did not agree, `WrongAccount` where they took another one, `Unreachable` where
        nobody came in time or the service cannot be reached, `SignInNeeded`, `Throttled`, `Malformed`.
        """
        try:
            callback = self._callback(ending)
            redirect = self._receiver.redirect
        finally:
            self.close()
        if not callback.code:
            raise _not_agreed(self._service, callback.error)
        tokens = redeem(self._service, callback.code, self._verifier, redirect, self._clock, nonce=self._nonce)
        if not tokens.account.may_be(self._address):
            raise WrongAccount(tokens, self._address)
        return tokens

    def close(self) -> None:
        """Listens no longer; the page in the browser leads nowhere then. May be called again."""
        if self._is_listening:
            self._is_listening = False
            self._receiver.close()

    def _callback(self, ending: threading.Event) -> Callback:
        deadline = time.monotonic() + self._patience
        while not ending.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                raise Unreachable(
                    f"Nobody signed in at {self._service.name} within {round(self._patience / 60)} minutes.",
                    "Start the sign-in again, and finish it in the browser.",
                )
            found = self._receiver.wait(min(_TICK, left))
            if found is not None:
                return found
        raise Unreachable("The sign-in was given up.", "Start it again when you want to.")


def _not_agreed(service: Service, error: str) -> Refused | Unreachable:
    """RFC 6749 4.1.2.1."""
    if error in ("server_error", "temporarily_unavailable"):
        return Unreachable(f"The sign-in of {service.name} does not work at the moment.", "Try again a little later.")
    if error in ("access_denied", "consent_required", "interaction_required", "login_required"):
        return Refused(
            f"You did not agree that FM Desktop may use your account at {service.name}.",
            "Sign in again and agree. Where the page says that an administrator has to, ask yours.",
        )
    return refused(service, error)
