"""Addresses within the page. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses that keep whose agenda is looked at, and whether changes are followed."""

    user: int | None = None
    follow: bool = False

    def __call__(self, path: str, **parameters: object) -> str:
        """The path with the parameters that are not empty, and those kept."""
        kept = {"user": self.user, "follow": 1 if self.follow else None}
        named = {name: value for name, value in {**kept, **parameters}.items() if value not in (None, "")}
        return f"{path}?{urlencode(named)}" if named else path

    def following(self, follow: bool) -> Links:
        return replace(self, follow=follow)


def is_ours(address: str) -> bool:
    """Whether an address can only lead to a page of this server, wherever the browser stands."""
    parts = urlsplit(address)
    plain = not any(each in address for each in "\\\r\n\t")
    return plain and not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")


def mail_link(address: str) -> str:
    """A `mailto:` of one address; whatever else the text contains is no parameter of it."""
    return f"mailto:{quote(address, safe='@')}"


def web_link(address: str) -> str:
    """A web site's address as a link, '' for what a browser should not follow."""
    address = address.strip()
    return address if urlsplit(address.lower()).scheme in ("http", "https") else ""
