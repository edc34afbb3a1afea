"""Which computer a host name is, how a connection to it is secured, and what its headers say of time."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from fm_desktop.paced import paced

LONGEST_RETRY_AFTER: Final = 86_400.0
"""Seconds. Whoever asks for more is asked again after a day."""


def is_loopback(host: str) -> bool:
    """Is it surely this computer, so that nothing sent there can be overheard? Takes brackets around IPv6, too.

    Not so for names below `localhost`: RFC 6761 6.3 wants them to be, but some resolvers ask the network for them.
    """
    if host.lower().rstrip(".") in ("localhost", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def client_tls() -> ssl.SSLContext:
    """How every server is talked to: its certificate is checked, always, against what the system trusts (a company
    installs its own authority there) or SSL_CERT_FILE instead; TLS 1.2 at least (RFC 8996 ends what is older)."""
    import httpx2  # it knows where each system keeps what it trusts

    context = httpx2.create_ssl_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return paced(context)


def tls_failure(error: BaseException | None) -> ssl.SSLError | None:
    """What TLS itself said, inside of what a library made of it; None where it was not about TLS."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def http_date(text: str) -> datetime | None:
    """A date of HTTP (RFC 9110, 5.6.7), with or without a zone; None for what is none."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):  # email.utils trips over odd dates in many ways
        return None
