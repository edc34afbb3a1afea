"""Who signed in, by the ID token that came along with the tokens (OpenID Connect Core 1.0)."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

from fm_desktop.providers.oauth.endpoint import unexpected
from fm_desktop.providers.oauth.service import Account, Service
from fm_desktop.untrusted import json_of

_NAMES: Final = ("email", "preferred_username", "upn")


def account_of(service: Service, answer: Mapping[str, Any], nonce: str) -> Account:
    """Who signed in; nobody in particular where the service does not tell.

    The signature needs no look: the token came from the token endpoint itself, over TLS (3.1.3.7, number 6). Its time
    gets none either: it is seconds old, and clocks of desktops are off by more. What it was made for is checked
    (numbers 2, 3 and 11) if it was asked for, which `nonce` tells. Raises `Malformed`.
    """
    token = answer.get("id_token")
    claims = _claims(token) if isinstance(token, str) else {}
    if nonce and token is not None and not _is_meant(service, claims, nonce):
        raise unexpected(service, "id_token", "Try again.")
    named = [str(claims.get(each, "")).strip().lower() for each in _NAMES]
    return Account(tuple(dict.fromkeys(each for each in named if "@" in each and each.isprintable())))


def _is_meant(service: Service, claims: Mapping[str, Any], nonce: str) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if service.client_id not in audiences or (service.issuer and claims.get("iss") != service.issuer):
        return False
    return hmac.compare_digest(str(claims.get("nonce", "")).encode("utf-8", "replace"), nonce.encode())


def _claims(token: str) -> Mapping[str, Any]:
    """What a JWT says (RFC 7519 3); nothing for other text."""
    if token.count(".") != 2:
        return {}
    payload = token.split(".")[1]
    try:
        claims = json_of(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}
