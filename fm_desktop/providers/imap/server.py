"""Where mail is read, and how one signs in there."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fm_desktop.net import is_loopback
from fm_desktop.port import Refused


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
        """What certificates are checked with: always, and TLS 1.2 at least (RFC 8996 ends what is older).

        Raises `Refused` for a file that holds no certificates.
        """
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
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
    """`fresh()` gives a token that is valid now. It is asked for each time somebody signs in, and once more where the
    server refuses what it gave; it may raise any error of the port."""

    user: str
    fresh: Callable[[], str] = field(repr=False)


Credentials = Password | AccessToken
