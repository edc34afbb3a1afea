"""What is missing or wrong in what was entered, as values: the window has a sentence for each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from fm_desktop.settings import MailAddress, WebAddress

_WEB: TypeAdapter[str] = TypeAdapter(WebAddress)
_MAIL: TypeAdapter[str] = TypeAdapter(MailAddress)


class Field(StrEnum):
    """What can be entered or chosen, and be wrong."""

    CRM_URL = "crm_url"
    PUBLIC_KEY = "public_key"
    PRIVATE_KEY = "private_key"
    USER = "user"
    CHANNELS = "channels"
    ADDRESS = "address"
    CALDAV_URL = "caldav_url"
    USER_NAME = "user_name"
    IMAP_HOST = "imap_host"
    PASSWORD = "password"  # noqa: S105 - the name of a field
    CONFIRMED = "confirmed"
    CALENDARS = "calendars"
    TARGET = "target"


class Problem(StrEnum):
    MISSING = "missing"
    NO_WEB_ADDRESS = "no web address"
    NOT_ENCRYPTED = "not encrypted"
    NO_MAIL_ADDRESS = "no mail address"
    NOTHING_CHOSEN = "nothing chosen"
    NOT_WRITABLE = "not writable"
    NOT_CONFIRMED = "not confirmed"


@dataclass(frozen=True, slots=True)
class Flaw:
    field: Field
    problem: Problem


def of_web_address(field: Field, text: str) -> Iterator[Flaw]:
    url = completed(text)
    if not url:
        yield Flaw(field, Problem.MISSING)
    elif not _is_valid(_WEB, url):
        other = url.replace("http://", "https://", 1)
        encrypted_would_do = url.startswith("http://") and _is_valid(_WEB, other)
        yield Flaw(field, Problem.NOT_ENCRYPTED if encrypted_would_do else Problem.NO_WEB_ADDRESS)


def of_mail_address(field: Field, text: str) -> Iterator[Flaw]:
    if not text.strip():
        yield Flaw(field, Problem.MISSING)
    elif not _is_valid(_MAIL, text):
        yield Flaw(field, Problem.NO_MAIL_ADDRESS)


def of_text(field: Field, text: str) -> Iterator[Flaw]:
    if not text.strip():
        yield Flaw(field, Problem.MISSING)


def completed(url: str) -> str:
    """A web address as people type it, with the scheme they leave out."""
    url = url.strip()
    return f"https://{url}" if url and "://" not in url else url


def _is_valid(kind: TypeAdapter[str], text: str) -> bool:
    try:
        kind.validate_python(text)
    except ValidationError:
        return False
    return True
