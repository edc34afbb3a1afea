"""What a part of a message is for, told from its headers and its place alone."""

from __future__ import annotations

from enum import Enum, auto

from fm_desktop.providers.mime.names import default_name, safe_name
from fm_desktop.providers.mime.structure import Part

_TEXTS = ("text/plain", "text/html")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_CALENDARS = ("text/calendar", "application/ics")
_MESSAGES = ("message/rfc822", "message/global")
# Other ways to say the same; nothing is lost with them.
_OTHER_FORMS = ("text/x-amp-html", "text/watch-html", "text/x-watch-html", "text/enriched", "text/richtext")
# For machines; the report's own text says it for people (RFC 6522).
_OF_REPORTS = (
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/global-delivery-status",
    "message/global-headers",
    "text/rfc822-headers",
)


class Role(Enum):
    CONTAINER = auto()
    TEXT = auto()
    FILE = auto()
    MESSAGE = auto()
    INVITATION = auto()
    CALENDAR_FILE = auto()
    TNEF = auto()
    CMS = auto()
    ENCRYPTED = auto()
    NOTHING = auto()


def role_of(part: Part, parent: Part | None) -> Role:
    kind = part.media_type
    within = "" if parent is None else parent.media_type
    if kind == "multipart/encrypted":
        return Role.ENCRYPTED
    if part.children:
        return Role.CONTAINER
    if kind.startswith("multipart/") or kind in _SIGNATURES or _given_name(part).lower() == "smime.p7s":
        return Role.NOTHING
    if within == "multipart/alternative" and kind in _OTHER_FORMS:
        return Role.NOTHING
    if within == "multipart/report" and kind in _OF_REPORTS:
        return Role.NOTHING
    if within == "multipart/appledouble" and kind == "application/applefile":
        return Role.NOTHING
    if kind in _CMS or _given_name(part).lower() == "smime.p7m":
        return Role.CMS
    if kind in _TNEF or _given_name(part).lower() == "winmail.dat":
        return Role.TNEF
    if kind in _CALENDARS:
        return _role_of_calendar(part)
    if kind in _MESSAGES:
        return Role.MESSAGE
    return Role.TEXT if _is_text(part, within) else Role.FILE


def _role_of_calendar(part: Part) -> Role:
    is_invitation = "method" in part.type.parameters or part.disposition.value != "attachment"
    return Role.INVITATION if part.media_type == "text/calendar" and is_invitation else Role.CALENDAR_FILE


def _is_text(part: Part, within: str) -> bool:
    """A name makes a file of it, but not of the message as a whole, nor of one form of its text."""
    if part.media_type not in _TEXTS or part.disposition.value == "attachment":
        return False
    return not _given_name(part) or within in ("", "multipart/alternative")


def name_of(part: Part) -> str:
    return safe_name(_given_name(part)) or default_name(part.media_type)


def _given_name(part: Part) -> str:
    return part.disposition.parameters.get("filename") or part.type.parameters.get("name") or ""


def content_id_of(part: Part) -> str:
    return part.fields.first("content-id").strip().strip("<>").strip()
