"""Signing in: by password with what the server offers, or with an access token (XOAUTH2)."""

from __future__ import annotations

import imaplib
import json
import re
from collections.abc import Callable
from typing import Final

from fm_desktop.port import SignInNeeded, Unreachable
from fm_desktop.providers.imap.errors import Purpose, codes, refusal
from fm_desktop.providers.imap.server import AccessToken, Credentials, Password, Server
from fm_desktop.providers.imap.wire import Client

_ABOUT: Final = "the mailbox"
# RFC 9051 section 9: what needs no quotes. `]` is left out: not every server takes it.
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$&'+,\-./:;<=>?@^_`|~]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def sign_in(client: Client, server: Server, credentials: Credentials) -> None:
    """Raises `SignInNeeded`, `Unreachable`, `Throttled`, `Refused`, what `AccessTokens.fresh` raises, and what a `Wire`
    raises when the connection ends."""
    if client.wire.state == "AUTH":  # PREAUTH: a tunnel that vouches for the user
        return
    if isinstance(credentials, AccessToken):
        _by_token(client, server, credentials)
    else:
        _by_password(client, server, credentials)


def _by_password(client: Client, server: Server, credentials: Password) -> None:
    user, secret = credentials.user, credentials.secret
    offered = client.capabilities()
    if b"AUTH=PLAIN" in offered and "\0" not in user + secret:
        _attempt(server, lambda: client.plain_login(user, secret))
    elif b"AUTH=LOGIN" in offered:
        answers = iter((user, secret))
        _attempt(server, lambda: client.sasl_login("LOGIN", lambda _: next(answers, None)))
    elif b"LOGINDISABLED" not in offered and (user + secret).isascii() and not _CONTROL.search(user + secret):
        quoted = user if _ATOM.fullmatch(user) else '"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"'
        _attempt(server, lambda: client.login(quoted, secret))
    else:
        raise SignInNeeded(
            f"{server.host} takes no password of this kind.",
            "Sign in at the provider in the browser, if it offers that.",
        )


def _by_token(client: Client, server: Server, credentials: AccessToken) -> None:
    token = credentials.tokens.fresh()
    try:
        _attempt(server, lambda: _xoauth2(client, credentials.user, token))
    except (SignInNeeded, Unreachable):
        # A token can be withdrawn before its time; servers that ask another one about it call that [UNAVAILABLE], as if
        # they were out of order (Dovecot 2.3).
        credentials.tokens.refused(token)
        newer = credentials.tokens.fresh()
        if newer == token:
            raise
        _attempt(server, lambda: _xoauth2(client, credentials.user, newer))


def _xoauth2(client: Client, user: str, token: str) -> None:
    """A refusal comes as a challenge with the reason in it, which wants an empty answer before the NO."""
    challenges: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        challenges.append(challenge)
        return b"" if len(challenges) > 1 else f"user={user}\x01auth=Bearer {token}\x01\x01".encode()

    try:
        client.sasl_login("XOAUTH2", answer)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if not codes(error) and len(challenges) > 1 and _status(challenges[1]) in ("400", "401"):
            raise imaplib.IMAP4.error(f"[AUTHENTICATIONFAILED] {error}") from error
        raise


def _status(challenge: bytes) -> str:
    try:
        value = json.loads(challenge)
    except ValueError:
        return ""
    return str(value.get("status", "")) if isinstance(value, dict) else ""


def _attempt(server: Server, act: Callable[[], object]) -> None:
    try:
        act()
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise refusal(error, server.host, _ABOUT, Purpose.SIGN_IN) from error
