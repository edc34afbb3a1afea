"""What is known of a service before anybody signs in: its addresses, and how this program is registered there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# Claims about the person, and the permission to go on without them: no service names them back the same way.
_NOT_NAMED_BACK: Final = frozenset({"openid", "email", "profile", "offline_access"})


@dataclass(frozen=True, slots=True)
class Service:
    """`name` is for people. `authorization` and `token` are its endpoints (RFC 6749 3), `scopes` what is asked for,
    `parameters` what goes along with every sign-in. `client_secret` is what some services give to programs on
    desktops; it is no secret there (RFC 8252 8.5). `loopback` is how this computer is called in the redirection.
    `issuer`: how the service names itself in each of its answers (RFC 9207); '' where it does not, or not always so.
    """

    name: str
    authorization: str
    token: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    loopback: str = "127.0.0.1"
    issuer: str = ""

    @property
    def identifies(self) -> bool:
        """Is the service asked who it is that signs in (OpenID Connect Core 1.0, 3.1.2.1)?"""
        return "openid" in self.scopes

    def lacking(self, granted: str) -> tuple[str, ...]:
        """The scopes that a person has not agreed to, of those that are named back (RFC 6749 5.1): some services let
        people leave single ones out. '' means as asked for."""
        if not granted.strip():
            return ()
        there = {_short(each) for each in granted.split()}
        wanted = (each for each in self.scopes if each not in _NOT_NAMED_BACK)
        return tuple(each for each in wanted if _short(each) not in there)


@dataclass(frozen=True, slots=True)
class Account:
    """The names a service knows the person who signed in by, in lower case; none where it does not tell."""

    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.names[0] if self.names else ""

    def may_be(self, address: str) -> bool:
        return not self.names or address.strip().lower() in self.names


def _short(scope: str) -> str:
    """Microsoft names `https://graph.microsoft.com/Mail.Read` back as `Mail.Read`, in any case."""
    return scope.rstrip("/").rpartition("/")[2].lower()
