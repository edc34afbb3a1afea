"""Web pages of both sides, for one click from the tray. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

FORCEMANAGER: Final = "https://app.forcemanager.net/"

# By the domain of the address; a domain of a company's own is looked for in the name of its service.
_MAIL: Final = {
    "gmail": "https://mail.google.com/",
    "googlemail": "https://mail.google.com/",
    "microsoft-365": "https://outlook.office.com/mail/",
    "outlook": "https://outlook.live.com/mail/",
    "hotmail": "https://outlook.live.com/mail/",
    "live": "https://outlook.live.com/mail/",
    "icloud": "https://www.icloud.com/mail/",
    "me": "https://www.icloud.com/mail/",
    "mac": "https://www.icloud.com/mail/",
    "yahoo": "https://mail.yahoo.com/",
    "aol": "https://mail.aol.com/",
    "fastmail": "https://app.fastmail.com/mail/",
    "gmx": "https://www.gmx.net/mail/",
    "web-de": "https://web.de/email/",
    "mailbox-org": "https://login.mailbox.org/",
    "zoho": "https://mail.zoho.com/",
}
MAIL_PROGRAM: Final = "mailto:"
"""What opens the computer's own mail program."""


def crm_page(api_url: str) -> str:
    """Where a person sees ForceManager, given the address of its API: a CRM of one's own shows itself at its root."""
    parts = urlsplit(api_url)
    host = parts.hostname or ""
    if host.endswith((".forcemanager.com", ".forcemanager.net")):
        return FORCEMANAGER
    return f"{parts.scheme}://{parts.netloc}/"


def mail_page(address: str, service: str | None) -> str:
    """Where a person reads their mail; `service` is the provider's name in the catalog, if it is known."""
    name = address.rpartition("@")[2].partition(".")[0].lower()
    return _MAIL.get(service or "") or _MAIL.get(name) or MAIL_PROGRAM
