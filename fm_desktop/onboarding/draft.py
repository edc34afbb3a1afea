"""What a person has entered so far, kept in a file so that setting up can be left and resumed. No secrets in it."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from fm_desktop.paths import Paths, write_privately
from fm_desktop.settings import Settings
from fm_desktop.sync.control import Channel
from fm_desktop.sync.policy import Direction

_log = logging.getLogger(__name__)

FORCEMANAGER_URL = "https://api.forcemanager.com/api/v4"
IMAP_PORT = 993


class Page(StrEnum):
    """The pages in their order."""

    FORCEMANAGER = "forcemanager"
    DIRECTION = "direction"
    CHANNELS = "channels"
    PROVIDER = "provider"
    SIGN_IN = "sign-in"
    CALENDARS = "calendars"
    PREVIEW = "preview"

    @property
    def number(self) -> int:
        return list(Page).index(self)


class Draft(BaseModel):
    """Texts as they were typed, right or wrong. `calendars` and `target` are ids or names; None: not chosen yet.

    `user_name` and the mail server are those of the provider where the catalog leaves them open or `by_hand` is set.
    `confirmed`: the address for which the warning of R32 was accepted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    page: Page = Page.FORCEMANAGER
    crm_url: str = FORCEMANAGER_URL
    public_key: str = ""
    user: str = ""
    direction: Direction = Direction.BOTH
    channels: tuple[Channel, ...] = (Channel.EMAIL, Channel.CALENDAR)
    address: str = ""
    by_hand: bool = False
    caldav_url: str = ""
    user_name: str = ""
    imap_host: str = ""
    imap_port: int = IMAP_PORT
    confirmed: str = ""
    calendars: tuple[str, ...] | None = None
    target: str | None = None
    email_history_days: int = 30
    calendar_history_days: int = 30

    @classmethod
    def of(cls, settings: Settings) -> Draft:
        """What a profile was set up with, to set it up anew."""
        provider, sync = settings.provider, settings.sync
        caldav, imap = provider.caldav, provider.imap
        by_hand = provider.name is None
        return cls(
            crm_url=settings.crm.url,
            public_key=settings.crm.public_key,
            user=settings.crm.user,
            direction=sync.type,
            channels=sync.channels,
            address=provider.address,
            by_hand=by_hand,
            caldav_url=caldav.url if caldav is not None and by_hand else "",
            user_name=provider.user if provider.user != provider.address else "",
            imap_host=imap.host if imap is not None and by_hand else "",
            imap_port=imap.port if imap is not None and by_hand else IMAP_PORT,
            calendars=sync.calendars,
            target=sync.target_calendar,
            email_history_days=sync.email_history_days,
            calendar_history_days=sync.calendar_history_days,
        )


def file_of(paths: Paths) -> Path:
    return paths.config / "setup-draft.json"


def load(paths: Paths) -> Draft | None:
    """The draft that was left; None if there is none, or none that can be read."""
    try:
        return Draft.model_validate_json(file_of(paths).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        _log.warning("The unfinished set-up cannot be read, so it begins anew: %s", error)
        return None


def save(draft: Draft, paths: Paths) -> None:
    """Raises `OSError`."""
    write_privately(file_of(paths), draft.model_dump_json(indent=2).encode())


def forget(paths: Paths) -> None:
    """Raises `OSError`."""
    file_of(paths).unlink(missing_ok=True)
