"""One request for a page: who may make it, what it knows, and the answer's protection."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fm_desktop.sandbox.access import COOKIE
from fm_desktop.sandbox.keys import Keys
from fm_desktop.sandbox.pages.links import Links, is_ours
from fm_desktop.sandbox.store import Row

CSRF = "csrf"
HOME = "/week"


@dataclass(frozen=True)
class Visit:
    """`viewer` is the user whose agenda is looked at, None in a sandbox without users; `now` on their clock.

    `form` holds the fields of a POST, `nonce` admits the one style element of the page.
    """

    request: Request
    users: list[Row]
    viewer: Row | None
    now: datetime
    links: Links
    form: Mapping[str, str] = field(default_factory=dict)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def asked(self, name: str) -> str:
        """A parameter of the address, '' if it is not there."""
        return self.request.query_params.get(name, "").strip()

    def here(self, **changes: object) -> str:
        """This page's address, to come back to, with other parameters; news of what was done is told once."""
        given = dict(self.request.query_params) | {"done": None, "back": None, "follow": None}
        return self.links(self.request.url.path, **{**given, "follow": 1 if self.links.follow else None, **changes})

    @property
    def back(self) -> str:
        """Where a form wants to return to, if that is one of our pages."""
        wanted = self.form.get("back") or self.asked("back")
        return wanted if wanted and is_ours(wanted) else ""


def token(keys: Keys) -> str:
    """The secret in every form. SameSite alone is not enough: other ports of this computer are the same site."""
    return hmac.new(keys.page.encode(), b"sandbox form", hashlib.sha256).hexdigest()


def is_own_form(request: Request, form: Mapping[str, str], keys: Keys) -> bool:
    """Whether a POST comes from a form of ours: it has the token, and no foreign page's origin."""
    origin = request.headers.get("origin")
    if origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host', '')}":
        return False
    return hmac.compare_digest(form.get(CSRF, "").encode(), token(keys).encode())


def without_key(request: Request, keys: Keys) -> Response:
    """The same page without the key in its address, so that it stays out of the history; a cookie has it then."""
    rest = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != "key"])
    path = request.url.path if is_ours(request.url.path) else HOME
    answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
    answer.set_cookie(COOKIE, keys.page, httponly=True, samesite="strict")
    return protected(answer)


def protected(answer: Response, nonce: str = "") -> Response:
    """Nothing from elsewhere, no script, not inside another page, and not kept by the browser."""
    style = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {style}; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"  # not no-referrer: it would take the origin from our own forms
    answer.headers["Cache-Control"] = "no-store"
    return answer
