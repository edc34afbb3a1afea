"""Where mail is read, and how one signs in there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fm_desktop.net import client_tls, is_loopback
from fm_desktop.port import Refused
from fm_desktop.providers.tokens import AccessTokens


class Security(StrEnum):
    """`TLS` from the first byte (RFC 8314), `STARTTLS` before anything else is said, `NONE` on this computer only."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Server:
    """One mail server. `ca_file`: certificates (PEM) that are trusted beside those of the system.

    `connect_seconds` is the patience for a connection and its greeting, `read_seconds` for each part of an answer.
    Raises `Refused` where a password would travel in clear.
    """

    host: str
    port: int = 993
    security: Security = Security.TLS
    ca_file: Path | None = None
    connect_seconds: float = 20.0
    read_seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.security is Security.NONE and not is_loopback(self.host):
            raise Refused(
                f"The password is not sent to {self.host} because the connection is not encrypted.",
                "Choose TLS or STARTTLS for this mail server.",
            )

    def tls(self) -> ssl.SSLContext:
        """What certificates are checked with: see `client_tls`. Raises `Refused` for a file that holds none."""
        context = client_tls()
        if self.ca_file is not None:
            try:
                context.load_verify_locations(cafile=self.ca_file)
            except OSError as error:
                raise Refused(
                    f"The certificates in {self.ca_file} could not be read.", "Choose another file, in PEM format."
                ) from error
        return context


@dataclass(frozen=True, slots=True)
class Password:
    user: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token is asked for each time somebody signs in, and once more where the server refuses what it got."""

    user: str
    tokens: AccessTokens = field(repr=False)


Credentials = Password | AccessToken
