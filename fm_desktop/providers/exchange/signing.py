"""How a request is signed, and which certificates are trusted: what requests needs to talk to an Exchange server."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import requests
from exchangelib.transport import BASIC, NTLM, get_auth_instance
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NewConnectionError

from fm_desktop.net import client_tls

USER_AGENT: Final = "FM-Desktop"


class SignIn(StrEnum):
    """`WINDOWS`: NTLM (MS-NTHT), by itself or inside Negotiate. `BASIC`: RFC 7617."""

    WINDOWS = "ntlm"
    BASIC = "basic"


_AUTH_TYPES: Final = {SignIn.WINDOWS: NTLM, SignIn.BASIC: BASIC}


@dataclass(frozen=True, slots=True)
class Account:
    """`user` as the server wants it: a UPN, an e-mail address, or `DOMAIN\\user`."""

    user: str
    secret: str = field(repr=False)

    def signed(self, way: SignIn) -> AuthBase:
        # Basic is written in UTF-8 (RFC 7617 section 2.1), which requests does for bytes only.
        named = (self.user, self.secret) if way is SignIn.WINDOWS else (self.user.encode(), self.secret.encode())
        auth: AuthBase = get_auth_instance(_AUTH_TYPES[way], username=named[0], password=named[1])
        return auth


def offered(challenges: str) -> SignIn | None:
    """The best way in that a 401 offers (RFC 9110 section 11.6.1); Basic only where there is no other."""
    schemes = {each.strip().split(" ")[0].lower() for each in challenges.split(",")}
    if schemes & {"ntlm", "negotiate"}:
        return SignIn.WINDOWS
    return SignIn.BASIC if "basic" in schemes else None


class _Connection(HTTPSConnection):
    """urllib3 tells a handshake that failed like a request that did, and after that a write may have been stored."""

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise NewConnectionError(self, f"no encrypted connection: {error}") from error


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


_POOLS: Final = {"http": HTTPConnectionPool, "https": _Pool}


class _SystemTrust(HTTPAdapter):
    """TLS with the certificates that the system trusts, where a company installs its own. One connection: NTLM signs
    a connection and not a request."""

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=client_tls())
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs, ssl_context=client_tls())
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """requests would add its own list of certificates, which may trust whom the system does not."""


def new_session(*, use_proxies: bool, encrypted: bool) -> requests.Session:
    """Without redirects, so that one for plain HTTP needs no certificates, which take a while to be read."""
    session = requests.Session()
    session.trust_env = use_proxies
    session.headers["User-Agent"] = USER_AGENT
    if encrypted:
        session.mount("https://", _SystemTrust())
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1, pool_block=True))
    return session
